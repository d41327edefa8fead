-- People sign in, programs act for them. Of secrets only SHA-256 is kept; what
-- has to be read again (totp.secret) is sealed with the master key.

-- +goose Up
-- Tokens and sessions from before this moment are dead (Graph:
-- user.signInSessionsValidFromDateTime).
ALTER TABLE users ADD COLUMN sessions_from {{long}} NOT NULL DEFAULT 0;

-- An app without any secret or certificate can be used as a public client only.
ALTER TABLE applications ADD COLUMN public_client {{small}} NOT NULL DEFAULT 0;

CREATE TABLE app_redirects (
    tenant_id      {{uuid}} NOT NULL,
    application_id {{uuid}} NOT NULL,
    uri            {{text}} NOT NULL,
    platform       {{small}} NOT NULL,
    PRIMARY KEY (tenant_id, application_id, uri)
);

CREATE TABLE app_certificates (
    tenant_id      {{uuid}} NOT NULL,
    application_id {{uuid}} NOT NULL,
    key_id         {{uuid}} NOT NULL,
    sha1           {{bytes}} NOT NULL,
    sha256         {{bytes}} NOT NULL,
    der            {{bytes}} NOT NULL,
    display_name   {{text}} NOT NULL DEFAULT '',
    created_at     {{long}} NOT NULL,
    starts_at      {{long}} NOT NULL,
    expires_at     {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, application_id, key_id)
);
CREATE UNIQUE INDEX app_certificates_sha256 ON app_certificates (tenant_id, application_id, sha256);

