package oidc

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rsc.io/qr"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const (
	// setupCookie keeps the secret that an authenticator app is being set up
	// with, so that the page can be shown again after a wrong code. It never
	// leaves the browser it was shown in: a setup that somebody else began is
	// not continued here.
	setupCookie = "__Host-taxiway-setup"
	setupLife   = 10 * 60 // seconds
)

// setupPage shows a secret as picture and text.
type setupPage struct {
	frame
	QR      template.HTML
	Secret  string
	Account string // where Cancel goes when the account page is where it began
}

func (h *Handler) showSetup(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	f, err := h.stepFrame(r.Context(), i, StepSetup, "Set up your authenticator app")
	if err != nil {
		return err
	}
	setup, err := h.pendingSetup(w, r, i.Tenant, i.User)
	if err != nil {
		return err
	}
	return h.showSecret(w, setupPage{frame: f}, setup, i.FormOrigin())
}

func (h *Handler) showSecret(w http.ResponseWriter, p setupPage, setup signin.TOTPSetup, formTo string) error {
	picture, err := qrPicture(setup.URI)
	if err != nil {
		return fault.Wrap("draw the code to scan", err)
	}
	p.QR, p.Secret = picture, grouped(setup.Secret)
	return h.show(w, http.StatusOK, "setup", formTo, p)
}

func (h *Handler) takeSetup(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	if f[fieldCode] == "" {
		return i.flaw(w, r, StepSetup, fieldCode, "Enter the code that the app shows.")
	}
	codes, err := h.People.ConfirmTOTP(r.Context(), i.Tenant, i.User, f[fieldCode])
	if text, ok := refused(err); ok {
		return i.flaw(w, r, StepSetup, fieldCode, text)
	}
	if fault.Is(err, fault.NotFound) { // the setup was begun in no browser, or undone
		setCookie(w, setupCookie, "", -1)
		return i.flaw(w, r, StepSetup, fieldCode, "Scan the new picture, then enter the code that the app shows.")
	}
	if err != nil {
		return fault.Wrap("confirm authenticator", err)
	}
	if err := i.CodeRight(r.Context()); err != nil {
		return err
	}
	page, err := h.stepFrame(r.Context(), i, StepSetup, "Keep your recovery codes")
	if err != nil {
		return err
	}
	return h.showRecovery(w, page, codes, i.Address(StepName))
}

// showRecovery shows recovery codes in answer to the form itself: they are
// stored as hashes only, so no page that follows could show them.
func (h *Handler) showRecovery(w http.ResponseWriter, f frame, codes []string, next string) error {
	setCookie(w, setupCookie, "", -1)
	return h.show(w, http.StatusOK, "recovery", "", struct {
		frame
		Codes []string
		Next  string
	}{f, codes, next})
}

// pendingSetup continues the setup that this browser began, or begins one.
func (h *Handler) pendingSetup(w http.ResponseWriter, r *http.Request, t directory.TenantID, user directory.ObjectID) (signin.TOTPSetup, error) {
	if s, ok := setupOf(r, user); ok {
		return s, nil
	}
	s, err := h.People.BeginTOTP(r.Context(), t, user)
	if err != nil {
		return s, fault.Wrap("begin authenticator setup", err)
	}
	setCookie(w, setupCookie, base64.RawURLEncoding.EncodeToString([]byte(string(user)+" "+s.URI)), setupLife)
	return s, nil
}

func setupOf(r *http.Request, user directory.ObjectID) (signin.TOTPSetup, bool) {
	cookies := r.CookiesNamed(setupCookie)
	if len(cookies) != 1 {
		return signin.TOTPSetup{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(cookies[0].Value)
	if err != nil {
		return signin.TOTPSetup{}, false
	}
	address, ok := strings.CutPrefix(string(text), string(user)+" ")
	u, err := url.Parse(address)
	if !ok || err != nil || u.Scheme != "otpauth" {
		return signin.TOTPSetup{}, false
	}
	return signin.TOTPSetup{Secret: u.Query().Get("secret"), URI: address}, true
}

// grouped puts a space after every four characters, for those who type.
func grouped(secret string) string {
	var out strings.Builder
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(c)
	}
	return out.String()
}

// qrPicture draws a QR code as a picture in the page itself: the secret then
// stands in no address, and the policy needs no exception.
func qrPicture(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	const quiet = 4 // modules of white around it, ISO/IEC 18004 section 7.3.7
	side := strconv.Itoa(code.Size + 2*quiet)
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			width := 0
			for x+width < code.Size && code.Black(x+width, y) {
				width++
			}
			if width == 0 {
				continue
			}
			w := strconv.Itoa(width)
			path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + w + "v1h-" + w + "z")
			x += width
		}
	}
	return template.HTML(`<svg class="qr" role="img" aria-label="Picture to scan with the authenticator app" viewBox="0 0 ` + side + " " + side + //nolint:gosec // made of numbers alone
		`" shape-rendering="crispEdges"><rect width="` + side + `" height="` + side + `" fill="#fff"/><path d="` + path.String() + `"/></svg>`), nil
}
