package syncml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Encode writes the message in SYNCML:SYNCML1.2. The same message gives the
// same bytes. It writes what it is given, a Header without VerProto or a
// command without CmdID too, and refuses with an *Error only what has no XML:
// characters that XML does not allow, Inline data that is not well-formed,
// kinds that do not exist.
func (m *Message) Encode() ([]byte, error) {
	w := &writer{}
	w.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><SyncML xmlns="` + nsSyncML + `">`)
	w.path = []string{elSyncML}
	w.element(elSyncHdr, func() { w.header(&m.Header) })
	w.element(elSyncBody, func() {
		w.commands(m.Body)
		if m.Final {
			w.element(elFinal, nil)
		}
	})
	w.b.WriteString("</" + elSyncML + ">")
	if w.err != nil {
		return nil, w.err
	}
	return []byte(w.b.String()), nil
}

// writer writes elements; the first error stays.
type writer struct {
	b    strings.Builder
	path []string
	err  error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = &Error{Code: CodeEncode, Element: place(w.path), Status: StatusBadRequest, Message: fmt.Sprintf(format, args...)}
	}
}

func (w *writer) element(name string, inside func()) { w.tag(name, "", inside) }

func (w *writer) tag(name, ns string, inside func()) {
	w.path = append(w.path, name)
	w.b.WriteString("<" + name)
	if ns != "" {
		w.b.WriteString(` xmlns="`)
		w.chars(ns)
		w.b.WriteString(`"`)
	}
	if inside == nil {
		w.b.WriteString("/>")
	} else {
		w.b.WriteString(">")
		inside()
		w.b.WriteString("</" + name + ">")
	}
	w.path = w.path[:len(w.path)-1]
}

// text writes an element that is left out when it is empty.
func (w *writer) text(name, value string) {
	if value != "" {
		w.required(name, value)
	}
}

func (w *writer) required(name, value string) {
	w.element(name, func() { w.chars(value) })
}

func (w *writer) location(name, uri, locName string) {
	if uri == "" && locName == "" {
		return
	}
	w.element(name, func() {
		w.text(elLocURI, uri)
		w.text(elLocName, locName)
	})
}

// meta writes pairs of name and value, of which the empty ones are left out.
func (w *writer) meta(pairs ...string) {
	inside := func() {
		for pair := range slices.Chunk(pairs, 2) {
			if pair[1] != "" {
				w.tag(pair[0], nsMetInf, func() { w.chars(pair[1]) })
			}
		}
	}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			w.element(elMeta, inside)
			return
		}
	}
}

func count(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (w *writer) header(h *Header) {
	w.text(elVerDTD, h.VerDTD)
	w.text(elVerProto, h.VerProto)
	w.required(elSessionID, h.SessionID)
	w.required(elMsgID, h.MsgID)
	w.location(elTarget, h.Target, "")
	w.location(elSource, h.Source, h.SourceName)
	if c := h.Cred; c != nil {
		w.element(elCred, func() {
			w.meta(elFormat, c.Format, elType, c.Type)
			w.required(elData, c.Data)
		})
	}
	w.meta(elMaxMsgSize, count(h.MaxMsgSize), elMaxObjSize, count(h.MaxObjSize))
}

func (w *writer) commands(list []Command) {
	for i := range list {
		w.command(&list[i])
	}
}

func (w *writer) command(c *Command) {
	shape, ok := shapes[c.Kind]
	name, ns := string(c.Kind), ""
	if c.Kind == Unknown {
		name, ns = c.Element.Local, c.Element.Space
		ok = isName(name) && (ns != "" || !w.means(name))
	}
	if !ok {
		w.fail("%q is no command", name)
		return
	}
	w.tag(name, ns, func() {
		for _, part := range shape {
			w.part(c, part, ns != "")
		}
	})
}

// means tells whether an element of SyncML means something where the writer is.
func (w *writer) means(name string) bool {
	if _, command := shapes[Kind(name)]; command {
		return true
	}
	if w.path[len(w.path)-1] == elSyncBody {
		return name == elFinal
	}
	return name == elCmdID || name == elMeta
}

func (w *writer) part(c *Command, part string, foreign bool) {
	switch part {
	case elCmdID:
		switch {
		case c.CmdID == "":
		case foreign:
			w.tag(elCmdID, nsSyncML, func() { w.chars(c.CmdID) })
		default:
			w.required(elCmdID, c.CmdID)
		}
	case elMsgRef:
		w.text(elMsgRef, c.MsgRef)
	case elCmdRef: // blank refers to a command that had no CmdID
		w.required(elCmdRef, c.CmdRef)
	case elCmd:
		w.text(elCmd, c.Cmd)
	case elTargetRef:
		for _, ref := range c.TargetRefs {
			w.required(elTargetRef, ref)
		}
	case elSourceRef:
		for _, ref := range c.SourceRefs {
			w.required(elSourceRef, ref)
		}
	case elChal:
		if c.Chal != nil {
			w.element(elChal, func() {
				w.meta(elFormat, c.Chal.Format, elType, c.Chal.Type, elNextNonce, c.Chal.NextNonce)
			})
		}
	case elData:
		w.data(c.Data)
	case elCorrelator:
		w.text(elCorrelator, c.Correlator)
	case elItem:
		for i := range c.Items {
			w.item(&c.Items[i])
		}
	case elCommands:
		w.commands(c.Commands)
	}
}

func (w *writer) item(i *Item) {
	w.element(elItem, func() {
		w.location(elTarget, i.Target, "")
		w.location(elSource, i.Source, "")
		w.meta(elFormat, i.Format, elType, i.Type, elMark, i.Mark, elSize, count(i.Size))
		w.data(i.Data)
		if i.MoreData {
			w.element(elMoreData, nil)
		}
	})
}

func (w *writer) data(d Data) {
	switch d.Form {
	case Absent:
	case Text:
		w.required(elData, d.Text)
	case CDATA:
		w.element(elData, func() { w.cdata(d.Text) })
	case Inline:
		w.element(elData, func() {
			text, ok := normalInline(d.Text)
			if !ok {
				w.fail("the XML in it is not well-formed")
			}
			w.b.WriteString(text)
		})
	default:
		w.fail("data has no form %d", d.Form)
	}
}

// cdata writes CDATA sections. Two things cannot be in one: its end mark, and
// a carriage return, which a parser takes for a line feed.
func (w *writer) cdata(s string) {
	if !allowed(s) {
		w.fail("a character is not allowed in XML")
	}
	s = strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>")
	s = strings.ReplaceAll(s, "\r", "]]>&#xD;<![CDATA[")
	w.b.WriteString("<![CDATA[" + s + "]]>")
}

func (w *writer) chars(s string) {
	if !allowed(s) {
		w.fail("a character is not allowed in XML")
	}
	escapeTo(&w.b, s)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#xD;")

func escapeTo(b *strings.Builder, s string) {
	_, _ = escaper.WriteString(b, s) // a Builder takes everything
}

// allowed knows the characters of XML 1.0, section 2.2.
func allowed(s string) bool {
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0xFFFE, r == 0xFFFF:
			return false
		}
	}
	return true
}

// isName is generous beyond ASCII: what stands there came from a parser.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= utf8.RuneSelf || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r == ':'
		inner := r >= '0' && r <= '9' || r == '-' || r == '.'
		if !letter && (i == 0 || !inner) {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}
