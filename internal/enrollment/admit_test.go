package enrollment_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/storetest"
)

// policy stores a policy with one assignment; no target makes it the tenant's own.
func (s *estate) policy(p enrollment.Policy, target enrollment.Target, group directory.ObjectID) {
	s.t.Helper()
	p.ID, p.DisplayName, p.Version = enrollment.PolicyID(estateID()), "policy", 1
	p.Default = target == ""
	if !p.Default {
		p.Priority = 1
	}
	s.tx(func(tx enrollment.Tx) error {
		if err := tx.CreatePolicy(s.ctx, s.tenant, p); err != nil {
			return err
		}
		if p.Default {
			return nil
		}
		return tx.ReplaceAssignments(s.ctx, s.tenant, p.ID, []enrollment.Assignment{{Policy: p.ID, Target: target, Group: group, CreatedAt: s.clock.Real()}})
	})
}

func (s *estate) settings(set enrollment.Settings) {
	s.t.Helper()
	_, err := s.UpdateSettings(s.ctx, s.tenant, 0, func(c *enrollment.Settings) error {
		set.Version = c.Version
		*c = set
		return nil
	})
	s.ok(err)
}

func (s *estate) scope(kind directory.MobilityKind, reach directory.Reach) {
	s.t.Helper()
	_, err := s.dir.UpdateMobilityPolicy(s.ctx, s.tenant, kind, 0, directory.MobilityChange{AppliesTo: &reach})
	s.ok(err)
}

