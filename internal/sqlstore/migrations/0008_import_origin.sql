-- Who imported a PC, and the way from a PC to its import.

-- +goose Up
ALTER TABLE import_rows ADD COLUMN imported_by {{text}} NOT NULL DEFAULT '';
CREATE INDEX import_rows_registration ON import_rows (tenant_id, registration);

-- +goose Down
DROP INDEX import_rows_registration;
ALTER TABLE import_rows DROP COLUMN imported_by;
