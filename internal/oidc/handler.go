package oidc

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// Config is what the provider needs. All fields are required.
type Config struct {
	Base      string // base URL that clients use, without a final slash
	Tenants   Tenants
	Users     Users
	Apps      Apps
	People    People
	Grants    Grants
	Roles     Roles
	Brandings signin.BrandingStore
	Nonces    Nonces
	Verifier  Verifier
	Keys      *KeyRing
	Clock     directory.Clock // only its Real is used: a lab's clock moves no token
	NewID     directory.NewID
	Log       *slog.Logger
	// Network is the client's network behind trusted proxies: what wrong
	// passwords are counted by, and what a person sees of a session.
	Network func(*http.Request) string
	// Device tells whether the PC of a grant is enabled; fault.NotFound when it
	// is gone.
	Device func(ctx context.Context, t directory.TenantID, id directory.DeviceID) (bool, error)
	// EnrolToken makes what a PC is given when its person signed in on the pages
	// to enrol it.
	EnrolToken func(t directory.TenantID, user directory.ObjectID, signedIn time.Time) (string, error)
	// Management tells where PCs are managed that the person joins; nil: nobody
	// manages them. Windows is told with the person's id token.
	Management func(ctx context.Context, t directory.TenantID, user directory.ObjectID) (*Management, error)
	// PairwiseKey and NonceKey are 32 random bytes each that every process has.
	PairwiseKey, NonceKey []byte
}

// Management is where PCs are managed: the addresses of the MDM policy. An empty
// one is not told.
type Management struct{ Enrol, Terms, Compliance string }

// Handler answers the addresses of doc.go. Mount it with Owns: its first path
// segment is a tenant, so it cannot share a ServeMux with other prefixes.
type Handler struct {
	Config
	fixed    map[string]route
	byTenant map[string]route // by what follows the tenant in the path
	grants   map[string]grant
}

// route is one address. Cross-origin scripts may read the answer when cors is
// set; never a page where somebody signs in. Refusals of a page are pages.
type route struct {
	methods string // GET and POST, or one; GET includes HEAD
	cors    bool
	page    bool
	handle  func(http.ResponseWriter, *http.Request) error
}

const (
	get     = http.MethodGet
	post    = http.MethodPost
	getPost = http.MethodGet + ", " + http.MethodPost
)

// takes reports whether the address answers a method.
func (at *route) takes(method string) bool {
	if method == http.MethodHead {
		method = get
	}
	return slices.Contains(strings.Split(at.methods, ", "), method)
}

// New makes the handler.
func New(c Config) *Handler {
	h := &Handler{Config: c}
	h.fixed = map[string]route{
		"/common/discovery/instance": {get, true, false, h.instance},
		"/metadata/endpoints":        {get, true, false, h.endpoints},
		userinfoPath:                 {getPost, true, false, h.userinfo},
	}
	h.byTenant = map[string]route{
		"/v2.0/.well-known/openid-configuration": {get, true, false, h.metadata(v2)},
		"/.well-known/openid-configuration":      {get, true, false, h.metadata(v1)},
		"/discovery/v2.0/keys":                   {get, true, false, h.keys},
		"/discovery/keys":                        {get, true, false, h.keys},
		"/oauth2/v2.0/authorize":                 {getPost, false, true, h.authorize(v2)},
		"/oauth2/authorize":                      {getPost, false, true, h.authorize(v1)},
		"/oauth2/v2.0/token":                     {post, true, false, h.token(v2)},
		"/oauth2/token":                          {post, true, false, h.token(v1)},
		"/oauth2/v2.0/devicecode":                {post, true, false, h.deviceCode(v2)},
		"/oauth2/devicecode":                     {post, true, false, h.deviceCode(v1)},
		logoutPath:                               {getPost, false, true, h.logout},
		"/oauth2/logout":                         {getPost, false, true, h.logout},
		"/oauth2/v2.0/introspect":                {post, false, false, h.introspect},
		"/oauth2/v2.0/revoke":                    {post, true, false, h.revoke},
	}
	for _, path := range realmPaths {
		h.byTenant[path] = route{get, true, false, h.userRealm}
	}
	maps.Copy(h.fixed, pageAssets())
	maps.Copy(h.byTenant, h.pageRoutes())
	h.grants = map[string]grant{
		signin.GrantCode:              h.authorizationCode,
		signin.GrantRefresh:           h.refreshToken,
		signin.GrantClientCredentials: h.clientCredentials,
		signin.GrantPassword:          h.password,
		signin.GrantDeviceCode:        h.redeemDeviceCode,
		"device_code":                 h.redeemDeviceCode, // as Microsoft's client libraries call it
	}
	return h
}

