package graph

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"taxiway/internal/odata"
)

// view is a wire struct as one client sees it: only what $select names, what
// the version knows and what the metadata level wants. Fields keep the order
// of the struct.
type view struct {
	context string // @odata.context, on a single object
	etag    string
	wire    any // pointer to a wire struct
	table   *odata.Table
	query   *odata.Query // nil: everything
	call    *call
}

// view makes the answer for one object of a table.
func (c *call) view(wire any, t *odata.Table, q *odata.Query, fragment, etag string) *view {
	return &view{context: c.contextURL(fragment), etag: etag, wire: wire, table: t, query: q, call: c}
}

// wireField is one field of a wire struct.
type wireField struct {
	index      int
	name       string
	omitEmpty  bool
	annotation bool // @odata.type and the like
	inline     bool // a map of further properties, tag "*"
}

var wireFields sync.Map // reflect.Type → []wireField

func fieldsOf(t reflect.Type) []wireField {
	if known, ok := wireFields.Load(t); ok {
		if fields, ok := known.([]wireField); ok {
			return fields
		}
	}
	fields := make([]wireField, 0, t.NumField())
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields = append(fields, wireField{
			index: i, name: name, omitEmpty: strings.Contains(options, "omitempty"),
			annotation: strings.HasPrefix(name, "@odata."), inline: name == "*",
		})
	}
	wireFields.Store(t, fields)
	return fields
}

// wants reports whether a property belongs into the answer.
func (v *view) wants(f *wireField) bool {
	if f.annotation {
		return v.call.meta != odata.MetadataNone
	}
	if _, navigation := v.table.Navigation(f.name); navigation {
		return v.query != nil && v.query.Expands(f.name)
	}
	p, ok := v.table.Find(f.name)
	if !ok {
		return v.query == nil || v.query.Select == nil
	}
	if p.BetaOnly && !v.call.beta {
		return false
	}
	if v.query == nil {
		return !p.OnSelect
	}
	return v.query.Wants(f.name)
}

// MarshalJSON implements json.Marshaler.
func (v *view) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	put := func(name string, value any) error {
		data, err := marshal(value)
		if err != nil {
			return err
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":`)
		b.Write(data)
		return nil
	}
	if v.context != "" {
		if err := put("@odata.context", v.context); err != nil {
			return nil, err
		}
	}
	s := reflect.ValueOf(v.wire).Elem()
	for _, f := range fieldsOf(s.Type()) {
		value := s.Field(f.index)
		switch {
		case f.inline:
			more := inlined(value)
			for _, name := range slices.Sorted(maps.Keys(more)) {
				if !v.wants(&wireField{name: name}) {
					continue
				}
				if err := put(name, more[name]); err != nil {
					return nil, err
				}
			}
		case f.omitEmpty && value.IsZero(), !v.wants(&f):
		default:
			if err := v.putField(put, &f, value); err != nil {
				return nil, err
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// putField writes one field; what a navigation leads to, as its own options
// inside $expand want it.
func (v *view) putField(put func(string, any) error, f *wireField, value reflect.Value) error {
	if v.query == nil || v.query.Expanded[f.name] == nil {
		return put(f.name, value.Interface())
	}
	if _, navigation := v.table.Navigation(f.name); !navigation {
		return put(f.name, value.Interface())
	}
	inside, count := v.inside(v.query.Expanded[f.name], v.call.h.leadsTo(v.table, f.name).Table, value)
	if count != nil {
		if err := put(f.name+"@odata.count", *count); err != nil {
			return err
		}
	}
	return put(f.name, inside)
}

// inlined are the further properties of an object, by name.
func inlined(value reflect.Value) map[string]any {
	more, ok := reflect.TypeAssert[map[string]any](value)
	if ok {
		return more
	}
	texts, _ := reflect.TypeAssert[map[string]string](value)
	more = make(map[string]any, len(texts))
	for name, text := range texts {
		more[name] = text
	}
	return more
}
