package enrollment

import (
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// userRoot is where a user's own nodes are; all others are the device's.
const userRoot = "./User/"

// user reports whether the operation touches a user's nodes.
func (o *Operation) user() bool {
	return len(o.URI) >= len(userRoot) && strings.EqualFold(o.URI[:len(userRoot)], userRoot) ||
		slices.ContainsFunc(o.Parts, func(p Operation) bool { return p.user() })
}

// device reports whether the operation touches the device's nodes.
func (o *Operation) device() bool {
	if len(o.Parts) == 0 {
		return !o.user()
	}
	return slices.ContainsFunc(o.Parts, func(p Operation) bool { return p.device() })
}

// count is how many commands the operation is on the wire.
func (o *Operation) count() int { return 1 + len(o.Parts) }

// frame is about what the XML around one operation takes.
const frame = 300

// escaped is how many bytes text takes at most in XML.
func escaped(text string) int {
	n := len(text)
	for i := range len(text) {
		if strings.IndexByte("&<>\"'\r\n\t", text[i]) >= 0 {
			n += len("&quot;") - 1
		}
	}
	return n
}

// size is about how many bytes the operation takes on the wire.
func (o *Operation) size() int {
	n := frame + len(o.URI) + len(o.Format) + len(o.Type)
	if o.Data != nil {
		n += escaped(*o.Data)
	}
	for i := range o.Parts {
		n += o.Parts[i].size()
	}
	return n
}

// sameNode compares two LocURIs: ./Device/Vendor is ./Vendor, and Windows does
// not tell capitals.
func sameNode(a, b string) bool { return strings.EqualFold(deviceless(a), deviceless(b)) }

func deviceless(uri string) string {
	const device = "./Device/"
	if len(uri) > len(device) && strings.EqualFold(uri[:len(device)], device) {
		return "./" + uri[len(device):]
	}
	return uri
}

// Check finds what no PC would take: the limits of [MS-MDM] on what stands in
// an Atomic, and a user's nodes beside the device's in one, which would undo
// them all when the user is away. The fault is Invalid with code
// InvalidOperation.
func (o *Operation) Check() error {
	switch o.Verb {
	case Add, Replace, Delete, Exec:
		if len(o.Parts) > 0 {
			return badOperation(o, "only Atomic, Sequence and Get hold others")
		}
		return checkURI(o)
	case Get:
		return checkGet(o)
	case Atomic, Sequence:
		return checkParts(o)
	}
	return badOperation(o, "there is no such command")
}

func checkURI(o *Operation) error {
	if !strings.HasPrefix(o.URI, "./") || len(o.URI) == 2 {
		return badOperation(o, "the node has to begin with ./Device/, ./User/ or ./Vendor/")
	}
	return nil
}

func checkGet(o *Operation) error {
	if len(o.Parts) == 0 {
		return checkURI(o)
	}
	if o.URI != "" {
		return badOperation(o, "a Get of several nodes has no node of its own")
	}
	for i := range o.Parts {
		if p := &o.Parts[i]; p.Verb != Get || len(p.Parts) > 0 {
			return badOperation(o, "a Get asks for nodes only")
		} else if err := checkURI(p); err != nil {
			return err
		}
	}
	return nil
}

func checkParts(o *Operation) error {
	if len(o.Parts) == 0 {
		return badOperation(o, "it holds nothing")
	}
	if o.Verb == Atomic && o.user() && o.device() {
		return badOperation(o, "a user's nodes do not stand in one Atomic with the device's")
	}
	for i := range o.Parts {
		p := &o.Parts[i]
		switch {
		case p.Verb == Atomic, p.Verb == Sequence:
			return badOperation(o, "it cannot hold another Atomic or Sequence")
		case p.Verb == Get && (o.Verb == Atomic || len(p.Parts) > 0):
			return badOperation(o, "it cannot hold this Get")
		case p.Secret:
			return badOperation(o, "it cannot hold a secret")
		}
		if err := p.Check(); err != nil {
			return err
		}
		if o.Verb == Atomic && p.Verb == Replace && slices.ContainsFunc(o.Parts[:i], func(q Operation) bool { return q.Verb == Add && sameNode(q.URI, p.URI) }) {
			return badOperation(o, "one Atomic cannot add a node and replace it")
		}
	}
	return nil
}

func badOperation(o *Operation, why string) error {
	return fault.Field(fault.Invalid, "InvalidOperation", string(o.Verb)+" "+o.URI, "The command "+string(o.Verb)+" cannot be sent: "+why+".", "Change the node or split the command.")
}

// fine reports whether a status of one command is what was wanted: a node to be
// added that exists, and one to be deleted that does not, are.
func fine(v Verb, status int) bool {
	const existsAlready, noSuchNode = 418, 404
	return status >= 200 && status <= 213 || v == Add && status == existsAlready || v == Delete && status == noSuchNode
}
