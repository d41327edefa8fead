package graph

import (
	"net/http"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// managerBind names a user's manager in the body of a POST or PATCH.
const managerBind = "manager@odata.bind"

// withManagers maps people, with their managers where they are expanded; a
// page shares few of them, so each is read once.
func withManagers(wire func(*directory.User) user) show[directory.User] {
	return func(c *call, q *odata.Query, items []directory.User) ([]any, error) {
		expanded := q != nil && q.Expands("manager")
		if expanded {
			if err := holds(c.principal, mayReadUser...); err != nil {
				return nil, err
			}
		}
		seen := map[string]*user{"": nil}
		out := make([]any, len(items))
		for i := range items {
			w := wire(&items[i])
			if expanded {
				var err error
				if w.Manager, err = c.managerOf(&items[i], seen); err != nil {
					return nil, err
				}
			}
			out[i] = &w
		}
		return out, nil
	}
}

// managerOf is a user's manager; nil when there is none, or was deleted.
func (c *call) managerOf(u *directory.User, seen map[string]*user) (*user, error) {
	id := u.Attributes[directory.AttributeManager]
	if m, ok := seen[id]; ok {
		return m, nil
	}
	m, err := c.h.Objects.GetUser(c.ctx(), c.tenant, id)
	if fault.Is(err, fault.NotFound) {
		seen[id] = nil
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if err != nil {
		return nil, err
	}
	w := ownerWire(&m)
	seen[id] = &w
	return &w, nil
}

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
	w, err := c.managerOf(&u, map[string]*user{"": nil})
	switch {
	case err != nil:
		return err
	case w == nil:
		return noManager(&u)
	}
	return c.object(http.StatusOK, c.view(w, userTable, q, "directoryObjects/$entity", ""))
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
	m, err := c.newManager("@odata.id", id, u.ID)
	if err != nil {
		return err
	}
	return c.saveManager(u.ID, m)
}

// newManager finds whom a request makes the manager of a user, empty for one
// that is still to be made.
func (c *call) newManager(target string, id, of directory.ObjectID) (directory.ObjectID, error) {
	m, err := c.h.Objects.GetUser(c.ctx(), c.tenant, string(id))
	switch {
	case fault.Is(err, fault.NotFound):
		return "", fault.Field(fault.NotFound, codeDirectoryMissing, target, "There is no user with the id '"+string(id)+"' in this tenant.", "Send the object id of a user.")
	case err != nil:
		return "", err
	case m.ID == of:
		return "", fault.Field(fault.Invalid, "OwnManager", target, "A user cannot be their own manager.", "Send the object id of another user.")
	}
	return m.ID, nil
}

// boundManager reads manager@odata.bind; empty when it was not sent.
func (c *call) boundManager(o odata.Object, of directory.ObjectID) (directory.ObjectID, error) {
	if !o.Has(managerBind) {
		return "", nil
	}
	ref, err := o.Text(managerBind)
	if err != nil {
		return "", err
	}
	id, err := referenced(managerBind, ref.Value)
	if err != nil {
		return "", err
	}
	if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
		return "", err
	}
	return c.newManager(managerBind, id, of)
}

// setManagerOf sets or takes away a user's manager.
func setManagerOf(u *directory.User, manager directory.ObjectID) {
	if manager == "" {
		delete(u.Attributes, directory.AttributeManager)
		return
	}
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	u.Attributes[directory.AttributeManager] = string(manager)
}

// managerColumn is a column of users that clients cannot name.
var managerColumn = odata.Property{Name: directory.AttributeManager, Type: odata.String, Filter: true}

// listReports answers directReports: whose manager the user is.
func (h *Handler) listReports(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return list(c, userTable, directoryPaging, "directoryObjects", func(c *call, q *odata.Query) (odata.List[directory.User], error) {
		narrow := *q
		narrow.Filter = &odata.Expr{Op: odata.Eq, Property: &managerColumn, Value: odata.Literal{Kind: odata.KindString, String: string(u.ID)}}
		if q.Filter != nil {
			narrow.Filter = &odata.Expr{Op: odata.And, Args: []*odata.Expr{narrow.Filter, q.Filter}}
		}
		return c.h.Lists.ListUsers(c.ctx(), c.tenant, &narrow)
	}, withManagers(ownerWire))
}

// removeManager answers DELETE manager/$ref.
func (h *Handler) removeManager(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	if u.Attributes[directory.AttributeManager] == "" {
		return noManager(&u)
	}
	return c.saveManager(u.ID, "")
}

func (c *call) saveManager(user, manager directory.ObjectID) error {
	if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
		return err
	}
	_, err := c.h.Directory.UpdateUser(c.ctx(), c.tenant, user, 0, func(u *directory.User) error {
		setManagerOf(u, manager)
		return nil
	})
	if err != nil {
		return err
	}
	return c.noContent()
}
