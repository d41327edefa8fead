-- Written once for both engines; {{tokens}} become the engine's types.
-- Times are microseconds since 1970 UTC, 0 means none. Enums are numbers from
-- enums.go. An all-zero uuid and an empty text mean none.

-- +goose Up
CREATE TABLE tenants (
    tenant_id    {{uuid}} NOT NULL PRIMARY KEY,
    display_name {{text}} NOT NULL,
    lab          {{small}} NOT NULL DEFAULT 0,
    clock_offset {{long}} NOT NULL DEFAULT 0,
    without_tpm  {{small}} NOT NULL DEFAULT 0,
    created_at   {{long}} NOT NULL
);

-- Which tenant owns a domain is asked before the tenant is known.
CREATE TABLE tenant_domains (
    domain    {{text}} NOT NULL PRIMARY KEY,
    tenant_id {{uuid}} NOT NULL
);
CREATE INDEX tenant_domains_tenant ON tenant_domains (tenant_id);

CREATE TABLE users (
    tenant_id    {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    upn          {{text}} NOT NULL,
    upn_key      {{text}} NOT NULL,
    display_name {{text}} NOT NULL DEFAULT '',
    name_key     {{text}} NOT NULL DEFAULT '',
    enabled      {{small}} NOT NULL DEFAULT 0,
    mdm_licensed {{small}} NOT NULL DEFAULT 0,
    dir_sync     {{small}} NOT NULL DEFAULT 0,
    attrs        {{json}} NOT NULL,
    created_at   {{long}} NOT NULL DEFAULT 0,
    version      {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX users_upn ON users (tenant_id, upn_key);
CREATE INDEX users_name ON users (tenant_id, name_key, id);

CREATE TABLE devices (
    tenant_id       {{uuid}} NOT NULL,
    id              {{uuid}} NOT NULL,
    device_id       {{uuid}} NOT NULL,
    display_name    {{text}} NOT NULL DEFAULT '',
    name_key        {{text}} NOT NULL DEFAULT '',
    enabled         {{small}} NOT NULL DEFAULT 0,
    physical_ids    {{json}} NOT NULL,
    order_key       {{text}} NOT NULL DEFAULT '',
    trust_type      {{text}} NOT NULL DEFAULT '',
    ownership       {{text}} NOT NULL DEFAULT '',
    os              {{text}} NOT NULL DEFAULT '',
    os_version      {{text}} NOT NULL DEFAULT '',
    registered_user {{uuid}} NOT NULL,
    last_seen       {{long}} NOT NULL DEFAULT 0,
    attrs           {{json}} NOT NULL,
    system_labels   {{json}} NOT NULL,
    rooted          {{small}} NOT NULL DEFAULT 0,
    created_at      {{long}} NOT NULL DEFAULT 0,
    version         {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX devices_device_id ON devices (tenant_id, device_id);
CREATE INDEX devices_name ON devices (tenant_id, name_key, id);
CREATE INDEX devices_order ON devices (tenant_id, order_key, id);

CREATE TABLE dir_groups (
    tenant_id       {{uuid}} NOT NULL,
    id              {{uuid}} NOT NULL,
    display_name    {{text}} NOT NULL,
    name_key        {{text}} NOT NULL,
    description     {{text}} NOT NULL DEFAULT '',
    mail_nickname   {{text}} NOT NULL DEFAULT '',
    kind            {{small}} NOT NULL,
    rule            {{text}} NOT NULL DEFAULT '',
    processing      {{small}} NOT NULL DEFAULT 0,
    rule_version    {{long}} NOT NULL DEFAULT 0,
    applied_version {{long}} NOT NULL DEFAULT 0,
    last_updated    {{long}} NOT NULL DEFAULT 0,
    created_at      {{long}} NOT NULL DEFAULT 0,
    deleted_at      {{long}} NOT NULL DEFAULT 0,
    version         {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX dir_groups_name ON dir_groups (tenant_id, name_key, id);

CREATE TABLE memberships (
    tenant_id    {{uuid}} NOT NULL,
    group_id     {{uuid}} NOT NULL,
    member_id    {{uuid}} NOT NULL,
    member_kind  {{small}} NOT NULL,
    by_rule      {{small}} NOT NULL DEFAULT 0,
    rule_version {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, group_id, member_id)
) {{without_rowid}};
CREATE INDEX memberships_member ON memberships (tenant_id, member_id, group_id);

CREATE TABLE applications (
    tenant_id         {{uuid}} NOT NULL,
    app_id            {{uuid}} NOT NULL,
    id                {{uuid}} NOT NULL,
    service_principal {{uuid}} NOT NULL,
    display_name      {{text}} NOT NULL,
    permissions       {{json}} NOT NULL,
    enabled           {{small}} NOT NULL DEFAULT 1,
    created_at        {{long}} NOT NULL DEFAULT 0,
    version           {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, app_id)
);
CREATE UNIQUE INDEX applications_object ON applications (tenant_id, id);

CREATE TABLE app_secrets (
    tenant_id      {{uuid}} NOT NULL,
    application_id {{uuid}} NOT NULL,
    key_id         {{uuid}} NOT NULL,
    hash           {{bytes}} NOT NULL,
    hint           {{text}} NOT NULL DEFAULT '',
    display_name   {{text}} NOT NULL DEFAULT '',
    created_at     {{long}} NOT NULL DEFAULT 0,
    expires_at     {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, application_id, key_id)
);

-- Keys and secrets of the whole server, sealed by the master key.
CREATE TABLE signing_keys (
    key_id     {{text}} NOT NULL PRIMARY KEY,
    sealed     {{bytes}} NOT NULL,
    created_at {{long}} NOT NULL DEFAULT 0,
    active_at  {{long}} NOT NULL DEFAULT 0,
    retired_at {{long}} NOT NULL DEFAULT 0
);

CREATE TABLE server_secrets (
    name   {{text}} NOT NULL PRIMARY KEY,
    sealed {{bytes}} NOT NULL
);

-- Nonces that PCs proved themselves with: each works once in all processes.
CREATE TABLE spent_nonces (
    nonce      {{bytes}} NOT NULL PRIMARY KEY,
    expires_at {{long}} NOT NULL
);
CREATE INDEX spent_nonces_expiry ON spent_nonces (expires_at);

-- One counter per tenant and topic: 1 configuration, 2 applications.
CREATE TABLE changes (
    tenant_id {{uuid}} NOT NULL,
    topic     {{small}} NOT NULL,
    version   {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, topic)
);

CREATE TABLE dirty (
    tenant_id   {{uuid}} NOT NULL,
    topic       {{small}} NOT NULL,
    entity_id   {{uuid}} NOT NULL,
    version     {{long}} NOT NULL,
    chain       {{small}} NOT NULL DEFAULT 0,
    attempts    {{long}} NOT NULL DEFAULT 0,
    not_before  {{long}} NOT NULL DEFAULT 0,
    lease_until {{long}} NOT NULL DEFAULT 0,
    lease_token {{text}} NOT NULL DEFAULT '',
    marked_at   {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, topic, entity_id)
);
CREATE INDEX dirty_oldest ON dirty (marked_at);
CREATE INDEX dirty_ready ON dirty (tenant_id, topic, marked_at, entity_id);

CREATE TABLE fills (
    tenant_id   {{uuid}} NOT NULL,
    id          {{uuid}} NOT NULL,
    version     {{long}} NOT NULL,
    scope       {{small}} NOT NULL,
    group_id    {{uuid}} NOT NULL,
    phase       {{small}} NOT NULL DEFAULT 0,
    cursor_id   {{uuid}} NOT NULL,
    done        {{long}} NOT NULL DEFAULT 0,
    reason      {{text}} NOT NULL DEFAULT '',
    purge_group {{small}} NOT NULL DEFAULT 0,
    created_at  {{long}} NOT NULL,
    attempts    {{long}} NOT NULL DEFAULT 0,
    lease_until {{long}} NOT NULL DEFAULT 0,
    lease_token {{text}} NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX fills_oldest ON fills (created_at);
CREATE INDEX fills_group ON fills (tenant_id, group_id);

-- Who holds a machine, in any tenant: the key is looked up before the tenant
-- is known. Shared keys, which only find a device, are held by the first.
CREATE TABLE autopilot_claims (
    lookup_key   {{bytes}} NOT NULL PRIMARY KEY,
    tenant_id    {{uuid}} NOT NULL,
    autopilot_id {{uuid}} NOT NULL,
    exclusive    {{small}} NOT NULL DEFAULT 1
);
CREATE INDEX autopilot_claims_device ON autopilot_claims (tenant_id, autopilot_id);

CREATE TABLE autopilot_identities (
    tenant_id             {{uuid}} NOT NULL,
    id                    {{uuid}} NOT NULL,
    serial_number         {{text}} NOT NULL DEFAULT '',
    serial_key            {{text}} NOT NULL DEFAULT '',
    manufacturer          {{text}} NOT NULL DEFAULT '',
    model                 {{text}} NOT NULL DEFAULT '',
    product_key           {{text}} NOT NULL DEFAULT '',
    sku_number            {{text}} NOT NULL DEFAULT '',
    system_family         {{text}} NOT NULL DEFAULT '',
    group_tag             {{text}} NOT NULL DEFAULT '',
    group_tag_key         {{text}} NOT NULL DEFAULT '',
    purchase_order        {{text}} NOT NULL DEFAULT '',
    device_type           {{small}} NOT NULL DEFAULT 0,
    device_object_id      {{uuid}} NOT NULL,
    entra_device_id       {{uuid}} NOT NULL,
    managed_device_id     {{uuid}} NOT NULL,
    user_principal_name   {{text}} NOT NULL DEFAULT '',
    addressable_user_name {{text}} NOT NULL DEFAULT '',
    display_name          {{text}} NOT NULL DEFAULT '',
    enrollment_state      {{small}} NOT NULL DEFAULT 0,
    last_contact          {{long}} NOT NULL DEFAULT 0,
    decided               {{small}} NOT NULL DEFAULT 0,
    detail                {{small}} NOT NULL DEFAULT 0,
    profile_id            {{uuid}} NOT NULL,
    by_default            {{small}} NOT NULL DEFAULT 0,
    assigned_at           {{long}} NOT NULL DEFAULT 0,
    remediation           {{small}} NOT NULL DEFAULT 0,
    remediation_at        {{long}} NOT NULL DEFAULT 0,
    eval_version          {{long}} NOT NULL DEFAULT 0,
    chain                 {{small}} NOT NULL DEFAULT 0,
    created_at            {{long}} NOT NULL DEFAULT 0,
    version               {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX autopilot_identities_serial ON autopilot_identities (tenant_id, serial_key, id);
CREATE INDEX autopilot_identities_tag ON autopilot_identities (tenant_id, group_tag_key, id);
CREATE INDEX autopilot_identities_profile ON autopilot_identities (tenant_id, profile_id, id);
CREATE UNIQUE INDEX autopilot_identities_object ON autopilot_identities (tenant_id, device_object_id);

-- Wide and rarely read, so apart from the row that lists show.
CREATE TABLE autopilot_hashes (
    tenant_id    {{uuid}} NOT NULL,
    autopilot_id {{uuid}} NOT NULL,
    hash         {{bytes}} NOT NULL,
    PRIMARY KEY (tenant_id, autopilot_id)
);

CREATE TABLE hardware_reports (
    tenant_id    {{uuid}} NOT NULL,
    autopilot_id {{uuid}} NOT NULL,
    hash         {{bytes}} NOT NULL,
    reported_at  {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, autopilot_id)
);

CREATE TABLE import_rows (
    tenant_id     {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    batch         {{text}} NOT NULL DEFAULT '',
    serial_number {{text}} NOT NULL DEFAULT '',
    serial_key    {{text}} NOT NULL DEFAULT '',
    product_key   {{text}} NOT NULL DEFAULT '',
    group_tag     {{text}} NOT NULL DEFAULT '',
    assigned_user {{text}} NOT NULL DEFAULT '',
    status        {{small}} NOT NULL,
    registration  {{uuid}} NOT NULL,
    error_code    {{long}} NOT NULL DEFAULT 0,
    error_name    {{text}} NOT NULL DEFAULT '',
    error_message {{text}} NOT NULL DEFAULT '',
    created_at    {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX import_rows_batch ON import_rows (tenant_id, batch, id);

CREATE TABLE profiles (
    tenant_id    {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    kind         {{small}} NOT NULL,
    display_name {{text}} NOT NULL,
    name_key     {{text}} NOT NULL,
    body         {{json}} NOT NULL,
    created_at   {{long}} NOT NULL DEFAULT 0,
    modified_at  {{long}} NOT NULL DEFAULT 0,
    version      {{long}} NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX profiles_name ON profiles (tenant_id, name_key, id);

-- The group of an assignment to all devices is the all-zero uuid.
CREATE TABLE assignments (
    tenant_id  {{uuid}} NOT NULL,
    profile_id {{uuid}} NOT NULL,
    group_id   {{uuid}} NOT NULL,
    target     {{small}} NOT NULL,
    created_at {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, profile_id, group_id, target)
);
CREATE INDEX assignments_group ON assignments (tenant_id, group_id);
-- 3 is TargetAllDevices: one profile of a tenant may go to all devices.
CREATE UNIQUE INDEX assignments_all_devices ON assignments (tenant_id) WHERE target = 3;

CREATE TABLE audit (
    tenant_id   {{uuid}} NOT NULL,
    id          {{uuid}} NOT NULL,
    at          {{long}} NOT NULL,
    actor       {{json}} NOT NULL,
    activity    {{text}} NOT NULL DEFAULT '',
    category    {{text}} NOT NULL DEFAULT '',
    target_id   {{text}} NOT NULL DEFAULT '',
    target_type {{text}} NOT NULL DEFAULT '',
    target_name {{text}} NOT NULL DEFAULT '',
    diff        {{json}} NOT NULL,
    seq         {{long}} NOT NULL DEFAULT 0,
    prev_hash   {{bytes}} NOT NULL,
    sealed_at   {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_at ON audit (tenant_id, at, id);
CREATE INDEX audit_seq ON audit (tenant_id, seq);
CREATE INDEX audit_unsealed ON audit (tenant_id, id) WHERE seq = 0;

-- The last link of each tenant's audit chain.
CREATE TABLE audit_heads (
    tenant_id {{uuid}} NOT NULL PRIMARY KEY,
    seq       {{long}} NOT NULL,
    hash      {{bytes}} NOT NULL
);

-- +goose Down
DROP TABLE audit_heads;
DROP TABLE audit;
DROP TABLE assignments;
DROP TABLE profiles;
DROP TABLE import_rows;
DROP TABLE hardware_reports;
DROP TABLE autopilot_hashes;
DROP TABLE autopilot_identities;
DROP TABLE autopilot_claims;
DROP TABLE fills;
DROP TABLE dirty;
DROP TABLE changes;
DROP TABLE spent_nonces;
DROP TABLE server_secrets;
DROP TABLE signing_keys;
DROP TABLE app_secrets;
DROP TABLE applications;
DROP TABLE memberships;
DROP TABLE dir_groups;
DROP TABLE devices;
DROP TABLE users;
DROP TABLE tenant_domains;
DROP TABLE tenants;
