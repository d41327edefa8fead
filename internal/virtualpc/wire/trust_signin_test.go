package wire_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/virtualpc/wire"
)

// signIn is a site with one page that asks for a password, and what it does when
// it has come.
type signIn struct {
	page   string // "" for a form with a password
	status int
	after  func(w http.ResponseWriter, r *http.Request, began url.Values)
	token  func(began url.Values) (int, any) // nil: an honest token

	mu    sync.Mutex
	began url.Values
}

const passwordPage = `<!DOCTYPE html><html><body><header class="brand"><img src="/logo.png" alt="Contoso"></header><main><h1>Enter password</h1>
<form method="post" action="%s"><input type="hidden" name="canary" value="c"><input name="passwd" type="password"></form></main></body></html>`

func (s *signIn) handle(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == "/authorize" && r.Method == http.MethodGet:
		s.began = r.URL.Query()
		page, status := s.page, s.status
		if page == "" {
			page = fmt.Sprintf(passwordPage, "/password")
		}
		if status == 0 {
			status = http.StatusOK
		}
		say(w, status, "text/html; charset=utf-8", []byte(page))
	case r.URL.Path == "/password":
		s.after(w, r, s.began)
	case r.URL.Path == "/token":
		give := s.token
		if give == nil {
			give = func(began url.Values) (int, any) { return http.StatusOK, tokens(began, nil) }
		}
		status, body := give(s.began)
		sayJSON(w, status, body)
	default:
		http.NotFound(w, r)
	}
}

// tokens is an answer of the token endpoint, with claims changed.
func tokens(began url.Values, change object) object {
	claims := object{"aud": began.Get("client_id"), "nonce": began.Get("nonce"), "tid": tenantID, "upn": "ann@contoso.example", "amr": []string{"pwd"}}
	maps.Copy(claims, change)
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return object{"access_token": "access", "expires_in": "3599", "id_token": "h." + base64.RawURLEncoding.EncodeToString(text) + ".s"}
}

// back leads to Windows with these values over the right ones.
func back(began, change url.Values) string {
	values := url.Values{"code": {"the code"}, "state": {began.Get("state")}}
	maps.Copy(values, change)
	return began.Get("redirect_uri") + "?" + values.Encode()
}

func honest(w http.ResponseWriter, r *http.Request, began url.Values) {
	http.Redirect(w, r, back(began, nil), http.StatusFound)
}

