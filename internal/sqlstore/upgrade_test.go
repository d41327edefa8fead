package sqlstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// emptyOptions are those of a database without any schema.
func emptyOptions(t *testing.T, e storetest.Engine) sqlstore.Options {
	t.Helper()
	if e.Name == "postgres" {
		return storetest.EmptyPostgres(t)
	}
	return storetest.EmptySQLite(t)
}

func TestADatabaseOfSchema1IsMigratedWithWhatIsInIt(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := emptyOptions(t, e)
		old, err := sqlstore.OpenAt(ctx, o, 1)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		tenant := directory.Tenant{ID: directory.TenantID(uuid.NewString()), DisplayName: "Contoso", Domain: "contoso.example", CreatedAt: at}
		err = old.InTx(ctx, func(tx *sqlstore.Tx) error {
			if err := tx.CreateTenant(ctx, tenant); err != nil {
				return err
			}
			return tx.Audit(ctx, tenant.ID, directory.AuditEvent{ID: uuid.NewString(), At: at, Activity: "Create tenant"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := old.SealAudit(ctx, 10); err != nil || n != 1 {
			t.Fatalf("sealed %d events: %v", n, err)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		if e.Name == "postgres" {
			_, err := sqlstore.Open(ctx, o)
			if f, ok := fault.As(err); !ok || f.Code != "SchemaTooOld" {
				t.Fatalf("opening an old schema: %v, want SchemaTooOld", err)
			}
			if err := sqlstore.Migrate(ctx, o); err != nil {
				t.Fatal(err)
			}
		}
		db := storetest.Reopen(t, o)
		if e.Name == "sqlite" {
			if _, err := os.Stat(filepath.Join(o.Dir, fmt.Sprintf("%s.before-%04d", sqlstore.FileName, sqlstore.SchemaVersion))); err != nil {
				t.Errorf("no copy from before the migration: %v", err)
			}
		}
		got, err := db.GetTenant(ctx, tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tenant, got); diff != "" {
			t.Errorf("the tenant (-before +after):\n%s", diff)
		}
		problems, n, err := db.VerifyAudit(ctx, tenant.ID)
		if err != nil || n != 1 || len(problems) > 0 {
			t.Errorf("the audit trail has %d events and the problems %v: %v", n, problems, err)
		}
		policy, err := db.GetJoinPolicy(ctx, tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(directory.DefaultJoinPolicy(), policy); diff != "" {
			t.Errorf("the join policy of an old tenant (-want +got):\n%s", diff)
		}
		policy.DeviceQuota = 7
		if err := db.InTx(ctx, func(tx *sqlstore.Tx) error { return tx.PutJoinPolicy(ctx, tenant.ID, policy) }); err != nil {
			t.Fatal(err)
		}
		if policy, err = db.GetJoinPolicy(ctx, tenant.ID); err != nil || policy.DeviceQuota != 7 {
			t.Errorf("the written policy is %+v: %v", policy, err)
		}
	})
}

func TestTheLastMigrationCanBeTakenBackAndMadeAgain(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := emptyOptions(t, e)
		for range 2 {
			if err := sqlstore.Migrate(ctx, o); err != nil {
				t.Fatal(err)
			}
			if err := sqlstore.Down(ctx, o, sqlstore.SchemaVersion-1); err != nil {
				t.Fatal(err)
			}
		}
		if err := sqlstore.Migrate(ctx, o); err != nil {
			t.Fatal(err)
		}
		db := storetest.Reopen(t, o)
		tenants, err := db.ListTenants(ctx)
		if err != nil || !slices.Equal(tenants, []directory.Tenant{}) {
			t.Errorf("tenants %v: %v", tenants, err)
		}
	})
}
