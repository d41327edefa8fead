package sqlstore

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"taxiway/internal/odata"
)

const (
	sqlTrue  = "(1 = 1)"
	sqlFalse = "(1 = 0)"
	sqlNull  = "(1 = NULL)" // a Boolean null on both engines
)

// condition writes a filter as an SQL condition with the meaning of
// odata.Expr.Match, three values included. ok is false when SQL cannot say
// exactly that; the caller then asks Match itself. negated tells that the
// condition stands under a not: only there does null differ from false.
func condition(b *builder, columns columnMap, e *odata.Expr, negated bool) (sql string, ok bool) {
	switch e.Op {
	case odata.And, odata.Or:
		parts := make([]string, len(e.Args))
		for i, a := range e.Args {
			if parts[i], ok = condition(b, columns, a, negated); !ok {
				return "", false
			}
		}
		return "(" + strings.Join(parts, map[odata.Op]string{odata.And: " AND ", odata.Or: " OR "}[e.Op]) + ")", true
	case odata.Not:
		inner, ok := condition(b, columns, e.Args[0], true)
		return "(NOT " + inner + ")", ok
	default:
		return leafCondition(b, columns[e.Property.Name], e, negated)
	}
}

func leafCondition(b *builder, c column, e *odata.Expr, negated bool) (sql string, ok bool) {
	switch c.kind {
	case colText:
		return textCondition(b, c, e, negated)
	case colID:
		return idCondition(b, c, e)
	case colTime:
		return timeCondition(b, c, e)
	case colInt:
		return intCondition(b, c, e)
	case colCode:
		return codeCondition(c, e), true
	case colPhysicalIDs:
		return physicalCondition(b, c, e)
	default:
		return "", false
	}
}

// textCondition compares folded text. Where the column is nullable the empty
// text is null: equal to nothing, and neither above, below nor inside anything.
func textCondition(b *builder, c column, e *odata.Expr, negated bool) (string, bool) {
	want := odata.Fold(e.Value.String)
	if !c.folded && !ascii(want) {
		return "", false
	}
	present, subject := "", c.expr
	if c.null {
		present = " AND " + c.expr + " <> ''"
		subject = "NULLIF(" + c.expr + ", '')"
	}
	switch e.Op {
	case odata.Eq, odata.Ne:
		return "(" + c.expr + sqlOp[e.Op] + b.arg(want) + ")", true
	case odata.Gt, odata.Ge, odata.Lt, odata.Le:
		return "(" + c.expr + sqlOp[e.Op] + b.arg(want) + present + ")", true
	case odata.In:
		return textList(b, c, e.Values)
	case odata.StartsWith:
		if c.null && negated {
			return "(" + findText(b, subject, want) + " = 1)", true
		}
		return "(" + prefixRange(b, c.expr, want) + present + ")", true
	case odata.Contains:
		return "(" + findText(b, subject, want) + " > 0)", true
	case odata.EndsWith:
		n := strconv.Itoa(utf8.RuneCountInString(want))
		return "(LENGTH(" + subject + ") >= " + n + " AND SUBSTR(" + subject + ", LENGTH(" + subject + ") - " + n + " + 1) = " + b.arg(want) + ")", true
	default:
		return "", false
	}
}

func textList(b *builder, c column, values []odata.Literal) (string, bool) {
	places := make([]string, len(values))
	for i, v := range values {
		want := odata.Fold(v.String)
		if !c.folded && !ascii(want) {
			return "", false
		}
		places[i] = b.arg(want)
	}
	return "(" + c.expr + " IN (" + strings.Join(places, ", ") + "))", true
}

var sqlOp = map[odata.Op]string{odata.Eq: " = ", odata.Ne: " <> ", odata.Gt: " > ", odata.Ge: " >= ", odata.Lt: " < ", odata.Le: " <= "}

// findText is where a text begins in another, counted from 1; 0 is nowhere.
// LIKE would need escapes, and SQLite's ignores case.
func findText(b *builder, in, want string) string {
	if b.d.bytesID {
		return "INSTR(" + in + ", " + b.arg(want) + ")"
	}
	return "STRPOS(" + in + ", " + b.arg(want) + ")"
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0
}

// prefixRange is startswith as a range, which both engines answer from an
// index: text sorts by bytes, and UTF-8 keeps the order of code points.
func prefixRange(b *builder, expr, prefix string) string {
	if prefix == "" {
		return sqlTrue
	}
	from := expr + " >= " + b.arg(prefix)
	if end := afterPrefix(prefix); end != "" {
		return from + " AND " + expr + " < " + b.arg(end)
	}
	return from
}

// afterPrefix is the least text above every text with this prefix; empty when
// there is none.
func afterPrefix(prefix string) string {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch r {
		case utf8.MaxRune:
			continue
		case 0xD7FF: // the surrogates are no text
			return prefix + string(rune(0xE000))
		default:
			return prefix + string(r+1)
		}
	}
	return ""
}

