package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

func TestARedirectAddressIsHTTPSLoopbackOrAPublicClientsOwnScheme(t *testing.T) {
	t.Parallel()
	web, spa, public := directory.PlatformWeb, directory.PlatformSPA, directory.PlatformPublic
	for _, r := range []directory.Redirect{
		{"https://app.contoso.example/signin?x=1", web},
		{"https://app.contoso.example", spa},
		{"https://xn--mnchen-3ya.example:8443/a%20b", web},
		{"http://localhost", public},
		{"http://localhost:3000/", spa},
		{"http://127.0.0.1/cb", web},
		{"http://[::1]:80/cb", public},
		{"ms-aadj-redir://auth/drs", public},
		{"com.contoso.app:/oauth", public},
		{"urn:ietf:wg:oauth:2.0:oob", public},
		{"myapp://auth", public},
		{"https://a.example/" + strings.Repeat("a", 2048-18), web},
	} {
		if err := r.Validate(); err != nil {
			t.Errorf("%s for %s: %v", r.URI, r.Platform, err)
		}
	}
	for _, bad := range []struct {
		uri      string
		platform directory.Platform
		words    string
	}{
		{"", web, "is empty"},
		{"https://a.example/" + strings.Repeat("a", 2048-17), web, "longer than 2048"},
		{"https://*.contoso.example/", web, "wildcard"},
		{"https://contoso.example/#top", web, "fragment"},
		{"https://contoso.example/a b", web, "no place in an address"},
		{"https://contoso.example/\n", web, "no place in an address"},
		{"https://cöntoso.example/", web, "no place in an address"},
		{"https://contoso.example\\@evil.example/", web, "no place in an address"},
		{"https://contoso.example@evil.example/", web, "user name"},
		{"HTTPS://contoso.example/", web, "lower case"},
		{"//contoso.example/", web, "absolute"},
		{"/signin", spa, "absolute"},
		{"https:///signin", web, "names no host"},
		{"https:signin", web, "names no host"},
		{"http://contoso.example/", web, "own machine"},
		{"http://localhost.evil.example/", public, "own machine"},
		{"http://127.0.0.2/", public, "own machine"},
		{"http:localhost", public, "own machine"},
		{"myapp://auth", web, "public client"},
		{"myapp://auth", spa, "public client"},
		{"javascript:alert(1)", public, "not good"},
		{"data:text/html,x", public, "not good"},
		{"file:///etc/passwd", public, "not good"},
		{"myapp:", public, "nothing after its scheme"},
	} {
		err := directory.Redirect{URI: bad.uri, Platform: bad.platform}.Validate()
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.Invalid || e.Code != "InvalidRedirectUri" || e.Details[0].Target != "uri" || e.Details[0].Remedy == "" || !strings.Contains(e.Message, bad.words) {
			t.Errorf("%q for %s: %v, want InvalidRedirectUri with %q and a remedy", bad.uri, bad.platform, err, bad.words)
		}
	}
	if err := (directory.Redirect{URI: "https://a.example/", Platform: "desktop"}).Validate(); codeOf(err) != "InvalidPlatform" {
		t.Errorf("platform desktop: %v", err)
	}
}

func TestRedirectsAreAddedOnceUpToALimitAndRemovedByTheirSpelling(t *testing.T) {
	t.Parallel()
	s, store, _ := newApps()
	ctx := t.Context()
	a, _, err := s.Create(ctx, appTenant, "Portal", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	stored := func() []directory.Redirect { return store.apps[string(appTenant)+a.AppID].Redirects }
	first := directory.Redirect{URI: "https://portal.example/signin", Platform: directory.PlatformWeb}
	for range 2 {
		if err := s.AddRedirect(ctx, appTenant, a.AppID, first); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(stored(), []directory.Redirect{first}) {
		t.Errorf("redirects = %v", stored())
	}
	if e := store.events[len(store.events)-1]; len(store.events) != 2 || e.Activity != "Add application redirect" || e.Changes[0].New != "web=https://portal.example/signin" {
		t.Errorf("events = %+v", store.events)
	}
	if err := s.AddRedirect(ctx, appTenant, a.AppID, directory.Redirect{URI: first.URI, Platform: directory.PlatformSPA}); codeOf(err) != "RedirectExists" {
		t.Errorf("the same address on another platform: %v", err)
	}
	if err := s.RemoveRedirect(ctx, appTenant, a.AppID, first.URI+"/"); codeOf(err) != "RedirectNotFound" {
		t.Errorf("another spelling: %v", err)
	}
	if err := s.RemoveRedirect(ctx, appTenant, a.AppID, first.URI); err != nil || len(stored()) != 0 {
		t.Errorf("after the removal: %v, %v", stored(), err)
	}
	for n := range directory.MaxRedirects {
		if err := s.AddRedirect(ctx, appTenant, a.AppID, directory.Redirect{URI: fmt.Sprintf("https://portal.example/%d", n), Platform: directory.PlatformWeb}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddRedirect(ctx, appTenant, a.AppID, first); codeOf(err) != "TooManyRedirects" {
		t.Errorf("one too many: %v", err)
	}
	if err := s.AddRedirect(ctx, "bbbbbbbb-0000-4000-8000-000000000002", a.AppID, first); !fault.Is(err, fault.NotFound) {
		t.Errorf("another tenant's app: %v", err)
	}
}

func TestAnAppMayBeRegisteredWithoutASecret(t *testing.T) {
	t.Parallel()
	s, store, _ := newApps()
	a, secret, err := s.Register(t.Context(), appTenant, directory.NewApp{
		DisplayName: "Desk", NoSecret: true, PublicClient: true,
		Redirects: []directory.Redirect{{URI: "http://localhost", Platform: directory.PlatformPublic}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" || len(store.secrets[a.ID]) != 0 || !a.PublicClient || len(a.Redirects) != 1 {
		t.Errorf("app = %+v, secret %q, stored %v", a, secret, store.secrets[a.ID])
	}
	if _, err := s.Authenticate(t.Context(), appTenant, a.AppID, ""); codeOf(err) != "InvalidSecret" {
		t.Errorf("the empty secret: %v", err)
	}
	if err := s.SetPublicClient(t.Context(), appTenant, a.AppID, false); err != nil || store.apps[string(appTenant)+a.AppID].PublicClient {
		t.Errorf("after SetPublicClient(false): %v", err)
	}
	for _, n := range []directory.NewApp{
		{DisplayName: "X", Redirects: []directory.Redirect{{URI: "http://contoso.example", Platform: directory.PlatformWeb}}},
		{DisplayName: "X", Certificates: []directory.NewCertificate{{Content: []byte("no certificate")}}},
	} {
		before := len(store.apps)
		if _, _, err := s.Register(t.Context(), appTenant, n); !fault.Is(err, fault.Invalid) || len(store.apps) != before {
			t.Errorf("Register(%+v) = %v", n, err)
		}
	}
}
