package hwhash

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

const (
	standardBytes = 3000     // every current tool pads to this
	standardChars = 4000     // the same as base64
	maxBytes      = 64 << 10 // T is a u16, so nothing longer can be meant
	headerBytes   = 4
	trailerBytes  = 36 // "CS", u16 36, SHA-256
)

// Parse decodes the text of a hardware hash, as it stands in a CSV file or a
// Graph body. Missing or surplus padding and blanks are repaired with a
// warning; a length other than 4000 characters is a warning too, because older
// tools wrote shorter ones. Every failure is an *Error.
func Parse(text string) (*Hash, error) {
	raw, warnings, err := decodeText(text)
	if err != nil {
		return nil, err
	}
	h, err := parse(raw)
	if err != nil {
		return nil, err
	}
	h.repaired = len(warnings) > 0
	if n := base64.StdEncoding.EncodedLen(len(raw)); n != standardChars {
		warnings = append(warnings, fmt.Sprintf("The hash has %d characters; current Windows writes %d.", n, standardChars))
	}
	h.Warnings = append(warnings, h.Warnings...)
	return h, nil
}

// ParseBytes decodes a hash that is already free of base64, for example the
// one a device stores. It keeps no reference to b.
func ParseBytes(b []byte) (*Hash, error) {
	if len(b) > maxBytes {
		return nil, tooLarge()
	}
	h, err := parse(bytes.Clone(b))
	if err != nil {
		return nil, err
	}
	if len(b) != standardBytes {
		h.Warnings = append(h.Warnings, fmt.Sprintf("The hash has %d bytes; current Windows writes %d.", len(b), standardBytes))
	}
	return h, nil
}

func tooLarge() *Error {
	return &Error{Code: CodeTooLarge, Offset: -1, Message: "The hash is larger than 64 KiB.", Remedy: remedyWhole}
}

// decodeText removes base64. A text that is fine takes the first branch only.
func decodeText(text string) (raw []byte, warnings []string, err error) {
	if len(text) > 2*maxBytes {
		return nil, nil, tooLarge()
	}
	if strings.IndexByte(text, '\n') < 0 && strings.IndexByte(text, '\r') < 0 { // Go's decoder would skip them silently
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) == 0 {
		if raw, warnings, err = repairText(text); err != nil {
			return nil, nil, err
		}
	}
	if len(raw) > maxBytes {
		return nil, nil, tooLarge()
	}
	return raw, warnings, nil
}

// repairText undoes what copying and older Windows do to a hash: blanks and
// invisible characters, and lost padding. Microsoft's article on importing
// (HTTP 400, Edm.Binary) names the order: up to two =, or one A and then =.
func repairText(text string) (raw []byte, warnings []string, err error) {
	var b strings.Builder
	b.Grow(len(text) + 3)
	blanks, padding := 0, 0
	for i, r := range text {
		switch {
		case isBlank(r):
			blanks++
		case r == '=':
			padding++
		case !isBase64(r):
			return nil, nil, &Error{
				Code: CodeNotBase64, Offset: i, Remedy: remedyWhole,
				Message: fmt.Sprintf("Character %d of the hash, %q, is not base64.", i+1, r),
			}
		case padding > 0:
			return nil, nil, &Error{
				Code: CodeNotBase64, Offset: i, Remedy: remedyWhole,
				Message: fmt.Sprintf("The hash goes on at character %d after its padding.", i+1),
			}
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return nil, nil, &Error{Code: CodeEmpty, Offset: 0, Message: "The hardware hash is empty.", Remedy: "Collect the hardware hash on the device."}
	}
	if blanks > 0 {
		warnings = append(warnings, fmt.Sprintf("%d blank or invisible characters were removed from the hash.", blanks))
	}
	var add string
	switch b.Len() % 4 {
	case 1:
		add = "A=="
	case 2:
		add = "=="
	case 3:
		add = "="
	}
	if missing := strings.Count(add, "="); add == "A==" || padding != missing {
		warnings = append(warnings, "The base64 padding of the hash was repaired.")
	}
	b.WriteString(add)
	raw, err = base64.StdEncoding.DecodeString(b.String())
	if err != nil {
		return nil, nil, &Error{Code: CodeNotBase64, Offset: len(text), Message: "The hash is not base64.", Remedy: remedyWhole}
	}
	return raw, warnings, nil
}

func isBase64(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/'
}

// isBlank is white space, and what word processors and consoles leave behind.
func isBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return false
}

// parse checks the frame from the outside in, so that a damaged hash is called
// damaged and not blamed on whichever record the damage hit. It keeps b.
func parse(b []byte) (*Hash, error) {
	if len(b) < headerBytes {
		return nil, truncated(len(b), headerBytes)
	}
	if b[0] != 'O' || b[1] != 'A' {
		return nil, &Error{
			Code: CodeHeader, Offset: 0, Remedy: remedyRecapture,
			Message: "This is not a hardware hash: it does not begin with OA (T0 in base64).",
		}
	}
	end := int(binary.LittleEndian.Uint16(b[2:]))
	if end < headerBytes {
		return nil, &Error{
			Code: CodeHeader, Offset: 2, Remedy: remedyRecapture,
			Message: fmt.Sprintf("The header gives a length of %d bytes, less than the header itself.", end),
		}
	}
	if len(b) < end+trailerBytes {
		return nil, truncated(len(b), end+trailerBytes)
	}
	trailer := b[end : end+trailerBytes]
	if trailer[0] != 'C' || trailer[1] != 'S' || binary.LittleEndian.Uint16(trailer[2:]) != trailerBytes {
		return nil, &Error{
			Code: CodeTrailer, Offset: end, Remedy: remedyRecapture,
			Message: fmt.Sprintf("There is no checksum at byte %d, where the header says the records end.", end),
		}
	}
	if sum := sha256.Sum256(b[:end]); !bytes.Equal(sum[:], trailer[4:]) {
		return nil, &Error{
			Code: CodeChecksum, Offset: end + 4, Remedy: remedyRecapture,
			Message: "The checksum does not match: the hash was changed after it was collected.",
		}
	}
	for i, v := range b[end+trailerBytes:] {
		if v != 0 {
			return nil, &Error{
				Code: CodeTrailing, Offset: end + trailerBytes + i, Remedy: remedyWhole,
				Message: fmt.Sprintf("Byte %d, after the checksum, is not zero.", end+trailerBytes+i),
			}
		}
	}
	r := reader{hash: &Hash{raw: b}}
	if err := r.walk(b[:end]); err != nil {
		return nil, err
	}
	return r.hash, nil
}

func truncated(have, want int) *Error {
	return &Error{
		Code: CodeTruncated, Offset: have, Remedy: remedyWhole,
		Message: fmt.Sprintf("The hash ends after %d bytes, but needs at least %d.", have, want),
	}
}
