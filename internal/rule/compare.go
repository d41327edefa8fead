package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// comparison reads operator and value for prop, which began with the word start, and checks that they
// fit each other.
func (p *parser) comparison(start token, prop *property, from origin) (*node, *Error) {
	t := p.take()
	if t.kind != tokenWord {
		return nil, unexpected(t, "", prop.Operators...)
	}
	op, ok := spellings[t.keyword()]
	if !ok || !slices.Contains(prop.Operators, op.name) {
		if !ok && !strings.HasPrefix(t.text, "-") {
			return nil, unexpected(t, "", prop.Operators...)
		}
		return nil, refuse(CodeOperatorNotSupported, t.pos, t.source,
			fmt.Sprintf("Operator '%s' is not supported on '%s'", t.source, prop.Name), "", prop.Operators...)
	}
	c := &condition{prop: prop, origin: from, spelling: op}
	if err := p.value(c); err != nil {
		return nil, err
	}
	if prop.version && (op.op == opAtLeast || op.op == opAtMost) {
		p.warn(t.pos, fmt.Sprintf("%s on %s compares version numbers; Microsoft Entra does not accept it.", op.name, prop.Name))
	}
	return lower(&node{cond: c, pos: start.pos, end: p.tokens[p.next-1].end}, t.pos), nil
}

// lower turns a condition straight on a string collection into its quantified form: a positive
// operator asks for one element, a negated one for no element, that is every element negated. Compared
// with null it stays, and asks whether the collection is empty. operator is where the operator stands.
func lower(n *node, operator int) *node {
	c := n.cond
	if c.prop.Type != StringCollection || c.null {
		return n
	}
	inner := *c
	inner.prop, inner.origin = element, fromElement
	leaf := &node{cond: &inner, pos: operator, end: n.end, implied: true}
	quantifier := &node{shape: shapeAny, prop: c.prop, kids: []*node{leaf}, pos: n.pos, end: n.end}
	if c.negate {
		quantifier.shape = shapeAll
	}
	return quantifier
}

func (p *parser) warn(pos int, message string) {
	p.warnings = append(p.warnings, Warning{pos, message})
}

// value reads the value behind the operator of c.
func (p *parser) value(c *condition) *Error {
	t := p.peek()
	if w := t.word(); w == "null" || w == "$null" {
		if c.op != opEqual {
			return refuse(CodeInvalidValue, t.pos, t.source, "null can be compared with -eq and -ne only; found", `The word in quotes, "null", is ordinary text.`)
		}
		p.take()
		c.null = true
		return nil
	}
	switch c.prop.Type {
	case Boolean:
		return p.boolean(c)
	case Date:
		return p.date(c)
	case PlanCollection:
		return refuse(CodeInvalidValue, t.pos, t.String(), fmt.Sprintf("%s can be compared with null only; found '%s'", c.prop.Name, t),
			"To look into the plans, write -any (assignedPlan.servicePlanId -eq \"…\").")
	default:
		return p.text(c)
	}
}

func (p *parser) boolean(c *condition) *Error {
	t := p.take()
	switch word := strings.ToLower(t.text); {
	case (t.kind == tokenWord || t.kind == tokenString) && (word == "true" || word == "false"):
		c.yes = word == "true"
		return nil
	case t.kind == tokenWord || t.kind == tokenString:
		return refuse(CodeInvalidValue, t.pos, t.source, fmt.Sprintf("%s is true or false, not '%s'", c.prop.Name, t.source), "", "true", "false", "null")
	default:
		return unexpected(t, "", "true", "false", "null")
	}
}

// text reads the value of a text property: a string, a number as typed, or a list of them.
func (p *parser) text(c *condition) *Error {
	start := p.peek()
	if c.op == opIn {
		values, err := p.list()
		if err != nil {
			return err
		}
		for _, v := range values {
			c.add(v.text)
			p.checkClosed(c, v)
		}
		return nil
	}
	t, err := p.scalar()
	if err != nil {
		return err
	}
	c.add(t.text)
	switch c.op {
	case opEqual:
		c.null = t.text == ""
		if !c.null {
			p.checkClosed(c, t)
		}
	case opAtLeast, opAtMost:
		if !isVersion(t.text) {
			return refuse(CodeInvalidValue, start.pos, start.source, start.source+" is not a version number", "Write numbers with dots between them, for example \"10.0.26100\".")
		}
	case opMatch:
		return c.setRegex(start)
	default: // any text will do
	}
	return nil
}

func (c *condition) add(text string) {
	c.typed = append(c.typed, text)
	c.folded = append(c.folded, Fold(text))
}

