package servertest_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (f *field) badTokens(t *testing.T) []refusal {
	t.Helper()
	forge := func(changes object) string {
		c := claims(t, f.Token)
		maps.Copy(c, changes)
		return f.w.Sign(t, c)
	}
	disabled, ofDisabled := f.p.NewApp(t, f.fabrikam.Tenant, "Group.Read.All")
	deleted, ofDeleted := f.p.NewApp(t, f.fabrikam.Tenant, "Group.Read.All")
	gone := f.p.NewTenant(t, "Gone", false)
	f.admin(t, http.MethodPatch, "/tenants/"+f.fabrikam.ID+"/apps/"+disabled.AppID, object{"enabled": false})
	f.admin(t, http.MethodDelete, "/tenants/"+f.fabrikam.ID+"/apps/"+deleted.AppID, nil)
	f.admin(t, http.MethodDelete, "/tenants/"+gone.ID, nil)
	_, reader := f.p.NewApp(t, f.Tenant, "Group.Read.All", "Device.Read.All", "User.Read.All")
	_, noDevices := f.p.NewApp(t, f.Tenant, "Group.Read.All")
	parts := strings.Split(f.Token, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
	signature := []byte(parts[2])
	signature[10] = map[bool]byte{true: 'B', false: 'A'}[signature[10] == 'A']
	bent := parts[0] + "." + parts[1] + "." + string(signature)
	const code, again = "InvalidAuthenticationToken", "new"
	bad := func(name, token, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodGet, path: "/v1.0/groups", token: token, status: 401, code: code, target: "Authorization", says: says, remedy: remedy}
	}
	denied := func(name, token, method, path string, body any, permission string) refusal {
		return refusal{name: name, method: method, path: path, body: body, token: token, status: 403, code: "Authorization_RequestDenied", target: "Authorization", says: "it needs " + permission, remedy: "Grant the app " + strings.Split(permission, " ")[0]}
	}
	past := time.Now().Add(-2 * time.Hour).Unix()
	write := denied("a token without the permission to write", reader, http.MethodPatch, "/v1.0/groups/"+f.group, object{"displayName": "x"}, "Group.ReadWrite.All")
	rows := []refusal{
		bad("no token", noToken, "no access token", "Authorization: Bearer"),
		{name: "a token in a cookie", method: http.MethodGet, path: "/v1.0/groups", token: noToken, headers: []string{"Cookie", "access_token=" + f.Token + "; __Host-session=" + f.Token}, status: 401, code: code, target: "Authorization", says: "no access token", remedy: "Authorization: Bearer"},
		{name: "a token in the address", method: http.MethodGet, path: "/v1.0/groups?access_token=" + f.Token, token: noToken, status: 401, code: code, target: "Authorization", says: "no access token", remedy: "Authorization: Bearer"},
		{name: "a password instead of a token", method: http.MethodGet, path: "/v1.0/groups", token: noToken, headers: []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(f.App.AppID+":"+f.App.Secret))}, status: 401, code: code, target: "Authorization", says: "no access token", remedy: "Authorization: Bearer"},
		bad("a token that is none", "nonsense", "not a signed JWT", again),
		bad("a token of 20 kB", strings.Repeat("a", 20_000), "longer than 16 KB", again),
		bad("an unsigned token", none, "not", again),
		bad("a token whose signature was changed", bent, "signature", again),
		bad("an expired token", forge(object{"iat": past - 3600, "nbf": past - 3600, "exp": past}), "has expired", again),
		bad("a token of tomorrow", forge(object{"nbf": time.Now().Add(24 * time.Hour).Unix(), "exp": time.Now().Add(25 * time.Hour).Unix()}), "not valid yet", "clock"),
		bad("a token for another audience", forge(object{"aud": "https://vault.example"}), "for another resource", "https://graph.microsoft.com/.default"),
		bad("a token of another issuer", forge(object{"iss": "https://elsewhere.example/" + f.ID + "/"}), "another server", again),
		bad("a token whose tenant is not its issuer's", forge(object{"tid": f.fabrikam.ID}), "do not agree", again),
		bad("a token for an app of another tenant", forge(object{"tid": f.fabrikam.ID, "iss": strings.Replace(claims(t, f.Token)["iss"].(string), f.ID, f.fabrikam.ID, 1)}), "gone", "app"),
		bad("a token of a disabled app", ofDisabled, "disabled", "Enable"),
		bad("a token of a deleted app", ofDeleted, "gone", "app"),
		bad("a token of a deleted tenant", gone.Token, "gone", "app"),
		{name: "a token of another tenant", method: http.MethodPatch, path: "/v1.0/groups/" + f.group, body: object{"displayName": "x"}, token: f.fabrikam.Token, status: 404, code: "Request_ResourceNotFound", target: "id", says: f.group, remedy: "List groups"},
		write,
		denied("a token without the permission to import", reader, http.MethodPost, imports, object{"serialNumber": "x"}, "DeviceManagementServiceConfig.ReadWrite.All"),
		denied("a token without the permission to read devices", noDevices, http.MethodGet, "/v1.0/devices", nil, "Device.Read.All"),
		denied("a token with one of two permissions", noDevices, http.MethodPost, "/beta/groups/evaluateDynamicMembership", object{"memberId": f.device, "membershipRule": `device.displayName -eq "a"`}, "Device.Read.All"),
		denied("a token with a role its app was never granted", f.w.Sign(t, with(claims(t, reader), "roles", []string{"Group.ReadWrite.All"})), http.MethodDelete, "/v1.0/groups/"+f.group, nil, "Group.ReadWrite.All"),
	}
	return rows
}

// claims are those of a token, unchecked.
func claims(t *testing.T, token string) object {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var c object
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (f *field) admin(t *testing.T, method, path string, in any) {
	t.Helper()
	if err := f.p.Admin.Call(t.Context(), method, path, in, nil); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

func toText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func containsActivity(events []object, activity string) bool {
	for _, e := range events {
		if e["activity"] == activity {
			return true
		}
	}
	return false
}
