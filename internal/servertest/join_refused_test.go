package servertest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/drs"
	"taxiway/internal/servertest"
)

func b64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

// Every route of device registration asks for its proof.
func TestEveryRouteOfDeviceRegistrationAsksForItsProof(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		_, token := s.newPerson("ann")
		j := servertest.NewJoiner(t)
		deviceID := j.Take(t, s.p.Join(t, token, j.Body(t, "PC", nil), http.StatusOK))
		other := servertest.NewJoiner(t)
		other.Take(t, s.p.Join(t, token, other.Body(t, "OTHER", nil), http.StatusOK))
		status := func(p *servertest.Process, r drs.Route, token string, body any) int {
			t.Helper()
			path := strings.NewReplacer("{tenant}", s.ID, "{id}", deviceID).Replace(r.Path)
			a, err := p.Graph(t.Context(), token, r.Method, servertest.DeviceURL+"/"+path+"?api-version=2.0", body)
			if err != nil {
				t.Fatal(err)
			}
			if people, err := p.Graph(t.Context(), token, r.Method, servertest.BaseURL+"/"+path+"?api-version=2.0", body); err != nil || people.Status < 400 {
				t.Errorf("%s %s is on the people's listener: %d %v", r.Method, r.Path, people.Status, err)
			}
			return a.Status
		}
		routes := drs.Routes()
		if len(routes) < 6 {
			t.Fatalf("only %d routes", len(routes))
		}
		for _, r := range routes {
			body := any(nil)
			if r.Method == http.MethodPost {
				body = servertest.NewJoiner(t).Body(t, "PC", nil)
			}
			bare, byToken, byOther := status(s.p, r, "", body), status(s.p, r, token, nil), status(s.p.As(t, other), r, "", body)
			switch r.Proof {
			case drs.TokenProof:
				if bare != http.StatusUnauthorized || byOther != http.StatusUnauthorized {
					t.Errorf("%s %s: %d without token, %d with a certificate", r.Method, r.Path, bare, byOther)
				}
			case drs.CertificateProof:
				if bare != http.StatusUnauthorized || byToken != http.StatusUnauthorized || byOther != http.StatusForbidden {
					t.Errorf("%s %s: %d without certificate, %d with a token, %d with another PC's", r.Method, r.Path, bare, byToken, byOther)
				}
			case drs.NoProof:
				if bare == http.StatusUnauthorized {
					t.Errorf("%s %s asks for a proof that the table does not name", r.Method, r.Path)
				}
			default:
				t.Errorf("%s %s has the proof %q", r.Method, r.Path, r.Proof)
			}
		}
		s.p.Must(t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+deviceID+"')", nil, http.StatusOK)
	})
}

func TestAJoinNeedsTheRightToken(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		fabrikam := s.p.NewTenant(t, "Fabrikam", false)
		user := string(s.newJoining("ann").ID)
		body := servertest.NewJoiner(t).Body(t, "PC", nil)
		claims := func(change object) string {
			c := s.w.JoinClaims(s.ID, user)
			maps.Copy(c, change)
			return s.w.Sign(t, c)
		}
		const hour = time.Hour
		now := time.Now()
		for what, c := range map[string]struct {
			token   string
			subcode string
		}{
			"no token":                            {"", "TokenMissing"},
			"no token at all but a text":          {"abc", "TokenMalformed"},
			"a token for Graph":                   {claims(object{"aud": "https://graph.microsoft.com"}), "TokenAudience"},
			"a token of another tenant's issuer":  {claims(object{"iss": servertest.BaseURL + "/" + fabrikam.ID + "/"}), "TokenTenant"},
			"a token of another server":           {claims(object{"iss": "https://sts.windows.net/" + s.ID + "/"}), "TokenIssuer"},
			"a person of another tenant":          {claims(object{"iss": servertest.BaseURL + "/" + fabrikam.ID + "/", "tid": fabrikam.ID}), "TokenRevoked"},
			"an expired token":                    {claims(object{"exp": now.Add(-hour).Unix(), "nbf": now.Add(-2 * hour).Unix()}), "TokenExpired"},
			"a token from the future":             {claims(object{"nbf": now.Add(hour).Unix()}), "TokenNotYetValid"},
			"a person who is not there":           {claims(object{"oid": unknownID}), "TokenRevoked"},
			"a token of an app that is not there": {claims(object{"appid": unknownID}), "TokenRevoked"},
			"the app's own token":                 {s.Token, "TokenAudience"},
		} {
			s.refused(what, c.token, body, verdict{http.StatusUnauthorized, "0x801c0002", c.subcode})
		}
		app := object{"aud": "urn:ms-drs:enterpriseregistration.windows.net", "idtyp": "app", "oid": s.principal, "appid": s.App.AppID, "scp": ""}
		s.refused("an app", claims(app), body, verdict{http.StatusForbidden, "0x801c0003", "PersonRequired"})
		// The PC wants to join another organisation than the person's.
		for _, domain := range []string{fabrikam.Domain, fabrikam.ID, "nowhere.example"} {
			s.refused("to join "+domain, claims(nil), with(body, "TargetDomain", domain), verdict{http.StatusBadRequest, "0x801c0013", "TenantNotFound"})
		}
		if devices := s.p.All(t, s.Token, "/v1.0/devices"); len(devices) != 1 {
			t.Errorf("refused joins left %d devices", len(devices))
		}
		j := servertest.NewJoiner(t)
		j.Take(t, s.p.Join(t, claims(object{"aud": "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"}), j.Body(t, "PC", object{"TargetDomain": strings.ToUpper(s.Domain)}), http.StatusOK))
	})
}

