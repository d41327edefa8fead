package servertest_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/graph"
	"taxiway/internal/servertest"
)

// keysOf are the collections whose objects a path can name, with an object of
// the estate each.
func (e *estate) keysOf() map[string][]string {
	return map[string][]string{
		"deviceManagement/windowsAutopilotDeviceIdentities/{id}":                            {e.identity},
		"deviceManagement/importedWindowsAutopilotDeviceIdentities/{id}":                    {e.row},
		"deviceManagement/windowsAutopilotDeploymentProfiles/{id}":                          {e.profile},
		"deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments/{assignment}": {e.assignment},
		"deviceManagement/managedDevices/{id}":                                              {e.managed},
		"deviceManagement/autopilotEvents/{id}":                                             {e.deployment},
		"deviceAppManagement/mobileApps/{id}":                                               {e.msi},
		"deviceAppManagement/mobileApps/{id}/assignments/{assignment}":                      {e.msi + "_" + allDevices},
		"deviceManagement/auditEvents/{id}":                                                 {e.audit},
		"deviceManagement/deviceEnrollmentConfigurations/{id}":                              {e.statusPage},
		"deviceManagement/deviceEnrollmentConfigurations/{id}/assignments/{assignment}":     {e.statusPage + "_" + e.group},
		"deviceManagement/deviceConfigurations/{id}":                                        {e.custom},
		"deviceManagement/deviceConfigurations/{id}/assignments/{assignment}":               {e.custom + "_" + e.group},
		"directory/deletedItems/{id}":                                                       {e.gone},
		"groups/{id}":                                                                       {e.group, e.dynamic},
		"groups/{id}/members/{member}":                                                      {e.device},
		"groups/{id}/owners/{owner}":                                                        {e.user},
		"devices/{id|deviceId}":                                                             {e.device, "(deviceId='" + e.deviceID + "')"},
		"users/{id|userPrincipalName}":                                                      {e.user, e.upn, "(userPrincipalName='" + e.upn + "')"},
		"users/{id|userPrincipalName}/authentication/methods/{method}":                      {passwordID},
		"users/{id|userPrincipalName}/authentication/passwordMethods/{method}":              {passwordID},
		"users/{id|userPrincipalName}/authentication/softwareOathMethods/{method}":          {e.factor},
		"directoryRoles/{id|roleTemplateId}":                                                {string(directory.GlobalReader), "(roleTemplateId='" + string(directory.GlobalReader) + "')"},
		"directoryRoles/{id|roleTemplateId}/members/{member}":                               {e.user},
		"roleManagement/directory/roleDefinitions/{id}":                                     {string(directory.GlobalReader)},
		"roleManagement/directory/roleAssignments/{id}":                                     {e.assigned},
		"oauth2PermissionGrants/{id}":                                                       {e.grant},
		"servicePrincipals/{id|appId}":                                                      {e.principal, "(appId='" + e.App.AppID + "')"},
		"directoryObjects/{id}":                                                             {e.user, e.group, e.device},
		"organization/{id}/branding/localizations/{localization}":                           {"0"},
		"organization/{id}":                                                                 {e.ID},
		"applications/{id|appId}":                                                           {"(appId='" + e.App.AppID + "')"},
		"domains/{id}":                                                                      {e.Domain},
		"deviceManagement/auditEvents/getAuditActivityTypes/{category|category}":            {"(category='group')"},
		mdmScope[len("/beta/"):] + "/{id}":                                                  {scopeID},
		mamScope[len("/beta/"):] + "/{id}":                                                  {scopeID},
		mdmScope[len("/beta/"):] + "/{id}/includedGroups/{group}":                           {e.group},
		mamScope[len("/beta/"):] + "/{id}/includedGroups/{group}":                           {e.group},
	}
}

// ownOnly reports whether all keys of the route name what every tenant has one
// of, under the same id: there is no way to another tenant's by it.
func ownOnly(route string) bool {
	switch {
	case strings.Contains(route, "{group}"), strings.Contains(route, "{member}"):
		return false
	}
	return strings.HasSuffix(route, "{category|category}") || strings.Contains(route, "ManagementPolicies/{id}") || strings.HasPrefix(route, "directoryRoles/") || strings.Contains(route, "roleDefinitions/")
}

