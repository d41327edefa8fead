package virtualpc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// signIn is the sign-in with a work account, in Windows' web view.
func (s *session) signIn(ctx context.Context) (setup.Event, error) {
	s.doing("shows the sign-in page of " + s.tenant())
	if s.screen.Name == setup.ScreenPassword && len(s.tokens) > 0 {
		// Somebody signed in before, and it led to nothing: whoever comes now begins anew.
		clear(s.tokens)
		if err := s.net.Forget(); err != nil {
			return setup.Event{}, err
		}
	}
	purpose := wire.PurposeJoin
	if s.screen.Name == setup.ScreenWindowsSignIn {
		purpose = wire.PurposeManage // the PC has joined: Windows asks who it is
	}
	tokens, err := s.token(ctx, purpose)
	if p := wire.ProblemOf(err); p != nil && ctx.Err() == nil {
		if e, ok := left(p); ok {
			return e, nil
		}
		e := signInFailed(p)
		s.tell("%s (%s)", e.Text, e.Code)
		return e, nil
	}
	if err != nil {
		return setup.Event{}, err
	}
	s.tell("%s", tokens.UPN)
	if tokens.MFA {
		s.tell("%s, with a second factor", tokens.UPN)
	}
	return setup.Event{Kind: setup.SignedIn, UPN: tokens.UPN, Tenant: tokens.TenantID, Organization: s.found.TenantName}, nil
}

func signInFailed(p *wire.Problem) setup.Event {
	e := setup.Event{Kind: setup.SignInFailed, Code: p.Code, Reason: p.Reason, Text: p.Message}
	if failed, ok := errors.AsType[*pageError](p.Cause); ok {
		e.Code, e.Text, e.Value = failed.code, failed.text, failed.page
	}
	return e
}

// tenant is the organisation as far as the PC knows it.
func (s *session) tenant() string {
	if p := s.kept.Setup.Profile; p != nil {
		return p.TenantDomain
	}
	if _, domain, ok := strings.Cut(s.kept.Setup.Address, "@"); ok {
		return domain
	}
	return "the organization"
}

// discover finds where the tenant's people sign in and its PCs join.
func (s *session) discover(ctx context.Context) (*wire.Discovery, error) {
	if s.found != nil {
		return s.found, nil
	}
	name := ""
	if p := s.kept.Setup.Profile; p != nil {
		name = p.TenantID
	}
	found, err := s.net.Discover(ctx, name)
	if err == nil {
		s.found = found
	}
	return found, err
}

// token is a person's token for a purpose: the one there is, or that of a
// sign-in. Who is signed in on the web pages sees none.
func (s *session) token(ctx context.Context, purpose wire.Purpose) (*wire.Tokens, error) {
	if t := s.tokens[purpose]; t != nil && s.pc.clock.wire().Before(t.Expires) {
		return t, nil
	}
	found, err := s.discover(ctx)
	if err != nil {
		return nil, err
	}
	hint := s.kept.Setup.UPN
	if hint == "" {
		hint = s.kept.Setup.Address
	}
	view := &webView{s: s, address: hint, quiet: purpose != wire.PurposeJoin}
	var person wire.Prompter = view
	if s.b.Hands != nil {
		person = &handView{view}
	}
	t, err := s.net.SignIn(ctx, found, wire.SignInOptions{Purpose: purpose, Hint: hint, StrongAuth: s.kept.Setup.StrongAuth}, person)
	if err == nil {
		s.tokens[purpose] = t
	}
	return t, err
}

// pageError is what a page of the sign-in says at the end of the person's
// patience.
type pageError struct {
	code, text string
	page       string // of setup, that has to be filled in again; empty: the same
}

func (e *pageError) Error() string { return e.text }

// webView is the person in front of the sign-in pages.
type webView struct {
	s       *session
	address string
	quiet   bool // setup is past its sign-in pages: nothing of it changes
	typed   []string
	wrong   int
	waited  int // how often a page asked for patience
}

// mostTyped is how often somebody types before they give up.
const mostTyped = 5

// Address implements wire.Prompter.
func (w *webView) Address(_ context.Context, p *wire.PageView) (string, error) {
	if p.Error != "" || w.address == "" {
		return "", &pageError{code: setup.CodeSignIn, text: p.Error, page: string(setup.ScreenAccount)}
	}
	return w.address, nil
}

// Password implements wire.Prompter.
func (w *webView) Password(ctx context.Context, p *wire.PageView) (string, error) {
	s := w.s
	if len(w.typed) >= mostTyped || w.waited > mostTyped {
		return "", &pageError{code: setup.CodeSignIn, text: p.Error}
	}
	if err := w.look(ctx, p); err != nil {
		return "", err
	}
	slowed := patience(p.Error)
	if slowed > 0 {
		w.waited++
		s.doing("waits as the page asks")
		if err := s.pc.o.Wait(ctx, slowed); err != nil { // it is the server's time that passes
			return "", err
		}
	}
	if s.pc.faults.happens(FaultPassword) {
		wrong := fmt.Sprintf("wrong password %d", len(w.typed)+1)
		w.typed = append(w.typed, wrong)
		s.view(View{Answer: "types a wrong password"})
		return wrong, nil
	}
	password, err := s.b.Person.password(ctx, p.Heading)
	if err != nil && ctx.Err() == nil {
		err = &pageError{code: setup.CodeSignIn, text: err.Error()}
	}
	if err != nil {
		return "", err
	}
	// They know no other. A page that comes again and complains of nothing has
	// lost what was typed, and one that asks for patience has not looked at it.
	if p.Error != "" && slowed == 0 && slices.Contains(w.typed, password) {
		return "", &pageError{code: setup.CodeSignIn, text: p.Error}
	}
	w.typed = append(w.typed, password)
	s.view(View{Answer: "types the password"})
	return password, nil
}

