package enrollment_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

func TestARegisteredPCThatEnrolsIsManagedEverywhere(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newBareEstate(t, e)
		s.profile("Sales")
		managed := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{
			DisplayName: "Managed", MailNickname: "m", Kind: directory.DynamicDevice, Processing: directory.ProcessingOn,
			Rule: `(device.managementType -eq "MDM") and (device.deviceManagementAppId -eq "0000000a-0000-0000-c000-000000000000") and (device.enrollmentProfileName -eq "Sales")`,
		}, nil))
		u := s.person("adele")
		reg := s.register("SN-1")
		object := s.join(u.ID, directory.JoinEntra, reg.Object)
		r := s.pc(&u, &object)
		r.Kind, r.ZTDID = enrollment.KindUser, estateID() // what it says of itself does not count
		out := s.enrol(r)

		want := enrollment.Device{
			ID: out.Device.ID, Object: reg.Object, EntraID: object.DeviceID, User: u.ID, UPN: u.UserPrincipalName, UserName: u.DisplayName, Registered: reg.ID, Profile: "Sales",
			Kind: enrollment.KindEntraJoin, Proof: enrollment.ProofEntra, Owner: enrollment.OwnerCompany, State: enrollment.Managed,
			Name: "DESKTOP-1", SerialNumber: "SN-1", Manufacturer: "Contoso", Model: "Book 7", OSVersion: "10.0.22631.3155",
			Inventory: map[string]string{"OSEdition": "4", "MAC": "00-11-22-33-44-55,66-77-88-99-AA-BB"}, WireID: r.WireID, HardwareID: r.HardwareID, InOOBE: true,
			Nonce: out.ClientNonce, EnrolledAt: s.clock.Now(s.tenant).Truncate(time.Microsecond), CertEnds: leafOf(&out).NotAfter, Version: 1,
		}
		for what, got := range map[string]enrollment.Device{"answered": out.Device, "stored": given(s.Store.GetManagedDevice(s.ctx, s.tenant, out.Device.ID))} {
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		// Both registered and joined: the object was there before.
		o := given(s.db.GetDevice(s.ctx, s.tenant, reg.Object))
		if o.DeviceOwnership != "Company" || o.OperatingSystemVersion != r.OSVersion || o.Attributes["deviceModel"] != "Book 7" || o.DisplayName != object.DisplayName {
			t.Errorf("the device object: %+v", o)
		}
		if reg = given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID)); reg.ManagedDeviceID != string(out.Device.ID) || reg.Enrollment != autopilot.EnrollmentEnrolled || !reg.LastContact.Equal(want.EnrolledAt) {
			t.Errorf("the registration: %+v", reg)
		}
		if in := given(s.db.ListMemberships(s.ctx, s.tenant, []directory.ObjectID{reg.Object})); len(in) != 1 || in[0].Group != managed.ID {
			t.Errorf("memberships: %v", in)
		}
		y, lines := s.timeline(enrollment.PC{Registration: reg.ID})
		if y.Device != out.Device.ID || y.State != enrollment.DeploymentInProgress || y.Profile != "Sales" || y.Kind != "azureADJoinedWithAutopilotProfile" || !y.EnrolledAt.Equal(want.EnrolledAt) || !y.RegisteredAt.Equal(reg.CreatedAt) {
			t.Errorf("the deployment: %+v", y)
		}
		if len(lines) != 1 || lines[0].Kind != enrollment.EventEnrolled || !strings.Contains(lines[0].Text, u.UserPrincipalName) {
			t.Errorf("the timeline: %+v", lines)
		}
		if got := s.activities(string(out.Device.ID)); !slices.Equal(got, []string{"Enroll device"}) {
			t.Errorf("audited: %v", got)
		}
		checkProvisioning(t, s, &out)
	})
}

