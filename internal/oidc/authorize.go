package oidc

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// Limits of what is stored with a sign-in, in bytes.
const (
	maxAuthorize = 32 << 10
	maxHint      = 256
)

var challengePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize begins a sign-in (RFC 6749 section 4.1.1; OpenID Connect Core
// 3.1.2). Until app and redirect address are known to belong together every
// refusal is a page; afterwards the app is told at that address.
func (h *Handler) authorize(v version) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := h.place(r)
		if err != nil {
			return err
		}
		f, repeated, err := readAuthorize(w, r)
		if err != nil {
			return err
		}
		app, to, err := h.redirectOf(r, at, f, repeated)
		if err != nil {
			return err
		}
		q := signin.Request{
			Path: at.name(), Version: int(v), AppID: app.AppID, AppName: app.Name, RedirectURI: f["redirect_uri"],
			Public: to.Platform != directory.PlatformWeb, SPA: to.Platform == directory.PlatformSPA,
			ResponseType: responseType(f["response_type"]), ResponseMode: f["response_mode"], State: f["state"],
		}
		if !slices.Contains([]string{modeQuery, modeFragment, modeFormPost}, q.ResponseMode) || q.ResponseMode == modeQuery && strings.Contains(q.ResponseType, "token") {
			q.ResponseMode = defaultMode(q.ResponseType)
		}
		if err := h.readRequest(r, at, f, repeated, &q); err != nil {
			return h.respondProblem(w, r, &q, h.translate(r.Context(), err))
		}
		return h.arrive(w, r, &q)
	}
}

// readAuthorize reads the parameters of either method. The names of those that
// came more than once are returned, not their values (RFC 6749 section 3.1).
func readAuthorize(w http.ResponseWriter, r *http.Request) (f form, repeated []string, err error) {
	text := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if text, err = readBody(w, r); err != nil {
			return nil, nil, err
		}
	}
	if len(text) > maxAuthorize {
		return nil, nil, bad("The request is longer than 32 KB.")
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, nil, bad("The request cannot be read: a character is not encoded properly.")
	}
	f = make(form, len(values))
	for name, list := range values {
		switch {
		case len(list) > 1:
			repeated = append(repeated, name)
		case list[0] != "":
			f[name] = list[0]
		}
	}
	return f, repeated, nil
}

// redirectOf finds the app and checks that the address to go back to is its own.
func (h *Handler) redirectOf(r *http.Request, at place, f form, repeated []string) (signin.ClientApp, directory.Redirect, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if slices.Contains(repeated, name) {
			return signin.ClientApp{}, directory.Redirect{}, bad("The parameter '" + name + "' is in the request more than once.")
		}
		if f[name] == "" {
			return signin.ClientApp{}, directory.Redirect{}, missing(name)
		}
	}
	app, err := h.client(r.Context(), at.id, f["client_id"])
	if err != nil {
		return app, directory.Redirect{}, err
	}
	to, ok := app.Redirect(f["redirect_uri"])
	if !ok {
		return app, to, &problem{status: http.StatusBadRequest, word: invalidRequest, number: 50011, text: "The redirect address in the request is not registered for the application. Register the same address, character by character, or correct the app's settings."}
	}
	if !app.May(signin.GrantCode) {
		return app, to, grantRefused
	}
	return app, to, nil
}

// responseType puts the parts of a response type in order.
func responseType(text string) string {
	parts := strings.Fields(text)
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " ")
}

const (
	typeCode   = "code"
	typeID     = "id_token"
	typeHybrid = "code id_token"
)

// defaultMode is the mode of an answer nobody chose one for.
func defaultMode(responseType string) string {
	if strings.Contains(responseType, "token") {
		return modeFragment
	}
	return modeQuery
}

// readRequest checks the rest; what it refuses the app is told.
func (h *Handler) readRequest(r *http.Request, at place, f form, repeated []string, q *signin.Request) error {
	switch {
	case len(repeated) > 0:
		return bad("A parameter is in the request more than once.")
	case f["response_type"] == "":
		return missing("response_type")
	case f["request"] != "":
		return &problem{status: http.StatusBadRequest, word: "request_not_supported", number: 90100, text: "Request objects are not supported. Send the parameters themselves."}
	case f["request_uri"] != "":
		return &problem{status: http.StatusBadRequest, word: "request_uri_not_supported", number: 90100, text: "Request objects are not supported. Send the parameters themselves."}
	}
	switch q.ResponseType {
	case typeCode, typeID, typeHybrid:
	default:
		return &problem{status: http.StatusBadRequest, word: "unsupported_response_type", number: 700051, text: "This response_type is not served. Use code, id_token, or both; access tokens come from the token endpoint."}
	}
	if mode := f["response_mode"]; mode != "" && mode != q.ResponseMode {
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 70007, text: "This response_mode does not go with the response_type. Use query, fragment or form_post for a code, fragment or form_post for an id_token."}
	}
	if err := readChallenge(f, q); err != nil {
		return err
	}
	if q.Nonce = f["nonce"]; q.Nonce == "" && wantsIDToken(q) {
		return missing("nonce")
	}
	if err := readPrompt(f, q); err != nil {
		return err
	}
	q.LoginHint = f["login_hint"][:min(len(f["login_hint"]), maxHint)]
	q.ClientInfo = f["client_info"] == "1"
	q.MFA = asksMFA(f)
	a, err := h.readScopes(r.Context(), at, version(q.Version), f)
	if err != nil {
		return err
	}
	a.into(q)
	if wantsIDToken(q) && !q.OpenID {
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 70011, text: "An id_token needs the scope openid."}
	}
	return nil
}

