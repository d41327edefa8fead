package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// SessionCookie names the cookie of a signed-in browser. SameSite is Lax: apps
// on other sites send the browser here.
const SessionCookie = "__Host-taxiway-session"

// browser is a signed-in browser.
type browser struct {
	Tenant  directory.TenantID
	Session signin.Session
	User    directory.User
	Cookie  string
}

// Canary guards the forms of pages that need no sign-in under way: it follows
// from the session's cookie, which another site cannot read.
func (b *browser) Canary() string {
	sum := sha256.Sum256([]byte("canary " + b.Cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// session finds the browser's session; nil when it has none that lives.
func (h *Handler) session(r *http.Request) (*browser, error) {
	cookies := r.CookiesNamed(SessionCookie)
	if len(cookies) != 1 {
		return nil, nil //nolint:nilnil // nobody is signed in, which is no error
	}
	t, s, u, err := h.People.FindSession(r.Context(), cookies[0].Value)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fault.Wrap("find session", err)
	}
	return &browser{Tenant: t, Session: s, User: u, Cookie: cookies[0].Value}, nil
}

// startSession begins the browser's session once the person is known. A session
// that the sign-in rests on stays; one of the same person is renewed, so that
// what it holds goes on.
func (i *Interaction) startSession(w http.ResponseWriter, r *http.Request) error {
	if i.Session != "" {
		return nil
	}
	b, err := i.h.session(r)
	if err != nil {
		return err
	}
	if b != nil && b.Tenant == i.Tenant && b.User.ID == i.User {
		s, err := i.h.People.RenewSession(r.Context(), b.Cookie, i.Methods)
		if err == nil {
			i.Session = s.ID
			return i.Save(r.Context())
		}
		if !fault.Is(err, fault.Unauthenticated) {
			return fault.Wrap("renew session", err)
		}
	}
	text, s, err := i.h.People.StartSession(r.Context(), i.Tenant, signin.Session{
		User: i.User, Methods: slices.Clone(i.Methods), AuthTime: i.AuthTime, Address: i.h.Network(r), Agent: r.UserAgent(),
	})
	if err != nil {
		return fault.Wrap("start session", err)
	}
	setSessionCookie(w, text)
	i.Session = s.ID
	return i.Save(r.Context())
}

// setSessionCookie gives the browser its session; an empty text takes it away.
// The cookie lives as long as the browser is open; the session ends by itself.
func setSessionCookie(w http.ResponseWriter, text string) {
	c := &http.Cookie{Name: SessionCookie, Value: text, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if text == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// UseSession takes over who is signed in already. False when the request wants
// a fresh proof (prompt=login, max_age), or the account is of another tenant.
func (i *Interaction) UseSession(ctx context.Context, b *browser) (bool, error) {
	if b == nil || !i.mayEnter(b.Tenant) || !usable(&i.Request, &b.Session, i.h.Clock.Real()) {
		return false, nil
	}
	if err := i.takeOver(ctx, b); err != nil {
		return false, err
	}
	return true, i.Save(ctx)
}

func (i *Interaction) takeOver(ctx context.Context, b *browser) error {
	i.Tenant, i.User, i.Name = b.Tenant, b.User.ID, b.User.UserPrincipalName
	i.Methods, i.AuthTime, i.Session = slices.Clone(b.Session.Methods), b.Session.AuthTime, b.Session.ID
	if i.NeedMFA = i.Request.MFA; !i.NeedMFA || i.hasMFA() {
		return nil
	}
	has, err := i.h.hasFactor(ctx, b.Tenant, b.User.ID)
	i.SetupMFA = !has
	return err
}

// usable reports whether the request takes a proof as old as the session's
// (OpenID Connect Core 3.1.2.1, prompt and max_age).
func usable(q *signin.Request, s *signin.Session, now time.Time) bool {
	if q.Prompt == "login" {
		return false
	}
	return q.MaxAge == nil || now.Sub(s.AuthTime) <= time.Duration(*q.MaxAge)*time.Second
}