// checkProvisioning judges certificates and secrets with nothing but the
// standard library.
func checkProvisioning(t *testing.T, s *estate, out *enrollment.Enrolled) {
	t.Helper()
	root, issuing, leaf := given(x509.ParseCertificate(out.Root)), given(x509.ParseCertificate(out.Issuing)), leafOf(out)
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root)
	between.AddCert(issuing)
	verify := func(use x509.ExtKeyUsage, at time.Time) error {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}})
		return err
	}
	if err := verify(x509.ExtKeyUsageClientAuth, s.clock.Real()); err != nil {
		t.Errorf("the chain: %v", err)
	}
	if verify(x509.ExtKeyUsageServerAuth, s.clock.Real()) == nil {
		t.Error("the chain is good for a web site")
	}
	if len(root.ExtKeyUsage) != 1 || len(issuing.ExtKeyUsage) != 1 || root.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth || issuing.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth {
		t.Error("an authority may certify web sites")
	}
	for _, c := range []struct {
		c    *x509.Certificate
		ca   bool
		days int
	}{{root, true, 20 * 365}, {issuing, true, 10 * 365}, {leaf, false, 365}} {
		if got := int(c.c.NotAfter.Sub(s.clock.Real()).Hours()) / 24; c.c.IsCA != c.ca || got != c.days || c.c.SignatureAlgorithm != x509.SHA256WithRSA || !c.c.NotBefore.Before(s.clock.Real()) {
			t.Errorf("%s: CA %t, %d days, %s, from %s", c.c.Subject, c.c.IsCA, got, c.c.SignatureAlgorithm, c.c.NotBefore)
		}
	}
	if len(leaf.URIs) != 1 || leaf.URIs[0].String() != "taxiway://"+string(s.tenant)+"/mdm/"+string(out.Device.ID) {
		t.Errorf("SAN: %v", leaf.URIs)
	}
	seen := map[string]bool{}
	for _, secret := range []string{out.ClientSecret, out.ServerSecret, out.ClientNonce, out.ServerNonce} {
		if seen[secret] || len(secret) < 20 || strings.ContainsAny(secret, `<>&"' `) {
			t.Errorf("secret %q", secret)
		}
		seen[secret] = true
	}
	for _, nonce := range []string{out.ClientNonce, out.ServerNonce} {
		if b, err := base64.StdEncoding.DecodeString(nonce); err != nil || len(b) != 16 {
			t.Errorf("nonce %q: %v", nonce, err)
		}
	}
	// Another process derives the same from what is stored.
	stored := given(s.Store.GetManagedDevice(s.ctx, s.tenant, out.Device.ID))
	if d := s.process(s.db).DigestOf(s.tenant, &stored); d.ClientSecret != out.ClientSecret || d.ServerSecret != out.ServerSecret || d.ServerNonce != out.ServerNonce || d.ClientName != out.ClientName || d.ServerName != out.ServerName {
		t.Errorf("derived: %+v", d)
	}
	if out.Poll != enrollment.DefaultPoll(out.Device.ID) {
		t.Errorf("poll: %+v", out.Poll)
	}
}

func TestWhosePCItIsFollowsFromHowItCameIn(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		correlator := strings.ToUpper(estateID())
		for _, c := range []struct {
			name    string
			request func() enrollment.EnrolRequest
			kind    enrollment.Kind
			owner   enrollment.Owner
			object  string
			profile string
			noted   bool
		}{
			{"a join that is not registered", func() enrollment.EnrolRequest {
				o := s.join(u.ID, directory.JoinEntra, "")
				return s.pc(&u, &o)
			}, enrollment.KindEntraJoin, enrollment.OwnerCompany, "Company", "", true},
			{"a work account that was added", func() enrollment.EnrolRequest {
				o := s.join(u.ID, directory.JoinRegister, "")
				r := s.pc(&u, &o)
				r.InOOBE = false
				return r
			}, enrollment.KindAutomatic, enrollment.OwnerPersonal, "Personal", "", false},
			{"by hand", func() enrollment.EnrolRequest { return s.byHand(&u) }, enrollment.KindUser, enrollment.OwnerPersonal, "", "", false},
			{"a profile from a file", func() enrollment.EnrolRequest {
				o := s.join(u.ID, directory.JoinEntra, "")
				r := s.pc(&u, &o)
				r.Correlator = correlator
				return r
			}, enrollment.KindEntraJoin, enrollment.OwnerCompany, "Company", "OfflineAutopilotprofile-" + strings.ToLower(correlator), true},
			{"something else than a correlation id", func() enrollment.EnrolRequest {
				r := s.byHand(&u)
				r.Correlator = "Sales"
				return r
			}, enrollment.KindUser, enrollment.OwnerPersonal, "", "", false},
			{"a package", func() enrollment.EnrolRequest {
				r := s.byHand(&u)
				r.User, r.UPN, r.Kind = "", "", enrollment.KindBulk
				return r
			}, enrollment.KindBulk, enrollment.OwnerCompany, "", "", false},
		} {
			d := s.enrol(c.request()).Device
			if d.Kind != c.kind || d.Owner != c.owner || d.Profile != c.profile {
				t.Errorf("%s: %s, %s, %q", c.name, d.Kind, d.Owner, d.Profile)
			}
			if d.Object != "" {
				if o := given(s.db.GetDevice(s.ctx, s.tenant, d.Object)); o.DeviceOwnership != c.object || o.Attributes["enrollmentProfileName"] != c.profile {
					t.Errorf("%s: the device object is %q, %v", c.name, o.DeviceOwnership, o.Attributes)
				}
			}
			if _, lines := s.timeline(enrollment.PC{Device: d.ID}); (len(lines) == 1) != c.noted {
				t.Errorf("%s: %d lines in the timeline", c.name, len(lines))
			}
		}
	})
}