func (c *condition) setRegex(t token) *Error {
	re, reason := compileRegex(t.text)
	if re == nil {
		return refuse(CodeInvalidRegex, t.pos, t.source, fmt.Sprintf("Query compilation error: the regular expression %s is invalid: %s,", t.source, reason), "")
	}
	c.regex = re
	c.literals, c.prefix = regexLiterals(t.text)
	return nil
}

// scalar reads one text value.
func (p *parser) scalar() (token, *Error) {
	t := p.take()
	switch {
	case t.kind == tokenString, t.kind == tokenWord && isVersion(t.text):
		return t, nil
	case t.kind == tokenWord:
		return t, refuse(CodeInvalidValue, t.pos, t.source, fmt.Sprintf("Invalid value '%s'", t.source), "Put text in quotes.", "text in quotes")
	default:
		return t, unexpected(t, "", "text in quotes")
	}
}

// list = "[" string { "," string } "]"
func (p *parser) list() ([]token, *Error) {
	if t := p.peek(); t.kind != tokenOpenList {
		remedy := "-in and -notIn take a list."
		if t.kind == tokenString {
			remedy = fmt.Sprintf("-in and -notIn take a list: [%s].", t.source)
		}
		return nil, unexpected(t, remedy, "[")
	}
	p.take()
	var values []token
	for {
		v, err := p.scalar()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		switch t := p.take(); t.kind {
		case tokenComma:
		case tokenCloseList:
			return values, nil
		default:
			return nil, unexpected(t, "", ",", "]")
		}
	}
}

// checkClosed warns when an equality can never hold, because the property has other values only.
func (p *parser) checkClosed(c *condition, t token) {
	if len(c.prop.Closed) == 0 || t.text == "" {
		return
	}
	folded := Fold(t.text)
	if slices.ContainsFunc(c.prop.Closed, func(v string) bool { return Fold(v) == folded }) {
		return
	}
	message := fmt.Sprintf("%s is never %s; its values are %s.", c.prop.Name, strconv.Quote(t.text), strings.Join(c.prop.Closed, ", "))
	if c.prop.Name == "deviceOwnership" && folded == "corporate" {
		message += ` Intune shows "Corporate" for what a rule calls "Company".`
	}
	p.warn(t.pos, message)
}

// date = ISO date | "system.now" [ ("-plus"|"-minus") period ], in parentheses or not
func (p *parser) date(c *condition) *Error {
	if c.negate {
		t := p.tokens[p.next-1]
		return refuse(CodeOperatorNotSupported, t.pos, t.source, fmt.Sprintf("Operator '%s' on '%s' is supported with null only; found", t.source, c.prop.Name), "", "-eq", "-ge", "-le")
	}
	open := p.peek().kind == tokenOpen
	if open {
		p.take()
	}
	t := p.take()
	switch {
	case t.kind != tokenWord && t.kind != tokenString:
		return unexpected(t, "", "an ISO 8601 date", "system.now")
	case t.kind == tokenWord && Fold(t.text) == "system.now":
		if c.op == opEqual {
			return refuse(CodeOperatorNotSupported, t.pos, t.source, "system.now can be compared with -ge and -le only; found", "Use a fixed date with -eq, or -ge and -le for a span.")
		}
		c.moment.now, p.dated = true, true
		if err := p.offset(c); err != nil {
			return err
		}
	default:
		when, ok := parseDate(t.text)
		if !ok {
			return refuse(CodeInvalidValue, t.pos, t.source, fmt.Sprintf("Invalid date '%s'", t.source), "Write an ISO 8601 date such as 2026-01-31 or 2026-01-31T08:00:00Z, or system.now -plus P7D.", "an ISO 8601 date", "system.now")
		}
		c.moment.fixed = when
	}
	if open {
		return p.expect(tokenClose, ")")
	}
	return nil
}

// offset reads at most one step from system.now.
func (p *parser) offset(c *condition) *Error {
	sign := p.peek()
	if !p.accept("plus", "minus") {
		return nil
	}
	t := p.take()
	if t.kind != tokenWord && t.kind != tokenString {
		return unexpected(t, "", "a period such as P7D")
	}
	step, ok := parsePeriod(t.text)
	if !ok {
		return refuse(CodeInvalidValue, t.pos, t.source, fmt.Sprintf("Invalid period '%s'", t.source), "Write an ISO 8601 period such as P7D or P7DT3H.", "a period such as P7D")
	}
	if sign.keyword() == "minus" {
		step = step.negated()
	}
	c.moment.plus = step
	if again := p.peek(); again.keyword() == "plus" || again.keyword() == "minus" {
		return refuse(CodeUnexpectedToken, again.pos, again.source, fmt.Sprintf("Only one -plus or -minus may follow system.now; found '%s'", again.source), "Add the periods up.")
	}
	return nil
}
