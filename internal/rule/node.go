package rule

import (
	"regexp"
	"time"
)

// shape is what a node of the syntax tree is.
type shape int

const (
	shapeLeaf shape = iota
	shapeNot
	shapeAnd
	shapeOr
	shapeAny // at least one element of a collection
	shapeAll // every element of a collection
)

// node is one part of a rule. Conditions straight on a collection are lowered to shapeAny (positive
// operators) or shapeAll (negated ones) while parsing.
type node struct {
	shape    shape
	kids     []*node
	cond     *condition // of a leaf
	prop     *property  // of a quantifier: its collection
	pos, end int        // the node's text, in runes, outer parentheses left out
	implied  bool       // of a lowered leaf: the text begins with the operator, "_" is to be thought

	// Exactly one of these is set, by compile: the test of the object, or of one element.
	test      func(scope) bool
	testEntry func(*entry) bool
	testPlan  func(*plan) bool
}

// operator is the positive form of a comparison.
type operator int

const (
	opEqual operator = iota
	opStartsWith
	opEndsWith
	opContains
	opMatch
	opIn
	opAtLeast
	opAtMost
)

// spelling is one operator of the language: its positive operator and whether it is the negated form.
type spelling struct {
	name   string
	op     operator
	negate bool
}

var spellings = map[string]spelling{
	"eq": {"-eq", opEqual, false}, "ne": {"-ne", opEqual, true},
	"startswith": {"-startsWith", opStartsWith, false}, "notstartswith": {"-notStartsWith", opStartsWith, true},
	"endswith": {"-endsWith", opEndsWith, false}, "notendswith": {"-notEndsWith", opEndsWith, true},
	"contains": {"-contains", opContains, false}, "notcontains": {"-notContains", opContains, true},
	"match": {"-match", opMatch, false}, "notmatch": {"-notMatch", opMatch, true},
	"in": {"-in", opIn, false}, "notin": {"-notIn", opIn, true},
	"ge": {"-ge", opAtLeast, false}, "le": {"-le", opAtMost, false},
}

// origin is where a condition finds its value.
type origin int

const (
	fromObject  origin = iota
	fromElement        // `_`
	fromPlan           // assignedPlan.<field>
)

// condition compares one property with a value.
type condition struct {
	prop   *property
	origin origin
	spelling
	null bool // the value is null, or "" which counts as null

	typed  []string       // text values as typed; one, or several for opIn
	folded []string       // the same, folded
	yes    bool           // Boolean value
	moment moment         // date value
	regex  *regexp.Regexp // opMatch
	// literals are folded texts of which every match of the regex contains one; prefix says that the
	// match begins with it at the start of the value. Empty when nothing is known.
	literals []string
	prefix   bool
}

// moment is a date value: fixed, or a distance from the time of evaluation.
type moment struct {
	fixed time.Time
	now   bool
	plus  period
}

// at returns the instant meant when evaluated at now.
func (m moment) at(now time.Time) time.Time {
	if !m.now {
		return m.fixed
	}
	return now.UTC().AddDate(m.plus.years, m.plus.months, m.plus.days).Add(m.plus.clock)
}
