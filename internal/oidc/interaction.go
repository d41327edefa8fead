package oidc

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// Interaction is a sign-in under way, as one request of the browser sees it:
// the seam between the protocol, which begins and ends it, and the pages, which
// ask the person. A page loads it, changes it through its methods, and hands it
// to Proceed, which sends the browser to whatever is still missing and answers
// the app when nothing is.
//
// Where it stands is in the store, bound to a cookie; the address of a page
// carries a handle that chooses the cookie, so two tabs do not disturb each other.
type Interaction struct {
	signin.Attempt

	h      *Handler
	cookie string // text of the cookie
	handle string // parameter s of the pages' addresses
}

// Step is what a sign-in needs next; each is a page.
type Step string

// The steps, in the order they are asked. StepDone needs no page.
const (
	StepName     Step = "name"     // who is it; with a session that may be used, a choice of accounts
	StepPassword Step = "password" // the password of Attempt.Name
	StepCode     Step = "code"     // a one-time or recovery code
	StepChange   Step = "change"   // the password has to be replaced
	StepSetup    Step = "setup"    // a second factor was asked for and the person has none
	StepConfirm  Step = "confirm"  // a device code: is this the app you are signing in to?
	StepConsent  Step = "consent"  // what the app asks for
	StepDone     Step = ""
)

// stepPaths are the pages, below the tenant.
var stepPaths = map[Step]string{
	StepName:     "/signin",
	StepPassword: "/signin/password",
	StepCode:     "/signin/code",
	StepChange:   "/signin/change",
	StepSetup:    "/signin/setup",
	StepConfirm:  "/signin/confirm",
	StepConsent:  "/signin/consent",
}

const (
	// attemptCookie begins the name of the cookie; the handle follows.
	attemptCookie = "__Host-taxiway-signin-"
	handleParam   = "s"
	handleLength  = 12
	// canaryField repeats Attempt.Antiforgery in every form of the pages.
	canaryField = "canary"
	// attemptLife is how long a person may take.
	attemptLife = 10 * time.Minute
)

var attemptEnded = &problem{http.StatusBadRequest, invalidRequest, 50089, "This sign-in has ended: it took longer than ten minutes, or it was finished in another tab. Go back to the app and sign in again."}

// begin stores a new sign-in and gives the browser its cookie.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request, a signin.Attempt) (*Interaction, error) {
	a.Antiforgery = randomText()
	text, a, err := h.Grants.Begin(r.Context(), a)
	if err != nil {
		return nil, fault.Wrap("begin sign-in", err)
	}
	i := &Interaction{Attempt: a, h: h, cookie: text, handle: handleOf(text)}
	i.setCookie(w, int(attemptLife/time.Second))
	return i, nil
}

// interaction loads the sign-in that the browser's cookie and the address name.
func (h *Handler) interaction(r *http.Request) (*Interaction, error) {
	handle := r.URL.Query().Get(handleParam)
	if len(handle) != handleLength {
		return nil, attemptEnded
	}
	cookies := r.CookiesNamed(attemptCookie + handle)
	if len(cookies) != 1 || handleOf(cookies[0].Value) != handle {
		return nil, attemptEnded
	}
	a, err := h.Grants.Load(r.Context(), cookies[0].Value)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return nil, attemptEnded
	}
	if err != nil {
		return nil, fault.Wrap("load sign-in", err)
	}
	if name, _ := splitTenant(r.URL.Path); name != a.Request.Path {
		return nil, attemptEnded
	}
	return &Interaction{Attempt: a, h: h, cookie: cookies[0].Value, handle: handle}, nil
}

// Form reads the body of a page's form and checks that this sign-in's own page
// sent it.
func (i *Interaction) Form(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	f, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(f[canaryField]), []byte(i.Antiforgery)) != 1 {
		return nil, attemptEnded
	}
	return f, nil
}

// Save stores what the page changed. Another request of the same browser that
// was faster makes it attemptEnded.
func (i *Interaction) Save(ctx context.Context) error {
	err := i.h.Grants.Save(ctx, i.cookie, &i.Attempt)
	if fault.Is(err, fault.Precondition) || fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return attemptEnded
	}
	return fault.Wrap("save sign-in", err)
}

// Address is where the page of a step is.
func (i *Interaction) Address(s Step) string {
	return "/" + i.Request.Path + stepPaths[s] + "?" + handleParam + "=" + url.QueryEscape(i.handle)
}