func TestASignInThatLeadsAstrayIsNotFollowed(t *testing.T) {
	t.Parallel()
	to := func(address string, status int) func(http.ResponseWriter, *http.Request, url.Values) {
		return func(w http.ResponseWriter, r *http.Request, _ url.Values) { http.Redirect(w, r, address, status) }
	}
	answered := func(change url.Values) func(http.ResponseWriter, *http.Request, url.Values) {
		return func(w http.ResponseWriter, r *http.Request, began url.Values) {
			http.Redirect(w, r, back(began, change), http.StatusFound)
		}
	}
	claiming := func(change object) func(url.Values) (int, any) {
		return func(began url.Values) (int, any) { return http.StatusOK, tokens(began, change) }
	}
	tests := []struct {
		name string
		site *signIn
		step wire.Step
		code string
	}{
		{"an honest site", &signIn{after: honest}, "", ""},
		{"a redirect to another site", &signIn{after: to("https://evil.example/?code=1", http.StatusFound)}, wire.StepSignIn, wire.CodeRedirected},
		{"a redirect to another page of Windows", &signIn{after: to("ms-aadj-redir://auth/other?code=1", http.StatusFound)}, wire.StepSignIn, wire.CodeRedirected},
		{"a redirect that takes the password along", &signIn{after: to("/authorize", http.StatusTemporaryRedirect)}, wire.StepSignIn, wire.CodeRedirected},
		{"a redirect in circles", &signIn{after: to("/password", http.StatusFound)}, wire.StepSignIn, wire.CodePages},
		{"pages without end", &signIn{after: to("/authorize", http.StatusFound)}, wire.StepSignIn, wire.CodePages},
		{"a form that sends the password elsewhere", &signIn{page: fmt.Sprintf(passwordPage, "https://evil.example/password")}, wire.StepSignIn, wire.CodeAddress},
		{"a form that sends the password in clear", &signIn{page: fmt.Sprintf(passwordPage, "http://127.0.0.1/password")}, wire.StepSignIn, wire.CodeAddress},
		{"a page that asks for what nobody knows", &signIn{page: "<html><main><h1>Hello</h1></main></html>"}, wire.StepSignIn, wire.CodePageUnknown},
		{"an error page", &signIn{status: http.StatusBadRequest, page: `<main><h1>Sorry</h1><div role="alert"><p>No such app.</p></div><dl><dt>Code</dt><dd>AADSTS700016</dd></dl></main>`}, wire.StepSignIn, "AADSTS700016"},
		{"an endless page", &signIn{after: func(w http.ResponseWriter, _ *http.Request, _ url.Values) { endless(w, "text/html") }}, wire.StepSignIn, wire.CodeTooLarge},
		{"the answer to another sign-in", &signIn{after: answered(url.Values{"state": {"another"}})}, wire.StepSignIn, wire.CodeRequest},
		{"no code", &signIn{after: answered(url.Values{"code": {""}})}, wire.StepSignIn, wire.CodeUnreadable},
		{"a refusal", &signIn{after: answered(url.Values{"error": {"access_denied"}, "error_description": {"AADSTS50105: Not for you. Trace ID: 1"}})}, wire.StepSignIn, "AADSTS50105"},
		{"a refusal of the code", &signIn{after: honest, token: func(url.Values) (int, any) {
			return http.StatusBadRequest, object{"error": "invalid_grant", "error_description": "AADSTS70008: The code has expired."}
		}}, wire.StepToken, "AADSTS70008"},
		{"no token", &signIn{after: honest, token: func(url.Values) (int, any) { return http.StatusOK, object{} }}, wire.StepToken, wire.CodeUnreadable},
		{"the token of another sign-in", &signIn{after: honest, token: claiming(object{"nonce": "another"})}, wire.StepToken, wire.CodeRequest},
		{"the token of another program", &signIn{after: honest, token: claiming(object{"aud": "another"})}, wire.StepToken, wire.CodeRequest},
		{"a management in clear", &signIn{after: honest, token: claiming(object{"mdm_enrollment_url": "http://127.0.0.1/Discovery.svc"})}, wire.StepToken, wire.CodeAddress},
		{"terms in clear", &signIn{after: honest, token: claiming(object{"mdm_enrollment_url": "https://127.0.0.1/Discovery.svc", "mdm_terms_of_use_url": "http://127.0.0.1/"})}, wire.StepToken, wire.CodeAddress},
		{"a person of another organisation", &signIn{after: honest, token: claiming(object{"tid": deviceID})}, wire.StepToken, wire.CodeForeign},
		{"a token that tells of nobody", &signIn{after: honest, token: func(url.Values) (int, any) { return http.StatusOK, object{"access_token": "access", "id_token": "x"} }}, wire.StepToken, wire.CodeUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.site.handle)
			d := &wire.Discovery{TenantID: tenantID, Authorize: f.URL + "/authorize", Token: f.URL + "/token", Resource: "urn:x"}
			ann := &person{upn: "ann@contoso.example", password: "secret"}
			got, err := f.c.SignIn(t.Context(), d, wire.SignInOptions{Hint: ann.upn}, ann)
			if tt.code != "" {
				wantProblem(t, tt.name, err, tt.step, tt.code)
				return
			}
			if err != nil || got.Access != "access" || got.UPN != ann.upn || got.Expires.IsZero() || strings.Contains(got.String(), "access_") {
				t.Errorf("%+v, %v", got, err)
			}
			if v := ann.seen[0]; v.Organization != "Contoso" || v.Logo != "/logo.png" || v.Kind != wire.PagePassword {
				t.Errorf("ann saw %+v", v)
			}
		})
	}
}

