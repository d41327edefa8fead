package graph

import (
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// list answers a collection: reads the options, fetches a page and shows each
// item as its wire struct, with @odata.count on the first page when asked and
// an absolute @odata.nextLink while there is more.
func list[T any](c *call, t *odata.Table, p paging, fragment string, read fetch[T], wires show[T]) error {
	q, err := c.query(t, p)
	if err != nil {
		return err
	}
	page, err := read(c, q)
	if err != nil {
		return err
	}
	wired, err := wires(c, q, page.Items)
	if err != nil {
		return err
	}
	views := make([]*view, len(wired))
	for i, w := range wired {
		views[i] = &view{wire: w, table: t, query: q, call: c}
	}
	out := odata.Page{Context: c.contextURL(fragment + selected(q)), Value: views}
	if q.Count {
		out.Count = &page.Count
	}
	if page.Next != nil {
		out.NextLink = c.root() + "/" + c.path + "?" + q.Next(*page.Next)
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// each maps items one by one, for resources whose wire struct needs nothing else.
func each[T, W any](wire func(*T) W) show[T] {
	return func(_ *call, _ *odata.Query, items []T) ([]any, error) {
		out := make([]any, len(items))
		for i := range items {
			w := wire(&items[i])
			out[i] = &w
		}
		return out, nil
	}
}

// selected is the projection in a context URL: (id,displayName).
func selected(q *odata.Query) string {
	if q == nil || len(q.Select) == 0 {
		return ""
	}
	return "(" + strings.Join(q.Select, ",") + ")"
}

// count answers …/$count as plain text.
func count[T any](c *call, t *odata.Table, read fetch[T]) error {
	if t.Directory && !c.eventual() {
		return fault.Field(fault.Invalid, codeBadRequest, "ConsistencyLevel", "$count is not currently supported.", "Send the header ConsistencyLevel: eventual.")
	}
	q, err := c.counting(t)
	if err != nil {
		return err
	}
	q.Count, q.Top, q.Skip, q.After, q.OrderBy = true, 1, 0, nil, nil
	page, err := read(c, q)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write([]byte(strconv.FormatInt(page.Count, 10))) // the client may be gone; there is nobody to tell
	return nil
}
