package servertest_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

func fetchStatus(t *testing.T, p *servertest.Process, method, address string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func TestMetricsHealthAndProfilingAreNotOnThePublicListeners(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		paths := []string{"/metrics", "/healthz", "/readyz", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "/tenants", "/verify", "/authority"}
		for _, base := range []string{servertest.BaseURL, servertest.DeviceURL} {
			for _, path := range paths {
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					if got := fetchStatus(t, p, method, base+path); got != http.StatusNotFound {
						t.Errorf("%s %s%s: status %d, want 404", method, base, path, got)
					}
				}
			}
		}
		// They are where they belong; the private door's are not even there.
		for _, path := range paths[:5] {
			if got := fetchStatus(t, p, http.MethodGet, "http://private"+path); got != http.StatusOK {
				t.Errorf("GET %s on the private listener: status %d", path, got)
			}
		}
		if got := fetchStatus(t, p, http.MethodGet, "http://private/tenants"); got != http.StatusNotFound {
			t.Errorf("GET /tenants on the private listener: status %d", got)
		}
		// What one audience has is not served to the other.
		if got := fetchStatus(t, p, http.MethodPost, servertest.BaseURL+"/ztd/profile"); got != http.StatusNotFound {
			t.Errorf("the devices' address on the people's listener: status %d", got)
		}
		for _, path := range []string{"/v1.0/groups", "/beta/groups", "/organizations/oauth2/v2.0/token"} {
			if got := fetchStatus(t, p, http.MethodPost, servertest.DeviceURL+path); got != http.StatusNotFound {
				t.Errorf("POST %s on the devices' listener: status %d", path, got)
			}
		}
	})
}

func TestAnotherMasterKeyIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		e := furnish(t, w.First(), "Contoso")
		before := e.state(t, w.First())
		w.First().Stop(t)
		c := w.First().Config
		for name, key := range map[string]string{"another key": strings.Repeat("ab", 32), "no key": "", "half a key": "abcd"} {
			wrong := c
			wrong.MasterKey = config.NewSecret(key)
			s, err := server.New(context.Background(), wrong, server.Options{Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				t.Errorf("with %s the server starts", name)
				_ = s.Close()
				continue
			}
			f, ok := fault.As(err)
			want := map[string]string{"another key": "MasterKeyMismatch", "half a key": "InvalidMasterKey", "no key": "MasterKeyMissing"}[name]
			if name == "no key" && db.Engine == "postgres" {
				want = "MasterKeyMismatch" // a fresh data directory gets a key of its own, which is another
			}
			if !ok || f.Code != want || !strings.Contains(f.Message, "TAXIWAY_MASTER_KEY") {
				t.Errorf("with %s the error is %v, want %s", name, err, want)
			}
			if strings.Contains(err.Error(), strings.Repeat("ab", 32)) {
				t.Errorf("the error shows the key: %v", err)
			}
		}
		if after := e.state(t, w.Join(t)); !bytes.Equal(before, after) {
			t.Errorf("something changed:\n%s", firstDifference(before, after))
		}
	})
}

