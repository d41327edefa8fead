package graph

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// node is one segment of the known paths.
type node struct {
	name     string           // as the table spells it
	children map[string]*node // by folded name
	key      *node            // a key, whatever its value
	keyName  string           // of key: id
	alt      string           // an alternate key that finds the same: deviceId
	routes   map[string]*Route
	v1       bool // something at or below it is served under /v1.0
}

// router finds routes by path. It is built once, from the table.
type router struct{ root *node }

// newRouter builds the tree. A path in the table has literal segments and keys
// in braces; {id|deviceId} takes an alternate key too.
func newRouter(table []Route) *router {
	root := &node{}
	for i := range table {
		route := &table[i]
		at := root
		at.v1 = at.v1 || route.Versions&inV1 != 0
		for part := range strings.SplitSeq(route.Path, "/") {
			at = at.child(part)
			at.v1 = at.v1 || route.Versions&inV1 != 0
		}
		if at.routes == nil {
			at.routes = map[string]*Route{}
		}
		at.routes[route.Method] = route
	}
	return &router{root: root}
}

func (n *node) child(part string) *node {
	if inner, ok := strings.CutPrefix(part, "{"); ok {
		name, alt, _ := strings.Cut(strings.TrimSuffix(inner, "}"), "|")
		if n.key == nil {
			n.key = &node{}
		}
		n.keyName, n.alt = name, alt
		return n.key
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	folded := strings.ToLower(part)
	if n.children[folded] == nil {
		n.children[folded] = &node{name: part}
	}
	return n.children[folded]
}

// match is a route with the keys of this request.
type match struct {
	route *Route
	path  string // in the table's spelling with its keys, escaped, without version
	keys  map[string]string
}

// find walks the path. Graph answers 400, not 404, for a segment it does not
// know.
func (rt *router) find(method string, path []odata.Segment, version string) (match, error) {
	m := match{keys: map[string]string{}}
	at := rt.root
	var spelled []string
	for _, s := range path {
		next := at.literal(s, version)
		switch {
		case next != nil:
			spelled = append(spelled, next.name)
			if s.AltKey == nil {
				break
			}
			value, ok := s.Arg(next.alt)
			if !ok || next.alt == "" || len(s.AltKey) > 1 {
				return match{}, fault.Field(fault.Invalid, "BadRequest", s.Name, "The key of '"+next.name+"' is not one it can be found by.", alternates(next))
			}
			m.keys[next.keyName], m.keys[altKey] = value, next.alt
			spelled[len(spelled)-1] += "(" + next.alt + "='" + url.PathEscape(strings.ReplaceAll(value, "'", "''")) + "')"
			next = next.key
		case at.key != nil && !s.Call && at.key.served(version) && at.literal(s, beta) == nil:
			next = at.key
			m.keys[at.keyName] = s.Name
			spelled = append(spelled, url.PathEscape(s.Name))
		default:
			return match{}, at.unknown(s, version)
		}
		at = next
	}
	m.path = strings.Join(spelled, "/")
	if len(at.routes) == 0 {
		last := ""
		if len(path) > 0 {
			last = path[len(path)-1].Name
		}
		return match{}, unknownSegment(last, "Name a resource below it.")
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route := at.routes[method]
	if route == nil || !route.in(version) {
		return match{}, at.wrongMethod(method, version)
	}
	m.route = route
	return m, nil
}

// altKey is where match.keys tells which alternate key was used.
const altKey = "|"

// literal finds the child of this name, with or without Graph's namespace; a
// cast has it in the table, and may be sent with the short one.
func (n *node) literal(s odata.Segment, version string) *node {
	names := []string{s.Name, s.Bare()}
	if s.Qualified() {
		names = append(names, "microsoft.graph."+s.Bare())
	}
	for _, name := range names {
		if c := n.children[strings.ToLower(name)]; c != nil && c.served(version) {
			return c
		}
	}
	return nil
}

func (n *node) served(version string) bool { return version == beta || n.v1 }

func (n *node) unknown(s odata.Segment, version string) error {
	if version == v1 && (n.literal(s, beta) != nil || n.key != nil && !s.Call) {
		return unknownSegment(s.Name, "It is served under /beta only.")
	}
	var names []string
	for _, c := range n.children {
		if c.served(version) {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	return unknownSegment(s.Name, nearest(s.Name, names, "Check the spelling of the path."))
}

func unknownSegment(name, remedy string) error {
	return fault.Field(fault.Invalid, "BadRequest", short(name), "Resource not found for the segment '"+short(name)+"'.", remedy)
}

// wrongMethod is 405; its one detail names the methods that work here, for Allow.
func (n *node) wrongMethod(method, version string) error {
	var allowed []string
	for _, name := range slices.Sorted(maps.Keys(n.routes)) {
		if n.routes[name].in(version) {
			allowed = append(allowed, name)
		}
	}
	if len(allowed) == 0 {
		return unknownSegment(n.name, "It is served under /beta only.")
	}
	list := strings.Join(allowed, ", ")
	return &fault.Error{
		Kind: fault.Invalid, Code: codeMethodNotAllowed, Message: "The method " + short(method) + " cannot be used on this resource.",
		Details: []fault.Detail{{Target: list, Code: codeMethodNotAllowed, Message: "The method " + short(method) + " cannot be used on this resource.", Remedy: "Use " + list + "."}},
	}
}

func alternates(n *node) string {
	if n.alt == "" {
		return "Address it by its id."
	}
	return "Address it by its id or by " + n.alt + "."
}