func wantsIDToken(q *signin.Request) bool { return strings.Contains(q.ResponseType, typeID) }

func wantsCode(q *signin.Request) bool {
	return q.ResponseType == typeCode || q.ResponseType == typeHybrid
}

// readChallenge is RFC 7636 with S256 alone. Programs that hold no secret must
// use it.
func readChallenge(f form, q *signin.Request) error {
	method := f["code_challenge_method"]
	q.Challenge = f["code_challenge"]
	switch {
	case q.Challenge == "" && method != "":
		return missing("code_challenge")
	case q.Challenge == "" && q.Public && wantsCode(q):
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 9002325, text: "Proof Key for Code Exchange is required. Send code_challenge with code_challenge_method S256."}
	case q.Challenge == "":
		return nil
	case method != "S256":
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 9002313, text: "The code_challenge_method must be S256."}
	case !challengePattern.MatchString(q.Challenge):
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 501491, text: "The code_challenge is not a SHA-256 in base64url, 43 characters long."}
	}
	return nil
}

// readPrompt reads prompt and max_age (OpenID Connect Core 3.1.2.1).
func readPrompt(f form, q *signin.Request) error {
	switch q.Prompt = f["prompt"]; q.Prompt {
	case "", "none", "login", "select_account", "consent":
	default:
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 90023, text: "This prompt is not served. Use none, login, select_account or consent."}
	}
	text, ok := f["max_age"]
	if !ok {
		return nil
	}
	age, err := strconv.Atoi(text)
	if err != nil || age < 0 {
		return &problem{status: http.StatusBadRequest, word: invalidRequest, number: 90023, text: "max_age is a whole number of seconds."}
	}
	q.MaxAge = &age
	return nil
}

// asksMFA reports whether the app wants a second factor: amr_values as Windows
// sends it when a PC is joined, or an authentication context of multi-factor.
func asksMFA(f form) bool {
	for value := range strings.FieldsSeq(f["amr_values"]) {
		if value == "mfa" || value == "ngcmfa" {
			return true
		}
	}
	return strings.Contains(f["claims"], "multipleauthn") || strings.Contains(f["claims"], `"mfa"`) ||
		strings.Contains(f["acr_values"], "multipleauthn")
}

// arrive answers at once when the browser's session is enough, and sends the
// browser to the pages otherwise.
func (h *Handler) arrive(w http.ResponseWriter, r *http.Request, q *signin.Request) error {
	b, err := h.session(r)
	if err != nil {
		return err
	}
	// Nothing is stored for a browser that needs no page.
	i := &Interaction{h: h, Attempt: signin.Attempt{Request: *q, Tenant: tenantOfPath(q.Path)}}
	if q.Prompt == "select_account" || q.LoginHint != "" && b != nil && !strings.EqualFold(b.User.UserPrincipalName, q.LoginHint) {
		b = nil
	}
	used := b != nil && i.mayEnter(b.Tenant) && usable(q, &b.Session, h.Clock.Real())
	if used {
		if err := i.takeOver(r.Context(), b); err != nil {
			return err
		}
	} else if strings.Contains(q.LoginHint, "@") && q.Prompt != "select_account" {
		i.Name = q.LoginHint
	}
	next, err := i.Step(r.Context())
	if err != nil {
		return err
	}
	if next == StepDone {
		return h.answer(w, r, i)
	}
	if q.Prompt == "none" {
		return h.respondProblem(w, r, q, silently(next, used))
	}
	started, err := h.begin(w, r, i.Attempt)
	if err != nil {
		return fault.Wrap("begin sign-in", err)
	}
	seeOther(w, started.Address(next))
	return nil
}

// silently says why prompt=none cannot be answered (OpenID Connect Core 3.1.2.6).
func silently(next Step, signedIn bool) *problem {
	p := &problem{status: http.StatusBadRequest, word: "login_required", number: 50058, text: "Nobody is signed in who could be taken without asking. Send the sign-in again without prompt=none."}
	switch {
	case signedIn && next == StepConsent:
		p.word, p.number, p.text = "consent_required", 65001, "Nobody has allowed the app what it asks for. Send the sign-in again without prompt=none."
	case signedIn:
		p.word, p.number, p.text = interactionRequired, 50076, "A second factor or a new password is needed. Send the sign-in again without prompt=none."
	}
	return p
}
