package signin_test

import (
	"slices"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

func appService(d *desk) *directory.AppService {
	return &directory.AppService{Store: d.db, Clock: d.clock, NewID: officeID, Permissions: access.Permissions()}
}

func TestARedirectMustBeTheRegisteredOneExactly(t *testing.T) {
	t.Parallel()
	c := signin.ClientApp{Redirects: []directory.Redirect{
		{URI: "https://portal.example/signin", Platform: directory.PlatformWeb},
		{URI: "http://localhost:3000/spa", Platform: directory.PlatformSPA},
		{URI: "http://localhost", Platform: directory.PlatformPublic},
		{URI: "http://127.0.0.1/cb?x=1", Platform: directory.PlatformPublic},
		{URI: "http://[::1]:1/six", Platform: directory.PlatformPublic},
		{URI: "ms-aadj-redir://auth/drs", Platform: directory.PlatformPublic},
	}}
	for asked, want := range map[string]directory.Platform{
		"https://portal.example/signin": directory.PlatformWeb,
		"http://localhost:3000/spa":     directory.PlatformSPA,
		"http://localhost":              directory.PlatformPublic,
		"http://localhost/":             directory.PlatformPublic,
		"http://localhost:54321":        directory.PlatformPublic,
		"http://localhost:54321/":       directory.PlatformPublic,
		"http://127.0.0.1:9/cb?x=1":     directory.PlatformPublic,
		"http://[::1]:65535/six":        directory.PlatformPublic,
		"ms-aadj-redir://auth/drs":      directory.PlatformPublic,
	} {
		if r, ok := c.Redirect(asked); !ok || r.Platform != want {
			t.Errorf("%s: %v, %v, want %s", asked, r, ok, want)
		}
	}
	for _, asked := range []string{
		"", "https://portal.example/signin/", "https://portal.example/Signin", "https://portal.example/signin?x=1", "https://PORTAL.example/signin",
		"https://portal.example:443/signin", "http://portal.example/signin", "https://portal.example/signin#x", "https://portal.example/signin%20",
		"https://portal.example/x/../signin", "https://portal.example.evil.example/signin",
		"http://localhost:3001/spa", "http://localhost/spa", // the port of a page is not free
		"http://localhost:80/other", "http://localhost:80/?x=1", "http://localhost:80#x", "https://localhost", "https://localhost:80",
		"http://localhost.evil.example", "http://localhost:80@evil.example", "http://evil.example@localhost:80", "http://localhost:80\\@evil.example",
		"http://127.0.0.1:80", "http://127.0.0.1/cb", "http://127.0.0.1/cb?x=2", "http://127.0.0.1/CB?x=1", "http://127.0.0.2/cb?x=1",
		"http://0x7f.1/cb?x=1", "http://[::1]/five", "ms-aadj-redir://auth/drs/", "ms-aadj-redir://auth:80/drs", "http:localhost", "//localhost", "localhost",
		"http://LOCALHOST:80", "http://localhost:99999999999/", "http://localhost:x/", "http://localhost:80/%2e",
	} {
		if r, ok := c.Redirect(asked); ok {
			t.Errorf("%q was taken for %v", asked, r)
		}
	}
}

func TestAClientIsAnAppOfTheTenantOrOneThatEveryTenantHas(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c, err := d.Client(d.ctx, d.tenant, strings.ToUpper(d.app.AppID))
	d.ok(err)
	if c.AppID != d.app.AppID || c.Name != "Portal" || c.FirstParty || c.PublicAllowed || !c.Enabled || !slices.Equal(c.Redirects, d.app.Redirects) || !c.May(signin.GrantClientCredentials) {
		t.Errorf("client = %+v", c)
	}
	d.ok(appService(d).SetPublicClient(d.ctx, d.tenant, d.app.AppID, true))
	d.ok(appService(d).SetEnabled(d.ctx, d.tenant, d.app.AppID, false))
	if c, err = d.Client(d.ctx, d.tenant, d.app.AppID); err != nil || c.Enabled || !c.PublicAllowed {
		t.Errorf("client = %+v, %v", c, err)
	}
	for _, id := range []string{"", "portal", officeID(), "{" + d.app.AppID[1:], signin.JoinResourceID} {
		_, err := d.Client(d.ctx, d.tenant, id)
		d.refused(err, "UnknownApplication")
	}
	_, err = d.Client(d.ctx, directory.TenantID(officeID()), d.app.AppID)
	d.refused(err, "UnknownApplication")
	c, err = d.Client(d.ctx, d.tenant, strings.ToUpper(signin.AppBroker))
	d.ok(err)
	if !c.FirstParty || !c.Enabled || !c.PublicAllowed || c.Name != "Microsoft Authentication Broker" {
		t.Errorf("client = %+v", c)
	}
}

// The first-party apps by hand: redirect addresses and grant types, and no
// other. None may act for itself, and none may ask Graph for anything without
// consent.
func TestFirstPartyAppsMayDoWhatTheyNeedAndNoMore(t *testing.T) {
	t.Parallel()
	const (
		device = "urn:ietf:params:oauth:grant-type:device_code"
		drs    = "adrs_access@01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9 adrs_access@urn:ms-drs:enterpriseregistration.windows.net"
		mdm    = "mdm_delegation@0000000a-0000-0000-c000-000000000000 mdm_delegation@https://enrollment.manage.microsoft.com"
	)
	want := map[string][4]string{
		"29d9ed98-a469-4536-ade2-f981bc1d605e": {"Microsoft Authentication Broker", "ms-aadj-redir://auth/drs ms-aadj-redir://auth/mdm", "authorization_code refresh_token " + device + " password", drs + " " + mdm},
		"38aa3b87-a06d-4817-b275-7a316988d93b": {"Windows Sign In", "", "refresh_token", ""},
		"dd762716-544d-4aeb-a526-687b73838a22": {"Device Registration Client", "ms-aadj-redir://auth/drs", "authorization_code refresh_token " + device, drs},
		"14d82eec-204b-4c2f-b7e8-296a70dab67e": {"Microsoft Graph Command Line Tools", "http://localhost", "authorization_code refresh_token " + device, ""},
		"04b07795-8ddb-461a-bbee-02f9e1bf7b46": {"Microsoft Azure CLI", "http://localhost", "authorization_code refresh_token " + device, ""},
		"1950a258-227b-4e31-a9cf-717495945fc2": {"Microsoft Azure PowerShell", "http://localhost", "authorization_code refresh_token " + device, ""},
	}
	apps := signin.FirstPartyApps()
	if len(apps) != len(want) {
		t.Errorf("%d apps, want %d", len(apps), len(want))
	}
	for _, a := range apps {
		w := want[a.ID]
		var redirects []string
		for _, r := range a.Redirects {
			redirects = append(redirects, r.URI)
			if err := r.Validate(); err != nil || r.Platform != directory.PlatformPublic {
				t.Errorf("%s: %v, %v", a.Name, r, err)
			}
		}
		if a.Name != w[0] || strings.Join(redirects, " ") != w[1] || strings.Join(a.Grants, " ") != w[2] {
			t.Errorf("app = %+v, want %v", a, w)
		}
		var may []string
		for resource, scopes := range a.Scopes {
			for _, scope := range scopes {
				may = append(may, scope+"@"+resource)
			}
		}
		slices.Sort(may)
		if got := strings.Join(may, " "); got != w[3] {
			t.Errorf("%s may ask for %q, want %q", a.Name, got, w[3])
		}
		c := signin.ClientApp{Grants: a.Grants}
		if c.May(signin.GrantClientCredentials) || c.May("") || c.May("device_code") != strings.Contains(w[2], device) {
			t.Errorf("%s: grants %v", a.Name, a.Grants)
		}
		a.Redirects = append(a.Redirects[:0], directory.Redirect{URI: "https://evil.example", Platform: directory.PlatformPublic})
		clear(a.Scopes)
	}
	if a, _ := signin.FirstParty(signin.AppBroker); a.Redirects[0].URI != "ms-aadj-redir://auth/drs" || len(a.Scopes) != 4 {
		t.Error("a caller can change the table")
	}
}
