package graph

import (
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// codeDenied is Graph's code for what a caller may not do.
const codeDenied = "Authorization_RequestDenied"

// self reports whether the route is about the calling person alone: their roles
// do not matter, only what they let the app do.
func (r *Route) self() bool { return r.Path == "me" || strings.HasPrefix(r.Path, "me/") }

// own reports whether a request reads the calling person's own object by its
// id or name: the same as under me.
func own(p *access.Principal, m *match) bool {
	return p.Kind == access.User && m.route.Method == http.MethodGet && strings.HasPrefix(m.route.Path, "users/{") && !strings.Contains(m.route.Path, "/authentication/") &&
		(strings.EqualFold(m.keys["id"], p.ObjectID) || strings.EqualFold(m.keys["id"], p.UserPrincipalName))
}

// permitted refuses a caller who holds none of the route's permissions, and
// names what is missing.
func permitted(p *access.Principal, m *match) error {
	switch {
	case m.route.self() && p.Kind == access.App && p.HasAny(m.route.Permissions...):
		return fault.Field(fault.Invalid, "BadRequest", "me", "/me is the signed-in person, and this token is an app's own.", "Address a user by id, or sign a person in.")
	case m.route.self() && p.HasScope(m.route.Permissions...), own(p, m) && p.HasScope(mayReadSelf...):
		return nil
	}
	if err := holds(p, m.route.Permissions...); err != nil {
		return err
	}
	for _, also := range m.route.Also {
		if err := holds(p, also); err != nil {
			return err
		}
	}
	return nil
}

// holds refuses a caller who has none of these permissions.
func holds(p *access.Principal, permissions ...string) error {
	if p.HasAny(permissions...) {
		return nil
	}
	if p.HasScope(permissions...) {
		return lacksRole(p, roleNames(access.RolesFor(permissions[0]))) // the first is the one that covers it all
	}
	names := strings.Join(permissions, " or ")
	if len(permissions) > 5 {
		names = "a permission of Microsoft Graph"
	}
	remedy := "Grant the app " + permissions[0] + " and ask for a new token."
	if p.Kind == access.User {
		remedy = "Ask for a new token with the scope " + permissions[0] + ", which needs consent."
	}
	return denied("MissingPermission", "it needs "+names, "The app was not given "+names+".", remedy)
}

// lacksRole refuses a person whose roles do not allow what the app may do; any
// of these would.
func lacksRole(p *access.Principal, roles []string) error {
	names := strings.Join(roles, " or ")
	return denied("MissingRole", p.UserPrincipalName+" needs the directory role "+names,
		"The signed-in person has none of the roles "+names+".", "Ask a Global Administrator for the role "+roles[0]+", or sign in as somebody who has it.")
}

func denied(code, needs, message, remedy string) error {
	return &fault.Error{
		Kind: fault.Denied, Code: codeDenied, Message: "Insufficient privileges to complete the operation: " + needs + ".",
		Details: []fault.Detail{{Target: "Authorization", Code: code, Message: message, Remedy: remedy}},
	}
}

// roleNames are the names of roles by template id.
func roleNames(ids []string) []string {
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		if r, err := directory.FindRole(id); err == nil {
			names = append(names, r.Name)
		}
	}
	return names
}

// over says whose sensitive properties a role may touch: password, second
// factor, state, name, phone and other mail addresses. It follows "Who can
// perform sensitive actions" and "Who can reset passwords" of Entra's pages on
// privileged roles, and is stricter where parity.md says so. A Global
// Administrator may touch everybody's.
var over = map[directory.RoleID][]directory.RoleID{
	directory.UserAdministrator:     {directory.UserAdministrator, directory.HelpdeskAdministrator},
	directory.HelpdeskAdministrator: {},
}

// mayTouch refuses a caller who may do this to people, but not to somebody with
// these roles: nobody gets hold of a higher account by resetting its password.
// An app touches administrators when it could make itself one anyway.
func mayTouch(p *access.Principal, target []directory.RoleID, permission string) error {
	if p.Kind != access.User {
		if len(target) == 0 || p.HasAny(access.RoleManagementReadWriteDirectory) {
			return nil
		}
		return holds(p, access.RoleManagementReadWriteDirectory)
	}
	giving := access.RolesFor(permission)
	var would []string
	for _, id := range giving {
		within, listed := over[directory.RoleID(id)]
		outside := slices.ContainsFunc(target, func(r directory.RoleID) bool { return !slices.Contains(within, r) })
		if id != string(directory.GlobalAdministrator) && (!listed || outside) {
			continue
		}
		if p.HasRole(id) {
			return nil
		}
		would = append(would, id)
	}
	return lacksRole(p, roleNames(would))
}
