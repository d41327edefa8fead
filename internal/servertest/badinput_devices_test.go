package servertest_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

func (f *field) badUsers(boss string) []refusal {
	good := object{"userPrincipalName": "new@" + f.Domain, "displayName": "New", "accountEnabled": true}
	create := func(name, property string, value any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: "/v1.0/users", body: with(good, property, value), status: status, code: code, target: target, says: says, remedy: remedy}
	}
	const upn, bound = "userPrincipalName", "manager@odata.bind"
	user := func(id string) string { return "https://graph.microsoft.com/v1.0/users/" + id }
	return []refusal{
		create("a user without an address", upn, nil, 400, "InvalidUserPrincipalName", upn, "name@domain", "verified domain"),
		create("a user's address without a domain", upn, "new", 400, "InvalidUserPrincipalName", upn, "'new'", "verified domain"),
		create("a user's address with a blank", upn, "a b@"+f.Domain, 400, "InvalidUserPrincipalName", upn, "a b@", "verified domain"),
		create("a user of another domain", upn, "new@"+f.fabrikam.Domain, 400, "DomainNotVerified", upn, f.fabrikam.Domain, "@"+f.Domain),
		create("a user without a name", "displayName", "", 400, "InvalidDisplayName", "displayName", "256", "name"),
		create("an address that somebody has", upn, strings.ToUpper(f.upn), 409, "UserPrincipalNameTaken", upn, strings.ToUpper(f.upn), "another name"),
		create("an unknown property of a user", "departement", "x", 400, "UnknownProperty", "departement", "departement", "department"),
		create("a property of another type", "accountEnabled", "yes", 400, "InvalidPropertyValue", "accountEnabled", "accountEnabled", "true"),
		create("a user with a manager of another tenant", bound, user(f.fabrikam.user), 404, "Request_ResourceNotFound", bound, f.fabrikam.user, "object id"),
		create("a user with a manager that is no text", bound, 7, 400, "InvalidPropertyValue", bound, bound, "double quotes"),
		{name: "no manager bound", method: http.MethodPatch, path: "/v1.0/users/" + f.user, body: object{bound: nil}, status: 400, code: "InvalidReference", target: bound, says: "''", remedy: "directoryObjects"},
		{name: "a user as their own manager", method: http.MethodPatch, path: "/v1.0/users/" + f.user, body: object{bound: user(f.user)}, status: 400, code: "OwnManager", target: bound, says: "own manager", remedy: "another user"},
		{name: "a group as manager", method: http.MethodPatch, path: "/v1.0/users/" + f.user, body: object{bound: user(f.group), "city": "Fulda"}, status: 404, code: "Request_ResourceNotFound", target: bound, says: f.group, remedy: "object id"},
		{name: "a manager beside a city of another type", method: http.MethodPatch, path: "/v1.0/users/" + f.user, body: object{bound: user(boss), "city": 7}, status: 400, code: "InvalidPropertyValue", target: "city", says: "city", remedy: "double quotes"},
		{name: "who reports to somebody unknown", method: http.MethodGet, path: "/v1.0/users/" + unknownID + "/directReports", status: 404, code: "Request_ResourceNotFound", target: "id", says: unknownID, remedy: "object id"},
		{name: "a user moved to another domain", method: http.MethodPatch, path: "/v1.0/users/" + f.user, body: object{upn: "meg@" + f.fabrikam.Domain}, status: 400, code: "DomainNotVerified", target: upn, says: f.fabrikam.Domain, remedy: "@" + f.Domain},
	}
}

