package servertest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// story is what happens to a PC in a tenant of its own, set up by the first
// seven steps of the tutorial.
type story struct {
	name string
	with object // what the profile says otherwise than the tutorial's
	tell func(s *school)
}

// tell tells stories on one server for each database.
func tell(t *testing.T, stories []story) {
	t.Helper()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w, draw := servertest.Start(t, db), servertest.Keys(t)
		for i, c := range stories {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				profile := tutorialProfile("Sales")
				maps.Copy(profile, c.with)
				c.tell(schoolIn(t, w, fmt.Sprintf("School%d", i), draw, profile))
			})
		}
	})
}

// eyes remember what was on a PC's screen.
type eyes struct {
	seen []setup.Screen
	also func(v virtualpc.View) // sees every view too
}

func (e *eyes) open(b *virtualpc.Boot) {
	b.Watch = func(v virtualpc.View) {
		if v.Fresh {
			e.seen = append(e.seen, *v.Screen)
		}
		if e.also != nil {
			e.also(v)
		}
	}
}

// page is a page as it was first shown for which is, when there is one, is so.
func (e *eyes) page(t *testing.T, name setup.ScreenName, is func(*setup.Screen) bool) *setup.Screen {
	t.Helper()
	var names []setup.ScreenName
	for i := range e.seen {
		if e.seen[i].Name == name && (is == nil || is(&e.seen[i])) {
			return &e.seen[i]
		}
		names = append(names, e.seen[i].Name)
	}
	t.Fatalf("the page %s was not shown; there were %q", name, names)
	return nil
}

// failing tells a page that says that something went wrong.
func failing(v *setup.Screen) bool { return v.Error != nil }

// showed wants these pages to have been shown, and those not.
func showed(t *testing.T, r *virtualpc.Report, these, not []setup.ScreenName) {
	t.Helper()
	for _, v := range r.Setup.Screens {
		if slices.Contains(these, v.Name) && !v.Shown || slices.Contains(not, v.Name) && v.Shown {
			t.Errorf("the page %s: shown %t (%s)", v.Name, v.Shown, v.Why)
		}
	}
	for _, name := range these {
		if !slices.ContainsFunc(r.Setup.Screens, func(v setup.Visit) bool { return v.Name == name }) {
			t.Errorf("the page %s was not come to", name)
		}
	}
}

// logged wants an event in the PC's event log.
func logged(t *testing.T, pc *servertest.VirtualPC, channel machine.Channel, id int) {
	t.Helper()
	m, err := machine.Open(pc.Machine.Disk()) // which may have been reset since
	if err != nil {
		t.Fatal(err)
	}
	events, err := m.Events().All()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e machine.Event) bool { return e.Channel == channel && e.ID == id && e.Message != "" }) {
		t.Errorf("the event log has no event %d of %s", id, channel)
	}
}

// stuck wants a boot that ended at a page which says what is wrong and what to
// do.
func (s *school) stuck(r *virtualpc.Report, page setup.ScreenName, code, words string) {
	s.t.Helper()
	p := r.Problem
	if r.Outcome != virtualpc.OutcomeFailed || r.Setup.Reached != page || p == nil || p.Code != code || !strings.Contains(p.Words, words) || p.Next == "" {
		s.t.Fatalf("the boot ended as %s at %s with %+v, want %s at %s: %s\nsteps %+v", r.Outcome, r.Setup.Reached, p, code, page, words, r.Steps)
	}
}

// only wants so many managed devices and device objects, and no more.
func (s *school) only(when string, managed, devices int) {
	s.t.Helper()
	if all := s.p.All(s.t, s.Token, managedDevices); len(all) != managed {
		s.t.Errorf("%s: there are %d managed devices, want %d: %v", when, len(all), managed, all)
	}
	if all := s.p.All(s.t, s.Token, "/v1.0/devices"); len(all) != devices {
		s.t.Errorf("%s: there are %d devices, want %d: %v", when, len(all), devices, all)
	}
}