func TestAPCThatEnrolsAgainKeepsItsRowAndNothingElse(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u, other := s.person("adele"), s.person("megan")
		object := s.join(u.ID, directory.JoinEntra, "")
		first := s.enrol(s.pc(&u, &object))
		id := first.Device.ID
		_, _, _, err := s.Check(s.ctx, leafOf(&first))
		s.ok(err)
		s.tx(func(tx enrollment.Tx) error {
			given(tx.Queue(s.ctx, s.tenant, []enrollment.Command{{ID: estateID(), Device: id, Owner: enrollment.OwnerAction, Key: "reboot", Op: enrollment.Operation{Verb: enrollment.Exec, URI: "./Device/Vendor/MSFT/Reboot/RebootNow"}, CreatedAt: s.clock.Real()}}))
			s.ok(tx.PutMDMSession(s.ctx, s.tenant, enrollment.Session{Device: id, ID: "7", UpdatedAt: s.clock.Real()}))
			s.ok(tx.PutStates(s.ctx, s.tenant, []enrollment.PolicyState{{Device: id, Policy: enrollment.PolicyID(estateID()), User: u.ID, Kind: enrollment.PolicyCustom, Applied: 3}}))
			d := given(tx.LockManagedDevice(s.ctx, s.tenant, id))
			d.ESP, d.SawCertificate, d.LastSync, d.State = &enrollment.ESPProgress{Name: "old"}, true, s.clock.Now(s.tenant), enrollment.RetirePending
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		s.clock.advance(time.Minute)
		again := s.enrol(s.pc(&other, &object))
		d := again.Device
		if d.ID != id || d.User != other.ID || d.State != enrollment.Managed || d.ESP != nil || d.SawCertificate || !d.LastSync.IsZero() || d.Version != 3 {
			t.Errorf("the row: %+v", d)
		}
		if again.ClientSecret == first.ClientSecret || again.ClientNonce == first.ClientNonce {
			t.Error("the digest secrets are those of before")
		}
		_, _, _, err = s.Check(s.ctx, leafOf(&first))
		s.fails(err, fault.Unauthenticated, enrollment.CodeCertificateRevoked)
		_, _, _, err = s.Check(s.ctx, leafOf(&again))
		s.ok(err)
		s.tx(func(tx enrollment.Tx) error {
			if sessions := given(tx.GetStanding(s.ctx, s.tenant, id)).Sessions; len(sessions) > 0 {
				t.Error("a session outlived the enrolment")
			}
			if states := given(tx.StatesOf(s.ctx, s.tenant, id)); len(states) > 0 {
				t.Error("what was applied before counts still")
			}
			return nil
		})
		if cs := given(s.Store.ListCommands(s.ctx, s.tenant, id, 9)); len(cs) != 1 || cs[0].State != enrollment.Cancelled {
			t.Errorf("commands: %+v", cs)
		}
		if got := given(s.Store.PageManagedDevices(s.ctx, s.tenant, "", 9)); len(got) != 1 {
			t.Errorf("%d managed devices", len(got))
		}

		// A PC that has left comes back to its row.
		s.ok(s.Leave(s.ctx, s.tenant, id))
		if back := s.enrol(s.pc(&u, &object)); back.Device.ID != id || back.Device.State != enrollment.Managed {
			t.Errorf("back as %+v", back.Device)
		}
	})
}

