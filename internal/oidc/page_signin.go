package oidc

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// The names of inputs; the first three are Entra's.
const (
	fieldName        = "loginfmt"
	fieldPassword    = "passwd"
	fieldCode        = "otc"
	fieldNewPassword = "newpasswd"
	fieldConfirm     = "confirm"
	fieldAccount     = "account"
	fieldDecision    = "decision"
)

// maxName is the longest user principal name (Graph: user).
const maxName = 113

// account is somebody who is signed in in this browser.
type account struct{ Initial, Display, Name string }

func accountOf(u *directory.User) account {
	first, _ := utf8.DecodeRuneInString(u.DisplayName)
	return account{Initial: strings.ToUpper(string(first)), Display: u.DisplayName, Name: u.UserPrincipalName}
}

// showName asks who it is; with a session that may enter, which account.
func (h *Handler) showName(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	b, err := h.session(r)
	if err != nil {
		return err
	}
	pick := b != nil && i.mayEnter(b.Tenant) && i.Name == "" && r.URL.Query().Get("with") != "other"
	title, page := "Sign in", "name"
	if pick {
		title, page = "Pick an account", "pick"
	}
	f, err := h.stepFrame(r.Context(), i, StepName, title)
	if err != nil {
		return err
	}
	if !pick {
		return h.show(w, http.StatusOK, page, i.FormOrigin(), f)
	}
	return h.show(w, http.StatusOK, page, i.FormOrigin(), struct {
		frame
		Accounts []account
	}{f, []account{accountOf(&b.User)}})
}

func (h *Handler) takeName(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	switch f[fieldAccount] {
	case "session":
		return h.takeSession(w, r, i)
	case "other":
		seeOther(w, i.Address(StepName)+"&with=other")
		return nil
	}
	name := strings.TrimSpace(f[fieldName])
	before, domain, found := strings.Cut(name, "@")
	if !found || before == "" || domain == "" || len(name) > maxName || !utf8.ValidString(name) {
		i.Name = ""
		return i.flaw(w, r, StepName, fieldName, "Enter your full user name. It looks like someone@example.com.")
	}
	if err := i.SetName(r.Context(), name); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

// takeSession goes on with who is signed in; when a fresh proof is wanted, with
// that person's password.
func (h *Handler) takeSession(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	b, err := h.session(r)
	if err != nil {
		return err
	}
	used, err := i.UseSession(r.Context(), b)
	if err != nil {
		return err
	}
	if !used && b != nil && i.mayEnter(b.Tenant) {
		if err := i.SetName(r.Context(), b.User.UserPrincipalName); err != nil {
			return err
		}
	}
	return i.Proceed(w, r)
}

func (h *Handler) showPassword(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	f, err := h.stepFrame(r.Context(), i, StepPassword, "Enter password")
	if err != nil {
		return err
	}
	return h.show(w, http.StatusOK, "password", i.FormOrigin(), f)
}

func (h *Handler) takePassword(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	if f[fieldPassword] == "" {
		return i.flaw(w, r, StepPassword, fieldPassword, "Enter your password.")
	}
	p, err := h.People.CheckPassword(r.Context(), tenantOfPath(i.Request.Path), i.Name, f[fieldPassword], h.Network(r))
	if text, ok := refused(err); ok {
		return i.flaw(w, r, StepPassword, fieldPassword, text)
	}
	if err != nil {
		return fault.Wrap("check password", err)
	}
	if err := i.PasswordRight(r.Context(), p.Tenant, p.User, p.MustChange, p.HasTOTP); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

func (h *Handler) showCode(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	f, err := h.stepFrame(r.Context(), i, StepCode, "Enter code")
	if err != nil {
		return err
	}
	return h.show(w, http.StatusOK, "code", i.FormOrigin(), struct {
		frame
		Recovery bool
	}{f, r.URL.Query().Get("with") == "recovery"})
}

func (h *Handler) takeCode(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	if f[fieldCode] == "" {
		return i.flaw(w, r, StepCode, fieldCode, "Enter the code.")
	}
	_, _, err := h.People.CheckCode(r.Context(), i.Tenant, i.User, f[fieldCode], h.Network(r))
	if text, ok := refused(err); ok {
		return i.flaw(w, r, StepCode, fieldCode, text)
	}
	if err != nil {
		return fault.Wrap("check code", err)
	}
	if err := i.CodeRight(r.Context()); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

func (h *Handler) showChange(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	f, err := h.stepFrame(r.Context(), i, StepChange, "Update your password")
	if err != nil {
		return err
	}
	return h.show(w, http.StatusOK, "change", i.FormOrigin(), f)
}

func (h *Handler) takeChange(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	if flaw := newPasswordFlaw(f, true); flaw != nil {
		return i.flaw(w, r, StepChange, flaw.Field, flaw.Text)
	}
	err := h.People.ChangePassword(r.Context(), i.Tenant, i.User, f[fieldPassword], f[fieldNewPassword], "", h.Network(r))
	if flaw := passwordFlaw(err); flaw != nil {
		return i.flaw(w, r, StepChange, flaw.Field, flaw.Text)
	}
	if err != nil {
		return fault.Wrap("change password", err)
	}
	// Proved just now, and what was proved before a change no longer counts.
	i.AuthTime = h.Clock.Real()
	if err := i.PasswordChanged(r.Context()); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

// newPasswordFlaw finds what is left out or differs in a form that sets a password.
func newPasswordFlaw(f map[string]string, withOld bool) *signin.Flaw {
	switch {
	case withOld && f[fieldPassword] == "":
		return &signin.Flaw{Field: fieldPassword, Text: "Enter your current password."}
	case f[fieldNewPassword] == "":
		return &signin.Flaw{Field: fieldNewPassword, Text: "Enter a new password."}
	case f[fieldNewPassword] != f[fieldConfirm]:
		return &signin.Flaw{Field: fieldConfirm, Text: "The two new passwords differ. Type the new password again."}
	}
	return nil
}

// passwordFlaw is the refusal of a new password as the input it is about; nil
// for errors that are not the person's.
func passwordFlaw(err error) *signin.Flaw {
	if text, ok := refused(err); ok {
		return &signin.Flaw{Field: fieldPassword, Text: text}
	}
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid || len(e.Details) == 0 || e.Details[0].Target != "password" {
		return nil
	}
	return &signin.Flaw{Field: fieldNewPassword, Text: strings.TrimSpace(e.Details[0].Message + " " + e.Details[0].Remedy)}
}

// refused gives the words for a proof that was not right. They are the same
// whatever was wrong with it.
func refused(err error) (string, bool) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return "", false
	}
	switch e.Code {
	case "WrongPassword":
		return "Your account or password is incorrect. If you don’t remember your password, ask an administrator to set a new one.", true
	case "WrongCode":
		return "That code didn’t work. Check the code and try again; the app shows a new one every 30 seconds.", true
	case "SignInSlowed":
		return "Too many tries. Wait " + wait(e.RetryAfter) + " and try again.", true
	}
	return "", false
}

// wait says how long, rounded up.
func wait(d time.Duration) string {
	if d <= time.Minute {
		seconds := max(1, int(math.Ceil(d.Seconds())))
		if seconds == 1 {
			return "1 second"
		}
		return fmt.Sprintf("%d seconds", seconds)
	}
	return fmt.Sprintf("%d minutes", int(math.Ceil(d.Minutes())))
}
