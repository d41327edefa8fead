package soap

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"unicode/utf8"
)

// writer builds a message. The first value that XML cannot hold stays in err.
type writer struct {
	out bytes.Buffer
	err *Error
}

// open starts an element; attrs are names and values in turn.
func (w *writer) open(tag string, attrs ...string) {
	w.tag(tag, attrs)
	w.out.WriteByte('>')
}

func (w *writer) close(tag string) {
	w.out.WriteString("</" + tag + ">")
}

// leaf writes an element that holds text, or an empty one.
func (w *writer) leaf(tag, text string, attrs ...string) {
	w.tag(tag, attrs)
	if text == "" {
		w.out.WriteString("/>")
		return
	}
	w.out.WriteByte('>')
	w.escape(tag, text)
	w.close(tag)
}

// optional writes a leaf unless the text is empty.
func (w *writer) optional(tag, text string) {
	if text != "" {
		w.leaf(tag, text)
	}
}

// null writes a text or, when it is empty, an element without a value, which
// [MS-XCEP] asks for where others leave the element out.
func (w *writer) null(tag, text string) {
	if text != "" {
		w.leaf(tag, text)
		return
	}
	w.leaf(tag, "", "xsi:nil", "true")
}

func (w *writer) number(tag string, n uint64) {
	w.leaf(tag, strconv.FormatUint(n, 10))
}

func (w *writer) tag(tag string, attrs []string) {
	w.out.WriteString("<" + tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.out.WriteString(" " + attrs[i] + `="`)
		w.escape(tag+"/@"+attrs[i], attrs[i+1])
		w.out.WriteByte('"')
	}
}

// escape writes text. The standard library would put a replacement character
// in place of what XML cannot hold; a changed password or name helps nobody.
func (w *writer) escape(where, text string) {
	for i, r := range text {
		bad := r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[i:])
			bad = size == 1
		}
		if bad && w.err == nil {
			w.err = &Error{
				Code: CodeValue, Element: where, Message: "The text has a character that XML cannot hold.",
				Remedy: "Remove control characters from the text.", Subcode: SubcodeInternalServiceFault,
			}
		}
	}
	// Writing to a buffer cannot fail.
	_ = xml.EscapeText(&w.out, []byte(text))
}
