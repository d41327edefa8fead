package oidc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxForm is the largest body of a token request (128 KB).
const maxForm = 128 << 10

// secretNames may never stand in an address, where proxies and logs see them.
var secretNames = []string{"client_secret", "client_assertion", "assertion", "password", "code", "device_code", "refresh_token", "code_verifier"}

// form is the body of a token request: each parameter once.
type form map[string]string

// readForm reads the body; parameters in the address are ignored, and refused
// when they are secrets.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, bad("The body is not a form: a character is not encoded properly.")
	}
	f := make(form, len(values))
	for name, list := range values {
		// RFC 6749 section 3.2: parameters must not be included more than once.
		if len(list) > 1 {
			return nil, bad("A parameter is in the body more than once.")
		}
		if list[0] != "" { // sent without a value is not sent, same section
			f[name] = list[0]
		}
	}
	return f, nil
}

// readBody reads the body of a form that is not too large.
func readBody(w http.ResponseWriter, r *http.Request) (string, error) {
	query := r.URL.Query()
	for _, name := range secretNames {
		if query.Has(name) {
			return "", bad("Secrets do not belong in the address. Send '" + name + "' in the body, and replace the one that was sent: it may be in a log.")
		}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return "", bad("The body must be of type application/x-www-form-urlencoded.")
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return "", &problem{http.StatusUnsupportedMediaType, invalidRequest, 90100, "The body must not be compressed."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return "", &problem{http.StatusRequestEntityTooLarge, invalidRequest, 90100, "The body is larger than 128 KB."}
		}
		return "", bad("The body ended too early.")
	}
	return string(body), nil
}
