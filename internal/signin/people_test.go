package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// office is a tenant with people, on a real database, under a clock that the
// test moves.
type office struct {
	*signin.People
	t      *testing.T
	ctx    context.Context
	db     *sqlstore.DB
	dir    *directory.Service
	clock  *officeClock
	tenant directory.TenantID
}

const (
	goodPassword  = "correct horse battery"
	otherPassword = "glass umbrella piano"
	home          = "192.0.2.17"
	away          = "198.51.100.4"
)

type officeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *officeClock) Real() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *officeClock) Now(directory.TenantID) time.Time { return c.Real() }

func (c *officeClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// nobodyWaits is a settler for a directory without rules.
type nobodyWaits struct{}

func (nobodyWaits) SettleObjects(context.Context, directory.TenantID, directory.Topic, []directory.ObjectID) {
}
func (nobodyWaits) SettleFill(context.Context, directory.TenantID, directory.Fill) {}

func officeID() string { return uuid.Must(uuid.NewV7()).String() }

func newOffice(t *testing.T) *office {
	t.Helper()
	db := storetest.Reopen(t, sqlstore.Options{Dir: t.TempDir(), MasterKey: storetest.MasterKey(), Clock: time.Now})
	o := &office{t: t, ctx: t.Context(), db: db, clock: &officeClock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	o.dir = &directory.Service{Store: db.Directory(), Clock: o.clock, NewID: officeID, Settler: nobodyWaits{}, Lease: func() directory.Lease { return directory.Lease{} }}
	o.People = &signin.People{
		Store: db, Users: db.Directory(), Tenants: db.Directory(), Admins: o.dir, Clock: o.clock, NewID: officeID, Hasher: signin.NewQuickHasher(),
		SessionIdle: 8 * time.Hour, SessionLife: 24 * time.Hour,
	}
	tenant, err := o.dir.CreateTenant(o.ctx, directory.Tenant{DisplayName: "Contoso", Domain: "contoso.example"})
	o.ok(err)
	o.tenant = tenant.ID
	return o
}

// person makes somebody; an empty password is none.
func (o *office) person(name, password string) directory.User {
	o.t.Helper()
	u, err := o.dir.CreateUser(o.ctx, o.tenant, directory.User{UserPrincipalName: name + "@contoso.example", DisplayName: name, AccountEnabled: true})
	o.ok(err)
	if password != "" {
		o.ok(o.SetPassword(o.ctx, o.tenant, u.ID, password, false))
		o.clock.advance(time.Second)
	}
	return u
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) fails(err error, kind fault.Kind, code string) {
	o.t.Helper()
	if e, ok := fault.As(err); !ok || e.Kind != kind || e.Code != code {
		o.t.Fatalf("error = %v, want kind %d and code %s", err, kind, code)
	}
}

func TestARightPasswordTellsWhoItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("Adele.Vance", goodPassword)
	o.ok(o.SetPassword(o.ctx, o.tenant, u.ID, goodPassword, true))
	for _, try := range []struct {
		tenant directory.TenantID
		name   string
	}{{o.tenant, "adele.vance@contoso.example"}, {"", "ADELE.vance@Contoso.Example"}, {"", "  adele.vance@contoso.example "}} {
		who, err := o.CheckPassword(o.ctx, try.tenant, try.name, goodPassword, home)
		o.ok(err)
		if who.User.ID != u.ID || who.Tenant != o.tenant || !who.MustChange || who.HasTOTP {
			t.Errorf("%+v gives %+v", try, who)
		}
	}
}

func TestEveryWrongSignInHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	o.person("no.password", "")
	disabled := o.person("disabled", goodPassword)
	_, err := o.dir.UpdateUser(o.ctx, o.tenant, disabled.ID, 0, func(u *directory.User) error { u.AccountEnabled = false; return nil })
	o.ok(err)
	other, err := o.dir.CreateTenant(o.ctx, directory.Tenant{DisplayName: "Fabrikam", Domain: "fabrikam.example"})
	o.ok(err)
	var answers []string
	for _, try := range []struct {
		what           string
		tenant         directory.TenantID
		name, password string
	}{
		{"wrong password", o.tenant, "adele.vance@contoso.example", "wrong"},
		{"empty password", o.tenant, "adele.vance@contoso.example", ""},
		{"unknown name", o.tenant, "nobody@contoso.example", goodPassword},
		{"unknown domain", "", "adele.vance@nowhere.example", goodPassword},
		{"another tenant", other.ID, "adele.vance@contoso.example", goodPassword},
		{"disabled", o.tenant, "disabled@contoso.example", goodPassword},
		{"without a password", o.tenant, "no.password@contoso.example", ""},
		{"the object id", o.tenant, string(u.ID), goodPassword},
		{"no name", "", "", goodPassword},
	} {
		_, err := o.CheckPassword(o.ctx, try.tenant, try.name, try.password, home)
		o.fails(err, fault.Unauthenticated, "WrongPassword")
		answers = append(answers, err.Error())
		if answers[0] != err.Error() {
			t.Errorf("%s: %q, but the first answer was %q", try.what, err, answers[0])
		}
	}
}

