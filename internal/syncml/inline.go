package syncml

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// data reads the content of the open Data element: characters, or the XML of
// elements that stand in it.
func (r *reader) data(d *Data) error {
	var text strings.Builder
	for {
		token, err := r.next()
		if err != nil {
			return r.whole(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			*d = Data{Text, text.String()}
			return nil
		case xml.StartElement:
			var f fragment
			f.chars(text.String())
			f.start(t)
			if err := r.inline(&f, len(r.path)-1); err != nil {
				return err
			}
			*d = Data{Inline, f.text()}
			return nil
		}
	}
}

// inline copies tokens until fewer than depth elements are open.
func (r *reader) inline(f *fragment, depth int) error {
	for {
		token, err := r.next()
		if err != nil {
			return r.whole(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			f.chars(string(t))
		case xml.StartElement:
			f.start(t)
		case xml.EndElement:
			if len(r.path) < depth {
				return nil
			}
			f.end(t)
		}
	}
}

// fragment writes XML that means the same wherever it is put: every element
// declares its namespace unless its parent has it, prefixes are numbered.
// SyncML's own namespace is left out, as a payload without one takes it over
// from the message around it.
type fragment struct {
	b      strings.Builder
	spaces []string // of the open elements
}

func (f *fragment) text() string { return strings.Trim(f.b.String(), space) }

func (f *fragment) chars(s string) { escapeTo(&f.b, s) }

func (f *fragment) start(t xml.StartElement) {
	around, own := "", payloadSpace(t.Name.Space)
	if n := len(f.spaces); n > 0 {
		around = f.spaces[n-1]
	}
	f.spaces = append(f.spaces, own)
	f.b.WriteString("<" + t.Name.Local)
	if own != around {
		f.attr("xmlns", own)
	}
	prefixes := 0
	for _, a := range t.Attr {
		name := a.Name.Local
		switch a.Name.Space {
		case "":
			if name == "xmlns" {
				continue
			}
		case "xmlns":
			continue
		case "http://www.w3.org/XML/1998/namespace":
			name = "xml:" + name
		default:
			prefixes++
			prefix := "n" + strconv.Itoa(prefixes)
			f.attr("xmlns:"+prefix, a.Name.Space)
			name = prefix + ":" + name
		}
		f.attr(name, a.Value)
	}
	f.b.WriteString(">")
}

func (f *fragment) attr(name, value string) {
	f.b.WriteString(" " + name + `="`)
	_, _ = attrEscaper.WriteString(&f.b, value) // a Builder takes everything
	f.b.WriteString(`"`)
}

// Parsers take white space in attributes for blanks.
var attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#xD;", "\n", "&#xA;", "\t", "&#x9;")

func (f *fragment) end(t xml.EndElement) {
	f.spaces = f.spaces[:len(f.spaces)-1]
	f.b.WriteString("</" + t.Name.Local + ">")
}

func payloadSpace(ns string) string {
	if ns == nsSyncML || ns == nsSyncML11 {
		return ""
	}
	return ns
}

// normalInline checks that text is XML that can stand in a Data element, and
// writes it as Decode would give it back.
func normalInline(text string) (string, bool) {
	// Around it an element, so that it cannot close the Data element.
	r := newReader([]byte("<Data>"+text+"</Data>"), Limits{Depth: len(text) + 2}.withDefaults())
	if _, err := r.next(); err != nil {
		return "", false
	}
	var d Data
	if err := r.data(&d); err != nil || d.Form != Inline || r.end() != nil {
		return "", false
	}
	return d.Text, true
}