func TestALabsClockMovesDatesButNotTokensNorTheAuditTrail(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		p := w.First()
		ordinary := furnishIn(t, p, "Fabrikam", false)
		lab := p.NewTenant(t, "Contoso", true)
		expired := w.Sign(t, with(claims(t, lab.Token), "exp", time.Now().Add(-6*time.Minute).Unix()))
		if err := p.Admin.Call(t.Context(), http.MethodPost, "/tenants/"+lab.ID+"/clock", object{"by": "8760h"}, nil); err != nil {
			t.Fatal(err)
		}
		p.Must(t, expired, http.MethodGet, "/v1.0/groups", nil, http.StatusUnauthorized)
		p.Must(t, lab.Token, http.MethodGet, "/v1.0/groups", nil, http.StatusOK)
		fresh := p.TokenFor(t, lab.ID, lab.App.AppID, lab.App.Secret)
		if exp, _ := claims(t, fresh)["exp"].(float64); time.Until(time.Unix(int64(exp), 0)) > 2*time.Hour {
			t.Errorf("a lab's token is good until %s", time.Unix(int64(exp), 0))
		}
		profile := id(t, p.Must(t, fresh, http.MethodPost, profiles, tutorialProfile("Everyone"), http.StatusCreated))
		p.Must(t, fresh, http.MethodPost, profiles+"/"+profile+"/assignments", target("allDevicesAssignmentTarget", ""), http.StatusCreated)
		pc := servertest.NewPC(t, "PF-LAB")
		_, device := register(t, p, fresh, pc, pc.Hash(t), "", "")
		near := func(what string, text any, want time.Time) {
			t.Helper()
			s, _ := text.(string)
			if at, err := time.Parse(time.RFC3339, s); err != nil || at.Sub(want).Abs() > time.Hour {
				t.Errorf("%s is %q, want about %s", what, s, want)
			}
		}
		year := time.Now().Add(8760 * time.Hour)
		near("Date assigned", p.Must(t, fresh, http.MethodGet, identities+"/"+device, nil, http.StatusOK).JSON["deploymentProfileAssignedDateTime"], year)
		near("the profile's creation", p.Must(t, fresh, http.MethodGet, profiles+"/"+profile, nil, http.StatusOK).JSON["createdDateTime"], year)
		events := p.All(t, fresh, audits)
		if len(events) < 4 {
			t.Errorf("the audit trail has %d events", len(events))
		}
		for _, e := range events {
			near("the audit trail's time of "+e["activity"].(string), e["activityDateTime"], time.Now())
		}
		near("Date assigned of another tenant", p.Must(t, ordinary.Token, http.MethodGet, identities+"/"+ordinary.identity, nil, http.StatusOK).JSON["deploymentProfileAssignedDateTime"], time.Now())

		before := ordinary.state(t, p)
		for _, path := range []string{"/clock", "/reset"} {
			err := p.Admin.Call(t.Context(), http.MethodPost, "/tenants/"+ordinary.ID+path, map[string]any{"/clock": object{"by": "24h"}, "/reset": object{}}[path], nil)
			f, ok := fault.As(err)
			if !ok || f.Kind != fault.Denied || f.Code != "NotALabTenant" || len(f.Details) != 1 || !strings.Contains(f.Details[0].Remedy, "lab tenant") {
				t.Errorf("POST %s of an ordinary tenant: %v", path, err)
			}
		}
		for _, by := range []string{"-1h", "0s", "soon"} {
			err := p.Admin.Call(t.Context(), http.MethodPost, "/tenants/"+lab.ID+"/clock", object{"by": by}, nil)
			if f, ok := fault.As(err); !ok || f.Code != "InvalidDuration" {
				t.Errorf("a clock moved by %q: %v", by, err)
			}
		}
		err := p.Admin.Call(t.Context(), http.MethodPut, "/tenants/"+ordinary.ID+"/quirks/sync-429", object{"on": true}, nil)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Denied || f.Code != "NotALabTenant" {
			t.Errorf("a quirk of an ordinary tenant: %v", err)
		}
		if after := ordinary.state(t, p); !bytes.Equal(before, after) {
			t.Errorf("the ordinary tenant changed:\n%s", firstDifference(before, after))
		}
	})
}

func TestAForgedProxyHeaderIsNotBelieved(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		for _, c := range []struct {
			name    string
			proxies []string
			sent    string
			want    string
		}{
			{"no proxy is trusted", nil, "203.0.113.9", "127.0.0.1"},
			{"another proxy is trusted", []string{"192.0.2.0/24"}, "203.0.113.9", "127.0.0.1"},
			{"the proxy is trusted", []string{"127.0.0.1"}, "203.0.113.9", "203.0.113.9"},
			{"what the client wrote before the proxy's own entry", []string{"127.0.0.0/8"}, "198.51.100.1, 203.0.113.9", "203.0.113.9"},
			{"a chain of trusted proxies", []string{"127.0.0.1", "192.0.2.0/24"}, "198.51.100.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"},
			{"no address", []string{"127.0.0.1"}, "nonsense", "127.0.0.1"},
		} {
			own := db
			if db.Engine == "postgres" {
				own = servertest.NewPostgres(t)
			}
			p := servertest.Start(t, own, servertest.WithConfig(func(cfg *config.Config) { cfg.TrustedProxies = c.proxies })).First()
			tenant := p.NewTenant(t, "Contoso", false)
			p.Must(t, tenant.Token, http.MethodPost, "/v1.0/groups", plainGroup("From afar"), http.StatusCreated, "X-Forwarded-For", c.sent)
			actor, _ := p.All(t, tenant.Token, audits)[0]["actor"].(object)
			if actor["ipAddress"] != c.want {
				t.Errorf("%s: the audit trail says %v, want %s", c.name, actor["ipAddress"], c.want)
			}
			p.Stop(t)
		}
	})
}

// One address cannot pass for many to get around a rate.
func TestARateCannotBeEscapedWithAForgedHeader(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		frozen := time.Now()
		p := servertest.Start(t, db, servertest.WithClock(func() time.Time { return frozen }), servertest.WithConfig(func(c *config.Config) { c.Limits.TokenRate = 3 })).First()
		var statuses []int
		for i := range 5 {
			statuses = append(statuses, askForToken(t, p, "contoso.example", "", unknownID, "x", "X-Forwarded-For", "203.0.113."+string(rune('1'+i))))
		}
		for i, s := range statuses {
			if (s == http.StatusTooManyRequests) != (i >= 3) {
				t.Fatalf("five requests under a rate of three were answered %v", statuses)
			}
		}
	})
}

