package graph_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/graph"
)

// csdl is what a client reads of $metadata.
type csdl struct {
	Version string `xml:",attr"`
	Schema  struct {
		Namespace string       `xml:",attr"`
		Enums     []csdlType   `xml:"EnumType"`
		Entities  []csdlType   `xml:"EntityType"`
		Complexes []csdlType   `xml:"ComplexType"`
		Actions   []csdlAction `xml:"Action"`
		Functions []csdlAction `xml:"Function"`
		Container struct {
			Sets []struct {
				Name       string `xml:",attr"`
				EntityType string `xml:",attr"`
			} `xml:"EntitySet"`
			Singletons []csdlMember `xml:"Singleton"`
		} `xml:"EntityContainer"`
	} `xml:"DataServices>Schema"`
}

type csdlType struct {
	Name        string       `xml:",attr"`
	BaseType    string       `xml:",attr"`
	OpenType    bool         `xml:",attr"`
	Properties  []csdlMember `xml:"Property"`
	Navigations []csdlMember `xml:"NavigationProperty"`
	Members     []csdlMember `xml:"Member"`
}

type csdlMember struct {
	Name string `xml:",attr"`
	Type string `xml:",attr"`
}

type csdlAction struct {
	Name       string       `xml:",attr"`
	Parameters []csdlMember `xml:"Parameter"`
	Return     *csdlMember  `xml:"ReturnType"`
}

const namespace = "microsoft.graph."

func readMetadata(t *testing.T, h http.Handler, version string) *csdl {
	t.Helper()
	w := send(t, h, everything(), http.MethodGet, "/"+version+"/$metadata", nil)
	if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(kind, "application/xml") {
		t.Fatalf("$metadata of %s: %d %s %s", version, w.Code, kind, w.Body)
	}
	doc := &csdl{}
	if err := xml.Unmarshal(w.Body.Bytes(), doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// declared finds a type; known is false for one that the document does not have.
func (d *csdl) declared(name string) (t csdlType, known bool) {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Collection("), ")")
	for _, list := range [][]csdlType{d.Schema.Entities, d.Schema.Complexes, d.Schema.Enums} {
		for _, t := range list {
			if namespace+t.Name == name {
				return t, true
			}
		}
	}
	return csdlType{}, false
}

// member finds a property or navigation of a type or of what it is derived from.
func (d *csdl) member(typeName, name string) (m csdlMember, open, known bool) {
	for typeName != "" {
		t, ok := d.declared(typeName)
		if !ok {
			return m, open, false
		}
		for _, m := range slices.Concat(t.Properties, t.Navigations) {
			if m.Name == name {
				return m, open, true
			}
		}
		open, typeName = open || t.OpenType, t.BaseType
	}
	return m, open, false
}

// isA reports whether a type is another or derived from it.
func (d *csdl) isA(name, base string) bool {
	for name != "" && name != base {
		t, _ := d.declared(name)
		name = t.BaseType
	}
	return name == base
}

func TestMetadataIsWholeInBothVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.0", "beta"} {
		d := readMetadata(t, edge(t, nil), version)
		if d.Version != "4.0" || d.Schema.Namespace != "microsoft.graph" || len(d.Schema.Entities) < 25 || len(d.Schema.Enums) < 5 {
			t.Errorf("%s: version %q, namespace %q, %d entities, %d enums", version, d.Version, d.Schema.Namespace, len(d.Schema.Entities), len(d.Schema.Enums))
		}
		seen := map[string]bool{}
		is := func(where, name string) {
			name = strings.TrimSuffix(strings.TrimPrefix(name, "Collection("), ")")
			if _, ok := d.declared(name); !ok && !slices.Contains([]string{"Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Int64", "Edm.DateTimeOffset", "Edm.Binary", "Edm.Guid", "Edm.Stream", "Edm.Untyped"}, name) {
				t.Errorf("%s: %s has the type %q, which is not declared", version, where, name)
			}
		}
		for _, kind := range slices.Concat(d.Schema.Entities, d.Schema.Complexes, d.Schema.Enums) {
			if seen[kind.Name] {
				t.Errorf("%s: %s is declared twice", version, kind.Name)
			}
			seen[kind.Name] = true
			if kind.BaseType != "" {
				is(kind.Name, kind.BaseType)
			}
			names := map[string]bool{}
			for _, m := range slices.Concat(kind.Properties, kind.Navigations) {
				if names[m.Name] {
					t.Errorf("%s: %s/%s is declared twice", version, kind.Name, m.Name)
				}
				names[m.Name] = true
				is(kind.Name+"/"+m.Name, m.Type)
			}
		}
		for _, op := range slices.Concat(d.Schema.Actions, d.Schema.Functions) {
			for _, p := range op.Parameters {
				is(op.Name+"("+p.Name+")", p.Type)
			}
		}
		if beta := version == "beta"; seen["windowsAutopilotSettings"] != beta {
			t.Errorf("%s: windowsAutopilotSettings is declared: %v", version, !beta)
		}
		for name, want := range map[string]bool{"azureAdDeviceId": version == "beta", "azureActiveDirectoryDeviceId": true} {
			if _, _, has := d.member(namespace+"windowsAutopilotDeviceIdentity", name); has != want {
				t.Errorf("%s: windowsAutopilotDeviceIdentity/%s is declared: %v", version, name, has)
			}
		}
	}
}

