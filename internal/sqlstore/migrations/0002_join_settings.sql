-- What a tenant decided about joining PCs and enrolling them. A tenant without
-- a row has the defaults.

-- +goose Up
CREATE TABLE join_policies (
    tenant_id   {{uuid}} NOT NULL PRIMARY KEY,
    body        {{json}} NOT NULL,
    modified_at {{long}} NOT NULL DEFAULT 0,
    version     {{long}} NOT NULL
);

-- kind is 1 for the MDM and 2 for the MAM user scope.
CREATE TABLE mobility_policies (
    tenant_id   {{uuid}} NOT NULL,
    kind        {{small}} NOT NULL,
    body        {{json}} NOT NULL,
    modified_at {{long}} NOT NULL DEFAULT 0,
    version     {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);

-- +goose Down
DROP TABLE mobility_policies;
DROP TABLE join_policies;
