package syncml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Limits is what Decode accepts at most. A zero field is its default.
type Limits struct {
	Size     int // bytes of the message; 4 MiB
	Depth    int // elements inside each other, the root being 1; 32
	Elements int // elements in all; 100,000
	Commands int // commands in all, those inside others too; 2,000
	Items    int // items of one command; 2,000
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Size, 4<<20)
	set(&l.Depth, 32)
	set(&l.Elements, 100_000)
	set(&l.Commands, 2_000)
	set(&l.Items, 2_000)
	return l
}

// Decode reads one message. The error is an *Error that names the element.
//
// Identifiers, LocURIs and meta information lose white space around them;
// Data is kept to the letter.
func Decode(data []byte, l Limits) (*Message, error) {
	l = l.withDefaults()
	r := newReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), l)
	if len(data) > l.Size {
		return nil, r.fail(CodeTooLarge, "%d bytes, at most %d are allowed", len(data), l.Size)
	}
	if err := r.root(); err != nil {
		return nil, err
	}
	m, err := r.message()
	if err != nil {
		return nil, err
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return m, nil
}

// root reads up to the start of the SyncML element.
func (r *reader) root() error {
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) {
			return r.missing(elSyncML)
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != elSyncML || t.Name.Space != nsSyncML && t.Name.Space != nsSyncML11 {
				return r.fail(CodeNamespace, "the root has to be SyncML in %s", nsSyncML)
			}
			return nil
		case xml.CharData:
			if err := r.blank(t); err != nil {
				return err
			}
		}
	}
}

// end makes sure that nothing follows the root.
func (r *reader) end() error {
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, ok := token.(xml.CharData)
		if !ok {
			return r.fail(CodeSyntax, "an element follows the message")
		}
		if err := r.blank(text); err != nil {
			return err
		}
	}
}

func (r *reader) blank(text xml.CharData) error {
	if len(bytes.Trim(text, space)) > 0 {
		return r.fail(CodeSyntax, "text stands beside the message")
	}
	return nil
}

func (r *reader) message() (*Message, error) {
	m, seen := &Message{}, once{}
	err := r.children(func(name xml.Name) error {
		switch known(name) {
		case elSyncHdr:
			if err := seen.check(r, elSyncHdr); err != nil {
				return err
			}
			return r.header(&m.Header)
		case elSyncBody:
			if err := seen.check(r, elSyncBody); err != nil {
				return err
			}
			return r.body(m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{elSyncHdr, elSyncBody} {
		if !seen[name] {
			r.path = append(r.path, elSyncML) // it has ended
			return nil, r.missing(name)
		}
	}
	return m, nil
}

func (r *reader) header(h *Header) error {
	seen := once{}
	path := place(r.path)
	err := r.children(func(name xml.Name) error {
		element := known(name)
		var read func() error
		switch element {
		case elVerDTD:
			read = func() error { return r.into(&h.VerDTD) }
		case elVerProto:
			read = func() error { return r.into(&h.VerProto) }
		case elSessionID:
			read = func() error { return r.into(&h.SessionID) }
		case elMsgID:
			read = func() error { return r.into(&h.MsgID) }
		case elTarget:
			read = func() error { return r.location(&h.Target, nil) }
		case elSource:
			read = func() error { return r.location(&h.Source, &h.SourceName) }
		case elCred:
			h.Cred = &Cred{}
			read = func() error { return r.cred(h.Cred) }
		case elMeta:
			read = func() error { return r.meta(&meta{maxMsgSize: &h.MaxMsgSize, maxObjSize: &h.MaxObjSize}) }
		default:
			return nil // RespURI, NoResp and what others add
		}
		if err := seen.check(r, element); err != nil {
			return err
		}
		return read()
	})
	if err != nil {
		return err
	}
	for _, id := range []struct{ name, value string }{{elSessionID, h.SessionID}, {elMsgID, h.MsgID}} {
		if id.value == "" {
			e := r.missing(id.name)
			e.Element = path + "/" + id.name
			return e
		}
	}
	return nil
}

func (r *reader) body(m *Message) error {
	return r.children(func(name xml.Name) error {
		if known(name) == elFinal {
			m.Final = true
			return nil
		}
		c, err := r.command(name)
		if err != nil {
			return err
		}
		m.Body = append(m.Body, c)
		return nil
	})
}
