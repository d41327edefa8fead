package odata

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options says how a resource takes queries. The zero value is an unpaged v1.0
// collection with Graph's directory page sizes.
type Options struct {
	Beta     bool // served under /beta
	Eventual bool // the request has ConsistencyLevel: eventual
	Single   bool // one object, not a collection: only $select and $expand

	// Target tells what a navigation leads to, for the options inside $expand;
	// without it, or for a navigation it does not know, there are none.
	Target func(t *Table, navigation string) Target

	DefaultTop int  // page size when $top is absent; 0 is 100
	MaxTop     int  // 0 is 999
	ClampTop   bool // a larger $top is lowered instead of refused
	MaxSkip    int  // 0 is 10,000; deeper pages are reached by nextLink
	MaxDepth   int  // of $filter and $search; 0 is DefaultMaxDepth
	MaxNodes   int  // of $filter and $search; 0 is DefaultMaxNodes

	// Signer makes and checks $skiptoken; without one the option is refused.
	// A token is bound to the next three; Resource is the path of the collection.
	Signer    *Signer
	Tenant    string
	Principal string
	Resource  string
	Now       time.Time     // the server's clock
	TokenLife time.Duration // 0 is 24 hours
}

// Target is what a navigation leads to.
type Target struct {
	Table *Table
	Many  bool // a collection
	Most  int  // how many of a collection are shown
}

// Order is one key of $orderby.
type Order struct {
	Property string // Graph's spelling
	Desc     bool
}

// Query is a checked query. Names are in Graph's spelling whatever the client sent.
type Query struct {
	Filter     *Expr             // nil is everything
	Search     string            // $search as sent
	SearchExpr *Expr             // what Search means as a filter; see Where
	Select     []string          // nil is all properties but those marked OnSelect
	Expand     []string          //
	Expanded   map[string]*Query // what is wanted of each navigation in Expand that leads to a known table
	OrderBy    []Order           // the store adds the id as the last key
	Top        int               // page size, at least 1
	Skip       int               // first page only; 0 when After is set
	Count      bool              // put @odata.count on this page
	After      *Cursor           // start behind this position; nil is the beginning
	Raw        string            // the query in canonical form, without $skiptoken

	given   []string // of a query inside $expand, its options in canonical form
	table   *Table
	signer  *Signer
	binding Binding
	expiry  time.Time
}

// Where is $filter and $search together; nil is everything.
func (q *Query) Where() *Expr {
	switch {
	case q.SearchExpr == nil:
		return q.Filter
	case q.Filter == nil:
		return q.SearchExpr
	}
	return join(And, []*Expr{q.Filter, q.SearchExpr})
}

// Wants reports whether a property belongs in the answer.
func (q *Query) Wants(property string) bool {
	if q.Select != nil {
		return slices.ContainsFunc(q.Select, func(s string) bool { return strings.EqualFold(s, property) })
	}
	p, ok := q.table.Find(property)
	return !ok || !p.OnSelect
}

// Expands reports whether a navigation belongs in the answer.
func (q *Query) Expands(navigation string) bool {
	return slices.ContainsFunc(q.Expand, func(s string) bool { return strings.EqualFold(s, navigation) })
}

// Next is the query of the nextLink, to be put behind the collection's absolute
// URL and a question mark. It is empty without Options.Signer.
func (q *Query) Next(c Cursor) string {
	if q.signer == nil {
		return ""
	}
	token := "$skiptoken=" + q.signer.Sign(c, q.binding, q.expiry)
	if q.Raw == "" {
		return token
	}
	return q.Raw + "&" + token
}

// known are the system query options; those that are false are refused by name.
var known = map[string]bool{
	"$filter": true, "$select": true, "$expand": true, "$orderby": true, "$top": true, "$skip": true,
	"$count": true, "$search": true, "$skiptoken": true, "$format": true,
	"$apply": false, "$compute": false, "$deltatoken": false, "$index": false, "$schemaversion": false, "$levels": false, "$inlinecount": false,
}

// ParseQuery reads the raw query string of a URL. Option names come with or
// without the dollar sign and in any case; names that are no query option at
// all are ignored, as OData 4.01 asks for custom options. The error is an *Error.
func ParseQuery(raw string, t *Table, opt Options) (*Query, error) {
	values, err := splitQuery(raw)
	if err != nil {
		return nil, err
	}
	q := &Query{table: t}
	if err := q.read(values, t, opt); err != nil {
		return nil, err
	}
	q.Raw = q.canonical(values)
	q.signer = opt.Signer
	q.binding = Binding{Tenant: opt.Tenant, Principal: opt.Principal, Resource: t.Name + " " + strings.ToLower(opt.Resource), Query: q.Raw}
	life := opt.TokenLife
	if life <= 0 {
		life = 24 * time.Hour
	}
	q.expiry = opt.Now.Add(life)
	token, ok := values["$skiptoken"]
	if !ok {
		return q, nil
	}
	if opt.Signer == nil {
		return nil, unsupported("$skiptoken", "Ask for the first page.")
	}
	c, verr := opt.Signer.Verify(token, q.binding, opt.Now)
	if verr != nil {
		return nil, verr
	}
	q.After, q.Skip, q.Count = &c, 0, false
	return q, nil
}