func (f *field) badDevices(t *testing.T) []refusal {
	t.Helper()
	at := identities + "/" + f.identity
	call := func(name, action string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: at + action, body: body, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	const held = "DeviceHasAutopilotRegistration"
	register := "Delete the registration deviceManagement/windowsAutopilotDeviceIdentities/" + f.identity
	const hardware = "hardwareIdentifier"
	report := func(name, hash, code, remedy string) refusal {
		return call(name, "/reportHardware", object{hardware: hash}, code, hardware, "", remedy)
	}
	serial := func(name string, body object, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: identities, body: body, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	registered, _ := f.p.Must(t, f.Token, http.MethodGet, at, nil, http.StatusOK).JSON["serialNumber"].(string)
	return []refusal{
		serial("a PC without a serial number", object{"manufacturer": "Contoso"}, 400, "SerialNumberRequired", "serialNumber", "'serialNumber' is missing", "Send the serial number"),
		serial("a PC whose serial number is blanks", object{"serialNumber": " \t "}, 400, "SerialNumberRequired", "serialNumber", "'serialNumber' is missing", "Send the serial number"),
		serial("a serial number over 256 characters", object{"serialNumber": strings.Repeat("é", 257)}, 400, "InvalidText", "serialNumber", "256", "as it stands"),
		serial("a serial number of two lines", object{"serialNumber": "PF-1\nPF-2"}, 400, "InvalidText", "serialNumber", "control character", "as it stands"),
		serial("a serial number that is a number", object{"serialNumber": 7}, 400, "InvalidPropertyValue", "serialNumber", "serialNumber", "double quotes"),
		serial("a model over 256 characters", object{"serialNumber": "PF-1", "model": strings.Repeat("m", 257)}, 400, "InvalidText", "model", "256", "as it stands"),
		serial("a serial number that is registered", object{"serialNumber": strings.ToLower(registered)}, 409, "ZtdDeviceAlreadyAssigned", "serialNumber", strings.ToLower(registered), "delete that registration"),
		serial("a misspelt property of a PC", object{"serialNumber": "PF-1", "grouptagg": "x"}, 400, "UnknownProperty", "grouptagg", "grouptagg", "groupTag"),
		serial("a PC with a group tag over 512 characters", object{"serialNumber": "PF-1", "groupTag": strings.Repeat("t", 513)}, 400, "GroupTagTooLong", "groupTag", "513", "Shorten"),
		serial("a PC with a name that is no computer name", object{"serialNumber": "PF-1", "displayName": "Meg's PC"}, 400, "InvalidDeviceName", "displayName", "Meg's PC", "PC-042"),
		serial("a PC with a user of another tenant", object{"serialNumber": "PF-1", "userPrincipalName": f.fabrikam.upn}, 400, "UserNotFound", "userPrincipalName", f.fabrikam.upn, "create the user"),
		{name: "a device object that a registration stands on deleted", method: http.MethodDelete, path: "/v1.0/devices/" + f.device, status: 400, code: held, target: "id", says: f.identity, remedy: register},
		{name: "the same by its device id", method: http.MethodDelete, path: "/v1.0/devices(deviceId='" + f.deviceID + "')", status: 400, code: held, target: "id", says: f.identity, remedy: register},
		{name: "a device object without a name", method: http.MethodPatch, path: "/v1.0/devices/" + f.device, body: object{"displayName": ""}, status: 400, code: "InvalidDisplayName", target: "displayName", remedy: "name"},
		{name: "physical ids set by hand", method: http.MethodPatch, path: "/v1.0/devices/" + f.device, body: object{"physicalIds": []string{"[OrderID]:X"}}, status: 400, code: "ReadOnlyProperty", target: "physicalIds", remedy: "updateDeviceProperties"},
		{name: "an unknown extension attribute", method: http.MethodPatch, path: "/v1.0/devices/" + f.device, body: object{"extensionAttributes": object{"extensionAttribute16": "x"}}, status: 400, code: "UnknownProperty", target: "extensionAttributes/extensionAttribute16", remedy: "extensionAttribute"},
		call("a user that does not exist assigned", "/assignUserToDevice", object{"userPrincipalName": "nobody@" + f.Domain}, "UserNotFound", "userPrincipalName", "nobody@"+f.Domain, "create the user"),
		call("a user of another tenant assigned", "/assignUserToDevice", object{"userPrincipalName": f.fabrikam.upn}, "UserNotFound", "userPrincipalName", f.fabrikam.upn, "create the user"),
		call("no user assigned", "/assignUserToDevice", object{}, "UserRequired", "userPrincipalName", "No user", "unassignUserFromDevice"),
		call("an unknown parameter of an action", "/assignUserToDevice", object{"userPrincipalNam": f.upn}, "UnknownProperty", "userPrincipalNam", "userPrincipalNam", "userPrincipalName"),
		call("a parameter to an action that takes none", "/unassignUserFromDevice", object{"user": f.upn}, "UnknownProperty", "user", "user", "Leave it out"),
		call("a device's user that does not exist", "/updateDeviceProperties", object{"userPrincipalName": "nobody@" + f.Domain}, "UserNotFound", "userPrincipalName", "nobody@"+f.Domain, "create the user"),
		call("a group tag over 512 characters", "/updateDeviceProperties", object{"groupTag": strings.Repeat("t", 513)}, "GroupTagTooLong", "groupTag", "513", "Shorten"),
		call("a device name that is no computer name", "/updateDeviceProperties", object{"displayName": "Meg's PC"}, "InvalidDeviceName", "displayName", "Meg's PC", "PC-042"),
		call("a device name of digits", "/updateDeviceProperties", object{"displayName": "123456"}, "InvalidDeviceName", "displayName", "123456", "PC-042"),
		call("an unknown property of a device", "/updateDeviceProperties", object{"grouptagg": "x"}, "UnknownProperty", "grouptagg", "grouptagg", "groupTag"),
		report("a reported hash that is truncated", f.hash[:400], "HashTruncated", "whole"),
		report("a reported hash with a wrong checksum", flipped(t, f.hash), "HashChecksum", "again"),
		report("a reported hash that is no base64", "@@@@", "HashNotBase64", "whole"),
		report("no hash reported", "", "HashRequired", "hash"),
		{name: "an imported hash that is no base64", method: http.MethodPost, path: imports, body: object{"serialNumber": "X", hardware: "not base64!"}, status: 400, code: "HashNotBase64", target: hardware, says: "Edm.Binary", remedy: "whole"},
		{name: "an import without rows", method: http.MethodPost, path: imports + "/import", body: object{"importedWindowsAutopilotDeviceIdentities": []object{}}, status: 400, code: "NoRows", target: "importedWindowsAutopilotDeviceIdentities", remedy: "at least one"},
		{name: "an unknown property of a row", method: http.MethodPost, path: imports + "/import", body: object{"importedWindowsAutopilotDeviceIdentities": []object{{"serialNumber": "X"}, {"serialNumer": "Y"}}}, status: 400, code: "UnknownProperty", target: "importedWindowsAutopilotDeviceIdentities[1]/serialNumer", remedy: "serialNumber"},
		{name: "the profile of a device that has none", method: http.MethodGet, path: identities + "/" + f.noProfile(t) + "/deploymentProfile", token: f.northwind.Token, status: 404, code: "ResourceNotFound", target: "deploymentProfile", says: "No deployment profile", remedy: "explain"},
	}
}

// noProfile is a device of Northwind that no profile reaches.
func (f *field) noProfile(t *testing.T) string {
	t.Helper()
	n := f.northwind
	as := f.p.All(t, n.Token, profiles+"/"+n.all+"/assignments")
	id, _ := as[0]["id"].(string)
	f.p.Must(t, n.Token, http.MethodDelete, profiles+"/"+n.all+"/assignments/"+id, nil, http.StatusNoContent)
	f.p.Must(t, n.Token, http.MethodPost, identities+"/"+n.identity+"/updateDeviceProperties", object{"groupTag": "None"}, http.StatusNoContent)
	return n.identity
}

// flipped is a hash with one bit of its serial number changed on the way.
func flipped(t *testing.T, hash string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(hash)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(raw), "LENOVO")
	raw[at] ^= 1
	return base64.StdEncoding.EncodeToString(raw)
}