func TestABadJoinIsRefusedWithItsReasonAndLeavesNothing(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	j := servertest.NewJoiner(t)
	request := func(key any) string {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
		if err != nil {
			t.Fatal(err)
		}
		return b64(der)
	}
	flipped := j.CSR(t)
	flipped[len(flipped)-9] ^= 1
	short := (&servertest.Joiner{Key: weak}).Blob()
	private := j.Blob()
	private[16] = 1
	jwk := func(more object) string {
		o := object{"kty": "RSA", "n": base64.RawURLEncoding.EncodeToString(j.Key.N.Bytes()), "e": "AQAB"}
		maps.Copy(o, more)
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return b64(text)
	}
	csr := func(kind, data string) object { return object{"Type": kind, "Data": data} }
	deep := strings.Repeat(`{"a":`, 9) + "1" + strings.Repeat("}", 9)
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		_, token := s.newPerson("ann")
		good := j.Body(t, "PC", nil)
		before := s.state(t, s.p)
		malformed := func(subcode string) verdict { return verdict{http.StatusBadRequest, "0x801c0001", subcode} }
		for what, c := range map[string]struct {
			body any
			want verdict
		}{
			"no JSON":                        {"x", malformed("InvalidBody")},
			"a list":                         {"[]", malformed("InvalidBody")},
			"half an object":                 {`{"JoinType":0`, malformed("InvalidBody")},
			"text behind the object":         {`{"JoinType":0} {}`, malformed("InvalidBody")},
			"a name twice in two spellings":  {`{"JoinType":0,"jointype":4}`, malformed("InvalidBody")},
			"nine levels":                    {deep, malformed("InvalidBody")},
			"70 KiB":                         {`{"a":"` + strings.Repeat("x", 70<<10) + `"}`, verdict{http.StatusRequestEntityTooLarge, "0x801c0001", "RequestBodyTooLarge"}},
			"no join type":                   {with(good, "JoinType", nil), malformed("InvalidBody")},
			"a join type that is half":       {with(good, "JoinType", 0.5), malformed("InvalidBody")},
			"a name that is a number":        {with(good, "DeviceDisplayName", 7), malformed("InvalidBody")},
			"no name":                        {with(good, "DeviceDisplayName", nil), malformed("InvalidDeviceText")},
			"a name of 257 characters":       {with(good, "DeviceDisplayName", strings.Repeat("x", 257)), malformed("InvalidDeviceText")},
			"a name with a line break":       {with(good, "DeviceDisplayName", "PC\r\nX: y"), malformed("InvalidDeviceText")},
			"no certificate request":         {with(good, "CertificateRequest", nil), malformed("InvalidCertificateRequest")},
			"another kind of request":        {with(good, "CertificateRequest", csr("pkcs7", b64(j.CSR(t)))), malformed("InvalidCertificateRequest")},
			"a request that is no base64":    {with(good, "CertificateRequest", csr("pkcs10", "***")), malformed("InvalidCertificateRequest")},
			"a request that is no request":   {with(good, "CertificateRequest", csr("pkcs10", b64([]byte("request")))), malformed("InvalidCertificateRequest")},
			"a request with a bit flipped":   {with(good, "CertificateRequest", csr("pkcs10", b64(flipped))), malformed("InvalidCertificateRequest")},
			"a request for an RSA-1024 key":  {with(good, "CertificateRequest", csr("pkcs10", request(weak))), malformed("InvalidCertificateRequest")},
			"a request for a curve's key":    {with(good, "CertificateRequest", csr("pkcs10", request(curve))), malformed("InvalidCertificateRequest")},
			"no transport key":               {with(good, "TransportKey", nil), malformed("InvalidTransportKey")},
			"a transport key of 1024 bits":   {with(good, "TransportKey", b64(short)), malformed("InvalidTransportKey")},
			"a transport key cut short":      {with(good, "TransportKey", b64(j.Blob()[:200])), malformed("InvalidTransportKey")},
			"a transport key with more":      {with(good, "TransportKey", b64(append(j.Blob(), 0))), malformed("InvalidTransportKey")},
			"a transport key with primes":    {with(good, "TransportKey", b64(private)), malformed("InvalidTransportKey")},
			"a private JWK":                  {with(good, "TransportKey", jwk(object{"d": "AQAB"})), malformed("InvalidTransportKey")},
			"a JWK of a curve":               {with(good, "TransportKey", jwk(object{"kty": "EC"})), malformed("InvalidTransportKey")},
			"a JWK with an even exponent":    {with(good, "TransportKey", jwk(object{"e": "BA"})), malformed("InvalidTransportKey")},
			"a ticket that is no base64":     {j.Body(t, "PC", object{"attributes": object{"MSA-DDID": "***"}}), malformed("InvalidTicket")},
			"a ticket that is a serial":      {j.Body(t, "PC", servertest.Ticketed(s.pc.Hardware.SystemSerial)), verdict{http.StatusUnauthorized, "0x801c0002", "TicketWrong"}},
			"a ticket that is the ZTDId":     {j.Body(t, "PC", servertest.Ticketed(s.identity)), verdict{http.StatusUnauthorized, "0x801c0002", "TicketWrong"}},
			"a nonce of the PC's own making": {j.Body(t, "PC", object{"attributes": object{"Nonce": "abc"}}), verdict{http.StatusUnauthorized, "0x801c0002", "NonceWrong"}},
		} {
			s.refused(what, token, c.body, c.want)
		}
		for _, path := range []string{"", "?api-version=3.0", "?api-version=2"} {
			a, err := s.p.Graph(t.Context(), token, http.MethodPost, servertest.DeviceURL+"/EnrollmentServer/device/"+path, good)
			if err != nil {
				t.Fatal(err)
			}
			checkRefusal(t, "the version "+path, a, malformed("ApiVersionNotSupported"))
		}
		if after := s.state(t, s.p); string(after) != string(before) {
			t.Error("a refused join wrote something")
		}
		// The key's owner joins by a JWK and in another spelling of names.
		j.Take(t, s.p.Join(t, token, object{
			"certificaterequest": csr("PKCS10", b64(j.CSR(t))), "transportkey": jwk(nil), "DEVICETYPE": "Linux", "osversion": "6.1", "devicedisplayname": "box", "jointype": "0",
		}, http.StatusOK))
		s.refused("the same request again", token, good, malformed("DeviceKeyUsed"))
		s.refused("another request for the same key", token, j.Body(t, "PC", nil), malformed("DeviceKeyUsed"))
	})
}

