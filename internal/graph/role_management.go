package graph

import (
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// roleDefinition is Graph's unifiedRoleDefinition.
type roleDefinition struct {
	ID             string   `json:"id"`
	Description    string   `json:"description"`
	DisplayName    string   `json:"displayName"`
	IsBuiltIn      bool     `json:"isBuiltIn"`
	IsEnabled      bool     `json:"isEnabled"`
	ResourceScopes []string `json:"resourceScopes"`
	TemplateID     string   `json:"templateId"`
	Version        string   `json:"version"`
}

// roleAssignment is Graph's unifiedRoleAssignment.
type roleAssignment struct {
	ID               string  `json:"id"`
	AppScopeID       *string `json:"appScopeId"`
	DirectoryScopeID string  `json:"directoryScopeId"`
	PrincipalID      string  `json:"principalId"`
	RoleDefinitionID string  `json:"roleDefinitionId"`
}

const (
	definitionsPath     = "roleManagement/directory/roleDefinitions"
	roleAssignmentsPath = "roleManagement/directory/roleAssignments"
	codeRoleAssigned    = "RoleAssigned"
	wholeTenant         = "/" // directoryScopeId
)

var roleDefinitionTable = &odata.Table{
	Name: "microsoft.graph.unifiedRoleDefinition",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("description", odata.String, readOnly),
		prop("displayName", odata.String, filter|readOnly),
		prop("isBuiltIn", odata.Bool, filter|readOnly),
		prop("isEnabled", odata.Bool, filter|readOnly),
		prop("resourceScopes", odata.Strings, readOnly),
		prop("templateId", odata.GUID, filter|readOnly),
		prop("version", odata.String, readOnly),
	},
}

var roleAssignmentTable = &odata.Table{
	Name: "microsoft.graph.unifiedRoleAssignment",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("appScopeId", odata.String, 0),
		prop("directoryScopeId", odata.String, 0),
		prop("principalId", odata.GUID, filter),
		prop("roleDefinitionId", odata.GUID, filter),
	},
}

func roleDefinitionWire(r *directory.Role) roleDefinition {
	return roleDefinition{
		ID: string(r.ID), Description: r.Description, DisplayName: r.Name, IsBuiltIn: true, IsEnabled: true,
		ResourceScopes: []string{wholeTenant}, TemplateID: string(r.ID), Version: "1",
	}
}

func roleAssignmentWire(a *directory.RoleAssignment) roleAssignment {
	return roleAssignment{ID: a.ID, DirectoryScopeID: wholeTenant, PrincipalID: string(a.User), RoleDefinitionID: string(a.Role)}
}

var roleDefinitions = &resource[directory.Role]{
	path: definitionsPath, table: roleDefinitionTable, paging: directoryPaging, read: listRoles, show: each(roleDefinitionWire), find: (*call).role,
}

var roleAssignments = &resource[directory.RoleAssignment]{
	path: roleAssignmentsPath, table: roleAssignmentTable, paging: directoryPaging, read: stored(Lists.ListRoleAssignments), show: each(roleAssignmentWire),
	find: (*call).roleAssignment, create: createRoleAssignment,
	key: func(_ *call, a *directory.RoleAssignment) (string, int64) { return a.ID, 0 },
}

func (c *call) roleAssignment() (directory.RoleAssignment, error) {
	a, err := c.h.Objects.GetRoleAssignment(c.ctx(), c.tenant, c.keys["id"])
	return a, missing(err, "role assignment", c.keys["id"], "List roleAssignments to find the right id.")
}

// createRoleAssignment: roles are given to people, in the whole tenant.
func createRoleAssignment(c *call, o odata.Object) (a directory.RoleAssignment, err error) {
	if err := knows(o, "", roleAssignmentTable, "principal", "roleDefinition"); err != nil {
		return a, err
	}
	var scope, appScope, principal, role string
	r := reader{o: o}
	r.text("directoryScopeId", &scope)
	r.text("appScopeId", &appScope)
	r.text("principalId", &principal)
	r.text("roleDefinitionId", &role)
	switch {
	case r.err != nil:
		return a, r.err
	case appScope != "" || scope != wholeTenant:
		return a, fault.Field(fault.Invalid, "ScopeNotSupported", "directoryScopeId", "Roles are given in the whole tenant, whose scope is '/'.", "Send directoryScopeId \"/\".")
	}
	found, err := directory.FindRole(role)
	if err != nil {
		return a, fault.Field(fault.NotFound, codeDirectoryMissing, "roleDefinitionId", "There is no role '"+short(role)+"'.", "List roleDefinitions to find the right id.")
	}
	a, err = c.h.Directory.AssignRole(c.ctx(), c.tenant, found.ID, directory.ObjectID(strings.ToLower(short(principal))))
	if fault.Is(err, fault.NotFound) {
		return a, fault.Field(fault.NotFound, codeDirectoryMissing, "principalId", "There is no user with the id '"+short(principal)+"' in this tenant.", "Give the object id of a user; roles are not given to groups or apps.")
	}
	return a, err
}

func (h *Handler) deleteRoleAssignment(c *call) error {
	a, err := c.roleAssignment()
	if err != nil {
		return err
	}
	if err := h.Directory.UnassignRole(c.ctx(), c.tenant, a.Role, a.User); err != nil {
		return err
	}
	return c.noContent()
}