// A hardware id is what anybody may send: it finds a row again for the person
// who made it, and takes nobody else's.
func TestAHardwareIDTakesNobodyElsesRow(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u, thief := s.person("adele"), s.person("mallory")
		object := s.join(u.ID, directory.JoinEntra, "")
		joined, byHand := s.enrol(s.pc(&u, &object)), s.enrol(s.byHand(&u))
		bulk := s.byHand(&u)
		bulk.User, bulk.UPN, bulk.Kind = "", "", enrollment.KindBulk
		userless := s.enrol(bulk)
		for name, victim := range map[string]*enrollment.Enrolled{"one of the directory": &joined, "one made by hand": &byHand, "a userless one": &userless} {
			r := s.byHand(&thief)
			r.HardwareID, r.WireID, r.Serial, r.ZTDID = victim.Device.HardwareID, victim.Device.WireID, victim.Device.SerialNumber, string(victim.Device.Registered)
			if got := s.enrol(r).Device; got.ID == victim.Device.ID || got.Owner != enrollment.OwnerPersonal {
				t.Errorf("%s was taken: %+v", name, got)
			}
			if r.Kind, r.User, r.UPN, r.CSR = enrollment.KindBulk, "", "", s.csr(); s.enrol(r).Device.ID == victim.Device.ID {
				t.Errorf("%s was taken without a user", name)
			}
			if _, _, _, err := s.Check(s.ctx, leafOf(victim)); err != nil {
				t.Errorf("%s was put out: %v", name, err)
			}
		}
		r := s.byHand(&u)
		r.HardwareID = byHand.Device.HardwareID
		if got := s.enrol(r).Device.ID; got != byHand.Device.ID {
			t.Error("the same person's PC got a second row")
		}
		s.enrol(s.byHand(&u)) // without a hardware id nothing is found
		r = s.byHand(&u)
		r.HardwareID = ""
		a := s.enrol(r).Device.ID
		if r.CSR = s.csr(); s.enrol(r).Device.ID == a {
			t.Error("two PCs without a hardware id share a row")
		}
	})
}

func TestEnrolmentsAtOnceDoNotPassTheDeviceLimitTogether(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		const n, limit = 6, 2
		s.policy(enrollment.Policy{Kind: enrollment.PolicyLimit, Limit: new(limit)}, enrollment.TargetAllUsers, "")
		requests := make([]enrollment.EnrolRequest, n)
		for i := range requests {
			requests[i] = s.byHand(&u)
		}
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range requests {
			wg.Go(func() { _, errs[i] = s.Enrol(s.ctx, requests[i]) })
		}
		wg.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
				continue
			}
			s.fails(err, fault.Denied, enrollment.CodeDeviceCap)
		}
		if in != limit {
			t.Errorf("%d PCs enrolled, %d may", in, limit)
		}
		if got := given(s.Store.PageManagedDevices(s.ctx, s.tenant, "", 99)); len(got) != limit {
			t.Errorf("%d rows", len(got))
		}
	})
}

// A client with one fixed request enrols as many PCs as it likes.
func TestPCsWithOneKeyAreToldApartByTheirCertificates(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		r := s.byHand(&u)
		first := s.enrol(r)
		r.HardwareID = "another PC"
		other := s.enrol(r)
		if other.Device.ID == first.Device.ID {
			t.Error("two PCs are one device because they have one key")
		}
		// An answer that was lost: the first PC sends the same again.
		r.HardwareID = first.Device.HardwareID
		again := s.enrol(r)
		if again.Device.ID != first.Device.ID || sha256.Sum256(again.Leaf) == sha256.Sum256(first.Leaf) {
			t.Error("the repeated request did not get a certificate of its own")
		}
		for what, e := range map[string]*enrollment.Enrolled{"the first PC": &again, "the other PC": &other} {
			_, d, _, err := s.Check(s.ctx, leafOf(e))
			if err != nil || d.ID != e.Device.ID {
				t.Errorf("the certificate of %s is taken for that of %s: %v", what, d.ID, err)
			}
		}
		_, _, _, err := s.Check(s.ctx, leafOf(&first))
		s.fails(err, fault.Unauthenticated, enrollment.CodeCertificateRevoked)
	})
}