// Step says what is missing.
func (i *Interaction) Step(ctx context.Context) (Step, error) {
	switch {
	case i.User == "" && i.Name == "":
		return StepName, nil
	case i.User == "":
		return StepPassword, nil
	case i.NeedMFA && !i.SetupMFA && !i.hasMFA():
		return StepCode, nil
	case i.MustChange:
		return StepChange, nil
	case i.SetupMFA:
		return StepSetup, nil
	case i.UserCode != "" && !i.Confirmed:
		return StepConfirm, nil
	case i.Request.AppID == "" || i.Consented:
		return StepDone, nil
	case i.Request.Prompt == "consent":
		return StepConsent, nil
	}
	missing, err := i.MissingScopes(ctx)
	if err != nil {
		return StepDone, err
	}
	if len(missing) > 0 {
		return StepConsent, nil
	}
	return StepDone, nil
}

// MissingScopes are the names asked for that nobody agreed to yet. ScopeText
// has the words for people.
func (i *Interaction) MissingScopes(ctx context.Context) ([]string, error) {
	return i.h.missingScopes(ctx, i.Tenant, i.User, &i.Request)
}

// SetName notes who the person says they are; nothing is checked.
func (i *Interaction) SetName(ctx context.Context, name string) error {
	i.Name, i.User = name, ""
	return i.Save(ctx)
}

// PasswordRight notes that the person proved the password. Somebody of another
// tenant than the one the address names is refused.
func (i *Interaction) PasswordRight(ctx context.Context, t directory.TenantID, u directory.User, mustChange, hasTOTP bool) error {
	if !i.mayEnter(t) {
		return otherTenant
	}
	i.Tenant, i.User, i.Name = t, u.ID, u.UserPrincipalName
	i.Methods, i.AuthTime, i.Session = []string{signin.MethodPassword}, i.h.Clock.Real(), ""
	i.MustChange, i.NeedMFA, i.SetupMFA = mustChange, hasTOTP || i.Request.MFA, i.Request.MFA && !hasTOTP
	return i.Save(ctx)
}

// CodeRight notes that the person proved a second factor, or set one up.
func (i *Interaction) CodeRight(ctx context.Context) error {
	i.SetupMFA = false
	if !i.hasMFA() {
		i.Methods = append(i.Methods, signin.MethodOTP, signin.MethodMFA)
	}
	i.AuthTime, i.Session = i.h.Clock.Real(), "" // the browser's session does not know of it
	return i.Save(ctx)
}

// PasswordChanged notes that the password was replaced.
func (i *Interaction) PasswordChanged(ctx context.Context) error {
	i.MustChange, i.Session = false, ""
	return i.Save(ctx)
}

// Confirm notes that the person recognised the app of the device code.
func (i *Interaction) Confirm(ctx context.Context) error {
	i.Confirmed = true
	return i.Save(ctx)
}

func (i *Interaction) hasMFA() bool { return slices.Contains(i.Methods, signin.MethodMFA) }

// mayEnter reports whether people of this tenant may use the address.
func (i *Interaction) mayEnter(t directory.TenantID) bool {
	return isCommon(i.Request.Path) || i.Request.Path == string(t)
}

var otherTenant = &problem{http.StatusBadRequest, invalidRequest, 50020, "This account belongs to another tenant than the app asks for. Sign in with an account of the app's tenant."}

// Proceed sends the browser to the page of what is missing, and answers the app
// when nothing is. Every page ends in it after a change.
func (i *Interaction) Proceed(w http.ResponseWriter, r *http.Request) error {
	next, err := i.Step(r.Context())
	if err != nil {
		return err
	}
	switch next {
	case StepName, StepPassword, StepCode, StepChange, StepSetup:
	case StepConfirm, StepConsent, StepDone: // who it is has been proved
		if err := i.startSession(w, r); err != nil {
			return err
		}
	}
	if next == StepDone {
		return i.h.finish(w, r, i)
	}
	seeOther(w, i.Address(next))
	return nil
}

// end removes the sign-in; attemptEnded when another request did before.
func (i *Interaction) end(ctx context.Context, w http.ResponseWriter) error {
	ended, err := i.h.Grants.End(ctx, i.cookie)
	if err != nil {
		return fault.Wrap("end sign-in", err)
	}
	i.setCookie(w, -1)
	if !ended {
		return attemptEnded
	}
	return nil
}

func (i *Interaction) setCookie(w http.ResponseWriter, seconds int) {
	value := i.cookie
	if seconds < 0 {
		value = ""
	}
	http.SetCookie(w, &http.Cookie{
		Name: attemptCookie + i.handle, Value: value, Path: "/", MaxAge: seconds,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func handleOf(cookie string) string {
	sum := sha256.Sum256([]byte("handle " + cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:handleLength]
}

func isCommon(path string) bool { return path == "common" || path == "organizations" }

// randomText is 256 random bits.
func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}
