package graph

import (
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

func (c *call) owners(q *odata.Query) (odata.List[directory.User], error) {
	g, err := c.group()
	if err != nil {
		return odata.List[directory.User]{}, err
	}
	return c.h.Lists.ListOwners(c.ctx(), c.tenant, g.ID, q)
}

// listOwners answers the people who own a group.
func (h *Handler) listOwners(c *call) error {
	return list(c, userTable, directoryPaging, "directoryObjects", (*call).owners, withManagers(ownerWire))
}

// ownerWire is a user among directory objects.
func ownerWire(u *directory.User) user {
	w := userWire(u)
	w.Type, w.ETag = "#microsoft.graph.user", ""
	return w
}

func (h *Handler) countOwners(c *call) error { return count(c, userTable, (*call).owners) }

// boundOwners reads owners@odata.bind.
func (c *call) boundOwners(o odata.Object) ([]directory.ObjectID, error) {
	ids, err := bound(o, ownersBind)
	if err != nil {
		return nil, err
	}
	return c.withoutPrograms(ids)
}

// withoutPrograms leaves out apps, which some clients make owners of what they
// create: people's ownership alone is kept.
func (c *call) withoutPrograms(ids []directory.ObjectID) ([]directory.ObjectID, error) {
	people := make([]directory.ObjectID, 0, len(ids))
	for _, id := range ids {
		if c.principal.Kind != access.User && strings.EqualFold(string(id), c.principal.ObjectID) {
			continue
		}
		app, err := c.servicePrincipalBy("id", string(id))
		if err != nil {
			return nil, err
		}
		if app == nil {
			people = append(people, id)
		}
	}
	return people, nil
}

// addOwner answers POST owners/$ref.
func (h *Handler) addOwner(c *call) error {
	id, err := c.reference()
	if err != nil {
		return err
	}
	g, err := c.group()
	if err != nil {
		return err
	}
	people, err := c.withoutPrograms([]directory.ObjectID{id})
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return c.noContent()
	}
	if err := h.Directory.AddOwners(c.ctx(), c.tenant, g.ID, people); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) removeOwner(c *call) error {
	if err := h.Directory.RemoveOwner(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]), directory.ObjectID(c.keys["owner"])); err != nil {
		return err
	}
	return c.noContent()
}
