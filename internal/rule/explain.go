package rule

import "time"

// Explanation says what one part of a rule came to for one object. The tree has the shape of Graph's
// expressionEvaluationDetails (evaluateDynamicMembership).
type Explanation struct {
	// Expression is the part of the rule, as typed.
	Expression string
	Result     bool
	// Property and PropertyValue are set where a property is looked at: the name in the rule language,
	// with "_" or "assignedPlan.<name>" inside a collection, and the value for people.
	Property      string
	PropertyValue string
	// Details explains the operands of -and, -or and -not, all of them whether or not they were needed;
	// under -any and -all it has one entry per element.
	Details []Explanation
}

// Explain evaluates the rule like Match and returns what every part came to. An object of the other
// kind gets a false result without details.
func (r *Rule) Explain(o *Object, now time.Time) Explanation {
	if o.kind != r.kind {
		return Explanation{Expression: r.expression(r.root)}
	}
	return r.explain(r.root, scope{o, now})
}

// expression is the part of the rule's text that n came from.
func (r *Rule) expression(n *node) string {
	text := string(r.src[n.pos:n.end])
	if n.implied {
		return "_ " + text
	}
	return text
}

func (r *Rule) explain(n *node, s scope) Explanation {
	e := Explanation{Expression: r.expression(n), Result: n.test(s)}
	switch n.shape {
	case shapeLeaf:
		e.Property, e.PropertyValue = n.cond.name(r.kind), s.object.show(n.cond.prop)
	case shapeAny, shapeAll:
		e.Property, e.PropertyValue = r.kind.String()+"."+n.prop.Name, s.object.show(n.prop)
		if n.prop.Type == PlanCollection {
			for i := range s.object.plans {
				e.Details = append(e.Details, r.explainPlan(n.kids[0], &s.object.plans[i]))
			}
			break
		}
		list := s.object.lists[n.prop.slot]
		for i := range list {
			e.Details = append(e.Details, r.explainEntry(n.kids[0], &list[i]))
		}
	default:
		for _, kid := range n.kids {
			e.Details = append(e.Details, r.explain(kid, s))
		}
	}
	return e
}

func (r *Rule) explainEntry(n *node, v *entry) Explanation {
	e := Explanation{Expression: r.expression(n), Result: n.testEntry(v)}
	if n.shape == shapeLeaf {
		e.Property, e.PropertyValue = "_", v.raw
	}
	for _, kid := range n.kids {
		e.Details = append(e.Details, r.explainEntry(kid, v))
	}
	return e
}

func (r *Rule) explainPlan(n *node, v *plan) Explanation {
	e := Explanation{Expression: r.expression(n), Result: n.testPlan(v)}
	if n.shape == shapeLeaf {
		e.Property, e.PropertyValue = n.cond.name(r.kind), v[n.cond.prop.slot].raw
	}
	for _, kid := range n.kids {
		e.Details = append(e.Details, r.explainPlan(kid, v))
	}
	return e
}
