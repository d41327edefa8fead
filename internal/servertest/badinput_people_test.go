package servertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

// crew is people of the field with what they may do, for rows about refusals.
type crew struct{ boss, desk, member, bossToken, deskToken, memberToken string }

func (f *field) crew(t *testing.T) crew {
	t.Helper()
	var c crew
	for _, m := range []struct {
		name      string
		roles     []directory.RoleID
		id, token *string
	}{
		{"Boss", []directory.RoleID{directory.GlobalAdministrator}, &c.boss, &c.bossToken},
		{"Desk", []directory.RoleID{directory.HelpdeskAdministrator}, &c.desk, &c.deskToken},
		{"Member", nil, &c.member, &c.memberToken},
	} {
		who := f.p.NewMember(t, f.Tenant, m.name, m.roles...)
		*m.id, *m.token = who.ID, f.p.SignIn(t, f.Tenant, who.UPN, servertest.Password, access.Scopes()...)
	}
	return c
}

const denied = "Authorization_RequestDenied"

func (f *field) badPasswords(c *crew) []refusal {
	user := "/v1.0/users/" + f.user
	reset := user + "/authentication/methods/" + passwordID + "/resetPassword"
	profile := func(name string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPatch, path: user, body: object{"passwordProfile": body}, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	password := func(name, text, code, says, remedy string) refusal {
		return profile(name, object{"password": text}, code, "passwordProfile/password", says, remedy)
	}
	change := func(name string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: "/v1.0/me/changePassword", token: c.memberToken, body: body, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	return []refusal{
		password("a password that is too short", "Ab1!", "PasswordTooShort", "characters", "Several words"),
		password("a password that everybody knows", "Password1234", "PasswordTooCommon", "tried first", "several words"),
		password("a password with the person's name", "Megan-of-Contoso-1", "PasswordContainsName", "megan", "names out"),
		profile("a password profile without a password", object{"forceChangePasswordNextSignIn": true}, "PasswordRequired", "passwordProfile/password", "no password", "passwordProfile"),
		profile("a misspelt part of a password profile", object{"password": servertest.Password, "forceChange": true}, "UnknownProperty", "passwordProfile/forceChange", "'forceChange'", "Leave it out"),
		profile("a password that is no text", object{"password": 7}, "InvalidPropertyValue", "passwordProfile/password", "password", "double quotes"),
		profile("a password profile that is no object", "secret", "InvalidPropertyValue", "passwordProfile", "passwordProfile", "object"),
		{name: "a new person whose password is too short", method: http.MethodPost, path: "/v1.0/users", body: object{"userPrincipalName": "short@" + f.Domain, "displayName": "Short", "accountEnabled": true, "passwordProfile": object{"password": "x"}}, status: 400, code: "PasswordTooShort", target: "passwordProfile/password", says: "characters", remedy: "Several words"},
		{name: "a person made by a person without a password", method: http.MethodPost, path: "/v1.0/users", token: c.bossToken, body: object{"userPrincipalName": "none@" + f.Domain, "displayName": "None", "accountEnabled": true}, status: 400, code: "PasswordRequired", target: "passwordProfile", says: "'passwordProfile' is missing", remedy: "forceChangePasswordNextSignIn"},
		{name: "one's own password by the help desk's way", method: http.MethodPost, path: "/v1.0/users/" + c.desk + "/authentication/methods/" + passwordID + "/resetPassword", token: c.deskToken, body: object{}, status: 400, code: "OwnPassword", target: "id", says: "their own", remedy: "/me/changePassword"},
		{name: "one's own password by an administrator's way", method: http.MethodPatch, path: "/v1.0/users/" + c.boss, token: c.bossToken, body: object{"passwordProfile": object{"password": servertest.Password}}, status: 400, code: "OwnPassword", target: "id", says: "their own", remedy: "/me/changePassword"},
		{name: "a reset to a password that is too short", method: http.MethodPost, path: reset, body: object{"newPassword": "x"}, status: 400, code: "PasswordTooShort", target: "newPassword", says: "characters", remedy: "Several words"},
		{name: "a misspelt property of a reset", method: http.MethodPost, path: reset, body: object{"password": servertest.Password}, status: 400, code: "UnknownProperty", target: "password", says: "'password'", remedy: "Leave it out"},
		{name: "a reset of a second factor", method: http.MethodPost, path: user + "/authentication/methods/" + f.factor + "/resetPassword", body: object{}, status: 404, code: "Request_ResourceNotFound", target: "id", says: f.factor, remedy: passwordID},
		{name: "a second factor that is not there", method: http.MethodDelete, path: user + "/authentication/softwareOathMethods/" + unknownID, status: 404, code: "Request_ResourceNotFound", target: "id", says: unknownID, remedy: "List"},
		{name: "a password as second factor", method: http.MethodDelete, path: user + "/authentication/softwareOathMethods/" + passwordID, status: 404, code: "Request_ResourceNotFound", target: "id", says: passwordID, remedy: "List"},
		change("a change of password without the present one", object{"newPassword": servertest.Password}, "PasswordRequired", "currentPassword", "'currentPassword'", "newPassword"),
		change("a change of password without the new one", object{"currentPassword": servertest.Password}, "PasswordRequired", "newPassword", "'newPassword'", "currentPassword"),
		change("a change to the same password", object{"currentPassword": servertest.Password, "newPassword": servertest.Password}, "PasswordNotChanged", "newPassword", "old one", "another"),
		change("a change of password with a wrong one", object{"currentPassword": "wrong", "newPassword": "Another-Horse-9-Stable"}, "WrongPassword", "currentPassword", "wrong", "sign in"),
		{name: "a change of password by an app", method: http.MethodPost, path: "/v1.0/me/changePassword", body: object{}, status: 400, code: "BadRequest", target: "me", says: "app's own", remedy: "sign a person in"},
		{name: "the signed-in person of an app", method: http.MethodGet, path: "/v1.0/me", status: 400, code: "BadRequest", target: "me", says: "app's own", remedy: "by id"},
	}
}

func (f *field) badRoles(c *crew) []refusal {
	give := func(name string, body any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: roleAssignments, body: body, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	reader, admin := string(directory.GlobalReader), string(directory.GlobalAdministrator)
	members := "/v1.0/directoryRoles/"
	const missing = "Request_ResourceNotFound"
	return []refusal{
		give("a role that does not exist", assignment(unknownID, f.user), 404, missing, "roleDefinitionId", unknownID, "roleDefinitions"),
		give("a role by name", assignment("Global Reader", f.user), 404, missing, "roleDefinitionId", "Global Reader", "roleDefinitions"),
		give("a role for nobody", assignment(reader, ""), 404, missing, "principalId", "''", "object id"),
		give("a role for a group", assignment(reader, f.group), 404, missing, "principalId", f.group, "not given to groups"),
		give("a role for somebody of another tenant", assignment(reader, f.fabrikam.user), 404, missing, "principalId", f.fabrikam.user, "object id"),
		give("a role in one administrative unit", with(assignment(reader, f.user), "directoryScopeId", "/administrativeUnits/x"), 400, "ScopeNotSupported", "directoryScopeId", "whole tenant", "directoryScopeId"),
		give("a role without a scope", with(assignment(reader, f.user), "directoryScopeId", nil), 400, "ScopeNotSupported", "directoryScopeId", "whole tenant", "directoryScopeId"),
		give("a role in one app", with(with(assignment(reader, f.user), "directoryScopeId", nil), "appScopeId", "/x"), 400, "ScopeNotSupported", "directoryScopeId", "whole tenant", "directoryScopeId"),
		give("a role somebody has", assignment(string(directory.JoinedDeviceLocalAdministrator), f.user), 409, "RoleAssigned", "principalId", "already", "as it is"),
		give("a misspelt property of a role assignment", with(assignment(reader, f.user), "principal_id", "x"), 400, "UnknownProperty", "principal_id", "'principal_id'", "principalId"),
		{name: "a role assignment that is not there", method: http.MethodDelete, path: roleAssignments + "/" + unknownID, status: 404, code: missing, target: "id", says: unknownID, remedy: "List"},
		{name: "a member added to a role that does not exist", method: http.MethodPost, path: members + unknownID + "/members/$ref", body: reference(f.user), status: 404, code: missing, target: "id", says: unknownID, remedy: admin},
		{name: "a device as member of a role", method: http.MethodPost, path: members + reader + "/members/$ref", body: reference(f.device), status: 404, code: missing, target: "id", says: f.device, remedy: "user"},
		{name: "a member added to a role twice", method: http.MethodPost, path: members + string(directory.JoinedDeviceLocalAdministrator) + "/members/$ref", body: reference(f.user), status: 400, code: "MemberAlreadyExists", target: "members", says: "already", remedy: "out"},
		{name: "a member taken out of a role they do not have", method: http.MethodDelete, path: members + reader + "/members/" + f.user + "/$ref", status: 404, code: missing, target: "members", says: "Global Reader", remedy: "members"},
		{name: "the last administrator disabled", method: http.MethodPatch, path: "/v1.0/users/" + c.boss, body: object{"accountEnabled": false}, status: 400, code: "LastGlobalAdministrator", target: "id", says: "last Global Administrator", remedy: "somebody else"},
		{name: "the last administrator deleted", method: http.MethodDelete, path: "/v1.0/users/" + c.boss, status: 400, code: "LastGlobalAdministrator", target: "id", says: "last Global Administrator", remedy: "somebody else"},
		{name: "the last administrator out of the role", method: http.MethodDelete, path: members + admin + "/members/" + c.boss + "/$ref", status: 400, code: "LastGlobalAdministrator", target: "id", says: "last Global Administrator", remedy: "somebody else"},
		{name: "a role given by the help desk", method: http.MethodPost, path: roleAssignments, token: c.deskToken, body: assignment(admin, c.desk), status: 403, code: denied, target: "Authorization", says: "Global Administrator", remedy: "Global Administrator"},
		{name: "an administrator's password by the help desk", method: http.MethodPatch, path: "/v1.0/users/" + c.boss, token: c.deskToken, body: object{"passwordProfile": object{"password": servertest.Password}}, status: 403, code: denied, target: "Authorization", says: "Global Administrator", remedy: "Global Administrator"},
		{name: "a group renamed by a member", method: http.MethodPatch, path: "/v1.0/groups/" + f.group, token: c.memberToken, body: object{"displayName": "Mine"}, status: 403, code: denied, target: "Authorization", says: "User Administrator or Intune Administrator", remedy: "User Administrator"},
		{name: "a PC tagged by a member", method: http.MethodPost, path: identities + "/" + f.identity + "/updateDeviceProperties", token: c.memberToken, body: object{"groupTag": "Mine"}, status: 403, code: denied, target: "Authorization", says: "Intune Administrator", remedy: "Intune Administrator"},
	}
}

func (f *field) badGrants(c *crew) []refusal {
	good := object{"clientId": f.principal, "consentType": "Principal", "principalId": c.member, "resourceId": access.GraphAppID, "scope": "User.Read"}
	grant := func(name, property string, value any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: permissionGrants, body: with(good, property, value), status: status, code: code, target: target, says: says, remedy: remedy}
	}
	license := func(name string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: "/v1.0/users/" + f.user + "/assignLicense", body: body, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	sku := []object{{"skuId": "061f9ace-7d42-4136-88ac-31dc755f143f"}}
	return []refusal{
		grant("a consent for an app that is not there", "clientId", unknownID, 400, "ClientNotFound", "clientId", unknownID, "servicePrincipals"),
		grant("a consent for an app by its client id", "clientId", f.App.AppID, 400, "ClientNotFound", "clientId", f.App.AppID, "not its appId"),
		grant("a consent for Graph itself", "clientId", access.GraphAppID, 400, "ClientNotFound", "clientId", access.GraphAppID, "servicePrincipals"),
		grant("a consent for another API", "resourceId", unknownID, 400, "ResourceNotSupported", "resourceId", unknownID, access.GraphAppID),
		grant("a consent of a type that does not exist", "consentType", "Everybody", 400, "InvalidConsentType", "consentType", "do not fit", "AllPrincipals"),
		grant("a consent for everybody and one", "consentType", "AllPrincipals", 400, "InvalidConsentType", "consentType", "do not fit", "AllPrincipals"),
		grant("a consent for one without whom", "principalId", nil, 400, "InvalidConsentType", "consentType", "do not fit", "Principal"),
		grant("a consent for nobody of the tenant", "principalId", f.fabrikam.user, 400, "UserNotFound", "principalId", f.fabrikam.user, "List the users"),
		grant("a consent to a permission that does not exist", "scope", "User.Read Group.Raed.All", 400, "UnknownPermission", "scope", "Group.Raed.All", "Group.Read.All"),
		grant("a consent to nothing", "scope", "openid offline_access", 400, "ScopeRequired", "scope", "at least one", "User.Read"),
		grant("a misspelt property of a consent", "client", f.principal, 400, "UnknownProperty", "client", "'client'", "clientId"),
		grant("a consent that is there", "principalId", f.user, 409, "Request_MultipleObjectsWithSameKeyValue", "clientId", "exists already", "Delete"),
		{name: "a consent that is not there", method: http.MethodDelete, path: permissionGrants + "/" + unknownID, status: 404, code: "Request_ResourceNotFound", target: "id", says: unknownID, remedy: "List"},
		{name: "an app that is not there", method: http.MethodGet, path: "/v1.0/servicePrincipals(appId='" + unknownID + "')", status: 404, code: "Request_ResourceNotFound", target: "id", says: unknownID, remedy: "List"},
		{name: "a consent given by the help desk", method: http.MethodPost, path: permissionGrants, token: c.deskToken, body: good, status: 403, code: denied, target: "Authorization", says: "Global Administrator", remedy: "Global Administrator"},
		license("a license that does not exist", object{"addLicenses": []object{{"skuId": unknownID}}, "removeLicenses": []string{}}, "LicenseNotFound", "skuId", unknownID, "061f9ace"),
		license("a license that is taken and does not exist", object{"addLicenses": []object{}, "removeLicenses": []string{unknownID}}, "LicenseNotFound", "skuId", unknownID, "061f9ace"),
		license("a license that is given and taken", object{"addLicenses": sku, "removeLicenses": []string{sku[0]["skuId"].(string)}}, "LicenseAddedAndRemoved", "removeLicenses", "same license", "one of the two"),
		license("a misspelt property of a license", object{"addLicenses": []object{{"sku": "x"}}}, "UnknownProperty", "addLicenses/sku", "'sku'", "skuId"),
		license("a misspelt list of licenses", object{"addLicense": sku}, "UnknownProperty", "addLicense", "'addLicense'", "addLicenses"),
	}
}

// badTokensOfPeople are tokens of people that were good, or look so.
func (f *field) badTokensOfPeople(t *testing.T) []refusal {
	t.Helper()
	created, _ := f.p.Must(t, f.Token, http.MethodGet, "/v1.0/users/"+f.user, nil, http.StatusOK).JSON["createdDateTime"].(string)
	began, err := time.Parse(time.RFC3339, created) // the password came with the account
	if err != nil {
		t.Fatal(err)
	}
	row := func(name string, change func(object), says, remedy string) refusal {
		on := claims(t, f.person)
		change(on)
		return refusal{name: name, method: http.MethodGet, path: "/v1.0/me", token: f.w.Sign(t, on), status: 401, code: "InvalidAuthenticationToken", target: "Authorization", says: says, remedy: remedy}
	}
	return []refusal{
		row("a person's token of before the password", func(o object) { o["iat_us"] = 1 }, "was ended", "Sign in again"),
		row("a person's token of a second before the password, without the microsecond", func(o object) { delete(o, "iat_us"); o["iat"] = began.Unix() - 1 }, "was ended", "Sign in again"),
		row("a person's token without a time", func(o object) { delete(o, "iat") }, "do not fit", "access_token"),
		row("a token of a person who is not there", func(o object) { o["oid"] = unknownID }, "is gone", "administrator"),
		row("a token of a person of another tenant", func(o object) { o["oid"] = f.fabrikam.user }, "is gone", "administrator"),
		row("a token of a person through an app that is not there", func(o object) { o["appid"] = unknownID }, "is gone", "create the app"),
		row("a person's token on a PC that has not joined", func(o object) { o["deviceid"] = f.deviceID }, "disabled", "another one"),
		row("a person's token on a PC that is not there", func(o object) { o["deviceid"] = unknownID }, "is gone", "another one"),
		row("a token of a person and an app at once", func(o object) { o["roles"] = []string{access.UserReadWriteAll} }, "do not fit", "access_token"),
		row("a person's token for joining", func(o object) { o["aud"] = access.JoinAudiences[0] }, "another resource", strings.TrimSuffix(access.GraphURL, "/")),
	}
}