// paths are all ways to address the estate's objects by this route, below the
// version.
func (e *estate) paths(t *testing.T, route string) []string {
	t.Helper()
	keys := e.keysOf()
	paths, table := []string{""}, ""
	for part := range strings.SplitSeq(route, "/") {
		table = strings.TrimPrefix(table+"/"+part, "/")
		values := []string{part}
		if strings.HasPrefix(part, "{") {
			if values = keys[table]; values == nil {
				t.Fatalf("no object for %s in the route %s: tell keysOf about it", table, route)
			}
		}
		var longer []string
		for _, p := range paths {
			for _, v := range values {
				if strings.HasPrefix(v, "(") {
					longer = append(longer, p+v)
				} else {
					longer = append(longer, strings.TrimPrefix(p+"/"+v, "/"))
				}
			}
		}
		paths = longer
	}
	return paths
}

// bodyFor is what the route accepts from its own tenant, so that a refusal is
// about the object in the path.
func (e *estate) bodyFor(t *testing.T, r *graph.Route) any {
	t.Helper()
	if r.Method != http.MethodPost && r.Method != http.MethodPatch {
		return nil
	}
	last := r.Path[strings.LastIndexByte(r.Path, '/')+1:]
	if strings.HasPrefix(r.Path, "deviceAppManagement/") && last == "assign" {
		return object{"mobileAppAssignments": []object{}}
	}
	if strings.HasPrefix(r.Path, "deviceManagement/windowsAutopilotDeploymentProfiles/") && last == "assign" {
		return object{"deviceIds": []string{e.identity}}
	}
	if strings.HasPrefix(r.Path, "deviceManagement/deviceConfigurations/") && last == "assign" {
		return object{"assignments": []object{}}
	}
	body, ok := map[string]any{
		"PATCH deviceEnrollmentConfigurations":     object{"description": "Stolen"},
		"PATCH deviceConfigurations":               object{"description": "Stolen"},
		"POST assign":                              object{"enrollmentConfigurationAssignments": []object{}},
		"POST setPriority":                         object{"priority": 1},
		"PATCH mobileApps":                         object{"description": "Stolen"},
		"POST syncDevice":                          object{},
		"POST rebootNow":                           object{},
		"POST wipe":                                object{"keepUserData": true},
		"POST retire":                              object{},
		"POST setDeviceName":                       object{"deviceName": "STOLEN"},
		"POST autopilotReset":                      object{},
		"PATCH windowsAutopilotDeviceIdentities":   object{"groupTag": "Stolen"},
		"POST assignUserToDevice":                  object{"userPrincipalName": e.upn},
		"POST unassignUserFromDevice":              object{},
		"POST updateDeviceProperties":              object{"groupTag": "Stolen"},
		"POST whatIf":                              object{"groupTag": "Stolen"},
		"POST allowNextEnrollment":                 object{},
		"POST validateProperties":                  object{"displayName": "Stolen"},
		"POST reportHardware":                      object{"hardwareIdentifier": e.hash},
		"PATCH windowsAutopilotDeploymentProfiles": object{"description": "Stolen"},
		"POST assignments":                         target("groupAssignmentTarget", e.group),
		"PATCH groups":                             object{"description": "Stolen"},
		"POST evaluateDynamicMembership":           object{"memberId": e.device},
		"POST $ref":                                reference(e.user),
		"PATCH devices":                            object{"displayName": "Stolen"},
		"PATCH users":                              object{"displayName": "Stolen"},
		"PATCH branding":                           object{"signInPageText": "Stolen"},
		"POST revokeSignInSessions":                object{},
		"POST assignLicense":                       object{"addLicenses": []object{}, "removeLicenses": []string{}},
		"POST resetPassword":                       object{},
		"POST restore":                             object{},
	}[r.Method+" "+collection(r.Path, last)]
	if !ok {
		t.Fatalf("no body for %s %s: tell bodyFor about it", r.Method, r.Path)
	}
	return body
}

// collection is the last segment that is no key.
func collection(path, last string) string {
	if !strings.HasPrefix(last, "{") {
		return last
	}
	parts := strings.Split(path, "/")
	return parts[len(parts)-2]
}

