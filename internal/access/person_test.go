package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/fault"
)

const (
	personID = "eeeeeeee-0000-4000-8000-000000000005"
	deviceID = "ffffffff-0000-4000-8000-000000000006"

	helpdesk = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	intune   = "3a2c62db-5318-420d-8d74-23affee5d9d5"
)

// peopleWorld is a world that knows one person and one device, too.
type peopleWorld struct {
	*world

	user      access.UserState
	userErr   error
	device    bool
	deviceErr error
	users     int
	devices   int
}

func newPeopleWorld(t *testing.T) *peopleWorld {
	t.Helper()
	w := &peopleWorld{world: newWorld(t), device: true}
	w.user = access.UserState{UPN: "adele@contoso.example", Name: "Adele Vance", Enabled: true, Roles: []string{intune}}
	w.verifier.User = func(_ context.Context, tenant, id string) (access.UserState, error) {
		w.users++
		if tenant != tenantA || id != personID {
			return access.UserState{}, fault.New(fault.NotFound, "ResourceNotFound", "no such person")
		}
		return w.user, w.userErr
	}
	w.verifier.Device = func(_ context.Context, tenant, id string) (bool, error) {
		w.devices++
		if tenant != tenantA || id != deviceID {
			return false, fault.New(fault.NotFound, "ResourceNotFound", "no such device")
		}
		return w.device, w.deviceErr
	}
	return w
}

func personClaims() object {
	return with(goodClaims(), object{
		"idtyp": "user", "oid": personID, "sub": "pairwise", "roles": nil, "scp": "User.Read  Directory.Read.All DeviceManagementServiceConfig.Read.All",
		"amr": []string{"pwd", "otp", "mfa"}, "upn": "old@contoso.example", "name": "Old Name", "wids": []string{helpdesk},
	})
}

func (w *peopleWorld) token(t *testing.T, claims object) string {
	t.Helper()
	return signRS256(t, w.key, goodHeader(), with(personClaims(), claims))
}

func TestAPersonsTokenBecomesAPrincipalWithWhatTheDirectorySaysNow(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	got, err := w.verifier.Verify(t.Context(), w.token(t, object{"deviceid": deviceID}))
	if err != nil {
		t.Fatal(err)
	}
	want := &access.Principal{
		Tenant: tenantA, Kind: access.User, AppID: appID, AppName: "Importer", AppVersion: 7, ObjectID: personID, TokenID: "t1",
		UserPrincipalName: "adele@contoso.example", Name: "Adele Vance", Roles: []string{intune}, Methods: []string{"pwd", "otp", "mfa"}, DeviceID: deviceID,
		Scopes:  []string{access.UserRead, access.DirectoryReadAll, access.DeviceManagementServiceConfigReadAll},
		Expires: got.Expires, Permissions: access.Delegated([]string{access.UserRead, access.DirectoryReadAll, access.DeviceManagementServiceConfigReadAll}, []string{intune}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.HasRole(helpdesk, intune) || got.HasRole(helpdesk) {
		t.Errorf("roles are taken from the token, not from the directory: %v", got.Roles)
	}
}

func TestWhatEndsAPersonsTokenEndsItAtTheNextRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*peopleWorld)
	}{
		{"the account is disabled", func(w *peopleWorld) { w.user.Enabled = false }},
		{"the person is deleted", func(w *peopleWorld) { w.userErr = fault.New(fault.NotFound, "ResourceNotFound", "gone") }},
		{"the sign-in was ended later", func(w *peopleWorld) { w.user.SessionsFrom = start.Add(time.Millisecond) }},
		{"the device is disabled", func(w *peopleWorld) { w.device = false }},
		{"the device is deleted", func(w *peopleWorld) { w.deviceErr = fault.New(fault.NotFound, "ResourceNotFound", "gone") }},
		{"the app is disabled", func(w *peopleWorld) { w.app.Enabled = false }},
		{"the app is gone", func(w *peopleWorld) { w.appErr = fault.New(fault.NotFound, "ResourceNotFound", "gone") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newPeopleWorld(t)
			w.verifier.Recheck = time.Second
			token := w.token(t, object{"deviceid": deviceID})
			if _, err := w.verifier.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			c.change(w)
			w.now = w.now.Add(999 * time.Millisecond)
			if _, err := w.verifier.Verify(t.Context(), token); err != nil {
				t.Errorf("within the second that is remembered: %v", err)
			}
			w.now = w.now.Add(time.Millisecond)
			_, err := w.verifier.Verify(t.Context(), token)
			if err == nil || reason(t, err) != access.TokenRevoked {
				t.Fatalf("after a second: %v, want TokenRevoked", err)
			}
			if e, _ := fault.As(err); e.Details[0].Remedy == "" {
				t.Error("the refusal names no next action")
			}
		})
	}
}

