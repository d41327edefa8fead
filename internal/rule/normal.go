package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// canon is a node of the normal form: operands flattened, sorted and without repetitions. text is its
// spelling without outer parentheses.
type canon struct {
	shape shape
	kids  []canon
	text  string
}

// canonical brings a tree to its normal form. The operands of -and and -or are made canonical before
// they are flattened, because a repeated operand can vanish and leave the outer shape behind.
func canonical(k Kind, n *node) canon {
	switch n.shape {
	case shapeLeaf:
		return canon{text: n.cond.normal(k)}
	case shapeNot:
		kid := canonical(k, n.kids[0])
		return canon{shape: shapeNot, text: "-not " + kid.operand(shapeNot)}
	case shapeAny, shapeAll:
		word := " -any ("
		if n.shape == shapeAll {
			word = " -all ("
		}
		return canon{shape: n.shape, text: k.String() + "." + n.prop.Name + word + canonical(k, n.kids[0]).text + ")"}
	default:
		return canonicalChain(k, n)
	}
}

// canonicalChain is canonical for -and and -or.
func canonicalChain(k Kind, n *node) canon {
	var kids []canon
	for _, kid := range n.kids {
		if c := canonical(k, kid); c.shape == n.shape {
			kids = append(kids, c.kids...)
		} else {
			kids = append(kids, c)
		}
	}
	slices.SortFunc(kids, func(a, b canon) int { return strings.Compare(a.text, b.text) })
	kids = slices.CompactFunc(kids, func(a, b canon) bool { return a.text == b.text })
	if len(kids) == 1 {
		return kids[0]
	}
	joiner := " -and "
	if n.shape == shapeOr {
		joiner = " -or "
	}
	parts := make([]string, len(kids))
	for i, kid := range kids {
		parts[i] = kid.operand(n.shape)
	}
	return canon{n.shape, kids, strings.Join(parts, joiner)}
}

// operand spells c as an operand of outer, with parentheses only where precedence needs them.
func (c canon) operand(outer shape) string {
	loose := c.shape == shapeOr || outer == shapeNot && (c.shape == shapeAnd || c.shape == shapeNot)
	if loose {
		return "(" + c.text + ")"
	}
	return c.text
}

func (c *condition) normal(k Kind) string {
	name := c.name(k)
	if c.prop.extension != "" {
		name = k.String() + "." + c.prop.extension
	}
	return name + " " + c.spelling.name + " " + c.normalValue()
}

// name spells what is compared: the object's property, an element, or a field of a plan.
func (c *condition) name(k Kind) string {
	switch c.origin {
	case fromElement:
		return "_"
	case fromPlan:
		return "assignedPlan." + c.prop.Name
	default:
		return k.String() + "." + c.prop.Name
	}
}

func (c *condition) normalValue() string {
	switch {
	case c.null:
		return "null"
	case c.prop.Type == Boolean:
		return strconv.FormatBool(c.yes)
	case c.prop.Type == Date:
		return c.moment.String()
	case c.op == opIn:
		list := slices.Clone(c.folded)
		slices.Sort(list)
		list = slices.Compact(list)
		for i, v := range list {
			list[i] = quoted(v)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case c.op == opMatch: // \D is not \d
		return quoted(c.typed[0])
	default:
		return quoted(c.folded[0])
	}
}

var escapes = strings.NewReplacer("`", "``", `"`, "`\"")

func quoted(v string) string { return `"` + escapes.Replace(v) + `"` }

// String spells a date value the way a rule does.
func (m moment) String() string {
	switch plus := m.plus; {
	case !m.now:
		return m.fixed.Format(time.RFC3339Nano)
	case plus == period{}:
		return "system.now"
	case plus.years < 0 || plus.months < 0 || plus.days < 0 || plus.clock < 0:
		return "(system.now -minus " + plus.String() + ")"
	default:
		return "(system.now -plus " + plus.String() + ")"
	}
}
