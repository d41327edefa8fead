-- Lists of very many devices are sorted and searched without reading every row.

-- +goose Up
DROP INDEX autopilot_identities_serial;
CREATE INDEX autopilot_identities_serial ON autopilot_identities (tenant_id, serial_key, id{{and_searched}});
CREATE INDEX autopilot_identities_manufacturer ON autopilot_identities (tenant_id, {{folded manufacturer}}, id);
CREATE INDEX autopilot_identities_model ON autopilot_identities (tenant_id, {{folded model}}, id);
CREATE INDEX autopilot_identities_order ON autopilot_identities (tenant_id, {{folded purchase_order}}, id);
CREATE INDEX autopilot_identities_user ON autopilot_identities (tenant_id, {{folded user_principal_name}}, id);
CREATE INDEX autopilot_identities_name ON autopilot_identities (tenant_id, {{folded display_name}}, id);

-- +goose Down
DROP INDEX autopilot_identities_name;
DROP INDEX autopilot_identities_user;
DROP INDEX autopilot_identities_order;
DROP INDEX autopilot_identities_model;
DROP INDEX autopilot_identities_manufacturer;
DROP INDEX autopilot_identities_serial;
CREATE INDEX autopilot_identities_serial ON autopilot_identities (tenant_id, serial_key, id);
