package servertest_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

// deed is one request and which permission it takes, as Graph's page says.
type deed struct {
	name       string
	method     string
	path       string
	body       any
	permission string
	ok         int
	roles      []directory.RoleID // who may, beside Global Administrator; everybody: nobody has to be anything
	everybody  bool
}

// What an app does for a person is the smaller of what the person let it and
// what the person may: every role with every scope against requests of every
// kind. Who may is written by hand from the roles' descriptions.
func TestAnAppDoesForAPersonTheSmallerOfBoth(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		target := p.NewMember(t, e.Tenant, "Target")
		const (
			ia = directory.IntuneAdministrator
			cd = directory.CloudDeviceAdministrator
			gr = directory.GlobalReader
			hd = directory.HelpdeskAdministrator
			ua = directory.UserAdministrator
		)
		user := "/v1.0/users/" + target.ID
		deeds := []deed{
			{"read oneself", http.MethodGet, "/v1.0/me", nil, access.UserRead, 200, nil, true},
			{"read another", http.MethodGet, user, nil, access.UserReadAll, 200, nil, true},
			{"list groups", http.MethodGet, "/v1.0/groups", nil, access.GroupReadAll, 200, nil, true},
			{"list devices", http.MethodGet, "/v1.0/devices", nil, access.DeviceReadAll, 200, nil, true},
			{"list roles", http.MethodGet, roleAssignments, nil, access.RoleManagementReadDirectory, 200, nil, true},
			{"list registered PCs", http.MethodGet, identities, nil, access.DeviceManagementServiceConfigReadAll, 200, []directory.RoleID{ia, gr}, false},
			{"tag a PC", http.MethodPost, identities + "/" + e.identity + "/updateDeviceProperties", object{"groupTag": "Sales"}, access.DeviceManagementServiceConfigReadWriteAll, 204, []directory.RoleID{ia}, false},
			{"change a profile", http.MethodPatch, profiles + "/" + e.spare, object{"description": "x"}, access.DeviceManagementServiceConfigReadWriteAll, 200, []directory.RoleID{ia}, false},
			{"read the audit trail", http.MethodGet, audits, nil, access.DeviceManagementAppsReadAll, 200, []directory.RoleID{ia, gr}, false},
			{"describe a group", http.MethodPatch, "/v1.0/groups/" + e.group, object{"description": "x"}, access.GroupReadWriteAll, 204, []directory.RoleID{ia, ua}, false},
			{"enable a device", http.MethodPatch, "/v1.0/devices/" + e.device, object{"accountEnabled": true}, access.DeviceReadWriteAll, 204, []directory.RoleID{ia, cd}, false},
			{"rename a device", http.MethodPatch, "/v1.0/devices/" + e.device, object{"displayName": "PC-1"}, access.DeviceReadWriteAll, 204, []directory.RoleID{ia}, false},
			{"read who may join", http.MethodGet, joinPolicy, nil, access.PolicyReadDeviceConfiguration, 200, []directory.RoleID{ia, cd, gr}, false},
			{"set who may join", http.MethodPut, joinPolicy, policyBody(), access.PolicyReadWriteDeviceConfiguration, 200, []directory.RoleID{cd}, false},
			{"set whose PCs are enrolled", http.MethodPatch, mdmScope + "/" + scopeID, object{"appliesTo": "all"}, access.PolicyReadWriteMobilityManagement, 204, []directory.RoleID{cd}, false},
			{"move a person", http.MethodPatch, user, object{"department": "Sales"}, access.UserReadWriteAll, 204, []directory.RoleID{ia, ua}, false},
			{"enable a person", http.MethodPatch, user, object{"accountEnabled": true}, access.UserEnableDisableAccountAll, 204, []directory.RoleID{ia, ua}, false}, // nothing changes
			{"license a person", http.MethodPost, user + "/assignLicense", object{"addLicenses": []object{}, "removeLicenses": []string{}}, access.UserReadWriteAll, 200, []directory.RoleID{ua}, false},
			{"set a password", http.MethodPatch, user, object{"passwordProfile": object{"password": servertest.Password}}, access.UserPasswordProfileReadWriteAll, 204, []directory.RoleID{hd, ua}, false},
			{"see sign-in methods", http.MethodGet, user + "/authentication/methods", nil, access.UserAuthenticationMethodReadAll, 200, []directory.RoleID{hd, gr}, false},
			{"end sign-ins", http.MethodPost, user + "/revokeSignInSessions", nil, access.UserRevokeSessionsAll, 200, []directory.RoleID{hd, ua}, false},
			{"list consents", http.MethodGet, permissionGrants, nil, access.DirectoryReadAll, 200, nil, true},
			{"give a role", http.MethodPost, "/v1.0/directoryRoles/" + string(gr) + "/members/$ref", object{"@odata.id": ""}, access.RoleManagementReadWriteDirectory, 400, nil, false},
			{"consent for everybody", http.MethodPost, permissionGrants, object{}, access.DelegatedPermissionGrantReadWriteAll, 400, nil, false},
		}
		tried, allowed := 0, 0
		check := func(who, token string, d *deed, may bool) {
			t.Helper()
			tried++
			a, err := p.Graph(t.Context(), token, d.method, d.path, d.body)
			if err != nil {
				t.Fatal(err)
			}
			if may {
				allowed++
				if a.Status != d.ok {
					t.Errorf("%s by %s: %d %s", d.name, who, a.Status, a.Raw)
				}
				return
			}
			inner, _ := a.JSON["error"].(object)
			if a.Status != http.StatusForbidden || inner["code"] != "Authorization_RequestDenied" {
				t.Errorf("%s by %s: %d %s, want 403", d.name, who, a.Status, a.Raw)
				return
			}
			if message, _ := inner["message"].(string); !strings.Contains(message, d.permission) && !strings.Contains(message, "directory role Global Administrator") && !strings.Contains(message, "or Global Administrator") {
				t.Errorf("%s by %s: the message names neither %s nor a role: %s", d.name, who, d.permission, message)
			}
		}
		for _, role := range append(directory.Roles(), directory.Role{Name: "nobody"}) {
			var roles []directory.RoleID
			if role.ID != "" {
				roles = append(roles, role.ID)
			}
			who := p.NewMember(t, e.Tenant, strings.ReplaceAll(role.Name, " ", ""), roles...)
			wide := p.SignIn(t, e.Tenant, who.UPN, servertest.Password, access.Scopes()...)
			for i := range deeds {
				d := &deeds[i]
				may := d.everybody || role.ID == directory.GlobalAdministrator || slices.Contains(d.roles, role.ID)
				check(role.Name+" with every scope", wide, d, may)
			}
			// Each scope that some request takes, alone: it opens what it names
			// and what is below it, if the role does.
			if role.ID != directory.GlobalAdministrator && role.ID != "" {
				continue
			}
			for _, scope := range []string{access.UserRead, access.UserReadAll, access.DirectoryReadAll, access.DeviceManagementServiceConfigReadWriteAll, access.UserPasswordProfileReadWriteAll, access.UserReadWriteAll} {
				token := p.SignIn(t, e.Tenant, who.UPN, servertest.Password, scope)
				for i := range deeds {
					d := &deeds[i]
					may := access.Implies(scope, d.permission) && (d.everybody || role.ID == directory.GlobalAdministrator)
					check(role.Name+" with "+scope, token, d, may)
				}
			}
		}
		t.Logf("%d requests, %d allowed", tried, allowed)
		if tried < 400 || allowed < 100 {
			t.Errorf("%d requests were made and %d allowed", tried, allowed)
		}
	})
}