// refusals are enrolments that are refused: prepare changes the organisation
// and gives the request.
var refusals = []struct {
	name    string
	prepare func(s *estate, u *directory.User) enrollment.EnrolRequest
	kind    fault.Kind
	code    string
	wire    enrollment.Refusal
}{
	{"no such user", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.User = directory.ObjectID(estateID())
		return r
	}, fault.Denied, enrollment.CodeUserUnknown, enrollment.Refusal{Subcode: "s:Authentication", HRESULT: 0x80180002}},
	{"no user, and no package", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.User = ""
		return r
	}, fault.Denied, enrollment.CodeUserUnknown, enrollment.Refusal{Subcode: "s:Authentication", HRESULT: 0x80180002}},
	{"a disabled user", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		given(s.dir.UpdateUser(s.ctx, s.tenant, u.ID, 0, func(u *directory.User) error { u.AccountEnabled = false; return nil }))
		return s.byHand(u)
	}, fault.Denied, enrollment.CodeUserDisabled, enrollment.Refusal{Subcode: "s:Authentication", HRESULT: 0x80180002}},
	{"a password, which is off by default", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.Proof = enrollment.ProofOnPremise
		return r
	}, fault.Denied, enrollment.CodeOnPremise, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"a join outside the MDM user scope", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.scope(directory.MDM, directory.ReachNone)
		o := s.join(u.ID, directory.JoinEntra, "")
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeOutOfScope, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"a work account outside the selected groups", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		g := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: "Some", MailNickname: "some", Kind: directory.Assigned}, nil))
		s.scope(directory.MDM, directory.ReachNone)
		s.ok(s.dir.AddIncludedGroup(s.ctx, s.tenant, directory.MDM, g.ID))
		o := s.join(u.ID, directory.JoinRegister, "")
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeOutOfScope, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"a personal PC of a user in both scopes", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.scope(directory.MAM, directory.ReachAll)
		o := s.join(u.ID, directory.JoinRegister, "")
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeInMAMScope, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"somebody else than the assigned user, since only that one may sign in", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		reg := s.register("SN-1")
		o := s.join(u.ID, directory.JoinEntra, reg.Object)
		other := s.person("bob")
		s.ok(s.pilot.AssignUser(s.ctx, s.tenant, reg.ID, other.UserPrincipalName, "Bob"))
		s.ok(s.dir.SetOnlyAssignedUser(s.ctx, s.tenant, true))
		return s.pc(u, &o)
	}, fault.Denied, directory.CodeNotAssigned, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"a user without the licence, where that is asked for", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.settings(enrollment.Settings{RequireLicence: true})
		return s.byHand(u)
	}, fault.Denied, enrollment.CodeUserNotLicensed, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "UserLicense", HRESULT: 0x80180018}},
	{"a platform that is blocked", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{Blocked: true}}, enrollment.TargetAllUsers, "")
		return s.byHand(u)
	}, fault.Denied, enrollment.CodePlatformBlocked, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "DeviceNotSupported", HRESULT: 0x80180014}},
	{"a join that is not registered, where personal PCs are blocked", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{PersonalBlocked: true}}, "", "")
		o := s.join(u.ID, directory.JoinEntra, "")
		r := s.pc(u, &o)
		r.ZTDID = string(s.register("SN-9").ID) // a claim
		return r
	}, fault.Denied, enrollment.CodePersonalBlocked, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "DeviceNotSupported", HRESULT: 0x80180014}},
	{"an old version of Windows", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{MinVersion: "10.0.22631.9000"}}, enrollment.TargetAllUsers, "")
		return s.byHand(u)
	}, fault.Denied, enrollment.CodeVersionTooLow, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "DeviceNotSupported", HRESULT: 0x80180014}},
	{"a package, where the tenant's own restriction blocks", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{}}, enrollment.TargetAllUsers, "")
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{Blocked: true}}, "", "")
		r := s.byHand(u)
		r.User, r.UPN, r.Kind = "", "", enrollment.KindBulk
		return r
	}, fault.Denied, enrollment.CodePlatformBlocked, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "DeviceNotSupported", HRESULT: 0x80180014}},
	{"one PC too many", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		g := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: "Some", MailNickname: "some", Kind: directory.Assigned}, []directory.ObjectID{u.ID}))
		s.policy(enrollment.Policy{Kind: enrollment.PolicyLimit, Limit: new(1)}, enrollment.TargetGroup, g.ID)
		s.enrol(s.byHand(u))
		o := s.join(u.ID, directory.JoinEntra, "")
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeDeviceCap, enrollment.Refusal{Subcode: "s:Authorization", ErrorType: "DeviceCapReached", HRESULT: 0x80180013}},
	{"a device object that is gone", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		o := s.join(u.ID, directory.JoinEntra, "")
		s.ok(s.dir.DeleteDevice(s.ctx, s.tenant, o.ID, 0))
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeDeviceUnknown, enrollment.Refusal{Subcode: "s:Authentication", HRESULT: 0x80180002}},
	{"a registered PC that has left the directory", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		reg := s.register("SN-1")
		o := s.join(u.ID, directory.JoinEntra, reg.Object)
		s.ok(s.dir.Unjoin(s.ctx, s.tenant, reg.Object))
		return s.pc(u, &o)
	}, fault.Denied, enrollment.CodeDeviceUnknown, enrollment.Refusal{Subcode: "s:Authentication", HRESULT: 0x80180002}},
	{"a disabled device", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		o := s.join(u.ID, directory.JoinEntra, s.register("SN-1").Object)
		given(s.dir.UpdateDevice(s.ctx, s.tenant, o.ID, 0, func(d *directory.Device) error { d.AccountEnabled = false; return nil }))
		return s.pc(u, &o)
	}, fault.Denied, directory.CodeDeviceDisabled, enrollment.Refusal{Subcode: "s:Authorization", HRESULT: 0x80180003}},
	{"no certificate request", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.CSR = nil
		return r
	}, fault.Invalid, enrollment.CodeInvalidCSR, enrollment.Refusal{Subcode: "s:CertificateRequest", HRESULT: 0x80180004}},
	{"a key that is too short", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.CSR = csrFor(given(rsa.GenerateKey(rand.Reader, 1024)))
		return r
	}, fault.Invalid, enrollment.CodeInvalidCSR, enrollment.Refusal{Subcode: "s:CertificateRequest", HRESULT: 0x80180004}},
	{"a key of another kind", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.CSR = csrFor(given(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
		return r
	}, fault.Invalid, enrollment.CodeInvalidCSR, enrollment.Refusal{Subcode: "s:CertificateRequest", HRESULT: 0x80180004}},
	{"a request signed with another key", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.CSR.PublicKey = s.csr().PublicKey
		return r
	}, fault.Invalid, enrollment.CodeInvalidCSR, enrollment.Refusal{Subcode: "s:CertificateRequest", HRESULT: 0x80180004}},
	{"an id without end", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.WireID = strings.Repeat("A", 257)
		return r
	}, fault.Invalid, enrollment.CodeInvalidData, enrollment.Refusal{Subcode: "s:MessageFormat", ErrorType: "InvalidEnrollmentData", HRESULT: 0x80180019}},
	{"a serial number that is no text", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.Serial = "SN\xff\x00"
		return r
	}, fault.Invalid, enrollment.CodeInvalidData, enrollment.Refusal{Subcode: "s:MessageFormat", ErrorType: "InvalidEnrollmentData", HRESULT: 0x80180019}},
	{"a serial number with a line break", func(s *estate, u *directory.User) enrollment.EnrolRequest {
		r := s.byHand(u)
		r.Serial = "SN\n1"
		return r
	}, fault.Invalid, enrollment.CodeInvalidData, enrollment.Refusal{Subcode: "s:MessageFormat", ErrorType: "InvalidEnrollmentData", HRESULT: 0x80180019}},
}

func TestEachRefusalHasItsCodeAndALineInTheTimeline(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		for _, c := range refusals {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newEstate(t, e)
				u := s.person("adele")
				r := c.prepare(s, &u)
				before := len(given(s.Store.PageManagedDevices(s.ctx, s.tenant, "", 99)))
				_, err := s.Enrol(s.ctx, r)
				s.fails(err, c.kind, c.code)
				if wire, ok := enrollment.RefusalOf(err); !ok || wire != c.wire {
					t.Errorf("the PC is told %+v, want %+v", wire, c.wire)
				}
				if f, _ := fault.As(err); len(f.Details) == 0 || f.Details[0].Remedy == "" {
					t.Error("nobody is told what to do")
				}
				if after := len(given(s.Store.PageManagedDevices(s.ctx, s.tenant, "", 99))); after != before {
					t.Errorf("%d managed devices before, %d after", before, after)
				}
				s.refusedOnce(&r, c.code, c.wire.Code())
			})
		}
	})
}

