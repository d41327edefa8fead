package soap

import (
	"cmp"
	"log/slog"
	"strings"
	"time"
)

// Security is the WS-Security header. Which part must be there depends on the
// authentication policy of the discovery answer ([MS-MDE2] 3.3, 3.4):
// UsernameToken for OnPremise, BinarySecurityToken for Federated. Answers to a
// certificate request have a Timestamp.
type Security struct {
	Timestamp           *Timestamp
	UsernameToken       *UsernameToken
	BinarySecurityToken *BinarySecurityToken
}

// LogValue says which parts there are and holds no secret.
func (s Security) LogValue() slog.Value {
	var parts []string
	if s.UsernameToken != nil {
		parts = append(parts, s.UsernameToken.String())
	}
	if s.BinarySecurityToken != nil {
		parts = append(parts, s.BinarySecurityToken.String())
	}
	return slog.StringValue(strings.Join(parts, ", "))
}

// Timestamp is when a message was made and how long it may be believed, in UTC
// and milliseconds.
type Timestamp struct {
	Created, Expires time.Time
}

// UsernameToken is a name and a password in clear. Print and log it freely: the
// password does not show.
type UsernameToken struct {
	Username string
	Password string // as sent, blanks included; "" in renewals
	Type     string // PasswordText when the message names none
}

// String leaves the password out.
func (t UsernameToken) String() string { return t.Username + " ***" }

// LogValue leaves the password out.
func (t UsernameToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// BinarySecurityToken is a token or a certificate request. Print and log it
// freely: the content does not show.
type BinarySecurityToken struct {
	ValueType    string // what it is, one of the ValueType constants
	EncodingType string // EncodingBase64 when the message names none
	Content      string // the text, without blanks around it
}

// Decode is DecodeToken of the content.
func (t BinarySecurityToken) Decode() ([]byte, error) { return DecodeToken(t.Content) }

// String leaves the content out.
func (t BinarySecurityToken) String() string { return t.ValueType + " ***" }

// LogValue leaves the content out.
func (t BinarySecurityToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

const pathSecurity = "Envelope/Header/Security"

func readSecurity(r *reading, n *node) *Security {
	if n == nil {
		return nil
	}
	var s Security
	r.under(SubcodeInvalidSecurity, func() {
		if stamp := r.one(n, nsUtility, "Timestamp"); stamp != nil {
			s.Timestamp = &Timestamp{
				Created: readTime(r, r.need(stamp, nsUtility, "Created")),
				Expires: readTime(r, r.need(stamp, nsUtility, "Expires")),
			}
		}
		if token := r.one(n, nsSecurity, "UsernameToken"); token != nil {
			password := r.one(token, nsSecurity, "Password")
			s.UsernameToken = &UsernameToken{
				Username: r.text(r.need(token, nsSecurity, "Username")),
				Password: r.raw(password),
				Type:     r.attr(password, "Type"),
			}
			// An empty password is often written as a line break.
			if strings.Trim(s.UsernameToken.Password, blanks) == "" {
				s.UsernameToken.Password = ""
			}
			if s.UsernameToken.Type == "" {
				s.UsernameToken.Type = PasswordText
			}
		}
		if token := r.one(n, nsSecurity, "BinarySecurityToken"); token != nil {
			t := readBinaryToken(r, token)
			s.BinarySecurityToken = &t
		}
	})
	return &s
}

func readBinaryToken(r *reading, n *node) BinarySecurityToken {
	t := BinarySecurityToken{ValueType: r.attr(n, "ValueType"), EncodingType: r.attr(n, "EncodingType"), Content: r.text(n)}
	if t.EncodingType == "" {
		t.EncodingType = EncodingBase64
	}
	return t
}

// timeLayout is xs:dateTime as Windows' servers write it.
const timeLayout = "2006-01-02T15:04:05.000Z"

func readTime(r *reading, n *node) time.Time {
	text := r.text(n)
	if n == nil || r.err != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.fail(CodeValue, n.path(), "The text is no date and time with a zone.", "Send a time like 2026-01-31T12:00:00.000Z.")
	}
	return at.UTC().Truncate(time.Millisecond)
}

// check holds the rules of both directions.
func (s *Security) check(r *reading) {
	if s == nil {
		return
	}
	r.under(SubcodeInvalidSecurity, func() {
		if t := s.Timestamp; t != nil {
			for _, at := range []time.Time{t.Created, t.Expires} {
				if year := at.UTC().Year(); year < 1970 || year > 9999 {
					r.fail(CodeValue, pathSecurity+"/Timestamp", "The year is before 1970 or after 9999.", "Send a time near now.")
				}
			}
			if t.Expires.Before(t.Created) {
				r.fail(CodeValue, pathSecurity+"/Timestamp", "The message expires before it was created.", "Check the sender's clock.")
			}
		}
		if t := s.BinarySecurityToken; t != nil {
			t.check(r, pathSecurity+"/BinarySecurityToken")
		}
	})
}

func (t *BinarySecurityToken) check(r *reading, path string) {
	switch {
	case t.ValueType == "":
		r.fail(CodeMissing, path+"/@ValueType", "The token does not say what it is.", remedyProtocol)
	case t.Content == "":
		r.fail(CodeMissing, path, "The token is empty.", remedyProtocol)
	}
}

func (s *Security) write(w *writer, prefix string) {
	if s == nil {
		return
	}
	attrs := []string{"s:mustUnderstand", "1"}
	if prefix == "o" { // "wsse" is the envelope's
		attrs = append(attrs, "xmlns:o", nsSecurity)
	}
	w.open(prefix+":Security", attrs...)
	if t := s.Timestamp; t != nil {
		w.open("u:Timestamp", "u:Id", "_0")
		w.leaf("u:Created", t.Created.UTC().Format(timeLayout))
		w.leaf("u:Expires", t.Expires.UTC().Format(timeLayout))
		w.close("u:Timestamp")
	}
	if t := s.UsernameToken; t != nil {
		w.open(prefix+":UsernameToken", "u:Id", usernameTokenID)
		w.leaf(prefix+":Username", t.Username)
		w.leaf(prefix+":Password", t.Password, "Type", cmp.Or(t.Type, PasswordText))
		w.close(prefix + ":UsernameToken")
	}
	if t := s.BinarySecurityToken; t != nil {
		t.write(w, prefix+":BinarySecurityToken")
	}
	w.close(prefix + ":Security")
}

func (t *BinarySecurityToken) write(w *writer, tag string, attrs ...string) {
	w.leaf(tag, t.Content, append([]string{"ValueType", t.ValueType, "EncodingType", cmp.Or(t.EncodingType, EncodingBase64)}, attrs...)...)
}
