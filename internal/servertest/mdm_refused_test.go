package servertest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// asks sends a certificate request as this person.
func (s *enrolSite) asks(security *soap.Security, q *soap.SecurityTokenRequest) error {
	s.t.Helper()
	_, err := send(s.t, s.p, nil, enrolPath, &soap.Message{Security: security, Body: q})
	return err
}

func TestEachRefusalOfAnEnrolmentHasItsCode(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		token := byJWT(s.p.EnrolToken(t, s.ann))
		password := byPassword(s.ann.UPN, s.ann.Password)
		der := csrOf(t, servertest.Key(t))
		item := func(name, value string) soap.ContextItem { return soap.ContextItem{Name: name, Value: value} }
		elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		curve, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "x"}}, elliptical)
		if err != nil {
			t.Fatal(err)
		}
		forged := append([]byte{}, der...)
		forged[len(forged)-1] ^= 1

		// What is wrong with the credential.
		two := byJWT("abc")
		two.UsernameToken = password.UsernameToken
		digest := byPassword(s.ann.UPN, s.ann.Password)
		digest.UsernameToken.Type = strings.Replace(soap.PasswordText, "#PasswordText", "#PasswordDigest", 1)
		hex := byJWT("abc")
		hex.BinarySecurityToken.EncodingType = soap.EncodingBase64 + "Hex"
		for what, c := range map[string]struct {
			security *soap.Security
			subcode  soap.Subcode
		}{
			"no security header":           {nil, soap.SubcodeInvalidSecurity},
			"an empty security header":     {&soap.Security{}, soap.SubcodeInvalidSecurity},
			"a password and a token":       {two, soap.SubcodeInvalidSecurity},
			"a password as a digest":       {digest, soap.SubcodeInvalidSecurity},
			"a token in hexadecimal":       {hex, soap.SubcodeInvalidSecurity},
			"a token of an unknown kind":   {binary("urn:unknown", "abc"), soap.SubcodeInvalidSecurity},
			"a wrong password":             {byPassword(s.ann.UPN, "wrong"), soap.SubcodeAuthentication},
			"nobody's name":                {byPassword("nobody@contoso.example", "wrong"), soap.SubcodeAuthentication},
			"a name without organisation":  {byPassword("ann", s.ann.Password), soap.SubcodeAuthorization},
			"a name of an unknown domain":  {byPassword("ann@nowhere.example", s.ann.Password), soap.SubcodeAuthorization},
			"no token of the sign-in page": {byWeb("abc"), soap.SubcodeAuthentication},
		} {
			wantFault(t, what, s.asks(c.security, asking(der)), c.subcode, "")
		}
		// What is wrong with the request.
		for what, c := range map[string]struct {
			q       *soap.SecurityTokenRequest
			subcode soap.Subcode
			detail  soap.ErrorType
		}{
			"no request":                    {asking([]byte{'0', 0}), soap.SubcodeCertificateRequest, ""},
			"a request on a curve":          {asking(curve), soap.SubcodeCertificateRequest, ""},
			"a request nobody signed":       {asking(forged), soap.SubcodeCertificateRequest, ""},
			"terms that nobody gave":        {asking(der, item(soap.ItemEnrollmentData, "yes")), soap.SubcodeMessageFormat, soap.InvalidEnrollmentData},
			"a name that never ends":        {asking(der, item(soap.ItemDeviceName, strings.Repeat("x", 600))), soap.SubcodeMessageFormat, soap.InvalidEnrollmentData},
			"a hardware id that never ends": {asking(der, item(soap.ItemHWDevID, strings.Repeat("x", 600))), soap.SubcodeMessageFormat, soap.InvalidEnrollmentData},
		} {
			wantFault(t, what, s.asks(token, c.q), c.subcode, c.detail)
		}
		if n := len(s.services.ManagedDevices(t, s.ID)); n != 0 {
			t.Fatalf("refused enrolments left %d PCs", n)
		}
		if err := s.asks(token, asking(der)); err != nil {
			t.Fatalf("the right request: %v", err)
		}

		// What the organisation decides.
		fresh := func() *soap.SecurityTokenRequest { return asking(csrOf(t, servertest.Key(t))) }
		s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) { now.RequireLicence = true })
		wantFault(t, "a person without licence", s.asks(token, fresh()), soap.SubcodeAuthorization, soap.UserLicense)
		s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) { now.RequireLicence, now.AllowOnPremise = false, false })
		wantFault(t, "a password where none is taken", s.asks(password, fresh()), soap.SubcodeAuthorization, "")
		s.p.Must(t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "none"}, http.StatusNoContent)
		wantFault(t, "a person outside the scope", s.asks(token, fresh()), soap.SubcodeAuthorization, "")
		if n := len(s.services.ManagedDevices(t, s.ID)); n != 1 {
			t.Errorf("there are %d managed PCs, want one", n)
		}
	})
}

