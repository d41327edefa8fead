package rule

import (
	"sync"
	"time"
)

// Index finds the rules that one object satisfies without trying them all. From every rule it takes
// anchors (see [Rule.Anchors]); an object's values are looked up among them, and the rules found are
// verified. Rules without anchors are verified for every object of their kind. Identical rules are
// verified once. An Index never changes and may be used by any number of goroutines.
type Index struct {
	size    int
	kinds   [2]partition // by Kind
	scratch sync.Pool    // of *scratch
}

// partition indexes the rules of one kind; a rule is known by its number among the distinct ones.
type partition struct {
	tests     []func(scope) bool
	positions [][]int32 // of each distinct rule in the list given to NewIndex, ascending
	always    []int32   // rules without an anchor
	texts     []field
	lists     []field
	plans     []field
	extra     map[string]*field
}

// field finds rules by the value of one property.
type field struct {
	slot    int
	equal   map[string][]int32
	prefix  map[string][]int32
	lengths []int // the distinct lengths of prefixes, ascending
	parts   *automaton
}

// scratch is what one call of Match needs.
type scratch struct {
	found      bits // distinct rules to verify
	candidates []int32
	matched    bits // positions
}

// NewIndex indexes rules, which may be of both kinds. Positions in the results are those of this list.
func NewIndex(rules []*Rule) *Index {
	x := &Index{size: len(rules)}
	x.scratch.New = func() any { return new(scratch) }
	builders := [2]*builder{newBuilder(), newBuilder()}
	for i, r := range rules {
		builders[r.kind].add(r, int32(i))
	}
	for k, b := range builders {
		x.kinds[k] = b.build()
	}
	return x
}

// Match appends to dst the positions of the rules that o satisfies at now, ascending, and returns it.
func (x *Index) Match(o *Object, now time.Time, dst []int32) []int32 {
	p := &x.kinds[o.kind]
	if len(p.tests) == 0 {
		return dst
	}
	s, _ := x.scratch.Get().(*scratch)
	s.found.grow(len(p.tests))
	s.matched.grow(x.size)

	p.find(o, &s.found)
	s.candidates = s.found.drain(s.candidates[:0])
	where := scope{o, now}
	for _, id := range s.candidates {
		if p.tests[id](where) {
			s.matched.setAll(p.positions[id])
		}
	}
	dst = s.matched.drain(dst)
	x.scratch.Put(s)
	return dst
}

// find marks every rule that could match o.
func (p *partition) find(o *Object, found *bits) {
	found.setAll(p.always)
	for i := range p.texts {
		f := &p.texts[i]
		f.probe(o.texts[f.slot].folded, found)
	}
	for i := range p.lists {
		f := &p.lists[i]
		list := o.lists[f.slot]
		for j := range list {
			f.probe(list[j].folded, found)
		}
	}
	for i := range p.plans {
		f := &p.plans[i]
		for j := range o.plans {
			f.probe(o.plans[j][f.slot].folded, found)
		}
	}
	if len(p.extra) > 0 {
		for name, v := range o.extra {
			if f := p.extra[name]; f != nil {
				f.probe(v.folded, found)
			}
		}
	}
}

// probe marks the rules that have an anchor true of value.
func (f *field) probe(value string, found *bits) {
	if value == "" {
		return
	}
	if f.equal != nil {
		found.setAll(f.equal[value])
	}
	for _, n := range f.lengths {
		if n > len(value) {
			break
		}
		found.setAll(f.prefix[value[:n]])
	}
	if f.parts != nil {
		f.parts.scan(value, found)
	}
}
