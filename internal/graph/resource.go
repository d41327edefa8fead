package graph

import (
	"context"
	"net/http"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// fetch reads one page of a collection.
type fetch[T any] func(c *call, q *odata.Query) (odata.List[T], error)

// show maps a page to pointers to wire structs, with what q expands.
type show[T any] func(c *call, q *odata.Query, items []T) ([]any, error)

// resource is a collection of objects of one kind and what Graph does with each
// alike: list, $count, GET, POST, PATCH and DELETE. The file of a resource says
// here what differs; what no route asks for is left out.
type resource[T any] struct {
	path   string // of the collection, below the version
	table  *odata.Table
	paging paging
	read   fetch[T]
	show   show[T]
	find   func(c *call) (T, error) // what the path names
	// key tells the id, and the version when the objects have ETags.
	key    func(c *call, item *T) (id string, version int64)
	create func(c *call, o odata.Object) (T, error)
	update func(c *call, match int64, o odata.Object) (T, error)
	remove func(c *call, match int64) error
}

// stored reads pages by a method of the store.
func stored[T any](read func(Lists, context.Context, directory.TenantID, *odata.Query) (odata.List[T], error)) fetch[T] {
	return func(c *call, q *odata.Query) (odata.List[T], error) { return read(c.h.Lists, c.ctx(), c.tenant, q) }
}

func (r *resource[T]) list(_ *Handler, c *call) error {
	return list(c, r.table, r.paging, r.path, r.read, r.show)
}

func (r *resource[T]) count(_ *Handler, c *call) error { return count(c, r.table, r.read) }

func (r *resource[T]) get(_ *Handler, c *call) error {
	q, err := c.single(r.table)
	if err != nil {
		return err
	}
	item, err := r.find(c)
	if err != nil {
		return err
	}
	return r.answer(c, http.StatusOK, &item, q)
}

// answer answers with one object.
func (r *resource[T]) answer(c *call, status int, item *T, q *odata.Query) error {
	wires, err := r.show(c, q, []T{*item})
	if err != nil {
		return err
	}
	etag := ""
	if r.key != nil {
		if _, version := r.key(c, item); version != 0 {
			etag = etagOf(version)
		}
	}
	return c.object(status, c.view(wires[0], r.table, q, r.path+selected(q)+"/$entity", etag))
}

func (r *resource[T]) post(_ *Handler, c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	made, err := r.create(c, o)
	if err != nil {
		return err
	}
	id, _ := r.key(c, &made)
	c.w.Header().Set("Location", c.root()+"/"+r.path+"/"+id)
	return r.answer(c, http.StatusCreated, &made, nil)
}

func (r *resource[T]) patch(_ *Handler, c *call) error {
	item, err := r.changed(c)
	if err != nil {
		return err
	}
	return r.answer(c, http.StatusOK, &item, nil)
}

// patchSilently is patch for resources whose PATCH answers no body.
func (r *resource[T]) patchSilently(_ *Handler, c *call) error {
	if _, err := r.changed(c); err != nil {
		return err
	}
	return c.noContent()
}

// changed does what a PATCH asks for.
func (r *resource[T]) changed(c *call) (T, error) {
	var none T
	match, err := c.ifMatch()
	if err != nil {
		return none, err
	}
	o, err := c.body()
	if err != nil {
		return none, err
	}
	return r.update(c, match, o)
}

func (r *resource[T]) delete(_ *Handler, c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	if err := r.remove(c, match); err != nil {
		return err
	}
	return c.noContent()
}
