-- PCs are managed: who certifies them, what they are told, and how their
-- deployments went.

-- +goose Up
-- keys are the private keys of root and issuing authority, sealed.
CREATE TABLE mdm_authorities (
    tenant_id  {{uuid}} NOT NULL PRIMARY KEY,
    root       {{bytes}} NOT NULL,
    issuing    {{bytes}} NOT NULL,
    keys       {{bytes}} NOT NULL,
    created_at {{long}} NOT NULL
);

-- wire_id is the DeviceID of OMA-DM, hardware_id the HWDevID of enrolments,
-- esp_due until when the status page waits, 0 when it does not.
CREATE TABLE managed_devices (
    tenant_id     {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    object_id     {{uuid}} NOT NULL,
    entra_id      {{uuid}} NOT NULL,
    user_id       {{uuid}} NOT NULL,
    upn           {{text}} NOT NULL DEFAULT '',
    user_name     {{text}} NOT NULL DEFAULT '',
    autopilot_id  {{uuid}} NOT NULL,
    profile_name  {{text}} NOT NULL DEFAULT '',
    kind          {{small}} NOT NULL DEFAULT 0,
    proof         {{small}} NOT NULL DEFAULT 0,
    ownership     {{small}} NOT NULL DEFAULT 0,
    state         {{small}} NOT NULL DEFAULT 0,
    name          {{text}} NOT NULL DEFAULT '',
    name_key      {{text}} NOT NULL DEFAULT '',
    serial_number {{text}} NOT NULL DEFAULT '',
    serial_key    {{text}} NOT NULL DEFAULT '',
    manufacturer  {{text}} NOT NULL DEFAULT '',
    model         {{text}} NOT NULL DEFAULT '',
    os_version    {{text}} NOT NULL DEFAULT '',
    wire_id       {{text}} NOT NULL DEFAULT '',
    hardware_id   {{text}} NOT NULL DEFAULT '',
    body          {{json}} NOT NULL,
    esp           {{json}} NOT NULL,
    nonce         {{text}} NOT NULL DEFAULT '',
    saw_cert      {{small}} NOT NULL DEFAULT 0,
    enrolled_at   {{long}} NOT NULL DEFAULT 0,
    last_sync     {{long}} NOT NULL DEFAULT 0,
    cert_ends     {{long}} NOT NULL DEFAULT 0,
    esp_due       {{long}} NOT NULL DEFAULT 0,
    version       {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX managed_devices_due ON managed_devices (tenant_id, esp_due) WHERE esp_due > 0;
CREATE INDEX managed_devices_object ON managed_devices (tenant_id, object_id, id);
CREATE INDEX managed_devices_user ON managed_devices (tenant_id, user_id, id);
CREATE INDEX managed_devices_hardware ON managed_devices (tenant_id, hardware_id, id);
CREATE INDEX managed_devices_name ON managed_devices (tenant_id, name_key, id);
CREATE INDEX managed_devices_serial ON managed_devices (tenant_id, serial_key, id);

CREATE TABLE mdm_certificates (
    tenant_id     {{uuid}} NOT NULL,
    sha256        {{bytes}} NOT NULL,
    device_id     {{uuid}} NOT NULL,
    serial_number {{text}} NOT NULL,
    key_id        {{bytes}} NOT NULL,
    not_before    {{long}} NOT NULL,
    not_after     {{long}} NOT NULL,
    created_at    {{long}} NOT NULL,
    seen_at       {{long}} NOT NULL DEFAULT 0,
    revoked_at    {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, sha256)
);
CREATE INDEX mdm_certificates_device ON mdm_certificates (tenant_id, device_id);

CREATE TABLE mdm_sessions (
    tenant_id  {{uuid}} NOT NULL,
    device_id  {{uuid}} NOT NULL,
    session_id {{text}} NOT NULL,
    body       {{json}} NOT NULL,
    updated_at {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, device_id, session_id)
);
CREATE INDEX mdm_sessions_updated ON mdm_sessions (updated_at);

-- state 1 and 2 are open: queued and sent.
CREATE TABLE mdm_commands (
    tenant_id  {{uuid}} NOT NULL,
    device_id  {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    owner      {{small}} NOT NULL,
    subject    {{text}} NOT NULL DEFAULT '',
    dedup_key  {{text}} NOT NULL DEFAULT '',
    state      {{small}} NOT NULL,
    body       {{json}} NOT NULL,
    session_id {{text}} NOT NULL DEFAULT '',
    status     {{long}} NOT NULL DEFAULT 0,
    outcome    {{json}} NOT NULL,
    tries      {{long}} NOT NULL DEFAULT 0,
    not_before {{long}} NOT NULL DEFAULT 0,
    created_at {{long}} NOT NULL,
    sent_at    {{long}} NOT NULL DEFAULT 0,
    done_at    {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, device_id, id)
);
CREATE INDEX mdm_commands_open ON mdm_commands (tenant_id, device_id, id) WHERE state < 3;
CREATE UNIQUE INDEX mdm_commands_key ON mdm_commands (tenant_id, device_id, dedup_key) WHERE state < 3 AND dedup_key <> '';

-- secrets are the values of the body that nobody may read, sealed; empty
-- without any.
CREATE TABLE mdm_policies (
    tenant_id    {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    kind         {{small}} NOT NULL,
    display_name {{text}} NOT NULL,
    name_key     {{text}} NOT NULL,
    by_default   {{small}} NOT NULL DEFAULT 0,
    priority     {{long}} NOT NULL DEFAULT 0,
    body         {{json}} NOT NULL,
    secrets      {{bytes}} NOT NULL,
    created_at   {{long}} NOT NULL DEFAULT 0,
    modified_at  {{long}} NOT NULL DEFAULT 0,
    version      {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX mdm_policies_kind ON mdm_policies (tenant_id, kind, priority, id);

-- The group of all devices and of all users is the all-zero uuid.
CREATE TABLE mdm_assignments (
    tenant_id  {{uuid}} NOT NULL,
    policy_id  {{uuid}} NOT NULL,
    group_id   {{uuid}} NOT NULL,
    target     {{small}} NOT NULL,
    intent     {{small}} NOT NULL DEFAULT 0,
    created_at {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, policy_id, group_id, target)
);
CREATE INDEX mdm_assignments_group ON mdm_assignments (tenant_id, group_id);

-- What became of a policy or app at a PC; the all-zero user is the device itself.
-- sent are the nodes of a configuration, one a line.
CREATE TABLE mdm_states (
    tenant_id   {{uuid}} NOT NULL,
    device_id   {{uuid}} NOT NULL,
    policy_id   {{uuid}} NOT NULL,
    user_id     {{uuid}} NOT NULL,
    kind        {{small}} NOT NULL,
    name        {{text}} NOT NULL DEFAULT '',
    compliance  {{small}} NOT NULL DEFAULT 0,
    status      {{long}} NOT NULL DEFAULT 0,
    error_code  {{long}} NOT NULL DEFAULT 0,
    applied     {{long}} NOT NULL DEFAULT 0,
    tracked     {{small}} NOT NULL DEFAULT 0,
    sent        {{text}} NOT NULL DEFAULT '',
    reported_at {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, device_id, policy_id, user_id)
);
CREATE INDEX mdm_states_policy ON mdm_states (tenant_id, policy_id);

CREATE TABLE deployments (
    tenant_id     {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    autopilot_id  {{uuid}} NOT NULL,
    object_id     {{uuid}} NOT NULL,
    device_id     {{uuid}} NOT NULL,
    user_id       {{uuid}} NOT NULL,
    upn           {{text}} NOT NULL DEFAULT '',
    device_name   {{text}} NOT NULL DEFAULT '',
    serial_number {{text}} NOT NULL DEFAULT '',
    state         {{small}} NOT NULL DEFAULT 0,
    body          {{json}} NOT NULL,
    started_at    {{long}} NOT NULL DEFAULT 0,
    ended_at      {{long}} NOT NULL DEFAULT 0,
    version       {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX deployments_autopilot ON deployments (tenant_id, autopilot_id, id);
CREATE INDEX deployments_object ON deployments (tenant_id, object_id, id);
CREATE INDEX deployments_device ON deployments (tenant_id, device_id, id);
CREATE INDEX deployments_started ON deployments (tenant_id, started_at, id);

CREATE TABLE deployment_events (
    tenant_id     {{uuid}} NOT NULL,
    deployment_id {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    at            {{long}} NOT NULL,
    kind          {{text}} NOT NULL,
    body          {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, deployment_id, id)
);

CREATE TABLE mdm_settings (
    tenant_id {{uuid}} NOT NULL PRIMARY KEY,
    body      {{json}} NOT NULL,
    version   {{long}} NOT NULL DEFAULT 1
);

-- Which tenant takes a real Entra tenant's tokens is asked before it is known.
CREATE TABLE entra_tenants (
    entra_id  {{uuid}} NOT NULL PRIMARY KEY,
    tenant_id {{uuid}} NOT NULL,
    body      {{json}} NOT NULL
);
CREATE INDEX entra_tenants_tenant ON entra_tenants (tenant_id);

-- The files of apps, in pieces.
CREATE TABLE app_contents (
    tenant_id {{uuid}} NOT NULL,
    file      {{uuid}} NOT NULL,
    piece     {{long}} NOT NULL,
    data      {{bytes}} NOT NULL,
    PRIMARY KEY (tenant_id, file, piece)
);

-- +goose Down
DROP TABLE app_contents;
DROP TABLE entra_tenants;
DROP TABLE mdm_settings;
DROP TABLE deployment_events;
DROP TABLE deployments;
DROP TABLE mdm_states;
DROP TABLE mdm_assignments;
DROP TABLE mdm_policies;
DROP TABLE mdm_commands;
DROP TABLE mdm_sessions;
DROP TABLE mdm_certificates;
DROP TABLE managed_devices;
DROP TABLE mdm_authorities;
