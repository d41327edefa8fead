package enrollment_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// forged signs a certificate with whatever key, for whichever enrolment.
func (s *estate) forged(signer, parent *x509.Certificate, by *rsa.PrivateKey, t directory.TenantID, d enrollment.DeviceID) *x509.Certificate {
	s.t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: string(d)}, NotBefore: s.clock.Real().Add(-time.Hour), NotAfter: s.clock.Real().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		URIs: []*url.URL{{Scheme: "taxiway", Host: string(t), Path: "/mdm/" + string(d)}},
	}
	if signer != nil {
		tmpl = signer
	}
	if parent == nil {
		parent = tmpl
	}
	s.keys++
	public := &key(s.keys).PublicKey
	if by == nil {
		by = key(s.keys)
	}
	return given(x509.ParseCertificate(given(x509.CreateCertificate(rand.Reader, tmpl, parent, public, by))))
}

// stolenKey is the issuing authority's key of a tenant.
func (s *estate) stolenKey(t directory.TenantID) (*x509.Certificate, *rsa.PrivateKey) {
	s.t.Helper()
	a := given(s.db.GetAuthority(s.ctx, t))
	return given(x509.ParseCertificate(a.Issuing)), given(x509.ParsePKCS8PrivateKey(a.IssuingKey)).(*rsa.PrivateKey)
}

