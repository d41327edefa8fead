package oidc_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens anew")

// thumbprint is RFC 7638 by hand.
func thumbprint(e, n string) string {
	sum := sha256.Sum256([]byte(`{"e":"` + e + `","kty":"RSA","n":"` + n + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func headerOf(t *testing.T, token string) string {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	header, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	return string(header)
}

func TestTheDocumentsAreAsRecorded(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for name, path := range map[string]string{
		"metadata-v2":        "/" + tenantA + "/v2.0/.well-known/openid-configuration",
		"metadata-v1":        "/" + tenantA + "/.well-known/openid-configuration",
		"metadata-common-v2": "/common/v2.0/.well-known/openid-configuration",
		"metadata-common-v1": "/common/.well-known/openid-configuration",
		"instance":           "/common/discovery/instance?api-version=1.1&authorization_endpoint=" + base + "/" + tenantA + "/oauth2/v2.0/authorize",
		"instance-v1":        "/common/discovery/instance?authorization_endpoint=" + base + "/contoso.example/oauth2/authorize",
		"endpoints":          "/metadata/endpoints?api-version=2022-09-01",
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = "evil.example" // no address may come from here
			answer := p.do(r)
			if answer.Code != http.StatusOK || answer.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Fatalf("status %d, header %v", answer.Code, answer.Header())
			}
			var got bytes.Buffer
			if err := json.Indent(&got, answer.Body.Bytes(), "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheIssuerHasTheTenantsIDWhicheverNameWasAsked(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	byID := p.get("/" + tenantA + "/v2.0/.well-known/openid-configuration").Body.String()
	for _, name := range []string{"contoso.example", "CONTOSO.example", strings.ToUpper(tenantA)} {
		if got := p.get("/" + name + "/v2.0/.well-known/openid-configuration").Body.String(); got != byID {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestEveryAddressInTheMetadataAnswers(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, document := range []string{"/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration"} {
		for name, value := range read[map[string]any](t, p.get("/"+tenantA+document)) {
			address, ok := value.(string)
			if !ok || !strings.HasPrefix(address, base+"/") || name == "issuer" {
				continue
			}
			path := strings.TrimPrefix(address, base)
			if !p.handler.Owns(path) {
				t.Errorf("%s: %s is not served", name, path)
			}
		}
	}
}

func TestUnknownTenantsAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, path := range []string{
		"/nowhere.example/v2.0/.well-known/openid-configuration", "/nowhere.example/.well-known/openid-configuration",
		"/nowhere.example/discovery/keys", "/x/discovery/v2.0/keys",
	} {
		checkProblem(t, p.get(path), 400, "invalid_request", 90002)
	}
}

func TestInstanceDiscoveryKnowsThisServerOnly(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, authority := range []string{
		"https://login.microsoftonline.com/common/oauth2/authorize", "http://taxiway.example:8443/common", base + ".evil.example/common",
		base, base + "/%3Cscript%3E/x", "%zz", base + "@evil.example/common",
	} {
		r := httptest.NewRequest(http.MethodGet, "/common/discovery/instance", nil)
		r.URL.RawQuery = "authorization_endpoint=" + strings.NewReplacer("%", "%25", "@", "%40").Replace(authority)
		checkProblem(t, p.do(r), 400, "invalid_instance", 50049)
	}
}

func TestAnUnknownAppOrRedirectAddressIsAPageThatNeverRedirects(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	const evil = "https://evil.example/<script>"
	for path, number := range map[string]string{
		"/common/oauth2/v2.0/authorize":                     "AADSTS700016",
		"/" + tenantA + "/oauth2/authorize":                 "AADSTS50011",
		"/" + tenantA + "/oauth2/v2.0/authorize?client_id=": "AADSTS900144",
		"/nowhere.example/oauth2/v2.0/authorize":            "AADSTS90002",
	} {
		query := "client_id=" + appID + "&response_type=code&state=<script>&redirect_uri=" + evil
		if strings.Contains(path, "?") {
			query = "&response_type=code&redirect_uri=" + evil
		} else {
			path += "?"
		}
		answer := p.get(path + query)
		body := answer.Body.String()
		if answer.Code != http.StatusBadRequest || answer.Header().Get("Location") != "" || answer.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: status %d, header %v", path, answer.Code, answer.Header())
		}
		if !strings.Contains(body, number) || strings.Contains(body, "script") || strings.Contains(body, "evil") {
			t.Errorf("%s: body = %s", path, body)
		}
	}
}

func TestPreflightIsAnsweredWhereScriptsMayAsk(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for path, want := range map[string]int{
		tokenPath: 204, "/" + tenantA + "/discovery/v2.0/keys": 204, "/common/v2.0/.well-known/openid-configuration": 204,
		"/" + tenantA + "/oauth2/v2.0/authorize": 405,
	} {
		r := httptest.NewRequest(http.MethodOptions, path, nil)
		r.Header.Set("Origin", "https://app.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		answer := p.do(r)
		if answer.Code != want {
			t.Errorf("%s: status %d, want %d", path, answer.Code, want)
		}
		if (answer.Header().Get("Access-Control-Allow-Origin") == "*") != (want == 204) || answer.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: header %v", path, answer.Header())
		}
	}
}

func TestOtherAddressesBelongToOthers(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, path := range []string{"/", "", "/v1.0/users", "/beta/groups", "//oauth2/token", "/oauth2/token", "/a/b/oauth2/token", tokenPath + "/", "/metadata", "/common/discovery"} {
		if p.handler.Owns(path) {
			t.Errorf("%q is taken", path)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		if got := p.do(r).Code; got != http.StatusNotFound {
			t.Errorf("%q: status %d, want 404", path, got)
		}
	}
}
