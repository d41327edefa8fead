package graph

import (
	"slices"
	"strings"

	"taxiway/internal/odata"
)

// model is a schema while routes are put into it.
type model struct {
	*odata.Schema
	beta bool
}

// place is where a path has got to.
type place struct {
	kind *odata.SchemaType // nil at the root
	many bool              // the collection, not one of it
}

// route walks the path of a route and declares what it meets.
func (m *model) route(r *Route) {
	at, path := place{}, ""
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		path = strings.TrimPrefix(path+"/"+part, "/")
		last, argument := i == len(parts)-1, ""
		if i == len(parts)-2 && strings.HasPrefix(parts[i+1], "{") {
			argument, _, _ = strings.Cut(strings.Trim(parts[i+1], "{}"), "|")
		}
		switch {
		case part == "$count" || part == "$ref":
			return
		case strings.HasPrefix(part, "{"):
			at.many = false
		default:
			target := odata.Target{Table: Collections()[path], Many: true}
			if target.Table == nil {
				parent := ""
				if at.kind != nil {
					parent = at.kind.Name
				}
				target = along(parent, part)
			}
			if cast := strings.TrimPrefix(part, odata.SchemaNamespace+"."); target.Table == nil && slices.Contains(directoryTypes, cast) {
				at = place{kind: m.entity(directoryTable(cast)), many: at.many}
				continue
			}
			if target.Table == nil && (last || argument != "") {
				m.operation(r.Method, at, part, argument)
				return
			}
			at = m.step(at, part, target)
		}
	}
}

// step goes one segment down, by a navigation or, where a segment is only a
// place for others, by a type of its own.
func (m *model) step(at place, name string, target odata.Target) place {
	var kind *odata.SchemaType
	if target.Table == nil {
		if kind = m.Type(name); kind == nil {
			kind = &odata.SchemaType{Name: name}
			m.Entities = append(m.Entities, kind)
		}
	} else {
		kind = m.entity(target.Table)
	}
	full := odata.SchemaNamespace + "." + kind.Name
	if target.Many {
		full = "Collection(" + full + ")"
	}
	switch {
	case at.kind != nil:
		if !at.kind.Has(name) {
			at.kind.Navigations = append(at.kind.Navigations, odata.SchemaProperty{Name: name, Type: full, Contains: target.Many})
		}
	case target.Many:
		if !slices.ContainsFunc(m.Container.Sets, func(s odata.SchemaSet) bool { return s.Name == name }) {
			m.Container.Sets = append(m.Container.Sets, odata.SchemaSet{Name: name, Type: odata.SchemaNamespace + "." + kind.Name})
		}
	default:
		if !slices.ContainsFunc(m.Container.Singletons, func(s odata.SchemaProperty) bool { return s.Name == name }) {
			m.Container.Singletons = append(m.Container.Singletons, odata.SchemaProperty{Name: name, Type: full})
		}
	}
	return place{kind: kind, many: target.Many}
}

// directoryTypes are those that directoryObject is the base of.
var directoryTypes = []string{"user", "device", "group"}

// directoryTable is the table of one of directoryTypes.
func directoryTable(name string) *odata.Table {
	return map[string]*odata.Table{"user": userTable, "device": deviceTable, "group": groupTable}[name]
}

func (m *model) entity(t *odata.Table) *odata.SchemaType {
	name := strings.TrimPrefix(t.Name, odata.SchemaNamespace+".")
	if known := m.Type(name); known != nil {
		return known
	}
	e := m.Entity(t, m.beta, wires[name])
	if slices.Contains(directoryTypes, name) {
		base := m.Type("directoryObject")
		e.BaseType, e.Key = odata.SchemaNamespace+".directoryObject", nil
		e.Properties = slices.DeleteFunc(e.Properties, func(p odata.SchemaProperty) bool { return base.Has(p.Name) })
	}
	e.OpenType = name == "user" // directory extensions
	for _, n := range t.Navigations {
		if target := along(name, n); target.Table != nil {
			m.step(place{kind: e}, n, target)
		}
	}
	return e
}

// operation declares what is neither a property nor a resource: an action, a
// function, or the bytes of a picture or an installer.
func (m *model) operation(method string, at place, name, argument string) {
	bound := odata.SchemaProperty{Name: "bindingParameter", Type: odata.SchemaNamespace + "." + at.kind.Name}
	if at.many {
		bound.Type = "Collection(" + bound.Type + ")"
	}
	op := odata.SchemaOperation{Name: name, Bound: true, Parameters: []odata.SchemaProperty{bound}}
	same := func(o odata.SchemaOperation) bool { return o.Name == name && o.Parameters[0] == bound }
	switch method {
	case post:
		if name == "assign" {
			op.Parameters = append(op.Parameters, parameters["assign "+strings.Replace(at.kind.Name, "deviceEnrollmentConfiguration", "enrolment", 1)]...)
		} else {
			op.Parameters = append(op.Parameters, parameters[name]...)
		}
		m.Actions = append(m.Actions, op)
	case get:
		if stream := at.kind.Has(name); !stream && !slices.ContainsFunc(m.Functions, same) {
			if argument != "" {
				op.Parameters = append(op.Parameters, texts(argument)...)
			}
			op.Returns = &odata.SchemaProperty{Type: "Edm.Untyped"}
			m.Functions = append(m.Functions, op)
		}
	default:
		// PUT and DELETE are of bytes at an address of their own.
		m.Functions = slices.DeleteFunc(m.Functions, same)
		if !at.kind.Has(name) {
			at.kind.Properties = append(at.kind.Properties, odata.SchemaProperty{Name: name, Type: "Edm.Stream"})
		}
	}
}

// derive adds a type below another, of the same sort.
func (m *model) derive(base, name string) {
	if known, above := m.Type(name), m.Type(base); known != nil {
		known.BaseType, known.Key = odata.SchemaNamespace+"."+base, nil
		known.Properties = slices.DeleteFunc(known.Properties, func(p odata.SchemaProperty) bool { return above.Has(p.Name) })
		return
	}
	t := &odata.SchemaType{Name: name, BaseType: odata.SchemaNamespace + "." + base}
	if slices.Contains(m.Entities, m.Type(base)) {
		m.Entities = append(m.Entities, t)
	} else {
		t.OpenType = true
		m.Complexes = append(m.Complexes, t)
	}
}