// status wants a Profile status, and the profile that is assigned.
func (s *school) status(when, registration, status, profile string) {
	s.t.Helper()
	why := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration+"/explain", nil, http.StatusOK).JSON
	d := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
	named := ""
	if p, ok := d["deploymentProfile"].(object); ok {
		named, _ = p["displayName"].(string)
	}
	at := d["deploymentProfileAssignedDateTime"]
	dated, ready := at != "0001-01-01T00:00:00Z" && at != nil, status == "Assigned"
	if why["profileStatus"] != status || named != profile || dated != (profile != "") || why["readyToDeploy"] != ready {
		s.t.Errorf("%s: %v with the profile %q, assigned at %v, ready %v; want %s with %q", when, why["profileStatus"], named, at, why["readyToDeploy"], status, profile)
	}
}

// explained wants these words in the reason for a PC's Profile status.
func (s *school) explained(when, registration string, words ...string) {
	s.t.Helper()
	why := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration+"/explain", nil, http.StatusOK).JSON
	said := fmt.Sprint(why["explanation"], why["profiles"], why["remedies"])
	for _, w := range words {
		if !strings.Contains(said, w) {
			s.t.Errorf("%s: the explanation does not say %q: %s", when, w, said)
		}
	}
}

// object is the id of the device object with a device id.
func (s *school) object(deviceID string) string {
	s.t.Helper()
	return id(s.t, s.p.Must(s.t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+deviceID+"')", nil, http.StatusOK))
}

// newGroup makes a group with one member.
func (s *school) newGroup(name, member string) string {
	s.t.Helper()
	group := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, "/v1.0/groups", plainGroup(name), http.StatusCreated))
	s.joins(member, group)
	return group
}

// joins puts somebody or something into a group.
func (s *school) joins(member, group string) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodPost, "/v1.0/groups/"+group+"/members/$ref", reference(member), http.StatusNoContent)
}

// unassigns takes an assignment from the school's own profile.
func (s *school) unassigns(assignment string) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodDelete, profiles+"/"+s.profile+"/assignments/"+assignment, nil, http.StatusNoContent)
}

// setUps are the PC's deployments, the newest first.
func (s *school) setUps(registration string) []object {
	s.t.Helper()
	return (&estate{Tenant: s.Tenant, identity: registration}).deployments(s.t, s.p)
}

// plain boots a PC that gets no profile: Windows' own setup, which says why, and
// then somebody's own PC. Nothing comes of it at the server.
func (s *school) plain(when string, pc *servertest.VirtualPC, code string, event int, words string) {
	s.t.Helper()
	managed, devices := len(s.p.All(s.t, s.Token, managedDevices)), len(s.p.All(s.t, s.Token, "/v1.0/devices"))
	var e eyes
	r := pc.Boot(s.t, "network wired\nanswer plain set-up-for-personal-use", e.open)
	page := e.page(s.t, setup.ScreenPlain, nil)
	if p := page.Error; p == nil || p.Code != code || p.EventID != event || !strings.Contains(p.Words, words) || p.Next == "" {
		s.t.Errorf("%s: the PC says %+v, want %s: %s", when, p, code, words)
	}
	if r.Outcome != virtualpc.OutcomeDesktop || r.Setup.Joined || r.Setup.Managed || r.ManagedID != "" || r.Setup.Profile != "" {
		s.t.Errorf("%s: the PC is %s: %+v", when, r.Outcome, r.Setup)
	}
	showed(s.t, r, []setup.ScreenName{"region", "keyboard", "layout", "eula", "plain", "privacy"}, []setup.ScreenName{"account", "device-esp", "user-esp"})
	logged(s.t, pc, machine.ChannelAutopilot, event)
	s.only(when, managed, devices)
}

// reset puts the PC back as it came out of its box.
func (s *school) reset(pc *servertest.VirtualPC) {
	s.t.Helper()
	m, err := machine.Open(pc.Machine.Disk())
	if err != nil {
		s.t.Fatal(err)
	}
	if err := m.Reset(); err != nil {
		s.t.Fatal(err)
	}
	pc.Machine = m
}
