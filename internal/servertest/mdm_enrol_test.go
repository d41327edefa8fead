package servertest_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// entraID is a real Entra tenant's id, ourApp this server's app there.
const (
	entraID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	ourApp  = "https://mdm.contoso.example"
)

// enrolSite is a tenant whose PCs are managed here.
type enrolSite struct {
	*servertest.Tenant

	t        *testing.T
	w        *servertest.World
	p        *servertest.Process
	services *servertest.Services
	entra    *servertest.Entra
	ann      *servertest.Person
}

func newEnrolSite(t *testing.T, db servertest.Database, options ...servertest.Option) *enrolSite {
	t.Helper()
	entra := servertest.NewEntra(t)
	w := servertest.Start(t, db, append([]servertest.Option{entra.Option()}, options...)...)
	p := w.First()
	s := &enrolSite{t: t, w: w, p: p, entra: entra, services: w.Services(t)}
	s.Tenant = p.NewTenant(t, "Contoso", true)
	s.manageAll(s.Tenant)
	s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) {
		now.AllowOnPremise = true
		now.Entra = []enrollment.EntraTenant{{TenantID: entraID, Audiences: []string{ourApp, "6f1c1c4e-9c5f-4f0b-8f5f-3f7a9e3d2b11"}}}
	})
	s.ann = s.services.NewPerson(t, s.Tenant, "Ann")
	return s
}

// manageAll lets everybody's PCs be enrolled.
func (s *enrolSite) manageAll(tenant *servertest.Tenant) {
	s.t.Helper()
	s.p.Must(s.t, tenant.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
}

func (s *enrolSite) newPC(name string) *servertest.MDMDevice {
	d := servertest.NewMDMDevice(s.t, s.p, name)
	s.t.Cleanup(d.Close)
	return d
}

// enrolled enrols a PC and returns what the server keeps of it.
func (s *enrolSite) enrolled(d *servertest.MDMDevice, upn string, proof servertest.MDMProof) enrollment.Device {
	s.t.Helper()
	if err := d.Enrol(s.t.Context(), upn, proof); err != nil {
		s.t.Fatalf("enrol %s: %v", d.Name, err)
	}
	all := s.services.ManagedDevices(s.t, s.ID)
	at := slices.IndexFunc(all, func(m enrollment.Device) bool { return string(m.ID) == d.Enrolment.EntDMID })
	if at < 0 {
		s.t.Fatalf("%s is not among the %d managed devices", d.Name, len(all))
	}
	return all[at]
}

func TestEachAuthenticationEnrolsAPC(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		v1 := s.entra.Sign(t, s.entra.Claims(1, entraID, ourApp+"/", s.ann.UPN))
		v2 := s.entra.Sign(t, s.entra.Claims(2, entraID, "6f1c1c4e-9c5f-4f0b-8f5f-3f7a9e3d2b11", s.ann.UPN))
		for _, c := range []struct {
			name    string
			machine bool
			proof   func(d *servertest.MDMDevice) servertest.MDMProof
			want    enrollment.Proof
			kind    enrollment.Kind
		}{
			{"JOINED", true, func(*servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)}
			}, enrollment.ProofEntra, enrollment.KindEntraJoin},
			{"ACCOUNT", false, func(*servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{Token: s.p.EnrolPassword(t, s.ann)}
			}, enrollment.ProofEntra, enrollment.KindAutomatic},
			{"ENTRA-V1", true, func(*servertest.MDMDevice) servertest.MDMProof { return servertest.MDMProof{Token: v1} }, enrollment.ProofEntra, enrollment.KindEntraJoin},
			{"ENTRA-V2", true, func(*servertest.MDMDevice) servertest.MDMProof { return servertest.MDMProof{Token: v2} }, enrollment.ProofEntra, enrollment.KindEntraJoin},
			{"WEB", false, func(d *servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{WebToken: d.WebLogin(t, s.ann)}
			}, enrollment.ProofFederated, enrollment.KindUser},
			{"PASSWORD", false, func(*servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{User: s.ann.UPN, Password: s.ann.Password}
			}, enrollment.ProofOnPremise, enrollment.KindUser},
		} {
			d := s.newPC(c.name)
			d.Machine, d.InOOBE = c.machine, c.machine
			m := s.enrolled(d, s.ann.UPN, c.proof(d))
			if m.Proof != c.want || m.Kind != c.kind || m.User != s.ann.ID || m.UPN != s.ann.UPN || m.Machine != c.machine || m.InOOBE != c.machine {
				t.Errorf("%s: %s %s user %s %s, machine %t, setup %t", c.name, m.Proof, m.Kind, m.User, m.UPN, m.Machine, m.InOOBE)
			}
			if m.Name != c.name || m.WireID != d.DeviceID || m.HardwareID != d.HardwareID || m.SerialNumber != d.SerialNumber || m.Manufacturer != "Contoso" || m.Model != "Contoso Book 14" || m.OSVersion != d.OSVersion {
				t.Errorf("%s: the server keeps %+v", c.name, m)
			}
			if m.Object != "" || m.EntraID != "" {
				t.Errorf("%s: nothing proved a joined PC, yet it is %s %s", c.name, m.Object, m.EntraID)
			}
			if d.Enrolment.UPN != s.ann.UPN || d.Enrolment.Name != "Contoso" || d.Enrolment.Address != servertest.DeviceURL+"/EnrollmentServer/ManagementServer/OmaDm.svc" {
				t.Errorf("%s: the PC learns %+v", c.name, d.Enrolment)
			}
		}
		if n := s.entra.Fetched.Load(); n != 1 {
			t.Errorf("the keys of Entra were fetched %d times for two tokens of one key", n)
		}
	})
}

