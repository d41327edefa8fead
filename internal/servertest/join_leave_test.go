package servertest_test

import (
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

func leavePath(deviceID string) string {
	return servertest.DeviceURL + "/EnrollmentServer/device/" + deviceID + "?api-version=1.0"
}

// leave asks as the PC, or as nobody with nil.
func (s *joinSite) leave(p *servertest.Process, j *servertest.Joiner, deviceID string) servertest.Answer {
	s.t.Helper()
	if j != nil {
		p = p.As(s.t, j)
	}
	a, err := p.Graph(s.t.Context(), "", http.MethodDelete, leavePath(deviceID), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *joinSite) stays(what string, j *servertest.Joiner, deviceID string, want verdict) {
	s.t.Helper()
	for _, p := range s.w.Processes {
		checkRefusal(s.t, what, s.leave(p, j, deviceID), want)
	}
}

func TestAPCLeavesByItsOwnCertificateAlone(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		if db.Engine == "postgres" {
			s.w.Join(t) // what one process writes, the other obeys
		}
		_, token := s.newPerson("ann")
		other := furnish(t, s.p, "Fabrikam")
		join := func(tenant, token, ticket string) (*servertest.Joiner, string) {
			t.Helper()
			j := servertest.NewJoiner(t)
			var more object
			if ticket != "" {
				more = servertest.Ticketed(ticket)
			}
			return j, j.Take(t, s.p.Join(t, token, j.Body(t, "PC of "+tenant, more), http.StatusOK))
		}
		a, aID := join("Contoso", token, "")
		b, bID := join("Contoso", token, "")
		c, cID := join("Fabrikam", s.p.JoinSignIn(t, newJoining(t, s.p, other.Tenant, "bob"), false), "")
		registered, registeredID := join("Contoso", token, s.ticketOf(s.pc, s.hash))

		unauthenticated := func(code string) verdict { return verdict{http.StatusUnauthorized, "0x801c0002", code} }
		forbidden := func(code string) verdict { return verdict{http.StatusForbidden, "0x801c0003", code} }
		s.stays("no certificate", nil, aID, unauthenticated("DeviceCertificateRequired"))
		s.stays("another device's", b, aID, forbidden("NotThisDevice"))
		s.stays("another tenant's", c, aID, forbidden("NotThisDevice"))
		s.stays("a tenant's for a device of the other", a, cID, forbidden("NotThisDevice"))
		s.stays("a certificate of the PC's own making", selfSigned(t, a), aID, unauthenticated("DeviceCertificateUntrusted"))

		// Disabled: refused at once, also by the other process; enabled again: let in.
		object1, _ := s.deviceOf(aID)["id"].(string)
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/devices/"+object1, object{"accountEnabled": false}, http.StatusNoContent)
		s.stays("a disabled device", a, aID, forbidden("DeviceDisabled"))
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/devices/"+object1, object{"accountEnabled": true}, http.StatusNoContent)

		if got := s.leave(s.p, a, strings.ToUpper(aID)); got.Status != http.StatusOK {
			t.Errorf("leaving: %d %s", got.Status, got.Raw)
		}
		s.p.Must(t, s.Token, http.MethodGet, "/v1.0/devices/"+object1, nil, http.StatusNotFound)
		s.stays("a PC that left", a, aID, unauthenticated("DeviceCertificateRevoked"))

		// Deleted by an administrator.
		object2, _ := s.deviceOf(bID)["id"].(string)
		s.p.Must(t, s.Token, http.MethodDelete, "/v1.0/devices/"+object2, nil, http.StatusNoContent)
		s.stays("a deleted device", b, bID, unauthenticated("DeviceCertificateRevoked"))

		// A registered PC keeps its device object, for the next time.
		if got := s.leave(s.p, registered, registeredID); got.Status != http.StatusOK {
			t.Errorf("leaving: %d %s", got.Status, got.Raw)
		}
		d := s.deviceOf(registeredID)
		if d["accountEnabled"] != false || d["registrationDateTime"] != nil || len(d["physicalIds"].([]any)) < 2 {
			t.Errorf("the registered device after it left is %v", d)
		}
		if owners := s.p.All(t, s.Token, "/v1.0/devices/"+s.device+"/registeredOwners"); len(owners) != 0 {
			t.Errorf("it still has the owners %v", owners)
		}
		s.stays("a registered PC that left", registered, registeredID, unauthenticated("DeviceCertificateRevoked"))
		again := servertest.NewJoiner(t)
		if got := again.Take(t, s.p.Join(t, token, again.Body(t, "PC", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), http.StatusOK)); got != registeredID {
			t.Errorf("joined again it is %s, want %s", got, registeredID)
		}
	})
}

// A disabled device does not come back by joining anew.
func TestADisabledPCDoesNotComeBackByJoiningAnew(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		user, token := s.newPerson("ann")
		j := servertest.NewJoiner(t)
		j.Take(t, s.p.Join(t, token, j.Body(t, "PC", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), http.StatusOK))
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/devices/"+s.device, object{"accountEnabled": false}, http.StatusNoContent)
		again := servertest.NewJoiner(t)
		body := again.Body(t, "PC", servertest.Ticketed(s.ticketOf(s.pc, s.hash)))
		s.refused("a disabled device", token, body, verdict{http.StatusForbidden, "0x801c0003", "DeviceDisabled"})
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/devices/"+s.device, object{"accountEnabled": true}, http.StatusNoContent)
		again.Take(t, s.p.Join(t, token, body, http.StatusOK)) // the refusal used nothing up

		// Nor does a person who was disabled bring anything in.
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/users/"+user, object{"accountEnabled": false}, http.StatusNoContent)
		a, err := s.p.Graph(t.Context(), token, http.MethodPost, servertest.JoinPath, servertest.NewJoiner(t).Body(t, "PC", nil))
		if err != nil || a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
			t.Errorf("a disabled person's join: %d %s %v", a.Status, a.Raw, err)
		}
	})
}

// selfSigned is a certificate that says what the PC's own does, by another authority.
func selfSigned(t *testing.T, j *servertest.Joiner) *servertest.Joiner {
	t.Helper()
	c := *j.Certificate
	c.ExtraExtensions = c.Extensions
	c.SignatureAlgorithm = x509.UnknownSignatureAlgorithm
	issuer := c
	issuer.RawSubject = c.RawIssuer
	der, err := x509.CreateCertificate(rand.Reader, &c, &issuer, j.Key.Public(), j.Key)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &servertest.Joiner{Key: j.Key, Certificate: forged}
}