// slowly is what a page says to whom it does not listen at once, because others
// try the same account at the same time.
var slowly = regexp.MustCompile(`\bWait (\d+) (second|minute)s?\b`)

// longestPatience is how long somebody waits in front of a page.
const longestPatience = time.Minute

// patience is how long a page asks its reader to wait before they type again; 0
// when it does not, or for longer than they will.
func patience(text string) time.Duration {
	said := slowly.FindStringSubmatch(text)
	if said == nil {
		return 0
	}
	n, _ := strconv.Atoi(said[1]) // one too long is none
	unit := map[string]time.Duration{"second": time.Second, "minute": time.Minute}[said[2]]
	if d := time.Duration(n) * unit; d <= longestPatience {
		return d
	}
	return 0
}

// Code implements wire.Prompter.
func (w *webView) Code(ctx context.Context, p *wire.PageView) (string, error) {
	s := w.s
	if err := w.factor(); err != nil {
		return "", err
	}
	if err := w.look(ctx, p); err != nil {
		return "", err
	}
	if s.pc.faults.happens(FaultMFA) {
		return "", w.refuse()
	}
	if s.b.Person.Phone == nil || p.Error != "" && w.wrong >= mostTyped {
		return "", &pageError{code: setup.CodeSignIn, text: "The page asks for a code of an authenticator app, and there is none."}
	}
	w.wrong++
	return w.code(ctx)
}

// factor brings setup to its page for the second factor.
func (w *webView) factor() error {
	if w.quiet || w.s.screen.Name == setup.ScreenMFA {
		return nil
	}
	return w.s.next(setup.Event{Kind: setup.MFANeeded})
}

// refuse is a person who does not want a second factor.
func (w *webView) refuse() error {
	w.s.view(View{Answer: "refuses the second factor"})
	return &pageError{code: setup.CodeMFARefused, text: "The second factor was refused."}
}

// code is one of the app's, when it is good for once.
func (w *webView) code(ctx context.Context) (string, error) {
	now := w.s.pc.o.Now() // a phone's clock is right
	code, free := w.s.b.Person.Phone.Code(now)
	if d := free.Sub(now); d > 0 {
		if err := w.s.pc.o.Wait(ctx, d); err != nil {
			return "", err
		}
	}
	w.s.view(View{Answer: "types the code of the authenticator app"})
	return code, nil
}

// NewPassword implements wire.Prompter.
func (w *webView) NewPassword(ctx context.Context, p *wire.PageView) (present, next string, err error) {
	if err := w.look(ctx, p); err != nil {
		return "", "", err
	}
	person := &w.s.b.Person
	if person.NewPassword == nil || p.Error != "" {
		return "", "", &pageError{code: setup.CodeSignIn, text: "The password has to be changed, and no new one was given. " + p.Error}
	}
	if present, err = person.password(ctx, p.Heading); err != nil {
		return "", "", err
	}
	if next, err = person.NewPassword(ctx, p.Heading); err != nil {
		return "", "", err
	}
	w.s.view(View{Answer: "chooses a new password"})
	// From now on this is the password they type.
	person.Password = func(context.Context, string) (string, error) { return next, nil }
	w.typed = nil
	return present, next, nil
}

// EnrolAuthenticator implements wire.Prompter.
func (w *webView) EnrolAuthenticator(ctx context.Context, p *wire.PageView) (string, error) {
	if err := w.look(ctx, p); err != nil {
		return "", err
	}
	if w.s.pc.faults.happens(FaultMFA) {
		return "", w.refuse()
	}
	phone, err := wire.NewAuthenticator(p.Secret)
	if err != nil {
		return "", err
	}
	w.s.b.Person.Phone = phone
	w.s.view(View{Answer: "sets an authenticator app up"})
	return w.code(ctx)
}

// Accept implements wire.Prompter.
func (w *webView) Accept(ctx context.Context, p *wire.PageView) (bool, error) {
	if err := w.look(ctx, p); err != nil {
		return false, err
	}
	w.s.view(View{Answer: "accepts: " + p.Heading})
	return true, nil
}

// Note implements wire.Prompter.
func (w *webView) Note(ctx context.Context, p *wire.PageView) error { return w.look(ctx, p) }

// look is a person reading the page.
func (w *webView) look(ctx context.Context, p *wire.PageView) error {
	text := strings.TrimSpace(p.Heading + ". " + p.Error)
	shown := *p
	shown.Secret = ""
	if p.Kind == wire.PageRecovery {
		shown.Lines = nil
	}
	w.s.view(View{Doing: "shows the page “" + strings.TrimSuffix(text, ".") + "”", Waits: true, Page: &shown})
	return w.s.pc.clock.wait(ctx, w.s.b.Person.Reads)
}
