package graph

import (
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// validateGroupNames answers directoryObjects/validateProperties: whether a
// group could have these names (Graph page "directoryObject:
// validateProperties"). 204 says yes, 422 names the first that it could not.
func (h *Handler) validateGroupNames(c *call) error { return c.validateNames(nil) }

// validateNamesOf is the same for a group that is there.
func (h *Handler) validateNamesOf(c *call) error {
	g, err := c.group()
	if err != nil {
		return err
	}
	return c.validateNames(&g)
}

func (c *call) validateNames(g *directory.Group) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "entityType", "displayName", "mailNickname", "onBehalfOfUserId"); err != nil {
		return err
	}
	var entity, name, nickname, person string
	r := reader{o: o}
	r.text("entityType", &entity)
	named, nicknamed := r.text("displayName", &name), r.text("mailNickname", &nickname)
	r.text("onBehalfOfUserId", &person)
	switch {
	case r.err != nil:
		return r.err
	case g == nil && !strings.EqualFold(entity, "Group"):
		return fault.Field(fault.Invalid, "InvalidEntityType", "entityType", "'"+short(entity)+"' is not a type whose names can be validated.", "Send Group.")
	case !named && !nicknamed:
		return fault.Field(fault.Invalid, "NamesRequired", "displayName", "The body has nothing to validate.", "Send displayName, mailNickname, or both.")
	case person != "" && !isGUID(person):
		return fault.Field(fault.Invalid, "InvalidUserId", "onBehalfOfUserId", "'"+short(person)+"' is not an object id.", "Send the object id of a user, or leave it out: names are the same for everybody.")
	}
	tried := directory.Group{Kind: directory.Assigned, DisplayName: "-", MailNickname: "-"}
	if named {
		tried.DisplayName = name
	}
	if nicknamed {
		tried.MailNickname = nickname
	}
	if err := tried.Validate(); err != nil {
		e, ok := fault.As(err)
		if !ok {
			return err
		}
		refused := *e
		refused.Kind, refused.Code = fault.Unprocessable, codeUnprocessable
		return &refused
	}
	return c.noContent()
}

const codeUnprocessable = "Request_UnprocessableEntity"
