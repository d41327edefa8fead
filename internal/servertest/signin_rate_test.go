package servertest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// bareAnswer is what came beside the body.
type bareAnswer struct {
	StatusCode int
	Header     http.Header
}

// bare sends one request without following redirects.
func bare(t *testing.T, p *servertest.Process, method, path string, form url.Values, headers ...string) (bareAnswer, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, servertest.BaseURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: p.HTTP.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return bareAnswer{resp.StatusCode, resp.Header}, string(body)
}

// Who asks too often is told so in the words of the address: a client library
// gets an error that it can read, a person a page.
func TestWhoAsksTooOftenIsToldInTheWordsOfTheAddress(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now().Truncate(time.Second)}
		p := servertest.Start(t, db, servertest.WithClock(clock.read), servertest.WithConfig(func(c *config.Config) { c.Limits.TokenRate = 4 })).First()
		c := p.NewTenant(t, "Contoso", false)
		token := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.App.AppID}, "client_secret": {c.App.Secret}, "scope": {"https://graph.microsoft.com/.default"}}
		used := 0
		for ; used < 10; used++ {
			if resp, _ := bare(t, p, http.MethodPost, "/"+c.ID+"/oauth2/v2.0/token", token); resp.StatusCode == http.StatusTooManyRequests {
				break
			}
		}
		if used == 10 {
			t.Fatal("ten requests at once were all answered under a rate of four")
		}

		const asked = "5e2d8a52-0d54-4c2b-a6a6-4a3a5f6a1c11"
		for _, path := range []string{
			"/" + c.ID + "/oauth2/v2.0/token", "/" + c.ID + "/oauth2/token", "/common/oauth2/v2.0/devicecode", "/" + c.Domain + "/oauth2/devicecode",
			"/" + c.ID + "/oauth2/v2.0/revoke", "/" + c.ID + "/oauth2/v2.0/introspect",
		} {
			resp, text := bare(t, p, http.MethodPost, path, token, "client-request-id", asked, "Origin", "https://page.example")
			var body struct {
				Error         string `json:"error"`
				Description   string `json:"error_description"`
				Codes         []int  `json:"error_codes"`
				Timestamp     string `json:"timestamp"`
				TraceID       string `json:"trace_id"`
				CorrelationID string `json:"correlation_id"`
			}
			if err := json.Unmarshal([]byte(text), &body); err != nil || resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("POST %s: %d %q %v %s", path, resp.StatusCode, resp.Header.Get("Content-Type"), err, text)
				continue
			}
			if body.Error != "temporarily_unavailable" || !slices.Equal(body.Codes, []int{90055}) || !strings.HasPrefix(body.Description, "AADSTS90055: ") ||
				body.Timestamp == "" || body.TraceID == "" || body.CorrelationID != asked || resp.Header.Get("client-request-id") != asked {
				t.Errorf("POST %s: %s", path, text)
			}
			if resp.Header.Get("Retry-After") != "1" || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("POST %s: %v", path, resp.Header)
			}
			// A script of another origin may read it, but for introspection, and
			// when to come back with it.
			if cors := resp.Header.Get("Access-Control-Allow-Origin") == "*"; cors == strings.HasSuffix(path, "introspect") || cors && !strings.Contains(resp.Header.Get("Access-Control-Expose-Headers"), "Retry-After") {
				t.Errorf("POST %s: %v", path, resp.Header)
			}
		}
		for _, path := range []string{"/" + c.ID + "/oauth2/v2.0/authorize?client_id=x", "/" + c.ID + "/account", "/common/oauth2/deviceauth", "/" + c.ID + "/signin/password?s=x"} {
			resp, text := bare(t, p, http.MethodGet, path, nil)
			if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "1" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") ||
				!strings.Contains(text, "<h1>") || !strings.Contains(text, "90055") || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("GET %s: %d %v %s", path, resp.StatusCode, resp.Header, text)
			}
		}
		// A browser that asks whether its script may ask is answered all the same.
		if resp, _ := bare(t, p, http.MethodOptions, "/"+c.ID+"/oauth2/v2.0/token", nil, "Origin", "https://page.example", "Access-Control-Request-Method", "POST"); resp.StatusCode != http.StatusNoContent {
			t.Errorf("preflight: %d", resp.StatusCode)
		}
		// Graph has an allowance of its own.
		p.Must(t, c.Token, http.MethodGet, "/v1.0/groups", nil, http.StatusOK)

		clock.advance(time.Second)
		if resp, text := bare(t, p, http.MethodPost, "/"+c.ID+"/oauth2/v2.0/token", token); resp.StatusCode != http.StatusOK || resp.Header.Get("Retry-After") != "" {
			t.Errorf("after Retry-After: %d %s", resp.StatusCode, text)
		}
	})
}
