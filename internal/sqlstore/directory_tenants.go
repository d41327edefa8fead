package sqlstore

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Topics of the table changes.
const (
	changesConfig       = 1
	changesApplications = 2
)

// tenantTables are the tables that hold a tenant's rows, for DeleteTenant.
var tenantTables = []string{
	"tenant_domains", "users", "devices", "dir_groups", "memberships", "applications", "app_secrets",
	"changes", "dirty", "fills", "autopilot_claims", "autopilot_identities", "autopilot_hashes",
	"hardware_reports", "import_rows", "profiles", "assignments", "audit", "audit_heads", "join_policies", "mobility_policies",
	"app_redirects", "app_certificates", "consents", "role_assignments", "passwords", "totp", "recovery_codes", "sessions", "entry_links",
	"signin_attempts", "token_families", "auth_codes", "refresh_tokens", "device_codes", "brandings", "device_people", "device_certificates", "group_owners",
	"mdm_authorities", "managed_devices", "mdm_certificates", "mdm_sessions", "mdm_commands", "mdm_policies", "mdm_assignments", "mdm_states",
	"deployments", "deployment_events", "mdm_settings", "entra_tenants", "app_contents", "lab_quirks", "deleted_objects",
}

const tenantSelect = "SELECT t.tenant_id, t.display_name, d.domain, t.lab, t.clock_offset, t.without_tpm, t.created_at FROM tenants t JOIN tenant_domains d ON d.tenant_id = t.tenant_id"

func scanTenant(r row, t *directory.Tenant) error {
	var offset int64
	err := r.Scan(asID(&t.ID), &t.DisplayName, &t.Domain, asBool(&t.Lab), &offset, asBool(&t.ProfileWithoutTPM), asTime(&t.CreatedAt))
	t.ClockOffset = time.Duration(offset) * time.Microsecond
	return err
}

// GetTenant implements directory.Reader.
func (db *DB) GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error) {
	t, ok, err := first(ctx, db.reader(), scanTenant, tenantSelect+" WHERE t.tenant_id = $1", idArg(db.d, id))
	if err == nil && !ok {
		return t, missing("tenant", string(id))
	}
	return t, fault.Wrap("get tenant "+string(id), err)
}

// FindTenant implements directory.Reader.
func (db *DB) FindTenant(ctx context.Context, domain string) (directory.Tenant, error) {
	t, ok, err := first(ctx, db.reader(), scanTenant, tenantSelect+" WHERE d.domain = $1", strings.ToLower(domain))
	if err == nil && !ok {
		return t, missing("tenant with the domain", domain)
	}
	return t, fault.Wrap("find tenant "+domain, err)
}

// ListTenants returns every tenant, the oldest first.
func (db *DB) ListTenants(ctx context.Context) ([]directory.Tenant, error) {
	all, err := collect(ctx, db.reader(), scanTenant, tenantSelect+" ORDER BY t.created_at, t.tenant_id")
	return all, fault.Wrap("list tenants", err)
}

// CreateTenant implements directory.TenantTx. The codes of a conflict are
// TenantExists and DomainTaken.
func (tx *Tx) CreateTenant(ctx context.Context, t directory.Tenant) error {
	doing := "create tenant " + string(t.ID)
	id := idArg(tx.dialect(), t.ID)
	_, err := tx.exec(ctx, "INSERT INTO tenants (tenant_id, display_name, lab, clock_offset, without_tpm, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		id, t.DisplayName, boolArg(t.Lab), t.ClockOffset.Microseconds(), boolArg(t.ProfileWithoutTPM), timeArg(t.CreatedAt))
	if err != nil {
		return fault.Wrap(doing, conflictAs(err, "TenantExists", "There is a tenant with this id already."))
	}
	if _, err := tx.exec(ctx, "INSERT INTO tenant_domains (domain, tenant_id) VALUES ($1, $2)", t.Domain, id); err != nil {
		return fault.Wrap(doing, domainTaken(err, t.Domain))
	}
	counters := [][]any{{id, changesConfig, 1}, {id, changesApplications, 1}}
	if err := insertRows(ctx, tx, "INSERT INTO changes (tenant_id, topic, version) VALUES ", counters, ""); err != nil {
		return fault.Wrap(doing, err)
	}
	_, err = tx.exec(ctx, "INSERT INTO audit_heads (tenant_id, seq, hash) VALUES ($1, 0, $2)", id, []byte{})
	return fault.Wrap(doing, err)
}

func domainTaken(err error, domain string) error {
	return conflictAs(err, "DomainTaken", "The domain '"+domain+"' belongs to another tenant.")
}

// UpdateTenant implements directory.TenantTx; Lab never changes.
func (tx *Tx) UpdateTenant(ctx context.Context, t directory.Tenant) error {
	doing := "update tenant " + string(t.ID)
	id := idArg(tx.dialect(), t.ID)
	n, err := tx.exec(ctx, "UPDATE tenants SET display_name = $2, clock_offset = $3, without_tpm = $4 WHERE tenant_id = $1", id, t.DisplayName, t.ClockOffset.Microseconds(), boolArg(t.ProfileWithoutTPM))
	if err != nil {
		return fault.Wrap(doing, err)
	}
	if n == 0 {
		return missing("tenant", string(t.ID))
	}
	_, err = tx.exec(ctx, "UPDATE tenant_domains SET domain = $2 WHERE tenant_id = $1", id, t.Domain)
	return fault.Wrap(doing, domainTaken(err, t.Domain))
}

// DeleteTenant implements directory.TenantTx.
func (tx *Tx) DeleteTenant(ctx context.Context, t directory.TenantID) error {
	doing := "delete tenant " + string(t)
	id := idArg(tx.dialect(), t)
	n, err := tx.exec(ctx, "DELETE FROM tenants WHERE tenant_id = $1", id)
	if err != nil {
		return fault.Wrap(doing, err)
	}
	if n == 0 {
		return missing("tenant", string(t))
	}
	for _, table := range tenantTables {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1", id); err != nil {
			return fault.Wrap(doing, err)
		}
	}
	return nil
}

// CountRows counts a tenant's rows by table; tables without any are left out.
func (db *DB) CountRows(ctx context.Context, t directory.TenantID) (map[string]int64, error) {
	counts := make(map[string]int64)
	err := db.snapshot(ctx, func(q querier) error {
		for _, table := range append([]string{"tenants"}, tenantTables...) {
			var n int64
			if _, err := one(ctx, q, []any{&n}, "SELECT count(*) FROM "+table+" WHERE tenant_id = $1", idArg(db.d, t)); err != nil {
				return err
			}
			if n > 0 {
				counts[table] = n
			}
		}
		return nil
	})
	return counts, fault.Wrap("count the rows of "+string(t), err)
}
