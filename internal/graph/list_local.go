package graph

import "taxiway/internal/odata"

// local answers a list that this server holds itself and that has few items:
// filter, count and page, in the order given. get returns a property by its
// Graph name.
func local[T any](q *odata.Query, all []T, id func(*T) string, get func(*T, string) any) odata.List[T] {
	var kept []T
	where := q.Where()
	for i := range all {
		if where == nil || where.Match(func(property string) any { return get(&all[i], property) }) {
			kept = append(kept, all[i])
		}
	}
	out := odata.List[T]{Count: int64(len(kept))}
	from := min(q.Skip, len(kept))
	if q.After != nil {
		for i := range kept {
			if id(&kept[i]) == q.After.ID {
				from = i + 1
			}
		}
	}
	out.Items = kept[from:min(from+q.Top, len(kept))]
	if from+q.Top < len(kept) {
		out.Next = &odata.Cursor{ID: id(&out.Items[len(out.Items)-1])}
	}
	return out
}
