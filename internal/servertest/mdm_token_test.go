package servertest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/config"
	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// unsigned is a token that nobody signed, with the algorithm none.
func unsigned(t *testing.T, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT","kid":"key-1"}`)) + "." + encode(text) + "."
}

// tampered has other claims than the signature is for.
func tampered(t *testing.T, token string, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(text) + "." + parts[2]
}

// tried shows a token to both services that take one. want is the subcode and,
// when it is not empty, words of the reason.
func (s *enrolSite) tried(what string, security *soap.Security, want soap.Subcode, says string) {
	s.t.Helper()
	before := len(s.services.ManagedDevices(s.t, s.ID))
	der := csrOf(s.t, servertest.Key(s.t))
	for path, body := range map[string]soap.Body{policyPath: &soap.GetPolicies{}, enrolPath: asking(der)} {
		_, err := send(s.t, s.p, nil, path, &soap.Message{Security: security, Body: body})
		if subcodeOf(err) != want || err == nil || !strings.Contains(err.Error(), says) {
			s.t.Errorf("%s at %s: %v, want %s: …%s…", what, path, err, want, says)
		}
	}
	if after := len(s.services.ManagedDevices(s.t, s.ID)); after != before {
		s.t.Errorf("%s enrolled a PC", what)
	}
}

func TestOnlyTokensForEnrolmentEnrol(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		fabrikam := s.p.NewTenant(t, "Fabrikam", true)
		claims := func(change object) map[string]any {
			c := s.w.EnrolClaims(s.ID, string(s.ann.ID))
			maps.Copy(c, change)
			return c
		}
		const hour = time.Hour
		now := time.Now()
		good := s.w.Sign(t, claims(nil))
		for what, c := range map[string]struct {
			token   string
			subcode soap.Subcode
			says    string
		}{
			"a text":                            {"abc", soap.SubcodeAuthentication, "not a signed JWT"},
			"the algorithm none":                {unsigned(t, claims(nil)), soap.SubcodeAuthentication, ""},
			"another's key":                     {servertest.SignJWT(t, jose.RS256, servertest.Key(t), "key-1", claims(nil)), soap.SubcodeAuthentication, "a key this server does not have"},
			"a shared secret":                   {servertest.SignJWT(t, jose.HS256, bytes.Repeat([]byte("k"), 32), "key-1", claims(nil)), soap.SubcodeAuthentication, "RS256"},
			"other claims than were signed":     {tampered(t, good, claims(object{"upn": "root@contoso.example"})), soap.SubcodeAuthentication, "signature"},
			"a token for Graph":                 {s.w.Sign(t, claims(object{"aud": "https://graph.microsoft.com"})), soap.SubcodeAuthentication, "another resource"},
			"a token for joining":               {s.p.JoinPassword(t, s.ID, s.ann.UPN, s.ann.Password), soap.SubcodeAuthentication, "another resource"},
			"the app's own token":               {s.Token, soap.SubcodeAuthentication, "another resource"},
			"another tenant's issuer":           {s.w.Sign(t, claims(object{"iss": servertest.BaseURL + "/" + fabrikam.ID + "/"})), soap.SubcodeAuthentication, "do not agree"},
			"another tenant":                    {s.w.Sign(t, claims(object{"iss": servertest.BaseURL + "/" + fabrikam.ID + "/", "tid": fabrikam.ID})), soap.SubcodeAuthentication, "gone"},
			"a token that has ended":            {s.w.Sign(t, claims(object{"exp": now.Add(-hour).Unix(), "nbf": now.Add(-2 * hour).Unix()})), soap.SubcodeAuthentication, "expired"},
			"a token from the future":           {s.w.Sign(t, claims(object{"nbf": now.Add(hour).Unix()})), soap.SubcodeAuthentication, "not valid yet"},
			"nobody":                            {s.w.Sign(t, claims(object{"oid": unknownID})), soap.SubcodeAuthentication, "gone"},
			"a program":                         {s.w.Sign(t, claims(object{"idtyp": "app", "scp": "", "appid": s.App.AppID, "oid": s.p.ServicePrincipal(t, s.Tenant)})), soap.SubcodeAuthorization, "Only a person"},
			"a token without the scope":         {s.w.Sign(t, claims(object{"scp": "User.Read"})), soap.SubcodeAuthorization, "mdm_delegation"},
			"a PC that is not in the directory": {s.w.Sign(t, claims(object{"deviceid": unknownID})), soap.SubcodeAuthentication, "device"},
		} {
			s.tried(what, byJWT(c.token), c.subcode, c.says)
		}
		// The right token, at last, and its person's end.
		if _, err := send(t, s.p, nil, policyPath, &soap.Message{Security: byJWT(good), Body: &soap.GetPolicies{}}); err != nil {
			t.Fatalf("the right token: %v", err)
		}
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/users/"+string(s.ann.ID), object{"accountEnabled": false}, http.StatusNoContent)
		s.tried("a disabled person", byJWT(good), soap.SubcodeAuthentication, "disabled")
	})
}