func versionsOf(r *graph.Route) []string {
	var all []string
	for bit, version := range map[graph.Versions]string{1: "/v1.0/", 2: "/beta/"} {
		if r.Versions&bit != 0 {
			all = append(all, version)
		}
	}
	return all
}

func TestEveryRouteRefusesAnotherTenantsObject(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		mine, theirs := furnish(t, p, "Contoso"), furnish(t, p, "Fabrikam")
		mine.manage(t, p)
		theirs.manage(t, p)
		before, own := mine.state(t, p), theirs.state(t, p)
		tried := 0
		for _, r := range graph.Routes() {
			if !strings.Contains(r.Path, "{") || ownOnly(r.Path) {
				continue
			}
			body := theirs.bodyFor(t, &r)
			for _, version := range versionsOf(&r) {
				for _, path := range mine.paths(t, r.Path) {
					tried++
					a := p.Must(t, theirs.Token, r.Method, version+path, body, http.StatusNotFound)
					e, _ := a.JSON["error"].(object)
					if code := e["code"]; code != "ResourceNotFound" && code != "Request_ResourceNotFound" {
						t.Errorf("%s %s: code %v", r.Method, version+path, code)
					}
					for _, secret := range []string{mine.displayName, "Megan", mine.pc.Hardware.SystemSerial} {
						if bytes.Contains(a.Raw, []byte(secret)) && !strings.Contains(path, secret) {
							t.Errorf("%s %s: the answer tells %q: %s", r.Method, version+path, secret, a.Raw)
						}
					}
					p.Must(t, "", r.Method, version+path, body, http.StatusUnauthorized)
					p.Must(t, "", r.Method, version+path, body, http.StatusUnauthorized, "Cookie", "__Host-session="+mine.Token)
				}
			}
		}
		if tried < 70 {
			t.Errorf("%d requests were made, want one at least for each of more than 70 routes and versions", tried)
		}
		if after := mine.state(t, p); !bytes.Equal(before, after) {
			t.Errorf("something of the other tenant changed:\n%s", firstDifference(before, after))
		}
		if after := theirs.state(t, p); !bytes.Equal(own, after) {
			t.Errorf("something of the caller's changed:\n%s", firstDifference(own, after))
		}
		// The same requests reach the objects with the right tenant's token.
		mine.dress(t, p)
		for _, r := range graph.Routes() {
			if r.Method != http.MethodGet || strings.HasSuffix(r.Path, "/manager") { // nobody has one
				continue
			}
			for _, version := range versionsOf(&r) {
				for _, path := range mine.paths(t, r.Path) {
					token := mine.Token
					if aboutSelf(&r) {
						token = mine.person
					}
					p.Must(t, token, r.Method, version+path, nil, http.StatusOK)
				}
			}
		}
	})
}

// dress gives the tenant's sign-in pages a text and pictures, so that there is
// something to read.
func (e *estate) dress(t *testing.T, p *servertest.Process) {
	t.Helper()
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	look := "/v1.0/organization/" + e.ID + "/branding"
	p.Must(t, e.Token, http.MethodPatch, look, object{"signInPageText": "Welcome"}, http.StatusNoContent)
	for _, picture := range []string{"/bannerLogo", "/backgroundImage"} {
		p.Must(t, e.Token, http.MethodPut, look+"/localizations/0"+picture, dot.Bytes(), http.StatusNoContent, "Content-Type", "image/png")
	}
}

// aboutSelf reports whether the route is about the signed-in person.
func aboutSelf(r *graph.Route) bool { return r.Path == "me" || strings.HasPrefix(r.Path, "me/") }

