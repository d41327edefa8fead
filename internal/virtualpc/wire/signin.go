package wire

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Purpose is what Windows wants a person's token for.
type Purpose int

// The purposes.
const (
	PurposeJoin   Purpose = iota // to join the directory
	PurposeManage                // to enrol in the device management, and in its sessions
)

// What Windows' broker calls itself, where it is sent back to, and the device
// management's name as a resource.
const (
	brokerApp      = "29d9ed98-a469-4536-ade2-f981bc1d605e"
	joinRedirect   = "ms-aadj-redir://auth/drs"
	manageRedirect = "ms-aadj-redir://auth/mdm"
	manageResource = "0000000a-0000-0000-c000-000000000000"
)

// SignInOptions say what a sign-in is for.
type SignInOptions struct {
	Purpose Purpose
	// Hint fills in who signs in, as a profile with an assigned user does; "" for
	// nobody.
	Hint string
	// StrongAuth asks for a second factor even where the tenant wants none.
	StrongAuth bool
}

// Tokens are what a sign-in gives.
type Tokens struct {
	Access   string // of the purpose's resource
	Expires  time.Time
	UPN      string
	Name     string // for people
	ObjectID string
	TenantID string
	MFA      bool // a second factor was shown
	// Management is where PCs are managed that the person joins; nil: nobody
	// manages them.
	Management *Management
}

// Management is what the directory says about the management of a person's PCs.
type Management struct {
	Enrol string // address of the discovery
	Terms string // address of the terms of use; "" when there are none
}

// LogValue leaves the token out.
func (t *Tokens) LogValue() slog.Value {
	return slog.GroupValue(slog.String("upn", t.UPN), slog.String("tenant", t.TenantID), slog.Bool("mfa", t.MFA))
}

// String leaves the token out.
func (t *Tokens) String() string { return "a token of " + t.UPN }

// mostPages is far above what a sign-in shows, wrong passwords included.
const mostPages = 40

// codeEnded is the page of a sign-in that is over (AADSTS50089), and mostSignIns
// how often one is begun of which the PC never saw the end.
const (
	codeEnded   = "AADSTS50089"
	mostSignIns = 3
)

// SignIn goes through the pages of a sign-in as Windows' web view does, with the
// person's answers, and redeems the code it ends with. Somebody who is signed
// in in this web view is not asked again; see Forget. A sign-in whose last answer
// was lost is begun anew.
func (c *Client) SignIn(ctx context.Context, d *Discovery, o SignInOptions, person Prompter) (*Tokens, error) {
	at, p := secure(StepSignIn, d.Authorize)
	if p != nil {
		return nil, p
	}
	for begun := 1; ; begun++ {
		b := &browser{c: c, step: StepSignIn, site: at.Host}
		t, err := c.signIn(ctx, d, *at, &o, b, person)
		if p := ProblemOf(err); p == nil || p.Code != codeEnded || !b.lost || begun == mostSignIns {
			return t, err
		}
	}
}

func (c *Client) signIn(ctx context.Context, d *Discovery, at url.URL, o *SignInOptions, b *browser, person Prompter) (*Tokens, error) {
	flow := authFlow{resource: d.Resource, redirect: joinRedirect, state: randomText(), nonce: randomText(), verifier: randomText()}
	if o.Purpose == PurposeManage {
		flow.resource, flow.redirect = manageResource, manageRedirect
	}
	at.RawQuery = flow.query(o).Encode()
	v, err := b.open(ctx, at.String(), nil)
	for range mostPages {
		if err != nil {
			return nil, err
		}
		if v.away != nil {
			code, p := flow.landed(v.away)
			if p != nil {
				return nil, p
			}
			return c.redeem(ctx, d, &flow, code)
		}
		v, err = b.reply(ctx, v.page, person)
	}
	return nil, trouble(StepSignIn, CodePages, "The sign-in shows page after page and does not end.", nextServer)
}

