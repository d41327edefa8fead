package odata

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// Cursor is a keyset position: the values of the sort keys of the last row
// seen, in the order of $orderby and as the store writes them, and its id.
type Cursor struct {
	Values []string
	ID     string
}

// Binding is what a page position belongs to. A token is good for exactly this
// tenant, caller, collection and canonical query.
type Binding struct {
	Tenant    string
	Principal string
	Resource  string
	Query     string
}

// Signer makes and checks the $skiptoken of a nextLink. The position in it is
// readable, but nobody without the key can make, change or move one.
type Signer struct{ key []byte }

const (
	signerKeyLength = 32
	tokenVersion    = 1
	maxTokenLength  = 8192
	maxCursorValues = maxOrderKeys + 1
)

// NewSigner takes at least 32 secret bytes. Every process that serves the same
// clients needs the same key.
func NewSigner(key []byte) (*Signer, error) {
	if len(key) < signerKeyLength {
		return nil, errors.New("odata: a skip token key has at least 32 bytes")
	}
	// A key of its own, so that a MAC made elsewhere with the same secret never counts here.
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("odata skiptoken 1"))
	return &Signer{key: mac.Sum(nil)}, nil
}

// Sign makes a URL-safe token that is good until expiry, counted in whole seconds.
func (s *Signer) Sign(c Cursor, bind Binding, expiry time.Time) string {
	body := []byte{tokenVersion}
	body = binary.BigEndian.AppendUint64(body, uint64(max(0, expiry.Unix())))
	body = appendText(body, c.ID)
	for _, v := range c.Values {
		body = appendText(body, v)
	}
	return base64.RawURLEncoding.EncodeToString(append(body, s.mac(body, bind)...))
}

// Verify gives back the position. Whatever is wrong with the token, the answer
// is an *Error with the code InvalidSkipToken that does not say which part.
func (s *Signer) Verify(token string, bind Binding, now time.Time) (Cursor, error) {
	if len(token) > maxTokenLength {
		return Cursor{}, invalidToken()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	// The decoder skips line breaks; a token has none.
	if err != nil || len(raw) < 1+8+sha256.Size || base64.RawURLEncoding.EncodedLen(len(raw)) != len(token) {
		return Cursor{}, invalidToken()
	}
	body, sum := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(sum, s.mac(body, bind)) || body[0] != tokenVersion {
		return Cursor{}, invalidToken()
	}
	if now.Unix() >= int64(binary.BigEndian.Uint64(body[1:9])) { //nolint:gosec // signed by us, from an int64
		return Cursor{}, invalidToken()
	}
	return readCursor(body[9:])
}

func (s *Signer) mac(body []byte, bind Binding) []byte {
	var in []byte
	for _, part := range []string{bind.Tenant, bind.Principal, bind.Resource, bind.Query} {
		in = appendText(in, part) // with its length, so that no two bindings read the same
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write(in)
	mac.Write(body)
	return mac.Sum(nil)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func readCursor(b []byte) (Cursor, error) {
	var parts []string
	for r := bytes.NewBuffer(b); r.Len() > 0; {
		n, err := binary.ReadUvarint(r)
		if err != nil || n > uint64(r.Len()) || len(parts) > maxCursorValues { //nolint:gosec // a length
			return Cursor{}, invalidToken()
		}
		parts = append(parts, string(r.Next(int(n)))) //nolint:gosec // below r.Len
	}
	if len(parts) == 0 {
		return Cursor{}, invalidToken()
	}
	return Cursor{ID: parts[0], Values: parts[1:]}, nil
}

func invalidToken() *Error {
	return &Error{Code: CodeInvalidSkipToken, Option: "$skiptoken", Message: "The page link is not valid for this query, or no longer.", Remedy: "Ask for the first page again and follow @odata.nextLink unchanged."}
}
