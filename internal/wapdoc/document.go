package wapdoc

import (
	"bytes"
	"encoding/xml"
	"strings"
	"unicode/utf8"
)

// Document is a wap-provisioningdoc of version 1.1: a tree of settings.
type Document struct {
	Characteristics []Characteristic
}

// Characteristic is a group of settings.
type Characteristic struct {
	Type     string
	Parms    []Parm
	Children []Characteristic
}

// Parm is one setting.
type Parm struct {
	Name     string
	Value    string
	Datatype string // "integer", "boolean", "string" or "" when the setting has but one
	NoValue  bool   // the name alone is the setting
}

// Encode writes the document in one line, without an XML declaration, always in
// the same bytes. It refuses text that XML cannot hold.
func (d *Document) Encode() ([]byte, error) {
	var w writer
	w.out.WriteString(`<wap-provisioningdoc version="1.1">`)
	for i := range d.Characteristics {
		w.characteristic(&d.Characteristics[i], "")
	}
	w.out.WriteString("</wap-provisioningdoc>")
	if w.err != nil {
		return nil, w.err
	}
	return w.out.Bytes(), nil
}

type writer struct {
	out bytes.Buffer
	err error // the first
}

func (w *writer) characteristic(c *Characteristic, parent string) {
	path := join(parent, c.Type)
	w.out.WriteString("<characteristic")
	w.attr(path, "type", c.Type)
	if len(c.Parms)+len(c.Children) == 0 {
		w.out.WriteString("/>")
		return
	}
	w.out.WriteByte('>')
	for _, p := range c.Parms {
		w.out.WriteString("<parm")
		w.attr(join(path, p.Name), "name", p.Name)
		if !p.NoValue {
			w.attr(join(path, p.Name), "value", p.Value)
		}
		if p.Datatype != "" {
			w.attr(join(path, p.Name), "datatype", p.Datatype)
		}
		w.out.WriteString("/>")
	}
	for i := range c.Children {
		w.characteristic(&c.Children[i], path)
	}
	w.out.WriteString("</characteristic>")
}

func (w *writer) attr(path, name, value string) {
	for i, r := range value {
		bad := r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(value[i:])
			bad = size == 1
		}
		if bad && w.err == nil {
			w.err = &Error{CodeValue, path, "The text has a character that XML cannot hold.", "Remove control characters from the text."}
		}
	}
	w.out.WriteString(" " + name + `="`)
	// Writing to a buffer cannot fail.
	_ = xml.EscapeText(&w.out, []byte(value))
	w.out.WriteByte('"')
}

// join makes a path; long parts are cut.
func join(parent, name string) string {
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "") + "…"
	}
	if parent == "" || name == "" {
		return parent + name
	}
	return parent + "/" + name
}
