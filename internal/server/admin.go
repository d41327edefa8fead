package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// adminBody bounds a request on the private door.
const adminBody = 1 << 20

// adminHandler is the private door of the command line: what needs no token
// because only the data directory's owner can reach it. Bodies are JSON.
//
//	GET    /tenants                       POST /tenants
//	PATCH, DELETE /tenants/{tenant}       POST /tenants/{tenant}/reset, /clock
//	GET    /tenants/{tenant}/quirks       PUT /tenants/{tenant}/quirks/{quirk}
//	GET    /tenants/{tenant}/apps         POST /tenants/{tenant}/apps
//	PATCH, DELETE /tenants/{tenant}/apps/{app}
//	POST   /tenants/{tenant}/apps/{app}/secrets
//	DELETE /tenants/{tenant}/apps/{app}/secrets/{key}
//	POST, DELETE /tenants/{tenant}/apps/{app}/redirects
//	POST   /tenants/{tenant}/apps/{app}/certificates
//	DELETE /tenants/{tenant}/apps/{app}/certificates/{key}
//	GET, POST, DELETE /tenants/{tenant}/apps/{app}/consents
//	GET    /first-party-apps
//	GET, PATCH /tenants/{tenant}/mdm/settings
//	POST   /tenants/{tenant}/people, and more: see adminPeopleRoutes
//	GET    /authority                     POST /verify, /release, /backup
//	GET    /keys                          POST /keys
func (s *Server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(*http.Request) (any, error){
		"GET /tenants":                                      s.adminListTenants,
		"POST /tenants":                                     s.adminCreateTenant,
		"PATCH /tenants/{tenant}":                           s.adminUpdateTenant,
		"DELETE /tenants/{tenant}":                          s.adminDeleteTenant,
		"POST /tenants/{tenant}/reset":                      s.adminResetTenant,
		"POST /tenants/{tenant}/clock":                      s.adminAdvanceClock,
		"GET /tenants/{tenant}/quirks":                      s.adminListQuirks,
		"PUT /tenants/{tenant}/quirks/{quirk}":              s.adminSetQuirk,
		"GET /tenants/{tenant}/apps":                        s.adminListApps,
		"POST /tenants/{tenant}/apps":                       s.adminCreateApp,
		"PATCH /tenants/{tenant}/apps/{app}":                s.adminUpdateApp,
		"DELETE /tenants/{tenant}/apps/{app}":               s.adminDeleteApp,
		"POST /tenants/{tenant}/apps/{app}/secrets":         s.adminAddSecret,
		"DELETE /tenants/{tenant}/apps/{app}/secrets/{key}": s.adminRemoveSecret,
		"GET /authority":                                    s.adminAuthority,
		"POST /release":                                     s.adminRelease,
		"POST /verify":                                      s.adminVerify,
		"POST /backup":                                      s.adminBackup,
		"GET /keys":                                         s.adminListKeys,
		"POST /keys":                                        s.adminRotateKeys,
	} {
		mux.Handle(pattern, s.adminRoute(h))
	}
	for pattern, h := range s.adminPeopleRoutes() {
		mux.Handle(pattern, s.adminRoute(h))
	}
	for pattern, h := range s.adminAppRoutes() {
		mux.Handle(pattern, s.adminRoute(h))
	}
	for pattern, h := range s.adminMDMRoutes() {
		mux.Handle(pattern, s.adminRoute(h))
	}
	return mux
}