func TestABodyCannotReachIntoAnotherTenant(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		mine, theirs := furnish(t, p, "Contoso"), furnish(t, p, "Fabrikam")
		mine.manage(t, p)
		theirs.manage(t, p)
		before, own := mine.state(t, p), theirs.state(t, p)
		groups, members := "/v1.0/groups/", "/members/"
		for _, c := range []struct {
			method, path string
			body         any
			status       int
		}{
			{http.MethodPost, groups + theirs.group + members + "$ref", reference(mine.device), 404},
			{http.MethodPost, groups + theirs.group + members + "$ref", reference(mine.user), 404},
			{http.MethodDelete, groups + theirs.group + members + mine.device + "/$ref", nil, 404},
			{http.MethodPost, groups + theirs.group + "/owners/$ref", reference(mine.user), 404},
			{http.MethodPost, groups, with(plainGroup("New"), "owners@odata.bind", []string{"/directoryObjects/" + mine.user}), 404},
			{http.MethodPatch, groups + theirs.group, object{"members@odata.bind": []string{"/directoryObjects/" + mine.user}}, 404},
			{http.MethodPost, groups, with(plainGroup("New"), "members@odata.bind", []string{"/directoryObjects/" + mine.user}), 404},
			{http.MethodPost, profiles + "/" + theirs.spare + "/assignments", target("groupAssignmentTarget", mine.group), 400},
			{http.MethodPost, profiles + "/" + theirs.spare + "/assignments", target("exclusionGroupAssignmentTarget", mine.group), 400},
			{http.MethodPost, profiles + "/" + theirs.spare + "/assign", object{"deviceIds": []string{mine.identity}}, 400},
			{http.MethodDelete, profiles + "/" + theirs.profile + "/assignments/" + mine.assignment, nil, 404},
			{http.MethodGet, profiles + "/" + theirs.profile + "/assignments/" + mine.assignment, nil, 404},
			{http.MethodPost, identities + "/" + theirs.identity + "/assignUserToDevice", object{"userPrincipalName": mine.upn}, 400},
			{http.MethodPatch, identities + "/" + theirs.identity, object{"userPrincipalName": mine.upn}, 400},
			{http.MethodPost, mdmScope + "/" + scopeID + "/includedGroups/$ref", reference(mine.group), 404},
			{http.MethodPost, roleAssignments, assignment(string(directory.GlobalAdministrator), mine.user), 404},
			{http.MethodPost, "/v1.0/directoryRoles/" + string(directory.GlobalReader) + "/members/$ref", reference(mine.user), 404},
			{http.MethodPost, permissionGrants, object{"clientId": mine.principal, "consentType": "AllPrincipals", "resourceId": access.GraphAppID, "scope": "User.Read"}, 400},
			{http.MethodPost, permissionGrants, object{"clientId": theirs.principal, "consentType": "Principal", "principalId": mine.user, "resourceId": access.GraphAppID, "scope": "User.Read"}, 400},
			{http.MethodPost, mamScope + "/" + scopeID + "/includedGroups/$ref", reference(mine.group), 404},
			{http.MethodPut, joinPolicy, with(policyBody(), "azureADJoin", object{"allowedToJoin": enumerated([]string{mine.user}, nil)}), 400},
			{http.MethodPut, joinPolicy, with(policyBody(), "azureADJoin", object{"allowedToJoin": enumerated(nil, []string{mine.group})}), 400},
			{http.MethodPost, "/beta/groups/evaluateDynamicMembership", object{"memberId": mine.device, "membershipRule": `device.displayName -ne null`}, 404},
			{http.MethodPost, "/beta/groups/" + theirs.dynamic + "/evaluateDynamicMembership", object{"memberId": mine.device}, 404},
		} {
			p.Must(t, theirs.Token, c.method, strings.TrimSuffix(c.path, "/"), c.body, c.status)
		}
		batch := p.Must(t, theirs.Token, http.MethodPost, "/beta/$batch", object{"requests": []object{
			{"id": "1", "method": "GET", "url": "/groups/" + mine.group},
			{"id": "2", "method": "GET", "url": "/deviceManagement/windowsAutopilotDeviceIdentities/" + mine.identity, "headers": object{"Authorization": "Bearer " + mine.Token}},
			{"id": "3", "method": "GET", "url": "/groups/" + mine.group, "headers": object{"Cookie": "__Host-session=" + mine.Token}},
		}}, http.StatusOK)
		responses, _ := batch.JSON["responses"].([]any)
		for _, r := range responses {
			if r, _ := r.(object); r["status"] != float64(http.StatusNotFound) {
				t.Errorf("a batch reached into another tenant: %v", r)
			}
		}
		if len(responses) != 3 {
			t.Errorf("the batch has %d answers", len(responses))
		}
		for _, path := range []string{"/v1.0/groups", "/v1.0/users", "/v1.0/devices", managedDevices, autopilotEvents, screens, customs, identities, imports, profiles, audits, roleAssignments, permissionGrants, "/v1.0/servicePrincipals", "/v1.0/directoryRoles/" + string(directory.JoinedDeviceLocalAdministrator) + "/members"} {
			for _, o := range p.All(t, theirs.Token, path) {
				if text := toText(t, o); strings.Contains(text, "Contoso") || strings.Contains(text, mine.ID) {
					t.Errorf("GET %s shows another tenant's object: %s", path, text)
				}
			}
		}
		if after := mine.state(t, p); !bytes.Equal(before, after) {
			t.Errorf("something of the other tenant changed:\n%s", firstDifference(before, after))
		}
		if after := theirs.state(t, p); !bytes.Equal(own, after) {
			t.Errorf("a refused change was written:\n%s", firstDifference(own, after))
		}
	})
}