func (q *Query) read(values map[string]string, t *Table, opt Options) *Error {
	if opt.Single {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if name != "$select" && name != "$expand" && name != "$format" {
				return unsupported(name, "A single object takes $select and $expand only.")
			}
		}
	}
	if f, ok := values["$format"]; ok && !strings.EqualFold(f, "json") && !strings.HasPrefix(strings.ToLower(f), "application/json") {
		return unsupported("$format", "Only JSON is served.")
	}
	counted, err := q.readCount(values)
	if err != nil {
		return err
	}
	advanced := opt.Eventual && counted
	// Graph ignores $count on directory objects without the header.
	q.Count = counted && (opt.Eventual || !t.Directory)
	steps := []struct {
		option string
		read   func(string) *Error
	}{
		{"$filter", func(v string) (err *Error) { q.Filter, err = parseFilter(v, t, opt, advanced); return err }},
		{"$search", func(v string) *Error { return q.readSearch(v, t, opt) }},
		{"$select", func(v string) *Error { return q.readSelect(v, t, opt.Beta) }},
		{"$expand", func(v string) *Error { return q.readExpand(v, t, opt) }},
		{"$orderby", func(v string) *Error { return q.readOrderBy(v, t, opt.Beta, advanced) }},
		{"$skip", func(v string) *Error { return q.readSkip(v, t, opt) }},
	}
	for _, s := range steps {
		if v, ok := values[s.option]; ok {
			if err := s.read(v); err != nil {
				return err
			}
		}
	}
	if q.Filter != nil && q.OrderBy != nil && t.Directory && !advanced {
		return &Error{Code: CodeAdvancedQueryRequired, Option: "$orderby", Message: "Sorting a filtered list needs an advanced query on this resource.", Remedy: advancedRemedy}
	}
	top, given := values["$top"]
	return q.readTop(top, given, opt)
}

func unsupported(option, remedy string) *Error {
	return &Error{Code: CodeUnsupportedQueryOption, Option: strings.Trim(option, "'"), Message: "The query option " + option + " is not supported here.", Remedy: remedy}
}

// CheckOptions refuses query options that do not exist or are not served, for
// what reads none: a misspelt option must not look like success.
func CheckOptions(raw string) error {
	_, err := splitQuery(raw)
	return err
}

// splitQuery decodes the options by hand: url.ParseQuery refuses a semicolon,
// which is ordinary text inside $filter and $expand.
func splitQuery(raw string) (map[string]string, error) {
	values := make(map[string]string)
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			return nil, &Error{Code: CodeInvalidQuery, Message: "The query option name " + quoteShort(k) + " has a broken percent escape."}
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if !strings.HasPrefix(name, "$") {
			name = "$" + name
			if supported := known[name]; !supported {
				continue // a custom option: api-version, a cache buster
			}
		}
		supported, isKnown := known[name]
		switch {
		case !isKnown:
			return nil, unsupported(quoteShort(name), "Use $filter, $select, $expand, $orderby, $top, $skip, $count or $search.")
		case !supported:
			return nil, unsupported(name, "")
		}
		if _, twice := values[name]; twice {
			return nil, &Error{Code: CodeInvalidQuery, Option: name, Message: "The query option is given twice.", Remedy: "Give it once; join conditions with and."}
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, &Error{Code: CodeInvalidQuery, Option: name, Message: "The value has a broken percent escape.", Remedy: "Write a percent sign as %25."}
		}
		values[name] = value
	}
	return values, nil
}

// canonical writes the options in fixed order, so that a nextLink parses to
// the query it came from.
func (q *Query) canonical(values map[string]string) string {
	parts := q.parts(values)
	for i, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		parts[i] = name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	}
	return strings.Join(parts, "&")
}

// parts are the options as name=value, not encoded, in fixed order.
func (q *Query) parts(values map[string]string) []string {
	var parts []string
	add := func(name, value string) { parts = append(parts, name+"="+value) }
	if q.Filter != nil {
		add("$filter", q.Filter.String())
	}
	if q.Search != "" {
		add("$search", q.Search)
	}
	if q.OrderBy != nil {
		keys := make([]string, len(q.OrderBy))
		for i, o := range q.OrderBy {
			keys[i] = o.Property
			if o.Desc {
				keys[i] += " desc"
			}
		}
		add("$orderby", strings.Join(keys, ","))
	}
	if q.Select != nil {
		add("$select", strings.Join(q.Select, ","))
	}
	if q.Expand != nil {
		items := make([]string, len(q.Expand))
		for i, name := range q.Expand {
			items[i] = name
			if inside := q.Expanded[name]; inside != nil && len(inside.given) > 0 {
				items[i] += "(" + strings.Join(inside.given, ";") + ")"
			}
		}
		add("$expand", strings.Join(items, ","))
	}
	if _, given := values["$top"]; given {
		add("$top", strconv.Itoa(q.Top))
	}
	if q.Skip > 0 {
		add("$skip", strconv.Itoa(q.Skip))
	}
	if strings.EqualFold(values["$count"], "true") {
		add("$count", "true")
	}
	return parts
}