func TestAnUnknownNameCostsAsMuchAsAKnownOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("adele.vance", goodPassword)
	counting := &countingStore{PeopleStore: o.Store}
	o.Store = counting
	var hashes atomic.Int64
	o.Hasher = signin.NewCountedHasher(func() { hashes.Add(1) }, t.Context().Done())
	took := map[string][3]int64{}
	for _, name := range []string{"adele.vance@contoso.example", "nobody@contoso.example", "nobody@nowhere.example"} {
		before, hashed := *counting, hashes.Load()
		_, err := o.CheckPassword(o.ctx, "", name, "wrong password", home)
		o.fails(err, fault.Unauthenticated, "WrongPassword")
		took[name] = [3]int64{counting.passwords - before.passwords, counting.tries - before.tries, hashes.Load() - hashed}
	}
	for name, n := range took {
		if n != took["adele.vance@contoso.example"] || n[2] != 1 {
			t.Errorf("%s: %v reads, tries and hashes, a known name: %v", name, n, took["adele.vance@contoso.example"])
		}
	}
}

type countingStore struct {
	signin.PeopleStore
	passwords, tries int64
}

func (c *countingStore) GetPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.Password, error) {
	c.passwords++
	return c.PeopleStore.GetPassword(ctx, t, user)
}

func (c *countingStore) CountTry(ctx context.Context, account []byte, network string, count func(n, a *signin.Lockout) bool) error {
	c.tries++
	return c.PeopleStore.CountTry(ctx, account, network, count)
}

func TestAChangedPasswordSignsOutEveryOtherBrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	mine, s, err := o.StartSession(o.ctx, o.tenant, signin.Session{User: u.ID, Methods: []string{"pwd"}})
	o.ok(err)
	stolen, _, err := o.StartSession(o.ctx, o.tenant, signin.Session{User: u.ID, Methods: []string{"pwd"}})
	o.ok(err)
	o.clock.advance(time.Minute)
	o.fails(o.ChangePassword(o.ctx, o.tenant, u.ID, "wrong", otherPassword, s.ID, home), fault.Unauthenticated, "WrongPassword")
	o.fails(o.ChangePassword(o.ctx, o.tenant, u.ID, goodPassword, goodPassword, s.ID, home), fault.Invalid, "PasswordNotChanged")
	o.fails(o.ChangePassword(o.ctx, o.tenant, u.ID, goodPassword, "short", s.ID, home), fault.Invalid, "PasswordTooShort")
	_, _, _, err = o.FindSession(o.ctx, stolen)
	o.ok(err)
	o.ok(o.ChangePassword(o.ctx, o.tenant, u.ID, goodPassword, otherPassword, s.ID, home))
	o.clock.advance(time.Second)
	_, _, _, err = o.FindSession(o.ctx, mine)
	o.ok(err)
	_, _, _, err = o.FindSession(o.ctx, stolen)
	o.fails(err, fault.Unauthenticated, "SessionEnded")
	_, err = o.CheckPassword(o.ctx, "", u.UserPrincipalName, goodPassword, home)
	o.fails(err, fault.Unauthenticated, "WrongPassword")
	_, err = o.CheckPassword(o.ctx, "", u.UserPrincipalName, otherPassword, home)
	o.ok(err)
	// An administrator's reset leaves no session at all.
	o.ok(o.SetPassword(o.ctx, o.tenant, u.ID, goodPassword, true))
	_, _, _, err = o.FindSession(o.ctx, mine)
	o.fails(err, fault.Unauthenticated, "SessionEnded")
}

func TestMethodsNeverHoldASecret(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", "")
	info, err := o.Methods(o.ctx, o.tenant, u.ID)
	o.ok(err)
	if info.HasPassword || info.TOTP != nil {
		t.Errorf("methods of somebody without any: %+v", info)
	}
	o.ok(o.SetPassword(o.ctx, o.tenant, u.ID, goodPassword, true))
	secret := o.authenticator(u)
	info, err = o.Methods(o.ctx, o.tenant, u.ID)
	o.ok(err)
	if !info.HasPassword || !info.MustChange || !info.PasswordChangedAt.Equal(o.clock.Real()) || info.TOTP == nil || info.RecoveryLeft != 10 {
		t.Errorf("methods: %+v", info)
	}
	if len(info.TOTP.Secret) != 0 || len(secret) == 0 {
		t.Errorf("the secret of the authenticator is shown: %x", info.TOTP.Secret)
	}
}

type touches struct {
	signin.PeopleStore
	n int
}

func (c *touches) TouchSession(ctx context.Context, t directory.TenantID, hash []byte, s signin.Session) error {
	c.n++
	return c.PeopleStore.TouchSession(ctx, t, hash, s)
}
