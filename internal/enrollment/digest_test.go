package enrollment_test

import (
	"strings"
	"testing"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// allowDigest lets the tenant's PCs prove themselves by digest.
func (f *fleet) allowDigest(allow bool) {
	f.Helper()
	f.tx(func(tx enrollment.Tx) error {
		s, err := tx.LockEnrolmentSettings(f.ctx, f.tenant)
		if err != nil {
			return err
		}
		s.AllowDigest = allow
		return tx.PutEnrolmentSettings(f.ctx, f.tenant, s)
	})
}

func (f *fleet) digestName() string { return string(f.tenant) + "/" + string(f.device) }

func TestADigestCountsOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	refused := func(f *fleet, name string) {
		f.Helper()
		_, err := f.DigestLogin(f.ctx, name)
		fails(f, err, fault.Unauthenticated, enrollment.CodeDigestRefused)
	}
	changed := func(f *fleet, change func(*enrollment.Device)) {
		f.Helper()
		d := f.row()
		change(&d)
		f.tx(func(tx enrollment.Tx) error { return tx.UpdateManagedDevice(f.ctx, f.tenant, d) })
	}
	runCheckIns(t, []checkInTest{
		{"of a PC that enrolled with a password, where the tenant allows it", func(f *fleet) {
			f.allowDigest(true)
			l, err := f.DigestLogin(f.ctx, f.digestName())
			f.ok(err)
			f.equal("login", []string{string(l.Tenant), string(l.Device.ID), l.Name, l.Next, l.Last}, []string{string(f.tenant), string(f.device), f.digestName(), "bm9uY2Utb25l", ""})
			d := f.row()
			if want := f.DigestOf(f.tenant, &d).ClientSecret; l.Secret != want || len(want) < 40 {
				f.Errorf("secret %q, want that of the enrolment", l.Secret)
			}
		}},
		{"not where nobody allowed it, or allows it any more", func(f *fleet) {
			refused(f, f.digestName())
			f.allowDigest(true)
			f.allowDigest(false)
			refused(f, f.digestName())
		}},
		{"not of a PC that enrolled with anything else", func(f *fleet) {
			f.allowDigest(true)
			for _, proof := range []enrollment.Proof{enrollment.ProofEntra, enrollment.ProofFederated, enrollment.ProofCertificate, ""} {
				changed(f, func(d *enrollment.Device) { d.Proof = proof })
				refused(f, f.digestName())
			}
		}},
		{"not after a certificate was seen, though the session began without", func(f *fleet) {
			f.allowDigest(true)
			p := f.pc("1")
			in := p.message()
			in.Digested = &enrollment.Digested{Nonce: "bm9uY2Utb25l"}
			p.send(in)
			f.equal("seen", f.row().SawCertificate, false)
			p.say()
			f.equal("seen", f.row().SawCertificate, true)
			refused(f, f.digestName())
			for _, d := range []enrollment.Digested{{Bound: true}, {Nonce: "bm9uY2Utb25l"}, {}} {
				in := p.message()
				in.Digested = &d
				_, err := f.CheckIn(f.ctx, f.tenant, f.device, seal(in))
				fails(f, err, fault.Unauthenticated, enrollment.CodeProofUsed)
			}
		}},
		{"not of a PC that has left, is unknown, or of another tenant", func(f *fleet) {
			f.allowDigest(true)
			for _, name := range []string{
				"", "/", string(f.device), string(f.tenant) + "/", string(f.tenant) + "/" + fleetID(), fleetID() + "/" + string(f.device), f.digestName() + "/x",
				"no/uuid", strings.Repeat("x", 10_000),
			} {
				refused(f, name)
			}
			changed(f, func(d *enrollment.Device) { d.State = enrollment.Unenrolled })
			refused(f, f.digestName())
		}},
		{"not of a PC whose device object is disabled", func(f *fleet) {
			f.allowDigest(true)
			object := directory.Device{ID: directory.ObjectID(fleetID()), DeviceID: directory.DeviceID(fleetID()), DisplayName: "PC-1", AccountEnabled: false, TrustType: "AzureAd", CreatedAt: f.clock.Real(), RegisteredAt: f.clock.Real()}
			f.tx(func(tx enrollment.Tx) error { return tx.CreateDevices(f.ctx, f.tenant, []directory.Device{object}) })
			changed(f, func(d *enrollment.Device) { d.Object = object.ID })
			refused(f, f.digestName())
		}},
	})
}

func TestANonceCountsOnce(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"the next one comes with the answer, the last one is for its own message alone", func(f *fleet) {
			p := f.pc("1")
			first := p.message()
			first.Digested = &enrollment.Digested{Nonce: "bm9uY2Utb25l"}
			out := p.send(first)
			next, last, _ := strings.Cut(f.row().Nonce, " ")
			f.equal("nonces", []string{next, last}, []string{out.Nonce, "bm9uY2Utb25l"})
			f.equal("repeated", p.send(first), out)
			other := p.message()
			other.Digested = first.Digested
			_, err := f.CheckIn(f.ctx, f.tenant, f.device, seal(other))
			fails(f, err, fault.Unauthenticated, enrollment.CodeProofUsed)
			other.Digested = &enrollment.Digested{Nonce: next}
			if p.send(other).Nonce == next {
				f.Error("the nonce stays")
			}
		}},
		{"one of the server's own counts for one message", func(f *fleet) {
			p := f.pc("1")
			first := p.message()
			first.Digested = &enrollment.Digested{}
			out := p.send(first)
			in := p.message()
			in.Digested = &enrollment.Digested{Repeated: true}
			_, err := f.CheckIn(f.ctx, f.tenant, f.device, seal(in))
			fails(f, err, fault.Unauthenticated, enrollment.CodeProofUsed)
			if out.Nonce == "" {
				f.Error("no next nonce")
			}
		}},
		{"a connection that proved itself changes no nonce", func(f *fleet) {
			p := f.pc("1")
			before := f.row().Nonce
			in := p.message()
			in.Digested = &enrollment.Digested{Bound: true}
			f.equal("nonce", p.send(in).Nonce, "")
			f.equal("row", f.row().Nonce, before)
		}},
	})
}
