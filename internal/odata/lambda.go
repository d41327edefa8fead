package odata

import "strings"

// elementProperty types the variable inside any(…) and all(…): only
// collections of strings are filtered.
var elementProperty = &Property{Name: element, Type: String, Filter: true}

func lambdaOp(word string) (Op, bool) {
	switch {
	case strings.EqualFold(word, "any"):
		return Any, true
	case strings.EqualFold(word, "all"):
		return All, true
	}
	return 0, false
}

// lambda reads (x:…) after name/any or name/all; any() alone asks for a
// non-empty collection.
func (p *parser) lambda(op Op, name string, pos int) (term, *Error) {
	prop, ok := p.table.visible(name, p.opt.Beta)
	if !ok {
		return term{}, &Error{Code: CodeUnknownProperty, Option: "$filter", Pos: column(p.lex.text, pos), Message: quoteShort(name) + " is not a property of " + p.table.Name + ".", Remedy: p.filterable()}
	}
	if err := p.allowed(op, prop, pos); err != nil {
		return term{}, err
	}
	if err := p.enter(); err != nil {
		return term{}, err
	}
	defer p.leave()
	if err := p.count(); err != nil {
		return term{}, err
	}
	if err := p.advance(); err != nil {
		return term{}, err
	}
	e := &Expr{Op: op, Property: prop}
	if op == Any && p.isPunct(")") {
		return term{pos: pos, expr: e}, p.advance()
	}
	variable := p.tok
	if variable.kind != tokWord {
		return term{}, p.fail("The variable of "+op.String()+" is missing here.", "Write it as "+prop.Name+"/"+op.String()+"(p:p eq 'x').")
	}
	if err := p.advance(); err != nil {
		return term{}, err
	}
	if err := p.expect(":"); err != nil {
		return term{}, err
	}
	p.variable = variable.text
	inner, err := p.or()
	p.variable = ""
	if err != nil {
		return term{}, err
	}
	e.Args = []*Expr{inner}
	return term{pos: pos, expr: e}, p.expect(")")
}

// elementTerm reads the lambda's variable; nothing else has a name in there.
func (p *parser) elementTerm(word token) (term, *Error) {
	if !strings.EqualFold(word.text, p.variable) || p.isPunct("/") {
		return term{}, p.lex.fail(word.pos, "Inside any and all only the variable "+quoteShort(p.variable)+" can be used.", "")
	}
	return term{pos: word.pos, prop: elementProperty}, nil
}

// function reads name(…): the three text tests, substringof of OData 2, and
// tolower and toupper, which change nothing because text compares without case.
func (p *parser) function(name token) (term, *Error) {
	op := Op(0)
	word := strings.ToLower(name.text)
	if p.inArgument && word != "tolower" && word != "toupper" {
		return term{}, p.lex.fail(name.pos, "Only tolower and toupper can stand inside a function.", "")
	}
	switch word {
	case "contains", "substringof":
		op = Contains
	case "startswith":
		op = StartsWith
	case "endswith":
		op = EndsWith
	case "tolower", "toupper":
		return p.caseless()
	default:
		return term{}, p.lex.fail(name.pos, quoteShort(name.text)+" is not a function this server knows.", "Use contains, startswith, endswith, tolower or toupper.")
	}
	if err := p.advance(); err != nil {
		return term{}, err
	}
	first, err := p.argument()
	if err != nil {
		return term{}, err
	}
	if err := p.expect(","); err != nil {
		return term{}, err
	}
	second, err := p.argument()
	if err != nil {
		return term{}, err
	}
	if err := p.expect(")"); err != nil {
		return term{}, err
	}
	// Clients of OData 2 put the text first; there is only one sensible reading.
	if first.lit != nil {
		first, second = second, first
	}
	if first.prop == nil || second.lit == nil {
		return term{}, p.lex.fail(name.pos, "The function "+op.String()+" needs a property and a text.", "Write it as "+op.String()+"(displayName,'x').")
	}
	e, err := p.leaf(op, first, second.lit)
	return term{pos: name.pos, expr: e}, err
}

// caseless reads the argument of tolower and toupper. They may nest, so they count as a level.
func (p *parser) caseless() (term, *Error) {
	if err := p.enter(); err != nil {
		return term{}, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return term{}, err
	}
	t, err := p.argument()
	if err != nil {
		return term{}, err
	}
	if t.prop != nil && t.prop.Type != String {
		return term{}, p.lex.fail(t.pos, quoteShort(t.prop.Name)+" is "+t.prop.Type.String()+", not a string.", "")
	}
	return t, p.expect(")")
}

// argument is a property or a constant, possibly in tolower or toupper.
func (p *parser) argument() (term, *Error) {
	if p.isPunct("(") {
		return term{}, p.fail("A property or a constant is missing here.", "")
	}
	defer func(outer bool) { p.inArgument = outer }(p.inArgument)
	p.inArgument = true
	t, err := p.term(false)
	if err == nil && t.expr != nil {
		err = p.lex.fail(t.pos, "A condition cannot be the argument of a function.", "")
	}
	return t, err
}