// follow walks a route's path and tells the type it ends at, empty for an
// operation, a picture or a count.
func (d *csdl) follow(t *testing.T, r *graph.Route) string {
	t.Helper()
	at, many := "", false
	for i, part := range strings.Split(r.Path, "/") {
		switch {
		case part == "$count" || part == "$ref":
			return ""
		case strings.HasPrefix(part, "{"):
			many = false
			continue
		case i == 0:
			for _, s := range d.Schema.Container.Sets {
				if s.Name == part {
					at, many = s.EntityType, true
				}
			}
			for _, s := range d.Schema.Container.Singletons {
				if s.Name == part {
					at = s.Type
				}
			}
			if at == "" {
				t.Errorf("%s %s does not begin in the container", r.Method, r.Path)
				return ""
			}
			continue
		}
		if _, cast := d.declared(part); cast {
			at = part
			continue
		}
		m, _, known := d.member(at, part)
		if known {
			many = strings.HasPrefix(m.Type, "Collection(")
			at = strings.TrimSuffix(strings.TrimPrefix(m.Type, "Collection("), ")")
			continue
		}
		bound := at
		if many {
			bound = "Collection(" + at + ")"
		}
		list := d.Schema.Functions
		if r.Method == http.MethodPost {
			list = d.Schema.Actions
		}
		if !slices.ContainsFunc(list, func(o csdlAction) bool { return o.Name == part && o.Parameters[0].Type == bound }) {
			t.Errorf("%s %s: %s has no %s", r.Method, r.Path, bound, part)
		}
		return ""
	}
	return at
}

// Every route's path is declared, and every answer is made of what its type has.
func TestEveryRouteIsInTheMetadataAndEveryAnswerFitsIt(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	ids["tenant"], ids["domain"] = tenant, domain
	looked := 0
	for _, version := range []string{"v1.0", "beta"} {
		d := readMetadata(t, s, version)
		for _, r := range graph.Routes() {
			if strings.HasPrefix(r.Path, "$") || !slices.Contains(versions(&r), "/"+version+"/") {
				continue
			}
			kind := d.follow(t, &r)
			if r.Method != http.MethodGet || kind == "" || strings.HasPrefix(kind, "Edm.") || strings.HasPrefix(r.Path, "me") {
				continue
			}
			parts := strings.Split(r.Path, "/")
			for j, part := range parts {
				if strings.HasPrefix(part, "{") {
					if parts[j] = ownEverywhere[parts[j-1]]; parts[j] == "" {
						parts[j] = ids[keyOf[parts[j-1]]]
					}
				}
			}
			w := send(t, s, everything(), http.MethodGet, "/"+version+"/"+strings.Join(parts, "/")+expandAll(version, r.Path), nil)
			if w.Code != http.StatusOK {
				continue // nobody has one: what is there is looked at elsewhere
			}
			answer := decode[map[string]json.RawMessage](t, w)
			var items []map[string]json.RawMessage
			if value, list := answer["value"]; list {
				if err := json.Unmarshal(value, &items); err != nil {
					t.Fatal(err)
				}
			} else {
				items = append(items, answer)
			}
			for _, item := range items {
				looked++
				d.fits(t, version+" "+r.Path, kind, item)
			}
		}
	}
	if looked < 80 {
		t.Errorf("only %d objects were looked at", looked)
	}
}

func expandAll(version, path string) string {
	table := graph.Collections()[path]
	if table == nil || len(table.Navigations) == 0 || version == "v1.0" && path == "groups" {
		return ""
	}
	return "?$expand=*"
}

// fits compares an object with its type, and the objects in it with theirs.
func (d *csdl) fits(t *testing.T, where, kind string, o map[string]json.RawMessage) {
	t.Helper()
	if raw, ok := o["@odata.type"]; ok {
		var name string
		_ = json.Unmarshal(raw, &name)
		name = strings.TrimPrefix(name, "#")
		if !d.isA(name, kind) {
			t.Errorf("%s: %s is not declared as a %s", where, name, kind)
			return
		}
		kind = name
	}
	for name, raw := range o {
		if strings.Contains(name, "@") {
			continue
		}
		m, open, known := d.member(kind, name)
		switch list := strings.HasPrefix(m.Type, "Collection("); {
		case !known && !open:
			t.Errorf("%s: %s has no %s", where, kind, name)
		case !known || string(raw) == "null" || m.Type == "Edm.Untyped":
		case list != (raw[0] == '['):
			t.Errorf("%s: %s/%s is declared as %s and answered as %.40s", where, kind, name, m.Type, raw)
		default:
			d.fitsValue(t, where+" "+name, strings.TrimSuffix(strings.TrimPrefix(m.Type, "Collection("), ")"), raw)
		}
	}
}

func (d *csdl) fitsValue(t *testing.T, where, kind string, raw json.RawMessage) {
	t.Helper()
	if raw[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		for _, item := range list {
			d.fitsValue(t, where, kind, item)
		}
		return
	}
	var text string
	isText := json.Unmarshal(raw, &text) == nil
	declared, ours := d.declared(kind)
	switch {
	case ours && len(declared.Members) > 0:
		if !slices.ContainsFunc(declared.Members, func(m csdlMember) bool { return m.Name == text }) {
			t.Errorf("%s: %s has no member %s", where, kind, raw)
		}
	case ours:
		var o map[string]json.RawMessage
		if json.Unmarshal(raw, &o) != nil {
			t.Errorf("%s: %s is answered as %.40s", where, kind, raw)
			return
		}
		d.fits(t, where, kind, o)
	case kind == "Edm.Boolean" && string(raw) != "true" && string(raw) != "false",
		strings.HasPrefix(kind, "Edm.Int") && (raw[0] < '0' || raw[0] > '9') && raw[0] != '-',
		(kind == "Edm.String" || kind == "Edm.DateTimeOffset") && !isText:
		t.Errorf("%s: %s is answered as %.40s", where, kind, raw)
	}
}
