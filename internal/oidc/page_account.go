package oidc

import (
	"context"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const (
	accountPath = "/account"
	// recentProof is how long ago the person may have signed in for what
	// changes how they sign in.
	recentProof = 15 * 60 // seconds
)

// visitor is the browser's session for a page of the account, in its own
// tenant. Without one the browser is sent to sign in and back to next; nil then.
func (h *Handler) visitor(w http.ResponseWriter, r *http.Request, next string, recent bool) (*browser, error) {
	p, err := h.place(r)
	if err != nil {
		return nil, err
	}
	b, err := h.session(r)
	if err != nil {
		return nil, err
	}
	if b != nil && p.common != "" {
		seeOther(w, "/"+string(b.Tenant)+next)
		return nil, nil //nolint:nilnil // answered
	}
	old := b != nil && recent && h.Clock.Real().Sub(b.Session.AuthTime) > recentProof*time.Second
	if b != nil && b.Tenant == p.id && !old {
		return b, nil
	}
	q := signin.Request{Path: p.name()}
	if old {
		maxAge := recentProof
		q.MaxAge = &maxAge
	}
	i, err := h.enter(w, r, signin.Attempt{Request: q, Tenant: p.id, Return: "/" + p.name() + next})
	if err != nil {
		return nil, err
	}
	if old && i.User == "" && b.Tenant == p.id {
		if err := i.SetName(r.Context(), b.User.UserPrincipalName); err != nil {
			return nil, err
		}
	}
	return nil, i.Proceed(w, r)
}

// accountForm reads a form of the account pages. Without a session the browser
// is sent to sign in; both are nil then.
func (h *Handler) accountForm(w http.ResponseWriter, r *http.Request, next string, recent bool) (*browser, form, error) {
	if err := ownForm(r); err != nil {
		return nil, nil, err
	}
	f, err := readForm(w, r)
	if err != nil {
		return nil, nil, err
	}
	b, err := h.visitor(w, r, next, recent)
	if b == nil || err != nil {
		return nil, nil, err
	}
	if subtle.ConstantTimeCompare([]byte(f[canaryField]), []byte(b.Canary())) != 1 {
		return nil, nil, noCookies
	}
	return b, f, nil
}

// accountFrame begins a page of the account; below is its place under it.
func (h *Handler) accountFrame(w http.ResponseWriter, r *http.Request, b *browser, title, below string) (frame, flash, error) {
	f, err := h.frame(r.Context(), title, string(b.Tenant))
	left := flashOf(w, r, accountPath+below)
	f.Action, f.Canary, f.Name, f.Flaw = "/"+string(b.Tenant)+accountPath, b.Canary(), b.User.UserPrincipalName, left.flaw()
	return f, left, err
}

// backTo answers a form of the account with the page below it.
func (b *browser) backTo(w http.ResponseWriter, below string, f flash) error {
	f.Page = accountPath + below
	return again(w, "/"+string(b.Tenant)+accountPath+below, f)
}

// accountInfo is what the account page shows.
type accountInfo struct {
	frame
	Display, Good           string
	PasswordSince, AppSince string
	RecoveryLeft            int
	SignedIn, Address       string
	Agent, How              string
}

// account shows a person how they sign in, and lets them change it.
func (h *Handler) account(w http.ResponseWriter, r *http.Request) error {
	b, err := h.visitor(w, r, accountPath, false)
	if b == nil || err != nil {
		return err
	}
	f, left, err := h.accountFrame(w, r, b, "Your account", "")
	if err != nil {
		return err
	}
	has, err := h.People.Methods(r.Context(), b.Tenant, b.User.ID)
	if err != nil {
		return fault.Wrap("read sign-in methods", err)
	}
	f.Wide = true
	page := accountInfo{
		frame: f, Display: b.User.DisplayName, Good: left.Good, RecoveryLeft: has.RecoveryLeft, SignedIn: moment(b.Session.AuthTime),
		Address: b.Session.Address, Agent: b.Session.Agent, How: methodWords(b.Session.Methods),
	}
	if has.HasPassword {
		page.PasswordSince = moment(has.PasswordChangedAt)
	}
	if has.TOTP != nil {
		page.AppSince = moment(has.TOTP.ConfirmedAt)
	}
	return h.show(w, http.StatusOK, "account", "", page)
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04") + " UTC" }

func methodWords(methods []string) string {
	var words []string
	if slices.Contains(methods, signin.MethodPassword) {
		words = append(words, "password")
	}
	if slices.Contains(methods, signin.MethodOTP) {
		words = append(words, "a code")
	}
	return strings.Join(words, " and ")
}

func (h *Handler) accountPassword(w http.ResponseWriter, r *http.Request) error {
	const below = "/password"
	if r.Method != http.MethodPost {
		b, err := h.visitor(w, r, accountPath+below, false)
		if b == nil || err != nil {
			return err
		}
		f, _, err := h.accountFrame(w, r, b, "Change password", below)
		if err != nil {
			return err
		}
		return h.show(w, http.StatusOK, "accountpassword", "", f)
	}
	b, f, err := h.accountForm(w, r, accountPath+below, false)
	if b == nil || err != nil {
		return err
	}
	flaw := newPasswordFlaw(f, true)
	if flaw == nil {
		err = h.People.ChangePassword(b.as(r, h), b.Tenant, b.User.ID, f[fieldPassword], f[fieldNewPassword], b.Session.ID, h.Network(r))
		flaw = passwordFlaw(err)
	}
	if flaw != nil {
		return b.backTo(w, below, flash{Flaw: *flaw})
	}
	if err != nil {
		return fault.Wrap("change password", err)
	}
	return b.backTo(w, "", flash{Good: "Your password is changed."})
}

// as notes the person as the one who acts, for the audit trail.
func (b *browser) as(r *http.Request, h *Handler) context.Context {
	return directory.WithActor(r.Context(), directory.Actor{ObjectID: b.User.ID, Principal: b.User.UserPrincipalName, Address: h.Network(r)})
}

// accountSetup sets up an authenticator app, or makes new recovery codes when
// there is one.
func (h *Handler) accountSetup(w http.ResponseWriter, r *http.Request) error {
	const below = "/setup"
	if r.Method != http.MethodPost {
		b, err := h.visitor(w, r, accountPath+below, true)
		if b == nil || err != nil {
			return err
		}
		f, _, err := h.accountFrame(w, r, b, "Set up your authenticator app", below)
		if err != nil {
			return err
		}
		back := f.Action
		f.Action += below
		setup, err := h.pendingSetup(w, r, b.Tenant, b.User.ID)
		if e, ok := fault.As(err); ok && e.Code == "AuthenticatorExists" {
			return b.backTo(w, "", flash{Flaw: signin.Flaw{Text: "An authenticator app is set up already. Remove it before you set up another one."}})
		}
		if err != nil {
			return err
		}
		return h.showSecret(w, setupPage{frame: f, Account: back}, setup, "")
	}
	b, f, err := h.accountForm(w, r, accountPath+below, true)
	if b == nil || err != nil {
		return err
	}
	if f[fieldCode] == "" {
		return b.backTo(w, below, flash{Flaw: signin.Flaw{Field: fieldCode, Text: "Enter the code that the app shows."}})
	}
	codes, err := h.People.ConfirmTOTP(b.as(r, h), b.Tenant, b.User.ID, f[fieldCode])
	if text, ok := refused(err); ok {
		return b.backTo(w, below, flash{Flaw: signin.Flaw{Field: fieldCode, Text: text}})
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		setCookie(w, setupCookie, "", -1)
		return b.backTo(w, below, flash{Flaw: signin.Flaw{Field: fieldCode, Text: "Scan the new picture, then enter the code that the app shows."}})
	}
	if err != nil {
		return fault.Wrap("confirm authenticator", err)
	}
	return h.accountRecovery(w, r, b, codes)
}

func (h *Handler) accountRecovery(w http.ResponseWriter, r *http.Request, b *browser, codes []string) error {
	page, err := h.frame(r.Context(), "Keep your recovery codes", string(b.Tenant))
	if err != nil {
		return err
	}
	return h.showRecovery(w, page, codes, "/"+string(b.Tenant)+accountPath)
}

// accountCodes makes new recovery codes, which voids the old ones.
func (h *Handler) accountCodes(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		b, err := h.visitor(w, r, accountPath+"/recovery", true)
		if b == nil || err != nil {
			return err
		}
		f, _, err := h.accountFrame(w, r, b, "Make new recovery codes", "/recovery")
		if err != nil {
			return err
		}
		return h.show(w, http.StatusOK, "accountrecovery", "", f)
	}
	b, _, err := h.accountForm(w, r, accountPath+"/recovery", true)
	if b == nil || err != nil {
		return err
	}
	codes, err := h.People.NewRecovery(b.as(r, h), b.Tenant, b.User.ID)
	if fault.Is(err, fault.NotFound) {
		return b.backTo(w, "", flash{Flaw: signin.Flaw{Text: "There is no authenticator app that recovery codes could stand in for."}})
	}
	if err != nil {
		return fault.Wrap("make recovery codes", err)
	}
	return h.accountRecovery(w, r, b, codes)
}

func (h *Handler) accountRemove(w http.ResponseWriter, r *http.Request) error {
	const below = "/remove"
	if r.Method != http.MethodPost {
		b, err := h.visitor(w, r, accountPath+below, true)
		if b == nil || err != nil {
			return err
		}
		f, _, err := h.accountFrame(w, r, b, "Remove authenticator app?", below)
		if err != nil {
			return err
		}
		return h.show(w, http.StatusOK, "accountremove", "", f)
	}
	b, f, err := h.accountForm(w, r, accountPath+below, true)
	if b == nil || err != nil {
		return err
	}
	if f[fieldPassword] == "" {
		return b.backTo(w, below, flash{Flaw: signin.Flaw{Field: fieldPassword, Text: "Enter your password."}})
	}
	_, err = h.People.CheckPassword(r.Context(), b.Tenant, b.User.UserPrincipalName, f[fieldPassword], h.Network(r))
	if text, ok := refused(err); ok {
		return b.backTo(w, below, flash{Flaw: signin.Flaw{Field: fieldPassword, Text: text}})
	}
	if err != nil {
		return fault.Wrap("check password", err)
	}
	if err := h.People.RemoveTOTP(b.as(r, h), b.Tenant, b.User.ID); err != nil && !fault.Is(err, fault.NotFound) {
		return fault.Wrap("remove authenticator", err)
	}
	return b.backTo(w, "", flash{Good: "The authenticator app is removed."})
}

// accountSignOut ends this session or everything of the person.
func (h *Handler) accountSignOut(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		p, err := h.place(r)
		if err == nil {
			seeOther(w, "/"+p.name()+accountPath)
		}
		return err
	}
	b, f, err := h.accountForm(w, r, accountPath, false)
	if b == nil || err != nil {
		return err
	}
	if f["where"] == "everywhere" {
		err = h.People.EndUserSessions(b.as(r, h), b.Tenant, b.User.ID)
	} else {
		err = h.People.EndSession(r.Context(), b.Cookie)
	}
	if err != nil {
		return fault.Wrap("sign out", err)
	}
	setSessionCookie(w, "")
	seeOther(w, "/"+string(b.Tenant)+signedOutPath)
	return nil
}
