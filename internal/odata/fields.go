package odata

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Field is a property of a body as it was sent: absent (Set is false), null,
// or a value.
type Field[T any] struct {
	Set   bool
	Null  bool // sent as null; Value is the zero value
	Value T
}

// Or is the value, or the given one when the field is absent or null.
func (f Field[T]) Or(standard T) T {
	if f.Set && !f.Null {
		return f.Value
	}
	return standard
}

// Raw finds a property without regard to case.
func (o Object) Raw(name string) (json.RawMessage, bool) {
	if raw, ok := o[name]; ok {
		return raw, true
	}
	for k, raw := range o {
		if strings.EqualFold(k, name) {
			return raw, true
		}
	}
	return nil, false
}

// Has reports whether the property was sent, null included.
func (o Object) Has(name string) bool {
	_, ok := o.Raw(name)
	return ok
}

// Text reads a string.
func (o Object) Text(name string) (Field[string], error) {
	return field(o, name, "a text in double quotes", func(raw []byte) (string, bool) {
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	})
}

// Flag reads true or false, also as text in any case ("True"), as Microsoft's
// enrollment status page cmdlets send it.
func (o Object) Flag(name string) (Field[bool], error) {
	return field(o, name, "true or false", func(raw []byte) (value, ok bool) {
		switch strings.ToLower(bare(raw)) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
		return false, false
	})
}

// Number reads a whole number, also as text ("60") or with a zero fraction (60.0).
func (o Object) Number(name string) (Field[int64], error) {
	return field(o, name, "a whole number", func(raw []byte) (int64, bool) {
		text := bare(raw)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
		// Beyond 2^53 a float64 no longer says which whole number was meant.
		f, err := strconv.ParseFloat(text, 64)
		return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) <= 1<<53
	})
}

// Moment reads a date-time as UTC.
func (o Object) Moment(name string) (Field[time.Time], error) {
	return field(o, name, "a date and time such as 2026-01-31T08:00:00Z", func(raw []byte) (time.Time, bool) {
		if raw[0] != '"' {
			return time.Time{}, false
		}
		return parseTime(bare(raw))
	})
}

// Bytes reads Edm.Binary, base64 in either alphabet; missing padding is added,
// because Windows leaves it off hardware hashes.
func (o Object) Bytes(name string) (Field[[]byte], error) {
	return field(o, name, "base64", func(raw []byte) ([]byte, bool) {
		if raw[0] != '"' {
			return nil, false
		}
		return decodeBase64(bare(raw))
	})
}

// Texts reads a list of strings.
func (o Object) Texts(name string) (Field[[]string], error) {
	return field(o, name, "a list of texts", func(raw []byte) ([]string, bool) {
		var items []*string
		if raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
			return nil, false
		}
		out := make([]string, len(items))
		for i, s := range items {
			if s == nil {
				return nil, false
			}
			out[i] = *s
		}
		return out, true
	})
}

// Object reads a nested object.
func (o Object) Object(name string) (Field[Object], error) {
	return field(o, name, "an object", func(raw []byte) (Object, bool) {
		var out Object
		err := json.Unmarshal(raw, &out)
		return out, err == nil && raw[0] == '{'
	})
}

// Objects reads a list of objects; a single object counts as a list of one,
// because PowerShell unrolls one-element arrays.
func (o Object) Objects(name string) (Field[[]Object], error) {
	return field(o, name, "a list of objects", func(raw []byte) ([]Object, bool) {
		if raw[0] == '{' {
			var one Object
			err := json.Unmarshal(raw, &one)
			return []Object{one}, err == nil
		}
		var out []Object
		if raw[0] != '[' || json.Unmarshal(raw, &out) != nil {
			return nil, false
		}
		for _, item := range out {
			if item == nil { // null in the list
				return nil, false
			}
		}
		return out, true
	})
}

func field[T any](o Object, name, want string, read func([]byte) (T, bool)) (Field[T], error) {
	raw, ok := o.Raw(name)
	if !ok {
		return Field[T]{}, nil
	}
	raw = bytes.TrimSpace(raw)
	if bytes.Equal(raw, []byte("null")) {
		return Field[T]{Set: true, Null: true}, nil
	}
	if len(raw) > 0 {
		if v, ok := read(raw); ok {
			return Field[T]{Set: true, Value: v}, nil
		}
	}
	return Field[T]{}, &Error{Code: CodeInvalidPropertyValue, Option: name, Message: "The property " + quoteShort(name) + " is not " + want + ".", Remedy: "Send " + want + ", or leave it out."}
}

// bare is the text of a JSON string, or a JSON number or word as it stands.
func bare(raw []byte) string {
	var s string
	if raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	return string(raw)
}
