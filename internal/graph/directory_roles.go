package graph

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// directoryRole is Graph's directoryRole. Every role is activated in every
// tenant, under its template id.
type directoryRole struct {
	ID              string     `json:"id"`
	DeletedDateTime *time.Time `json:"deletedDateTime"`
	Description     string     `json:"description"`
	DisplayName     string     `json:"displayName"`
	RoleTemplateID  string     `json:"roleTemplateId"`
}

const rolesPath = "directoryRoles"

var directoryRoleTable = &odata.Table{
	Name: "microsoft.graph.directoryRole",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("description", odata.String, readOnly),
		prop("displayName", odata.String, filter|readOnly),
		prop("roleTemplateId", odata.GUID, filter|readOnly),
	},
}

func directoryRoleWire(r *directory.Role) directoryRole {
	return directoryRole{ID: string(r.ID), Description: r.Description, DisplayName: r.Name, RoleTemplateID: string(r.ID)}
}

func roleID(r *directory.Role) string { return string(r.ID) }

// roleProperty is a role's property under directoryRoles and roleDefinitions.
func roleProperty(r *directory.Role, name string) any {
	switch name {
	case "id", "roleTemplateId", "templateId":
		return string(r.ID)
	case "displayName":
		return r.Name
	case "isBuiltIn", "isEnabled":
		return true
	}
	return nil
}

// listRoles pages through the roles, which are the same in every tenant.
func listRoles(_ *call, q *odata.Query) (odata.List[directory.Role], error) {
	return local(q, directory.Roles(), roleID, roleProperty), nil
}

var directoryRoles = &resource[directory.Role]{
	path: rolesPath, table: directoryRoleTable, paging: directoryPaging, read: listRoles, show: each(directoryRoleWire), find: (*call).role,
}

// role is the one in the path.
func (c *call) role() (directory.Role, error) {
	return directory.FindRole(c.keys["id"])
}

func (h *Handler) listRoleMembers(c *call) error {
	r, err := c.role()
	if err != nil {
		return err
	}
	return list(c, userTable, directoryPaging, "directoryObjects", func(c *call, q *odata.Query) (odata.List[directory.User], error) {
		return h.Lists.ListRoleMembers(c.ctx(), c.tenant, r.ID, q)
	}, withManagers(ownerWire))
}

// addRoleMember answers POST members/$ref.
func (h *Handler) addRoleMember(c *call) error {
	r, err := c.role()
	if err != nil {
		return err
	}
	id, err := c.reference()
	if err != nil {
		return err
	}
	_, err = h.Directory.AssignRole(c.ctx(), c.tenant, r.ID, id)
	if e, ok := fault.As(err); ok && e.Code == codeRoleAssigned {
		return fault.Field(fault.Invalid, "MemberAlreadyExists", "members", "The person "+string(id)+" has the role "+r.Name+" already.", "Leave it out.")
	}
	if err != nil {
		return missing(err, "user", string(id), "Refer to a user of this tenant by object id.")
	}
	return c.noContent()
}

func (h *Handler) removeRoleMember(c *call) error {
	r, err := c.role()
	if err != nil {
		return err
	}
	if err := h.Directory.UnassignRole(c.ctx(), c.tenant, r.ID, directory.ObjectID(c.keys["member"])); err != nil {
		return err
	}
	return c.noContent()
}