func TestAPersonSeesThemselvesAndChangesTheirPassword(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		megan, other := p.NewMember(t, e.Tenant, "Megan"), p.NewMember(t, e.Tenant, "Other")
		p.Must(t, e.Token, http.MethodPost, "/v1.0/groups/"+e.group+"/members/$ref", reference(megan.ID), http.StatusNoContent)
		token := p.SignIn(t, e.Tenant, megan.UPN, servertest.Password, access.UserRead, access.UserPasswordProfileReadWriteAll)
		if me := p.Must(t, token, http.MethodGet, "/v1.0/me?$select=id,userPrincipalName", nil, http.StatusOK).JSON; me["id"] != megan.ID || me["userPrincipalName"] != megan.UPN {
			t.Errorf("me is %v", me)
		}
		for _, path := range []string{"/v1.0/users/" + megan.ID, "/v1.0/users/" + strings.ToUpper(megan.UPN)} {
			p.Must(t, token, http.MethodGet, path, nil, http.StatusOK)
		}
		p.Must(t, token, http.MethodGet, "/v1.0/users/"+other.ID, nil, http.StatusForbidden)
		p.Must(t, token, http.MethodGet, "/v1.0/users", nil, http.StatusForbidden)
		if groups := p.All(t, token, "/v1.0/me/memberOf"); len(groups) != 1 || groups[0]["id"] != e.group {
			t.Errorf("my groups are %v", groups)
		}
		p.Must(t, e.Token, http.MethodGet, "/v1.0/me", nil, http.StatusBadRequest)

		const fresh = "Another-Horse-9-Stable"
		change := object{"currentPassword": servertest.Password, "newPassword": fresh}
		p.Must(t, token, http.MethodPost, "/v1.0/me/changePassword", with(change, "currentPassword", "wrong"), http.StatusBadRequest)
		p.Must(t, token, http.MethodGet, "/v1.0/me", nil, http.StatusOK)
		p.Must(t, token, http.MethodPost, "/v1.0/me/changePassword", change, http.StatusNoContent)
		if old, _ := p.TrySignIn(t, e.Tenant, megan.UPN, servertest.Password, access.UserRead); old != "" {
			t.Error("the old password still signs in")
		}
		p.Must(t, p.SignIn(t, e.Tenant, megan.UPN, fresh, access.UserRead), http.MethodGet, "/v1.0/me", nil, http.StatusOK)

		trail := p.All(t, e.Token, audits+"?$filter=activity eq 'Change user password'")
		if len(trail) != 1 {
			t.Fatalf("the audit trail has %d changes of a password", len(trail))
		}
		if actor, _ := trail[0]["actor"].(object); actor["userPrincipalName"] != megan.UPN {
			t.Errorf("the change was made by %v", trail[0]["actor"])
		}
		for _, line := range p.All(t, e.Token, audits) {
			if text := toText(t, line); strings.Contains(text, fresh) || strings.Contains(text, servertest.Password) {
				t.Errorf("the audit trail tells a password: %s", text)
			}
		}
	})
}

