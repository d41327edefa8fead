package odata

import (
	"cmp"
	"encoding/xml"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Schema is what $metadata says (OData CSDL XML 4.01). Names are without the
// namespace; types of others come with theirs.
type Schema struct {
	Entities  []*SchemaType
	Complexes []*SchemaType
	Enums     []*SchemaEnum
	Actions   []SchemaOperation
	Functions []SchemaOperation
	Container SchemaContainer

	Names map[reflect.Type]string // of structs that are called otherwise than their type
}

// SchemaType is an entity type, which has a key, or a complex type.
type SchemaType struct {
	Name        string           `xml:",attr"`
	BaseType    string           `xml:",attr,omitempty"`
	OpenType    bool             `xml:",attr,omitempty"`
	HasStream   bool             `xml:",attr,omitempty"`
	Key         *SchemaKey       `xml:"Key"`
	Properties  []SchemaProperty `xml:"Property"`
	Navigations []SchemaProperty `xml:"NavigationProperty"`
}

// SchemaKey names the property that tells objects apart.
type SchemaKey struct {
	Ref struct {
		Name string `xml:",attr"`
	} `xml:"PropertyRef"`
}

// SchemaProperty is a property, a navigation, a parameter or what an operation returns.
type SchemaProperty struct {
	Name     string `xml:",attr,omitempty"`
	Type     string `xml:",attr"`
	Contains bool   `xml:"ContainsTarget,attr,omitempty"`
}

// SchemaEnum is a closed list of texts.
type SchemaEnum struct {
	Name    string         `xml:",attr"`
	Members []SchemaMember `xml:"Member"`
}

// SchemaMember is one text of a SchemaEnum.
type SchemaMember struct {
	Name  string `xml:",attr"`
	Value int    `xml:",attr"`
}

// SchemaOperation is an action or a function, bound to its first parameter.
type SchemaOperation struct {
	Name       string           `xml:",attr"`
	Bound      bool             `xml:"IsBound,attr"`
	Parameters []SchemaProperty `xml:"Parameter"`
	Returns    *SchemaProperty  `xml:"ReturnType"`
}

// SchemaContainer is where addresses begin.
type SchemaContainer struct {
	Name       string           `xml:",attr"`
	Sets       []SchemaSet      `xml:"EntitySet"`
	Singletons []SchemaProperty `xml:"Singleton"`
}

// SchemaSet is a collection at the root.
type SchemaSet struct {
	Name string `xml:",attr"`
	Type string `xml:"EntityType,attr"`
}

// SchemaNamespace is that of all types.
const SchemaNamespace = "microsoft.graph"

// Type finds an entity or complex type by its name with or without the namespace.
func (s *Schema) Type(name string) *SchemaType {
	name = strings.TrimPrefix(name, SchemaNamespace+".")
	for _, list := range [][]*SchemaType{s.Entities, s.Complexes} {
		for _, t := range list {
			if t.Name == name {
				return t
			}
		}
	}
	return nil
}

// Has reports whether the type has a property or navigation of this name.
func (t *SchemaType) Has(name string) bool {
	named := func(p SchemaProperty) bool { return p.Name == name }
	return slices.ContainsFunc(t.Properties, named) || slices.ContainsFunc(t.Navigations, named)
}

// Entity adds the type of a table. wire is a value of the struct that answers
// are made of: it tells which properties are lists and what objects consist of.
// Without one those stay open.
func (s *Schema) Entity(t *Table, beta bool, wire any) *SchemaType {
	name := strings.TrimPrefix(t.Name, SchemaNamespace+".")
	if known := s.Type(name); known != nil {
		return known
	}
	e := &SchemaType{Name: name}
	s.Entities = append(s.Entities, e)
	members := jsonFields(reflect.TypeOf(wire))
	for i := range t.Properties {
		p := &t.Properties[i]
		if p.BetaOnly && !beta || strings.Contains(p.Name, "/") {
			continue
		}
		if p.Name == "id" {
			e.Key = &SchemaKey{}
			e.Key.Ref.Name = p.Name
		}
		e.Properties = append(e.Properties, SchemaProperty{Name: p.Name, Type: s.typeOf(p, members[p.Name])})
	}
	return e
}

// typeOf is the type of a property as CSDL names it.
func (s *Schema) typeOf(p *Property, wire reflect.Type) string {
	switch p.Type {
	case Bool:
		return "Edm.Boolean"
	case Int:
		return "Edm.Int32"
	case Time:
		return "Edm.DateTimeOffset"
	case Strings:
		return "Collection(Edm.String)"
	case Binary:
		return "Edm.Binary"
	case Enum:
		if !strings.HasPrefix(p.TypeName, SchemaNamespace+".") {
			return "Edm.String"
		}
		s.enum(strings.TrimPrefix(p.TypeName, SchemaNamespace+"."), p.Enum)
		return p.TypeName
	case Complex:
		return s.complexType(strings.TrimPrefix(p.TypeName, SchemaNamespace+"."), wire)
	case String, GUID: // Graph's ids are texts
	}
	return "Edm.String"
}

// enum adds a list of texts. Two resources may each know a part of one.
func (s *Schema) enum(name string, members []string) {
	i := slices.IndexFunc(s.Enums, func(e *SchemaEnum) bool { return e.Name == name })
	if i < 0 {
		s.Enums = append(s.Enums, &SchemaEnum{Name: name})
		i = len(s.Enums) - 1
	}
	e := s.Enums[i]
	for _, m := range members {
		if !slices.ContainsFunc(e.Members, func(known SchemaMember) bool { return known.Name == m }) {
			e.Members = append(e.Members, SchemaMember{Name: m, Value: len(e.Members)})
		}
	}
}

// complexType adds the type of an object or a list of them.
func (s *Schema) complexType(name string, wire reflect.Type) string {
	for wire != nil && wire.Kind() == reflect.Pointer {
		wire = wire.Elem()
	}
	if wire != nil && wire.Kind() == reflect.Slice {
		return "Collection(" + s.complexType(name, wire.Elem()) + ")"
	}
	full := SchemaNamespace + "." + name
	t := s.Type(name)
	if t == nil {
		t = &SchemaType{Name: name}
		s.Complexes = append(s.Complexes, t)
	}
	if wire == nil || wire.Kind() != reflect.Struct {
		t.OpenType = true // what is in it is not told, or differs from object to object
		return full
	}
	for _, f := range orderedFields(wire) {
		if !t.Has(f.name) {
			t.Properties = append(t.Properties, SchemaProperty{Name: f.name, Type: s.plainType(f.kind)})
		}
	}
	return full
}

// plainType is the type of a field that no table describes.
func (s *Schema) plainType(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "Edm.DateTimeOffset"
	case t.Kind() == reflect.Slice:
		return "Collection(" + s.plainType(t.Elem()) + ")"
	case t.Kind() == reflect.Struct:
		return s.complexType(cmp.Or(s.Names[t], t.Name()), t)
	case t.Kind() == reflect.Bool:
		return "Edm.Boolean"
	case t.Kind() == reflect.Int64:
		return "Edm.Int64"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int32:
		return "Edm.Int32"
	case t.Kind() == reflect.String:
		return "Edm.String"
	}
	return "Edm.Untyped"
}