func TestAPasswordAloneDoesNotEnrolWhoHasMore(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		mia, new := s.services.NewPerson(t, s.Tenant, "Mia"), s.services.NewPerson(t, s.Tenant, "Newt")
		s.p.AddFactor(t, s.ID, string(mia.ID))
		err := s.asks(byPassword(mia.UPN, mia.Password), asking(csrOf(t, servertest.Key(t))))
		wantFault(t, "a person with a second factor", err, soap.SubcodeAuthentication, "")
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/users/"+string(new.ID), object{"passwordProfile": object{"password": "another horse battery", "forceChangePasswordNextSignIn": true}}, http.StatusNoContent)
		err = s.asks(byPassword(new.UPN, "another horse battery"), asking(csrOf(t, servertest.Key(t))))
		wantFault(t, "a person who has to change the password", err, soap.SubcodeAuthentication, "")
		// The answers to a wrong password and to nobody are the same.
		wrong := s.asks(byPassword(s.ann.UPN, "wrong"), asking(csrOf(t, servertest.Key(t))))
		nobody := s.asks(byPassword("nobody@contoso.example", "wrong"), asking(csrOf(t, servertest.Key(t))))
		if wrong == nil || nobody == nil || wrong.Error() != nobody.Error() {
			t.Errorf("a wrong password: %v; nobody: %v", wrong, nobody)
		}
		// Whoever guesses is slowed, and told so.
		for range 20 {
			if err = s.asks(byPassword(s.ann.UPN, "wrong"), asking(csrOf(t, servertest.Key(t)))); err == nil || err.Error() != wrong.Error() {
				break
			}
		}
		if subcodeOf(err) != soap.SubcodeAuthentication || err.Error() == wrong.Error() {
			t.Errorf("twenty wrong passwords in a row end in %v", err)
		}
	})
}

// A certificate of management renews itself and nothing else.
func TestOnlyTheCertificateOfTheEnrolmentRenewsIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		d := s.newPC("DESK-1")
		s.enrolled(d, s.ann.UPN, servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)})
		joined, _ := s.joined("DESK-2")
		pair := func(c *x509.Certificate, key *rsa.PrivateKey) *tls.Certificate {
			return &tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
		}
		renewal := func(der []byte) *soap.Message {
			q := asking(der)
			q.RequestType, q.Token.ValueType = soap.Renew, soap.ValueTypePKCS7
			return &soap.Message{Body: q}
		}
		strange := servertest.Key(t)
		template := &x509.Certificate{
			SerialNumber: d.Certificate.SerialNumber, Subject: d.Certificate.Subject, URIs: d.Certificate.URIs,
			NotBefore: d.Certificate.NotBefore, NotAfter: d.Certificate.NotAfter, KeyUsage: d.Certificate.KeyUsage, ExtKeyUsage: d.Certificate.ExtKeyUsage,
		}
		self, err := x509.CreateCertificate(rand.Reader, template, template, &strange.PublicKey, strange)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := x509.ParseCertificate(self)
		if err != nil {
			t.Fatal(err)
		}
		der := csrOf(t, servertest.Key(t))
		for what, c := range map[string]*tls.Certificate{
			"no certificate": nil, "the certificate of a join": pair(joined.Certificate, joined.Key), "a certificate of its own making": pair(copied, strange),
		} {
			m := renewal(der)
			m.Security = byJWT(s.p.EnrolToken(t, s.ann)) // a person's token renews nothing
			_, err := send(t, s.p, c, enrolPath, m)
			wantFault(t, what, err, soap.SubcodeAuthentication, "")
		}
		own := pair(d.Certificate, d.Key)
		_, err = send(t, s.p, own, enrolPath, renewal(der))
		wantFault(t, "a request that nobody signed", err, soap.SubcodeCertificateRequest, "")
		// It may ask for the policy, and enrols nothing.
		if _, err := send(t, s.p, own, policyPath, &soap.Message{Body: &soap.GetPolicies{}}); err != nil {
			t.Errorf("the policy with the PC's certificate: %v", err)
		}
		_, err = send(t, s.p, own, enrolPath, &soap.Message{Body: asking(der)})
		wantFault(t, "an enrolment by certificate", err, soap.SubcodeInvalidSecurity, "")
		// Revoked by a new enrolment of the same PC.
		again := d.Twin(t)
		again.NewKey(t)
		s.enrolled(again, s.ann.UPN, servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)})
		_, err = send(t, s.p, own, policyPath, &soap.Message{Body: &soap.GetPolicies{}})
		wantFault(t, "a certificate that was replaced", err, soap.SubcodeAuthentication, "")
	})
}
