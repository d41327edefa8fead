package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxLength is the longest rule, in characters (Microsoft Entra: "the body of a membership rule").
const MaxLength = 3072

// maxDepth bounds the nesting of grouping parentheses, so that no rule can exhaust the stack.
const maxDepth = 100

// parser is a recursive descent parser; one method per line of the grammar in doc.go. Each method that
// returns a node has consumed exactly that node's tokens.
type parser struct {
	src    []rune
	tokens []token
	next   int
	depth  int

	known    bool // a property has said which kind the rule is for
	kind     Kind
	inside   *property // the collection whose elements the condition is about; nil outside
	dated    bool
	warnings []Warning
}

// Parse reads a rule and checks that every property, operator and value fits. What is refused is
// refused with an *Error.
func Parse(text string) (*Rule, error) {
	if n := utf8.RuneCountInString(text); n > MaxLength {
		return nil, refuse(CodeRuleTooLong, MaxLength, "", fmt.Sprintf("The rule has %d characters, more than the %d allowed,", n, MaxLength), "Split it into several groups, or use -in with a list.")
	}
	if strings.TrimSpace(text) == "" {
		return nil, refuse(CodeEmptyRule, 0, endOfRule, "The rule is empty", "For all devices write device.objectId -ne null; for all users user.objectId -ne null.")
	}
	src, tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, tokens: tokens}
	root, err := p.rule()
	if err != nil {
		return nil, err
	}
	return newRule(text, root, p), nil
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != tokenEnd {
		p.next++
	}
	return t
}

