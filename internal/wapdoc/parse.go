package wapdoc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxBytes is the most that Parse takes; a real document has some 10 kB.
const MaxBytes = 1 << 20

// The limits of Parse, well above every real document.
const (
	maxDepth    = 16
	maxElements = 1024
)

// Parse reads a document. It refuses what is no wap-provisioningdoc of version
// 1.1, document types, entities, processing instructions, elements and
// attributes that the format has not, and what is over a limit. A
// characteristic's parms and children keep their order, each among themselves.
func Parse(data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, &Error{CodeTooLarge, "", fmt.Sprintf("The document has more than %d bytes.", MaxBytes), remedySmaller}
	}
	p := parser{dec: xml.NewDecoder(bytes.NewReader(data))}
	var doc *Document
	for {
		token, err := p.next("")
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if doc != nil {
			return nil, &Error{CodeNotXML, "", "There is a second element after the document.", remedyForm}
		}
		if doc, err = p.document(start); err != nil {
			return nil, err
		}
	}
	if doc == nil {
		return nil, &Error{CodeNotXML, "", "There is no XML document.", remedyForm}
	}
	return doc, nil
}

type parser struct {
	dec      *xml.Decoder
	elements int
	begun    bool // something was read
}

// next is the next start or end of an element.
func (p *parser) next(path string) (xml.Token, error) {
	for {
		token, err := p.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			if strings.Contains(err.Error(), "invalid character entity") {
				return nil, &Error{CodeForbidden, path, "There is an entity that XML itself does not define.", "Write the character itself."}
			}
			return nil, &Error{CodeNotXML, path, "The document is not well-formed.", remedyForm}
		}
		first := !p.begun
		p.begun = true
		switch token := token.(type) {
		case xml.StartElement:
			if p.elements++; p.elements > maxElements {
				return nil, &Error{CodeTooManyElements, path, fmt.Sprintf("There are more than %d elements.", maxElements), remedySmaller}
			}
			return token, nil
		case xml.EndElement:
			return token, nil
		case xml.CharData:
			if first && string(token) == "\ufeff" { // a byte order mark stands before even the declaration
				p.begun = false
				continue
			}
			if strings.Trim(string(token), " \t\r\n") != "" {
				return nil, &Error{CodeUnexpected, path, "There is text; values stand in attributes.", remedyForm}
			}
		case xml.Directive:
			return nil, &Error{CodeForbidden, path, "There is a document type declaration.", "Write the document without <!DOCTYPE> and <!ENTITY>."}
		case xml.ProcInst:
			if token.Target != "xml" || !first {
				return nil, &Error{CodeForbidden, path, "There is a processing instruction.", "Write none but the XML declaration at the very start."}
			}
		}
	}
}

func (p *parser) document(start xml.StartElement) (*Document, error) {
	if (start.Name != xml.Name{Local: "wap-provisioningdoc"}) {
		return nil, &Error{CodeUnexpected, "", "The element is no wap-provisioningdoc.", remedyForm}
	}
	attrs, err := attributes(start, "", "version")
	if err != nil {
		return nil, err
	}
	if version := attrs["version"]; version != "1.1" {
		return nil, &Error{CodeValue, "version", "The version is not 1.1.", "Write version 1.1."}
	}
	var all Characteristic
	if err := p.fill(&all, "", 1); err != nil {
		return nil, err
	}
	if len(all.Parms) > 0 {
		return nil, &Error{CodeUnexpected, all.Parms[0].Name, "A parm stands outside of any characteristic.", remedyForm}
	}
	return &Document{Characteristics: all.Children}, nil
}

// fill reads the content of a characteristic up to its end.
func (p *parser) fill(c *Characteristic, path string, depth int) error {
	if depth > maxDepth {
		return &Error{CodeTooDeep, path, fmt.Sprintf("Elements are nested more than %d deep.", maxDepth), remedySmaller}
	}
	for {
		token, err := p.next(path)
		if errors.Is(err, io.EOF) {
			return &Error{CodeNotXML, path, "The document ends in the middle.", remedyForm}
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			return nil
		}
		switch start.Name {
		case xml.Name{Local: "characteristic"}:
			attrs, err := attributes(start, path, "type")
			if err != nil {
				return err
			}
			child := Characteristic{Type: attrs["type"]}
			if child.Type == "" {
				return &Error{CodeMissing, path, "A characteristic has no type.", remedyForm}
			}
			if err := p.fill(&child, join(path, child.Type), depth+1); err != nil {
				return err
			}
			c.Children = append(c.Children, child)
		case xml.Name{Local: "parm"}:
			parm, err := p.parm(start, path, depth)
			if err != nil {
				return err
			}
			c.Parms = append(c.Parms, parm)
		default:
			return &Error{CodeUnexpected, path, "There is an element that is neither characteristic nor parm.", remedyForm}
		}
	}
}

func (p *parser) parm(start xml.StartElement, path string, depth int) (Parm, error) {
	attrs, err := attributes(start, path, "name", "value", "datatype")
	if err != nil {
		return Parm{}, err
	}
	value, has := attrs["value"]
	parm := Parm{Name: attrs["name"], Value: value, Datatype: attrs["datatype"], NoValue: !has}
	if parm.Name == "" {
		return Parm{}, &Error{CodeMissing, path, "A parm has no name.", remedyForm}
	}
	var inside Characteristic
	if err := p.fill(&inside, join(path, parm.Name), depth+1); err != nil {
		return Parm{}, err
	}
	if len(inside.Parms)+len(inside.Children) > 0 {
		return Parm{}, &Error{CodeUnexpected, join(path, parm.Name), "A parm holds elements.", remedyForm}
	}
	return parm, nil
}

// attributes refuses doubles, which the standard library lets pass, and what
// the format has not.
func attributes(start xml.StartElement, path string, allowed ...string) (map[string]string, error) {
	got := map[string]string{}
	for _, a := range start.Attr {
		if _, twice := got[a.Name.Local]; twice {
			return nil, &Error{CodeDuplicate, path, "An attribute stands twice.", remedyForm}
		}
		if a.Name.Space != "" || !slices.Contains(allowed, a.Name.Local) {
			return nil, &Error{CodeUnexpected, path, "There is an attribute that " + start.Name.Local + " has not.", remedyForm}
		}
		got[a.Name.Local] = a.Value
	}
	return got, nil
}
