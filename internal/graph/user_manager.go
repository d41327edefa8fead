package graph

import (
	"net/http"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// attributeManager holds a manager's object id among the attributes. Rules have
// no such property.
const attributeManager = "managerId"

// getManager answers a user's manager; 404 when there is none, or was deleted.
func (h *Handler) getManager(c *call) error {
	q, err := c.single(userTable)
	if err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	id := u.Attributes[attributeManager]
	if id == "" {
		return noManager(&u)
	}
	m, err := h.Objects.GetUser(c.ctx(), c.tenant, id)
	if fault.Is(err, fault.NotFound) {
		return noManager(&u)
	}
	if err != nil {
		return err
	}
	w := userWire(&m)
	w.Type, w.ETag = "#microsoft.graph.user", ""
	return c.object(http.StatusOK, c.view(&w, userTable, q, "directoryObjects/$entity", ""))
}

func noManager(u *directory.User) error {
	return fault.Field(fault.NotFound, codeDirectoryMissing, "manager", "Resource 'manager' does not exist: the user '"+u.UserPrincipalName+"' has none.", "Assign one with PUT manager/$ref.")
}

// setManager answers PUT manager/$ref.
func (h *Handler) setManager(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	id, err := c.reference()
	if err != nil {
		return err
	}
	m, err := h.Objects.GetUser(c.ctx(), c.tenant, string(id))
	switch {
	case fault.Is(err, fault.NotFound):
		return fault.Field(fault.NotFound, codeDirectoryMissing, "@odata.id", "There is no user with the id '"+string(id)+"' in this tenant.", "Send the object id of a user.")
	case err != nil:
		return err
	case m.ID == u.ID:
		return fault.Field(fault.Invalid, "OwnManager", "@odata.id", "A user cannot be their own manager.", "Send the object id of another user.")
	}
	return c.saveManager(u.ID, string(m.ID))
}

// removeManager answers DELETE manager/$ref.
func (h *Handler) removeManager(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	if u.Attributes[attributeManager] == "" {
		return noManager(&u)
	}
	return c.saveManager(u.ID, "")
}

func (c *call) saveManager(user directory.ObjectID, manager string) error {
	if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
		return err
	}
	_, err := c.h.Directory.UpdateUser(c.ctx(), c.tenant, user, 0, func(u *directory.User) error {
		if manager == "" {
			delete(u.Attributes, attributeManager)
			return nil
		}
		if u.Attributes == nil {
			u.Attributes = map[string]string{}
		}
		u.Attributes[attributeManager] = manager
		return nil
	})
	if err != nil {
		return err
	}
	return c.noContent()
}
