package drs

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Tenants finds tenants by id and by domain; a missing one is fault.NotFound.
type Tenants interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	FindTenant(ctx context.Context, domain string) (directory.Tenant, error)
}

// Directory takes PCs in and lets them go; directory.Service is one.
type Directory interface {
	Join(ctx context.Context, t directory.TenantID, r directory.JoinRequest) (directory.Joined, error)
	Unjoin(ctx context.Context, t directory.TenantID, object directory.ObjectID) error
}

// Authority certifies PCs and knows their certificates again;
// directory.DeviceAuthority is one.
type Authority interface {
	Certify(s directory.Subject, public, transport *rsa.PublicKey) (directory.DeviceCertificate, []byte, error)
	Check(ctx context.Context, c *x509.Certificate) (directory.JoinedDevice, error)
}

// Registrations tells how the PC of an Autopilot registration joins;
// autopilot.Service is one.
type Registrations interface {
	JoiningOf(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) (autopilot.Joining, error)
}

// Timeline notes how PCs of Autopilot registrations joined; enrollment.Service
// does. An empty registration is no such PC.
type Timeline interface {
	Joined(ctx context.Context, t directory.TenantID, registration autopilot.DeviceID, j *directory.Joined) error
	JoinRefused(ctx context.Context, t directory.TenantID, registration autopilot.DeviceID, upn string, refusal error) error
}

// Handler answers PCs that join. All fields are required.
type Handler struct {
	Base       string // where people sign in, without a final slash
	DeviceBase string // where PCs reach this handler
	// Verify checks an access token for this resource (access.JoinAudiences).
	Verify        func(ctx context.Context, token string) (*access.Principal, error)
	Tenants       Tenants
	Directory     Directory
	Authority     Authority
	Registrations Registrations
	Tickets       *autopilot.Tickets
	Timeline      Timeline
	Nonces        *Nonces
	Clock         directory.Clock
	Log           *slog.Logger
	RequestID     func(ctx context.Context) string
	Address       func(r *http.Request) string
}

// Proof is what a route asks of its caller.
type Proof string

// The proofs.
const (
	NoProof          Proof = "none"
	TokenProof       Proof = "token"       // of a person, for this resource
	CertificateProof Proof = "certificate" // of the PC, in TLS
)

// Route is one line of the table.
type Route struct {
	Method string
	Path   string // keys in braces; compared without regard to case
	Proof  Proof
	handle func(*Handler, *call) (any, error)
}

// Routes is THE table: every route there is.
func Routes() []Route {
	return []Route{
		{http.MethodGet, "{tenant}/Discover", NoProof, (*Handler).discover},
		{http.MethodGet, "EnrollmentServer/contract", NoProof, (*Handler).contract},
		{http.MethodGet, "EnrollmentServer/nonce/{tenant}", NoProof, (*Handler).nonce},
		{http.MethodPost, "EnrollmentServer/device", TokenProof, (*Handler).join},
		{http.MethodPut, "EnrollmentServer/device/{id}", NoProof, (*Handler).hybrid},
		{http.MethodDelete, "EnrollmentServer/device/{id}", CertificateProof, (*Handler).leave},
	}
}

// call is one request on its way.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	keys      map[string]string
	principal *access.Principal       // of a TokenProof
	device    *directory.JoinedDevice // of a CertificateProof
}

func (c *call) ctx() context.Context { return c.r.Context() }

// match compares a path with a pattern and returns the keys.
func match(pattern, path string) (map[string]string, bool) {
	want := strings.Split(pattern, "/")
	have := strings.Split(strings.Trim(path, "/"), "/")
	if len(want) != len(have) {
		return nil, false
	}
	keys := map[string]string{}
	for i, w := range want {
		if name, ok := strings.CutPrefix(w, "{"); ok && have[i] != "" {
			keys[strings.TrimSuffix(name, "}")] = have[i]
		} else if !strings.EqualFold(w, have[i]) {
			return nil, false
		}
	}
	return keys, true
}