func TestANonceAndATicketWorkOnceInTimeForOneOrganisation(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var clock movable
		s := newJoinSite(t, db, servertest.WithClock(clock.now))
		fabrikam := furnish(t, s.p, "Fabrikam")
		ann := s.newJoining("ann")
		token := s.p.JoinPassword(t, s.ID, ann.UPN, ann.Password)
		nonce := func(tenant string) string {
			t.Helper()
			a := s.p.Must(t, "", http.MethodGet, servertest.DeviceURL+"/EnrollmentServer/nonce/"+tenant+"/?api-version=1.0", nil, http.StatusOK)
			value, _ := a.JSON["Value"].(string)
			return value
		}
		attributes := func(nonce, ticket string) object {
			o := object{"ReuseDevice": "true"}
			if nonce != "" {
				o["Nonce"] = nonce
			}
			if ticket != "" {
				o["MSA-DDID"] = b64([]byte(ticket))
			}
			return object{"attributes": o}
		}
		join := func(nonce, ticket string) {
			t.Helper()
			j := servertest.NewJoiner(t)
			j.Take(t, s.p.Join(t, token, j.Body(t, "PC", attributes(nonce, ticket)), http.StatusOK))
		}
		no := func(what, nonce, ticket string, want verdict) {
			t.Helper()
			s.refused(what, token, servertest.NewJoiner(t).Body(t, "PC", attributes(nonce, ticket)), want)
		}
		used := verdict{http.StatusBadRequest, "0x801c0001", "AlreadyUsed"}
		unauthenticated := func(code string) verdict { return verdict{http.StatusUnauthorized, "0x801c0002", code} }

		one := nonce(s.ID)
		// A join that is refused uses nothing up.
		s.policy(object{"userDeviceQuota": 0})
		no("nobody may", one, "", quotaFull)
		s.policy(nil)
		join(one, "")
		no("a nonce used twice", one, "", used)
		no("a nonce of another organisation", nonce(fabrikam.ID), "", unauthenticated("NonceWrong"))
		one, late := nonce(s.Domain), s.ticketOf(s.pc, s.hash)
		clock.ahead(5*time.Minute + time.Second)
		no("a nonce after five minutes", one, "", unauthenticated("NonceExpired"))
		join("", late)
		no("a ticket used twice", "", late, used)
		foreign := s.ticketOf(fabrikam.pc, fabrikam.hash)
		no("the ticket of another organisation's PC", "", foreign, verdict{http.StatusForbidden, "0x801c0003", "OrganizationMismatch"})
		no("a ticket with a letter changed", "", flip(s.ticketOf(s.pc, s.hash)), unauthenticated("TicketWrong"))
		s.refused("registering with a ticket", token, servertest.NewJoiner(t).Body(t, "PC", with(attributes("", s.ticketOf(s.pc, s.hash)), "JoinType", 4)), verdict{http.StatusBadRequest, "0x801c0001", "TicketOnlyForJoin"})
		late = s.ticketOf(s.pc, s.hash)
		clock.ahead(4*time.Hour + time.Second)
		token = s.p.JoinPassword(t, s.ID, ann.UPN, ann.Password)
		no("a ticket after four hours", "", late, unauthenticated("TicketExpired"))
		late = s.ticketOf(s.pc, s.hash)
		s.p.Must(t, s.p.TokenFor(t, s.ID, s.App.AppID, s.App.Secret), http.MethodDelete, identities+"/"+s.identity, nil, http.StatusNoContent)
		no("a ticket whose registration was deleted", "", late, verdict{http.StatusForbidden, "0x801c0003", "RegistrationGone"})
	})
}