func TestACertificateIsGoodForOneEnrolmentAlone(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		object := s.join(u.ID, directory.JoinEntra, "")
		mine, second := s.enrol(s.pc(&u, &object)), s.enrol(s.byHand(&u))
		home := s.tenant
		s.tenant = s.newTenant("fabrikam.example")
		theirs := s.enrol(s.byHand(new(given(s.dir.CreateUser(s.ctx, s.tenant, directory.User{UserPrincipalName: "eve@fabrikam.example", DisplayName: "eve", AccountEnabled: true})))))
		other := s.tenant
		s.tenant = home
		elsewhere := s.process(s.db) // a process that has seen none of this

		check := func(what string, c *x509.Certificate, kind fault.Kind, code string) {
			t.Helper()
			for _, p := range []*enrollment.Service{s.Service, elsewhere} {
				tenant, d, _, err := p.Check(s.ctx, c)
				if e, ok := fault.As(err); !ok || e.Kind != kind || e.Code != code {
					t.Errorf("%s: %v, want kind %d and code %s", what, err, kind, code)
				}
				if tenant != "" || d.ID != "" {
					t.Errorf("%s: a refused certificate names %s %s", what, tenant, d.ID)
				}
			}
		}
		good := func(what string, e *enrollment.Enrolled, in directory.TenantID) {
			t.Helper()
			for _, p := range []*enrollment.Service{s.Service, elsewhere} {
				tenant, d, k, err := p.Check(s.ctx, leafOf(e))
				if err != nil || tenant != in || d.ID != e.Device.ID || k.Device != e.Device.ID || k.SeenAt.IsZero() {
					t.Errorf("%s: %s %s %+v, %v", what, tenant, d.ID, k, err)
				}
			}
		}
		good("mine", &mine, s.tenant)
		good("another device's", &second, s.tenant)
		good("the other tenant's", &theirs, other)

		mineCA, mineKey := s.stolenKey(s.tenant)
		theirCA, theirKey := s.stolenKey(other)
		id := mine.Device.ID
		check("signed by itself", s.forged(nil, nil, nil, s.tenant, id), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("signed by the other tenant's authority", s.forged(nil, theirCA, theirKey, s.tenant, id), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("of this tenant's authority for the other tenant", s.forged(nil, mineCA, mineKey, other, theirs.Device.ID), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("of the right authority, but not one that was issued", s.forged(nil, mineCA, mineKey, s.tenant, id), fault.Unauthenticated, enrollment.CodeCertificateRevoked)
		check("for a tenant that is not there", s.forged(nil, mineCA, mineKey, directory.TenantID(estateID()), id), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("for something that is no device", s.forged(nil, mineCA, mineKey, s.tenant, "../"+id), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("the authority itself", mineCA, fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
		check("a device certificate of the directory", s.forged(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: string(object.DeviceID)}, NotAfter: s.clock.Real().Add(time.Hour)}, nil, nil, "", ""), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)

		// An administrator disables the device, deletes it, it leaves.
		disable := func(on bool) {
			given(s.dir.UpdateDevice(s.ctx, s.tenant, object.ID, 0, func(d *directory.Device) error { d.AccountEnabled = on; return nil }))
		}
		disable(false)
		check("of a disabled device", leafOf(&mine), fault.Denied, directory.CodeDeviceDisabled)
		s.tx(func(tx enrollment.Tx) error {
			d := given(tx.LockManagedDevice(s.ctx, s.tenant, id))
			d.State = enrollment.WipePending
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		good("a disabled device that is to be wiped", &mine, s.tenant)
		disable(true)
		s.ok(s.dir.DeleteDevice(s.ctx, s.tenant, object.ID, 0))
		good("without its device object", &mine, s.tenant)
		s.ok(s.Leave(s.ctx, s.tenant, id))
		check("of a device that has left", leafOf(&mine), fault.Unauthenticated, enrollment.CodeCertificateRevoked)
		s.ok(s.DeleteDevice(s.ctx, s.tenant, second.Device.ID, 0))
		check("of a device that was deleted", leafOf(&second), fault.Unauthenticated, enrollment.CodeCertificateRevoked)
		ended := s.enrol(s.byHand(&u))
		s.tx(func(tx enrollment.Tx) error {
			d := given(tx.LockManagedDevice(s.ctx, s.tenant, ended.Device.ID))
			d.State = enrollment.Unenrolled
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		check("of a device that has left, whatever the certificate's own record says", leafOf(&ended), fault.Unauthenticated, enrollment.CodeCertificateRevoked)

		now := s.clock.Real()
		s.clock.set(now.Add(-10 * time.Minute))
		check("before it begins", leafOf(&theirs), fault.Unauthenticated, enrollment.CodeCertificateExpired)
		s.clock.set(leafOf(&theirs).NotAfter)
		good("in its last second", &theirs, other)
		s.clock.set(leafOf(&theirs).NotAfter.Add(time.Second))
		check("after its end", leafOf(&theirs), fault.Unauthenticated, enrollment.CodeCertificateExpired)
		s.clock.set(now)
		good("of a tenant that is remembered", &theirs, other)
		s.ok(s.dir.DeleteTenant(s.ctx, other))
		check("of a tenant that was deleted", leafOf(&theirs), fault.Unauthenticated, enrollment.CodeCertificateRevoked)
		s.clock.advance(5 * time.Minute)
		check("of a tenant that was deleted a while ago", leafOf(&theirs), fault.Unauthenticated, enrollment.CodeCertificateUntrusted)
	})
}

// The lab's clock is years ahead: certificates do not notice.
func TestALabsClockMovesNoCertificate(t *testing.T) {
	t.Parallel()
	s := newEstate(t, storetest.Engine{Name: "sqlite", New: func(t testing.TB) sqlstore.Options {
		return sqlstore.Options{Dir: t.TempDir(), MasterKey: storetest.MasterKey(), Clock: time.Now}
	}})
	u := s.person("adele")
	out := s.enrol(s.byHand(&u))
	s.clock.mu.Lock()
	s.clock.lab = s.clock.lab.AddDate(30, 0, 0)
	s.clock.mu.Unlock()
	_, _, _, err := s.Check(s.ctx, leafOf(&out))
	s.ok(err)
	if ends := out.Device.CertEnds.Sub(s.clock.Real()); ends != enrollment.CertificateLife {
		t.Errorf("the certificate is good for %s", ends)
	}
}

func TestProcessesThatEnrolTheFirstPCsAtOnceShareOneAuthority(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newBareEstate(t, e)
		u := s.person("adele")
		db := s.db
		if e.Name == "postgres" {
			db = storetest.Reopen(t, s.options)
		}
		processes := []*enrollment.Service{s.Service, s.process(db)}
		var out [4]enrollment.Enrolled
		var errs [4]error
		requests := [4]enrollment.EnrolRequest{}
		for i := range requests {
			requests[i] = s.byHand(&u)
		}
		var wg sync.WaitGroup
		for i := range out {
			wg.Go(func() { out[i], errs[i] = processes[i%2].Enrol(s.ctx, requests[i]) })
		}
		wg.Wait()
		stored := given(s.db.GetAuthority(s.ctx, s.tenant))
		for i := range out {
			s.ok(errs[i])
			if diff := cmp.Diff([][]byte{stored.Root, stored.Issuing}, [][]byte{out[i].Root, out[i].Issuing}); diff != "" {
				t.Errorf("PC %d got another authority:\n%s", i, diff)
			}
			for _, p := range processes {
				_, _, _, err := p.Check(s.ctx, leafOf(&out[i]))
				s.ok(err)
			}
		}
	})
}

func TestAnAuthorityIsRenewedInTimeAndItsPCsGoOn(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		first := s.enrol(s.byHand(&u))
		s.clock.advance(8*365*24*time.Hour - time.Hour)
		if again := s.enrol(s.byHand(&u)); string(again.Issuing) != string(first.Issuing) {
			t.Error("the authority was renewed too early")
		}
		older := s.enrol(s.byHand(&u))
		s.clock.advance(2 * time.Hour)
		second := s.enrol(s.byHand(&u))
		if string(second.Issuing) == string(first.Issuing) || string(second.Root) != string(first.Root) {
			t.Error("eight years later the issuing authority and not the root is renewed")
		}
		elsewhere := s.process(s.db)
		for _, e := range []*enrollment.Enrolled{&older, &second} {
			for _, p := range []*enrollment.Service{s.Service, elsewhere} {
				_, _, _, err := p.Check(s.ctx, leafOf(e))
				s.ok(err)
			}
		}
		s.clock.advance(8*365*24*time.Hour + time.Hour)
		third := s.enrol(s.byHand(&u))
		root := given(x509.ParseCertificate(third.Root))
		if string(third.Root) == string(first.Root) || root.NotAfter.Before(given(x509.ParseCertificate(third.Issuing)).NotAfter) {
			t.Error("sixteen years later the root ends before what it signed")
		}
		checkChain(t, s, &third)
	})
}

func checkChain(t *testing.T, s *estate, out *enrollment.Enrolled) {
	t.Helper()
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(given(x509.ParseCertificate(out.Root)))
	between.AddCert(given(x509.ParseCertificate(out.Issuing)))
	if _, err := leafOf(out).Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: s.clock.Real(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Errorf("the chain: %v", err)
	}
}

func TestAChangedMasterKeyOpensTheAuthority(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		first := s.enrol(s.byHand(&u))
		r := s.byHand(&u)
		if e.Name == "sqlite" {
			s.ok(s.db.Close()) // the file has one writer
		}
		stale := s.byHand(&u)
		fresh := s.options
		fresh.MasterKey = []byte("fedcba9876543210fedcba9876543210")
		done, err := sqlstore.ChangeMasterKey(s.ctx, s.options, fresh.MasterKey)
		s.ok(err)
		if done["mdm_authorities"] != 1 {
			t.Errorf("sealed anew: %v", done)
		}
		if e.Name == "postgres" { // a process that was left running remembers the authority, and does not sign with it
			if _, err := s.Enrol(s.ctx, stale); err == nil {
				t.Error("a process with the master key that was signed a certificate")
			}
		}
		db := storetest.Reopen(t, fresh)
		after := s.process(db)
		_, _, _, err = after.Check(s.ctx, leafOf(&first))
		s.ok(err)
		after.Settler = nobodySettles{}
		second, err := after.Enrol(s.ctx, r)
		s.ok(err)
		if string(second.Root) != string(first.Root) {
			t.Error("there is another authority")
		}
	})
}
