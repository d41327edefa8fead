package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// Handler is the Graph edge. All fields but Log and the limits are required;
// it is safe for concurrent use and must not be copied after first use.
type Handler struct {
	Base   string // the server's public base URL without a final slash; nextLinks begin with it
	Clock  directory.Clock
	NewID  directory.NewID
	Signer *odata.Signer // makes and checks $skiptoken

	Directory     Directory
	Autopilot     Autopilot
	Brandings     Brandings
	Lists         Lists
	Objects       Objects
	Registrations Registrations
	People        People
	Grants        Grants

	Policies       Policies
	Apps           Apps
	Managed        Managed
	ManagedDevices ManagedReader

	Log *slog.Logger // nil discards
	// RequestID gives the id that the log knows a request by, a GUID; nil or
	// an empty answer makes a new one.
	RequestID func(context.Context) string
	// Throttle names the setting whose allowance a caller has used up, and how
	// long it must wait; nil or an empty name lets it pass.
	Throttle func(*access.Principal) (setting string, wait time.Duration)
	// Address gives the caller's address for the audit trail; nil takes the
	// socket's.
	Address func(*http.Request) string
	Limits  Limits

	once    sync.Once
	paths   *router
	targets map[*odata.Table]map[string]odata.Target
	schemas map[string]func() ([]byte, error)
}

// router is built from the table at the first request.
func (h *Handler) router() *router {
	h.once.Do(func() { h.paths, h.targets, h.schemas = newRouter(Routes()), navigations(), documents() })
	return h.paths
}

// Limits bound what comes from outside, in bytes and rows.
type Limits struct {
	BodyBytes   int // of a decoded body; 0 is 4 MiB
	ImportBytes int // of a decoded import body; 0 is 256 MiB
	PageMax     int // rows in one answer; 0 leaves Graph's own: 999 and 1,000
}

const (
	defaultBodyBytes   = 4 << 20
	defaultImportBytes = 256 << 20
)

// exchange is what every answer to one request carries, the failed ones too.
type exchange struct {
	requestID       string
	clientRequestID string
}

type exchangeKey struct{}

// begin notes the request's ids and writes the headers of every answer. A
// second call for the same request changes nothing.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request) *http.Request {
	if _, ok := r.Context().Value(exchangeKey{}).(exchange); ok {
		return r
	}
	x := exchange{}
	if h.RequestID != nil {
		x.requestID = h.RequestID(r.Context())
	}
	if x.requestID == "" {
		x.requestID = h.NewID()
	}
	// Only a GUID is repeated: the header is the caller's own text.
	if id, err := uuid.Parse(r.Header.Get("client-request-id")); err == nil {
		x.clientRequestID = id.String()
	}
	head := w.Header()
	head.Set("request-id", x.requestID)
	if x.clientRequestID != "" {
		head.Set("client-request-id", x.clientRequestID)
	}
	head.Set("OData-Version", "4.0")
	head.Set("Cache-Control", "no-store")
	head.Set("Strict-Transport-Security", "max-age=31536000")
	head.Set("X-Content-Type-Options", "nosniff")
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
}

// Authenticated serves programs: it answers a browser's preflight, checks the
// bearer token and renders a refused one in Graph's envelope.
func (h *Handler) Authenticated(v *access.Verifier) http.Handler {
	checked := access.Middleware(v, h.fail, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = h.begin(w, r)
		if crossOrigin(w, r) {
			return
		}
		checked.ServeHTTP(w, r)
	})
}

// ServeHTTP answers /v1.0 and /beta for the principal in the request's context
// (access.WithPrincipal); without one it is 401.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = h.begin(w, r)
	if err := h.serve(w, r, 0); err != nil {
		h.fail(w, r, err)
	}
}

// serve answers one request; depth counts the batches around it.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, depth int) error {
	p, ok := access.FromContext(r.Context())
	if !ok {
		return fault.New(fault.Unauthenticated, "InvalidAuthenticationToken", "The request carries no access token; send it in the header Authorization: Bearer.")
	}
	if err := h.throttled(p); err != nil {
		return err
	}
	version, rest, err := splitVersion(r.URL.EscapedPath())
	if err != nil {
		return err
	}
	segments, err := odata.ParsePath(rest)
	if err != nil {
		return err
	}
	found, err := h.router().find(r.Method, odata.Spread(segments), version)
	if err != nil {
		if e, ok := fault.As(err); ok && e.Code == codeMethodNotAllowed {
			w.Header().Set("Allow", e.Details[0].Target)
		}
		return err
	}
	if err := permitted(p, &found); err != nil {
		return err
	}
	if err := odata.CheckOptions(r.URL.RawQuery); err != nil {
		return err
	}
	c := &call{
		h: h, w: w, r: r, principal: p, tenant: directory.TenantID(p.Tenant),
		beta: version == beta, path: found.path, keys: found.keys,
		meta: odata.ParseAccept(r.Header.Get("Accept")), depth: depth,
	}
	c.r = r.WithContext(directory.WithActor(r.Context(), h.actor(r, p)))
	err = located(found.route.handle(h, c), found.route.Path)
	if !strings.HasPrefix(found.route.Path, "deviceManagement/") {
		err = inDirectory(err)
	}
	return err
}

// throttled refuses a caller that asks too often. Each request of a batch
// counts, and is refused on its own.
func (h *Handler) throttled(p *access.Principal) error {
	if h.Throttle == nil {
		return nil
	}
	setting, wait := h.Throttle(p)
	if setting == "" {
		return nil
	}
	return &fault.Error{
		Kind: fault.Throttled, Code: "TooManyRequests", Message: "This caller, or its tenant, sends too many requests.", RetryAfter: wait,
		Details: []fault.Detail{{Target: "Authorization", Code: "TooManyRequests", Message: "The allowance of " + setting + " is used up.", Remedy: "Wait as long as Retry-After says."}},
	}
}

func (h *Handler) actor(r *http.Request, p *access.Principal) directory.Actor {
	x, _ := r.Context().Value(exchangeKey{}).(exchange)
	a := directory.Actor{AppID: p.AppID, AppName: p.AppName, ObjectID: directory.ObjectID(p.ObjectID), Principal: p.UserPrincipalName, Correlation: x.requestID}
	if h.Address != nil {
		a.Address = h.Address(r)
	} else if i := strings.LastIndexByte(r.RemoteAddr, ':'); i > 0 {
		a.Address = strings.Trim(r.RemoteAddr[:i], "[]")
	}
	return a
}

// splitVersion takes /v1.0 or /beta off a path.
func splitVersion(path string) (version, rest string, err error) {
	version, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case strings.EqualFold(version, v1):
		return v1, rest, nil
	case strings.EqualFold(version, beta):
		return beta, rest, nil
	}
	return "", "", fault.Field(fault.Invalid, "BadRequest", short(version), "Invalid version: "+short(version)+".", "Use /v1.0 or /beta.")
}

func (h *Handler) log() *slog.Logger {
	if h.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Log
}

func orElse(n, standard int) int {
	if n <= 0 {
		return standard
	}
	return n
}
