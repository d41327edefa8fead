package wire_test

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/virtualpc/wire"
)

const (
	tenantID = "0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0"
	deviceID = "7a1b2c3d-0000-4000-8000-00000000beef"
)

// contract is a discovery document of a server at base.
func contract(base string) object {
	return object{
		"AuthenticationService": object{"OAuth2": object{"AuthCodeEndpoint": base + "/authorize", "TokenEndpoint": base + "/token"}},
		"DeviceJoinService":     object{"JoinEndpoint": base + "/EnrollmentServer/device/", "JoinResourceId": "urn:ms-drs:enterpriseregistration.windows.net"},
		"TenantInfo":            object{"TenantId": tenantID, "TenantName": "contoso.example", "DisplayName": "Contoso"},
	}
}

func TestADiscoveryThatLeadsAstrayIsNotFollowed(t *testing.T) {
	t.Parallel()
	inside := func(o object, part string) object { return o[part].(object) }
	tests := []struct {
		name   string
		change func(object)
		code   string
	}{
		{"as it is", func(object) {}, ""},
		{"of another organisation", func(o object) { inside(o, "TenantInfo")["TenantId"] = deviceID }, wire.CodeForeign},
		{"of no organisation", func(o object) { delete(o, "TenantInfo") }, wire.CodeForeign},
		{"with a join in clear", func(o object) { inside(o, "DeviceJoinService")["JoinEndpoint"] = "http://devices.example/" }, wire.CodeAddress},
		{"without a token endpoint", func(o object) { inside(inside(o, "AuthenticationService"), "OAuth2")["TokenEndpoint"] = "" }, wire.CodeAddress},
		{"with a sign-in by script", func(o object) {
			inside(inside(o, "AuthenticationService"), "OAuth2")["AuthCodeEndpoint"] = "javascript:alert(1)"
		}, wire.CodeAddress},
		{"without a resource", func(o object) { delete(inside(o, "DeviceJoinService"), "JoinResourceId") }, wire.CodeUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				o := contract("https://" + r.Host)
				tt.change(o)
				sayJSON(w, http.StatusOK, o)
			})
			d, err := f.c.Discover(t.Context(), tenantID)
			if tt.code == "" {
				if err != nil || d.TenantID != tenantID || !strings.HasPrefix(d.Join, f.URL) {
					t.Errorf("%+v, %v", d, err)
				}
				return
			}
			wantProblem(t, "a discovery "+tt.name, err, wire.StepDiscover, tt.code)
		})
	}
}

func TestAPCTakesNoCertificateOfAJoinThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newKey(t)
	sum := func(der []byte) string {
		s := sha1.Sum(der)
		return strings.ToUpper(hex.EncodeToString(s[:]))
	}
	answer := func(der []byte, thumbprint string) object {
		return object{
			"Certificate":       object{"Thumbprint": thumbprint, "RawBody": base64.StdEncoding.EncodeToString(der)},
			"User":              object{"Upn": "ann@contoso.example"},
			"MembershipChanges": object{"LocalSID": "S-1-5-32-544", "AddSIDs": []string{"S-1-12-1-1-2-3-4"}},
		}
	}
	tests := []struct {
		name string
		say  func(own *rsa.PublicKey) (int, any)
		code string
	}{
		{"an honest server, with one change of members", func(own *rsa.PublicKey) (int, any) {
			der := ca.issue(t, deviceID, own).Raw
			return http.StatusOK, answer(der, sum(der))
		}, ""},
		{"a certificate for another key", func(*rsa.PublicKey) (int, any) {
			der := ca.issue(t, deviceID, &other.PublicKey).Raw
			return http.StatusOK, answer(der, sum(der))
		}, wire.CodeOtherKey},
		{"a certificate under another name", func(own *rsa.PublicKey) (int, any) {
			der := ca.issue(t, deviceID, own).Raw
			return http.StatusOK, answer(der, sum([]byte("another")))
		}, wire.CodeCertificate},
		{"a certificate of no device", func(own *rsa.PublicKey) (int, any) {
			der := ca.issue(t, "somebody", own).Raw
			return http.StatusOK, answer(der, sum(der))
		}, wire.CodeCertificate},
		{"no certificate", func(*rsa.PublicKey) (int, any) { return http.StatusOK, answer([]byte("x"), "") }, wire.CodeUnreadable},
		{"a refusal", func(*rsa.PublicKey) (int, any) {
			return http.StatusForbidden, object{"ErrorType": "AuthorizationError", "Message": "May not.", "code": "0x801c0003", "subcode": "JoinNotAllowed"}
		}, "0x801c0003"},
		{"a refusal without a number", func(*rsa.PublicKey) (int, any) {
			return http.StatusForbidden, object{"ErrorType": "AuthorizationError"}
		}, "0x80190193"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				var q struct{ CertificateRequest struct{ Data []byte } }
				if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
					t.Error(err)
				}
				csr, err := x509.ParseCertificateRequest(q.CertificateRequest.Data)
				if err != nil || csr.CheckSignature() != nil || r.Header.Get("Authorization") != "Bearer token" {
					t.Errorf("the request: %v", err)
				}
				status, body := tt.say(csr.PublicKey.(*rsa.PublicKey))
				sayJSON(w, status, body)
			})
			got, err := f.c.Join(t.Context(), &wire.Discovery{Join: f.URL + "/EnrollmentServer/device/"}, wire.JoinRequest{Token: "token", Name: "PC-1", OSVersion: osVersion, Key: anyKey()})
			if tt.code != "" {
				wantProblem(t, tt.name, err, wire.StepJoin, tt.code)
				return
			}
			if err != nil || got.DeviceID != deviceID || !slices.Equal(got.Administrators, []string{"S-1-12-1-1-2-3-4"}) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestAJoinWhoseAnswerWasLostIsNotSentAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := f.c.Join(t.Context(), &wire.Discovery{Join: f.URL}, wire.JoinRequest{Token: "token", Name: "PC-1", OSVersion: osVersion, Key: anyKey()})
	wantProblem(t, "a lost answer", err, wire.StepJoin, "0x80072efe")
	if asked, _ := f.told(); asked != 1 || !wire.ProblemOf(err).Temporary {
		t.Errorf("the join was sent %d times: %v", asked, err)
	}
}
