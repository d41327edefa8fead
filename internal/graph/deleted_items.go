package graph

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// DeletedItems reads, restores and purges what was deleted; see
// directory.Deleted.
type DeletedItems interface {
	GetDeleted(ctx context.Context, t directory.TenantID, id directory.ObjectID, now time.Time) (directory.Deleted, error)
	ListDeleted(ctx context.Context, t directory.TenantID, kind directory.MemberKind, now time.Time, q *odata.Query) (odata.List[directory.Deleted], error)
}

// DeletedWriter restores and purges what was deleted.
type DeletedWriter interface {
	RestoreDeleted(ctx context.Context, t directory.TenantID, id directory.ObjectID) error
	PurgeDeleted(ctx context.Context, t directory.TenantID, id directory.ObjectID) error
}

// Who may do what: to users what the permissions for users say, to groups what
// those for groups do. What a caller may not read is not found.
var (
	mayReadDeleted  = []string{access.GroupReadAll, access.UserReadAll}
	mayWriteDeleted = []string{access.GroupReadWriteAll, access.UserReadWriteAll}
)

func deletedRoutes() []Route {
	return []Route{
		{get, "directory/deletedItems/microsoft.graph.group", both, mayReadGroup, nil, listDeleted(directory.MemberGroup)},
		{get, "directory/deletedItems/microsoft.graph.group/$count", both, mayReadGroup, nil, countDeleted(directory.MemberGroup)},
		{get, "directory/deletedItems/microsoft.graph.user", both, mayReadUser, nil, listDeleted(directory.MemberUser)},
		{get, "directory/deletedItems/microsoft.graph.user/$count", both, mayReadUser, nil, countDeleted(directory.MemberUser)},
		{get, "directory/deletedItems/{id}", both, mayReadDeleted, nil, (*Handler).getDeleted},
		{del, "directory/deletedItems/{id}", both, mayWriteDeleted, nil, (*Handler).purgeDeleted},
		{post, "directory/deletedItems/{id}/restore", both, mayWriteDeleted, nil, (*Handler).restoreDeleted},
	}
}

// tableOfDeleted is what a list of deleted users or groups can be asked for.
func tableOfDeleted(kind directory.MemberKind) *odata.Table {
	if kind == directory.MemberUser {
		return userTable
	}
	return groupTable
}

// deletedWire is a user or a group with the moment it was deleted.
func deletedWire(d *directory.Deleted) any {
	at := timeOrNull(d.At)
	if d.Kind == directory.MemberUser {
		w := ownerWire(d.User)
		w.DeletedDateTime = at
		return &w
	}
	w := groupWire(d.Group)
	w.Type, w.ETag, w.DeletedDateTime, w.ProcessingStatus = "#microsoft.graph.group", "", at, nil
	return &w
}

func readDeleted(kind directory.MemberKind) fetch[directory.Deleted] {
	return func(c *call, q *odata.Query) (odata.List[directory.Deleted], error) {
		if len(q.Expand) > 0 {
			return odata.List[directory.Deleted]{}, fault.Field(fault.Invalid, codeBadRequest, "$expand", "Deleted objects have nothing to expand.", "Leave $expand out.")
		}
		return c.h.Lists.ListDeleted(c.ctx(), c.tenant, kind, c.h.Clock.Real(), q)
	}
}

func listDeleted(kind directory.MemberKind) func(*Handler, *call) error {
	return func(_ *Handler, c *call) error {
		return list(c, tableOfDeleted(kind), directoryPaging, string(kind)+"s", readDeleted(kind), func(_ *call, _ *odata.Query, items []directory.Deleted) ([]any, error) {
			out := make([]any, len(items))
			for i := range items {
				out[i] = deletedWire(&items[i])
			}
			return out, nil
		})
	}
}

func countDeleted(kind directory.MemberKind) func(*Handler, *call) error {
	return func(_ *Handler, c *call) error { return count(c, tableOfDeleted(kind), readDeleted(kind)) }
}

// deleted finds the deleted object in the path, if the caller may see its kind.
func (c *call) deleted() (directory.Deleted, error) {
	id := directory.ObjectID(c.keys["id"])
	d, err := c.h.Lists.GetDeleted(c.ctx(), c.tenant, id, c.h.Clock.Real())
	if err == nil && !c.principal.HasAny(mayReadOf(d.Kind)...) {
		err = fault.Missing("deleted object", string(id))
	}
	return d, missing(err, "deleted object", c.keys["id"], "List directory/deletedItems/microsoft.graph.group or microsoft.graph.user to find the right id.")
}

func mayReadOf(kind directory.MemberKind) []string {
	if kind == directory.MemberUser {
		return mayReadUser
	}
	return mayReadGroup
}

func (h *Handler) getDeleted(c *call) error {
	d, err := c.deleted()
	if err != nil {
		return err
	}
	t := tableOfDeleted(d.Kind)
	q, err := c.single(t)
	if err != nil {
		return err
	}
	return c.object(http.StatusOK, c.view(deletedWire(&d), t, q, "directoryObjects/$entity", ""))
}

// writable finds the deleted object in the path and asks for what changing its
// kind needs.
func (c *call) writableDeleted() (directory.Deleted, error) {
	d, err := c.deleted()
	if err != nil {
		return d, err
	}
	if d.Kind == directory.MemberGroup {
		return d, holds(c.principal, mayWriteGroup...)
	}
	if err := holds(c.principal, mayWriteUser...); err != nil {
		return d, err
	}
	return d, mayTouch(c.principal, nil, access.UserReadWriteAll)
}

func (h *Handler) purgeDeleted(c *call) error {
	d, err := c.writableDeleted()
	if err != nil {
		return err
	}
	if err := h.Directory.PurgeDeleted(c.ctx(), c.tenant, d.ID); err != nil {
		return err
	}
	return c.noContent()
}

// restoreDeleted answers the action restore with the object that is back.
func (h *Handler) restoreDeleted(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	d, err := c.writableDeleted()
	if err != nil {
		return err
	}
	if err := h.Directory.RestoreDeleted(c.ctx(), c.tenant, d.ID); err != nil {
		return err
	}
	if d.Kind == directory.MemberUser {
		u, err := h.Objects.GetUser(c.ctx(), c.tenant, string(d.ID))
		if err != nil {
			return err
		}
		w := ownerWire(&u)
		return c.object(http.StatusOK, c.view(&w, userTable, nil, "directoryObjects/$entity", ""))
	}
	g, err := h.Objects.GetGroup(c.ctx(), c.tenant, d.ID)
	if err != nil {
		return err
	}
	w := groupWire(&g)
	w.Type, w.ETag = "#microsoft.graph.group", ""
	return c.object(http.StatusOK, c.view(&w, groupTable, nil, "directoryObjects/$entity", ""))
}
