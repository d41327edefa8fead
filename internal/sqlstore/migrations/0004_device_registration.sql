-- PCs join the directory: whose they are and by which certificate they prove
-- themselves.

-- +goose Up
-- When the PC joined or registered (Graph: registrationDateTime).
ALTER TABLE devices ADD COLUMN registered_at {{long}} NOT NULL DEFAULT 0;

-- role is 1 for a registered owner, 2 for a registered user.
CREATE TABLE device_people (
    tenant_id {{uuid}} NOT NULL,
    object_id {{uuid}} NOT NULL,
    role      {{small}} NOT NULL,
    user_id   {{uuid}} NOT NULL,
    added_at  {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, object_id, role, user_id)
);
CREATE INDEX device_people_user ON device_people (tenant_id, user_id, role);

-- Rows stay when the device object goes: a key that was certified once is never
-- certified again. transport_key is the public key that session keys are
-- encrypted to (DER, SubjectPublicKeyInfo).
CREATE TABLE device_certificates (
    tenant_id     {{uuid}} NOT NULL,
    sha256        {{bytes}} NOT NULL,
    sha1          {{bytes}} NOT NULL,
    object_id     {{uuid}} NOT NULL,
    device_id     {{uuid}} NOT NULL,
    serial_number {{text}} NOT NULL,
    key_id        {{bytes}} NOT NULL,
    transport_key {{bytes}} NOT NULL,
    not_before    {{long}} NOT NULL,
    not_after     {{long}} NOT NULL,
    created_at    {{long}} NOT NULL,
    revoked_at    {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, sha256)
);
CREATE UNIQUE INDEX device_certificates_key ON device_certificates (tenant_id, key_id);
CREATE INDEX device_certificates_object ON device_certificates (tenant_id, object_id);

-- +goose Down
DROP TABLE device_certificates;
DROP TABLE device_people;
ALTER TABLE devices DROP COLUMN registered_at;
