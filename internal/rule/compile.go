package rule

import (
	"slices"
	"strings"
	"time"
)

// scope is what a condition on an object sees.
type scope struct {
	object *Object
	now    time.Time
}

// compile gives every node its test, leaves first. inside is the collection around the node; nil
// when the node is about the object.
func compile(n *node, inside *property) {
	within := inside
	if n.prop != nil {
		within = n.prop
	}
	for _, kid := range n.kids {
		compile(kid, within)
	}
	switch {
	case inside == nil:
		n.test = objectTest(n)
	case inside.Type == PlanCollection:
		n.testPlan = planTest(n)
	default:
		n.testEntry = entryTest(n)
	}
}

func objectTest(n *node) func(scope) bool {
	switch n.shape {
	case shapeLeaf:
		return leafTest(n.cond)
	case shapeAny, shapeAll:
		return quantifierTest(n)
	default:
		return combine(n.shape, tests(n.kids, func(kid *node) func(scope) bool { return kid.test }))
	}
}

func entryTest(n *node) func(*entry) bool {
	if n.shape == shapeLeaf {
		return textTest(n.cond)
	}
	return combine(n.shape, tests(n.kids, func(kid *node) func(*entry) bool { return kid.testEntry }))
}

func planTest(n *node) func(*plan) bool {
	if n.shape == shapeLeaf {
		slot, test := n.cond.prop.slot, textTest(n.cond)
		return func(p *plan) bool { return test(&p[slot]) }
	}
	return combine(n.shape, tests(n.kids, func(kid *node) func(*plan) bool { return kid.testPlan }))
}

func tests[T any](kids []*node, get func(*node) func(T) bool) []func(T) bool {
	list := make([]func(T) bool, len(kids))
	for i, kid := range kids {
		list[i] = get(kid)
	}
	return list
}

// combine joins tests by -not, -and or -or.
func combine[T any](s shape, kids []func(T) bool) func(T) bool {
	a := kids[0]
	switch {
	case s == shapeNot:
		return func(v T) bool { return !a(v) }
	case s == shapeAnd && len(kids) == 2:
		b := kids[1]
		return func(v T) bool { return a(v) && b(v) }
	case s == shapeAnd:
		return func(v T) bool {
			for _, kid := range kids {
				if !kid(v) {
					return false
				}
			}
			return true
		}
	case len(kids) == 2:
		b := kids[1]
		return func(v T) bool { return a(v) || b(v) }
	default:
		return func(v T) bool {
			for _, kid := range kids {
				if kid(v) {
					return true
				}
			}
			return false
		}
	}
}

// quantifierTest asks for one element that passes (-any, false over none) or none that fails (-all,
// true over none).
func quantifierTest(n *node) func(scope) bool {
	want, slot := n.shape == shapeAny, n.prop.slot
	if n.prop.Type == PlanCollection {
		test := n.kids[0].testPlan
		return func(s scope) bool {
			for i := range s.object.plans {
				if test(&s.object.plans[i]) == want {
					return want
				}
			}
			return !want
		}
	}
	test := n.kids[0].testEntry
	return func(s scope) bool {
		list := s.object.lists[slot]
		for i := range list {
			if test(&list[i]) == want {
				return want
			}
		}
		return !want
	}
}

// leafTest compiles a condition straight on the object.
func leafTest(c *condition) func(scope) bool {
	slot, negate := c.prop.slot, c.negate
	switch c.prop.Type {
	case Boolean:
		want := flagFalse
		switch {
		case c.null:
			want = flagNull
		case c.yes:
			want = flagTrue
		}
		return func(s scope) bool { return (s.object.bools[slot] == want) != negate }
	case Date:
		return dateTest(c)
	case StringCollection: // compared with null; everything else was lowered to a quantifier
		return func(s scope) bool { return (len(s.object.lists[slot]) == 0) != negate }
	case PlanCollection:
		return func(s scope) bool { return (len(s.object.plans) == 0) != negate }
	default:
		return leafTextTest(c)
	}
}

// leafTextTest compiles a condition on one text property of the object.
func leafTextTest(c *condition) func(scope) bool {
	slot, negate, test := c.prop.slot, c.negate, textTest(c)
	if prop := c.prop; prop.extension != "" {
		return func(s scope) bool { return test(s.object.entry(prop)) }
	}
	// The commonest condition has its own closure, which saves a call.
	if c.op == opEqual && !c.null {
		want := c.folded[0]
		return func(s scope) bool { return (s.object.texts[slot].folded == want) != negate }
	}
	return func(s scope) bool { return test(&s.object.texts[slot]) }
}

func dateTest(c *condition) func(scope) bool {
	slot, negate, m := c.prop.slot, c.negate, c.moment
	switch {
	case c.null:
		return func(s scope) bool { return s.object.times[slot].IsZero() != negate }
	case c.op == opEqual:
		return func(s scope) bool { return s.object.times[slot].Equal(m.fixed) }
	case c.op == opAtLeast:
		return func(s scope) bool {
			t := s.object.times[slot]
			return !t.IsZero() && !t.Before(m.at(s.now))
		}
	default:
		return func(s scope) bool {
			t := s.object.times[slot]
			return !t.IsZero() && !t.After(m.at(s.now))
		}
	}
}

// textTest compiles a condition on one text. A null is the empty text: it equals only null, fails every
// other positive operator and therefore passes its negation.
func textTest(c *condition) func(*entry) bool {
	positive := positiveTest(c)
	if !c.negate {
		return positive
	}
	return func(e *entry) bool { return !positive(e) }
}

func positiveTest(c *condition) func(*entry) bool {
	if c.null {
		return func(e *entry) bool { return e.folded == "" }
	}
	want := c.folded[0]
	switch c.op {
	case opEqual:
		return func(e *entry) bool { return e.folded == want }
	case opStartsWith:
		return func(e *entry) bool { return e.folded != "" && strings.HasPrefix(e.folded, want) }
	case opEndsWith:
		return func(e *entry) bool { return e.folded != "" && strings.HasSuffix(e.folded, want) }
	case opContains:
		return func(e *entry) bool { return e.folded != "" && strings.Contains(e.folded, want) }
	case opIn:
		return listTest(c.folded)
	case opMatch:
		return regexTest(c)
	case opAtLeast:
		return func(e *entry) bool { return isVersion(e.folded) && compareVersions(e.folded, want) >= 0 }
	default:
		return func(e *entry) bool { return isVersion(e.folded) && compareVersions(e.folded, want) <= 0 }
	}
}

// listTest tests membership in a list; a long one is hashed.
func listTest(values []string) func(*entry) bool {
	if len(values) > 8 {
		set := make(map[string]struct{}, len(values))
		for _, v := range values {
			set[v] = struct{}{}
		}
		return func(e *entry) bool {
			_, ok := set[e.folded]
			return ok
		}
	}
	return func(e *entry) bool { return slices.Contains(values, e.folded) }
}

// regexTest looks for a literal the regex requires before it runs the regex, which is many times dearer.
func regexTest(c *condition) func(*entry) bool {
	re := c.regex
	if len(c.literals) != 1 {
		return func(e *entry) bool { return e.folded != "" && re.MatchString(e.raw) }
	}
	literal := c.literals[0]
	if c.prefix {
		return func(e *entry) bool { return strings.HasPrefix(e.folded, literal) && re.MatchString(e.raw) }
	}
	return func(e *entry) bool { return strings.Contains(e.folded, literal) && re.MatchString(e.raw) }
}
