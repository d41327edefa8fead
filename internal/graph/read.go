package graph

import (
	"errors"
	"strings"
	"time"

	"taxiway/internal/odata"
)

// reader takes properties out of a body and remembers the first one that has
// the wrong type, so that a mapping reads as a list of assignments.
type reader struct {
	o      odata.Object
	prefix string // of error targets, with a slash: outOfBoxExperienceSetting/
	err    error
}

func (r *reader) note(err error) {
	if err == nil || r.err != nil {
		return
	}
	var bad *odata.Error
	if r.prefix != "" && errors.As(err, &bad) {
		named := *bad
		named.Option = r.prefix + named.Option
		err = &named
	}
	r.err = err
}

// text sets to when the property was sent; null is the empty text. It reports
// whether it was sent.
func (r *reader) text(name string, to *string) bool {
	f, err := r.o.Text(name)
	r.note(err)
	if f.Set {
		*to = f.Value
	}
	return f.Set
}

// flag sets to when the property was sent; null is false.
func (r *reader) flag(name string, to *bool) bool {
	f, err := r.o.Flag(name)
	r.note(err)
	if f.Set {
		*to = f.Value
	}
	return f.Set
}

func (r *reader) number(name string, to *int) {
	f, err := r.o.Number(name)
	r.note(err)
	if f.Set {
		*to = int(f.Value)
	}
}

func (r *reader) texts(name string, to *[]string) {
	f, err := r.o.Texts(name)
	r.note(err)
	if f.Set {
		*to = f.Value
	}
}

func (r *reader) moment(name string, to *time.Time) {
	f, err := r.o.Moment(name)
	r.note(err)
	if f.Set {
		*to = f.Value
	}
}

// optional is a text that was sent, null included, or nil.
func (r *reader) optional(name string) *string {
	var s string
	if !r.text(name, &s) {
		return nil
	}
	return &s
}

// inner reads a nested object; ok is false when it is absent or null.
func (r *reader) inner(name string) (o odata.Object, ok bool) {
	f, err := r.o.Object(name)
	r.note(err)
	return f.Value, f.Set && !f.Null && err == nil
}

// choice sets an enum member that was sent, in the spelling of the known list
// when it is in it; what is not, the subject refuses.
func choice[T ~string](r *reader, name string, to *T, known ...T) bool {
	var s string
	if !r.text(name, &s) {
		return false
	}
	*to = spelled(s, known...)
	return true
}

// spelled is a value in the spelling of the known list, when it is in it.
func spelled[T ~string](sent string, known ...T) T {
	for _, k := range known {
		if strings.EqualFold(sent, string(k)) {
			return k
		}
	}
	return T(sent)
}