// askForToken sends an app's request and returns its status.
func askForToken(t *testing.T, p *servertest.Process, tenant, query, app, secret string, headers ...string) int {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret}, "scope": {access.GraphURL + "/.default"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, servertest.BaseURL+"/"+tenant+"/oauth2/v2.0/token"+query, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
	return resp.StatusCode
}

// memory is a log kept in memory.
type memory struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (m *memory) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.buf.Write(b)
}

func TestNoSecretReachesTheLogOrTheDatabase(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var log memory
		w := servertest.Start(t, db, servertest.WithLog(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		p := w.First()
		e := furnish(t, p, "Contoso")
		_, challenge, _ := knock(t, p, "/ztd/profile", asks(e.pc, e.hash))
		nonce := e.pc.Decrypt(t, challenge)
		proof := with(with(asks(e.pc, e.hash), "challenge", challenge["Challenge"]), "nonce", nonce)
		knock(t, p, "/ztd/profile", proof)
		knock(t, p, "/ztd/profile", proof) // refused: used
		second := struct {
			server.AdminSecret
			Secret string `json:"secret"`
		}{}
		if err := p.Admin.Call(t.Context(), http.MethodPost, "/tenants/"+e.ID+"/apps/"+e.App.AppID+"/secrets", object{"displayName": "second"}, &second); err != nil {
			t.Fatal(err)
		}
		bent := e.App.Secret[:len(e.App.Secret)-1] + map[bool]string{true: "b", false: "a"}[strings.HasSuffix(e.App.Secret, "a")]
		for query, want := range map[string]int{"": http.StatusUnauthorized, "?client_secret=" + e.App.Secret: http.StatusBadRequest} {
			if got := askForToken(t, p, e.ID, query, e.App.AppID, bent); got != want {
				t.Errorf("a secret with one character off: status %d, want %d", got, want)
			}
		}
		p.Must(t, "", http.MethodGet, "/v1.0/groups?access_token="+e.Token, nil, http.StatusUnauthorized)
		p.Must(t, e.Token+"x", http.MethodGet, "/v1.0/groups", nil, http.StatusUnauthorized)
		p.Must(t, e.Token, http.MethodPost, imports, object{"serialNumber": "X", "hardwareIdentifier": "!" + e.hash}, http.StatusBadRequest)
		p.Must(t, e.Token, http.MethodPost, identities+"/"+e.identity+"/reportHardware", object{"hardwareIdentifier": e.hash[:400]}, http.StatusBadRequest)
		p.Stop(t)

		masterKey := p.Config.MasterKey.Reveal()
		signature := e.Token[strings.LastIndexByte(e.Token, '.')+1:]
		secrets := map[string]string{
			"the app's secret": e.App.Secret, "its second secret": second.Secret, "a wrong secret": bent, "a token": e.Token, "a token's signature": signature,
			"the hardware hash": e.hash[100:200], "a challenge": challenge["Challenge"].(string), "the master key": masterKey, "a private key": "PRIVATE KEY",
		}
		log.mu.Lock()
		lines := log.buf.String()
		log.mu.Unlock()
		if n := strings.Count(lines, `"msg":"request"`); n < 20 {
			t.Errorf("the log has %d requests: it is not the whole session's", n)
		}
		for what, secret := range secrets {
			if strings.Contains(lines, secret) {
				t.Errorf("the log holds %s", what)
			}
		}
		stored := databaseBytes(t, w)
		if !bytes.Contains(stored, []byte("Sales profile of Contoso")) {
			t.Fatal("the database's bytes do not hold what is stored: they are not the database's")
		}
		delete(secrets, "the hardware hash")
		for what, secret := range secrets {
			if bytes.Contains(stored, []byte(secret)) || bytes.Contains(stored, []byte(hex.EncodeToString([]byte(secret)))) {
				t.Errorf("the database holds %s", what)
			}
		}
	})
}

// databaseBytes is every byte of the database: SQLite's files, or every row of
// PostgreSQL as text.
func databaseBytes(t *testing.T, w *servertest.World) []byte {
	t.Helper()
	if w.Database.Engine == "postgres" {
		return servertest.DumpPostgres(t, w.Database)
	}
	files, err := filepath.Glob(filepath.Join(w.First().Config.DataDir, "*.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database file: %v", err)
	}
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}
