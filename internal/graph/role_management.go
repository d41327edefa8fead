package graph

import (
	"net/http"
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

func (h *Handler) listRoleDefinitions(c *call) error {
	return list(c, roleDefinitionTable, directoryPaging, definitionsPath, func(c *call, q *odata.Query) (odata.List[directory.Role], error) {
		return local(q, directory.Roles(), roleID, roleProperty), nil
	}, each(roleDefinitionWire))
}

func (h *Handler) getRoleDefinition(c *call) error {
	q, err := c.single(roleDefinitionTable)
	if err != nil {
		return err
	}
	r, err := c.role()
	if err != nil {
		return err
	}
	w := roleDefinitionWire(&r)
	return c.object(http.StatusOK, c.view(&w, roleDefinitionTable, q, definitionsPath+selected(q)+"/$entity", ""))
}

func (h *Handler) listRoleAssignments(c *call) error {
	return list(c, roleAssignmentTable, directoryPaging, roleAssignmentsPath, func(c *call, q *odata.Query) (odata.List[directory.RoleAssignment], error) {
		return h.Lists.ListRoleAssignments(c.ctx(), c.tenant, q)
	}, each(roleAssignmentWire))
}

func (c *call) roleAssignment() (directory.RoleAssignment, error) {
	a, err := c.h.Objects.GetRoleAssignment(c.ctx(), c.tenant, c.keys["id"])
	return a, missing(err, "role assignment", c.keys["id"], "List roleAssignments to find the right id.")
}

func (c *call) roleAssignmentAnswer(status int, a *directory.RoleAssignment, q *odata.Query) error {
	w := roleAssignmentWire(a)
	return c.object(status, c.view(&w, roleAssignmentTable, q, roleAssignmentsPath+selected(q)+"/$entity", ""))
}

func (h *Handler) getRoleAssignment(c *call) error {
	q, err := c.single(roleAssignmentTable)
	if err != nil {
		return err
	}
	a, err := c.roleAssignment()
	if err != nil {
		return err
	}
	return c.roleAssignmentAnswer(http.StatusOK, &a, q)
}

// createRoleAssignment answers POST. Roles are given to people, in the whole
// tenant.
func (h *Handler) createRoleAssignment(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", roleAssignmentTable, "principal", "roleDefinition"); err != nil {
		return err
	}
	var scope, appScope, principal, role string
	r := reader{o: o}
	r.text("directoryScopeId", &scope)
	r.text("appScopeId", &appScope)
	r.text("principalId", &principal)
	r.text("roleDefinitionId", &role)
	switch {
	case r.err != nil:
		return r.err
	case appScope != "" || scope != wholeTenant:
		return fault.Field(fault.Invalid, "ScopeNotSupported", "directoryScopeId", "Roles are given in the whole tenant, whose scope is '/'.", "Send directoryScopeId \"/\".")
	}
	found, err := directory.FindRole(role)
	if err != nil {
		return fault.Field(fault.NotFound, codeDirectoryMissing, "roleDefinitionId", "There is no role '"+short(role)+"'.", "List roleDefinitions to find the right id.")
	}
	a, err := h.Directory.AssignRole(c.ctx(), c.tenant, found.ID, directory.ObjectID(strings.ToLower(short(principal))))
	if fault.Is(err, fault.NotFound) {
		return fault.Field(fault.NotFound, codeDirectoryMissing, "principalId", "There is no user with the id '"+short(principal)+"' in this tenant.", "Give the object id of a user; roles are not given to groups or apps.")
	}
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+roleAssignmentsPath+"/"+a.ID)
	return c.roleAssignmentAnswer(http.StatusCreated, &a, nil)
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
