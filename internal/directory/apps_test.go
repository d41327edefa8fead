package directory_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const appTenant directory.TenantID = "aaaaaaaa-0000-4000-8000-000000000001"

// appStore is an AppStore in memory that counts reads and keeps all events.
type appStore struct {
	apps    map[string]directory.Application // by tenant and client id
	secrets map[directory.ObjectID][]directory.Secret
	events  []directory.AuditEvent
	reads   int
	busy    int // how many updates are still to be refused as overtaken
}

func (s *appStore) GetApplication(_ context.Context, t directory.TenantID, appID string) (directory.Application, error) {
	s.reads++
	a, ok := s.apps[string(t)+appID]
	if !ok {
		return a, fault.New(fault.NotFound, "ResourceNotFound", "There is no such app.")
	}
	return a, nil
}

func (s *appStore) ListApplications(context.Context, directory.TenantID) ([]directory.Application, error) {
	return nil, errors.New("nobody lists here")
}

func (s *appStore) CreateApplication(_ context.Context, t directory.TenantID, a directory.Application, first *directory.Secret, e directory.AuditEvent) error {
	s.apps[string(t)+a.AppID] = a
	if first != nil {
		s.secrets[a.ID] = []directory.Secret{*first}
	}
	s.events = append(s.events, e)
	return nil
}

func (s *appStore) UpdateApplication(_ context.Context, t directory.TenantID, a directory.Application, e directory.AuditEvent) error {
	if s.busy > 0 {
		s.busy--
		return fault.New(fault.Precondition, "PreconditionFailed", "overtaken")
	}
	a.Version++
	s.apps[string(t)+a.AppID] = a
	s.events = append(s.events, e)
	return nil
}

func (s *appStore) DeleteApplication(_ context.Context, t directory.TenantID, appID string, e directory.AuditEvent) error {
	delete(s.apps, string(t)+appID)
	s.events = append(s.events, e)
	return nil
}

func (s *appStore) ListSecrets(_ context.Context, _ directory.TenantID, app directory.ObjectID) ([]directory.Secret, error) {
	s.reads++
	return slices.Clone(s.secrets[app]), nil
}

func (s *appStore) ReplaceSecrets(_ context.Context, _ directory.TenantID, app directory.ObjectID, add *directory.Secret, remove []string, e directory.AuditEvent) error {
	s.secrets[app] = slices.DeleteFunc(s.secrets[app], func(x directory.Secret) bool { return slices.Contains(remove, x.KeyID) })
	if add != nil {
		s.secrets[app] = append(s.secrets[app], *add)
	}
	s.events = append(s.events, e)
	return nil
}

// app finds an app by its object id.
func (s *appStore) app(id directory.ObjectID) (key string, a directory.Application) {
	for key, a := range s.apps {
		if a.ID == id {
			return key, a
		}
	}
	return "", directory.Application{}
}

func (s *appStore) ReplaceRedirects(_ context.Context, _ directory.TenantID, app directory.ObjectID, add []directory.Redirect, remove []string, e directory.AuditEvent) error {
	key, a := s.app(app)
	a.Redirects = append(slices.DeleteFunc(slices.Clone(a.Redirects), func(r directory.Redirect) bool { return slices.Contains(remove, r.URI) }), add...)
	s.apps[key], s.events = a, append(s.events, e)
	return nil
}

func (s *appStore) ReplaceCertificates(_ context.Context, _ directory.TenantID, app directory.ObjectID, add *directory.AppCertificate, remove []string, e directory.AuditEvent) error {
	key, a := s.app(app)
	a.Certificates = slices.DeleteFunc(slices.Clone(a.Certificates), func(c directory.AppCertificate) bool { return slices.Contains(remove, c.KeyID) })
	if add != nil {
		a.Certificates = append(a.Certificates, *add)
	}
	s.apps[key], s.events = a, append(s.events, e)
	return nil
}

type appClock struct{ now time.Time }

func (c *appClock) Real() time.Time { return c.now }

// Now is a lab's clock, a year ahead: no secret may follow it.
func (c *appClock) Now(directory.TenantID) time.Time { return c.now.AddDate(1, 0, 0) }

func newApps() (*directory.AppService, *appStore, *appClock) {
	store := &appStore{apps: map[string]directory.Application{}, secrets: map[directory.ObjectID][]directory.Secret{}}
	clock := &appClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	n := 0
	return &directory.AppService{
		Store: store, Clock: clock,
		NewID: func() string {
			n++
			return fmt.Sprintf("00000000-0000-7000-8000-%012d", n)
		},
		Permissions: []string{"Device.Read.All", "Device.ReadWrite.All", "Group.Read.All"},
	}, store, clock
}

func codeOf(err error) string {
	if e, ok := fault.As(err); ok {
		return e.Code
	}
	return ""
}