func TestAPersonsStateIsAskedOncePerRecheck(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	w.verifier.Recheck = time.Second
	token := w.token(t, object{"deviceid": deviceID})
	for _, step := range []time.Duration{0, 999 * time.Millisecond, time.Millisecond} {
		w.now = w.now.Add(step)
		if _, err := w.verifier.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if w.users != 2 || w.devices != 2 {
		t.Errorf("the directory was asked %d times for the person and %d times for the device, want 2 and 2", w.users, w.devices)
	}
}

func TestWhatIsForgottenIsAskedAnew(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	w.verifier.Recheck = time.Second
	token := w.token(t, object{"deviceid": deviceID})
	for range 3 {
		if _, err := w.verifier.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		w.verifier.Forget()
	}
	if w.users != 3 || w.devices != 3 || w.asked.Load() != 3 {
		t.Errorf("asked %d times for the person, %d for the device, %d for the app, want 3 each", w.users, w.devices, w.asked.Load())
	}
	w.user.Enabled = false
	if _, err := w.verifier.Verify(t.Context(), token); err == nil || reason(t, err) != access.TokenRevoked {
		t.Errorf("after forgetting: %v, want TokenRevoked", err)
	}
}

func TestEveryBadTokenOfAPersonIsRefused(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	for _, c := range []struct {
		name   string
		claims object
		want   string
	}{
		{"no iat", object{"iat": nil}, access.TokenMalformed},
		{"an app's roles beside", object{"roles": []string{access.GroupReadWriteAll}}, access.TokenMalformed},
		{"an app's token with scopes", object{"idtyp": "app"}, access.TokenMalformed},
		{"another kind", object{"idtyp": "device"}, access.TokenMalformed},
		{"scopes as a list", object{"scp": []string{"User.Read"}}, access.TokenMalformed},
		{"somebody who is not there", object{"oid": tenantB}, access.TokenRevoked},
		{"a device that is not there", object{"deviceid": tenantB}, access.TokenRevoked},
		{"another resource", object{"aud": access.JoinAudiences[0]}, access.TokenAudience},
		{"another tenant's", object{"tid": tenantB, "iss": base + "/" + tenantB + "/"}, access.TokenRevoked},
	} {
		if p, err := w.verifier.Verify(t.Context(), w.token(t, c.claims)); err == nil || reason(t, err) != c.want {
			t.Errorf("%s: %+v %v, want %s", c.name, p, err, c.want)
		}
	}
	w.userErr = errors.New("database is away")
	if _, err := w.verifier.Verify(t.Context(), w.token(t, nil)); fault.KindOf(err) != fault.Internal {
		t.Errorf("store error: %v, want Internal", err)
	}
	w.verifier.User = nil
	if _, err := w.verifier.Verify(t.Context(), w.token(t, nil)); err == nil || reason(t, err) != access.TokenMalformed {
		t.Errorf("a resource for apps only: %v, want TokenMalformed", err)
	}
}

func TestAnAppEveryTenantHasNeedsNoObjectOfItsOwnForAPersonOnly(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	w.app = access.AppState{Name: "Command Line Tools", Enabled: true}
	if _, err := w.verifier.Verify(t.Context(), w.token(t, nil)); err != nil {
		t.Errorf("a person through it: %v", err)
	}
	if _, err := w.verifier.Verify(t.Context(), w.good(t)); err == nil || reason(t, err) != access.TokenRevoked {
		t.Errorf("itself: %v, want TokenRevoked", err)
	}
}

func TestAVerifierOfTheJoinResourceTakesItsNamesAndNoOther(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	w.verifier.Audiences = access.JoinAudiences
	for _, audience := range access.JoinAudiences {
		p, err := w.verifier.Verify(t.Context(), w.token(t, object{"aud": audience, "scp": "adrs_access"}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"adrs_access"}, p.Scopes); diff != "" {
			t.Error(diff)
		}
		if len(p.Permissions) != 0 {
			t.Errorf("a scope that is none of Graph's gives %v", p.Permissions)
		}
	}
	_, err := w.verifier.Verify(t.Context(), w.token(t, nil))
	if err == nil || reason(t, err) != access.TokenAudience {
		t.Errorf("a token for Graph: %v, want TokenAudience", err)
	}
}

func TestATokenMadeRightAfterSignInsWereEndedCountsAndOneRightBeforeDoesNot(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t)
	w.user.SessionsFrom = start.Add(500 * time.Millisecond)
	for _, c := range []struct {
		name   string
		claims object
		good   bool
	}{
		{"a tenth of a second before", object{"iat_us": start.Add(400 * time.Millisecond).UnixMicro()}, false},
		{"a microsecond before", object{"iat_us": start.Add(500*time.Millisecond - time.Microsecond).UnixMicro()}, false},
		{"at that moment", object{"iat_us": start.Add(500 * time.Millisecond).UnixMicro()}, true},
		{"a tenth of a second after", object{"iat_us": start.Add(600 * time.Millisecond).UnixMicro()}, true},
		{"in that second, without the microsecond", nil, false},
		{"a second after, without the microsecond", object{"iat": start.Add(time.Second).Unix()}, true},
	} {
		_, err := w.verifier.Verify(t.Context(), w.token(t, c.claims))
		if (err == nil) != c.good {
			t.Errorf("%s: %v, want it good = %v", c.name, err, c.good)
		}
	}
}
