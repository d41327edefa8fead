package access_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/fault"
)

func TestOnlyTheAuthorizationHeaderOpensTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.good(t)
	cases := []struct {
		name   string
		target string
		header http.Header
		want   string // reason, empty for let in
	}{
		{"bearer", "/", http.Header{"Authorization": {"Bearer " + token}}, ""},
		{"bearer in small letters", "/", http.Header{"Authorization": {"bearer " + token}}, ""},
		{"nothing", "/", nil, access.TokenMissing},
		{"cookie", "/", http.Header{"Cookie": {"access_token=" + token}}, access.TokenMissing},
		{"parameter", "/?access_token=" + token, nil, access.TokenMissing},
		{"Basic", "/", http.Header{"Authorization": {"Basic " + token}}, access.TokenMissing},
		{"no scheme", "/", http.Header{"Authorization": {token}}, access.TokenMissing},
		{"empty bearer", "/", http.Header{"Authorization": {"Bearer"}}, access.TokenMissing},
		{"two headers", "/", http.Header{"Authorization": {"Bearer " + token, "Bearer " + token}}, access.TokenMalformed},
		{"two tokens", "/", http.Header{"Authorization": {"Bearer " + token + ", Bearer " + token}}, access.TokenMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var refused error
			var let *access.Principal
			handler := access.Middleware(w.verifier, func(rw http.ResponseWriter, _ *http.Request, err error) {
				refused = err
				rw.WriteHeader(http.StatusUnauthorized)
			}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				let, _ = access.FromContext(r.Context())
			}))
			r := httptest.NewRequest(http.MethodGet, c.target, nil)
			maps.Copy(r.Header, c.header)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			if c.want == "" {
				if refused != nil || let == nil || let.AppID != appID {
					t.Fatalf("principal %+v, refused %v, want it let in", let, refused)
				}
				return
			}
			if let != nil || refused == nil {
				t.Fatal("let in")
			}
			if got := reason(t, refused); got != c.want {
				t.Errorf("reason = %s, want %s", got, c.want)
			}
			challenge := answer.Header().Get("WWW-Authenticate")
			if !strings.HasPrefix(challenge, "Bearer ") || strings.Contains(challenge, "invalid_token") != (c.want != access.TokenMissing) {
				t.Errorf("challenge = %q", challenge)
			}
		})
	}
}

func TestTheServersTroubleIsNotCalledABadToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.appErr = fault.New(fault.Unavailable, "ServiceUnavailable", "busy")
	var refused error
	handler := access.Middleware(w.verifier, func(_ http.ResponseWriter, _ *http.Request, err error) { refused = err }, http.NotFoundHandler())
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+w.good(t))
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	if fault.KindOf(refused) != fault.Unavailable || answer.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("refused = %v with challenge %q, want Unavailable without", refused, answer.Header().Get("WWW-Authenticate"))
	}
}