// refusedOnce looks for the one line about a refusal.
func (s *estate) refusedOnce(r *enrollment.EnrolRequest, code, hresult string) {
	s.t.Helper()
	all := given(s.db.ListDeployments(s.ctx, s.tenant, &odata.Query{Top: 99})).Items
	if len(all) != 1 {
		s.t.Fatalf("%d deployments: %+v", len(all), all)
	}
	y := all[0]
	if y.State != enrollment.DeploymentFailure || !strings.HasPrefix(y.Failure, hresult+": ") || y.UPN != r.UPN || y.DeviceName != r.Name {
		s.t.Errorf("the deployment: %+v", y)
	}
	if (y.Object == "") == y.EndedAt.IsZero() {
		s.t.Errorf("the deployment of %q ended at %s", y.Object, y.EndedAt)
	}
	lines := given(s.Store.ListEvents(s.ctx, s.tenant, y.ID))
	last := lines[len(lines)-1]
	if last.Kind != enrollment.EventRefused || last.Code != hresult || last.Facts["reason"] != code || last.Text == "" || last.Remedy == "" {
		s.t.Errorf("the line: %+v", last)
	}
}

func TestWhatRestrictsOthersLetsThesePass(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u, plain := s.person("adele"), s.person("megan")
		given(s.dir.UpdateUser(s.ctx, s.tenant, u.ID, 0, func(u *directory.User) error { u.MDMLicensed = true; return nil }))
		inner := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: "Inner", MailNickname: "inner", Kind: directory.Assigned}, []directory.ObjectID{u.ID}))
		outer := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: "Outer", MailNickname: "outer", Kind: directory.Assigned}, []directory.ObjectID{inner.ID}))
		s.scope(directory.MDM, directory.ReachNone)
		s.ok(s.dir.AddIncludedGroup(s.ctx, s.tenant, directory.MDM, outer.ID))
		s.scope(directory.MAM, directory.ReachAll)
		s.settings(enrollment.Settings{RequireLicence: true, AllowOnPremise: true})
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{PersonalBlocked: true, MinVersion: "10.0.19045"}}, enrollment.TargetGroup, outer.ID)
		s.policy(enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{Blocked: true}}, enrollment.TargetGroup, directory.ObjectID(estateID()))
		s.policy(enrollment.Policy{Kind: enrollment.PolicyLimit, Limit: new(1)}, enrollment.TargetAllUsers, "")

		// Registered PCs are not personal, do not count against the limit, and
		// the person is in the scope through a group in a group.
		for _, serial := range []string{"SN-1", "SN-2", "SN-3"} {
			o := s.join(u.ID, directory.JoinEntra, s.register(serial).Object)
			s.enrol(s.pc(&u, &o))
		}
		// By hand nobody asks for the scope; the password is allowed here.
		given(s.dir.UpdateUser(s.ctx, s.tenant, plain.ID, 0, func(u *directory.User) error { u.MDMLicensed = true; return nil }))
		r := s.byHand(&plain)
		r.Proof = enrollment.ProofOnPremise
		first := s.enrol(r)
		// The same PC again is not one more.
		r.CSR = s.csr()
		s.enrol(r)
		// One that has left is not counted.
		s.ok(s.Leave(s.ctx, s.tenant, first.Device.ID))
		s.enrol(s.byHand(&plain))
	})
}

func TestAPCThatWasRefusedGoesOnInTheSameDeployment(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		reg := s.register("SN-1")
		object := s.join(u.ID, directory.JoinEntra, reg.Object)
		s.settings(enrollment.Settings{RequireLicence: true})
		_, err := s.Enrol(s.ctx, s.pc(&u, &object))
		s.fails(err, fault.Denied, enrollment.CodeUserNotLicensed)
		if got := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID)); got.Enrollment != autopilot.EnrollmentFailed || got.ManagedDeviceID != "" {
			t.Errorf("the registration: %+v", got)
		}
		s.settings(enrollment.Settings{})
		s.enrol(s.pc(&u, &object))
		y, lines := s.timeline(enrollment.PC{Object: reg.Object})
		if y.State != enrollment.DeploymentInProgress || y.Failure != "" || len(lines) != 2 || lines[0].Kind != enrollment.EventRefused || lines[1].Kind != enrollment.EventEnrolled {
			t.Errorf("the timeline: %+v, %+v", y, lines)
		}
		// A refusal of a PC that is managed does not make it less so.
		s.settings(enrollment.Settings{RequireLicence: true})
		_, err = s.Enrol(s.ctx, s.pc(&u, &object))
		s.fails(err, fault.Denied, enrollment.CodeUserNotLicensed)
		if got := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID)); got.Enrollment != autopilot.EnrollmentEnrolled {
			t.Errorf("the registration: %+v", got)
		}
	})
}
