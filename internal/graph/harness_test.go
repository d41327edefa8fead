package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/graph"
	"taxiway/internal/odata"
)

const (
	base   = "https://taxiway.example"
	tenant = "11111111-1111-4111-8111-111111111111"
)

// fixedClock stands still: goldens hold its time.
type fixedClock struct{ at time.Time }

func (c fixedClock) Now(directory.TenantID) time.Time { return c.at }
func (c fixedClock) Real() time.Time                  { return c.at }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// counter makes ids that tell in which order they were made.
func counter() directory.NewID {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n.Add(1)) }
}

// edge is a handler without anything behind it: enough for what is decided
// before a subject is asked.
func edge(t *testing.T, change func(*graph.Handler)) *graph.Handler {
	t.Helper()
	signer, err := odata.NewSigner([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	h := &graph.Handler{Base: base, Clock: fixedClock{noon}, NewID: counter(), Signer: signer}
	if change != nil {
		change(h)
	}
	return h
}

// as is a request's context for an app with these permissions.
func as(permissions ...string) context.Context {
	return access.WithPrincipal(context.Background(), &access.Principal{
		Tenant: tenant, Kind: access.App, AppID: "22222222-2222-4222-8222-222222222222", AppName: "test app",
		ObjectID: "33333333-3333-4333-8333-333333333333", Permissions: permissions,
	})
}

// everything is every permission there is.
func everything() context.Context { return as(access.Permissions()...) }

// errorBody is the part of an error envelope that tests look at.
type errorBody struct {
	Error struct {
		Code       string `json:"code"`
		Message    string `json:"message"`
		InnerError struct {
			Date            string `json:"date"`
			RequestID       string `json:"request-id"`
			ClientRequestID string `json:"client-request-id"`
		} `json:"innerError"`
		Details []struct {
			Code, Target, Message, Remedy string
		} `json:"details"`
	} `json:"error"`
}

// send makes one request; body may be nil, a string, or anything that marshals.
func send(t *testing.T, h http.Handler, ctx context.Context, method, path string, body any, headers ...string) *httptest.ResponseRecorder { //nolint:revive // t first reads better in tests
	t.Helper()
	var text string
	switch b := body.(type) {
	case nil:
	case string:
		text = b
	default:
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	r := httptest.NewRequestWithContext(ctx, method, base+"/", strings.NewReader(text))
	u, err := r.URL.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = u
	if text != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decode reads an answer as T.
func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer %d %q: %v", w.Code, w.Body, err)
	}
	return v
}
