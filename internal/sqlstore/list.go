package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// resource says how the objects of one Graph type are listed.
type resource[T any] struct {
	what    string // for errors
	fields  map[string]field[T]
	columns columnMap // of fields
	selects string    // what scan reads
	id      string    // the id column, last key of every order
	scan    func(row, *T) error
	// fill completes a page of rows that scan could not read whole; nil when
	// there is nothing to complete. It may drop rows that are gone meanwhile.
	fill   func(ctx context.Context, q querier, t directory.TenantID, page []hit[T]) ([]hit[T], error)
	newest bool // without $orderby the newest come first
}

// hit is one row of a result with its place in the order.
type hit[T any] struct {
	item T
	keys []string // sort keys, as stored
	id   string
}

// scope is where the rows come from before any filter: FROM … WHERE …, with
// its parameters in b.
type scope struct {
	b      *builder
	tenant directory.TenantID
	from   string
}

// orderKey is one key of an order.
type orderKey struct {
	column
	desc bool
}

// Bounds of a list whose filter SQL cannot answer: rows of one read, and rows
// looked at for one page. A page may then come back short, or empty, with a
// Next that goes on behind the last row looked at, as OData allows.
const (
	scanBatch = 500
	scanLimit = 20_000
)

// list reads one page, in the order asked for and by id last.
func list[T any](ctx context.Context, q querier, r *resource[T], s scope, query *odata.Query) (page odata.List[T], err error) {
	l, err := newLister(r, s, query)
	if err != nil {
		return page, err
	}
	page.Items = []T{}
	if query.Where() != nil || len(query.OrderBy) > 1 {
		q = adHoc{q}
	}
	if query.Count {
		if page.Count, err = l.count(ctx, q); err != nil {
			return page, fault.Wrap("count "+r.what, err)
		}
	}
	hits, more, err := l.page(ctx, q, query)
	if err != nil {
		return page, fault.Wrap("list "+r.what, err)
	}
	for _, h := range hits {
		page.Items = append(page.Items, h.item)
	}
	page.Next = more
	return page, nil
}

// lister is a list query taken apart.
type lister[T any] struct {
	*resource[T]
	scope
	where    string      // what SQL answers of the filter
	residual *odata.Expr // the whole filter when SQL answers only part of it
	order    []orderKey
	idDesc   bool
}

func newLister[T any](r *resource[T], s scope, query *odata.Query) (*lister[T], error) {
	l := &lister[T]{resource: r, scope: s, idDesc: r.newest && len(query.OrderBy) == 0}
	for _, o := range query.OrderBy {
		c, ok := r.columns[o.Property]
		if !ok || !c.sortable() {
			return nil, fault.Field(fault.Invalid, odata.CodePropertyNotSortable, "$orderby", "The property '"+o.Property+"' cannot be sorted by.", "Sort by another property.")
		}
		l.order, l.idDesc = append(l.order, orderKey{c, o.Desc}), o.Desc
	}
	filter := query.Where()
	if filter == nil {
		return l, nil
	}
	if unknown := r.unknown(filter); unknown != "" {
		return nil, fault.Field(fault.Invalid, odata.CodePropertyNotFilterable, "$filter", "The property '"+unknown+"' cannot be filtered by.", "Filter by another property.")
	}
	filter = r.columns.normal(filter)
	parts := []*odata.Expr{filter}
	if filter.Op == odata.And {
		parts = filter.Args
	}
	for _, part := range parts {
		mark := len(s.b.args)
		sql, ok := condition(s.b, r.columns, part, false)
		if !ok {
			s.b.args = s.b.args[:mark] // PostgreSQL refuses parameters that nothing uses
			l.residual = filter
			continue
		}
		l.where += " AND " + sql
	}
	return l, nil
}

func (r *resource[T]) unknown(filter *odata.Expr) (name string) {
	filter.Walk(func(e *odata.Expr) {
		if e.Property == nil {
			return
		}
		if _, ok := r.columns[e.Property.Name]; !ok {
			name = e.Property.Name
		}
	})
	return name
}

func (l *lister[T]) matches(item *T) bool {
	return l.residual == nil || l.residual.Match(func(name string) any { return l.fields[name].value(item) })
}

// page reads rows until it has one more than the page holds.
func (l *lister[T]) page(ctx context.Context, q querier, query *odata.Query) (hits []hit[T], next *odata.Cursor, err error) {
	if l.residual == nil && l.fill == nil {
		rows, err := l.read(ctx, q, query.After, query.Top+1, query.Skip)
		if err != nil || len(rows) <= query.Top {
			return rows, nil, err
		}
		return rows[:query.Top], rows[query.Top-1].cursor(), nil
	}
	batch, skip, seen := query.Top+1, query.Skip, 0
	if l.residual != nil {
		batch = max(batch, scanBatch)
	}
	for after := query.After; ; {
		rows, err := l.read(ctx, q, after, batch, 0)
		if err != nil || len(rows) == 0 {
			return hits, nil, err
		}
		full := len(rows) == batch
		after = rows[len(rows)-1].cursor()
		seen += len(rows)
		if rows, err = l.keep(ctx, q, rows); err != nil {
			return nil, nil, err
		}
		dropped := min(skip, len(rows))
		skip -= dropped
		hits = append(hits, rows[dropped:]...)
		switch {
		case len(hits) > query.Top:
			return hits[:query.Top], hits[query.Top-1].cursor(), nil
		case !full:
			return hits, nil, nil
		case seen >= scanLimit && skip == 0:
			return hits, after, nil
		}
	}
}

