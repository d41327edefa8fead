package syncml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// reader walks over the tokens of one message and keeps its limits.
type reader struct {
	dec      *xml.Decoder
	limits   Limits
	path     []string // of the element that is open
	elements int
	commands int
}

func newReader(data []byte, l Limits) *reader {
	return &reader{dec: xml.NewDecoder(bytes.NewReader(data)), limits: l}
}

func (r *reader) fail(code, format string, args ...any) *Error {
	return &Error{Code: code, Element: place(r.path), Offset: r.dec.InputOffset(), Status: StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// missing is about an element that should be inside the open one.
func (r *reader) missing(name string) *Error {
	e := r.fail(CodeMissing, "is required")
	e.Element = place(append(r.path, name))
	return e
}

// next gives the next start, end or text; at the end of the input io.EOF.
func (r *reader) next() (xml.Token, error) {
	for {
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
				return nil, r.fail(CodeSyntax, "line %d: no well-formed XML", syntax.Line)
			}
			return nil, r.fail(CodeSyntax, "no readable XML")
		}
		switch t := token.(type) {
		case xml.StartElement:
			r.elements++
			r.path = append(r.path, t.Name.Local)
			if r.elements > r.limits.Elements {
				return nil, r.fail(CodeTooLarge, "more than %d elements", r.limits.Elements)
			}
			if len(r.path) > r.limits.Depth {
				return nil, r.fail(CodeTooLarge, "more than %d elements deep", r.limits.Depth)
			}
			return t, nil
		case xml.EndElement:
			r.path = r.path[:len(r.path)-1]
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			return nil, r.fail(CodeSyntax, "document types are not allowed")
		}
	}
}

// children calls each for every element inside the open one, until that ends.
// What each leaves unread is passed over.
func (r *reader) children(each func(name xml.Name) error) error {
	depth := len(r.path)
	for {
		token, err := r.next()
		if err != nil {
			return r.whole(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := each(t.Name); err != nil {
				return err
			}
			if err := r.leave(depth); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// leave reads on until so many elements are open.
func (r *reader) leave(depth int) error {
	for len(r.path) > depth {
		if _, err := r.next(); err != nil {
			return r.whole(err)
		}
	}
	return nil
}

// whole turns an end of the input inside an element into an error.
func (r *reader) whole(err error) error {
	if errors.Is(err, io.EOF) {
		return r.fail(CodeSyntax, "the message ends early")
	}
	return err
}

// text reads the characters of the open element, without white space around.
func (r *reader) text() (string, error) {
	var b strings.Builder
	for {
		token, err := r.next()
		if err != nil {
			return "", r.whole(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			return "", r.fail(CodeValue, "no element may stand here")
		case xml.EndElement:
			return strings.Trim(b.String(), space), nil
		}
	}
}

// number reads a count of bytes.
func (r *reader) number() (int64, error) {
	failed := r.fail(CodeValue, "no number of bytes")
	text, err := r.text()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, failed
	}
	return n, nil
}

// into reads the text of the open element.
func (r *reader) into(to *string) error {
	text, err := r.text()
	*to = text
	return err
}

// intoNumber reads the number of the open element.
func (r *reader) intoNumber(to *int64) error {
	n, err := r.number()
	*to = n
	return err
}

// once refuses an element that stands twice.
type once map[string]bool

func (o once) check(r *reader, name string) error {
	if o[name] {
		return r.fail(CodeRepeated, "may stand only once")
	}
	o[name] = true
	return nil
}

// known is the local name of an element of SyncML or its meta information,
// also when it was written without namespace; "" of all others.
func known(name xml.Name) string {
	switch name.Space {
	case nsSyncML, nsSyncML11, nsMetInf, "":
		return name.Local
	}
	return ""
}
