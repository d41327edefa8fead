-- Groups have owners.

-- +goose Up
CREATE TABLE group_owners (
    tenant_id {{uuid}} NOT NULL,
    group_id  {{uuid}} NOT NULL,
    user_id   {{uuid}} NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id)
);
CREATE INDEX group_owners_user ON group_owners (tenant_id, user_id);

-- +goose Down
DROP TABLE group_owners;
