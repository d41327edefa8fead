package odata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The page sizes of directory objects (Graph page "Paging Microsoft Graph
// data"), and how far $skip may go before paging by nextLink is the only way.
const (
	defaultTop     = 100
	defaultMaxTop  = 999
	defaultMaxSkip = 10_000
	maxOrderKeys   = 8
)

func (q *Query) readTop(v string, given bool, opt Options) *Error {
	limit := orDefault(opt.MaxTop, defaultMaxTop)
	q.Top = min(orDefault(opt.DefaultTop, defaultTop), limit)
	if !given {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < 1 || n > limit && !opt.ClampTop {
		return &Error{Code: CodeInvalidTop, Option: "$top", Message: quoteShort(v) + " is not a page size.", Remedy: fmt.Sprintf("Use a whole number from 1 to %d.", limit)}
	}
	q.Top = min(n, limit)
	return nil
}

func (q *Query) readSkip(v string, t *Table, opt Options) *Error {
	if t.Directory {
		return unsupported("$skip", "Follow @odata.nextLink.")
	}
	limit := orDefault(opt.MaxSkip, defaultMaxSkip)
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < 0 || n > limit {
		return &Error{Code: CodeInvalidSkip, Option: "$skip", Message: quoteShort(v) + " is not a number of objects that can be skipped.", Remedy: fmt.Sprintf("Use a whole number from 0 to %d, or follow @odata.nextLink.", limit)}
	}
	q.Skip = n
	return nil
}

func (q *Query) readCount(values map[string]string) (bool, *Error) {
	v, ok := values["$count"]
	switch {
	case !ok || strings.EqualFold(v, "false"):
		return false, nil
	case strings.EqualFold(v, "true"):
		return true, nil
	}
	return false, &Error{Code: CodeInvalidCount, Option: "$count", Message: quoteShort(v) + " is neither true nor false.", Remedy: "Use true or false."}
}

func (q *Query) readSelect(v string, t *Table, beta bool) *Error {
	if strings.TrimSpace(v) == "" {
		return nil
	}
	all := false
	for item := range strings.SplitSeq(v, ",") {
		item = strings.TrimSpace(item)
		switch item {
		case "":
			return &Error{Code: CodeInvalidSelect, Option: "$select", Message: "A property name is missing between commas.", Remedy: "Put one comma between two names."}
		case "*":
			all = true
			continue
		}
		name, ok := selectable(item, t, beta)
		if !ok {
			return &Error{Code: CodeUnknownProperty, Option: "$select", Message: quoteShort(item) + " is not a property of " + t.Name + ".", Remedy: "Select from: " + t.names(beta, func(*Property) bool { return true }) + "."}
		}
		if !slices.Contains(q.Select, name) {
			q.Select = append(q.Select, name)
		}
	}
	if all {
		q.Select = nil
	}
	return nil
}

// selectable resolves a name of $select: a property, a navigation, a member of
// a complex property (which selects the whole), or any of these behind a cast
// such as microsoft.graph.device/displayName.
func selectable(item string, t *Table, beta bool) (string, bool) {
	if cast, rest, ok := strings.Cut(item, "/"); ok && strings.HasPrefix(strings.ToLower(cast), castPrefix) {
		item = rest
	}
	if p, ok := t.visible(item, beta); ok {
		return p.Name, true
	}
	if n, ok := t.Navigation(item); ok {
		return n, true
	}
	if whole, _, ok := strings.Cut(item, "/"); ok {
		if p, ok := t.visible(whole, beta); ok && p.Type == Complex {
			return p.Name, true
		}
	}
	return "", false
}

func (q *Query) readOrderBy(v string, t *Table, beta, advanced bool) *Error {
	fail := func(code, message, remedy string) *Error {
		return &Error{Code: code, Option: "$orderby", Message: message, Remedy: remedy}
	}
	sortable := "Sort by one of: " + t.names(beta, func(p *Property) bool { return p.Sort }) + "."
	for key := range strings.SplitSeq(v, ",") {
		words := strings.Fields(key)
		if len(words) == 0 || len(words) > 2 {
			return fail(CodeInvalidOrderBy, quoteShort(key)+" is not a property with asc or desc.", "Write it as displayName desc.")
		}
		p, ok := t.visible(words[0], beta)
		if !ok {
			return fail(CodeUnknownProperty, quoteShort(words[0])+" is not a property of "+t.Name+".", sortable)
		}
		if !p.Sort {
			return fail(CodePropertyNotSortable, quoteShort(p.Name)+" cannot be used in $orderby.", sortable)
		}
		if (p.Advanced || p.AdvancedSort) && t.Directory && !advanced {
			return fail(CodeAdvancedQueryRequired, "Sorting by "+quoteShort(p.Name)+" needs an advanced query.", advancedRemedy)
		}
		o := Order{Property: p.Name}
		if len(words) == 2 {
			o.Desc = strings.EqualFold(words[1], "desc")
			if !o.Desc && !strings.EqualFold(words[1], "asc") {
				return fail(CodeInvalidOrderBy, quoteShort(words[1])+" is neither asc nor desc.", "")
			}
		}
		if slices.ContainsFunc(q.OrderBy, func(other Order) bool { return other.Property == o.Property }) {
			return fail(CodeInvalidOrderBy, quoteShort(p.Name)+" is sorted by twice.", "")
		}
		q.OrderBy = append(q.OrderBy, o)
	}
	if len(q.OrderBy) > maxOrderKeys {
		return fail(CodeTooComplex, fmt.Sprintf("More than %d properties to sort by.", maxOrderKeys), "")
	}
	return nil
}

func (q *Query) readExpand(v string, t *Table, opt Options) *Error {
	if strings.TrimSpace(v) == "" {
		return nil
	}
	for _, item := range splitOutside(v, ',') {
		name, nested, has := strings.Cut(strings.TrimSpace(item), "(")
		name = strings.TrimSpace(name)
		if name == "*" && !has {
			for _, n := range t.Navigations {
				q.addExpand(n)
				if err := q.readNested(n, "", false, t, opt); err != nil {
					return err
				}
			}
			continue
		}
		n, ok := t.Navigation(name)
		if !ok {
			return &Error{Code: CodeInvalidExpand, Option: "$expand", Message: quoteShort(name) + " cannot be expanded on " + t.Name + ".", Remedy: expandable(t)}
		}
		q.addExpand(n)
		if err := q.readNested(n, nested, has, t, opt); err != nil {
			return err
		}
	}
	return nil
}

// MostExpanded is how many objects a collection inside $expand shows (Graph
// page "Use query parameters to customize responses").
const MostExpanded = 20

// nestable are the options that may stand inside $expand, with a remedy for an
// object and for a collection.
var nestable = map[bool][]string{false: {"$select"}, true: {"$select", "$filter", "$orderby", "$top", "$count"}}

// readNested reads what stands in parentheses behind a navigation against the
// table of what it leads to.
func (q *Query) readNested(n, text string, given bool, t *Table, opt Options) *Error {
	target := Target{}
	if opt.Target != nil {
		target = opt.Target(t, n)
	}
	if target.Table == nil {
		if given {
			return &Error{Code: CodeInvalidExpand, Option: "$expand", Message: "Inside " + n + " no options are supported.", Remedy: "Expand " + n + " without parentheses."}
		}
		return nil
	}
	fail := func(message string) *Error {
		return &Error{Code: CodeInvalidExpand, Option: "$expand", Message: message, Remedy: "Use " + strings.Join(nestable[target.Many], ", ") + ", parted by semicolons: " + n + "($select=id)."}
	}
	values := map[string]string{}
	inner, closed := strings.CutSuffix(strings.TrimSpace(text), ")")
	if given && !closed {
		return fail("The parenthesis behind " + n + " is not closed.")
	}
	for _, part := range splitOutside(inner, ';') {
		option, value, _ := strings.Cut(part, "=")
		option = strings.ToLower(strings.TrimSpace(option))
		if option == "" && value == "" {
			continue
		}
		option = "$" + strings.TrimPrefix(option, "$")
		if !slices.Contains(nestable[target.Many], option) {
			return fail("The option " + quoteShort(option) + " is not supported inside " + n + ".")
		}
		if _, twice := values[option]; twice {
			return fail("The option " + option + " is given twice inside " + n + ".")
		}
		values[option] = strings.TrimSpace(value)
	}
	inside := &Query{table: target.Table}
	nested := Options{Beta: opt.Beta, Eventual: opt.Eventual, Single: !target.Many, DefaultTop: orDefault(target.Most, MostExpanded), MaxTop: orDefault(target.Most, MostExpanded), ClampTop: true, MaxDepth: opt.MaxDepth, MaxNodes: opt.MaxNodes}
	if err := inside.read(values, target.Table, nested); err != nil {
		// The place is inside $expand; what is said about it stays.
		return &Error{Code: err.Code, Option: "$expand", Message: "Inside " + n + ": " + err.Message, Remedy: err.Remedy}
	}
	if q.Expanded == nil {
		q.Expanded = make(map[string]*Query)
	}
	if q.Expanded[n] != nil && given {
		return fail(n + " is expanded twice.")
	}
	inside.given = inside.parts(values)
	q.Expanded[n] = inside
	return nil
}

func (q *Query) addExpand(name string) {
	if !slices.Contains(q.Expand, name) {
		q.Expand = append(q.Expand, name)
	}
}

func expandable(t *Table) string {
	if len(t.Navigations) == 0 {
		return "Nothing can be expanded here."
	}
	return "Expand one of: " + strings.Join(t.Navigations, ", ") + "."
}

// splitOutside splits at the separators that stand outside parentheses and
// quotes.
func splitOutside(v string, separator byte) []string {
	var out []string
	depth, start, quoted := 0, 0, false
	for i := range len(v) {
		switch c := v[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == separator && depth == 0:
			out = append(out, v[start:i])
			start = i + 1
		}
	}
	return append(out, v[start:])
}
