package graph_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
)

const (
	globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	passwordID   = "28c10230-6103-485e-b985-444c60001490"
	firstWord    = "Correct-Horse-7-Battery" // a password that will do
)

// registered is an app of the tenant.
type registered struct{ appID, principal string }

// app registers an app.
func (s *stack) app(name string) registered {
	s.t.Helper()
	apps := &directory.AppService{Store: s.db, Clock: s.Clock, NewID: s.NewID, Permissions: access.Permissions()}
	a, _, err := apps.Create(s.t.Context(), tenant, name, nil, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return registered{a.AppID, string(a.ServicePrincipal)}
}

// factor gives a person an authenticator app, and tells its id.
func (s *stack) factor(user string) string {
	s.t.Helper()
	id := directory.ObjectID(user)
	setup, err := s.people.BeginTOTP(s.t.Context(), tenant, id)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.people.ConfirmTOTP(s.t.Context(), tenant, id, codeOf(s.t, setup.Secret, noon)); err != nil {
		s.t.Fatal(err)
	}
	info, err := s.people.Methods(s.t.Context(), tenant, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return info.TOTP.ID
}

// codeOf is what an authenticator app shows (RFC 6238, six digits, 30 seconds).
func codeOf(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(strings.ToUpper(secret), "="))
	if err != nil {
		t.Fatal(err)
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

// person makes a user with these roles and returns the context of a token of
// theirs that carries the scopes.
func (s *stack) person(name string, scopes []string, roles ...directory.RoleID) (ctx context.Context, id string) {
	s.t.Helper()
	w := send(s.t, s, everything(), http.MethodPost, "/v1.0/users", map[string]any{
		"displayName": name, "userPrincipalName": name + "@" + domain, "accountEnabled": true,
	})
	if w.Code != http.StatusCreated {
		s.t.Fatalf("make %s: %d %s", name, w.Code, w.Body)
	}
	id = decode[struct{ ID string }](s.t, w).ID
	for _, r := range roles {
		if _, err := s.Directory.AssignRole(s.t.Context(), tenant, r, directory.ObjectID(id)); err != nil {
			s.t.Fatal(err)
		}
	}
	return s.acting(id, scopes), id
}

// acting is the context of a person's token with these scopes and the roles
// they have now.
func (s *stack) acting(id string, scopes []string) context.Context {
	s.t.Helper()
	u, err := s.Objects.GetUser(s.t.Context(), tenant, id)
	if err != nil {
		s.t.Fatal(err)
	}
	roles, err := s.Directory.RolesOf(s.t.Context(), tenant, u.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &access.Principal{
		Tenant: tenant, Kind: access.User, AppID: "22222222-2222-4222-8222-222222222222", AppName: "test app", ObjectID: string(u.ID),
		UserPrincipalName: u.UserPrincipalName, Name: u.DisplayName, Scopes: scopes,
	}
	for _, r := range roles {
		p.Roles = append(p.Roles, string(r))
	}
	p.Permissions = access.Delegated(scopes, p.Roles)
	return access.WithPrincipal(context.Background(), p)
}

// The two tables of the roles name the same roles.
func TestEveryRoleWithPermissionsHasANameAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	var named []string
	for _, r := range directory.Roles() {
		named = append(named, string(r.ID))
	}
	for _, permission := range access.Scopes() {
		for _, id := range access.RolesFor(permission) {
			if !slices.Contains(named, id) {
				t.Errorf("the role %s allows %s and has no name", id, permission)
			}
		}
	}
	if r, err := directory.FindRole(access.RolesFor(access.RoleManagementReadWriteDirectory)[0]); err != nil || r.ID != directory.GlobalAdministrator {
		t.Errorf("roles are given by %v, %v", r, err)
	}
}

// Who may do what to whom: rows are what is done, columns who does it, each to
// a person with every role. The verdicts are by hand.
func TestNobodyReachesAHigherAccount(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	const none = directory.RoleID("")
	ga, ua, hd, ia := directory.GlobalAdministrator, directory.UserAdministrator, directory.HelpdeskAdministrator, directory.IntuneAdministrator
	actors := map[string]context.Context{}
	actors["GA"], _ = s.person("boss", access.Scopes(), ga)
	actors["UA"], _ = s.person("useradmin", access.Scopes(), ua)
	actors["HD"], _ = s.person("helpdesk", access.Scopes(), hd)
	actors["IA"], _ = s.person("intune", access.Scopes(), ia)
	actors["GR"], _ = s.person("reader", access.Scopes(), directory.GlobalReader)
	actors["--"], _ = s.person("member", access.Scopes())
	actors["app"] = as(allBut(access.RoleManagementReadWriteDirectory)...)
	actors["app+"] = everything()
	reset := "/authentication/methods/" + passwordID + "/resetPassword"
	password := map[string]any{"passwordProfile": map[string]any{"password": "Another-Horse-9-Battery"}}
	type deed struct {
		name, method, path string
		body               any
		ok                 int
		factor             bool
	}
	deeds := []deed{
		{"set password", http.MethodPatch, "", password, 204, false},
		{"reset password", http.MethodPost, reset, nil, 202, false},
		{"end sign-ins", http.MethodPost, "/revokeSignInSessions", nil, 200, false},
		{"disable", http.MethodPatch, "", map[string]any{"accountEnabled": false}, 204, false},
		{"rename", http.MethodPatch, "", map[string]any{"userPrincipalName": "${new}"}, 204, false},
		{"department", http.MethodPatch, "", map[string]any{"department": "Sales"}, 204, false},
		{"license", http.MethodPost, "/assignLicense", map[string]any{"addLicenses": []any{map[string]any{"skuId": "061f9ace-7d42-4136-88ac-31dc755f143f"}}, "removeLicenses": []any{}}, 200, false},
		{"license by flag", http.MethodPatch, "", map[string]any{"mdmLicensed": true}, 204, false},
		{"take the second factor", http.MethodDelete, "/authentication/softwareOathMethods/${factor}", nil, 204, true},
		{"delete", http.MethodDelete, "", nil, 204, false},
	}
	targets := []directory.RoleID{none, hd, ua, ia, directory.GlobalReader, directory.JoinedDeviceLocalAdministrator, ga}
	all := func(...directory.RoleID) bool { return true }
	only := func(allowed ...directory.RoleID) func(...directory.RoleID) bool {
		return func(r ...directory.RoleID) bool { return slices.Contains(allowed, r[0]) }
	}
	no := only()
	may := map[string]map[string]func(...directory.RoleID) bool{
		"set password":           {"GA": all, "UA": only(none, hd, ua), "HD": only(none), "app": only(none), "app+": all},
		"reset password":         {"GA": all, "HD": only(none), "app": only(none), "app+": all},
		"end sign-ins":           {"GA": all, "UA": only(none, hd, ua), "HD": only(none), "app": only(none), "app+": all},
		"disable":                {"GA": all, "UA": only(none, hd, ua), "app": only(none), "app+": all},
		"rename":                 {"GA": all, "UA": only(none, hd, ua), "app": only(none), "app+": all},
		"department":             {"GA": all, "UA": all, "IA": all, "app": all, "app+": all},
		"license":                {"GA": all, "UA": all, "app": all, "app+": all},
		"license by flag":        {"GA": all, "UA": all, "app": all, "app+": all},
		"take the second factor": {"GA": all, "HD": only(none), "app": only(none), "app+": all},
		"delete":                 {"GA": all, "UA": only(none, hd, ua), "app": only(none), "app+": all},
	}
	n, allowed := 0, 0
	for _, d := range deeds {
		for who, ctx := range actors {
			for _, role := range targets {
				n++
				var roles []directory.RoleID
				if role != none {
					roles = append(roles, role)
				}
				_, id := s.person(fmt.Sprintf("target%d", n), nil, roles...)
				path := "/v1.0/users/" + id + d.path
				if d.factor {
					path = strings.ReplaceAll(path, "${factor}", s.factor(id))
				}
				body := d.body
				if d.name == "rename" {
					body = map[string]any{"userPrincipalName": fmt.Sprintf("new%d@%s", n, domain)}
				}
				judge := may[d.name][who]
				if judge == nil {
					judge = no
				}
				w := send(t, s, ctx, d.method, path, body)
				if judge(role) {
					allowed++
					if w.Code != d.ok {
						t.Errorf("%s by %s to %q: %d %s", d.name, who, role, w.Code, w.Body)
					}
					continue
				}
				e := decode[errorBody](t, w).Error
				if w.Code != http.StatusForbidden || e.Code != "Authorization_RequestDenied" || len(e.Details) != 1 || e.Details[0].Remedy == "" {
					t.Errorf("%s by %s to %q: %d %s", d.name, who, role, w.Code, w.Body)
				}
			}
		}
	}
	t.Logf("%d tries, %d allowed", n, allowed)
}

func TestEachPartOfAChangeOfAPersonAsksForItsPermission(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	_, boss := s.person("boss", nil, directory.GlobalAdministrator)
	_, target := s.person("target", nil)
	plain, enabled := map[string]any{"department": "Sales"}, map[string]any{"accountEnabled": true}
	password := map[string]any{"passwordProfile": map[string]any{"password": firstWord}}
	for _, c := range []struct {
		scope string
		body  map[string]any
		want  int
	}{
		{access.UserReadWriteAll, plain, 204},
		{access.UserReadWriteAll, enabled, 204},
		{access.UserReadWriteAll, password, 403},
		{access.UserPasswordProfileReadWriteAll, password, 204},
		{access.UserPasswordProfileReadWriteAll, enabled, 403},
		{access.UserPasswordProfileReadWriteAll, plain, 403},
		{access.UserEnableDisableAccountAll, enabled, 204},
		{access.UserEnableDisableAccountAll, plain, 403},
		{access.UserEnableDisableAccountAll, password, 403},
	} {
		for who, ctx := range map[string]context.Context{"a person": s.acting(boss, []string{c.scope}), "an app": as(c.scope)} {
			if w := send(t, s, ctx, http.MethodPatch, "/v1.0/users/"+target, c.body); w.Code != c.want {
				t.Errorf("%v by %s with %s: %d %s", c.body, who, c.scope, w.Code, w.Body)
			}
		}
	}
}

func TestUserReadOpensOneselfAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	_, id := s.person("megan", nil)
	_, other := s.person("other", nil)
	for _, c := range []struct {
		scope, path string
		want        int
	}{
		{access.UserRead, "/v1.0/me", 200},
		{access.UserRead, "/v1.0/users/" + id, 200},
		{access.UserRead, "/v1.0/users/" + strings.ToUpper("megan@"+domain), 200},
		{access.UserRead, "/v1.0/users/" + id + "/memberOf", 200},
		{access.UserRead, "/v1.0/users/" + other, 403},
		{access.UserRead, "/v1.0/users/other@" + domain, 403},
		{access.UserRead, "/v1.0/users/" + other + "/memberOf", 403},
		{access.UserRead, "/v1.0/users/" + id + "/authentication/methods", 403},
		{access.UserRead, "/v1.0/users", 403},
		{access.GroupMemberReadAll, "/v1.0/me", 403},
		{access.GroupMemberReadAll, "/v1.0/users/" + id, 403},
	} {
		if w := send(t, s, s.acting(id, []string{c.scope}), http.MethodGet, c.path, nil); w.Code != c.want {
			t.Errorf("%s with %s: %d %s", c.path, c.scope, w.Code, w.Body)
		}
	}
	if w := send(t, s, s.acting(id, []string{access.UserRead}), http.MethodPatch, "/v1.0/users/"+id, map[string]any{"department": "Sales"}); w.Code != http.StatusForbidden {
		t.Errorf("changing oneself with User.Read: %d %s", w.Code, w.Body)
	}
}

// allBut is every permission that is none of these and includes none of them.
func allBut(these ...string) []string {
	return slices.DeleteFunc(access.Permissions(), func(held string) bool {
		return slices.ContainsFunc(these, func(want string) bool { return access.Implies(held, want) })
	})
}
