package odata

import (
	"slices"
	"strings"
)

// fits lists the operators that make sense for each type.
var fits = map[Type][]Op{
	String: {Eq, Ne, Gt, Ge, Lt, Le, In, Contains, StartsWith, EndsWith},
	Bool:   {Eq, Ne, In},
	Int:    {Eq, Ne, Gt, Ge, Lt, Le, In},
	Time:   {Eq, Ne, Gt, Ge, Lt, Le, In},
	GUID:   {Eq, Ne, In},
	Enum:   {Eq, Ne, In},
	// A collection is looked into, never compared.
	Strings: {Any, All},
	// Only with null; see convert.
	Binary:  {Eq, Ne},
	Complex: {Eq, Ne},
}

// advancedOps need an advanced query on directory objects (Graph page
// "Advanced query capabilities on Microsoft Entra ID objects"). contains is
// not offered there at all by Microsoft; here it is, under the same condition.
var advancedOps = []Op{Ne, EndsWith, Contains, All}

// allowed checks that the property can be filtered with this operator.
func (p *parser) allowed(op Op, prop *Property, pos int) *Error {
	fault := &Error{Option: "$filter", Pos: column(p.lex.text, pos)}
	switch {
	case !prop.Filter:
		fault.Code, fault.Message, fault.Remedy = CodePropertyNotFilterable, quoteShort(prop.Name)+" cannot be used in $filter.", p.filterable()
		return fault
	case !slices.Contains(fits[prop.Type], op):
		fault.Code, fault.Message = CodeUnsupportedOperator, quoteShort(prop.Name)+" is "+prop.Type.String()+" and cannot be used with "+op.String()+"."
		fault.Remedy = "Use " + opList(fits[prop.Type]) + "."
		return fault
	case len(prop.Ops) > 0 && !slices.Contains(prop.Ops, op):
		fault.Code, fault.Message = CodeUnsupportedOperator, quoteShort(prop.Name)+" cannot be used with "+op.String()+"."
		fault.Remedy = "Use " + opList(prop.Ops) + "."
		return fault
	}
	if slices.Contains(advancedOps, op) && prop != elementProperty {
		p.needAdvanced(op.String())
	}
	if prop.Advanced {
		p.needAdvanced(quoteShort(prop.Name))
	}
	return nil
}

func opList(ops []Op) string {
	names := make([]string, len(ops))
	for i, op := range ops {
		names[i] = op.String()
	}
	return strings.Join(names, ", ")
}

// leaf makes one typed comparison.
func (p *parser) leaf(op Op, left term, right *token) (*Expr, *Error) {
	if err := p.allowed(op, left.prop, left.pos); err != nil {
		return nil, err
	}
	if err := p.count(); err != nil {
		return nil, err
	}
	lit, err := p.convert(left.prop, right)
	if err != nil {
		return nil, err
	}
	if lit.IsNull() && op != Eq && op != Ne {
		return nil, p.lex.fail(right.pos, "null can only be used with eq and ne.", "")
	}
	return &Expr{Op: op, Property: exported(left.prop), Value: lit}, nil
}

// exported hides the element's stand-in: callers see nil.
func exported(prop *Property) *Property {
	if prop == elementProperty {
		return nil
	}
	return prop
}

// in reads the list after the word in.
func (p *parser) in(left term) (*Expr, *Error) {
	if left.prop == nil {
		return nil, p.lex.fail(left.pos, "Only a property can be searched for in a list.", "Write it as displayName in ('a','b').")
	}
	if err := p.allowed(In, left.prop, left.pos); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	e := &Expr{Op: In, Property: exported(left.prop)}
	for {
		if err := p.count(); err != nil {
			return nil, err
		}
		item := p.tok
		if lit, ok := wordLiteral(item.text); ok && item.kind == tokWord {
			item.kind, item.lit = tokLiteral, lit
		}
		if item.kind != tokLiteral {
			return nil, p.fail("A constant is missing in the list.", "")
		}
		lit, err := p.convert(left.prop, &item)
		if err != nil {
			return nil, err
		}
		if lit.IsNull() {
			return nil, p.lex.fail(item.pos, "null can only be used with eq and ne.", "")
		}
		e.Values = append(e.Values, lit)
		if err := p.advance(); err != nil {
			return nil, err
		}
		if !p.isPunct(",") {
			return e, p.expect(")")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// convert brings a constant to the property's type, or says what it should have been.
func (p *parser) convert(prop *Property, t *token) (Literal, *Error) {
	lit := t.lit
	if lit.IsNull() {
		return lit, nil
	}
	switch prop.Type {
	case String:
		// Ids are strings in Graph's metadata, yet clients write them bare.
		if lit.Kind == KindGUID {
			return Literal{Kind: KindString, String: lit.String}, nil
		}
		if lit.Kind == KindString && t.typ == "" {
			return lit, nil
		}
	case Bool:
		if lit.Kind == KindBool {
			return lit, nil
		}
	case Int:
		if lit.Kind == KindInt {
			return lit, nil
		}
	case Time:
		if lit.Kind == KindTime {
			return lit, nil
		}
		if at, ok := parseTime(lit.String); ok && lit.Kind == KindString {
			return Literal{Kind: KindTime, Time: at}, nil
		}
	case GUID:
		if lit.Kind == KindGUID {
			return lit, nil
		}
		if lit.Kind == KindString && isGUID(lit.String) {
			return Literal{Kind: KindGUID, String: strings.ToLower(lit.String)}, nil
		}
	case Enum:
		if lit.Kind == KindString {
			return p.enumMember(prop, t)
		}
	case Strings, Binary, Complex:
		// Only null, which is handled above.
	}
	return lit, p.lex.fail(t.pos, quoteShort(prop.Name)+" is "+prop.Type.String()+" and cannot be compared with this constant.", example(prop.Type))
}

func (p *parser) enumMember(prop *Property, t *token) (Literal, *Error) {
	if member, ok := prop.member(t.lit.String); ok {
		return Literal{Kind: KindString, String: member}, nil
	}
	return Literal{}, p.lex.fail(t.pos, quoteShort(t.lit.String)+" is not a value of "+prop.Name+".", "Use one of: "+strings.Join(prop.Enum, ", ")+".")
}

func example(t Type) string {
	switch t {
	case String:
		return "Put text in single quotes."
	case Bool:
		return "Write true or false, without quotes."
	case Int:
		return "Write the number without quotes."
	case Time:
		return "Write times as 2026-01-31T08:00:00Z."
	case GUID:
		return "Write all 36 characters of the GUID."
	case Enum:
		return "Write the value in single quotes."
	case Strings, Binary, Complex:
	}
	return "Compare it with null."
}
