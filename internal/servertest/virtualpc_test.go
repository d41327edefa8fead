package servertest_test

import (
	"context"
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// school is a tenant set up by the first seven steps of the tutorial, with
// people in it.
type school struct {
	*servertest.Tenant

	t     *testing.T
	world *servertest.World
	p     *servertest.Process
	draw  func() (*rsa.PrivateKey, error)
	clock *wallClock // of the server, moved by the waits of PCs; nil: the real one
	adele *servertest.Person
	group string // dynamic, of PCs with the tag Sales
	page  string // the status page's id
	apps  map[string]string

	profile  string // the profile's id
	included string // its assignment to group
}

// newSchool makes a world with one such tenant.
func newSchool(t *testing.T, db servertest.Database, profile object, options ...servertest.Option) *school {
	t.Helper()
	return schoolIn(t, servertest.Start(t, db, options...), "Contoso", servertest.Keys(t), profile)
}

// schoolIn does the steps in a world; a nil profile is the tutorial's own.
func schoolIn(t *testing.T, w *servertest.World, name string, draw func() (*rsa.PrivateKey, error), profile object) *school {
	t.Helper()
	p := w.First()
	s := &school{Tenant: p.NewTenant(t, name, true), t: t, world: w, p: p, draw: draw, apps: map[string]string{}}
	s.adele = newJoining(t, p, s.Tenant, "adele")
	// Step 1 and 2: whose PCs enrol, and who may join.
	p.Must(t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
	p.Must(t, s.Token, http.MethodPut, joinPolicy, policyBody(), http.StatusOK)
	// Step 4: the group. Step 3, the registration, is each test's own.
	s.group = id(t, p.Must(t, s.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Sales PCs", `(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`), http.StatusCreated))
	// Step 5: the status page.
	s.page = id(t, p.Must(t, s.Token, http.MethodPost, screens, with(statusPage("Sales at their first start"), "allowDeviceUseOnInstallFailure", true), http.StatusCreated))
	p.Must(t, s.Token, http.MethodPost, screens+"/"+s.page+"/assign", object{"enrollmentConfigurationAssignments": []object{target("groupAssignmentTarget", s.group)}}, http.StatusNoContent)
	// Step 6: the profile.
	if profile == nil {
		profile = tutorialProfile("Sales")
	}
	s.profile = id(t, p.Must(t, s.Token, http.MethodPost, profiles, profile, http.StatusCreated))
	s.included = s.assigns(s.profile, "groupAssignmentTarget", s.group)
	return s
}

// assigns gives a profile a target and returns the assignment.
func (s *school) assigns(profile, kind, group string) string {
	s.t.Helper()
	return id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, profiles+"/"+profile+"/assignments", target(kind, group), http.StatusCreated))
}

// pc builds and registers a PC for Adele (steps 3 and 7).
func (s *school) pc(name string) (pc *servertest.VirtualPC, registration string) {
	s.t.Helper()
	return s.tagged(name, "Sales")
}

// tagged is pc for a PC with another group tag.
func (s *school) tagged(name, tag string) (pc *servertest.VirtualPC, registration string) {
	s.t.Helper()
	pc = s.newPC(name)
	registration = pc.Register(s.t, s.p, s.Token, tag)
	s.p.Must(s.t, s.Token, http.MethodPost, identities+"/"+registration+"/assignUserToDevice", object{"userPrincipalName": s.adele.UPN, "addressableUserName": "Adele"}, http.StatusNoContent)
	return pc, registration
}

// newPC builds a PC that nobody registered.
func (s *school) newPC(name string) *servertest.VirtualPC {
	s.t.Helper()
	pc := s.p.NewVirtualPC(s.t, name, s.draw, s.adele)
	if s.clock != nil {
		pc.Wait = func(_ context.Context, d time.Duration) error { s.clock.advance(d); return nil }
	}
	return pc
}

// refresh gets the administrator a new token, when the clock ran ahead of the
// old or the server was started anew.
func (s *school) refresh() {
	s.t.Helper()
	s.Token = s.p.TokenFor(s.t, s.ID, s.App.AppID, s.App.Secret)
}

// app is one that the status page waits for.
func (s *school) app(name, code string) {
	s.t.Helper()
	e := &estate{Tenant: s.Tenant}
	s.apps[name] = e.app(s.t, s.p, name, code, nil)
}

// record is what the server knows of a PC's newest deployment.
func (s *school) record(registration string) (summary object, events []string) {
	s.t.Helper()
	e := &estate{Tenant: s.Tenant, identity: registration}
	return e.timeline(s.t, s.p)
}

// arrived wants a PC at its desktop, and the server's record to say so.
func (s *school) arrived(when string, r *virtualpc.Report, registration, state string) {
	s.t.Helper()
	s.arrivedFor(s.adele, when, r, registration, state)
}

// arrivedFor is arrived for a PC of somebody else's.
func (s *school) arrivedFor(who *servertest.Person, when string, r *virtualpc.Report, registration, state string) {
	s.t.Helper()
	if r.Outcome != virtualpc.OutcomeDesktop || r.Problem != nil {
		s.t.Fatalf("%s: the boot ended as %s at %s: %+v\nsteps %+v\nproblems %+v", when, r.Outcome, r.Setup.Reached, r.Problem, r.Steps, r.Setup.Problems)
	}
	summary, events := s.record(registration)
	if summary["deploymentState"] != state || summary["userPrincipalName"] != who.UPN || r.Setup.Account != who.UPN || summary["deviceId"] != r.ManagedID || summary["managedDeviceName"] != r.Setup.Name {
		s.t.Errorf("%s: the server's record of %s (%s) is %v: %v", when, r.ManagedID, r.Setup.Name, summary, events)
	}
	registered := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON
	if registered["managedDeviceId"] != r.ManagedID || registered["azureAdDeviceId"] != r.Setup.DeviceID || registered["enrollmentState"] != "enrolled" {
		s.t.Errorf("%s: the registration of device %s is %v", when, r.Setup.DeviceID, registered)
	}
	if all := s.p.All(s.t, s.Token, managedDevices); len(all) != 1 {
		s.t.Errorf("%s: there are %d managed devices, want one", when, len(all))
	}
}

// The tutorial "User-driven Microsoft Entra join": eight steps through Graph and
// over the wire, and what it tells an admin to check.
func TestTheTutorialAsOneStory(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		profile := tutorialProfile("Sales")
		profile["deviceNameTemplate"] = "CT-%SERIAL%"
		s := newSchool(t, db, profile)
		s.app("Agent", agentCode)
		pc, registration := s.pc("desk")

		before := s.p.Must(t, s.Token, http.MethodGet, "/beta/deviceManagement/windowsAutopilotDeviceIdentities/"+registration+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
		if before["deploymentProfileAssignmentStatus"] != "assignedInSync" || before["deploymentProfileAssignedDateTime"] == nil || before["deploymentProfile"].(object)["displayName"] != "Sales" {
			t.Errorf("before it is deployed the PC is %v", before)
		}
		r := pc.Boot(t, "network wired", nil)
		s.arrived("at the end", r, registration, "success")

		name := "CT-" + pc.Machine.Hardware.SystemSerial
		name = name[:min(len(name), 15)]
		if r.Setup.Name != name || r.Setup.AccountType != setup.Administrator || !slices.Contains(r.LocalGroups, "Administrators") ||
			r.ProfileStatus != "Assigned" || r.Setup.Profile != "Sales" || r.Setup.Account != s.adele.UPN {
			t.Errorf("the PC reports %+v", r)
		}
		if !slices.Equal(r.Apps, []string{agentCode}) {
			t.Errorf("the PC installed %q", r.Apps)
		}
		for _, phase := range r.Setup.Phases {
			if phase.State != setup.RowComplete {
				t.Errorf("the phase %s ended as %s", phase.Name, phase.State)
			}
		}
		var shown []setup.ScreenName
		for _, v := range r.Setup.Screens {
			if v.Shown {
				shown = append(shown, v.Name)
			}
			if v.Why == "" {
				t.Errorf("nobody says why %s was shown or not", v.Name)
			}
		}
		// With a wired network and everything hidden that the tutorial hides.
		want := []setup.ScreenName{"profile", "rename", "account", "password", "terms", "device-esp", "user-esp", "desktop"}
		if !slices.Equal(shown, want) {
			t.Errorf("shown were %q, want %q", shown, want)
		}

		summary, events := s.record(registration)
		for _, want := range []string{"registered", "profileChosen", "profileDownloaded", "signedIn", "joined", "enrolled", "phaseBegan", "installed", "phaseEnded", "desktop"} {
			if !slices.Contains(events, want) {
				t.Errorf("the timeline %v has no %s", events, want)
			}
		}
		if summary["deviceSetupStatus"] != "success" || summary["accountSetupStatus"] != "success" || summary["windowsAutopilotDeploymentProfileDisplayName"] != "Sales" {
			t.Errorf("the deployment is %v", summary)
		}
		managed := s.p.Must(t, s.Token, http.MethodGet, managedDevices+"/"+r.ManagedID, nil, http.StatusOK).JSON
		if managed["deviceName"] != name || managed["serialNumber"] != pc.Machine.Hardware.SystemSerial || managed["manufacturer"] != pc.Machine.Hardware.SystemManufacturer || managed["managedDeviceOwnerType"] != "company" {
			t.Errorf("the managed device is %v", managed)
		}
		windows(t, pc.Machine, r)
	})
}

// windows looks at what the PC itself wrote down.
func windows(t *testing.T, m *machine.Machine, r *virtualpc.Report) {
	t.Helper()
	for key, values := range map[string]map[string]string{
		machine.KeyComputerName: {machine.ValueComputerName: r.Setup.Name},
		machine.KeyAutopilot:    {"CloudAssignedTenantDomain": "contoso.example", "DeploymentProfileName": "Sales"},
		machine.KeyCorrelations: {"EntDMID": r.ManagedID},
	} {
		for name, want := range values {
			if got, err := m.Registry().Text(key, name); err != nil || got != want {
				t.Errorf(`%s\%s is %q (%v), want %q`, key, name, got, err, want)
			}
		}
	}
	events, err := m.Events().All()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int{machine.EventDownloadBegins, machine.EventDownloaded, machine.EventStateChange, machine.EventSettingsRetrieved, machine.EventEnrolled} {
		if !slices.ContainsFunc(events, func(e machine.Event) bool { return e.ID == id }) {
			t.Errorf("the event log has no event %d", id)
		}
	}
	trace, err := m.Trace().All()
	if err != nil || len(trace) < 10 {
		t.Errorf("%d exchanges were traced (%v)", len(trace), err)
	}
	for i := range trace {
		for _, secret := range []string{servertest.Password, "Bearer "} {
			if strings.Contains(trace[i].Request+trace[i].Response+trace[i].URL, secret) {
				t.Errorf("the trace holds %q: %+v", secret, trace[i])
			}
		}
	}
}
