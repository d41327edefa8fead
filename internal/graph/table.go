package graph

import "taxiway/internal/odata"

// can says in a property table what a client may do with a property.
type can uint

const (
	filter   can = 1 << iota // in $filter
	sorted                   // in $orderby
	search                   // in $search
	readOnly                 // sent by a client it is ignored, as Graph does
	onBeta                   // unknown under /v1.0
	onSelect                 // returned only when $select names it
	advanced                 // of a directory object: sorted by with ConsistencyLevel: eventual only
)

// prop writes one line of a property table.
func prop(name string, t odata.Type, what can) odata.Property {
	return odata.Property{
		Name: name, Type: t, Filter: what&filter != 0, Sort: what&sorted != 0, Search: what&search != 0,
		ReadOnly: what&readOnly != 0, BetaOnly: what&onBeta != 0, OnSelect: what&onSelect != 0,
		AdvancedSort: what&advanced != 0,
	}
}

// enum is prop for a property with a closed list of values.
func enum(name, typeName string, what can, members ...string) odata.Property {
	p := prop(name, odata.Enum, what)
	p.TypeName, p.Enum = typeName, members
	return p
}

// nested is prop for a complex property.
func nested(name, typeName string, what can) odata.Property {
	p := prop(name, odata.Complex, what)
	p.TypeName = typeName
	return p
}
