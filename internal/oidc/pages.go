package oidc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/style.css
var styleSheet []byte

//go:embed static/icon.svg
var iconPicture []byte

// pages are the templates by name; every one fills the frame of layout.html. Most
// commands of the program show none: they are read when the first one is shown.
var pages = sync.OnceValue(func() map[string]*template.Template {
	return parsePages(pageNames...)
})

var pageNames = []string{
	"account", "accountpassword", "accountrecovery", "accountremove", "approval", "change", "code", "consent", "device", "deviceconfirm",
	"done", "entry", "error", "formpost", "logout", "name", "password", "pick", "recovery", "setup",
}

func parsePages(names ...string) map[string]*template.Template {
	parsed := make(map[string]*template.Template, len(names))
	for _, name := range names {
		parsed[name] = template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/"+name+".html"))
	}
	return parsed
}

// Addresses of what all pages share. The version changes with the content, so
// browsers may keep it for ever.
var (
	styleAddress = "/signin/style.css?v=" + versionOf(styleSheet)
	iconAddress  = "/signin/icon.svg?v=" + versionOf(iconPicture)
)

func versionOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

// pageRoutes are the addresses of the pages below the tenant.
func (h *Handler) pageRoutes() map[string]route {
	routes := map[string]route{
		"/signin/restart":         {getPost, false, true, h.aside(h.restart)},
		"/signin/cancel":          {getPost, false, true, h.aside(h.cancel)},
		deviceAuthPath:            {getPost, false, true, h.deviceAuth},
		entryPath:                 {getPost, false, true, h.entry},
		signin.EnrolPath:          {get, false, true, h.enrol},
		enrolDonePath:             {get, false, true, h.enrolled},
		signedOutPath:             {get, false, true, h.signedOut},
		deviceApprovedPath:        {get, false, true, h.deviceApproved},
		deviceDeclinedPath:        {get, false, true, h.deviceDeclined},
		accountPath:               {get, false, true, h.account},
		accountPath + "/password": {getPost, false, true, h.accountPassword},
		accountPath + "/setup":    {getPost, false, true, h.accountSetup},
		accountPath + "/recovery": {getPost, false, true, h.accountCodes},
		accountPath + "/remove":   {getPost, false, true, h.accountRemove},
		accountPath + "/signout":  {getPost, false, true, h.accountSignOut},
		"/branding/logo":          {get, false, true, h.brandPicture(signin.PictureLogo)},
		"/branding/background":    {get, false, true, h.brandPicture(signin.PictureBackground)},
		"/branding/style.css":     {get, false, true, h.brandStyle},
	}
	for step, p := range map[Step]stepPage{
		StepName:     {h.showName, h.takeName},
		StepPassword: {h.showPassword, h.takePassword},
		StepCode:     {h.showCode, h.takeCode},
		StepChange:   {h.showChange, h.takeChange},
		StepSetup:    {h.showSetup, h.takeSetup},
		StepConfirm:  {h.showConfirm, h.takeConfirm},
		StepConsent:  {h.showConsent, h.takeConsent},
	} {
		routes[stepPaths[step]] = route{getPost, false, true, h.step(step, p)}
	}
	return routes
}

// frame is what every page shows and every form sends.
type frame struct {
	Title       string // the step; the document's title begins with it
	Style, Icon string
	Brand       brand
	Wide        bool
	Action      string // where the page's form goes
	Restart     string // where "use another account" goes
	Cancel      string // where Cancel goes; empty when there is nobody to tell
	Canary      string
	Name        string // who signs in, as typed or as known
	AppName     string
	Flaw        *signin.Flaw
}

// FlawOf is what was wrong with an input, empty when nothing was.
func (f frame) FlawOf(field string) string {
	if f.Flaw == nil || f.Flaw.Field != field {
		return ""
	}
	return f.Flaw.Text
}

// FocusNew reports whether a form that begins with a new password takes the
// focus there.
func (f frame) FocusNew() bool { return false }

// frame begins a page of nobody in particular, in the dress of the path's tenant.
func (h *Handler) frame(ctx context.Context, title, path string) (frame, error) {
	b, err := h.brandOf(ctx, path)
	return frame{Title: title, Style: styleAddress, Icon: iconAddress, Brand: b}, err
}

// stepFrame begins the page of a step.
func (h *Handler) stepFrame(ctx context.Context, i *Interaction, s Step, title string) (frame, error) {
	path := i.Request.Path
	if isCommon(path) {
		path = h.homeOf(ctx, i)
	}
	f, err := h.frame(ctx, title, path)
	if err != nil {
		return f, err
	}
	f.Action, f.Canary, f.Name, f.AppName = i.Address(s), i.Antiforgery, i.Name, i.Request.AppName
	f.Restart = i.aside("/signin/restart")
	if i.Return == "" {
		f.Cancel = i.aside("/signin/cancel")
	}
	if i.Flaw != nil && i.Flaw.Page == string(s) {
		f.Flaw = i.Flaw
	}
	return f, nil
}

