-- What was deleted can be restored for a while.

-- +goose Up
CREATE TABLE deleted_objects (
    tenant_id  {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    kind       {{small}} NOT NULL,
    name       {{text}} NOT NULL,
    name_key   {{text}} NOT NULL,
    deleted_at {{long}} NOT NULL,
    ends_at    {{long}} NOT NULL,
    body       {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX deleted_objects_kind ON deleted_objects (tenant_id, kind, id);

-- +goose Down
DROP TABLE deleted_objects;
