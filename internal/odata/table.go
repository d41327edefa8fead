package odata

import (
	"slices"
	"strings"
)

// Type is the kind of value a property holds, as far as queries care.
type Type int

// The property types. Strings is a collection of strings; Binary and Complex
// can only be compared with null.
const (
	String Type = iota
	Bool
	Int
	Time
	GUID
	Enum
	Strings
	Binary
	Complex
)

var typeNames = [...]string{"a string", "true or false", "a whole number", "a date and time", "a GUID", "one of a list", "a collection of strings", "binary data", "an object"}

// String names the type in the words of an error message.
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return "an unknown type"
	}
	return typeNames[t]
}

// Property is one property of a resource and what a query may do with it.
// A member of a complex property has a path for a name: state/deviceImportStatus.
type Property struct {
	Name     string   // Graph's spelling; clients may use another case
	Type     Type     //
	TypeName string   // for Enum and Complex, the Graph type: enrollmentState
	Enum     []string // the members, in Graph's spelling
	Filter   bool     // may stand in $filter
	Sort     bool     // may stand in $orderby
	Search   bool     // may stand in $search
	Ops      []Op     // operators $filter may use; none means all that fit the type

	// Advanced needs ConsistencyLevel: eventual and $count=true in $filter and
	// in $orderby; AdvancedSort needs them in $orderby only.
	Advanced     bool
	AdvancedSort bool

	BetaOnly bool // unknown under /v1.0
	ReadOnly bool // the service sets it
	OnSelect bool // returned only when $select names it
}

// Table is the property table of one resource; $filter, $select, $orderby,
// $search and $metadata all read it.
type Table struct {
	Name        string // microsoft.graph.windowsAutopilotDeviceIdentity
	Properties  []Property
	Navigations []string // what $expand may name

	// Directory applies the rules of Microsoft Entra objects: ne, not,
	// endsWith, contains, all, $search, and $filter with $orderby are advanced
	// queries, $count is ignored without the header, $skip is refused.
	Directory bool
}

// Find looks a property up without regard to case.
func (t *Table) Find(name string) (*Property, bool) {
	for i := range t.Properties {
		if strings.EqualFold(t.Properties[i].Name, name) {
			return &t.Properties[i], true
		}
	}
	return nil, false
}

// Navigation gives Graph's spelling of a navigation, looked up without regard to case.
func (t *Table) Navigation(name string) (string, bool) {
	for _, n := range t.Navigations {
		if strings.EqualFold(n, name) {
			return n, true
		}
	}
	return "", false
}

// visible finds a property that exists in the version being served.
func (t *Table) visible(name string, beta bool) (*Property, bool) {
	p, ok := t.Find(name)
	if !ok || p.BetaOnly && !beta {
		return nil, false
	}
	return p, true
}

// names lists the properties a remedy may offer.
func (t *Table) names(beta bool, fits func(*Property) bool) string {
	var out []string
	for i := range t.Properties {
		if p := &t.Properties[i]; fits(p) && (beta || !p.BetaOnly) {
			out = append(out, p.Name)
		}
	}
	return strings.Join(out, ", ")
}

// member gives Graph's spelling of an enum member.
func (p *Property) member(text string) (string, bool) {
	i := slices.IndexFunc(p.Enum, func(m string) bool { return strings.EqualFold(m, text) })
	if i < 0 {
		return "", false
	}
	return p.Enum[i], true
}

// Fold is the case folding of all text comparisons. A store that keeps folded
// copies of text for searching makes them with this function.
func Fold(s string) string { return strings.ToLower(s) }
