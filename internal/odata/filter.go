package odata

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The default limits on $filter and $search; Options may set others.
const (
	DefaultMaxDepth = 50
	DefaultMaxNodes = 500
)

// ParseFilter reads the decoded text of $filter and checks it against the
// table. opt.Eventual alone makes it an advanced query here. The error is an *Error.
func ParseFilter(text string, t *Table, opt Options) (*Expr, error) {
	e, err := parseFilter(text, t, opt, opt.Eventual)
	if err != nil {
		return nil, err
	}
	return e, nil
}

func parseFilter(text string, t *Table, opt Options, advancedQuery bool) (*Expr, *Error) {
	p := &parser{
		lex: lexer{text: text}, table: t, opt: opt, advancedQuery: advancedQuery,
		depth: orDefault(opt.MaxDepth, DefaultMaxDepth), nodes: orDefault(opt.MaxNodes, DefaultMaxNodes),
	}
	return p.parse()
}

func orDefault(n, standard int) int {
	if n <= 0 {
		return standard
	}
	return n
}

// parser is a recursive descent over OData 4.01 ABNF boolCommonExpr, one token ahead.
type parser struct {
	lex        lexer
	tok        token
	table      *Table
	opt        Options
	depth      int    // levels still allowed
	nodes      int    // nodes still allowed
	variable   string // the lambda variable in scope
	inArgument bool   // reading a function's argument, where no condition may stand
	advanced   string // first thing that needs an advanced query

	advancedQuery bool // and whether this is one
}

func (p *parser) parse() (*Expr, *Error) {
	if !utf8.ValidString(p.lex.text) || strings.ContainsRune(p.lex.text, 0) {
		return nil, p.lex.fail(0, "The filter is not valid text.", "Send UTF-8, percent-encoded.")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, p.fail("The filter is empty.", "Leave $filter out to get everything.")
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.fail("The filter should end here, or go on with and, or.", "")
	}
	if p.advanced != "" && p.table.Directory && !p.advancedQuery {
		return nil, &Error{Code: CodeAdvancedQueryRequired, Option: "$filter", Message: p.advanced + " needs an advanced query on this resource.", Remedy: advancedRemedy}
	}
	return e, nil
}

func (p *parser) or() (*Expr, *Error)  { return p.chain(Or, p.and) }
func (p *parser) and() (*Expr, *Error) { return p.chain(And, p.not) }

