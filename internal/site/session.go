package site

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const (
	// siteCookie names the session's cookie. SameSite is Strict: no link or form
	// of another site ever sends it.
	siteCookie = "__Host-taxiway-site"
	// unattendedHeader marks what a page asks by itself while nobody uses it: it
	// does not keep an idle session alive.
	unattendedHeader = "X-Taxiway-Unattended"
	// eventsPath is asked by a page alone, and a browser sets no header there.
	eventsPath = "/ui/events"
	// What texts are sealed for.
	forSession = "site session"
	forSignIn  = "site sign-in"
)

// session is what the cookie says, sealed. It is good together with the cookie
// of the sign-in session it names, so expiry, sign-out, a disabled account and
// a changed password end it in the same moment.
type session struct {
	Tenant  string `json:"t"`
	User    string `json:"u"`
	Session string `json:"s"`
	Device  string `json:"d,omitempty"`
}

// visitor is who sends a request.
type visitor struct {
	principal *access.Principal
	session   signin.Session
	cookie    string // of the site
	login     string // of the sign-in pages
}

func notSignedIn() error {
	return fault.Field(fault.Unauthenticated, "SignedOut", "Cookie", "Nobody is signed in here.", "Sign in at "+signInPath+".")
}

// visitor finds who is signed in; fault.Unauthenticated when nobody is.
func (h *Handler) visitor(r *http.Request) (*visitor, error) {
	cookie, login := theCookie(r, siteCookie), theCookie(r, h.LoginCookie)
	var s session
	if _, err := h.key.Open(forSession, cookie, &s); err != nil || login == "" {
		return nil, notSignedIn()
	}
	find := h.Sessions.FindSession
	if r.Header.Get(unattendedHeader) != "" || r.URL.Path == eventsPath {
		find = h.Sessions.PeekSession
	}
	t, found, u, err := find(r.Context(), login)
	switch {
	case fault.Is(err, fault.Unauthenticated), fault.Is(err, fault.NotFound):
		return nil, notSignedIn()
	case err != nil:
		return nil, fault.Wrap("find the session of the admin site", err)
	case string(t) != s.Tenant || found.ID != s.Session || string(u.ID) != s.User:
		// Somebody else signed in with this browser since.
		return nil, notSignedIn()
	}
	p, err := h.principal(r.Context(), &s, &found)
	if err != nil {
		return nil, err
	}
	return &visitor{principal: p, session: found, cookie: cookie, login: login}, nil
}

// principal is the person with the roles they have now; the site may do for
// them whatever those allow.
func (h *Handler) principal(ctx context.Context, s *session, found *signin.Session) (*access.Principal, error) {
	return h.Verifier.Person(ctx, access.SignedIn{
		Tenant: s.Tenant, ObjectID: s.User, AppID: signin.AppSite, Scopes: access.Scopes(),
		Methods: found.Methods, DeviceID: s.Device, At: found.AuthTime,
	})
}

// theCookie is the value of the one cookie of this name; empty when there is
// none, or more than one.
func theCookie(r *http.Request, name string) string {
	if list := r.CookiesNamed(name); len(list) == 1 {
		return list[0].Value
	}
	return ""
}

// setCookie gives the browser a cookie until it is closed; an empty value takes
// it away.
func setCookie(w http.ResponseWriter, name, value string, same http.SameSite) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: same} //nolint:gosec // the caller says Strict, or Lax for what a sign-in needs
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// shownSession is what the pages know about who is signed in.
type shownSession struct {
	User        shownUser   `json:"user"`
	Tenant      shownTenant `json:"tenant"`
	Permissions []string    `json:"permissions"`
	Csrf        string      `json:"csrf"`
	Version     string      `json:"version"`
	EndsAt      time.Time   `json:"endsAt"`
}

type shownUser struct {
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
}

type shownTenant struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Domain      string `json:"domain"`
	Lab         bool   `json:"lab"`
}

// showSession answers GET /ui/session.
func (h *Handler) showSession(w http.ResponseWriter, r *http.Request, v *visitor) error {
	t, err := h.Tenants.GetTenant(r.Context(), directory.TenantID(v.principal.Tenant))
	if err != nil {
		return fault.Wrap("read the tenant of a session", err)
	}
	p := v.principal
	writeJSON(w, http.StatusOK, shownSession{
		User:        shownUser{ID: p.ObjectID, DisplayName: p.Name, UserPrincipalName: p.UserPrincipalName},
		Tenant:      shownTenant{ID: string(t.ID), DisplayName: t.DisplayName, Domain: t.Domain, Lab: t.Lab},
		Permissions: p.Permissions, Csrf: csrf(v.cookie), Version: h.Version, EndsAt: v.session.EndsAt.UTC(),
	})
	return nil
}