type jsonField struct {
	name string
	kind reflect.Type
}

// orderedFields are the fields of a struct as JSON names them, without
// control information.
func orderedFields(t reflect.Type) (out []jsonField) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" && name != "*" && !strings.Contains(name, "@") {
			out = append(out, jsonField{name, t.Field(i).Type})
		}
	}
	return out
}

func jsonFields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	if t == nil || t.Kind() != reflect.Struct {
		return out
	}
	for _, f := range orderedFields(t) {
		out[f.name] = f.kind
	}
	return out
}

// XML is the document, with a declaration.
func (s *Schema) XML() ([]byte, error) {
	type schema struct {
		Space     string            `xml:"xmlns,attr"`
		Namespace string            `xml:",attr"`
		Enums     []*SchemaEnum     `xml:"EnumType"`
		Entities  []*SchemaType     `xml:"EntityType"`
		Complexes []*SchemaType     `xml:"ComplexType"`
		Actions   []SchemaOperation `xml:"Action"`
		Functions []SchemaOperation `xml:"Function"`
		Container SchemaContainer   `xml:"EntityContainer"`
	}
	document := struct {
		XMLName xml.Name `xml:"edmx:Edmx"`
		Space   string   `xml:"xmlns:edmx,attr"`
		Version string   `xml:",attr"`
		Schema  schema   `xml:"edmx:DataServices>Schema"`
	}{
		Space: "http://docs.oasis-open.org/odata/ns/edmx", Version: "4.0",
		Schema: schema{
			"http://docs.oasis-open.org/odata/ns/edm", SchemaNamespace, s.Enums, s.Entities, s.Complexes, s.Actions, s.Functions, s.Container,
		},
	}
	text, err := xml.Marshal(document)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), text...), nil
}