// chain reads one or more operands joined by the same word.
func (p *parser) chain(op Op, operand func() (*Expr, *Error)) (*Expr, *Error) {
	var parts []*Expr
	for {
		e, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		if !p.isWord(op.String()) {
			return join(op, parts), nil
		}
		if err := p.count(); err != nil {
			return nil, err
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// not counts one level, and so does a parenthesis, but "not (" is one level:
// the canonical form writes it so.
func (p *parser) not() (*Expr, *Error) {
	if !p.isWord("not") {
		return p.comparison(false)
	}
	p.needAdvanced("not")
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.count(); err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.isWord("not") {
		e, err := p.not()
		if err != nil {
			return nil, err
		}
		return negate(e), nil
	}
	e, err := p.comparison(true)
	if err != nil {
		return nil, err
	}
	return negate(e), nil
}

// group reads ( … ); free means the level is already counted.
func (p *parser) group(free bool) (*Expr, *Error) {
	if !free {
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	return e, p.expect(")")
}

// term is one side of a comparison: a property, the lambda element, a constant
// or a Boolean expression.
type term struct {
	pos  int
	prop *Property // elementProperty for the lambda's variable
	lit  *token
	expr *Expr
}

func (p *parser) comparison(free bool) (*Expr, *Error) {
	left, err := p.term(free)
	if err != nil {
		return nil, err
	}
	op, isOp := p.comparisonOp()
	switch {
	case left.expr != nil:
		return p.booleanResult(left, op, isOp)
	case !isOp && left.prop != nil && left.prop.Type == Bool:
		return p.leaf(Eq, left, &token{kind: tokLiteral, pos: left.pos, lit: Literal{Kind: KindBool, Bool: true}})
	case !isOp:
		return nil, p.fail("An operator is missing here.", "Use eq, ne, gt, ge, lt, le or in.")
	}
	at := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	if op == In {
		return p.in(left)
	}
	right, err := p.term(false)
	if err != nil {
		return nil, err
	}
	switch {
	case left.prop != nil && right.lit != nil:
		return p.leaf(op, left, right.lit)
	case left.lit != nil && right.prop != nil:
		return p.leaf(mirror(op), right, left.lit)
	}
	return nil, p.lex.fail(at, "A comparison needs a property on one side and a constant on the other.", "")
}

// booleanResult lets a Boolean expression be compared with true or false, as
// several clients write: contains(serialNumber,'5') eq true.
func (p *parser) booleanResult(left term, op Op, isOp bool) (*Expr, *Error) {
	if !isOp {
		return left.expr, nil
	}
	if op != Eq && op != Ne {
		return nil, p.fail("A condition can only be compared with true or false, by eq or ne.", "")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.term(false)
	if err != nil {
		return nil, err
	}
	if right.lit == nil || right.lit.lit.Kind != KindBool {
		return nil, p.lex.fail(right.pos, "A condition can only be compared with true or false.", "")
	}
	if right.lit.lit.Bool == (op == Eq) {
		return left.expr, nil
	}
	// It is a not in another coat: same level, same count, same rule.
	p.needAdvanced("not")
	if p.depth < 1+left.expr.levels() {
		return nil, p.tooDeep()
	}
	if err := p.count(); err != nil {
		return nil, err
	}
	return negate(left.expr), nil
}

func mirror(op Op) Op {
	switch op {
	case Gt:
		return Lt
	case Ge:
		return Le
	case Lt:
		return Gt
	case Le:
		return Ge
	default:
		return op
	}
}

func (p *parser) comparisonOp() (Op, bool) {
	if p.tok.kind == tokWord {
		for op := Eq; op <= In; op++ {
			if strings.EqualFold(p.tok.text, op.String()) {
				return op, true
			}
		}
	}
	return 0, false
}

func (p *parser) term(free bool) (term, *Error) {
	start := p.tok
	switch {
	case start.kind == tokLiteral:
		return term{pos: start.pos, lit: &start}, p.advance()
	case p.isPunct("("):
		e, err := p.group(free)
		return term{pos: start.pos, expr: e}, err
	case start.kind != tokWord:
		return term{}, p.fail("A property, a function or a constant is missing here.", "")
	}
	if lit, ok := wordLiteral(start.text); ok {
		start.lit, start.kind = lit, tokLiteral
		return term{pos: start.pos, lit: &start}, p.advance()
	}
	if err := p.advance(); err != nil {
		return term{}, err
	}
	if p.isPunct("(") {
		return p.function(start)
	}
	return p.path(start)
}

func wordLiteral(word string) (Literal, bool) {
	switch strings.ToLower(word) {
	case "null":
		return Literal{}, true
	case "true":
		return Literal{Kind: KindBool, Bool: true}, true
	case "false":
		return Literal{Kind: KindBool}, true
	}
	return Literal{}, false
}

// path reads name/name/…; a last name any or all before a parenthesis is a lambda.
func (p *parser) path(first token) (term, *Error) {
	if p.variable != "" {
		return p.elementTerm(first)
	}
	name := first.text
	for p.isPunct("/") {
		if err := p.advance(); err != nil {
			return term{}, err
		}
		part := p.tok
		if part.kind != tokWord {
			return term{}, p.fail("A name is missing after the slash.", "")
		}
		if err := p.advance(); err != nil {
			return term{}, err
		}
		if op, ok := lambdaOp(part.text); ok && p.isPunct("(") {
			return p.lambda(op, name, first.pos)
		}
		name += "/" + part.text
	}
	prop, ok := p.table.visible(name, p.opt.Beta)
	if !ok {
		return term{}, &Error{Code: CodeUnknownProperty, Option: "$filter", Pos: column(p.lex.text, first.pos), Message: quoteShort(name) + " is not a property of " + p.table.Name + ".", Remedy: p.filterable()}
	}
	return term{pos: first.pos, prop: prop}, nil
}

func (p *parser) filterable() string {
	if names := p.table.names(p.opt.Beta, func(q *Property) bool { return q.Filter }); names != "" {
		return "Filter on one of: " + names + "."
	}
	return ""
}

func (p *parser) advance() (err *Error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) isWord(word string) bool {
	return p.tok.kind == tokWord && strings.EqualFold(p.tok.text, word)
}

func (p *parser) isPunct(c string) bool { return p.tok.kind == tokPunct && p.tok.text == c }

func (p *parser) expect(c string) *Error {
	if !p.isPunct(c) {
		return p.fail(fmt.Sprintf("A %q is missing here.", c), "")
	}
	return p.advance()
}

func (p *parser) fail(message, remedy string) *Error { return p.lex.fail(p.tok.pos, message, remedy) }

func (p *parser) enter() *Error {
	if p.depth == 0 {
		return p.tooDeep()
	}
	p.depth--
	return nil
}

func (p *parser) tooDeep() *Error {
	return &Error{Code: CodeTooDeep, Option: "$filter", Pos: column(p.lex.text, p.tok.pos), Message: fmt.Sprintf("The filter nests deeper than %d levels.", orDefault(p.opt.MaxDepth, DefaultMaxDepth)), Remedy: "Use fewer parentheses, or in (…) for a list of values."}
}

func (p *parser) leave() { p.depth++ }

// count takes one condition or value off the budget.
func (p *parser) count() *Error {
	if p.nodes--; p.nodes < 0 {
		return &Error{Code: CodeTooComplex, Option: "$filter", Pos: column(p.lex.text, p.tok.pos), Message: fmt.Sprintf("The filter has more than %d conditions and values.", orDefault(p.opt.MaxNodes, DefaultMaxNodes)), Remedy: "Split it into several requests."}
	}
	return nil
}

func (p *parser) needAdvanced(what string) {
	if p.advanced == "" {
		p.advanced = what
	}
}
