-- Habits of Microsoft's service that a lab tenant has switched on. kind is a
-- number from enums.go; used_at is when what it limits was last done.

-- +goose Up
CREATE TABLE lab_quirks (
    tenant_id {{uuid}} NOT NULL,
    kind      {{small}} NOT NULL,
    used_at   {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, kind)
);

-- +goose Down
DROP TABLE lab_quirks;
