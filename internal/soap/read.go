package soap

import (
	"fmt"
	"strconv"
	"strings"
)

// blanks is XML's white space.
const blanks = " \t\r\n"

// reading takes values out of a tree. The first mistake stays in err; after it
// everything reads as absent, so callers look once, at the end.
type reading struct {
	err     *Error
	subcode Subcode // of mistakes found now; SubcodeMessageFormat when ""
	ours    bool    // the message is about to be sent: mistakes are the sender's own
}

func (r *reading) fail(code, element, message, remedy string) {
	if r.err != nil {
		return
	}
	subcode := r.subcode
	switch {
	case r.ours:
		subcode = SubcodeInternalServiceFault
	case subcode == "":
		subcode = SubcodeMessageFormat
	}
	r.err = &Error{Code: code, Element: element, Message: message, Remedy: remedy, Subcode: subcode}
}

// under runs a step whose mistakes mean another subcode.
func (r *reading) under(subcode Subcode, step func()) {
	before := r.subcode
	r.subcode = subcode
	step()
	r.subcode = before
}

// one is the only child of that name, nil when there is none.
func (r *reading) one(parent *node, space, local string) *node {
	var found *node
	for _, kid := range r.all(parent, space, local) {
		if found != nil {
			r.fail(CodeDuplicate, kid.path(), "The element stands twice.", remedyOnce)
			return nil
		}
		found = kid
	}
	return found
}

// need is one for an element that must be there.
func (r *reading) need(parent *node, space, local string) *node {
	n := r.one(parent, space, local)
	if n == nil && parent != nil {
		r.fail(CodeMissing, parent.path(), "The element "+local+" of namespace "+space+" is missing.", remedyProtocol)
	}
	return n
}

// all are the children of that name, in the message's order.
func (r *reading) all(parent *node, space, local string) []*node {
	if parent == nil || r.err != nil {
		return nil
	}
	var found []*node
	for _, kid := range parent.kids {
		if kid.name.Space == space && kid.name.Local == local {
			found = append(found, kid)
		}
	}
	return found
}

// raw is the text of an element that holds nothing else.
func (r *reading) raw(n *node) string {
	if n == nil || r.err != nil {
		return ""
	}
	if len(n.kids) > 0 {
		r.fail(CodeUnexpected, n.kids[0].path(), "An element stands where only text belongs.", remedyProtocol)
		return ""
	}
	return string(n.text)
}

// text is the text of a node without the blanks around it.
func (r *reading) text(n *node) string { return strings.Trim(r.raw(n), blanks) }

// value is the trimmed text of an optional child.
func (r *reading) value(parent *node, space, local string) string {
	return r.text(r.one(parent, space, local))
}

// number is the value of a child that must hold a number of that many bits.
func (r *reading) number(parent *node, space, local string, bits int) uint64 {
	n := r.need(parent, space, local)
	text := r.text(n)
	if n == nil || r.err != nil {
		return 0
	}
	v, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		r.fail(CodeValue, n.path(), fmt.Sprintf("The text is no number of %d bits.", bits), "Send a whole number in decimal digits.")
	}
	return v
}

// attr is an attribute's trimmed value, written with the element's prefix or
// without one; both at once would be two values.
func (r *reading) attr(n *node, local string) string {
	if n == nil || r.err != nil {
		return ""
	}
	value, seen := "", false
	for _, a := range n.attrs {
		if a.Name.Local != local || (a.Name.Space != "" && a.Name.Space != n.name.Space) {
			continue
		}
		if seen {
			r.fail(CodeDuplicate, n.path()+"/@"+local, "The attribute stands twice, with and without a prefix.", "Send the attribute once.")
			return ""
		}
		value, seen = strings.Trim(a.Value, blanks), true
	}
	return value
}
