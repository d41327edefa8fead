package mdm

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/soap"
)

// Handler answers PCs that enrol and are managed. All fields but Entra are
// required.
type Handler struct {
	Base       string // where people sign in, without a final slash
	DeviceBase string // where PCs reach this handler
	// Verify checks an access token for this resource (access.EnrolAudiences).
	Verify     func(ctx context.Context, token string) (*access.Principal, error)
	Entra      *Entra // nil: no tokens of real Entra tenants
	Tenants    Tenants
	Users      Users
	People     People
	Enrolments Enrolments
	Joined     JoinedDevices
	Sessions   *Sessions
	Tokens     *Tokens
	Spent      Spent
	Clock      directory.Clock // its Real for tokens and certificates
	Log        *slog.Logger
	RequestID  func(ctx context.Context) string
	Address    func(r *http.Request) string
	// Network is what wrong passwords are counted by.
	Network func(r *http.Request) string
}

// call is one request on its way.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	person *person  // of a MessageProof or TokenProof; nil when a certificate or nothing was shown
	device *managed // of a CertificateProof, or of a MessageProof by certificate
	ticket ticket   // of a TicketProof
	form   map[string]string
}

func (c *call) ctx() context.Context { return c.r.Context() }

// person is somebody who proved who they are.
type person struct {
	tenant directory.TenantID
	user   directory.User
	proof  enrollment.Proof
	device directory.DeviceID // the joined PC they signed in on, if their token says so
	token  *webToken          // of this server's own sign-in pages: good for one certificate
}

// managed is a PC that proved which one it is.
type managed struct {
	tenant      directory.TenantID
	device      enrollment.Holder
	certificate *x509.Certificate
}

// Owns reports whether a path is this edge's.
func (h *Handler) Owns(path string) bool {
	return slices.ContainsFunc(Routes(), func(r Route) bool { return r.at(path) })
}

// ServeHTTP finds the route, checks its proof, and renders.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("request-id", h.RequestID(r.Context()))
	var allowed []string
	for _, route := range Routes() {
		switch {
		case !route.at(r.URL.Path):
		case !route.takes(r.Method):
			allowed = append(allowed, route.Method)
		default:
			h.serve(&call{w: w, r: r}, &route)
			return
		}
	}
	if len(allowed) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	send(w, http.StatusMethodNotAllowed, "text/plain; charset=utf-8", []byte("This address takes "+strings.Join(allowed, " and ")+".\n"))
}

func (h *Handler) serve(c *call, route *Route) {
	if route.message != nil {
		h.serveMessage(c, route)
		return
	}
	err := h.prove(c, route.Proof)
	if err == nil {
		err = route.handle(h, c)
	}
	if err != nil {
		h.failPage(c, err)
	}
}

// prove checks the proof of a route that is no SOAP.
func (h *Handler) prove(c *call, p Proof) error {
	switch p {
	case NoProof, SessionProof:
		return nil
	case TokenProof:
		return h.proveToken(c)
	case TicketProof:
		return h.proveTicket(c)
	case CertificateProof:
		return h.proveCertificate(c)
	case MessageProof:
	}
	return fault.New(fault.Internal, "ProofUnknown", "The route's proof cannot be checked.")
}

// proveCertificate accepts the certificate that the PC used in TLS, where it
// showed that it holds the key.
func (h *Handler) proveCertificate(c *call) error {
	shown := c.shown()
	if shown == nil {
		return fault.Field(fault.Unauthenticated, "MDMCertificateRequired", "certificate", "The request carries no client certificate.", "Connect with the certificate the PC got when it enrolled.")
	}
	t, d, _, err := h.Enrolments.Check(c.ctx(), shown)
	if err != nil {
		return err
	}
	c.device = &managed{t, d, shown}
	c.as(directory.Actor{AppName: d.Name, ObjectID: d.Object, Address: h.Address(c.r), Correlation: h.RequestID(c.ctx())})
	return nil
}

// shown is the certificate of the connection, nil when there is none.
func (c *call) shown() *x509.Certificate {
	if c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return c.r.TLS.PeerCertificates[0]
}

// as notes who is calling for the audit trail.
func (c *call) as(a directory.Actor) { c.r = c.r.WithContext(directory.WithActor(c.ctx(), a)) }

// serveMessage reads a SOAP message, checks what it proves, and answers.
func (h *Handler) serveMessage(c *call, route *Route) {
	in, err := readMessage(c.r)
	var out *soap.Message
	if err == nil && route.Proof == MessageProof {
		err = h.proveMessage(c, in)
	}
	if err == nil {
		out, err = route.message(h, c, in)
	}
	if err != nil {
		h.failMessage(c, in, err)
		return
	}
	out.ActivityID = h.RequestID(c.ctx())
	h.sendMessage(c, http.StatusOK, out)
}

func (h *Handler) sendMessage(c *call, status int, m *soap.Message) {
	text, err := soap.Encode(m)
	if err != nil {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "a SOAP answer cannot be written", slog.Any("error", err))
		http.Error(c.w, "The server could not finish the request.", http.StatusInternalServerError)
		return
	}
	send(c.w, status, soap.ContentType, text)
}

// send writes an answer in one piece: Windows takes none in chunks.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // a template or a codec wrote it; the client is gone when this fails
}
