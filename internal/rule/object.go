package rule

import (
	"strconv"
	"strings"
	"time"
)

// Object is the flat view of one user or device that rules are matched against. Names are those of the
// rule language, in any case. Text is folded when it is set, so that matching never folds. An Object
// must not be changed while another goroutine matches it; any number may match it together.
type Object struct {
	kind  Kind
	texts []entry
	bools []flag
	times []time.Time // the zero time is null
	lists [][]entry
	plans []plan
	extra map[string]*entry // extension properties by folded name
}

// entry is one text value; an empty one is null, because the directory does not store "".
type entry struct{ raw, folded string }

// nullEntry is the value of an extension property that is not set.
var nullEntry entry

// flag is a Boolean with null.
type flag uint8

const (
	flagNull flag = iota
	flagFalse
	flagTrue
)

// Plan is one element of a user's assignedPlans (Graph: assignedPlan). An empty field is null.
type Plan struct{ Service, ServicePlanID, CapabilityStatus string }

// plan holds the fields of a Plan in the order of planFields.
type plan [3]entry

// NewObject returns an object of kind k in which every property is null.
func NewObject(k Kind) *Object {
	sizes := &tables[k].sizes
	return &Object{
		kind:  k,
		texts: make([]entry, sizes[String]),
		bools: make([]flag, sizes[Boolean]),
		times: make([]time.Time, sizes[Date]),
		lists: make([][]entry, sizes[StringCollection]),
	}
}

// Kind returns what the object is.
func (o *Object) Kind() Kind { return o.kind }

func newEntry(v string) entry {
	// Bytes that are not UTF-8 would fold to one and the same rune and so compare equal.
	v = strings.ToValidUTF8(v, "\uFFFD")
	return entry{v, Fold(v)}
}

// property returns the property when it exists and has the type.
func (o *Object) property(name string, t Type) *property {
	if p := resolve(o.kind, name); p != nil && p.Type == t {
		return p
	}
	return nil
}

// SetString sets a text property; "" makes it null. It reports whether the kind has a text property of
// that name; if not, nothing changes.
func (o *Object) SetString(name, v string) bool {
	p := o.property(name, String)
	switch {
	case p == nil:
		return false
	case p.extension == "":
		o.texts[p.slot] = newEntry(v)
	case v == "":
		delete(o.extra, p.extension)
	default:
		if o.extra == nil {
			o.extra = make(map[string]*entry)
		}
		e := newEntry(v)
		o.extra[p.extension] = &e
	}
	return true
}

// SetBool sets a Boolean property, which is null until then. It reports whether there is one of that name.
func (o *Object) SetBool(name string, v bool) bool {
	p := o.property(name, Boolean)
	if p == nil {
		return false
	}
	o.bools[p.slot] = flagFalse
	if v {
		o.bools[p.slot] = flagTrue
	}
	return true
}

// SetStrings sets a string collection; empty elements are dropped. It reports whether there is a
// collection of that name.
func (o *Object) SetStrings(name string, v []string) bool {
	p := o.property(name, StringCollection)
	if p == nil {
		return false
	}
	list := make([]entry, 0, len(v))
	for _, s := range v {
		if s != "" {
			list = append(list, newEntry(s))
		}
	}
	o.lists[p.slot] = list
	return true
}

// SetTime sets a date property; the zero time makes it null. It reports whether there is one of that name.
func (o *Object) SetTime(name string, t time.Time) bool {
	p := o.property(name, Date)
	if p == nil {
		return false
	}
	o.times[p.slot] = t
	return true
}

// SetPlans sets assignedPlans. It reports whether the kind has it: users do.
func (o *Object) SetPlans(plans []Plan) bool {
	if o.kind != User {
		return false
	}
	o.plans = make([]plan, len(plans))
	for i, p := range plans {
		o.plans[i] = plan{newEntry(p.Service), newEntry(p.ServicePlanID), newEntry(p.CapabilityStatus)}
	}
	return true
}

// Value returns a property's value for people: "" for null or an unknown name, the elements of a
// collection with ", " between them, a date in RFC 3339.
func (o *Object) Value(name string) string {
	if p := resolve(o.kind, name); p != nil {
		return o.show(p)
	}
	return ""
}

func (o *Object) show(p *property) string {
	var parts []string
	switch p.Type {
	case Boolean:
		if o.bools[p.slot] == flagNull {
			return ""
		}
		return strconv.FormatBool(o.bools[p.slot] == flagTrue)
	case Date:
		if o.times[p.slot].IsZero() {
			return ""
		}
		return o.times[p.slot].Format(time.RFC3339Nano)
	case StringCollection:
		for i := range o.lists[p.slot] {
			parts = append(parts, o.lists[p.slot][i].raw)
		}
	case PlanCollection:
		for i := range o.plans {
			parts = append(parts, o.plans[i].show())
		}
	default:
		return o.entry(p).raw
	}
	return strings.Join(parts, ", ")
}

// entry returns the value of a text property.
func (o *Object) entry(p *property) *entry {
	if p.extension == "" {
		return &o.texts[p.slot]
	}
	if e := o.extra[p.extension]; e != nil {
		return e
	}
	return &nullEntry
}

func (p *plan) show() string {
	return p[0].raw + "/" + p[1].raw + "/" + p[2].raw
}
