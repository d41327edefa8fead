package soap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// DefaultMaxBytes is far above any real message: a request with a certificate
// request and attestation claims has some 20 kB.
const DefaultMaxBytes = 1 << 20

// The limits of every message; real ones have a tenth of each.
const (
	maxDepth      = 32
	maxElements   = 4096
	maxAttributes = 64 // of one element
)

// node is one element of a message.
type node struct {
	name   xml.Name
	attrs  []xml.Attr // without namespace declarations
	text   []byte     // all character data that stands directly in it
	kids   []*node
	parent *node
}

// path is where the node stands. It is made when asked for, as names can be
// long and many.
func (n *node) path() string {
	var names []string
	for ; n != nil; n = n.parent {
		names = append([]string{short(n.name.Local)}, names...)
	}
	return strings.Join(names, "/")
}

// short shows at most 60 bytes of what a caller sent.
func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// parse reads one XML document of at most maxBytes bytes. It refuses document
// types, entities other than XML's own five, processing instructions, and what
// is over a limit; comments are dropped.
func parse(r io.Reader, maxBytes int64) (*node, error) {
	source := &bounded{r: r, left: maxBytes}
	root, err := grow(xml.NewDecoder(source))
	if source.err != nil {
		return nil, fmt.Errorf("reading a SOAP message: %w", source.err)
	}
	if source.over {
		return nil, &Error{Code: CodeTooLarge, Message: fmt.Sprintf("The message has more than %d bytes.", maxBytes), Remedy: remedySmaller, Subcode: SubcodeMessageFormat}
	}
	return root, err
}

// bounded ends a reader after some bytes and remembers why it ended.
type bounded struct {
	r    io.Reader
	left int64
	over bool  // there was more
	err  error // of r, other than io.EOF
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		b.over = true
		return 0, io.EOF
	}
	// One byte more than is allowed tells the end from the limit.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		b.over = true
		return n, io.EOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// grow builds the tree.
func grow(dec *xml.Decoder) (*node, error) {
	var root, at *node
	depth, elements, first := 0, 0, true
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntax(at, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, refuse(CodeTooDeep, at, fmt.Sprintf("Elements are nested more than %d deep.", maxDepth), remedySmaller)
			}
			if elements++; elements > maxElements {
				return nil, refuse(CodeTooManyElements, at, fmt.Sprintf("There are more than %d elements.", maxElements), remedySmaller)
			}
			n := &node{name: known(token.Name), parent: at}
			if n.attrs, err = attributes(n, token.Attr); err != nil {
				return nil, err
			}
			switch {
			case at != nil:
				at.kids = append(at.kids, n)
			case root != nil:
				return nil, refuse(CodeNotXML, nil, "There is a second element after the envelope.", remedyWellFormed)
			default:
				root = n
			}
			at = n
		case xml.EndElement:
			depth--
			at = at.parent
		case xml.CharData:
			if at != nil {
				at.text = append(at.text, token...)
				continue
			}
			if first && string(token) == "\ufeff" { // a byte order mark stands before even the declaration
				continue
			}
			if strings.Trim(string(token), blanks) != "" {
				return nil, refuse(CodeNotXML, nil, "There is text outside the envelope.", remedyWellFormed)
			}
		case xml.Directive:
			return nil, refuse(CodeForbidden, at, "There is a document type declaration.", "Send the message without <!DOCTYPE> and <!ENTITY>.")
		case xml.ProcInst:
			if token.Target != "xml" || !first {
				return nil, refuse(CodeForbidden, at, "There is a processing instruction.", "Send none but the XML declaration at the very start.")
			}
		}
		first = false
	}
	if root == nil {
		return nil, refuse(CodeNotXML, nil, "There is no XML document.", remedyWellFormed)
	}
	return root, nil
}

// syntax tells an entity from other mistakes: it needs another remedy.
func syntax(at *node, err error) *Error {
	if strings.Contains(err.Error(), "invalid character entity") {
		return refuse(CodeForbidden, at, "There is an entity that XML itself does not define.", "Send the character itself.")
	}
	return refuse(CodeNotXML, at, short(err.Error())+".", remedyWellFormed)
}

// attributes drops namespace declarations and refuses doubles, which the
// standard library lets pass.
func attributes(n *node, all []xml.Attr) ([]xml.Attr, error) {
	if len(all) > maxAttributes {
		return nil, refuse(CodeTooManyAttrs, n, fmt.Sprintf("The element has more than %d attributes.", maxAttributes), remedySmaller)
	}
	var kept []xml.Attr
	for i, a := range all {
		for _, b := range all[:i] {
			if a.Name == b.Name {
				return nil, refuse(CodeDuplicate, n, "The attribute "+short(a.Name.Local)+" stands twice.", "Send the attribute once.")
			}
		}
		if a.Name.Space == "xmlns" || a.Name == (xml.Name{Local: "xmlns"}) {
			continue
		}
		kept = append(kept, a)
	}
	return kept, nil
}

// known gives the namespaces that occur in two spellings their one name.
func known(name xml.Name) xml.Name {
	switch name.Space {
	case nsSOAP11:
		name.Space = nsSOAP12
	case nsDiscovery + "/":
		name.Space = nsDiscovery
	}
	return name
}

// refuse is an Error about the message's form.
func refuse(code string, at *node, message, remedy string) *Error {
	return &Error{Code: code, Element: at.path(), Message: message, Remedy: remedy, Subcode: SubcodeMessageFormat}
}
