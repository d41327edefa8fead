package wire_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
)

// tracing keeps what was traced.
type tracing struct {
	mu  sync.Mutex
	all []wire.Exchange
}

func (r *tracing) hear(e wire.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
}

func TestAPCGoesFromBareMetalToTheDesktopAndLeavesAgain(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newSite(t, db)
		s.settings()
		s.set(http.MethodPut, joinPolicy, object{
			"userDeviceQuota": 50, "multiFactorAuthConfiguration": "required",
			"azureADRegistration": object{"allowedToRegister": everyone()}, "azureADJoin": object{"allowedToJoin": everyone()},
			"localAdminPassword": object{"isEnabled": false},
		}, http.StatusOK)
		ann := s.person("ann")
		traced := &tracing{}
		c := s.network(traced.hear)
		ctx := t.Context()

		// The profile, with the proof of the TPM.
		answer, err := c.Profile(ctx, s.ask(), s.tpm)
		if err != nil || answer.Refusal != nil || answer.Ticket == "" {
			t.Fatalf("the profile: %+v, %v", answer, err)
		}
		if strings.Contains(string(answer.Document), answer.Ticket) || strings.Contains(string(answer.Document), "DeviceTicket") {
			t.Error("the document to keep holds the ticket")
		}
		profile := readProfile(t, answer.Document)
		if profile.ZtdRegistrationID != s.identity || profile.CloudAssignedTenantID != s.ID || answer.At.IsZero() {
			t.Errorf("the profile is %+v at %s", profile, answer.At)
		}

		// The sign-in: a password alone does not do, then with a new phone.
		d, err := c.Discover(ctx, profile.CloudAssignedTenantID)
		if err != nil || d.TenantDomain != s.Domain || d.TenantName != "Contoso" {
			t.Fatalf("discovery: %+v, %v", d, err)
		}
		weak, err := c.SignIn(ctx, d, wire.SignInOptions{}, ann)
		if err != nil || weak.MFA || weak.UPN != ann.upn || weak.TenantID != s.ID || weak.Expires.Before(s.clock.read()) {
			t.Fatalf("the sign-in: %+v, %v", weak, err)
		}
		if want := []string{"Sign in", "Enter password"}; !slices.Equal(ann.headings(), want) {
			t.Errorf("ann saw %q, want %q", ann.headings(), want)
		}
		request := wire.JoinRequest{Token: weak.Access, Ticket: answer.Ticket, Name: "XW-PF-0001", OSVersion: osVersion, Domain: s.Domain, Key: newKey(t)}
		_, err = c.Join(ctx, d, request)
		wantProblem(t, "a join without second factor", err, wire.StepJoin, "0x801c0002")
		if p := wire.ProblemOf(err); p.Reason != wire.ReasonMFA || p.Temporary || p.Next == "" {
			t.Errorf("the refusal is %+v", p)
		}
		ann.seen = nil
		strong, err := c.SignIn(ctx, d, wire.SignInOptions{StrongAuth: true}, ann)
		if err != nil || !strong.MFA {
			t.Fatalf("the sign-in with a second factor: %+v, %v", strong, err)
		}
		if got := ann.headings(); !slices.Contains(got, "Set up your authenticator app") || !slices.Contains(got, "Keep your recovery codes") {
			t.Errorf("ann saw %q", got)
		}

		// The terms, and the join.
		ann.seen = nil
		manage, err := c.SignIn(ctx, d, wire.SignInOptions{Purpose: wire.PurposeManage}, ann)
		if err != nil || len(ann.seen) > 0 {
			t.Fatalf("the silent sign-in: %v, ann saw %q", err, ann.headings())
		}
		blob, err := c.Terms(ctx, manage.Management.Terms, manage.Access, ann.Accept)
		if err != nil || blob == "" || len(ann.seen) != 1 {
			t.Fatalf("the terms: %q, %v, ann saw %q", blob, err, ann.headings())
		}
		if v := ann.seen[0]; v.Kind != wire.PageTerms || v.Organization != "Contoso" || v.MayDecline || len(v.Lines) < 4 {
			t.Errorf("the terms are shown as %+v", v)
		}
		request.Token = strong.Access
		joined, err := c.Join(ctx, d, request)
		if err != nil || joined.DeviceID != profile.AadDeviceID || joined.UPN != ann.upn || joined.TenantID != s.ID || len(joined.Administrators) != 3 {
			t.Fatalf("the join: %+v, %v; the profile's device is %s", joined, err, profile.AadDeviceID)
		}

		// The enrolment.
		key := newKey(t)
		facts := wire.Facts{
			DeviceID: wire.NewDeviceID(), HardwareID: strings.Repeat("ab", 32), Name: "XW-PF-0001", Serial: s.pc.Hardware.SystemSerial, Manufacturer: "LENOVO",
			Model: "21HES0AB00", OSVersion: osVersion, MACs: []string{"02-00-00-AA-BB-01"}, InOOBE: true, ZTDID: s.identity,
		}
		e, err := c.Enrol(ctx, wire.EnrolRequest{Token: manage.Access, UPN: ann.upn, Terms: blob, At: manage.Management.Enrol, Key: key, Facts: facts})
		if err != nil {
			t.Fatalf("the enrolment: %v (%v)", err, wire.ProblemOf(err).Cause)
		}
		managed := s.set(http.MethodGet, managedDevices+"/"+e.EntDMID, nil, http.StatusOK)
		if managed["azureADDeviceId"] != joined.DeviceID || managed["userPrincipalName"] != ann.upn {
			t.Errorf("the managed device is %v", managed)
		}

		// Sessions, until the status page lets go; with a restart of the program
		// between any two.
		device := wire.NewDevice(e, &wire.DeviceFacts{
			DeviceID: facts.DeviceID, Name: facts.Name, Serial: facts.Serial, Manufacturer: facts.Manufacturer, Model: facts.Model, OSVersion: osVersion, Hash: s.hash, MAC: "020000aabb01",
		})
		var installs []wire.MSIJob
		finish := func(who string, user bool) {
			t.Helper()
			for range 8 {
				device.SignedIn = who
				if _, err := c.Session(ctx, device, wire.SessionOptions{}); err != nil {
					t.Fatalf("a session: %v (%v)", err, wire.ProblemOf(err).Cause)
				}
				if done, _ := device.FirstSync(user, "ServerHasFinishedProvisioning"); done == "true" {
					return
				}
				if err := s.clock.wait(ctx, 3*time.Minute); err != nil {
					t.Fatal(err)
				}
				device = restarted(t, device)
				leaf, err := device.Enrolment.Certificate()
				if err != nil {
					t.Fatal(err)
				}
				c = s.network(traced.hear)
				c.UseMDM(&wire.Identity{Certificate: leaf, Key: key})
			}
			t.Fatal("the status page does not let go")
		}
		finish("", false)
		if got, _ := device.Tree.Value("./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"); got != "0" {
			t.Errorf("the setting is %q", got)
		}
		if got, _ := device.Tree.Value("./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + agentCode + "/Status"); got != "70" || len(installs) != 0 {
			t.Errorf("the app stands at %q", got)
		}
		finish(ann.upn, true)
		s.refresh()
		deployment := s.set(http.MethodGet, identities+"/"+s.identity+"/deployments", nil, http.StatusOK)["value"].([]any)[0].(object)
		for name, want := range map[string]any{"deploymentState": "success", "deviceSetupStatus": "success", "accountSetupStatus": "success", "userPrincipalName": ann.upn} {
			if deployment[name] != want {
				t.Errorf("the deployment's %s is %v, want %v", name, deployment[name], want)
			}
		}

		// A new certificate, and out again.
		next := newKey(t)
		c.UseMDM(&wire.Identity{Certificate: must(device.Enrolment.Certificate()), Key: key})
		err = c.Renew(ctx, device.Enrolment, facts, next)
		if p := wire.ProblemOf(err); p == nil || p.Reason != "NotEligibleToRenew" {
			t.Errorf("a renewal on the first day: %v", err)
		}
		if _, err := c.Session(ctx, device, wire.SessionOptions{Alerts: []syncml.Command{wire.UnenrollAlert()}}); err != nil {
			t.Fatalf("the session that leaves: %v", err)
		}
		_, err = c.Session(ctx, device, wire.SessionOptions{})
		if p := wire.ProblemOf(err); p == nil || p.Temporary || p.Status != http.StatusUnauthorized && p.Status != http.StatusForbidden {
			t.Errorf("a session after leaving: %v", err)
		}
		c.UseDevice(&wire.Identity{Certificate: joined.Certificate, Key: request.Key})
		if err := c.Leave(ctx, d); err != nil {
			t.Errorf("leave the directory: %v", err)
		}

		noSecrets(t, traced.all, append(ann.secrets, answer.Ticket, weak.Access, strong.Access, manage.Access, blob, e.ServerAuth.Secret, e.ClientAuth.Secret, s.hash)...)
	})
}

func everyone() object {
	return object{"@odata.type": "#microsoft.graph.allDeviceRegistrationMembership"}
}

// refresh gets the administrator a new token: the clock ran ahead of the old.
func (s *site) refresh() {
	s.t.Helper()
	s.Token = s.p.TokenFor(s.t, s.ID, s.App.AppID, s.App.Secret)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// restarted is the device as it comes back from the disk.
func restarted(t *testing.T, d *wire.Device) *wire.Device {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	back := &wire.Device{}
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	return back
}

// noSecrets looks for secrets in what was traced.
func noSecrets(t *testing.T, all []wire.Exchange, secrets ...string) {
	t.Helper()
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Errorf("only %d exchanges were traced", len(all))
	}
	for _, secret := range secrets {
		if secret == "" || strings.Contains(string(text), secret) {
			t.Errorf("the trace holds the secret %q", secret)
		}
	}
}

func wantProblem(t *testing.T, what string, err error, step wire.Step, code string) {
	t.Helper()
	p := wire.ProblemOf(err)
	if p == nil || p.Step != step || p.Code != code || p.Message == "" || p.Next == "" {
		t.Errorf("%s: %#v (%v), want %s at %s", what, p, err, code, step)
	}
}
