package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/server"
)

// Tenant is an organisation of a world with an app that may do everything.
type Tenant struct {
	ID     string
	Domain string
	App    server.AdminApp
	Token  string

	allowed atomic.Bool // the app may do everything for everybody
}

// NewTenant makes a tenant with an app that holds every permission.
func (p *Process) NewTenant(t testing.TB, name string, lab bool) *Tenant {
	t.Helper()
	var made server.AdminTenant
	domain := strings.ToLower(name) + ".example"
	p.admin(t, http.MethodPost, "/tenants", map[string]any{"displayName": name, "domain": domain, "lab": lab}, &made)
	tenant := &Tenant{ID: string(made.ID), Domain: domain}
	tenant.App, tenant.Token = p.NewApp(t, tenant, access.Permissions()...)
	return tenant
}

// NewApp makes an app with these permissions and gets it a token.
func (p *Process) NewApp(t testing.TB, tenant *Tenant, permissions ...string) (app server.AdminApp, token string) {
	t.Helper()
	p.admin(t, http.MethodPost, "/tenants/"+tenant.ID+"/apps", map[string]any{"displayName": "test app", "permissions": permissions}, &app)
	return app, p.TokenFor(t, tenant.ID, app.AppID, app.Secret)
}

func (p *Process) admin(t testing.TB, method, path string, in, out any) {
	t.Helper()
	if err := p.Admin.Call(context.Background(), method, path, in, out); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

// TokenFor asks for an app's token as any OAuth client does.
func (p *Process) TokenFor(t testing.TB, tenant, appID, secret string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {access.GraphURL + "/.default"}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, BaseURL+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatalf("ask for a token: %v", err)
	}
	defer closeBody(t, resp)
	var body struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || body.AccessToken == "" {
		t.Fatalf("ask for a token: %s %s %v", resp.Status, body.Description, err)
	}
	return body.AccessToken
}

// Answer is what came back from Graph.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
	JSON   map[string]any // nil when the body is no object
}

// Graph sends one request with the token and returns whatever comes back. The
// body may be nil, a string sent as it is, or a value sent as JSON.
func (p *Process) Graph(ctx context.Context, token, method, path string, body any, headers ...string) (Answer, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case []byte:
		reader = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return Answer{}, fmt.Errorf("encode body: %w", err)
		}
		reader = bytes.NewReader(text)
	}
	target := path
	if !strings.HasPrefix(path, "https://") {
		target = BaseURL + path
	}
	req, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return Answer{}, fmt.Errorf("make request: %w", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodGet {
		req.Header.Set("ConsistencyLevel", "eventual") // as clients that search and count do
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("send request: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Raw, err = io.ReadAll(resp.Body); err != nil {
		return a, fmt.Errorf("read answer: %w", err)
	}
	if len(a.Raw) > 0 && a.Raw[0] == '{' {
		if err := json.Unmarshal(a.Raw, &a.JSON); err != nil {
			return a, fmt.Errorf("decode answer: %w", err)
		}
	}
	return a, nil
}

// Must is Graph for a call that has to answer with this status.
func (p *Process) Must(t testing.TB, token, method, path string, body any, want int, headers ...string) Answer {
	t.Helper()
	a, err := p.Graph(context.Background(), token, method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.Status != want {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, a.Status, want, a.Raw)
	}
	return a
}

// All reads every page of a collection.
func (p *Process) All(t testing.TB, token, path string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for path != "" {
		a := p.Must(t, token, http.MethodGet, path, nil, http.StatusOK)
		values, ok := a.JSON["value"].([]any)
		if !ok {
			t.Fatalf("GET %s: no collection: %s", path, a.Raw)
		}
		for _, v := range values {
			if m, ok := v.(map[string]any); ok {
				all = append(all, m)
			}
		}
		path, _ = a.JSON["@odata.nextLink"].(string)
	}
	return all
}

func closeBody(t testing.TB, resp *http.Response) {
	t.Helper()
	if err := resp.Body.Close(); err != nil {
		t.Errorf("close answer: %v", err)
	}
}
