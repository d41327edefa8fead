package odata

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"
)

// truth is OData's three-valued Boolean.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// Match evaluates the filter for one object. get returns a property's value by
// its Graph name: nil for null, else a string (or a type made of one), bool, an
// integer, time.Time, or a slice of strings; a pointer counts as what it points
// to. Of a complex property only null or not null counts. It defines what a filter means; a store's SQL must agree with it.
func (e *Expr) Match(get func(property string) any) bool {
	return e.eval(func(p *Property) any { return plain(get(p.Name)) }, nil) == yes
}

func (e *Expr) eval(get func(*Property) any, item any) truth {
	switch e.Op {
	case And:
		result := yes
		for _, a := range e.Args {
			result = min(result, a.eval(get, item))
		}
		return result
	case Or:
		result := no
		for _, a := range e.Args {
			result = max(result, a.eval(get, item))
		}
		return result
	case Not:
		return yes - e.Args[0].eval(get, item)
	case Any, All:
		return e.evalLambda(get)
	default:
		value := item
		if e.Property != nil {
			value = get(e.Property)
		}
		return e.evalLeaf(value)
	}
}

// evalLambda folds the element expression over the collection: any is or, all is and.
func (e *Expr) evalLambda(get func(*Property) any) truth {
	items, _ := get(e.Property).([]string)
	if len(e.Args) == 0 {
		return truthOf(len(items) > 0)
	}
	if e.Op == Any {
		result := no
		for _, it := range items {
			result = max(result, e.Args[0].eval(get, it))
		}
		return result
	}
	result := yes
	for _, it := range items {
		result = min(result, e.Args[0].eval(get, it))
	}
	return result
}

func (e *Expr) evalLeaf(value any) truth {
	switch e.Op {
	case Eq:
		return truthOf(equal(value, e.Value))
	case Ne:
		return truthOf(!equal(value, e.Value))
	case In:
		return truthOf(slices.ContainsFunc(e.Values, func(l Literal) bool { return equal(value, l) }))
	case Gt, Ge, Lt, Le:
		c, ok := compare(value, e.Value)
		switch {
		case !ok:
			return no
		case e.Op == Gt:
			return truthOf(c > 0)
		case e.Op == Ge:
			return truthOf(c >= 0)
		case e.Op == Lt:
			return truthOf(c < 0)
		}
		return truthOf(c <= 0)
	default:
		return e.evalText(value)
	}
}

func (e *Expr) evalText(value any) truth {
	text, ok := value.(string)
	if !ok {
		return unknown
	}
	have, want := Fold(text), Fold(e.Value.String)
	switch e.Op {
	case Contains:
		return truthOf(strings.Contains(have, want))
	case StartsWith:
		return truthOf(strings.HasPrefix(have, want))
	case EndsWith:
		return truthOf(strings.HasSuffix(have, want))
	default:
		return unknown
	}
}

func equal(value any, l Literal) bool {
	if l.IsNull() {
		return value == nil
	}
	c, ok := compare(value, l)
	return ok && c == 0
}

// compare orders a value against a literal; ok is false for null and for kinds that do not meet.
func compare(value any, l Literal) (order int, ok bool) {
	switch v := value.(type) {
	case string:
		if l.Kind == KindString || l.Kind == KindGUID {
			return cmp.Compare(Fold(v), Fold(l.String)), true
		}
	case int64:
		if l.Kind == KindInt {
			return cmp.Compare(v, l.Int), true
		}
	case time.Time:
		if l.Kind == KindTime {
			return v.Compare(l.Time), true
		}
	case bool:
		if l.Kind == KindBool {
			return cmp.Compare(bit(v), bit(l.Bool)), true
		}
	}
	return 0, false
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plain brings a value to nil, string, bool, int64, time.Time or []string.
func plain(value any) any {
	switch v := value.(type) {
	case nil, string, bool, int64, time.Time, []string:
		return v
	}
	r := reflect.ValueOf(value)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil
		}
		return plain(r.Elem().Interface())
	case reflect.String:
		return r.String()
	case reflect.Bool:
		return r.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.String {
			out := make([]string, r.Len())
			for i := range out {
				out[i] = r.Index(i).String()
			}
			return out
		}
	default:
	}
	return value // a complex value: only whether it is null counts
}