// joined joins a PC to the directory.
func (s *enrolSite) joined(name string) (*servertest.Joiner, directory.DeviceID) {
	s.t.Helper()
	j := servertest.NewJoiner(s.t)
	id := j.Take(s.t, s.p.Join(s.t, s.p.JoinPassword(s.t, s.ID, s.ann.UPN, s.ann.Password), j.Body(s.t, name, nil), http.StatusOK))
	return j, directory.DeviceID(id)
}

func TestTheCertificateOfAJoinedPCTellsWhichOneEnrols(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		token := servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)}
		j, id := s.joined("DESK-1")
		d := servertest.NewMDMDevice(t, s.p, "DESK-1")
		d.Machine = true
		d.Show(j)
		m := s.enrolled(d, s.ann.UPN, token)
		if m.EntraID != id || m.Object == "" || m.Kind != enrollment.KindEntraJoin || m.Owner != enrollment.OwnerCompany {
			t.Errorf("the joined PC %s is kept as %s %s, %s %s", id, m.EntraID, m.Object, m.Kind, m.Owner)
		}
		// A token that names the PC does, too; one that names another PC does not.
		claims := s.w.EnrolClaims(s.ID, string(s.ann.ID))
		claims["deviceid"] = string(id)
		named := servertest.MDMProof{Token: s.w.Sign(t, claims)}
		again := s.newPC("DESK-1")
		again.Machine = true
		if m := s.enrolled(again, s.ann.UPN, named); m.EntraID != id {
			t.Errorf("the token's PC is kept as %q", m.EntraID)
		}
		other, _ := s.joined("DESK-2")
		wrong := servertest.NewMDMDevice(t, s.p, "DESK-2")
		wrong.Show(other)
		s.refused("a token of another PC", wrong, named, soap.SubcodeInvalidSecurity, "")

		// A PC that left is nobody's; one that is disabled is refused.
		left, leftID := s.joined("DESK-3")
		s.p.As(t, left).Must(t, "", http.MethodDelete, servertest.DeviceURL+"/EnrollmentServer/device/"+string(leftID)+"?api-version=2.0", nil, http.StatusOK)
		gone := servertest.NewMDMDevice(t, s.p, "DESK-3")
		gone.Machine = true
		gone.Show(left)
		if m := s.enrolled(gone, s.ann.UPN, token); m.EntraID != "" || m.Object != "" {
			t.Errorf("a PC that has left is kept as %s %s", m.EntraID, m.Object)
		}
		off, offID := s.joined("DESK-4")
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/devices(deviceId='"+string(offID)+"')", object{"accountEnabled": false}, http.StatusNoContent)
		disabled := servertest.NewMDMDevice(t, s.p, "DESK-4")
		disabled.Show(off)
		s.refused("a disabled PC", disabled, token, soap.SubcodeAuthorization, "")

		// The other organisation's people cannot enrol it.
		fabrikam := s.p.NewTenant(t, "Fabrikam", true)
		s.manageAll(fabrikam)
		bob := s.services.NewPerson(t, fabrikam, "Bob")
		stolen := servertest.NewMDMDevice(t, s.p, "DESK-1")
		stolen.Show(j)
		s.refused("another organisation's PC", stolen, servertest.MDMProof{Token: s.p.EnrolToken(t, bob)}, soap.SubcodeAuthorization, "")
		if n := len(s.services.ManagedDevices(t, fabrikam.ID)); n != 0 {
			t.Errorf("the other organisation has %d PCs", n)
		}
	})
}