// idCondition compares GUIDs. A text that is no GUID equals none.
func idCondition(b *builder, c column, e *odata.Expr) (string, bool) {
	switch e.Op {
	case odata.Eq, odata.Ne:
		id, ok := c.id(b.d, e.Value)
		if !ok {
			return boolSQL(e.Op == odata.Ne), true
		}
		return "(" + c.expr + sqlOp[e.Op] + b.arg(id) + ")", true
	case odata.In:
		var places []string
		for _, v := range e.Values {
			if id, ok := c.id(b.d, v); ok && !v.IsNull() {
				places = append(places, b.arg(id))
			}
		}
		if places == nil {
			return sqlFalse, true
		}
		return "(" + c.expr + " IN (" + strings.Join(places, ", ") + "))", true
	case odata.Contains, odata.StartsWith, odata.EndsWith:
		// A whole GUID, as $search sends it, can only be all of the id.
		if id, ok := c.id(b.d, e.Value); ok && len(e.Value.String) == 36 && !c.null {
			return "(" + c.expr + " = " + b.arg(id) + ")", true
		}
		return "", false
	default:
		return "", false
	}
}

// id reads a literal as a bound GUID; ok is false when it is not one.
func (c *column) id(d *dialect, l odata.Literal) (any, bool) {
	text := strings.ToLower(l.String)
	switch {
	case l.IsNull():
		return idArg(d, ""), c.null
	case c.nilGUID && text == uuid.Nil.String(), !c.nilGUID && !c.null && text == "":
		return idArg(d, ""), true
	case len(text) != len(uuid.Nil.String()) || text == uuid.Nil.String():
		return nil, false
	}
	id := idArg(d, text)
	return id, id != nil
}

func boolSQL(b bool) string {
	if b {
		return sqlTrue
	}
	return sqlFalse
}

// timeCondition compares microseconds. Zero stands for no time: null where the
// column is nullable, else the year 1, as Graph writes it.
func timeCondition(b *builder, c column, e *odata.Expr) (string, bool) {
	present := ""
	if c.null {
		present = " AND " + c.expr + " <> 0"
	}
	switch e.Op {
	case odata.Eq, odata.Ne:
		if e.Value.IsNull() {
			if !c.null {
				return boolSQL(e.Op == odata.Ne), true
			}
			return "(" + c.expr + sqlOp[e.Op] + "0)", true
		}
		at, exact := timeBound(e.Value.Time)
		if !exact || c.null && at == 0 {
			return boolSQL(e.Op == odata.Ne), true
		}
		return "(" + c.expr + sqlOp[e.Op] + b.arg(at) + ")", true
	case odata.In:
		var places []string
		for _, v := range e.Values {
			if at, exact := timeBound(v.Time); exact && (!c.null || at != 0) {
				places = append(places, b.arg(at))
			}
		}
		if places == nil {
			return sqlFalse, true
		}
		return "(" + c.expr + " IN (" + strings.Join(places, ", ") + "))", true
	case odata.Gt, odata.Ge, odata.Lt, odata.Le:
		at, exact := timeBound(e.Value.Time)
		op := e.Op
		if !exact { // strictly between two stored values: "at or below" is "below"
			op = map[odata.Op]odata.Op{odata.Gt: odata.Gt, odata.Ge: odata.Gt, odata.Lt: odata.Le, odata.Le: odata.Le}[op]
		}
		return "(" + c.expr + sqlOp[op] + b.arg(at) + present + ")", true
	default:
		return "", false
	}
}

// timeBound gives the greatest stored value that is not after t, and whether
// it is t. Stored are 0, which means the zero time, and microseconds since 1970.
func timeBound(t time.Time) (at int64, exact bool) {
	switch {
	case t.IsZero():
		return 0, true
	case t.Before(time.Time{}):
		return math.MinInt64, false
	case t.Unix() < 0 || t.UnixMicro() == 0:
		return 0, false
	}
	at = t.UnixMicro()
	return at, time.UnixMicro(at).Equal(t)
}

func intCondition(b *builder, c column, e *odata.Expr) (string, bool) {
	switch e.Op {
	case odata.Eq, odata.Ne, odata.Gt, odata.Ge, odata.Lt, odata.Le:
		if e.Value.IsNull() {
			return boolSQL(e.Op == odata.Ne), true
		}
		return "(" + c.expr + sqlOp[e.Op] + b.arg(e.Value.Int) + ")", true
	case odata.In:
		places := make([]string, len(e.Values))
		for i, v := range e.Values {
			places[i] = b.arg(v.Int)
		}
		return "(" + c.expr + " IN (" + strings.Join(places, ", ") + "))", true
	default:
		return "", false
	}
}

// codeCondition asks Match about each value the column can have, so that a
// small closed set needs no second semantics at all.
func codeCondition(c column, e *odata.Expr) string {
	var yes, unknown []string
	not := &odata.Expr{Op: odata.Not, Args: []*odata.Expr{e}}
	for _, m := range c.domain {
		get := func(string) any { return m.value }
		switch {
		case e.Match(get):
			yes = append(yes, strconv.Itoa(m.code))
		case !not.Match(get):
			unknown = append(unknown, strconv.Itoa(m.code))
		}
	}
	sql := sqlFalse
	switch {
	case len(yes) == len(c.domain):
		return sqlTrue
	case len(yes) > 0:
		sql = "(" + c.expr + " IN (" + strings.Join(yes, ", ") + "))"
	}
	if len(unknown) > 0 {
		sql = "(CASE WHEN " + c.expr + " IN (" + strings.Join(unknown, ", ") + ") THEN " + sqlNull + " ELSE " + sql + " END)"
	}
	return sql
}