func TestOnlyTokensOfTheConfiguredEntraTenantEnrol(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		fabrikam := s.p.NewTenant(t, "Fabrikam", true)
		bob := s.services.NewPerson(t, fabrikam, "Bob")
		const hour = time.Hour
		const otherID = "11111111-86f1-41af-91ab-2d7cd011db47"
		now := time.Now()
		for version := 1; version <= 2; version++ {
			claims := func(change object) map[string]any {
				c := s.entra.Claims(version, entraID, ourApp, s.ann.UPN)
				maps.Copy(c, change)
				return c
			}
			signed := func(change object) string { return s.entra.Sign(t, claims(change)) }
			other := s.entra.Claims(version, otherID, ourApp, s.ann.UPN)
			names := object{"upn": bob.UPN, "preferred_username": bob.UPN}
			for what, c := range map[string]struct {
				token   string
				subcode soap.Subcode
				says    string
			}{
				"the algorithm none":                {unsigned(t, claims(nil)), soap.SubcodeAuthentication, ""},
				"another's key":                     {servertest.SignJWT(t, jose.RS256, servertest.Key(t), s.entra.KeyID, claims(nil)), soap.SubcodeAuthentication, "signature"},
				"an unknown key":                    {servertest.SignJWT(t, jose.RS256, servertest.Key(t), "key-9", claims(nil)), soap.SubcodeAuthentication, "does not have"},
				"PS256":                             {servertest.SignJWT(t, jose.PS256, s.entra.Key, s.entra.KeyID, claims(nil)), soap.SubcodeAuthentication, ""},
				"other claims than were signed":     {tampered(t, signed(nil), claims(object{"oid": otherID})), soap.SubcodeAuthentication, "signature"},
				"another audience":                  {signed(object{"aud": "https://graph.microsoft.com"}), soap.SubcodeAuthentication, "another resource"},
				"no audience":                       {signed(object{"aud": ""}), soap.SubcodeAuthentication, "another resource"},
				"an Entra tenant that nobody named": {s.entra.Sign(t, other), soap.SubcodeAuthentication, "No organisation"},
				"another tenant's issuer":           {signed(object{"iss": other["iss"]}), soap.SubcodeAuthentication, "issuer"},
				"another tenant's name":             {signed(object{"tid": otherID}), soap.SubcodeAuthentication, "No organisation"},
				"a name that leads elsewhere":       {signed(object{"tid": "../../" + entraID}), soap.SubcodeAuthentication, "names no Entra tenant"},
				"no tenant":                         {signed(object{"tid": ""}), soap.SubcodeAuthentication, "names no Entra tenant"},
				"the other version's issuer":        {signed(object{"iss": s.entra.Claims(3-version, entraID, ourApp, s.ann.UPN)["iss"]}), soap.SubcodeAuthentication, "issuer"},
				"a version that is none":            {signed(object{"ver": "3.0"}), soap.SubcodeAuthentication, "not an access token"},
				"a token that has ended":            {signed(object{"exp": now.Add(-hour).Unix()}), soap.SubcodeAuthentication, "expired"},
				"a token from the future":           {signed(object{"nbf": now.Add(hour).Unix()}), soap.SubcodeAuthentication, "not valid yet"},
				"a program":                         {signed(object{"idtyp": "app", "scp": ""}), soap.SubcodeAuthentication, "program"},
				"a guest by account":                {signed(object{"acct": 1}), soap.SubcodeAuthorization, "guest"},
				"a guest by provider":               {signed(object{"idp": "https://sts.windows.net/" + otherID + "/"}), soap.SubcodeAuthorization, "guest"},
				"a guest by name":                   {signed(object{"upn": "ann_contoso.example#EXT#@fabrikam.example"}), soap.SubcodeAuthentication, "names no person"},
				"somebody of another organisation":  {signed(names), soap.SubcodeAuthentication, "no such user"},
				"somebody by an id of this server":  {signed(object{"upn": string(s.ann.ID), "preferred_username": string(s.ann.ID)}), soap.SubcodeAuthentication, "names no person"},
			} {
				s.tried(fmt.Sprintf("version %d: %s", version, what), byJWT(c.token), c.subcode, c.says)
			}
			if _, err := send(t, s.p, nil, policyPath, &soap.Message{Security: byJWT(signed(nil)), Body: &soap.GetPolicies{}}); err != nil {
				t.Errorf("version %d: the right token: %v", version, err)
			}
		}
		// A tenant that stops taking them does so at once.
		token := s.entra.Sign(t, s.entra.Claims(1, entraID, ourApp, s.ann.UPN))
		s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) { now.Entra = nil })
		s.tried("a tenant that was taken out", byJWT(token), soap.SubcodeAuthentication, "No organisation")
	})
}