// accept takes the next token if it is one of the keywords.
func (p *parser) accept(keywords ...string) bool {
	if !slices.Contains(keywords, p.peek().keyword()) {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(kind tokenKind, name string) *Error {
	t := p.take()
	if t.kind != kind {
		return unexpected(t, "", name)
	}
	return nil
}

// rule = expr end | "Direct Reports for" string
func (p *parser) rule() (*node, *Error) {
	if p.peek().word() == "direct" {
		return nil, p.directReports()
	}
	root, err := p.expr()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, unexpected(t, "", "-and", "-or", endOfRule)
	}
	return root, nil
}

// expr = and { OR and }
func (p *parser) expr() (*node, *Error) { return p.chain(shapeOr, "or", p.and) }

// and = not { AND not }
func (p *parser) and() (*node, *Error) { return p.chain(shapeAnd, "and", p.not) }

func (p *parser) chain(s shape, keyword string, operand func() (*node, *Error)) (*node, *Error) {
	start := p.peek().pos
	first, err := operand()
	if err != nil || p.peek().keyword() != keyword {
		return first, err
	}
	n := &node{shape: s, kids: []*node{first}, pos: start}
	for p.accept(keyword) {
		kid, err := operand()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
	}
	n.end = p.tokens[p.next-1].end
	return n, nil
}

// not = [ NOT ] prim
func (p *parser) not() (*node, *Error) {
	start := p.peek().pos
	if !p.accept("not") {
		return p.prim()
	}
	kid, err := p.prim()
	if err != nil {
		return nil, err
	}
	return &node{shape: shapeNot, kids: []*node{kid}, pos: start, end: p.tokens[p.next-1].end}, nil
}

// prim = "(" expr ")" | quantifier | comparison
func (p *parser) prim() (*node, *Error) {
	t := p.peek()
	switch {
	case t.kind == tokenOpen:
		return p.group()
	case t.kind != tokenWord:
		return nil, unexpected(t, "", p.operandNames()...)
	case t.word() == "direct" && !p.known && p.inside == nil:
		return nil, p.directReports()
	}
	p.take()
	if p.inside != nil {
		return p.elementCondition(t)
	}
	return p.condition(t)
}

func (p *parser) group() (*node, *Error) {
	open := p.take()
	p.depth++
	if p.depth > maxDepth {
		return nil, refuse(CodeNestedTooDeep, open.pos, "(", fmt.Sprintf("Parentheses are nested more than %d deep", maxDepth), "Leave out parentheses that change nothing.")
	}
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	p.depth--
	if t := p.peek(); t.kind != tokenClose {
		return nil, unexpected(t, "", "-and", "-or", ")")
	}
	p.take()
	return n, nil
}

func (p *parser) operandNames() []string {
	switch {
	case p.inside == nil && !p.known:
		return []string{"user.<property>", "device.<property>", "("}
	case p.inside == nil:
		return []string{p.kind.String() + ".<property>", "("}
	case p.inside.Type == PlanCollection:
		return []string{"assignedPlan.<property>", "("}
	default:
		return []string{"_", "("}
	}
}

// condition reads what begins with the word t: a property of the object and what is asked of it.
func (p *parser) condition(t token) (*node, *Error) {
	object, name, dotted := strings.Cut(t.text, ".")
	kind := User
	switch Fold(object) {
	case "user":
	case "device":
		kind = Device
	case "app":
		return nil, refuse(CodeWrongDialect, t.pos, t.source, fmt.Sprintf("'%s' belongs to Intune assignment filters for managed apps,", t.source), "An Entra group rule cannot test it.")
	default:
		return nil, unexpected(t, "", p.operandNames()...)
	}
	if !dotted || name == "" {
		return nil, unexpected(t, "", kind.String()+".<property>")
	}
	pos := t.pos + utf8.RuneCountInString(object) + 1
	if err := p.blankMissing(t); err != nil {
		return nil, err
	}
	if p.known && kind != p.kind {
		return nil, refuse(CodeMixedObjects, t.pos, t.source, fmt.Sprintf("The rule is for %ss, but '%s' is a property of a %s,", p.kind, t.source, kind),
			"A rule is for users or for devices, never for both; make two groups.")
	}
	p.known, p.kind = true, kind
	if Fold(name) == "memberof" {
		return nil, p.memberOf(pos, name)
	}
	prop := resolve(kind, name)
	if prop == nil {
		return nil, unknownProperty(kind, name, pos)
	}
	switch q := p.peek(); q.keyword() {
	case "any", "all":
		return p.quantifier(t, prop)
	case "":
		return nil, unexpected(q, "", prop.Operators...)
	}
	return p.comparison(t, prop, fromObject)
}

// blankMissing refuses `user.mail-eq`, where the operator has become part of the name.
func (p *parser) blankMissing(t token) *Error {
	at := strings.IndexByte(t.text, '-')
	if at < 0 {
		return nil
	}
	pos := utf8.RuneCountInString(t.text[:at])
	found := string([]rune(t.source)[pos:])
	return refuse(CodeUnexpectedToken, t.pos+pos, found, fmt.Sprintf("A blank is missing before '%s'", found), "")
}

// quantifier = property ("-any"|"-all") ( "(" expr ")" | comparison ), both over one element
func (p *parser) quantifier(start token, prop *property) (*node, *Error) {
	q := p.take()
	n := &node{shape: shapeAny, prop: prop, pos: start.pos}
	if q.keyword() == "all" {
		n.shape = shapeAll
	}
	if prop.Type != StringCollection && prop.Type != PlanCollection {
		return nil, refuse(CodeOperatorNotSupported, q.pos, q.source, fmt.Sprintf("Operator '%s' is not supported on '%s', which is not a collection,", q.source, prop.Name), "", prop.Operators...)
	}
	p.inside = prop
	var body *node
	var err *Error
	if p.peek().kind == tokenOpen {
		p.depth-- // these parentheses belong to the quantifier; they cannot nest
		body, err = p.group()
		p.depth++
	} else {
		if t := p.peek(); t.kind != tokenWord {
			return nil, unexpected(t, "", p.operandNames()...)
		}
		body, err = p.elementCondition(p.take())
	}
	if err != nil {
		return nil, err
	}
	p.inside = nil
	n.kids, n.end = []*node{body}, p.tokens[p.next-1].end
	return n, nil
}

// elementCondition reads a comparison over one element of a collection.
func (p *parser) elementCondition(t token) (*node, *Error) {
	if err := p.blankMissing(t); err != nil && (strings.HasPrefix(t.text, "_") || strings.Contains(t.text, ".")) {
		return nil, err
	}
	if p.inside.Type == StringCollection {
		if t.text != "_" {
			return nil, unexpected(t, fmt.Sprintf("Inside -any and -all, _ is one element of %s.", p.inside.Name), p.operandNames()...)
		}
		return p.comparison(t, element, fromElement)
	}
	object, name, dotted := strings.Cut(t.text, ".")
	if Fold(object) != "assignedplan" || !dotted {
		return nil, unexpected(t, "Inside -any and -all, assignedPlan is one element of assignedPlans.", p.operandNames()...)
	}
	prop := planFields.names[Fold(name)]
	if prop == nil {
		return nil, refuse(CodeUnsupportedProperty, t.pos+utf8.RuneCountInString(object)+1, name, fmt.Sprintf("Unsupported property '%s'", name),
			"A plan has assignedPlan.service, assignedPlan.servicePlanId and assignedPlan.capabilityStatus.")
	}
	return p.comparison(t, prop, fromPlan)
}

// directReports = "Direct" "Reports" "for" string. The rule is read, and refused because users have no
// managers here.
func (p *parser) directReports() *Error {
	start := p.take()
	for _, word := range []string{"reports", "for"} {
		if t := p.peek(); t.word() != word {
			return unexpected(t, "", word)
		}
		p.take()
	}
	if err := p.expect(tokenString, "an object id in quotes"); err != nil {
		return err
	}
	return refuse(CodeDirectReportsNotSupported, start.pos, string(p.src[start.pos:p.tokens[p.next-1].end]), "'Direct Reports for' is not supported, because users have no managers,", "Select users by a property, for example user.department.")
}

// memberOf = "memberOf" "-any" "(" "group.objectId" "-in" list ")". It is read, and refused.
func (p *parser) memberOf(pos int, name string) *Error {
	if !p.accept("any") {
		return unexpected(p.peek(), "", "-any")
	}
	if err := p.expect(tokenOpen, "("); err != nil {
		return err
	}
	if t := p.take(); Fold(t.text) != "group.objectid" || t.kind != tokenWord {
		return unexpected(t, "", "group.objectId")
	}
	if t := p.take(); t.keyword() != "in" {
		return unexpected(t, "", "-in")
	}
	if _, err := p.list(); err != nil {
		return err
	}
	if err := p.expect(tokenClose, ")"); err != nil {
		return err
	}
	return refuse(CodeMemberOfRetired, pos, name, "memberOf is not supported: Microsoft retired it on 3 November 2026; found", "Assign to the groups themselves, or select by a property.")
}
