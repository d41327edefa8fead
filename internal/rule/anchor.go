package rule

import (
	"strings"
	"unicode/utf8"
)

// AnchorOp says how an anchor's value relates to the property.
type AnchorOp int

// The ways an anchor can be true of a folded property value: it equals, begins with, or contains it.
const (
	Equal AnchorOp = iota
	Prefix
	Contains
)

// String returns the operator for people.
func (op AnchorOp) String() string { return [...]string{"equal", "prefix", "contains"}[op] }

// Anchor is a condition on one text property, or on one element of a collection, that an index can
// answer.
type Anchor struct {
	// Property is the name in the rule language without "user." or "device."; a field of a plan is
	// "assignedPlan.<name>", an extension property its lower-case name.
	Property string
	Op       AnchorOp
	// Value is folded (see [Fold]); never empty.
	Value string
}

// Anchors returns conditions of which at least one holds for every object the rule matches, chosen to
// hold for few others. ok is false when the rule requires nothing an index could answer. It is for
// fetching candidates; only Match decides.
func (r *Rule) Anchors() (anchors []Anchor, ok bool) {
	set := anchorsOf(r.root, nil)
	if set == nil {
		return nil, false
	}
	anchors = make([]Anchor, len(set))
	for i, a := range set {
		anchors[i] = Anchor{a.name(), a.op, a.value}
	}
	return anchors, true
}

// anchor is an Anchor before its property is named: prop is the text property, or the collection whose
// element is meant; field is the field of a plan, -1 for the others.
type anchor struct {
	prop  *property
	field int
	op    AnchorOp
	value string
}

func (a anchor) name() string {
	switch {
	case a.field >= 0:
		return "assignedPlan." + planFields.list[a.field].Name
	case a.prop.extension != "":
		return a.prop.extension
	default:
		return a.prop.Name
	}
}

// mostAnchors bounds the alternatives of one rule; a rule that needs more has no anchor. A list of any
// length that fits a rule stays below it.
const mostAnchors = 1024

// anchorsOf returns the anchors of n, nil for none. Of the operands of -and the cheapest set is taken;
// -or needs those of all its operands; a negation and -all require nothing.
func anchorsOf(n *node, inside *property) []anchor {
	switch n.shape {
	case shapeLeaf:
		return leafAnchors(n.cond, inside)
	case shapeAny:
		return anchorsOf(n.kids[0], n.prop)
	case shapeAnd:
		var best []anchor
		for _, kid := range n.kids {
			if set := anchorsOf(kid, inside); set != nil && (best == nil || cost(set) < cost(best)) {
				best = set
			}
		}
		return best
	case shapeOr:
		var all []anchor
		for _, kid := range n.kids {
			set := anchorsOf(kid, inside)
			if set == nil || len(all)+len(set) > mostAnchors {
				return nil
			}
			all = append(all, set...)
		}
		return all
	default:
		return nil
	}
}

func leafAnchors(c *condition, inside *property) []anchor {
	if c.negate || c.null || c.prop.Type != String {
		return nil
	}
	var op AnchorOp
	values := c.folded
	switch c.op {
	case opEqual, opIn:
		op = Equal
	case opStartsWith:
		op = Prefix
	case opContains, opEndsWith:
		op = Contains
	case opMatch:
		values, op = c.literals, Contains
		if c.prefix {
			op = Prefix
		}
	default:
		return nil
	}
	prop, field := c.prop, -1
	switch c.origin {
	case fromElement:
		prop = inside
	case fromPlan:
		prop, field = inside, c.prop.slot
	default: // the object's own property
	}
	var set []anchor
	for _, v := range values {
		if v == "" { // holds for every object, or is met by null
			return nil
		}
		set = append(set, anchor{prop, field, op, v})
	}
	return set
}

// cost is a guess at the number of objects, as a part of all, that an index on the anchors would have
// to check.
func cost(set []anchor) float64 {
	sum := 0.0
	for _, a := range set {
		share := a.prop.share
		if a.field >= 0 {
			share = planFields.list[a.field].share
		}
		// Every Autopilot device has a [ZTDId], and many have an [OrderID]: only what follows tells
		// them apart.
		if bracket := strings.IndexByte(a.value, ']'); a.prop.Type == StringCollection && bracket >= len(a.value)-2 && bracket >= 0 {
			share = 0.6
		}
		switch n := utf8.RuneCountInString(a.value); a.op {
		case Prefix:
			share = widen(share, 3, n)
		case Contains:
			share = widen(share, 8, n)
		default:
		}
		sum += share
	}
	return sum
}

// widen makes a share larger for a part of a value, the more the shorter the part is.
func widen(share, factor float64, runes int) float64 {
	if runes < 4 {
		factor *= 8
	}
	return min(share*factor, 1)
}