// What stands where Entra's keys should be must not harm this server, whatever
// it is, and nothing else is asked in its place.
func TestKeysAreFetchedFromEntraAlone(t *testing.T) {
	t.Parallel()
	entra, elsewhere := servertest.NewEntra(t), servertest.NewEntra(t)
	token := entra.Sign(t, entra.Claims(2, entraID, ourApp, "ann@contoso.example"))
	var sent atomic.Int64
	for what, keys := range map[string]func(w http.ResponseWriter, r *http.Request){
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
		},
		"a redirect to itself": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"?a", http.StatusFound) },
		"a redirect inside": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"an endless body": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":[`)
			for line := strings.Repeat(" ", 64<<10); sent.Load() < 128<<20; sent.Add(int64(len(line))) {
				if _, err := io.WriteString(w, line); err != nil {
					return
				}
			}
		},
	} {
		clock := &wallClock{now: time.Now()}
		fresh := servertest.Start(t, servertest.Database{Engine: "sqlite"}, entra.Option(), servertest.WithClock(clock.read))
		site := &enrolSite{t: t, w: fresh, p: fresh.First(), services: fresh.Services(t)}
		site.Tenant = site.p.NewTenant(t, "Contoso", true)
		site.services.SetEnrolment(t, site.ID, func(now *enrollment.Settings) {
			now.Entra = []enrollment.EntraTenant{{TenantID: entraID, Audiences: []string{ourApp}}}
		})
		site.ann = site.services.NewPerson(t, site.Tenant, "Ann")
		entra.Keys = keys
		before := entra.Fetched.Load()
		site.tried(what, byJWT(token), soap.SubcodeEnrollmentServer, "cannot be fetched")
		// Entra is not asked again at once, and afterwards all is well.
		if n := entra.Fetched.Load() - before; n != 1 {
			t.Errorf("%s: the keys were asked for %d times", what, n)
		}
		entra.Keys = nil
		clock.advance(2 * time.Minute)
		if _, err := send(t, site.p, nil, policyPath, &soap.Message{Security: byJWT(token), Body: &soap.GetPolicies{}}); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
	if elsewhere.Fetched.Load() != 0 {
		t.Error("a redirect to another server was followed")
	}
	if sent := sent.Load(); sent > 64<<20 {
		t.Errorf("%d bytes of an endless body were taken", sent)
	}
}

func TestKeysAreNotFetchedFromPrivateAddresses(t *testing.T) {
	t.Parallel()
	entra := servertest.NewEntra(t)
	// The name of the authority resolves to this machine.
	host := strings.Replace(entra.URL, "127.0.0.1", "localhost", 1)
	for _, authority := range []string{entra.URL, host} {
		w := servertest.Start(t, servertest.Database{Engine: "sqlite"}, entra.Option(), servertest.WithConfig(func(c *config.Config) {
			c.MDM.EntraPrivate, c.MDM.EntraAuthority = false, authority
		}))
		s := &enrolSite{t: t, w: w, p: w.First(), services: w.Services(t)}
		s.Tenant = s.p.NewTenant(t, "Contoso", true)
		s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) {
			now.Entra = []enrollment.EntraTenant{{TenantID: entraID, Audiences: []string{ourApp}}}
		})
		s.ann = s.services.NewPerson(t, s.Tenant, "Ann")
		s.tried("keys at "+authority, byJWT(entra.Sign(t, entra.Claims(1, entraID, ourApp, s.ann.UPN))), soap.SubcodeEnrollmentServer, "cannot be fetched")
	}
	if n := entra.Fetched.Load(); n != 0 {
		t.Errorf("a private address was asked %d times", n)
	}
}

// Keys that Entra publishes for others, or that are too weak, sign nothing here.
func TestOnlyFitKeysOfTheTenantCount(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		personal, encryption := servertest.Key(t), servertest.Key(t)
		s.entra.Keys = func(w http.ResponseWriter, _ *http.Request) {
			own := s.entra.URL + "/" + entraID + "/v2.0"
			forUse := s.entra.JWK("use", &encryption.PublicKey, own)
			forUse["use"] = "enc"
			_ = json.NewEncoder(w).Encode(object{"keys": []any{
				s.entra.JWK("personal", &personal.PublicKey, s.entra.URL+"/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"), forUse,
				object{"kty": "oct", "kid": "secret", "k": "AAAA"},
				object{"kty": "RSA", "kid": "small", "n": "AQAB", "e": "AQAB"},
				"no key", nil,
				s.entra.JWK("any", &s.entra.Key.PublicKey, s.entra.URL+"/{tenantid}/v2.0"),
			}})
		}
		claims := s.entra.Claims(1, entraID, ourApp, s.ann.UPN)
		for id, key := range map[string]any{"personal": personal, "use": encryption} {
			s.tried("the key "+id, byJWT(servertest.SignJWT(t, jose.RS256, key, id, claims)), soap.SubcodeAuthentication, "does not have")
		}
		if _, err := send(t, s.p, nil, policyPath, &soap.Message{Security: byJWT(servertest.SignJWT(t, jose.RS256, s.entra.Key, "any", claims)), Body: &soap.GetPolicies{}}); err != nil {
			t.Errorf("a key for all tenants: %v", err)
		}
		for i := range 20 {
			s.tried(fmt.Sprint("a made-up key ", i), byJWT(servertest.SignJWT(t, jose.RS256, personal, fmt.Sprint("made-up ", i), claims)), soap.SubcodeAuthentication, "does not have")
		}
		if n := s.entra.Fetched.Load(); n != 1 {
			t.Errorf("made-up key ids fetched the keys %d times", n)
		}
	})
}
