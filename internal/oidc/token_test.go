package oidc_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/directory"
)

func TestAnAppGetsATokenThatVerifiesWithThePublishedKeys(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	set := read[jwks](t, p.get("/"+tenantA+"/discovery/v2.0/keys"))
	basic := func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(appID), url.QueryEscape(secret)) }
	cases := []struct {
		name, path string
		form       url.Values
		prepare    func(*http.Request)
		audience   string
	}{
		{"version 2", tokenPath, url.Values{}, nil, access.GraphURL},
		{"version 2 by domain", "/Contoso.example/oauth2/v2.0/token", url.Values{}, nil, access.GraphURL},
		{"tenant id in capitals", "/" + strings.ToUpper(tenantA) + "/oauth2/v2.0/token", url.Values{}, nil, access.GraphURL},
		{"client id in capitals", tokenPath, url.Values{"client_id": {strings.ToUpper(appID)}}, nil, access.GraphURL},
		{"scopes a client library adds", tokenPath, url.Values{"scope": {graph + " openid offline_access profile"}, "claims": {`{"access_token":{}}`}, "client_info": {"1"}}, nil, access.GraphURL},
		{"our own address as resource", tokenPath, url.Values{"scope": {base + "/.default"}}, nil, base},
		{"our own address with a slash", tokenPath, url.Values{"scope": {base + "//.default"}}, nil, base},
		{"Graph's app id as resource", tokenPath, url.Values{"scope": {access.GraphAppID + "/.default"}}, nil, access.GraphAppID},
		{"telemetry in the address", tokenPath + "?client-request-id=x&x-client-SKU=msal.js.node", url.Values{}, nil, access.GraphURL},
		{"HTTP Basic", tokenPath, url.Values{"client_id": {""}, "client_secret": {""}}, basic, access.GraphURL},
		{"HTTP Basic and the same client id", tokenPath, url.Values{"client_secret": {""}}, basic, access.GraphURL},
		{"version 1", "/" + tenantA + "/oauth2/token", url.Values{"scope": {""}, "resource": {access.GraphURL + "/"}}, nil, access.GraphURL},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			form := goodForm()
			maps.Copy(form, c.form)
			r := formRequest(c.path, form.Encode())
			if c.prepare != nil {
				c.prepare(r)
			}
			answer := p.do(r)
			got := read[map[string]any](t, answer)
			if answer.Code != http.StatusOK {
				t.Fatalf("status %d: %v", answer.Code, got)
			}
			if answer.Header().Get("Cache-Control") != "no-store" || answer.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("header = %v", answer.Header())
			}
			token, _ := got["access_token"].(string)
			claims := verify(t, token, set)
			if id, _ := claims["uti"].(string); len(id) != 22 {
				t.Errorf("uti = %q", id)
			}
			delete(claims, "uti")
			now := float64(p.clock.Real().Unix())
			want := map[string]any{
				"aud": c.audience, "iss": base + "/" + tenantA + "/", "idp": base + "/" + tenantA + "/", "tid": tenantA,
				"iat": now, "nbf": now, "exp": now + 3600, "ver": "1.0", "idtyp": "app",
				"appid": appID, "appidacr": "1", "app_displayname": "Importer", "oid": spID, "sub": spID,
				"roles": []any{"Device.Read.All", "Group.ReadWrite.All"},
			}
			if diff := cmp.Diff(want, claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			delete(got, "access_token")
			wantAnswer := map[string]any{"token_type": "Bearer", "expires_in": 3599.0, "ext_expires_in": 3599.0}
			if strings.HasSuffix(c.path, "/oauth2/token") {
				wantAnswer = map[string]any{
					"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "3599",
					"expires_on": "1772370000", "not_before": "1772366400", "resource": access.GraphURL,
				}
			}
			if diff := cmp.Diff(wantAnswer, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsIssuedIsWhatAccessAccepts(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	verifier := &access.Verifier{
		Issuer: base, Audiences: access.Audiences(base), Keys: p.ring, Now: p.clock.Real,
		App: func(ctx context.Context, tenant, id string) (access.AppState, error) {
			a, err := p.apps.Authenticate(ctx, directory.TenantID(tenant), id, secret)
			return access.AppState{Name: a.DisplayName, Enabled: a.Enabled, ObjectID: string(a.ServicePrincipal), Permissions: a.Permissions}, err
		},
	}
	for _, resource := range access.Audiences(base) {
		form := goodForm()
		form.Set("scope", resource+"/.default")
		got := read[struct {
			Token string `json:"access_token"`
		}](t, p.do(formRequest(tokenPath, form.Encode())))
		who, err := verifier.Verify(t.Context(), got.Token)
		if err != nil || who.Tenant != tenantA || who.AppID != appID || !who.HasAny(access.DeviceReadAll) {
			t.Errorf("resource %s: %+v, %v", resource, who, err)
		}
	}
}

func TestEveryRefusalHasEntrasWordsAndNumber(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	v1 := "/" + tenantA + "/oauth2/token"
	// change alters the good form: an empty value removes the parameter.
	type change = map[string]string
	cases := []struct {
		name, path string
		change     change
		status     int
		word       string
		number     int
	}{
		{"unknown tenant id", "/bbbbbbbb-0000-4000-8000-00000000000f/oauth2/v2.0/token", nil, 400, "invalid_request", 90002},
		{"unknown domain", "/nowhere.example/oauth2/v2.0/token", nil, 400, "invalid_request", 90002},
		{"consumers", "/consumers/oauth2/v2.0/token", nil, 400, "invalid_request", 90002},
		{"a very long tenant", "/" + strings.Repeat("a.", 200) + "/oauth2/v2.0/token", nil, 400, "invalid_request", 90002},
		{"common", "/common/oauth2/v2.0/token", nil, 400, "invalid_request", 50059},
		{"organizations", "/organizations/oauth2/token", nil, 400, "invalid_request", 50059},
		{"no grant_type", tokenPath, change{"grant_type": ""}, 400, "invalid_request", 900144},
		{"no client_id", tokenPath, change{"client_id": ""}, 400, "invalid_request", 900144},
		{"no scope", tokenPath, change{"scope": ""}, 400, "invalid_request", 900144},
		{"no resource", v1, nil, 400, "invalid_request", 900144},
		{"unknown grant", tokenPath, change{"grant_type": "magic"}, 400, "unsupported_grant_type", 70003},
		{"unknown app", tokenPath, change{"client_id": "cccccccc-0000-4000-8000-00000000000f"}, 400, "unauthorized_client", 700016},
		{"client id that is no GUID", tokenPath, change{"client_id": "x\x00y"}, 400, "unauthorized_client", 700016},
		{"app of another tenant", "/" + tenantB + "/oauth2/v2.0/token", nil, 400, "unauthorized_client", 700016},
		{"wrong secret", tokenPath, change{"client_secret": "wrong"}, 401, "invalid_client", 7000215},
		{"expired secret", tokenPath, change{"client_secret": "expired"}, 401, "invalid_client", 7000222},
		{"disabled app", tokenPath, change{"client_id": disabled}, 400, "unauthorized_client", 7000112},
		{"no secret", tokenPath, change{"client_secret": ""}, 401, "invalid_client", 7000216},
		{"assertion", tokenPath, change{"client_secret": "", "client_assertion": "x.y.z", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, 401, "invalid_client", 700027},
		{"secret and assertion", tokenPath, change{"client_assertion": "x.y.z"}, 400, "invalid_request", 90100},
		{"scope that is not .default", tokenPath, change{"scope": "https://graph.microsoft.com/User.Read"}, 400, "invalid_scope", 1002012},
		{"only OpenID scopes", tokenPath, change{"scope": "openid profile"}, 400, "invalid_scope", 1002012},
		{".default of nothing", tokenPath, change{"scope": "/.default"}, 400, "invalid_resource", 500011},
		{"two resources", tokenPath, change{"scope": graph + " " + base + "/.default"}, 400, "invalid_scope", 28000},
		{"an api of its own", tokenPath, change{"scope": "api://mine/.default"}, 400, "invalid_resource", 500011},
		{"an unknown resource", v1, change{"resource": "https://management.azure.com/"}, 400, "invalid_resource", 500011},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			form := goodForm()
			for name, value := range c.change {
				form.Set(name, value)
				if value == "" {
					form.Del(name)
				}
			}
			checkProblem(t, p.do(formRequest(c.path, form.Encode())), c.status, c.word, c.number)
		})
	}
	if p.log.Len() > 0 {
		t.Errorf("callers' mistakes are logged as the server's: %s", p.log)
	}
}

func TestARequestOfTheWrongFormIsRefused(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	good := goodForm().Encode()
	request := func(change func(*http.Request)) *http.Request {
		r := formRequest(tokenPath, good)
		change(r)
		return r
	}
	noSecret := goodForm()
	noSecret.Del("client_secret")
	cases := []struct {
		name    string
		request *http.Request
		status  int
		word    string
		number  int
	}{
		{"GET", httptest.NewRequest(http.MethodGet, tokenPath+"?"+good, nil), 405, "invalid_request", 900561},
		{"PUT", request(func(r *http.Request) { r.Method = http.MethodPut }), 405, "invalid_request", 900561},
		{"POST to the keys", formRequest("/"+tenantA+"/discovery/v2.0/keys", good), 405, "invalid_request", 900561},
		{"secret in the address", formRequest(tokenPath+"?client_secret=x", good), 400, "invalid_request", 90100},
		{"all in the address", formRequest(tokenPath+"?"+good, ""), 400, "invalid_request", 90100},
		{"client id in the address only", formRequest(tokenPath+"?client_id="+appID, "grant_type=client_credentials&client_secret=x"), 400, "invalid_request", 900144},
		{"JSON", request(func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }), 400, "invalid_request", 90100},
		{"no type", request(func(r *http.Request) { r.Header.Del("Content-Type") }), 400, "invalid_request", 90100},
		{"gzip", request(func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), 415, "invalid_request", 90100},
		{"scope twice", formRequest(tokenPath, good+"&scope=x"), 400, "invalid_request", 90100},
		{"unknown parameter twice", formRequest(tokenPath, good+"&x=1&x=2"), 400, "invalid_request", 90100},
		{"bad escape", formRequest(tokenPath, good+"&x=%zz"), 400, "invalid_request", 90100},
		{"one byte over 128 KB", formRequest(tokenPath, good+"&pad="+strings.Repeat("x", 128<<10-len(good)-4)), 413, "invalid_request", 90100},
		{"Basic and secret", request(func(r *http.Request) { r.SetBasicAuth(appID, secret) }), 400, "invalid_request", 90100},
		{"Basic of another client", func() *http.Request {
			r := formRequest(tokenPath, noSecret.Encode())
			r.SetBasicAuth(disabled, "x")
			return r
		}(), 400, "invalid_request", 90100},
		{"Basic without secret", func() *http.Request {
			r := formRequest(tokenPath, noSecret.Encode())
			r.SetBasicAuth(appID, "")
			return r
		}(), 401, "invalid_client", 7000216},
		{"Bearer", request(func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }), 400, "invalid_request", 90100},
		{"two Authorization headers", func() *http.Request {
			r := formRequest(tokenPath, noSecret.Encode())
			r.SetBasicAuth(appID, url.QueryEscape(secret))
			r.Header.Add("Authorization", r.Header.Get("Authorization"))
			return r
		}(), 400, "invalid_request", 90100},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer := p.do(c.request)
			checkProblem(t, answer, c.status, c.word, c.number)
			if c.status == 405 && answer.Header().Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if challenge := answer.Header().Get("WWW-Authenticate"); (challenge != "") != (c.status == 401) {
				t.Errorf("WWW-Authenticate = %q with status %d", challenge, c.status)
			}
		})
	}
	exactly := good + "&pad=" + strings.Repeat("x", 128<<10-len(good)-5)
	if got := p.do(formRequest(tokenPath, exactly)).Code; got != http.StatusOK {
		t.Errorf("a body of exactly 128 KB: status %d", got)
	}
}

func TestTheServersTroubleIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.apps.away = errors.New("password of the database is x")
	answer := p.do(formRequest(tokenPath, goodForm().Encode()))
	body := checkProblem(t, answer, 500, "server_error", 50000)
	if strings.Contains(body.Description, "database") {
		t.Errorf("shown: %s", body.Description)
	}
	if log := p.log.String(); !strings.Contains(log, "database") || strings.Contains(log, "right") {
		t.Errorf("log = %s", log)
	}
}

func TestOnlyAGUIDComesBackAsCorrelationID(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	const id = "12345678-1234-1234-1234-1234567890ab"
	for _, c := range []struct{ header, query, want string }{
		{id, "", id},
		{strings.ToUpper(id), "", id},
		{"", id, id},
		{"", url.QueryEscape("{" + id + "}"), ""},
		{"<script>", "", ""},
		{"", "x%0d%0aSet-Cookie:a", ""},
	} {
		r := formRequest(tokenPath+"?client-request-id="+c.query, "")
		r.Header.Set("client-request-id", c.header)
		answer := p.do(r)
		body := checkProblem(t, answer, 400, "invalid_request", 900144)
		if c.want != "" && body.CorrelationID != c.want {
			t.Errorf("%q, %q: correlation id %q, want %q", c.header, c.query, body.CorrelationID, c.want)
		}
		if c.want == "" && !strings.HasPrefix(body.CorrelationID, "00000000-0000-7000-") {
			t.Errorf("%q, %q: correlation id %q, want one of ours", c.header, c.query, body.CorrelationID)
		}
	}
}

type problemBody struct {
	Error         string
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

var description = regexp.MustCompile(`^AADSTS(\d+): [A-Z][^<>]+\. Trace ID: ([0-9a-f-]{36}) Correlation ID: ([0-9a-f-]{36}) Timestamp: (2026-03-01 12:00:00Z)$`)

func checkProblem(t *testing.T, answer *httptest.ResponseRecorder, status int, word string, number int) problemBody {
	t.Helper()
	body := read[problemBody](t, answer)
	if answer.Code != status || body.Error != word || len(body.Codes) != 1 || body.Codes[0] != number {
		t.Errorf("status %d, %+v; want %d %s %d", answer.Code, body, status, word, number)
	}
	m := description.FindStringSubmatch(body.Description)
	if m == nil || m[2] != body.TraceID || m[3] != body.CorrelationID || m[4] != body.Timestamp {
		t.Errorf("description %q does not agree with %+v", body.Description, body)
	}
	if answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control = %q", answer.Header().Get("Cache-Control"))
	}
	return body
}