// The help desk gives somebody a new password and takes the lost phone away.
func TestTheHelpDeskLetsSomebodyInAgain(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		desk := p.NewMember(t, e.Tenant, "Desk", directory.HelpdeskAdministrator)
		token := p.SignIn(t, e.Tenant, desk.UPN, servertest.Password, access.Scopes()...)
		lost, boss := p.NewMember(t, e.Tenant, "Lost"), p.NewMember(t, e.Tenant, "Boss", directory.GlobalAdministrator)
		factor := p.AddFactor(t, e.ID, lost.ID)
		methods := "/v1.0/users/" + lost.UPN + "/authentication/"
		if all := p.All(t, token, methods+"methods"); len(all) != 2 || all[1]["id"] != factor {
			t.Errorf("the methods are %v", all)
		}
		made := p.Must(t, token, http.MethodPost, methods+"methods/"+passwordID+"/resetPassword", nil, http.StatusAccepted).JSON
		fresh, _ := made["newPassword"].(string)
		if len(fresh) < 12 {
			t.Fatalf("the new password is %q", fresh)
		}
		p.Must(t, token, http.MethodDelete, methods+"softwareOathMethods/"+factor, nil, http.StatusNoContent)
		p.Must(t, token, http.MethodDelete, methods+"softwareOathMethods/"+factor, nil, http.StatusNotFound)
		if all := p.All(t, token, methods+"methods"); len(all) != 1 || all[0]["id"] != passwordID {
			t.Errorf("the methods are %v", all)
		}
		if got, problem := p.TrySignIn(t, e.Tenant, lost.UPN, fresh, access.UserRead); got != "" || !strings.Contains(problem, "50055") {
			t.Errorf("the password need not be changed: %q %s", got, problem)
		}
		for _, path := range []string{"methods/" + passwordID + "/resetPassword", "passwordMethods/" + passwordID + "/resetPassword"} {
			p.Must(t, token, http.MethodPost, "/v1.0/users/"+boss.ID+"/authentication/"+path, object{"newPassword": "Another-Horse-9-Stable"}, http.StatusForbidden)
		}
		p.Must(t, token, http.MethodPatch, "/v1.0/users/"+boss.ID, object{"passwordProfile": object{"password": "Another-Horse-9-Stable"}}, http.StatusForbidden)
		p.SignIn(t, e.Tenant, boss.UPN, servertest.Password, access.UserRead)
	})
}

// However they go, and all at once: a tenant keeps one who can run it.
func TestTheLastGlobalAdministratorStays(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		admins := "/v1.0/directoryRoles(roleTemplateId='" + string(directory.GlobalAdministrator) + "')/members"
		for round := range 3 {
			for _, a := range p.All(t, c.Token, admins) {
				p.Must(t, c.Token, http.MethodPatch, "/v1.0/users/"+a["id"].(string), object{"accountEnabled": true}, http.StatusNoContent)
			}
			for i := range 9 {
				p.NewMember(t, c, "Admin"+string(rune('a'+round))+string(rune('a'+i)), directory.GlobalAdministrator)
			}
			all := p.All(t, c.Token, admins)
			refused := make([]int, len(all))
			var wg sync.WaitGroup
			for i, a := range all {
				id, _ := a["id"].(string)
				wg.Go(func() {
					method, path, body := http.MethodDelete, "/v1.0/users/"+id, any(nil)
					switch i % 3 {
					case 0:
						method, body = http.MethodPatch, object{"accountEnabled": false}
					case 1:
						path = "/v1.0/directoryRoles/" + string(directory.GlobalAdministrator) + "/members/" + id + "/$ref"
					}
					got, err := p.Graph(t.Context(), c.Token, method, path, body)
					if err != nil || got.Status != http.StatusNoContent && got.Status != http.StatusBadRequest {
						t.Errorf("%s %s: %d %v %s", method, path, got.Status, err, got.Raw)
					}
					if inner, _ := got.JSON["error"].(object); got.Status == http.StatusBadRequest {
						refused[i]++
						if inner["code"] != "LastGlobalAdministrator" {
							t.Errorf("%s %s: %s", method, path, got.Raw)
						}
					}
				})
			}
			wg.Wait()
			enabled := 0
			for _, a := range p.All(t, c.Token, admins) {
				if a["accountEnabled"] == true {
					enabled++
				}
			}
			if enabled != 1 {
				t.Errorf("round %d: %d enabled administrators are left of %d", round, enabled, len(all))
			}
		}
	})
}