func (s *Server) adminRoute(h func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, adminBody)
		r = r.WithContext(directory.WithActor(r.Context(), directory.Actor{AppName: "taxiway command line", Principal: "local administrator"}))
		out, err := h(r)
		if err != nil {
			renderAdmin(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

// adminError is the private door's error body.
type adminError struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Kind    fault.Kind     `json:"kind"`
	Details []fault.Detail `json:"details,omitempty"`
}

func renderAdmin(w http.ResponseWriter, err error) {
	e, ok := fault.As(err)
	if !ok {
		e = &fault.Error{Kind: fault.Internal, Code: "InternalServerError", Message: err.Error()}
	}
	out := adminError{Code: e.Code, Message: e.Message, Kind: e.Kind, Details: e.Details}
	if e.Kind == fault.Internal {
		// The caller owns the machine and its log: tell the cause.
		out.Message = err.Error()
	}
	writeJSON(w, http.StatusUnprocessableEntity, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"code":"InternalServerError","message":"encode answer"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone when this fails
}

func readJSON(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fault.New(fault.Invalid, "InvalidBody", "The request body cannot be read: "+err.Error()+".")
	}
	return nil
}

// Admin reaches the private door of the server that holds a data directory,
// or, when none runs, opens the store itself for as long as it lives.
type Admin struct {
	roundTrip func(*http.Request) (*http.Response, error)
	Running   bool // a server holds the data directory
	close     func() error
}

// ConnectAdmin connects to the server that holds the data directory; nil and
// no error when none runs.
func ConnectAdmin(ctx context.Context, cfg config.Config) (*Admin, error) {
	dial := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", shortPath(cfg.AdminSocket()))
	}
	conn, err := dial(ctx)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // nobody answers: the socket is missing or left behind
	}
	if err := conn.Close(); err != nil {
		return nil, fmt.Errorf("probe the admin socket: %w", err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return &Admin{roundTrip: transport.RoundTrip, Running: true, close: func() error { transport.CloseIdleConnections(); return nil }}, nil
}

// OpenAdmin connects to the running server or opens the database.
func OpenAdmin(ctx context.Context, cfg config.Config, o Options) (*Admin, error) {
	if admin, err := ConnectAdmin(ctx, cfg); admin != nil || err != nil {
		return admin, err
	}
	s, err := open(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	h := s.adminHandler()
	return &Admin{roundTrip: func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Result(), nil
	}, close: s.Close}, nil
}

// Close ends the connection, or the store that was opened.
func (a *Admin) Close() error { return a.close() }

// Call sends one request; in and out may be nil. A refusal comes back as the
// *fault.Error it was on the other side.
func (a *Admin) Call(ctx context.Context, method, path string, in, out any) error {
	pr, pw := io.Pipe()
	go func() {
		if in == nil {
			pw.Close() //nolint:errcheck,gosec // a PipeWriter's Close never fails
			return
		}
		pw.CloseWithError(json.NewEncoder(pw).Encode(in))
	}()
	req, err := http.NewRequestWithContext(ctx, method, "http://taxiway"+path, pr)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	resp, err := a.roundTrip(req)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if resp.StatusCode != http.StatusOK {
		var e adminError
		if err := json.NewDecoder(resp.Body).Decode(&e); err != nil {
			return fmt.Errorf("the server answered %s", resp.Status)
		}
		return &fault.Error{Kind: e.Kind, Code: e.Code, Message: e.Message, Details: e.Details}
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// AdminTenant is a tenant on the private door.
type AdminTenant struct {
	ID          directory.TenantID `json:"id"`
	DisplayName string             `json:"displayName"`
	Domain      string             `json:"domain"`
	Lab         bool               `json:"lab"`
	ClockOffset string             `json:"clockOffset,omitempty"`
	// ProfileWithoutTPM: a PC whose hash holds no TPM key gets its profile.
	ProfileWithoutTPM bool      `json:"profileWithoutTpm"`
	CreatedAt         time.Time `json:"createdDateTime"`
}

// AdminApp is an app registration on the private door. Secret is given once,
// when it is made.
type AdminApp struct {
	AppID       string   `json:"appId"`
	ObjectID    string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Permissions []string `json:"permissions"`
	Enabled     bool     `json:"enabled"`
	// PublicClient: it may sign people in without a credential.
	PublicClient bool               `json:"publicClient"`
	Redirects    []AdminRedirect    `json:"redirects,omitempty"`
	Certificates []AdminCertificate `json:"certificates,omitempty"`
	CreatedAt    time.Time          `json:"createdDateTime"`
	Secret       string             `json:"secret,omitempty"`
	Secrets      []AdminSecret      `json:"secrets,omitempty"`
}

// AdminRedirect is an address that people are sent back to.
type AdminRedirect = directory.Redirect

// AdminPlatform is what kind of program such an address belongs to.
type AdminPlatform = directory.Platform

// AdminCertificate is a certificate that an app proves itself with.
type AdminCertificate struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName,omitempty"`
	SHA1        string    `json:"thumbprint"` // hexadecimal, as Windows shows it
	SHA256      string    `json:"sha256Thumbprint"`
	StartsAt    time.Time `json:"startDateTime"`
	ExpiresAt   time.Time `json:"endDateTime"`
}

// AdminConsent is what an app may do for everybody in the tenant.
type AdminConsent struct {
	AppID    string   `json:"appId"`
	Resource string   `json:"resource"`
	Scopes   []string `json:"scopes"`
}

// AdminClient names an app by its client id.
type AdminClient struct {
	AppID       string `json:"appId"`
	DisplayName string `json:"displayName"`
}

// AdminSecret is a client secret without the secret.
type AdminSecret struct {
	KeyID       string    `json:"keyId"`
	Hint        string    `json:"hint"`
	DisplayName string    `json:"displayName,omitempty"`
	ExpiresAt   time.Time `json:"endDateTime"`
}