// aside is the address of a form beside the steps.
func (i *Interaction) aside(path string) string {
	return "/" + i.Request.Path + path + "?" + handleParam + "=" + url.QueryEscape(i.handle)
}

// homeOf is the tenant of somebody who came by common: the one that is known,
// or the one of the domain typed. The domain alone decides, so it tells nothing
// about who exists.
func (h *Handler) homeOf(ctx context.Context, i *Interaction) string {
	if i.Tenant != "" {
		return string(i.Tenant)
	}
	_, domain, found := strings.Cut(strings.ToLower(i.Name), "@")
	if !found {
		return i.Request.Path
	}
	t, err := h.Tenants.FindTenant(ctx, domain)
	if err != nil {
		return i.Request.Path // looks are not worth an error
	}
	return string(t.ID)
}

// flaw notes what was wrong and shows the page again.
func (i *Interaction) flaw(w http.ResponseWriter, r *http.Request, s Step, field, text string) error {
	i.Flaw = &signin.Flaw{Page: string(s), Field: field, Text: text}
	if err := i.Save(r.Context()); err != nil {
		return err
	}
	seeOther(w, i.Address(s))
	return nil
}

// show sends a page. formTo is what its form may lead to beside this server:
// Chromium checks every redirect that follows a form against form-action.
func (h *Handler) show(w http.ResponseWriter, status int, name, formTo string, page any) error {
	var body bytes.Buffer // so that a template that fails sends no half page
	if err := pages()[name].ExecuteTemplate(&body, "layout", page); err != nil {
		return fault.Wrap("render the page "+name, err)
	}
	allowed := "'self'"
	if formTo != "" {
		allowed += " " + formTo
	}
	setPageHeaders(w.Header(), "form-action "+allowed)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the client is gone; nobody is left to tell
	return nil
}

// setPageHeaders are those of every page: nothing but our own style and
// pictures loads, nobody frames it, and it is not kept. Referrer-Policy is
// same-origin, since browsers send Origin: null after no-referrer.
func setPageHeaders(header http.Header, more string) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "+more)
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
}

// crossOrigin finds forms that another site sent, from Sec-Fetch-Site or Origin.
var crossOrigin = http.NewCrossOriginProtection()

var otherSite = &problem{http.StatusForbidden, invalidRequest, 90100, "This form was sent by another site and is refused. Open the page at this server and fill it in there."}

// ownForm refuses a form that another site sent.
func ownForm(r *http.Request) error {
	if crossOrigin.Check(r) != nil {
		return otherSite
	}
	return nil
}

// asset sends what never changes at its address.
func asset(contentType string, content []byte) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("Content-Security-Policy", "default-src 'none'")
		_, _ = w.Write(content) // the client is gone; nobody is left to tell
		return nil
	}
}

// pageAssets are the fixed addresses that all pages share.
func pageAssets() map[string]route {
	return map[string]route{
		"/signin/style.css": {get, false, true, asset("text/css; charset=utf-8", styleSheet)},
		"/signin/icon.svg":  {get, false, true, asset("image/svg+xml", iconPicture)},
	}
}

// Credentials is how people prove who they are; signin.People is one. Refusals
// are fault.Unauthenticated or, after too many tries, fault.Throttled.
type Credentials interface {
	CheckPassword(ctx context.Context, t directory.TenantID, upn, password, network string) (signin.Person, error)
	CheckCode(ctx context.Context, t directory.TenantID, user directory.ObjectID, code, network string) (method string, recoveryLeft int, err error)
	ChangePassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, old, next, keepSession, network string) error
	Methods(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.MethodInfo, error)
	CountedGuesses
	Authenticators
}

// CountedGuesses slows those who guess at something that is nobody's account.
type CountedGuesses interface {
	CountGuess(ctx context.Context, kind, network string) error
	ForgetGuesses(ctx context.Context, kind, network string) error
}

// Authenticators are the apps that show one-time codes.
type Authenticators interface {
	BeginTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.TOTPSetup, error)
	ConfirmTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, code string) (recovery []string, err error)
	NewRecovery(ctx context.Context, t directory.TenantID, user directory.ObjectID) (recovery []string, err error)
	RemoveTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) error
}

// Links are the one-time links; signin.People is one.
type Links interface {
	// FindLink does not use it up.
	FindLink(ctx context.Context, token string) (signin.Link, error)
	UseFirstAdmin(ctx context.Context, token, upn, displayName, password string) (signin.Person, error)
	UseReset(ctx context.Context, token, password string) (signin.Person, error)
}