func TestAPCRenewsItsCertificateByItself(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		s := newEnrolSite(t, db, servertest.WithClock(clock.read))
		d := s.newPC("DESK-1")
		s.enrolled(d, s.ann.UPN, servertest.MDMProof{User: s.ann.UPN, Password: s.ann.Password})
		s.faults("a renewal in the first week", d.Renew(t.Context()), soap.SubcodeAuthorization, soap.NotEligibleToRenew)
		clock.advance(330 * 24 * time.Hour)
		first := d.Certificate
		if err := d.Renew(t.Context()); err != nil {
			t.Fatalf("renew: %v", err)
		}
		if d.Certificate.Equal(first) || !d.Certificate.NotAfter.After(first.NotAfter) {
			t.Errorf("the certificate after the renewal ends on %s, before on %s", d.Certificate.NotAfter, first.NotAfter)
		}
		if all := s.services.ManagedDevices(t, s.ID); len(all) != 1 || string(all[0].ID) != d.Enrolment.EntDMID {
			t.Errorf("the renewal left %d managed devices", len(all))
		}
	})
}

// faults checks that something was refused in this way.
func (s *enrolSite) faults(what string, err error, subcode soap.Subcode, detail soap.ErrorType) {
	s.t.Helper()
	f, ok := errors.AsType[*soap.Fault](err)
	if !ok {
		s.t.Errorf("%s: %v, want a fault %s", what, err, subcode)
		return
	}
	var got soap.ErrorType
	if f.Detail != nil {
		got = f.Detail.ErrorType
		if f.Detail.TraceID == "" || f.Detail.Message == "" {
			s.t.Errorf("%s: the detail has neither trace nor message: %+v", what, f.Detail)
		}
	}
	if f.Subcode != subcode || got != detail {
		s.t.Errorf("%s: %s %q (%s), want %s %q", what, f.Subcode, got, f.Reason, subcode, detail)
	}
}

// refused checks that a PC does not get in, and that nothing of it stays.
func (s *enrolSite) refused(what string, d *servertest.MDMDevice, proof servertest.MDMProof, subcode soap.Subcode, detail soap.ErrorType) {
	s.t.Helper()
	defer d.Close()
	before := len(s.services.ManagedDevices(s.t, s.ID))
	s.faults(what, d.Enrol(s.t.Context(), s.ann.UPN, proof), subcode, detail)
	if after := len(s.services.ManagedDevices(s.t, s.ID)); after != before {
		s.t.Errorf("%s: there are %d managed devices, before it were %d", what, after, before)
	}
}
