package sqlstore_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// guarded are tables with at least a row for each PC.
var guarded = []string{"managed_devices", "memberships", "mdm_certificates", "mdm_commands", "mdm_states", "mdm_sessions", "devices"}

// What enrolments and check-ins look up must not become slower with the number
// of a tenant's PCs: the tenant alone is no index condition.
func TestLookUpsOfEnrolmentsAndCheckInsUseAnIndexForMoreThanTheTenant(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		db := e.Open(t)
		if e.Name == "postgres" {
			populate(t, db)
		}
		before := map[string]bool{}
		for _, s := range db.Statements() {
			before[s] = true
		}
		lookUp(t, db)
		checked := map[string]bool{}
		for _, statement := range db.Statements() {
			if before[statement] || !strings.Contains(statement, " WHERE ") {
				continue
			}
			args := 0
			for i, m := range regexp.MustCompile(`[?$](\d*)`).FindAllStringSubmatch(statement, -1) {
				n, err := i+1, error(nil)
				if m[1] != "" {
					n, err = strconv.Atoi(m[1])
				}
				if err != nil {
					t.Fatal(err)
				}
				args = max(args, n)
			}
			lines, err := db.Plan(t.Context(), statement, args)
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			for _, table := range walked(e.Name, statement, lines, checked) {
				t.Errorf("the whole of a tenant's %s is read by %s\n%s", table, statement, strings.Join(lines, "\n"))
			}
		}
		for _, table := range guarded {
			if !checked[table] {
				t.Errorf("no plan reads %s", table)
			}
		}
	})
}

// populate fills the guarded tables for one tenant: PostgreSQL chooses by what
// it knows of their rows, SQLite by the indexes alone.
func populate(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	const (
		tenant = "'018f0000-0000-7000-8000-000000000001'::uuid"
		id     = "gen_random_uuid()"
		rows   = " FROM generate_series(1, 2000) n"
	)
	for _, statement := range []string{
		"INSERT INTO managed_devices (tenant_id, id, object_id, entra_id, user_id, autopilot_id, hardware_id, body, esp)" +
			" SELECT " + tenant + ", " + id + ", " + id + ", " + id + ", " + id + ", " + id + ", n::text, '{}', 'null'" + rows,
		"INSERT INTO devices (tenant_id, id, device_id, physical_ids, registered_user, attrs, system_labels) SELECT " + tenant + ", " + id + ", " + id + ", '[]', " + id + ", '{}', '[]'" + rows,
		"INSERT INTO dir_groups (tenant_id, id, display_name, name_key, kind) SELECT " + tenant + ", " + id + ", n::text, n::text, 1" + rows,
		"INSERT INTO memberships (tenant_id, group_id, member_id, member_kind) SELECT " + tenant + ", " + id + ", " + id + ", 1" + rows,
		"INSERT INTO mdm_certificates (tenant_id, sha256, device_id, serial_number, key_id, not_before, not_after, created_at)" +
			" SELECT " + tenant + ", decode(md5(n::text), 'hex'), m.id, n::text, '', 0, 0, 0 FROM (SELECT id, row_number() OVER () AS n FROM managed_devices) m",
		"INSERT INTO mdm_commands (tenant_id, device_id, id, owner, state, body, outcome, created_at) SELECT " + tenant + ", " + id + ", " + id + ", 1, 1 + n % 5, '{}', '{}', 0" + rows,
		"INSERT INTO mdm_states (tenant_id, device_id, policy_id, user_id, kind) SELECT " + tenant + ", " + id + ", " + id + ", " + id + ", 1" + rows,
		"INSERT INTO mdm_sessions (tenant_id, device_id, session_id, body, updated_at) SELECT " + tenant + ", " + id + ", n::text, '{}', 0" + rows,
		"ANALYZE",
	} {
		if err := db.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// lookUp runs what enrolments and check-ins run, of a tenant that is not there.
func lookUp(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	ctx := t.Context()
	id := func() string { return uuid.Must(uuid.NewV7()).String() }
	tenant, device, object := directory.TenantID(id()), enrollment.DeviceID(id()), directory.ObjectID(id())
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	// That nothing is found is not looked at.
	_, _, _ = db.GetCertificate(ctx, tenant, []byte("sum"))
	_, _ = db.GetBasis(ctx, tenant)
	_, _ = db.ManagedDeviceOf(ctx, tenant, object)
	_, _ = db.GetManagedDevice(ctx, tenant, device)
	for _, look := range []func(tx *sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { _, err := tx.LockManagedDevice(ctx, tenant, device); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.FindManagedDevices(ctx, tenant, object, ""); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.FindManagedDevices(ctx, tenant, "", "hardware"); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.CountManagedDevices(ctx, tenant, object, device); return err },
		func(tx *sqlstore.Tx) error {
			_, err := tx.LockDevices(ctx, tenant, []directory.ObjectID{object})
			return err
		},
		func(tx *sqlstore.Tx) error { _, err := tx.GroupsAround(ctx, tenant, object); return err },
		func(tx *sqlstore.Tx) error {
			_, err := tx.MembershipsOf(ctx, tenant, []directory.ObjectID{object})
			return err
		},
		func(tx *sqlstore.Tx) error { _, err := tx.GetStanding(ctx, tenant, device); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.OpenCommands(ctx, tenant, device, 10); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.GetCommands(ctx, tenant, device, []string{id()}); return err },
		func(tx *sqlstore.Tx) error { _, _, err := tx.LastCommand(ctx, tenant, device, "key"); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.CancelCommands(ctx, tenant, device, "", "", now); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.StatesOf(ctx, tenant, device); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.GoodCertificates(ctx, tenant, device); return err },
		func(tx *sqlstore.Tx) error { return tx.RevokeCertificates(ctx, tenant, device, nil, now) },
		func(tx *sqlstore.Tx) error { return tx.DeleteMDMSession(ctx, tenant, device, "1") },
		func(tx *sqlstore.Tx) error { return tx.DeleteMDMSessions(ctx, tenant, device) },
		func(tx *sqlstore.Tx) error {
			return tx.ReplaceMDMSession(ctx, tenant, "1", enrollment.Session{Device: device, ID: "2"})
		},
		func(tx *sqlstore.Tx) error { return tx.TouchManagedDevice(ctx, tenant, enrollment.Device{ID: device}) },
	} {
		_ = db.InTx(ctx, look)
	}
}

var (
	aliased  = regexp.MustCompile(`\b([a-z_]+)(?: AS)? ([a-z])\b`)
	sqliteOf = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)(.*)$`)
	pgOf     = regexp.MustCompile(`(Seq|Index|Index Only) Scan (?:Backward )?(?:using \w+ )?on (\w+)`)
)

// walked are the guarded tables of which a plan reads more than what an index
// finds by the tenant and something else; checked notes all that it reads.
func walked(engine, statement string, lines []string, checked map[string]bool) (tables []string) {
	names := map[string]string{}
	for _, m := range aliased.FindAllStringSubmatch(statement, -1) {
		names[m[2]] = m[1]
	}
	for i, line := range lines {
		var table, condition string
		if engine == "sqlite" {
			m := sqliteOf.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			table, condition = m[2], m[3]
			if name, ok := names[table]; ok {
				table = name
			}
		} else {
			m := pgOf.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			table = m[2]
			if i+1 < len(lines) && strings.Contains(lines[i+1], "Index Cond:") {
				condition = lines[i+1]
			}
		}
		for _, g := range guarded {
			if table != g {
				continue
			}
			checked[g] = true
			if !strings.Contains(condition, " AND ") {
				tables = append(tables, g)
			}
		}
	}
	return tables
}
