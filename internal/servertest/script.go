package servertest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Cookies are what the browser would send to the server, by name.
func (b *Browser) Cookies() map[string]string {
	all := map[string]string{}
	base, err := url.Parse(BaseURL)
	if err != nil {
		return all
	}
	for _, c := range b.http.Jar.Cookies(base) {
		all[c.Name] = c.Value
	}
	return all
}

// Keep puts a cookie into the browser; an empty value takes it out.
func (b *Browser) Keep(t testing.TB, name, value string) {
	t.Helper()
	base, err := url.Parse(BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true}
	if value == "" {
		c.MaxAge = -1
	}
	b.http.Jar.SetCookies(base, []*http.Cookie{c})
}

// Script is a request that a script of one of the server's own pages makes;
// headers come in pairs and win.
func (b *Browser) Script(t testing.TB, method, path string, body any, headers ...string) Answer {
	t.Helper()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = strings.NewReader(string(text))
	}
	r, err := http.NewRequestWithContext(context.Background(), method, BaseURL+path, reader)
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.http.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Raw, err = io.ReadAll(resp.Body); err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if len(a.Raw) > 0 && a.Raw[0] == '{' {
		if err := json.Unmarshal(a.Raw, &a.JSON); err != nil {
			t.Fatalf("decode answer: %v", err)
		}
	}
	return a
}