// keep completes rows and drops those the rest of the filter does not want.
func (l *lister[T]) keep(ctx context.Context, q querier, rows []hit[T]) ([]hit[T], error) {
	if l.fill != nil {
		var err error
		if rows, err = l.fill(ctx, q, l.tenant, rows); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(rows, func(h hit[T]) bool { return !l.matches(&h.item) }), nil
}

// count counts the whole list, whatever page of it is read.
func (l *lister[T]) count(ctx context.Context, q querier) (n int64, err error) {
	if l.residual == nil {
		_, err = one(ctx, q, []any{&n}, "SELECT COUNT(*) "+l.from+l.where, l.b.args...)
		return n, err
	}
	for after := (*odata.Cursor)(nil); ; {
		rows, err := l.read(ctx, q, after, scanBatch, 0)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		after = rows[len(rows)-1].cursor()
		full := len(rows) == scanBatch
		if rows, err = l.keep(ctx, q, rows); err != nil {
			return n, err
		}
		n += int64(len(rows))
		if !full {
			return n, nil
		}
	}
}

func (h *hit[T]) cursor() *odata.Cursor { return &odata.Cursor{Values: h.keys, ID: h.id} }

// read reads up to limit rows behind a position.
func (l *lister[T]) read(ctx context.Context, q querier, after *odata.Cursor, limit, skip int) ([]hit[T], error) {
	text, args, err := l.statement(after, limit, skip)
	if err != nil {
		return nil, err
	}
	return collect(ctx, q, l.scanHit, text, args...)
}

func (l *lister[T]) statement(after *odata.Cursor, limit, skip int) (text string, args []any, err error) {
	b := &builder{d: l.b.d, args: slices.Clone(l.b.args)}
	columns, keys := []string{l.selects}, []string(nil)
	for _, k := range l.order {
		columns, keys = append(columns, k.expr), append(keys, k.expr+direction(k.desc))
	}
	columns, keys = append(columns, l.id), append(keys, l.id+direction(l.idDesc))
	text = "SELECT " + strings.Join(columns, ", ") + " " + l.from + l.where
	if after != nil {
		behind, err := l.behind(b, after)
		if err != nil {
			return "", nil, err
		}
		text += " AND " + behind
	}
	text += " ORDER BY " + strings.Join(keys, ", ") + " LIMIT " + b.arg(limit)
	if skip > 0 {
		text += " OFFSET " + b.arg(skip)
	}
	return text, b.args, nil
}

func direction(desc bool) string {
	if desc {
		return " DESC"
	}
	return ""
}

// behind is the condition for rows after a position: k1 > v1, or k1 = v1 and
// k2 > v2, and so on to the id. Where all keys go the same way it is one row
// comparison, which both engines answer from an index.
func (l *lister[T]) behind(b *builder, after *odata.Cursor) (string, error) {
	if len(after.Values) != len(l.order) {
		return "", invalidCursor()
	}
	var exprs, values, ops []string
	mixed := false
	for i, k := range l.order {
		v, err := k.bind(b.d, after.Values[i])
		if err != nil {
			return "", err
		}
		exprs, values, ops = append(exprs, k.expr), append(values, b.arg(v)), append(ops, beyond(k.desc))
		mixed = mixed || k.desc != l.idDesc
	}
	last := idArg(b.d, after.ID)
	if last == nil {
		return "", invalidCursor()
	}
	exprs, values, ops = append(exprs, l.id), append(values, b.arg(last)), append(ops, beyond(l.idDesc))
	if !mixed {
		return "(" + strings.Join(exprs, ", ") + ")" + beyond(l.idDesc) + "(" + strings.Join(values, ", ") + ")", nil
	}
	var either []string
	same := ""
	for i := range exprs {
		either = append(either, "("+same+exprs[i]+ops[i]+values[i]+")")
		same += exprs[i] + " = " + values[i] + " AND "
	}
	return "(" + strings.Join(either, " OR ") + ")", nil
}

func beyond(desc bool) string {
	if desc {
		return " < "
	}
	return " > "
}

func invalidCursor() error {
	return fault.Field(fault.Invalid, odata.CodeInvalidSkipToken, "$skiptoken", "The page link does not fit this query.", "Ask for the first page again.")
}

// bind turns a cursor's text back into what the column is compared with.
func (k *orderKey) bind(d *dialect, v string) (any, error) {
	switch k.kind {
	case colText:
		return v, nil
	case colID:
		if id := idArg(d, v); id != nil {
			return id, nil
		}
		return nil, invalidCursor()
	default:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, invalidCursor()
		}
		return n, nil
	}
}

// scanHit reads a row and, behind it, its sort keys and id.
func (l *lister[T]) scanHit(from row, h *hit[T]) error {
	h.keys = make([]string, len(l.order))
	extra := make([]any, 0, len(l.order)+1)
	for i, k := range l.order {
		if k.kind == colID {
			extra = append(extra, asID(&h.keys[i]))
			continue
		}
		extra = append(extra, &h.keys[i]) // a number is read as its digits
	}
	return l.scan(longer{from, append(extra, asID(&h.id))}, &h.item)
}

// longer reads more columns of a row than its scanner knows of.
type longer struct {
	row
	extra []any
}

func (r longer) Scan(dest ...any) error { return r.row.Scan(append(slices.Clone(dest), r.extra...)...) }

// adHoc runs texts that are as many as clients have filters: they stay out of
// the caches of translated and prepared statements.
type adHoc struct{ querier }

func (a adHoc) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	p, ok := a.querier.(*pool)
	if !ok {
		return a.querier.query(ctx, text, args...)
	}
	rows, err := p.db.QueryContext(ctx, p.d.rewrite(text), args...)
	return rows, translate(err)
}
