package graph_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/graph"
)

// broken answers every read with one error.
type broken struct{ err error }

func (b broken) GetTenant(context.Context, directory.TenantID) (directory.Tenant, error) {
	return directory.Tenant{}, b.err
}

func (b broken) GetUser(context.Context, directory.TenantID, string) (directory.User, error) {
	return directory.User{}, b.err
}

func (b broken) GetDevice(context.Context, directory.TenantID, directory.ObjectID) (directory.Device, error) {
	return directory.Device{}, b.err
}

func (b broken) GetGroup(context.Context, directory.TenantID, directory.ObjectID) (directory.Group, error) {
	return directory.Group{}, b.err
}

func (b broken) GetRoleAssignment(context.Context, directory.TenantID, string) (directory.RoleAssignment, error) {
	return directory.RoleAssignment{}, b.err
}

func TestAnUnknownErrorShowsTheRequestIDAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.New("dial 10.0.0.7: secret"),
		fault.Wrap("read group", errors.New("dial 10.0.0.7: secret")),
		&fault.Error{Kind: fault.Internal, Code: "Odd", Message: "secret", Details: []fault.Detail{{Message: "secret"}}},
	} {
		var log strings.Builder
		h := edge(t, func(h *graph.Handler) {
			h.Objects = broken{err}
			h.Log = slog.New(slog.NewTextHandler(&log, nil))
		})
		w := send(t, h, everything(), http.MethodGet, "/v1.0/groups/1", nil, "client-request-id", "AAAAAAAA-0000-4000-8000-000000000001")
		e := decode[errorBody](t, w).Error
		if w.Code != 500 || e.Code != "InternalServerError" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
		id := w.Header().Get("request-id")
		if id == "" || e.InnerError.RequestID != id || !strings.Contains(e.Message, id) || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "secret") {
			t.Errorf("request id %q, body %s, log %s", id, w.Body, log.String())
		}
		if e.InnerError.ClientRequestID != "aaaaaaaa-0000-4000-8000-000000000001" || w.Header().Get("client-request-id") != e.InnerError.ClientRequestID {
			t.Errorf("client-request-id %q", e.InnerError.ClientRequestID)
		}
		if e.InnerError.Date != "2026-03-04T12:00:00" {
			t.Errorf("date %q", e.InnerError.Date)
		}
	}
}

func TestEachKindOfFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, status := range map[fault.Kind]int{
		fault.Invalid: 400, fault.Unauthenticated: 401, fault.Denied: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Precondition: 412,
		fault.TooLarge: 413, fault.Unsupported: 415, fault.Unprocessable: 422, fault.Throttled: 429, fault.Internal: 500, fault.Unavailable: 503,
	} {
		h := edge(t, func(h *graph.Handler) {
			h.Objects = broken{&fault.Error{Kind: kind, Code: "SomeCode", Message: "Some words.", RetryAfter: 1500 * time.Millisecond}}
		})
		w := send(t, h, everything(), http.MethodGet, "/v1.0/organization", nil)
		if w.Code != status {
			t.Errorf("kind %d: status %d, want %d", kind, w.Code, status)
		}
		if kind != fault.Internal && w.Header().Get("Retry-After") != "2" {
			t.Errorf("kind %d: Retry-After %q", kind, w.Header().Get("Retry-After"))
		}
	}
}

func TestNotFoundHasTheCodeOfItsPartOfGraph(t *testing.T) {
	t.Parallel()
	h := edge(t, func(h *graph.Handler) { h.Objects = broken{fault.New(fault.NotFound, "ResourceNotFound", "no row")} })
	for _, path := range []string{"/v1.0/groups/1", "/v1.0/devices/1", "/v1.0/users/1", "/v1.0/directoryObjects/1"} {
		w := send(t, h, everything(), http.MethodGet, path, nil)
		e := decode[errorBody](t, w).Error
		if w.Code != 404 || e.Code != "Request_ResourceNotFound" || len(e.Details) != 1 || e.Details[0].Target != "id" || e.Details[0].Remedy == "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAClientRequestIDThatIsNoGUIDIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := send(t, edge(t, nil), as(), http.MethodGet, "/v1.0/groups", nil, "client-request-id", "<script>")
	if got := w.Header().Get("client-request-id"); got != "" || strings.Contains(w.Body.String(), "script") {
		t.Errorf("repeated %q in %s", got, w.Body)
	}
}

// guarded is the edge with its token check; there is no key, so every token is bad.
func guarded(t *testing.T) http.Handler {
	t.Helper()
	return edge(t, nil).Authenticated(&access.Verifier{Issuer: base, Audiences: access.Audiences(base), Now: func() time.Time { return noon }})
}

func TestWithoutATokenTheAnswerIsGraphs401(t *testing.T) {
	t.Parallel()
	for _, headers := range [][]string{
		nil,
		{"Cookie", "__Host-session=anything"},
		{"Authorization", "Bearer not-a-token"},
		{"Authorization", "Basic dXNlcjpwYXNz"},
	} {
		for _, path := range []string{"/v1.0/groups", "/beta/groups", "/beta/nothing"} {
			w := send(t, guarded(t), t.Context(), http.MethodGet, path, nil, headers...)
			e := decode[errorBody](t, w).Error
			if w.Code != 401 || e.Code != "InvalidAuthenticationToken" || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%v on %s: %d %v %s", headers, path, w.Code, w.Header(), w.Body)
			}
		}
	}
}

func TestABrowserMayAskAndNeverSendsCredentials(t *testing.T) {
	t.Parallel()
	w := send(t, guarded(t), t.Context(), http.MethodOptions, "/v1.0/groups", nil,
		"Origin", "https://app.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,sdkversion")
	allowed := strings.Split(w.Header().Get("Access-Control-Allow-Headers"), ", ")
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	for _, want := range []string{"authorization", "client-request-id", "sdkversion", "content-type", "consistencylevel", "prefer"} {
		if !strings.Contains(","+strings.Join(allowed, ",")+",", ","+want+",") {
			t.Errorf("header %s is not allowed: %v", want, allowed)
		}
	}
	w = send(t, guarded(t), t.Context(), http.MethodGet, "/v1.0/groups", nil, "Origin", "https://app.example")
	for _, want := range []string{"request-id", "client-request-id", "Location", "ETag", "Retry-After"} {
		if !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), want) {
			t.Errorf("header %s is not exposed", want)
		}
	}
	for _, r := range []http.Header{w.Header()} {
		if r.Get("Access-Control-Allow-Credentials") != "" {
			t.Error("credentials are allowed")
		}
	}
	for name, want := range map[string]string{"OData-Version": "4.0", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000"} {
		if w.Header().Get(name) != want {
			t.Errorf("%s is %q", name, w.Header().Get(name))
		}
	}
}
