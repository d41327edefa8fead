package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

// RunDirectory runs the suites of the directory, of work, applications, keys,
// audit and transactions. Each test gets a database of its own from open.
func RunDirectory(t *testing.T, open func(t testing.TB) *sqlstore.DB) {
	t.Helper()
	for _, suite := range [][]directoryTest{
		tenantTests, userTests, deviceTests, groupTests, membershipTests, configTests, markTests, fillTests, appTests, keyTests, auditTests, signTests, txTests, joinSettingsTests, joinTests, ownerTests, deletedTests, brandingTests, roleTests, permissionGrantTests, quirkTests,
		credentialTests, sessionTests, lockoutTests, linkTests,
	} {
		for _, test := range suite {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(newCity(t, open(t)))
			})
		}
	}
}

type directoryTest struct {
	name string
	run  func(*city)
}

// city is two tenants in an empty database: whatever a test does in one must
// not be seen in the other.
type city struct {
	*testing.T
	db     *sqlstore.DB
	ctx    context.Context
	tenant directory.TenantID
	other  directory.TenantID
	now    time.Time
}

func newCity(t *testing.T, db *sqlstore.DB) *city {
	t.Helper()
	c := &city{T: t, db: db, ctx: t.Context(), now: time.Date(2026, 3, 1, 8, 0, 0, 123_456_000, time.UTC)}
	c.tenant, c.other = c.newTenant("contoso.example"), c.newTenant("fabrikam.example")
	return c
}

func (c *city) newTenant(domain string) directory.TenantID {
	c.Helper()
	id := directory.TenantID(newID())
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.CreateTenant(c.ctx, directory.Tenant{ID: id, DisplayName: domain, Domain: domain, CreatedAt: c.now})
	})
	return id
}

// newID makes ids that ascend, as the program's do.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

func newObject() directory.ObjectID { return directory.ObjectID(newID()) }

// tx runs fn in a transaction that must succeed.
func (c *city) tx(fn func(*sqlstore.Tx) error) {
	c.Helper()
	if err := c.db.InTx(c.ctx, fn); err != nil {
		c.Fatalf("transaction: %v", err)
	}
}

// fails runs fn in a transaction that must end in this fault.
func (c *city) fails(kind fault.Kind, code string, fn func(*sqlstore.Tx) error) {
	c.Helper()
	c.faulty(kind, code, c.db.InTx(c.ctx, fn))
}

func (c *city) faulty(kind fault.Kind, code string, err error) {
	c.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != kind || e.Code != code {
		c.Fatalf("error = %v, want kind %d and code %q", err, kind, code)
	}
}

func (c *city) missing(err error) {
	c.Helper()
	c.faulty(fault.NotFound, "ResourceNotFound", err)
}

func (c *city) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *city) equal(what string, got, want any) {
	c.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		c.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// together runs fn n times at once and waits for all.
func (c *city) together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}

func (c *city) lease(token string) directory.Lease {
	return directory.Lease{Token: token, Until: c.now.Add(time.Minute)}
}

// must gives the value of a call that cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