func TestEveryRouteAsksForItsPermission(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		e.manage(t, p)
		elsewhere := p.NewTenant(t, "Fabrikam", true) // what people change about themselves is written there
		other := p.NewMember(t, elsewhere, "Alex")
		tokens := map[string]string{}
		tokenWith := func(permissions []string) string {
			key := strings.Join(permissions, " ")
			if tokens[key] == "" {
				_, tokens[key] = p.NewApp(t, e.Tenant, permissions...)
			}
			return tokens[key]
		}
		before := map[string][]byte{}
		watched := []string{roleAssignments, permissionGrants, "/v1.0/users", "/v1.0/groups", "/v1.0/devices", identities, profiles + "?$expand=assignments", joinPolicy, mdmScope, mamScope}
		for _, path := range watched {
			before[path] = p.Must(t, e.Token, http.MethodGet, path, nil, http.StatusOK).Raw
		}
		for _, r := range graph.Routes() {
			for _, missing := range append([][]string{r.Permissions}, each(r.Also)...) {
				token := tokenWith(allBut(missing))
				for _, version := range versionsOf(&r) {
					for _, path := range e.paths(t, r.Path) {
						a := p.Must(t, token, r.Method, version+path, object{}, http.StatusForbidden)
						if len(missing) <= 5 && !bytes.Contains(a.Raw, []byte(missing[0])) {
							t.Errorf("%s %s: the refusal does not name %s: %s", r.Method, version+path, missing[0], a.Raw)
						}
					}
				}
			}
			// One of the permissions is enough: what is refused then is the
			// empty body, or an id that is not there.
			for _, enough := range r.Permissions[:min(len(r.Permissions), 4)] {
				if aboutSelf(&r) {
					if a, err := p.Graph(t.Context(), p.SignIn(t, elsewhere, other.UPN, servertest.Password, enough), r.Method, "/beta/"+r.Path, object{}); err != nil || a.Status >= 401 {
						t.Errorf("%s %s with the scope %s alone: %d %v %s", r.Method, r.Path, enough, a.Status, err, a.Raw)
					}
					continue
				}
				token := tokenWith(append([]string{enough}, r.Also...))
				path := strings.NewReplacer("{id}", unknownID, "{id|deviceId}", unknownID, "{id|userPrincipalName}", unknownID, "{assignment}", "x", "{member}", unknownID, "{group}", unknownID, "{method}", unknownID, "{id|roleTemplateId}", unknownID, "{id|appId}", unknownID, "{localization}", "0").Replace(r.Path)
				a, err := p.Graph(t.Context(), token, r.Method, "/beta/"+path, object{})
				if err != nil || a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || a.Status >= 500 {
					t.Errorf("%s %s with %s alone: %d %v %s", r.Method, path, enough, a.Status, err, a.Raw)
				}
			}
		}
		for _, path := range watched {
			if after := p.Must(t, e.Token, http.MethodGet, path, nil, http.StatusOK).Raw; !bytes.Equal(before[path], after) {
				t.Errorf("GET %s: something was written:\n%s", path, firstDifference(before[path], after))
			}
		}
	})
}

func each(list []string) [][]string {
	var all [][]string
	for _, s := range list {
		all = append(all, []string{s})
	}
	return all
}

// allBut is every permission that is none of these and includes none of them.
func allBut(these []string) []string {
	return slices.DeleteFunc(access.Permissions(), func(held string) bool {
		return slices.ContainsFunc(these, func(want string) bool { return access.Implies(held, want) })
	})
}
