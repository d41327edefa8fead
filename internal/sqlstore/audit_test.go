package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// trail is a tenant with five sealed events.
func trail(t *testing.T, db *sqlstore.DB) directory.TenantID {
	t.Helper()
	tenant := directory.TenantID(uuid.NewString())
	ok(t, db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		if err := tx.CreateTenant(t.Context(), directory.Tenant{ID: tenant, DisplayName: "T", Domain: "t.example"}); err != nil {
			return err
		}
		for range 5 {
			e := directory.AuditEvent{ID: uuid.Must(uuid.NewV7()).String(), At: clock(), Activity: "Create group", Changes: []directory.Change{{Property: "a", Old: "b", New: "c"}}}
			if err := tx.Audit(t.Context(), tenant, e); err != nil {
				return err
			}
		}
		return nil
	}))
	if n, err := db.SealAudit(t.Context(), 100); err != nil || n != 5 {
		t.Fatalf("sealed %d, %v, want 5", n, err)
	}
	return tenant
}

func TestTamperingWithTheAuditTrailIsFound(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		for _, test := range []struct{ name, statement, words string }{
			{"a changed event", "UPDATE audit SET activity = 'Nothing' WHERE seq = 2", "number 3"},
			{"a changed actor", `UPDATE audit SET actor = '{"AppName":"x"}' WHERE seq = 4`, "number 5"},
			{"a changed property", `UPDATE audit SET diff = '[]' WHERE seq = 1`, "number 2"},
			{"a changed time", "UPDATE audit SET at = at + 1 WHERE seq = 3", "number 4"},
			{"a changed last event", "UPDATE audit SET target_id = 'x' WHERE seq = 5", "last event"},
			{"a removed event", "DELETE FROM audit WHERE seq = 3", "1 events are missing between numbers 2 and 4"},
			{"a removed first event", "DELETE FROM audit WHERE seq = 1", "missing between numbers 0 and 2"},
			{"a removed end", "DELETE FROM audit WHERE seq >= 4", "last 2 events"},
			{"a shortened head", "UPDATE audit_heads SET seq = 4", "goes on after number 4"},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				db := e.Open(t)
				tenant := trail(t, db)
				if problems, n, err := db.VerifyAudit(t.Context(), tenant); err != nil || n != 5 || len(problems) > 0 {
					t.Fatalf("before: %v, %d, %v", problems, n, err)
				}
				ok(t, db.Exec(t.Context(), test.statement))
				problems, _, err := db.VerifyAudit(t.Context(), tenant)
				ok(t, err)
				if len(problems) == 0 || !strings.Contains(problems[0], test.words) {
					t.Errorf("problems = %q, want %q", problems, test.words)
				}
			})
		}
	})
}
