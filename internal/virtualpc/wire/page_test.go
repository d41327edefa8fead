package wire_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/wire"
)

// Pages as a sign-in shows them, each with what a person is shown of it.
func TestAPersonIsShownWhatThePageShows(t *testing.T) {
	t.Parallel()
	const frame = `<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><img class="backdrop" src="/back.jpg" alt="">
<header class="brand"><svg><title>no</title></svg><span>Contoso</span></header><main>%s</main><footer class="words">Call 4711.</footer><script>var p = "no"</script></body></html>`
	const canary = `<input type="hidden" name="canary" value="c">`
	const back = `<form class="identity" method="post" action="/back">` + canary + `<button type="submit">x</button><span>ann@contoso.example</span></form>`
	const cancel = `<form id="cancel" method="post" action="/cancel">` + canary + `</form>`
	tests := []struct {
		name string
		main string
		want wire.PageView
		sent url.Values // by the person
	}{
		{
			"who signs in", `<h1>Sign in</h1><p class="quiet">to continue to Windows</p><form method="post" action="/next">` + canary +
				`<input name="loginfmt" value="bob@" placeholder="you@contoso.example"><p class="error">Enter your full user name.</p><button>Next</button></form>` + cancel,
			wire.PageView{
				Kind: wire.PageAddress, Heading: "Sign in", Lines: []string{"to continue to Windows"}, Error: "Enter your full user name.", Value: "bob@", Hint: "you@contoso.example", CanCancel: true,
			},
			url.Values{"loginfmt": {"ann@contoso.example"}, "canary": {"c"}},
		},
		{
			"a password", back + `<h1>Enter password</h1><div class="note bad" role="alert"><p>It is wrong.</p></div><form method="post" action="/next">` + canary + `<input name="passwd" type="password"></form>`,
			wire.PageView{Kind: wire.PagePassword, Heading: "Enter password", Error: "It is wrong.", Account: "ann@contoso.example"},
			url.Values{"passwd": {"secret"}, "canary": {"c"}},
		},
		{
			"a password to change", back + `<h1>Update your password</h1><form method="post" action="/next">` + canary + `<input name="passwd"><input name="newpasswd"><input name="confirm"></form>`,
			wire.PageView{Kind: wire.PageNewPassword, Heading: "Update your password", Account: "ann@contoso.example"},
			url.Values{"passwd": {"secret"}, "newpasswd": {"Much-Better-8-Stapler"}, "confirm": {"Much-Better-8-Stapler"}, "canary": {"c"}},
		},
		{
			"consent", `<h1>Permissions requested</h1><ul><li><b>Read</b><span>your mail</span></li></ul><form method="post" action="/next">` + canary +
				`<input type="checkbox" name="forall" value="1"><button name="decision" value="cancel">Cancel</button><button name="decision" value="accept">Accept</button></form>`,
			wire.PageView{Kind: wire.PageConsent, Heading: "Permissions requested", Lines: []string{"Read your mail"}, MayDecline: true},
			url.Values{"decision": {"accept"}, "canary": {"c"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var sent url.Values
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					http.SetCookie(w, &http.Cookie{Name: "__Host-s", Value: "1", Secure: true, Path: "/"})
					say(w, http.StatusOK, "text/html; charset=utf-8", fmt.Appendf(nil, frame, tt.main))
					return
				}
				if c, err := r.Cookie("__Host-s"); err != nil || c.Value != "1" || r.URL.Path != "/next" || r.Header.Get("Origin") != "https://"+r.Host {
					t.Errorf("%s came with %v", r.URL, r.Header)
				}
				_ = r.ParseForm()
				sent = r.PostForm
				w.Header().Set("Location", "ms-aadj-redir://auth/drs?error=access_denied")
				w.WriteHeader(http.StatusFound)
			})
			ann := &person{upn: "ann@contoso.example", password: "secret", accepts: true}
			_, err := f.c.SignIn(t.Context(), &wire.Discovery{Authorize: f.URL + "/authorize", Token: f.URL, Resource: "x"}, wire.SignInOptions{}, ann)
			wantProblem(t, "the end of the page", err, wire.StepSignIn, wire.CodeRequest) // without the state
			tt.want.Address, tt.want.Organization, tt.want.Background, tt.want.Footer = f.URL+"/authorize", "Contoso", "/back.jpg", "Call 4711."
			if diff := cmp.Diff([]wire.PageView{tt.want}, ann.seen); diff != "" {
				t.Errorf("ann saw (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.sent, sent); diff != "" {
				t.Errorf("the site was sent (-want +got):\n%s", diff)
			}
		})
	}
}

// However a page is made, reading it ends, and within its limits.
func FuzzAPageIsRead(f *testing.F) {
	f.Add(`<main><h1>x</h1><form><input name="passwd"></form></main>`)
	f.Add(strings.Repeat("<li>", 200) + "<form><li>")
	f.Add(strings.Repeat("<div><p>", 300))
	f.Fuzz(func(t *testing.T, page string) {
		transport := answering(page)
		c, err := wire.New(wire.Options{BaseURL: "https://x.example", Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }, Wrap: func(http.RoundTripper) http.RoundTripper { return transport }})
		if err != nil {
			t.Fatal(err)
		}
		ann := &person{upn: "a", password: "b", now: time.Now}
		_, err = c.SignIn(t.Context(), &wire.Discovery{Authorize: "https://x.example/a", Token: "https://x.example/t", Resource: "x"}, wire.SignInOptions{}, ann)
		if wire.ProblemOf(err) == nil {
			t.Errorf("%q came to %v", page, err)
		}
		if slices.ContainsFunc(ann.seen, func(v wire.PageView) bool { return v.Kind == "" }) {
			t.Errorf("%q is of no kind", page)
		}
	})
}

// answering is a transport that answers everything with one page.
type answering string

// RoundTrip implements http.RoundTripper.
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(string(a))),
		ContentLength: int64(len(a)), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}