func TestDiscoveryNamesTheRightAddresses(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", false)
		for _, path := range []string{"/" + c.Domain + "/Discover?api-version=1.9&managed=True", "/" + strings.ToUpper(c.ID) + "/discover?api-version=1.0"} {
			d := p.Must(t, "", http.MethodGet, servertest.DeviceURL+path, nil, http.StatusOK).JSON
			join, _ := d["DeviceJoinService"].(object)
			auth, _ := d["AuthenticationService"].(object)["OAuth2"].(object)
			info, _ := d["TenantInfo"].(object)
			if join["JoinEndpoint"] != servertest.DeviceURL+"/EnrollmentServer/device/" || auth["TokenEndpoint"] != servertest.BaseURL+"/"+c.ID+"/oauth2/token" || info["TenantId"] != c.ID {
				t.Errorf("GET %s: %v", path, d)
			}
			for _, word := range []string{"windows.net/", "microsoftonline"} {
				if raw, err := json.Marshal(d); err != nil || strings.Contains(string(raw), word) {
					t.Errorf("GET %s sends PCs to Microsoft: %s", path, raw)
				}
			}
		}
		for _, path := range []string{"/nowhere.example/Discover?api-version=1.9", "/EnrollmentServer/nonce/" + unknownID + "/"} {
			a, err := p.Graph(t.Context(), "", http.MethodGet, servertest.DeviceURL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkRefusal(t, path, a, verdict{http.StatusBadRequest, "0x801c0013", "TenantNotFound"})
		}
		if d := p.Must(t, "", http.MethodGet, servertest.DeviceURL+"/EnrollmentServer/contract?api-version=1.0", nil, http.StatusOK).JSON; d["TenantInfo"] != nil {
			t.Errorf("the contract names a tenant: %v", d)
		}
		a, err := p.Graph(t.Context(), "", http.MethodPatch, servertest.DeviceURL+"/EnrollmentServer/device/", object{})
		if err != nil || a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") != http.MethodPost {
			t.Errorf("PATCH: %d %q %v", a.Status, a.Header.Get("Allow"), err)
		}
	})
}
