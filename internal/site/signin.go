package site

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const (
	signInPath = "/ui/signin"
	// bindingCookie ties an answer to the browser that asked. SameSite is Lax: a
	// link from elsewhere may lead to a page that signs in.
	bindingCookie = "__Host-taxiway-site-signin"
	// signInLife is how long a sign-in may be under way.
	signInLife = 10 * time.Minute
	// signInTenant lets people of every tenant sign in.
	signInTenant = "organizations"
	maxReturn    = 2000
)

// underWay is a sign-in that was begun: the state of RFC 6749 section 4.1.1,
// sealed, so that several may be under way at once and none is stored.
type underWay struct {
	Binding  []byte    `json:"b"` // SHA-256 of the browser's cookie
	Verifier string    `json:"v"` // PKCE, RFC 7636
	Return   string    `json:"r"`
	Until    time.Time `json:"u"`
}

func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:]
}

// returnTo is the page to come back to: one of ours, whatever was asked.
func returnTo(asked string) string {
	if len(asked) > maxReturn || !strings.HasPrefix(asked, adminPath) && !strings.HasPrefix(asked, screenPath) || strings.HasPrefix(asked, graphPath) || strings.ContainsAny(asked, "\\\r\n") {
		return adminPath
	}
	u, err := url.Parse(asked)
	if err != nil || u.Host != "" || u.Scheme != "" || strings.Contains(u.Path, "..") {
		return adminPath
	}
	return asked
}

// beginSignIn sends the browser to the sign-in pages. The parameter return is
// the page it comes back to; with another=1 the person chooses an account.
func (h *Handler) beginSignIn(w http.ResponseWriter, r *http.Request, _ *visitor) error {
	binding := theCookie(r, bindingCookie)
	if len(binding) != len(random()) {
		binding = random()
	}
	u := underWay{Binding: sum(binding), Verifier: random(), Return: returnTo(r.URL.Query().Get("return")), Until: h.Clock.Real().Add(signInLife)}
	state, err := h.key.Seal(forSignIn, u)
	if err != nil {
		return fault.Wrap("begin the sign-in of the admin site", err)
	}
	query := url.Values{
		"client_id": {signin.AppSite}, "response_type": {"code"}, "redirect_uri": {h.Base + signin.SitePath},
		"scope": {access.GraphURL + "/.default"}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum(u.Verifier))}, "code_challenge_method": {"S256"},
	}
	if r.URL.Query().Get("another") == "1" {
		query.Set("prompt", "select_account")
	}
	setCookie(w, bindingCookie, binding, http.SameSiteLaxMode)
	seeOther(w, "/"+signInTenant+"/oauth2/v2.0/authorize?"+query.Encode())
	return nil
}

// finishSignIn takes the answer. A session that the browser had before is never
// taken over: the cookie is made anew for the person who signed in.
func (h *Handler) finishSignIn(w http.ResponseWriter, r *http.Request, _ *visitor) error {
	query := r.URL.Query()
	var u underWay
	binding := theCookie(r, bindingCookie)
	if _, err := h.key.Open(forSignIn, query.Get("state"), &u); err != nil || binding == "" || !bytes.Equal(u.Binding, sum(binding)) {
		return h.showProblem(w, http.StatusBadRequest, "This sign-in was not begun in this browser.", adminPath)
	}
	again := signInPath + "?" + url.Values{"return": {u.Return}}.Encode()
	switch {
	case !h.Clock.Real().Before(u.Until):
		return h.showProblem(w, http.StatusBadRequest, "The sign-in took longer than ten minutes.", again)
	case query.Get("error") == "access_denied":
		return h.showProblem(w, http.StatusForbidden, "The sign-in was cancelled.", again)
	case query.Get("code") == "":
		return h.showProblem(w, http.StatusBadRequest, "The sign-in pages gave no answer that can be used.", again)
	}
	p, err := h.redeem(r, query.Get("code"), u.Verifier)
	if fault.Is(err, fault.Unauthenticated) {
		return h.showProblem(w, http.StatusBadRequest, "The sign-in was used already, or has ended.", again)
	}
	if err != nil {
		return err
	}
	t, s, person, err := h.Sessions.FindSession(r.Context(), theCookie(r, h.LoginCookie))
	if fault.Is(err, fault.Unauthenticated) || err == nil && (string(t) != p.Tenant || string(person.ID) != p.ObjectID) {
		return h.showProblem(w, http.StatusBadRequest, "This browser is signed in as somebody else.", again)
	}
	if err != nil {
		return fault.Wrap("find the session that was begun", err)
	}
	cookie, err := h.key.Seal(forSession, session{Tenant: p.Tenant, User: p.ObjectID, Session: s.ID, Device: p.DeviceID})
	if err != nil {
		return fault.Wrap("make the session of the admin site", err)
	}
	setCookie(w, siteCookie, cookie, http.SameSiteStrictMode)
	seeOther(w, u.Return)
	return nil
}

// redeem exchanges the code at the token endpoint, as every client does, and
// has the token checked. fault.Unauthenticated when the code is not good.
func (h *Handler) redeem(r *http.Request, code, verifier string) (*access.Principal, error) {
	form := url.Values{
		"grant_type": {signin.GrantCode}, "client_id": {signin.AppSite}, "code": {code},
		"redirect_uri": {h.Base + signin.SitePath}, "code_verifier": {verifier},
	}
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "/"+signInTenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fault.Wrap("ask for a token", err)
	}
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ask.RemoteAddr = r.RemoteAddr
	answer := &memory{head: http.Header{}}
	h.SignIn.ServeHTTP(answer, ask)
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if answer.status >= http.StatusInternalServerError {
		return nil, fault.New(fault.Unavailable, "SignInUnavailable", "The sign-in could not be finished; try again.")
	}
	if err := json.Unmarshal(answer.body.Bytes(), &body); err != nil || body.AccessToken == "" {
		return nil, notSignedIn()
	}
	return h.Verifier.Verify(r.Context(), body.AccessToken)
}

// memory keeps an answer made in this process.
type memory struct {
	head   http.Header
	status int
	body   bytes.Buffer
}

// Header is http.ResponseWriter's.
func (m *memory) Header() http.Header { return m.head }

// WriteHeader is http.ResponseWriter's.
func (m *memory) WriteHeader(status int) { m.status = status }

// Write is http.ResponseWriter's.
func (m *memory) Write(b []byte) (int, error) { return m.body.Write(b) }
