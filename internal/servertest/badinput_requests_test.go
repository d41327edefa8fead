package servertest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// The limits on a decoded body: the standard one, and one for imports that a
// test can pass quickly.
const (
	bodyLimit   = 1 << 20
	importLimit = 2 << 20
)

func (f *field) badBodies(t *testing.T) []refusal {
	t.Helper()
	const groups = "/v1.0/groups"
	send := func(name string, body any, status int, code, target, says, remedy string, headers ...string) refusal {
		return refusal{name: name, method: http.MethodPost, path: groups, body: body, headers: headers, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	large := `{"displayName":"` + strings.Repeat("x", bodyLimit) + `"}`
	good, err := json.Marshal(plainGroup("Bad"))
	if err != nil {
		t.Fatal(err)
	}
	zipped := gzipped(t, good)
	return []refusal{
		send("a body over the limit", large, 413, "RequestBodyTooLarge", "body", "1048576 bytes", "several requests"),
		send("a body over the limit after gunzip", gzipped(t, []byte(large)), 413, "RequestBodyTooLarge", "body", "1048576 bytes", "several requests", "Content-Encoding", "gzip"),
		send("a body that is not JSON", "{\n  \"displayName\": \"a\",\n  \"securityEnabled\": nonsense\n}", 400, "InvalidBody", "body", "(line 3, position 22)", "double quotes"),
		send("a body that ends too early", `{"displayName": "a"`, 400, "InvalidBody", "body", "line 1", "JSON"),
		send("a body with text after it", `{"displayName": "a"} {}`, 400, "InvalidBody", "body", "line 1", "one"),
		send("a body that is a list", `[]`, 400, "InvalidBody", "body", "line 1, position 1", "object"),
		send("a property given twice", `{"displayName": "a", "DisplayName": "b"}`, 400, "DuplicateProperty", "body", "'DisplayName' is given twice. (line 1, position 22)", "once"),
		send("a body nested too deep", strings.Repeat(`{"a":`, 200)+"1"+strings.Repeat("}", 200), 400, "TooDeep", "body", "nests too many", "fewer levels"),
		send("a text that is a number", `{"displayName": 7}`, 400, "InvalidPropertyValue", "displayName", "displayName", "text"),
		send("a body that is no gzip", string(good), 400, "InvalidBody", "body", "gzip", "plain", "Content-Encoding", "gzip"),
		send("a gzip that is cut off", zipped[:len(zipped)-12], 400, "InvalidBody", "body", "ends too early", "again", "Content-Encoding", "gzip"),
		send("another content encoding", zipped, 415, "UnsupportedContentEncoding", "Content-Encoding", "'br'", "gzip", "Content-Encoding", "br"),
		send("another content type", string(good), 415, "UnsupportedMediaType", "Content-Type", "text/xml", "application/json", "Content-Type", "text/xml"),
		send("another character set", string(good), 415, "UnsupportedMediaType", "Content-Type", "utf-16", "UTF-8", "Content-Type", "application/json; charset=utf-16"),
		send("a form", "displayName=a", 415, "UnsupportedMediaType", "Content-Type", "x-www-form-urlencoded", "application/json", "Content-Type", "application/x-www-form-urlencoded"),
		send("an unknown property", with(plainGroup("Bad"), "displyName", "a"), 400, "UnknownProperty", "displyName", "'displyName' does not exist", "displayName"),
		{name: "an unknown property of a profile", method: http.MethodPost, path: profiles, body: with(tutorialProfile("Bad"), "langage", "x"), status: 400, code: "UnknownProperty", target: "langage", says: "'langage'", remedy: "language"},
		{name: "an unknown property of a device object", method: http.MethodPatch, path: "/v1.0/devices/" + f.device, body: object{"isCool": true}, status: 400, code: "UnknownProperty", target: "isCool", says: "'isCool'", remedy: "Leave it out"},
		{name: "an import over the limit", method: http.MethodPost, path: imports + "/import", body: gzipped(t, []byte(`{"x":"`+strings.Repeat("x", importLimit)+`"}`)), headers: []string{"Content-Encoding", "gzip"}, status: 413, code: "RequestBodyTooLarge", target: "body", says: "2097152 bytes", remedy: "several requests"},
	}
}

func gzipped(t *testing.T, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, bytes.NewReader(plain)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (f *field) badQueries(t *testing.T) []refusal {
	t.Helper()
	get := func(name, path, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodGet, path: path, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	filter := func(name, expression, code, says, remedy string) refusal {
		return get(name, identities+"?$filter="+url.QueryEscape(expression), code, "$filter", says, remedy)
	}
	next := f.nextLink(t, f.Token, "/v1.0/groups?$top=1&$filter="+url.QueryEscape("startswith(displayName,'S') or startswith(displayName,'P')"))
	token, _ := strings.CutPrefix(next, next[:strings.Index(next, "$skiptoken=")+len("$skiptoken=")])
	bit := []byte(token)
	if bit[20]++; bit[20] == '[' || bit[20] == '{' || bit[20] == ':' {
		bit[20] = 'A'
	}
	_, readOnly := f.p.NewApp(t, f.Tenant, "Group.Read.All")
	const page, first = "InvalidSkipToken", "first page"
	return []refusal{
		filter("a filter on an unknown property", "serialNumbr eq 'x'", "UnknownProperty", "serialNumbr", "serialNumber"),
		filter("a filter that does not parse", "serialNumber eq", "InvalidFilter", "missing here. (position 16)", "position 16"),
		filter("a filter with an unclosed text", "serialNumber eq 'x", "InvalidFilter", "position", "'"),
		filter("a filter on a property that cannot be filtered", "resourceName eq 'x'", "PropertyNotFilterable", "resourceName", "Filter"),
		filter("a filter with a value of another type", "lastContactedDateTime gt 'monday'", "InvalidFilter", "lastContactedDateTime", "2026"),
		filter("a filter with an unknown function", "trim(serialNumber) eq 'x'", "InvalidFilter", "'trim' is not a function", "contains"),
		filter("a filter nested too deep", strings.Repeat("(", 150)+"serialNumber eq 'x'"+strings.Repeat(")", 150), "TooDeep", "deep", "parentheses"),
		filter("a filter with a character that cannot be stored", "serialNumber eq 'a\x00b'", "InvalidFilter", "not valid text", "UTF-8"),
		get("a page of nothing", "/v1.0/groups?$top=0", "InvalidTop", "$top", "'0'", "1 to 999"),
		get("a page size that is no number", "/v1.0/groups?$top=ten", "InvalidTop", "$top", "'ten'", "1 to 999"),
		get("a page over 999", "/v1.0/groups?$top=1000", "InvalidTop", "$top", "'1000'", "1 to 999"),
		get("a negative number to skip", identities+"?$skip=-1", "InvalidSkip", "$skip", "'-1'", "0 to"),
		get("a count that is neither true nor false", identities+"?$count=maybe", "InvalidCount", "$count", "'maybe'", "true"),
		get("an unknown property selected", "/v1.0/groups?$select=id,nickname", "UnknownProperty", "$select", "'nickname'", "mailNickname"),
		get("nothing selected between commas", "/v1.0/groups?$select=id,,displayName", "InvalidSelect", "$select", "commas", "comma"),
		get("an order by an unknown property", "/v1.0/groups?$orderby=nickname", "UnknownProperty", "$orderby", "'nickname'", "displayName"),
		get("an order by a property that cannot be sorted", "/v1.0/groups?$orderby=description", "PropertyNotSortable", "$orderby", "description", "displayName"),
		get("an order in no direction", "/v1.0/groups?$orderby="+url.QueryEscape("displayName up"), "InvalidOrderBy", "$orderby", "'up' is neither asc nor desc", "$orderby"),
		get("an unknown navigation expanded", identities+"?$expand=profile", "InvalidExpand", "$expand", "profile", "deploymentProfile"),
		get("a query option that does not exist", "/v1.0/groups?$where=x", "UnsupportedQueryOption", "$where", "$where", "$filter"),
		get("a query option given twice", "/v1.0/groups?$top=1&$top=2", "InvalidQuery", "$top", "twice", "once"),
		get("a page link changed by a bit", strings.Replace(next, token, string(bit), 1), page, "$skiptoken", "page link", first),
		get("a page link cut short", strings.Replace(next, token, token[:len(token)-4], 1), page, "$skiptoken", "page link", first),
		get("a page link with another filter", strings.Replace(next, "%27P%27", "%27X%27", 1), page, "$skiptoken", "page link", first),
		get("a page link of another collection", strings.Replace(next, "/groups?", "/users?", 1), page, "$skiptoken", "page link", first),
		{name: "a page link of another tenant", method: http.MethodGet, path: next, token: f.fabrikam.Token, status: 400, code: page, target: "$skiptoken", says: "page link", remedy: first},
		{name: "a page link of another caller", method: http.MethodGet, path: next, token: readOnly, status: 400, code: page, target: "$skiptoken", says: "page link", remedy: first},
	}
}

func (f *field) nextLink(t *testing.T, token, path string) string {
	t.Helper()
	link, ok := f.p.Must(t, token, http.MethodGet, path, nil, http.StatusOK).JSON["@odata.nextLink"].(string)
	if !ok {
		t.Fatalf("GET %s has one page only", path)
	}
	return link
}

func (f *field) badAddresses() []refusal {
	var all []refusal
	for _, unknown := range []struct{ name, path, code string }{
		{"registration", identities, "ResourceNotFound"},
		{"import row", imports, "ResourceNotFound"},
		{"profile", profiles, "ResourceNotFound"},
		{"audit event", audits, "ResourceNotFound"},
		{"group", "/v1.0/groups", "Request_ResourceNotFound"},
		{"device object", "/v1.0/devices", "Request_ResourceNotFound"},
		{"user", "/v1.0/users", "Request_ResourceNotFound"},
		{"directory object", "/v1.0/directoryObjects", "Request_ResourceNotFound"},
		{"organization", "/v1.0/organization", "Request_ResourceNotFound"},
	} {
		all = append(all,
			refusal{name: "an unknown " + unknown.name, method: http.MethodGet, path: unknown.path + "/" + unknownID, status: 404, code: unknown.code, target: "id", says: unknownID, remedy: "id"},
			refusal{name: "no id of a " + unknown.name, method: http.MethodGet, path: unknown.path + "/no%20id", status: 404, code: unknown.code, target: "id", says: "no id", remedy: "id"},
		)
	}
	all = append(all, refusal{name: "an address with a character that cannot be stored", method: http.MethodGet, path: "/v1.0/users/a%00b", status: 400, code: "InvalidPath", target: "path", says: "not valid text", remedy: "percent-encoded"})
	segment := func(name, path, target, remedy string) refusal {
		return refusal{name: name, method: http.MethodGet, path: path, status: 400, code: "BadRequest", target: target, says: "Resource not found for the segment '" + target + "'.", remedy: remedy}
	}
	wrong := func(name, method, path, allowed string) refusal {
		return refusal{name: name, method: method, path: path, status: 405, code: "MethodNotAllowed", target: allowed, says: method, remedy: allowed}
	}
	const changed, stale = "Somebody changed", `W/"999"`
	match := func(name, method, path string, body any) refusal {
		return refusal{name: name, method: method, path: path, body: body, headers: []string{"If-Match", stale}, status: 412, code: "PreconditionFailed", target: "If-Match", says: changed, remedy: "Read it again"}
	}
	return append(all,
		segment("an unknown segment", "/v1.0/gruops", "gruops", "groups"),
		segment("an unknown segment below Intune's", "/beta/deviceManagement/windowsAutopilotDevices", "windowsAutopilotDevices", "windowsAutopilot"),
		segment("an unknown segment below an object", "/v1.0/groups/"+f.group+"/membrs", "membrs", "members"),
		segment("a resource of beta under v1.0", "/v1.0/deviceManagement/windowsAutopilotDeploymentProfiles", "windowsAutopilotDeploymentProfiles", "/beta"),
		segment("a path that names no resource", "/beta/deviceManagement", "deviceManagement", "below"),
		refusal{name: "a path with a dot segment", method: http.MethodGet, path: "/v1.0/groups/%2e%2e/users", status: 400, code: "InvalidPath", target: "path", says: "path", remedy: "path"},
		wrong("a group put", http.MethodPut, "/v1.0/groups/"+f.group, "DELETE, GET, PATCH"),
		wrong("all groups deleted", http.MethodDelete, "/v1.0/groups", "GET, POST"),
		wrong("all registrations deleted", http.MethodDelete, identities, "GET, POST"),
		wrong("an audit event deleted", http.MethodDelete, audits+"/"+f.audit, "GET"),
		match("a group of another version", http.MethodPatch, "/v1.0/groups/"+f.group, object{"description": "x"}),
		match("a group of another version deleted", http.MethodDelete, "/v1.0/groups/"+f.group, nil),
		match("members of a group of another version", http.MethodPatch, "/v1.0/groups/"+f.group, object{"members@odata.bind": []string{"/directoryObjects/" + f.user}}),
		match("a user of another version", http.MethodPatch, "/v1.0/users/"+f.user, object{"displayName": "x"}),
		match("a user of another version deleted", http.MethodDelete, "/v1.0/users/"+f.user, nil),
		match("a device object of another version", http.MethodPatch, "/v1.0/devices/"+f.device, object{"displayName": "x"}),
		match("a profile of another version", http.MethodPatch, profiles+"/"+f.spare, object{"description": "x"}),
		match("a profile of another version deleted", http.MethodDelete, profiles+"/"+f.spare, nil),
		match("a registration of another version", http.MethodPatch, identities+"/"+f.identity, object{"groupTag": "x"}),
		match("a registration of another version deleted", http.MethodDelete, identities+"/"+f.identity, nil),
		refusal{name: "two versions at once", method: http.MethodDelete, path: profiles + "/" + f.spare, headers: []string{"If-Match", `W/"1", W/"2"`}, status: 400, code: "InvalidIfMatch", target: "If-Match", remedy: "@odata.etag"},
	)
}

func (f *field) badBatches() []refusal {
	one := func(id, url string) object { return object{"id": id, "method": "GET", "url": url} }
	many := make([]object, 21)
	for i := range many {
		many[i] = one(strconv.Itoa(i), "/groups")
	}
	batch := func(name string, requests []object, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: "/v1.0/$batch", body: object{"requests": requests}, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	return []refusal{
		batch("a batch of 21", many, "InvalidBatchSize", "requests", "21 requests", "several batches"),
		batch("a batch of none", []object{}, "InvalidBatchSize", "requests", "0 requests", "1 to 20"),
		batch("two requests of a batch with one id", []object{one("a", "/groups"), one("A", "/users")}, "DuplicateBatchID", "requests[1]/id", "'A'", "id of its own"),
		batch("a request of a batch without id", []object{with(one("a", "/groups"), "id", nil)}, "BatchIDRequired", "requests[0]/id", "no id", "id of its own"),
		batch("a request of a batch with a whole address", []object{one("a", "https://other.example/v1.0/groups")}, "InvalidBatchURL", "requests[0]/url", "relative", "/groups"),
		batch("a request of a batch with an unknown method", []object{with(one("a", "/groups"), "method", "BREW")}, "InvalidBatchMethod", "requests[0]/method", "'BREW'", "PATCH"),
		batch("a request of a batch that depends on none", []object{with(one("a", "/groups"), "dependsOn", []string{"z"})}, "InvalidBatchDependency", "dependsOn", "'z'", "this batch"),
		batch("requests of a batch in a circle", []object{with(one("a", "/groups"), "dependsOn", []string{"b"}), with(one("b", "/groups"), "dependsOn", []string{"a"})}, "InvalidBatchDependency", "dependsOn", "circle", "Take one"),
		batch("an unknown property of a batch", []object{with(one("a", "/groups"), "verb", "GET")}, "UnknownProperty", "requests[0]/verb", "'verb'", "Leave it out"),
	}
}
