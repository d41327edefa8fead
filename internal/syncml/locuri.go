package syncml

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Scope is whose settings a node belongs to.
type Scope uint8

// The scopes.
const (
	DeviceScope Scope = iota
	UserScope
)

// String names the scope as LocURIs do.
func (s Scope) String() string {
	if s == UserScope {
		return "User"
	}
	return "Device"
}

// ScopeOf tells the scope of a LocURI: "./User/…" is the user's, all others
// are the device's, "./Device/…" and bare "./Vendor/…" alike.
func ScopeOf(uri string) Scope {
	first, _, _ := strings.Cut(strings.TrimPrefix(uri, "./"), "/")
	if strings.EqualFold(first, "User") {
		return UserScope
	}
	return DeviceScope
}

// CheckURI tells with an *Error what is wrong with a LocURI for a command: it
// begins with "./", its segments are not empty, and nothing in it has to be
// escaped.
func CheckURI(uri string) error {
	bad := func(why string) error {
		return &Error{Code: CodeValue, Element: elLocURI, Status: StatusBadRequest, Message: why}
	}
	rest, ok := strings.CutPrefix(uri, "./")
	if !ok {
		return bad(`has to begin with "./"`)
	}
	for segment := range strings.SplitSeq(rest, "/") {
		plain, ok := Unescape(segment)
		switch {
		case segment == "":
			return bad("has an empty segment")
		case segment == "." || segment == "..":
			return bad("has a relative segment")
		case !ok || !allowed(plain):
			return bad("has a segment that is wrongly escaped")
		case strings.ContainsAny(segment, "{}<>\"\\^`|?# \t\r\n"):
			return bad("has a character that has to be escaped")
		}
	}
	return nil
}

// JoinURI puts node names after a LocURI, each escaped.
func JoinURI(base string, names ...string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(base, "/"))
	for _, name := range names {
		b.WriteString("/" + Escape(name))
	}
	return b.String()
}

// Escape makes a node name a segment of a LocURI: what RFC 2396, section 3.3
// does not allow in one is percent-encoded, so braces and slashes are.
func Escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!~*'():@&=+$,", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Unescape gives the node name of a segment; false if an escape in it is none.
func Unescape(segment string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(segment); i++ {
		if segment[i] != '%' {
			b.WriteByte(segment[i])
			continue
		}
		digits := segment[i+1 : min(i+3, len(segment))]
		c, err := hex.DecodeString(digits)
		if err != nil || len(c) != 1 {
			return "", false
		}
		b.WriteByte(c[0])
		i += 2
	}
	return b.String(), true
}

// SameURI tells whether two LocURIs name one node: "./Device/Vendor/…" is
// "./Vendor/…", and escaped characters are those they stand for.
func SameURI(a, b string) bool { return normalURI(a) == normalURI(b) }

func normalURI(uri string) string {
	uri = strings.TrimSuffix(strings.TrimPrefix(uri, "./"), "/")
	if first, rest, ok := strings.Cut(uri, "/"); ok && strings.EqualFold(first, "Device") {
		uri = rest
	}
	segments := strings.Split(uri, "/")
	for i, segment := range segments {
		if plain, ok := Unescape(segment); ok {
			segments[i] = Escape(plain)
		}
	}
	return strings.Join(segments, "/")
}

// ListSeparator stands between the entries of lists in one node, as in
// FirstSyncStatus (DMClient CSP).
const ListSeparator = "\uF000"

// JoinList writes a list. No entry may hold a ListSeparator.
func JoinList(entries ...string) string { return strings.Join(entries, ListSeparator) }

// SplitList reads a list; empty entries are none.
func SplitList(text string) (entries []string) {
	for entry := range strings.SplitSeq(text, ListSeparator) {
		if entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}
