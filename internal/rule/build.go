package rule

import (
	"maps"
	"slices"
)

// builder collects the rules of one kind for NewIndex.
type builder struct {
	partition
	ids    map[[32]byte]int32
	fields map[anchorKey]*collected
}

// anchorKey is the place an anchor looks at.
type anchorKey struct {
	prop      *property // nil for an extension property
	field     int
	extension string
}

// collected are the anchors of one place, by value.
type collected struct{ equal, prefix, parts map[string][]int32 }

func newBuilder() *builder {
	return &builder{ids: make(map[[32]byte]int32), fields: make(map[anchorKey]*collected)}
}

// add takes in the rule at position.
func (b *builder) add(r *Rule, position int32) {
	if id, ok := b.ids[r.hash]; ok {
		b.positions[id] = append(b.positions[id], position)
		return
	}
	id := int32(len(b.tests)) //nolint:gosec // a list of rules is far shorter than 2^31
	b.ids[r.hash] = id
	b.tests = append(b.tests, r.root.test)
	b.positions = append(b.positions, []int32{position})

	set := anchorsOf(r.root, nil)
	if set == nil {
		b.always = append(b.always, id)
	}
	for _, a := range set {
		key := anchorKey{a.prop, a.field, a.prop.extension}
		if key.extension != "" { // each rule has its own property value for one extension
			key.prop = nil
		}
		c := b.fields[key]
		if c == nil {
			c = &collected{make(map[string][]int32), make(map[string][]int32), make(map[string][]int32)}
			b.fields[key] = c
		}
		switch a.op {
		case Equal:
			c.equal[a.value] = append(c.equal[a.value], id)
		case Prefix:
			c.prefix[a.value] = append(c.prefix[a.value], id)
		default:
			part := a.value[:min(len(a.value), longestPart)]
			c.parts[part] = append(c.parts[part], id)
		}
	}
}

// build turns what was collected into the structures Match uses.
func (b *builder) build() partition {
	p := &b.partition
	p.extra = make(map[string]*field)
	for key, c := range b.fields {
		f := c.build(&p.always)
		switch {
		case key.extension != "":
			p.extra[key.extension] = &f
		case key.field >= 0:
			f.slot = key.field
			p.plans = append(p.plans, f)
		case key.prop.Type == StringCollection:
			f.slot = key.prop.slot
			p.lists = append(p.lists, f)
		default:
			f.slot = key.prop.slot
			p.texts = append(p.texts, f)
		}
	}
	return *p
}

// build makes a field; rules whose parts find no room are added to always.
func (c *collected) build(always *[]int32) field {
	var f field
	if len(c.equal) > 0 {
		f.equal = c.equal
	}
	if len(c.prefix) > 0 {
		f.prefix = c.prefix
		for value := range c.prefix {
			f.lengths = append(f.lengths, len(value))
		}
		slices.Sort(f.lengths)
		f.lengths = slices.Compact(f.lengths)
	}
	if len(c.parts) > 0 {
		f.parts = newAutomaton(slices.Sorted(maps.Keys(c.parts)), c.parts, always)
	}
	return f
}