func TestWhoGivesUpASignInSendsNothingMore(t *testing.T) {
	t.Parallel()
	site := &signIn{page: `<main><h1>Enter code</h1><form method="post" action="/password"><input name="otc"></form></main>`, after: honest}
	f := newFake(t, site.handle)
	d := &wire.Discovery{Authorize: f.URL + "/authorize", Token: f.URL + "/token", Resource: "urn:x"}
	_, err := f.c.SignIn(t.Context(), d, wire.SignInOptions{}, &person{})
	wantProblem(t, "a person without phone", err, wire.StepSignIn, wire.CodeCancelled)
	if asked, _ := f.told(); asked != 1 || errors.Unwrap(err).Error() != "has no phone" {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

func TestAFormWhoseAnswerWasLostIsNotTypedAgain(t *testing.T) {
	t.Parallel()
	var methods []string
	site := &signIn{after: func(w http.ResponseWriter, r *http.Request, began url.Values) {
		if methods = append(methods, r.Method); len(methods) == 1 {
			panic(http.ErrAbortHandler)
		}
		honest(w, r, began)
	}}
	f := newFake(t, site.handle)
	d := &wire.Discovery{Authorize: f.URL + "/authorize", Token: f.URL + "/token", Resource: "urn:x"}
	ann := &person{password: "secret"}
	if _, err := f.c.SignIn(t.Context(), d, wire.SignInOptions{}, ann); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(methods, []string{http.MethodPost, http.MethodGet}) || len(ann.seen) != 1 {
		t.Errorf("the site was asked by %v, ann %d times", methods, len(ann.seen))
	}
}

// A server that dies between the end of a sign-in and its answer has nothing more
// to show of it. One that says so without a reason is believed.
func TestASignInWhoseEndWasLostIsBegunAnew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		loses int // answers to the form
		begun int
		good  bool
	}{{"an answer that came", 0, 1, false}, {"an answer that was lost", 1, 2, true}, {"answers that are lost for ever", 9, 3, false}} {
		forms := 0
		site := &signIn{after: func(w http.ResponseWriter, r *http.Request, began url.Values) {
			if r.Method == http.MethodPost {
				if forms++; forms <= tt.loses {
					panic(http.ErrAbortHandler)
				}
				if tt.good {
					honest(w, r, began)
					return
				}
			}
			say(w, http.StatusBadRequest, "text/html; charset=utf-8", []byte(`<main><h1>Sorry</h1><div role="alert"><p>This sign-in has ended.</p></div><dl><dt>Code</dt><dd>AADSTS50089</dd></dl></main>`))
		}}
		f := newFake(t, site.handle)
		d := &wire.Discovery{Authorize: f.URL + "/authorize", Token: f.URL + "/token", Resource: "urn:x"}
		ann := &person{password: "secret"}
		_, err := f.c.SignIn(t.Context(), d, wire.SignInOptions{}, ann)
		if !tt.good {
			wantProblem(t, tt.name, err, wire.StepSignIn, "AADSTS50089")
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(ann.seen) != tt.begun {
			t.Errorf("%s: ann was asked %d times, want %d", tt.name, len(ann.seen), tt.begun)
		}
	}
}

func TestTermsThatLeadAstrayAreNotFollowed(t *testing.T) {
	t.Parallel()
	const page = `<main><h1>Terms</h1><p>First</p><form method="post"><input type="hidden" name="ticket" value="t"><button name="decision" value="accept">Accept</button></form></main>`
	accepted := func(q url.Values) string {
		return q.Get("redirect_uri") + "?" + url.Values{"IsAccepted": {"true"}, "OpaqueBlob": {"blob"}, "client-request-id": {q.Get("client-request-id")}}.Encode()
	}
	tests := []struct {
		name string
		to   func(q url.Values) string
		code string
	}{
		{"accepted", accepted, ""},
		{"to another site", func(url.Values) string { return "https://evil.example/?IsAccepted=true" }, wire.CodeRedirected},
		{"to another app", func(q url.Values) string {
			q.Set("redirect_uri", "ms-appx-web://evil/DRS")
			return accepted(q)
		}, wire.CodeRedirected},
		{"of other terms", func(q url.Values) string { q.Set("client-request-id", deviceID); return accepted(q) }, wire.CodeRequest},
		{"declined by the server", func(q url.Values) string {
			return strings.Replace(accepted(q), "IsAccepted=true", "IsAccepted=false", 1)
		}, wire.CodeDeclined},
		{"an error", func(q url.Values) string { return q.Get("redirect_uri") + "?error=server_error&error_description=Oh" }, "server_error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					if r.Header.Get("Authorization") != "Bearer token" {
						t.Error("the page is asked for without a token")
					}
					say(w, http.StatusOK, "text/html", []byte(page))
					return
				}
				if r.Header.Get("Authorization") != "" || r.FormValue("ticket") != "t" || r.FormValue("decision") != "accept" {
					t.Errorf("the form is %v", r.Form)
				}
				http.Redirect(w, r, tt.to(r.URL.Query()), http.StatusFound)
			})
			blob, err := f.c.Terms(t.Context(), f.URL+"/EnrollmentServer/TermsOfUse", "token", (&person{accepts: true}).Accept)
			if tt.code != "" {
				wantProblem(t, tt.name, err, wire.StepTerms, tt.code)
			} else if err != nil || blob != "blob" {
				t.Errorf("%q, %v", blob, err)
			}
		})
	}
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "text/html", []byte(page)) })
	_, err := f.c.Terms(t.Context(), f.URL+"/EnrollmentServer/TermsOfUse", "token", (&person{}).Accept)
	wantProblem(t, "a person who does not accept", err, wire.StepTerms, wire.CodeDeclined)
	if asked, _ := f.told(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