// authFlow is one authorization code flow (RFC 6749 section 4.1, RFC 7636).
type authFlow struct {
	resource, redirect, state, nonce, verifier string
}

func (f *authFlow) query(o *SignInOptions) url.Values {
	sum := sha256.Sum256([]byte(f.verifier))
	q := url.Values{
		"client_id": {brokerApp}, "redirect_uri": {f.redirect}, "response_type": {"code"}, "resource": {f.resource}, "scope": {"openid"},
		"state": {f.state}, "nonce": {f.nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if o.Hint != "" {
		q.Set("login_hint", o.Hint)
	}
	if o.StrongAuth {
		q.Set("amr_values", "ngcmfa")
	}
	return q
}

// landed takes the answer that comes with the redirect to Windows.
func (f *authFlow) landed(to *url.URL) (code string, p *Problem) {
	values := to.Query()
	if (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String() != f.redirect {
		return "", trouble(StepSignIn, CodeRedirected, "The sign-in leads to "+to.Scheme+"://"+to.Host+" instead of back to Windows.", nextServer)
	}
	if values.Get("state") != f.state {
		return "", trouble(StepSignIn, CodeRequest, "The answer belongs to another sign-in than this one.", nextAgain)
	}
	if word := values.Get("error"); word != "" {
		return "", refusedToken(StepSignIn, word, values.Get("error_description"))
	}
	if code = values.Get("code"); code == "" {
		return "", trouble(StepSignIn, CodeUnreadable, "The sign-in ended without a code.", nextServer)
	}
	return code, nil
}

// reply answers one page as the person does.
func (b *browser) reply(ctx context.Context, p *page, person Prompter) (*view, error) {
	var form *pageForm
	values := url.Values{}
	var err error
	one := func(input string, ask func(context.Context, *PageView) (string, error)) {
		var typed string
		typed, err = ask(ctx, &p.view)
		form = p.asking(input)
		values.Set(input, typed)
	}
	switch p.view.Kind {
	case PageAddress:
		one(inputAddress, person.Address)
	case PagePassword:
		one(inputPassword, person.Password)
	case PageCode:
		one(inputCode, person.Code)
	case PageAuthenticator:
		one(inputCode, person.EnrolAuthenticator)
	case PageNewPassword:
		var old, next string
		old, next, err = person.NewPassword(ctx, &p.view)
		form = p.asking(inputNew)
		values = url.Values{inputPassword: {old}, inputNew: {next}, inputConfirm: {next}}
	case PageAccounts:
		form = p.picking("session")
	case PageConsent:
		var yes bool
		decision := "cancel"
		if yes, err = person.Accept(ctx, &p.view); yes {
			decision = "accept"
		}
		form = p.deciding("accept")
		values.Set(inputDecision, decision)
	case PageRecovery:
		if err = person.Note(ctx, &p.view); err == nil {
			return b.link(ctx, p)
		}
	case PageError:
		return nil, refusedPage(b.step, p)
	default:
		return nil, trouble(b.step, CodePageUnknown, "The page “"+p.view.Heading+"” asks for something that this web view does not know.", nextServer)
	}
	if err != nil {
		return nil, cancelled(b.step, err)
	}
	return b.submit(ctx, p, form, values)
}

// link follows the page's main link.
func (b *browser) link(ctx context.Context, p *page) (*view, error) {
	to, err := p.at.Parse(p.next)
	if err != nil || to.Scheme != "https" || to.Host != b.site {
		return nil, trouble(b.step, CodeRedirected, "The page leads to another site.", nextServer).because(err)
	}
	return b.open(ctx, to.String(), nil)
}

// redeem gives the code at the token endpoint.
func (c *Client) redeem(ctx context.Context, d *Discovery, f *authFlow, code string) (*Tokens, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {brokerApp}, "resource": {f.resource}, "redirect_uri": {f.redirect},
		"code": {code}, "code_verifier": {f.verifier},
	}
	began := c.o.Now()
	a, err := c.send(ctx, request{
		step: StepToken, method: http.MethodPost, address: d.Token, header: kindHeader("application/x-www-form-urlencoded"), body: []byte(form.Encode()),
		most: mostJSON, wants: kindJSON, sent: "the code of the sign-in, for " + f.resource, told: func(*answer) string { return "an access token" },
	})
	if err != nil {
		return nil, err
	}
	var body struct {
		Access      string          `json:"access_token"`
		ID          string          `json:"id_token"`
		ExpiresIn   json.RawMessage `json:"expires_in"` // a text from the first version of the endpoint
		Error       string          `json:"error"`
		Description string          `json:"error_description"`
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return nil, unreadable(StepToken, a, err)
	}
	if a.status != http.StatusOK {
		return nil, refusedToken(StepToken, body.Error, body.Description).at(a)
	}
	if body.Access == "" {
		return nil, unreadable(StepToken, a, nil)
	}
	t := &Tokens{Access: body.Access}
	if p := t.identify(body.ID, d, f); p != nil {
		return nil, p.at(a)
	}
	if seconds, err := strconv.Atoi(strings.Trim(string(body.ExpiresIn), `"`)); err == nil {
		t.Expires = began.Add(time.Duration(seconds) * time.Second)
	}
	return t, nil
}

// identify reads who signed in out of the id token. Its signature is not looked
// at: it came from the token endpoint itself (OpenID Connect Core 3.1.3.7).
func (t *Tokens) identify(text string, d *Discovery, f *authFlow) *Problem {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return trouble(StepToken, CodeUnreadable, "The answer does not tell who signed in.", nextServer)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return trouble(StepToken, CodeUnreadable, "The answer does not tell who signed in.", nextServer).because(err)
	}
	var claims struct {
		Audience string   `json:"aud"`
		Nonce    string   `json:"nonce"`
		Tenant   string   `json:"tid"`
		Object   string   `json:"oid"`
		UPN      string   `json:"upn"`
		Name     string   `json:"name"`
		Methods  []string `json:"amr"`
		Enrol    string   `json:"mdm_enrollment_url"`
		Terms    string   `json:"mdm_terms_of_use_url"`
	}
	switch err := json.Unmarshal(raw, &claims); {
	case err != nil:
		return trouble(StepToken, CodeUnreadable, "The answer does not tell who signed in.", nextServer).because(err)
	case claims.Audience != brokerApp || claims.Nonce != f.nonce:
		return trouble(StepToken, CodeRequest, "The token belongs to another sign-in than this one.", nextAgain)
	case d.TenantID != "" && !strings.EqualFold(claims.Tenant, d.TenantID):
		return trouble(StepToken, CodeForeign, "The person who signed in is of another organisation than the PC's profile names.", "Sign in with an account of the organisation that this PC belongs to.")
	}
	t.UPN, t.Name, t.ObjectID, t.TenantID, t.MFA = claims.UPN, claims.Name, claims.Object, claims.Tenant, slices.Contains(claims.Methods, "mfa")
	if claims.Enrol == "" {
		return nil
	}
	for _, address := range []string{claims.Enrol, claims.Terms} {
		if _, p := secure(StepToken, address); address != "" && p != nil {
			return p
		}
	}
	t.Management = &Management{claims.Enrol, claims.Terms}
	return nil
}

// refusedToken is an error of the sign-in's endpoints (RFC 6749 section 5.2), with
// Entra's number in its text.
func refusedToken(step Step, word, text string) *Problem {
	p := &Problem{Code: word, Reason: word, Step: step, Message: text, Next: nextAgain}
	if rest, ok := strings.CutPrefix(text, "AADSTS"); ok {
		number, said, _ := strings.Cut(rest, ":")
		if _, err := strconv.Atoi(number); err == nil {
			said, _, _ = strings.Cut(said, " Trace ID:")
			p.Code, p.Message = "AADSTS"+number, strings.TrimSpace(said)
		}
	}
	if p.Code == "" {
		p.Code = CodeUnreadable
	}
	return p
}

// randomText is 256 random bits.
func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
