package oidc_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/signin"
)

// recorder writes answers so that they are the same in every run: ids by what
// they are of, times by their distance from now, tokens by their claims, and
// what is random by its name.
type recorder struct {
	names map[string]string
	now   int64
}

var (
	guid   = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	stamp  = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`)
	random = map[string]bool{"refresh_token": true, "device_code": true, "user_code": true, "uti": true, "sub": true, "c_hash": true, "Nonce": true, "code": true}
	clocks = map[string]bool{"iat": true, "nbf": true, "exp": true, "auth_time": true, "expires_on": true, "not_before": true}
)

func (r *recorder) value(key string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k := range x {
			x[k] = r.value(k, x[k])
		}
		return x
	case []any:
		for i := range x {
			x[i] = r.value(key, x[i])
		}
		return x
	case float64:
		switch {
		case clocks[key]:
			return fmt.Sprintf("{now%+d}", int64(x)-r.now)
		case key == "iat_us":
			return "{now in microseconds}"
		}
		return x
	case string:
		return r.text(key, x)
	}
	return v
}

func (r *recorder) text(key, x string) any {
	switch {
	case clocks[key]:
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return x
		}
		return fmt.Sprintf("{now%+d}", n-r.now)
	case key == "sub" && r.names[x] != "":
		return r.names[x]
	case random[key]:
		return "{" + key + "}"
	case key == "client_info":
		return r.decoded(x)
	case strings.HasPrefix(x, "eyJ"):
		return r.decoded(strings.Split(x, ".")[1])
	case key == "message":
		x = regexp.MustCompile(`code \w{9} `).ReplaceAllString(x, "code {user_code} ")
	}
	x = guid.ReplaceAllStringFunc(x, func(id string) string {
		if name := r.names[id]; name != "" {
			return name
		}
		return "{guid}"
	})
	return stamp.ReplaceAllString(x, "{time}")
}

func (r *recorder) decoded(part string) any {
	text, err := base64.RawURLEncoding.DecodeString(part)
	var claims map[string]any
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return part
	}
	return r.value("", claims)
}

func TestAnswersAreAsRecorded(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	w := servertest.Start(t, servertest.Database{Engine: "sqlite"}, servertest.WithClock(func() time.Time { return now }))
	p, s := w.First(), w.Services(t)
	tenant := p.NewTenant(t, "Contoso", true)
	ann := s.NewPerson(t, tenant, "Ann", directory.GlobalAdministrator)
	const redirect = "https://app.example/signin"
	app, secret := s.NewClient(t, tenant, directory.NewApp{DisplayName: "Web", Permissions: []string{"User.Read.All"}, Redirects: []directory.Redirect{{URI: redirect, Platform: directory.PlatformWeb}}})
	registered, err := s.DB.GetApplication(t.Context(), directory.TenantID(tenant.ID), app)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		tenant.ID: "{tenant}", string(ann.ID): "{user}", app: "{app}", string(registered.ServicePrincipal): "{service principal}", string(directory.GlobalAdministrator): "{Global Administrator}",
		signin.AppBroker: "{broker}", access.GraphAppID: "{graph}",
	}
	record := func(name string, got map[string]any) {
		t.Helper()
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		r := &recorder{names, now.Unix()}
		if err := encoder.Encode(r.value("", got)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "answer-"+name+".json")
		if *update {
			if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	v1, v2 := "/"+tenant.ID+"/oauth2/", "/"+tenant.ID+"/oauth2/v2.0/"
	client := func(pairs ...string) url.Values {
		f := url.Values{"client_id": {app}, "client_secret": {secret}}
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	signedIn := func(path string, pairs ...string) url.Values {
		q := url.Values{"client_id": {app}, "redirect_uri": {redirect}, "response_mode": {"fragment"}, "state": {"state"}, "nonce": {"nonce"}, "client_info": {"1"}}
		for i := 0; i+1 < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return p.NewBrowser(t).SignIn(t, ann, servertest.BaseURL+path+"authorize?"+q.Encode()).Answer(t)
	}
	flat := func(v url.Values) map[string]any {
		m := map[string]any{}
		for k := range v {
			m[k] = v.Get(k)
		}
		return m
	}

	hybrid := signedIn(v2, "response_type", "code id_token", "scope", "openid profile offline_access User.Read")
	record("authorize-v2", flat(hybrid))
	code := p.Exchange(t, v2+"token", client("grant_type", "authorization_code", "code", hybrid.Get("code"), "redirect_uri", redirect))
	record("code-v2", code.All)
	info := p.Must(t, code.AccessToken, http.MethodGet, "/oidc/userinfo", nil, http.StatusOK)
	record("userinfo", info.JSON)
	record("introspect", p.Exchange(t, v2+"introspect", client("token", code.AccessToken)).All)
	record("refresh-v2", p.Exchange(t, v2+"token", client("grant_type", "refresh_token", "refresh_token", code.RefreshToken)).All)
	old := signedIn(v1, "response_type", "code", "resource", access.GraphURL)
	record("code-v1", p.Exchange(t, v1+"token", client("grant_type", "authorization_code", "code", old.Get("code"), "redirect_uri", redirect)).All)
	record("app-v2", p.Exchange(t, v2+"token", client("grant_type", "client_credentials", "scope", access.GraphURL+"/.default")).All)
	record("app-v1", p.Exchange(t, v1+"token", client("grant_type", "client_credentials", "resource", access.GraphURL)).All)
	record("denied", flat(signedIn(v2, "response_type", "code", "scope", "openid", "prompt", "none")))
	broker := url.Values{"client_id": {signin.AppBroker}, "resource": {signin.JoinResource}}
	begun := p.Exchange(t, v1+"devicecode", broker)
	device, _ := begun.All["device_code"].(string)
	waiting := url.Values{"grant_type": {"device_code"}, "client_id": {signin.AppBroker}, "code": {device}}
	record("device-v1", begun.All)
	record("device-pending", p.Exchange(t, v1+"token", waiting).All)
	broker.Set("scope", "openid")
	record("device-v2", p.Exchange(t, v2+"devicecode", broker).All)
	record("join-v1", p.Exchange(t, "/common/oauth2/token", url.Values{
		"client_id": {signin.AppBroker}, "grant_type": {"password"}, "resource": {signin.JoinResource}, "username": {ann.UPN}, "password": {ann.Password},
	}).All)
	record("nonce", p.Exchange(t, "/common/oauth2/token", url.Values{"grant_type": {"srv_challenge"}}).All)
}
