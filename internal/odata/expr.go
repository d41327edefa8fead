package odata

import (
	"strconv"
	"strings"
	"time"
)

// Op is the operator of an Expr.
type Op int

// The operators. And and Or have two or more Args, Not one; the comparisons
// have Property and Value, In has Property and Values; Any and All have
// Property and one Arg (Any with no Arg asks for a non-empty collection).
const (
	And Op = iota + 1
	Or
	Not
	Eq
	Ne
	Gt
	Ge
	Lt
	Le
	In
	Contains
	StartsWith
	EndsWith
	Any
	All
)

var opNames = [...]string{"", "and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in", "contains", "startswith", "endswith", "any", "all"}

// String is the operator as $filter spells it.
func (o Op) String() string {
	if o < 0 || int(o) >= len(opNames) {
		return "unknown"
	}
	return opNames[o]
}

// Kind says which field of a Literal holds its value.
type Kind int

// The literal kinds. A KindGUID literal has its text, in lower case, in String.
const (
	KindNull Kind = iota
	KindString
	KindBool
	KindInt
	KindTime
	KindGUID
)

// Literal is a constant in a filter, already converted to the property's type:
// an Enum property gets a KindString in Graph's spelling, a GUID property a KindGUID.
type Literal struct {
	Kind   Kind
	String string
	Bool   bool
	Int    int64
	Time   time.Time // UTC
}

// IsNull reports whether the literal is null.
func (l Literal) IsNull() bool { return l.Kind == KindNull }

// Expr is a filter as a tree. Inside the Arg of Any and All a nil Property is
// the element of the collection.
type Expr struct {
	Op       Op
	Property *Property
	Value    Literal
	Values   []Literal
	Args     []*Expr
}

// Walk calls visit for the expression and everything below it.
func (e *Expr) Walk(visit func(*Expr)) {
	visit(e)
	for _, a := range e.Args {
		a.Walk(visit)
	}
}

// String renders the filter in canonical form; parsing it again gives the same text.
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *Expr) write(b *strings.Builder) {
	switch e.Op {
	case And, Or:
		for i, a := range e.Args {
			if i > 0 {
				b.WriteString(" " + e.Op.String() + " ")
			}
			if e.Op == And && a.Op == Or {
				a.writeGroup(b)
			} else {
				a.write(b)
			}
		}
	case Not:
		b.WriteString("not ")
		e.Args[0].writeGroup(b)
	case Contains, StartsWith, EndsWith:
		b.WriteString(e.Op.String() + "(" + e.subject() + ",")
		e.Value.write(b)
		b.WriteString(")")
	case In:
		b.WriteString(e.subject() + " in (")
		for i, v := range e.Values {
			if i > 0 {
				b.WriteString(",")
			}
			v.write(b)
		}
		b.WriteString(")")
	case Any, All:
		b.WriteString(e.subject() + "/" + e.Op.String() + "(")
		if len(e.Args) > 0 {
			b.WriteString(element + ":")
			e.Args[0].write(b)
		}
		b.WriteString(")")
	default:
		b.WriteString(e.subject() + " " + e.Op.String() + " ")
		e.Value.write(b)
	}
}

func (e *Expr) writeGroup(b *strings.Builder) {
	b.WriteString("(")
	e.write(b)
	b.WriteString(")")
}

// levels is how deep the canonical form nests, in the count of the parser.
func (e *Expr) levels() int {
	deepest := 0
	for _, a := range e.Args {
		n := a.levels()
		if e.Op == And && a.Op == Or {
			n++
		}
		deepest = max(deepest, n)
	}
	if e.Op == Not || e.Op == Any || e.Op == All {
		deepest++
	}
	return deepest
}

// element is the canonical name of a lambda's variable.
const element = "p"

func (e *Expr) subject() string {
	if e.Property == nil {
		return element
	}
	return e.Property.Name
}

func (l Literal) write(b *strings.Builder) {
	switch l.Kind {
	case KindNull:
		b.WriteString("null")
	case KindString:
		b.WriteString("'" + strings.ReplaceAll(l.String, "'", "''") + "'")
	case KindBool:
		b.WriteString(strconv.FormatBool(l.Bool))
	case KindInt:
		b.WriteString(strconv.FormatInt(l.Int, 10))
	case KindTime:
		b.WriteString(l.Time.UTC().Format(time.RFC3339Nano))
	case KindGUID:
		b.WriteString(l.String)
	}
}

// join makes one And or Or of the parts and flattens parts of the same operator.
func join(op Op, parts []*Expr) *Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	e := &Expr{Op: op}
	for _, p := range parts {
		if p.Op == op {
			e.Args = append(e.Args, p.Args...)
		} else {
			e.Args = append(e.Args, p)
		}
	}
	return e
}

// negate wraps in Not, or takes a Not off.
func negate(e *Expr) *Expr {
	if e.Op == Not {
		return e.Args[0]
	}
	return &Expr{Op: Not, Args: []*Expr{e}}
}