func TestASecretIsShownOnceAndStoredAsItsHash(t *testing.T) {
	t.Parallel()
	s, store, clock := newApps()
	a, secret, err := s.Create(t.Context(), appTenant, " Importer ", []string{"Group.Read.All", "Device.Read.All", "Group.Read.All"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if len(secret) != 64 || a.DisplayName != "Importer" || !a.Enabled || !slices.Equal(a.Permissions, []string{"Device.Read.All", "Group.Read.All"}) {
		t.Errorf("app = %+v, secret of %d characters", a, len(secret))
	}
	stored := store.secrets[a.ID][0]
	if stored.Hash != sha256.Sum256([]byte(secret)) || stored.Hint != secret[:3] || !stored.ExpiresAt.Equal(clock.now.Add(time.Hour)) {
		t.Errorf("stored secret = %+v", stored)
	}
	if text := fmt.Sprintf("%+v %+v %+v", store.apps, store.secrets, store.events); strings.Contains(text, secret) {
		t.Error("the secret itself is in the store or the audit trail")
	}
	_, again, err := s.AddSecret(t.Context(), appTenant, a.AppID, "second", 0)
	if err != nil || again == secret {
		t.Errorf("second secret equals the first, or %v", err)
	}
	for _, x := range []string{secret, again} {
		if got, err := s.Authenticate(t.Context(), appTenant, a.AppID, x); err != nil || got.ID != a.ID {
			t.Errorf("Authenticate = %+v, %v", got, err)
		}
	}
}

func TestAuthenticateRefusesEverythingButALiveSecret(t *testing.T) {
	t.Parallel()
	s, store, clock := newApps()
	a, secret, err := s.Create(t.Context(), appTenant, "Importer", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	other, otherSecret, err := s.Create(t.Context(), appTenant, "Other", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	added, second, err := s.AddSecret(t.Context(), appTenant, a.AppID, "", 2*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string, tenant directory.TenantID, appID, presented, want string) {
		t.Helper()
		store.reads = 0
		got, err := s.Authenticate(t.Context(), tenant, appID, presented)
		if code := codeOf(err); code != want || (want != "" && !fault.Is(err, fault.Unauthenticated)) || (want != "" && got.ID != "") {
			t.Errorf("%s: app %q, code %q, want %q", when, got.ID, code, want)
		}
		if store.reads != 2 {
			t.Errorf("%s: %d reads, want 2 whatever the answer", when, store.reads)
		}
	}
	off := func(i int) string {
		changed := []byte(secret)
		changed[i] ^= 1
		return string(changed)
	}
	check("right", appTenant, a.AppID, secret, "")
	check("first character off", appTenant, a.AppID, off(0), "InvalidSecret")
	check("last character off", appTenant, a.AppID, off(63), "InvalidSecret")
	check("one short", appTenant, a.AppID, secret[:63], "InvalidSecret")
	check("empty", appTenant, a.AppID, "", "InvalidSecret")
	check("its hash", appTenant, a.AppID, string(store.secrets[a.ID][0].Hash[:]), "InvalidSecret")
	check("its id", appTenant, a.AppID, added.KeyID, "InvalidSecret")
	check("another app's", appTenant, a.AppID, otherSecret, "InvalidSecret")
	check("at another app", appTenant, other.AppID, secret, "InvalidSecret")
	check("unknown app", appTenant, "nobody", secret, "UnknownApplication")
	check("another tenant", "bbbbbbbb-0000-4000-8000-000000000002", a.AppID, secret, "UnknownApplication")

	clock.now = clock.now.Add(time.Hour)
	check("expired", appTenant, a.AppID, secret, "SecretExpired")
	check("wrong when one has expired", appTenant, a.AppID, off(5), "InvalidSecret")
	check("the one that lives longer", appTenant, a.AppID, second, "")

	if err := s.SetEnabled(t.Context(), appTenant, a.AppID, false); err != nil {
		t.Fatal(err)
	}
	check("disabled", appTenant, a.AppID, second, "ApplicationDisabled")
	check("wrong at a disabled app", appTenant, a.AppID, off(5), "InvalidSecret")
	if err := s.SetEnabled(t.Context(), appTenant, a.AppID, true); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveSecret(t.Context(), appTenant, a.AppID, added.KeyID); err != nil {
		t.Fatal(err)
	}
	check("removed", appTenant, a.AppID, second, "InvalidSecret")
	if err := s.Delete(t.Context(), appTenant, a.AppID); err != nil {
		t.Fatal(err)
	}
	check("deleted", appTenant, a.AppID, secret, "UnknownApplication")
}

func TestWhatCannotBeMadeIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	s, store, _ := newApps()
	a, _, err := s.Create(t.Context(), appTenant, "Importer", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	create := func(name string, permissions []string, lifetime time.Duration) error {
		_, _, err := s.Create(t.Context(), appTenant, name, permissions, lifetime)
		return err
	}
	for len(store.secrets[a.ID]) < 50 {
		if _, _, err := s.AddSecret(t.Context(), appTenant, a.AppID, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	_, _, tooMany := s.AddSecret(t.Context(), appTenant, a.AppID, "", 0)
	_, _, longName := s.AddSecret(t.Context(), appTenant, a.AppID, strings.Repeat("x", 257), 0)
	_, _, nowhere := s.AddSecret(t.Context(), appTenant, "nobody", "", 0)
	before := len(store.events)
	cases := []struct {
		name string
		err  error
		kind fault.Kind
		code string
	}{
		{"no name", create("  ", nil, 0), fault.Invalid, "InvalidDisplayName"},
		{"long name", create(strings.Repeat("é", 257), nil, 0), fault.Invalid, "InvalidDisplayName"},
		{"life below zero", create("x", nil, -1), fault.Invalid, "InvalidLifetime"},
		{"life over two years", create("x", nil, directory.MaxSecretLifetime+1), fault.Invalid, "InvalidLifetime"},
		{"unknown permission", create("x", []string{"Nothing"}, 0), fault.Invalid, "UnknownPermission"},
		{"permission in another case", s.SetPermissions(t.Context(), appTenant, a.AppID, []string{"device.read.all"}), fault.Invalid, "UnknownPermission"},
		{"51st secret", tooMany, fault.Invalid, "TooManySecrets"},
		{"long name of a secret", longName, fault.Invalid, "InvalidDisplayName"},
		{"secret of no app", nowhere, fault.NotFound, "ResourceNotFound"},
		{"unknown secret", s.RemoveSecret(t.Context(), appTenant, a.AppID, "nothing"), fault.NotFound, "SecretNotFound"},
		{"delete nothing", s.Delete(t.Context(), appTenant, "nobody"), fault.NotFound, "ResourceNotFound"},
		{"enable nothing", s.SetEnabled(t.Context(), appTenant, "nobody", true), fault.NotFound, "ResourceNotFound"},
	}
	for _, c := range cases {
		if fault.KindOf(c.err) != c.kind || codeOf(c.err) != c.code {
			t.Errorf("%s: %v, want code %s", c.name, c.err, c.code)
		}
	}
	if len(store.events) != before {
		t.Errorf("refusals left %d audit events", len(store.events)-before)
	}
}

func TestAnUnknownPermissionComesWithTheNearestName(t *testing.T) {
	t.Parallel()
	s, _, _ := newApps()
	for name, want := range map[string]string{
		"device.readwrite.all":   "Did you mean Device.ReadWrite.All?",
		"Device.Reed.All":        "Did you mean Device.Read.All?",
		"Groups.Read.All":        "Did you mean Group.Read.All?",
		"x":                      "Use a name of Microsoft Graph's permissions reference.",
		strings.Repeat("y", 500): "Use a name of Microsoft Graph's permissions reference.",
	} {
		_, _, err := s.Create(t.Context(), appTenant, "x", []string{"Device.Read.All", name}, 0)
		e, ok := fault.As(err)
		if !ok || len(e.Details) != 1 || e.Details[0].Target != name || e.Details[0].Remedy != want {
			t.Errorf("%.20s: %+v, want remedy %q", name, err, want)
		}
	}
}

func TestEveryWriteLeavesOneEventThatNamesItsActor(t *testing.T) {
	t.Parallel()
	s, store, _ := newApps()
	ctx := directory.WithActor(t.Context(), directory.Actor{AppID: "caller"})
	a, _, err := s.Create(ctx, appTenant, "Importer", []string{"Group.Read.All"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	added, _, addErr := s.AddSecret(ctx, appTenant, a.AppID, "second", 0)
	store.busy = 2
	err = errors.Join(addErr,
		s.SetPermissions(ctx, appTenant, a.AppID, []string{"Device.Read.All"}),
		s.SetPermissions(ctx, appTenant, a.AppID, []string{"Device.Read.All", "Device.Read.All"}), // no change
		s.SetEnabled(ctx, appTenant, a.AppID, false),
		s.SetEnabled(ctx, appTenant, a.AppID, false), // no change
		s.RemoveSecret(ctx, appTenant, a.AppID, added.KeyID),
		s.Delete(ctx, appTenant, a.AppID),
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range store.events {
		got = append(got, e.Activity)
		if e.Actor.AppID != "caller" || e.TargetID != string(a.ID) || len(e.Changes) == 0 {
			t.Errorf("event %+v does not say who, what and how", e)
		}
	}
	want := []string{
		"Create application", "Add application secret", "Set application permissions", "Set application state",
		"Remove application secret", "Delete application",
	}
	if !slices.Equal(got, want) {
		t.Errorf("events = %v, want %v", got, want)
	}
}

func TestAChangeThatIsAlwaysOvertakenGivesUp(t *testing.T) {
	t.Parallel()
	s, store, _ := newApps()
	a, _, err := s.Create(t.Context(), appTenant, "Importer", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	store.busy = 1000
	if err := s.SetEnabled(t.Context(), appTenant, a.AppID, false); !fault.Is(err, fault.Precondition) {
		t.Errorf("SetEnabled = %v, want Precondition", err)
	}
	if store.busy != 995 {
		t.Errorf("tried %d times, want 5", 1000-store.busy)
	}
}