-- What may be done for a person. An all-zero user is everybody in the tenant.
CREATE TABLE consents (
    tenant_id  {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    app_id     {{uuid}} NOT NULL,
    user_id    {{uuid}} NOT NULL,
    resource   {{text}} NOT NULL,
    scopes     {{json}} NOT NULL,
    created_at {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX consents_for ON consents (tenant_id, app_id, user_id, resource);

CREATE TABLE role_assignments (
    tenant_id  {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    role_id    {{uuid}} NOT NULL,
    user_id    {{uuid}} NOT NULL,
    created_at {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX role_assignments_user ON role_assignments (tenant_id, user_id, role_id);

CREATE TABLE passwords (
    tenant_id   {{uuid}} NOT NULL,
    user_id     {{uuid}} NOT NULL,
    hash        {{text}} NOT NULL,
    must_change {{small}} NOT NULL DEFAULT 0,
    changed_at  {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE totp (
    tenant_id    {{uuid}} NOT NULL,
    user_id      {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    secret       {{bytes}} NOT NULL,
    last_step    {{long}} NOT NULL DEFAULT 0,
    created_at   {{long}} NOT NULL,
    confirmed_at {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE recovery_codes (
    tenant_id {{uuid}} NOT NULL,
    user_id   {{uuid}} NOT NULL,
    hash      {{bytes}} NOT NULL,
    used_at   {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id, hash)
);

-- account is a hash of the name that was typed, so an unknown name leaves the
-- same row as a known one; network is empty for the row of the whole account.
CREATE TABLE lockouts (
    account   {{bytes}} NOT NULL,
    network   {{text}} NOT NULL,
    failures  {{long}} NOT NULL,
    until     {{long}} NOT NULL,
    last_at   {{long}} NOT NULL,
    PRIMARY KEY (account, network)
);
CREATE INDEX lockouts_age ON lockouts (last_at);

CREATE TABLE sessions (
    tenant_id  {{uuid}} NOT NULL,
    hash       {{bytes}} NOT NULL,
    id         {{uuid}} NOT NULL,
    user_id    {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    created_at {{long}} NOT NULL,
    last_used  {{long}} NOT NULL,
    ends_at    {{long}} NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_age ON sessions (ends_at);

-- The one-time links that let a person in without a password.
CREATE TABLE entry_links (
    hash       {{bytes}} NOT NULL PRIMARY KEY,
    tenant_id  {{uuid}} NOT NULL,
    user_id    {{uuid}} NOT NULL,
    kind       {{small}} NOT NULL,
    created_at {{long}} NOT NULL,
    expires_at {{long}} NOT NULL
);
CREATE INDEX entry_links_tenant ON entry_links (tenant_id, kind);

-- A sign-in under way. The tenant is all zero until the person is known, when
-- it was asked for on common or organizations.
CREATE TABLE signin_attempts (
    hash       {{bytes}} NOT NULL PRIMARY KEY,
    tenant_id  {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    version    {{long}} NOT NULL DEFAULT 1,
    expires_at {{long}} NOT NULL
);
CREATE INDEX signin_attempts_age ON signin_attempts (expires_at);

CREATE TABLE token_families (
    tenant_id  {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    user_id    {{uuid}} NOT NULL,
    app_id     {{uuid}} NOT NULL,
    device_id  {{uuid}} NOT NULL,
    session_id {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    created_at {{long}} NOT NULL,
    ends_at    {{long}} NOT NULL,
    revoked_at {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX token_families_user ON token_families (tenant_id, user_id);
CREATE INDEX token_families_app ON token_families (tenant_id, app_id);
CREATE INDEX token_families_session ON token_families (tenant_id, session_id);
CREATE INDEX token_families_age ON token_families (ends_at);
CREATE INDEX token_families_revoked ON token_families (revoked_at) WHERE revoked_at > 0;

CREATE TABLE auth_codes (
    tenant_id  {{uuid}} NOT NULL,
    hash       {{bytes}} NOT NULL,
    family_id  {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    expires_at {{long}} NOT NULL,
    used_at    {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX auth_codes_age ON auth_codes (expires_at);

CREATE TABLE refresh_tokens (
    tenant_id   {{uuid}} NOT NULL,
    hash        {{bytes}} NOT NULL,
    family_id   {{uuid}} NOT NULL,
    created_at  {{long}} NOT NULL,
    expires_at  {{long}} NOT NULL,
    replaced_at {{long}} NOT NULL DEFAULT 0,
    uses        {{long}} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (tenant_id, family_id);
CREATE INDEX refresh_tokens_age ON refresh_tokens (expires_at);

-- The tenant is all zero until somebody approves a code asked for on common.
-- state is 0 waiting, 1 approved, 2 declined, 3 used. poll_wait is in seconds.
CREATE TABLE device_codes (
    hash       {{bytes}} NOT NULL PRIMARY KEY,
    user_code  {{text}} NOT NULL,
    tenant_id  {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    state      {{small}} NOT NULL DEFAULT 0,
    poll_wait  {{small}} NOT NULL DEFAULT 5,
    polled_at  {{long}} NOT NULL DEFAULT 0,
    expires_at {{long}} NOT NULL
);
CREATE UNIQUE INDEX device_codes_user_code ON device_codes (user_code);
CREATE INDEX device_codes_age ON device_codes (expires_at);

-- Re-encoded pictures and text of a tenant's sign-in pages.
CREATE TABLE brandings (
    tenant_id   {{uuid}} NOT NULL PRIMARY KEY,
    body        {{json}} NOT NULL,
    logo        {{bytes}} NOT NULL,
    background  {{bytes}} NOT NULL,
    modified_at {{long}} NOT NULL,
    version     {{long}} NOT NULL DEFAULT 1
);

-- +goose Down
DROP TABLE brandings;
DROP TABLE device_codes;
DROP TABLE refresh_tokens;
DROP TABLE auth_codes;
DROP TABLE token_families;
DROP TABLE signin_attempts;
DROP TABLE entry_links;
DROP TABLE sessions;
DROP TABLE lockouts;
DROP TABLE recovery_codes;
DROP TABLE totp;
DROP TABLE passwords;
DROP TABLE role_assignments;
DROP TABLE consents;
DROP TABLE app_certificates;
DROP TABLE app_redirects;
ALTER TABLE applications DROP COLUMN public_client;
ALTER TABLE users DROP COLUMN sessions_from;
