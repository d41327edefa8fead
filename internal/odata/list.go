package odata

// List is one page of results as a store returns it to an edge.
type List[T any] struct {
	Items []T
	Next  *Cursor // where the next page begins; nil on the last page
	Count int64   // total without paging, only when Query.Count was set
}