// userinfoPath is the one address for people's claims: the token names the tenant.
const userinfoPath = "/oidc/userinfo"

// version is which of Entra's two families of addresses was called.
type version int

const (
	v1 version = 1
	v2 version = 2
)

// Owns reports whether the path is one of this package's addresses.
func (h *Handler) Owns(path string) bool {
	_, ok := h.find(path)
	return ok
}

func (h *Handler) find(path string) (route, bool) {
	if r, ok := h.fixed[path]; ok {
		return r, true
	}
	name, rest := splitTenant(path)
	if token, found := strings.CutPrefix(rest, entryPath); found && token != "" {
		rest = entryPath
	}
	for _, prefix := range realmPaths {
		if upn, found := strings.CutPrefix(rest, prefix); found && upn != "" {
			rest = prefix
		}
	}
	r, ok := h.byTenant[rest]
	return r, ok && name != ""
}

// splitTenant cuts "/{t}/rest" into t and "/rest".
func splitTenant(path string) (name, rest string) {
	trimmed := strings.TrimPrefix(path, "/")
	name, _, _ = strings.Cut(trimmed, "/")
	return name, trimmed[len(name):]
}

// ServeHTTP finds the address and renders whatever its handler refuses.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, ok := h.prepare(w, r)
	if !ok {
		return
	}
	if !at.takes(r.Method) {
		w.Header().Set("Allow", at.methods)
		h.problem(w, r, &problem{http.StatusMethodNotAllowed, invalidRequest, 900561, "This address takes " + at.methods + " only."})
		return
	}
	if err := at.handle(w, r); err != nil {
		h.refuse(w, r, &at, err)
	}
}

// ServeThrottled refuses a request of somebody who asks too often, in the form
// of its address: an OAuth error that client libraries read, or a page. Both
// say in Retry-After how long to wait.
func (h *Handler) ServeThrottled(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	if at, ok := h.prepare(w, r); ok {
		h.refuse(w, r, &at, &fault.Error{Kind: fault.Throttled, Code: "TooManyRequests", Message: "There are too many requests from this address.", RetryAfter: wait})
	}
}

// prepare finds the address and sets the headers that each of its answers has;
// false when the request is answered: there is no such address, or a browser
// asks whether its script may ask.
func (h *Handler) prepare(w http.ResponseWriter, r *http.Request) (route, bool) {
	at, ok := h.find(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return at, false
	}
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if at.cors {
		header.Set("Access-Control-Allow-Origin", "*") // no credentials: RFC 6749 needs no cookie
		header.Set("Access-Control-Expose-Headers", "client-request-id, x-ms-request-id, Retry-After")
		if r.Method == http.MethodOptions {
			header.Set("Access-Control-Allow-Methods", at.methods+", OPTIONS")
			header.Set("Access-Control-Allow-Headers", "*, authorization")
			header.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return at, false
		}
	}
	return at, true
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, at *route, err error) {
	if e, ok := fault.As(err); ok && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(int64((e.RetryAfter+time.Second-1)/time.Second), 10))
	}
	if at.page {
		h.problemPage(w, r, err)
		return
	}
	h.problem(w, r, err)
}

// writeJSON sends a finished answer.
func writeJSON(w http.ResponseWriter, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client is gone; nobody is left to tell
	return nil
}