// Owns reports whether a path is this edge's.
func (h *Handler) Owns(path string) bool {
	return slices.ContainsFunc(Routes(), func(r Route) bool {
		_, ok := match(r.Path, path)
		return ok
	})
}

// ServeHTTP routes, checks the route's proof and renders.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("request-id", h.RequestID(r.Context()))
	var allowed []string
	for _, route := range Routes() {
		keys, ok := match(route.Path, r.URL.Path)
		if !ok {
			continue
		}
		if route.Method != r.Method {
			allowed = append(allowed, route.Method)
			continue
		}
		c := &call{w: w, r: r, keys: keys}
		out, err := h.serve(c, &route)
		if err != nil {
			h.fail(c, err)
			return
		}
		write(w, http.StatusOK, out)
		return
	}
	if len(allowed) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	h.fail(&call{w: w, r: r}, fault.Field(fault.Invalid, codeMethod, "method", "This address does not take "+r.Method+".", "Use "+strings.Join(allowed, " or ")+"."))
}

func (h *Handler) serve(c *call, route *Route) (any, error) {
	switch route.Proof {
	case TokenProof:
		if err := h.checkToken(c); err != nil {
			return nil, err
		}
	case CertificateProof:
		if err := h.checkCertificate(c); err != nil {
			return nil, err
		}
	case NoProof:
	}
	return route.handle(h, c)
}

// checkToken accepts the token of a person, from the Authorization header alone.
func (h *Handler) checkToken(c *call) error {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	p, err := h.Verify(c.ctx(), strings.TrimSpace(token))
	if err != nil {
		return err
	}
	if p.Kind != access.User {
		return fault.Field(fault.Denied, "PersonRequired", "Authorization", "Only a person can join a device, and the token is a program's.", "Sign in as a person and send the token of that sign-in.")
	}
	c.principal = p
	c.r = c.r.WithContext(directory.WithActor(c.ctx(), directory.Actor{
		AppID: p.AppID, AppName: p.AppName, ObjectID: directory.ObjectID(p.ObjectID), Principal: p.UserPrincipalName,
		Address: h.Address(c.r), Correlation: h.RequestID(c.ctx()),
	}))
	return nil
}

// checkCertificate accepts the certificate that the PC used in TLS, where it
// showed that it holds the key.
func (h *Handler) checkCertificate(c *call) error {
	if c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0 {
		return fault.Field(fault.Unauthenticated, "DeviceCertificateRequired", "certificate", "The request carries no client certificate.", "Connect with the certificate the PC got when it joined.")
	}
	d, err := h.Authority.Check(c.ctx(), c.r.TLS.PeerCertificates[0])
	if err != nil {
		return err
	}
	c.device = &d
	c.r = c.r.WithContext(directory.WithActor(c.ctx(), directory.Actor{
		AppName: d.Device.DisplayName, ObjectID: d.Device.ID, Address: h.Address(c.r), Correlation: h.RequestID(c.ctx()),
	}))
	return nil
}

// tenant finds the tenant that a path names by id or domain.
func (h *Handler) tenant(ctx context.Context, name string) (directory.Tenant, error) {
	t, err := h.Tenants.GetTenant(ctx, directory.TenantID(strings.ToLower(name)))
	if fault.Is(err, fault.NotFound) {
		t, err = h.Tenants.FindTenant(ctx, strings.ToLower(name))
	}
	if fault.Is(err, fault.NotFound) {
		return t, fault.Field(fault.NotFound, codeTenant, "tenant", "This server has no organisation under that name.", "Check the domain of the address that signs in.")
	}
	return t, err
}

// version checks the api-version of a request.
func (c *call) version(known ...string) error {
	asked := c.r.URL.Query().Get("api-version")
	if slices.Contains(known, asked) {
		return nil
	}
	return fault.Field(fault.Invalid, "ApiVersionNotSupported", "api-version", "This version of the protocol is not spoken here.", "Send api-version="+strings.Join(known, " or api-version=")+".")
}
