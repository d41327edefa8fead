package servertest_test

import (
	"net/http"
	"testing"
)

// badDeleted are about what was deleted: a person whose address somebody else
// has by now, and a group that is gone for good.
func (f *field) badDeleted(t *testing.T) []refusal {
	t.Helper()
	const items = "/v1.0/directory/deletedItems/"
	somebody := object{"userPrincipalName": "former@" + f.Domain, "displayName": "Former", "accountEnabled": true}
	former := id(t, f.p.Must(t, f.Token, http.MethodPost, "/v1.0/users", somebody, http.StatusCreated))
	f.p.Must(t, f.Token, http.MethodDelete, "/v1.0/users/"+former, nil, http.StatusNoContent)
	f.p.Must(t, f.Token, http.MethodPost, "/v1.0/users", somebody, http.StatusCreated)
	purged := id(t, f.p.Must(t, f.Token, http.MethodPost, "/v1.0/groups", plainGroup("Purged"), http.StatusCreated))
	f.p.Must(t, f.Token, http.MethodDelete, "/v1.0/groups/"+purged, nil, http.StatusNoContent)
	f.p.Must(t, f.Token, http.MethodDelete, items+purged, nil, http.StatusNoContent)

	gone := func(name, method, path, says string) refusal {
		return refusal{name: name, method: method, path: items + path, status: 404, code: "Request_ResourceNotFound", target: "id", says: says, remedy: "List directory/deletedItems/microsoft.graph.group"}
	}
	query := func(name, path, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodGet, path: items + path, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	const group = "microsoft.graph.group"
	return []refusal{
		{name: "a person restored whose address is taken", method: http.MethodPost, path: items + former + "/restore", status: 409, code: "UserPrincipalNameTaken", target: "userPrincipalName", says: "former@" + f.Domain, remedy: "another name"},
		{name: "a parameter to a restore", method: http.MethodPost, path: items + f.gone + "/restore", body: object{"newUserPrincipalName": f.upn}, status: 400, code: "UnknownProperty", target: "newUserPrincipalName", says: "'newUserPrincipalName'", remedy: "Leave it out"},
		gone("a group that is gone for good restored", http.MethodPost, purged+"/restore", purged),
		gone("a group deleted for good twice", http.MethodDelete, purged, purged),
		gone("a deleted object that never was", http.MethodGet, unknownID, unknownID),
		gone("a group that was never deleted restored", http.MethodPost, f.group+"/restore", f.group),
		gone("a group that was never deleted, deleted for good", http.MethodDelete, f.group, f.group),
		gone("a deleted group of another tenant restored", http.MethodPost, f.fabrikam.gone+"/restore", f.fabrikam.gone),
		gone("an id of a deleted object that is none", http.MethodGet, "Sales", "Sales"),
		{name: "a deleted group deleted again", method: http.MethodDelete, path: "/v1.0/groups/" + f.gone, status: 404, code: "Request_ResourceNotFound", target: "id", says: f.gone, remedy: "List groups"},
		{name: "a deleted person deleted again", method: http.MethodDelete, path: "/v1.0/users/" + former, status: 404, code: "Request_ResourceNotFound", target: "id", says: former, remedy: "object id"},
		query("something expanded of deleted groups", group+"?$expand=members", "Request_BadRequest", "$expand", "nothing to expand", "Leave $expand out"),
		query("a filter of deleted groups on an unknown property", group+"?$filter=colour%20eq%20'red'", "UnknownProperty", "$filter", "colour", "displayName"),
		{name: "deleted devices", method: http.MethodGet, path: items + "microsoft.graph.device", status: 404, code: "Request_ResourceNotFound", target: "id", says: "microsoft.graph.device", remedy: "microsoft.graph.user"},
	}
}
