package servertest_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// Which profile a PC gets, and what becomes of it without one.
func TestStoriesOfPCsAndTheirProfiles(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{name: "the group was added under Excluded groups by mistake", tell: func(s *school) {
			s.unassigns(s.included)
			mistake := s.assigns(s.profile, "exclusionGroupAssignmentTarget", s.group)
			pc, registration := s.pc("desk")
			s.status("excluded", registration, "Not assigned", "")
			s.explained("excluded", registration, "Sales PCs", "xclu")
			s.plain("excluded", pc, "815", 815, "No profile is assigned to this PC")
			s.unassigns(mistake)
			s.assigns(s.profile, "groupAssignmentTarget", s.group)
			s.status("included", registration, "Assigned", "Sales")
			s.reset(pc)
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("included", r, registration, "success")
			// A group of each kind: the excluded one goes first.
			object := s.object(r.Setup.DeviceID)
			broken := s.newGroup("PCs for repair", object)
			s.assigns(s.profile, "exclusionGroupAssignmentTarget", broken)
			s.status("in both", registration, "Not assigned", "")
			s.explained("in both", registration, "PCs for repair")
			s.p.Must(s.t, s.Token, http.MethodDelete, "/v1.0/groups/"+broken+"/members/"+object+"/$ref", nil, http.StatusNoContent)
			s.status("out of the excluded group", registration, "Assigned", "Sales")
		}},
		{name: "the PC is in no group that a profile is assigned to", tell: func(s *school) {
			pc, registration := s.tagged("desk", "Sels")
			s.status("with a wrong tag", registration, "Not assigned", "")
			s.plain("with a wrong tag", pc, "815", 815, "No profile is assigned to this PC")
		}},
		{name: "nobody registered the PC", tell: func(s *school) {
			s.plain("not registered", s.p.NewVirtualPC(s.t, "desk", s.draw, s.adele), "807", 807, "not registered with Windows Autopilot")
		}},
		{name: "without a network the first pages are shown although they are hidden", tell: func(s *school) {
			pc, registration := s.pc("desk")
			var e eyes
			r := pc.Boot(s.t, "network wifi", e.open)
			s.arrived("at the end", r, registration, "success")
			showed(s.t, r, []setup.ScreenName{"region", "keyboard", "layout", "network"}, []setup.ScreenName{"eula", "plain", "privacy"})
			if page := e.page(s.t, setup.ScreenRegion, nil); !strings.Contains(page.Why, "is not here yet") || !strings.Contains(page.Why, "Language (Region)") {
				s.t.Errorf("the page is shown because %q", page.Why)
			}
		}},
		{name: "of two profiles the older one wins", with: object{"deviceNameTemplate": "OLD-%RAND:4%"}, tell: func(s *school) {
			for name, kind := range map[string]string{"Newer": "groupAssignmentTarget", "Everybody": "allDevicesAssignmentTarget"} {
				group := s.group
				if name == "Everybody" {
					group = ""
				}
				made := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, profiles, with(tutorialProfile(name), "deviceNameTemplate", "NEW-%RAND:4%"), http.StatusCreated))
				s.assigns(made, kind, group)
			}
			pc, registration := s.pc("desk")
			s.status("with two", registration, "Assigned", "Sales")
			s.explained("with two", registration, "Newer", "older")
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("at the end", r, registration, "success")
			if r.Setup.Profile != "Sales" || !strings.HasPrefix(r.Setup.Name, "OLD-") {
				s.t.Errorf("the PC %s has the profile %s", r.Setup.Name, r.Setup.Profile)
			}
			s.unassigns(s.included)
			s.status("the older one was taken away", registration, "Assigned", "Newer")
			s.tags(registration, "Reception")
			s.status("out of the group", registration, "Assigned", "Everybody")
		}},
		{name: "a PC in no group gets the profile for all devices", tell: func(s *school) {
			everybody := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, profiles, with(tutorialProfile("Everybody"), "deviceNameTemplate", "ALL-%RAND:4%"), http.StatusCreated))
			s.assigns(everybody, "allDevicesAssignmentTarget", "")
			pc, registration := s.tagged("desk", "Reception")
			s.status("before", registration, "Assigned", "Everybody")
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("at the end", r, registration, "success")
			if r.Setup.Profile != "Everybody" || !strings.HasPrefix(r.Setup.Name, "ALL-") {
				s.t.Errorf("the PC %s has the profile %s", r.Setup.Name, r.Setup.Profile)
			}
		}},
		{name: "a group that changes during a deployment is in the next one", tell: func(s *school) {
			everybody := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, profiles, tutorialProfile("Everybody"), http.StatusCreated))
			s.assigns(everybody, "allDevicesAssignmentTarget", "")
			pc, registration := s.pc("desk")
			changed := false
			e := eyes{also: func(v virtualpc.View) {
				if v.Screen.Name == setup.ScreenPassword && !changed {
					changed = true
					s.tags(registration, "Reception")
				}
			}}
			r := pc.Boot(s.t, "network wired", e.open)
			s.arrived("the tag changed meanwhile", r, registration, "success")
			if !changed || r.Setup.Profile != "Sales" {
				s.t.Errorf("changed %t; the PC goes on with %s", changed, r.Setup.Profile)
			}
			s.status("afterwards", registration, "Assigned", "Everybody")
			if members := s.p.All(s.t, s.Token, "/v1.0/groups/"+s.group+"/members"); len(members) != 0 {
				s.t.Errorf("the group of before has %v", members)
			}
			if all := s.setUps(registration); len(all) != 1 {
				s.t.Errorf("the PC's deployments are %v", all)
			}
			s.reset(pc)
			r = pc.Boot(s.t, "network wired", nil)
			s.arrived("set up anew", r, registration, "success")
			if r.Setup.Profile != "Everybody" {
				s.t.Errorf("set up anew the PC has %s", r.Setup.Profile)
			}
		}},
		{name: "pre-provisioning is asked for and not allowed", tell: func(s *school) {
			pc, registration := s.pc("desk")
			var e eyes
			r := pc.Boot(s.t, "network wired\nanswer account windows-key", e.open)
			p := e.page(s.t, setup.ScreenPreprovision, failing).Error
			if p.Code != "0x80180005" || !strings.Contains(p.Words, "Allow pre-provisioned deployment = No.") || !strings.Contains(p.Next, "User-driven") {
				s.t.Errorf("the page says %+v", p)
			}
			s.arrived("user-driven", r, registration, "success")
			if _, events := s.record(registration); !slices.Contains(events, "refused") {
				s.t.Errorf("the timeline %v has no refusal", events)
			}
		}},
		{name: "pre-provisioning is asked for and allowed", with: object{"preprovisioningAllowed": true}, tell: func(s *school) {
			pc, registration := s.pc("desk")
			var e eyes
			r := pc.Boot(s.t, "network wired\nanswer account windows-key", e.open)
			answered := func(v *setup.Screen) bool { return len(v.Buttons) > 0 }
			if page := e.page(s.t, setup.ScreenPreprovision, answered); page.Error != nil || !strings.Contains(page.Text, "this server does not do pre-provisioning") || !strings.Contains(page.Text, "User-driven") {
				s.t.Errorf("the page says %q, %+v", page.Text, page.Error)
			}
			s.arrived("user-driven", r, registration, "success")
		}},
		{name: "a standard user", with: object{"outOfBoxExperienceSetting": object{
			"eulaHidden": true, "privacySettingsHidden": true, "escapeLinkHidden": true, "keyboardSelectionPageSkipped": true, "userType": "standard", "deviceUsageType": "singleUser",
		}}, tell: func(s *school) {
			pc, registration := s.pc("desk")
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("at the end", r, registration, "success")
			if r.Setup.AccountType != setup.StandardUser || !slices.Equal(r.LocalGroups, []string{"Users"}) {
				s.t.Errorf("%s is %s in %q", r.Setup.Account, r.Setup.AccountType, r.LocalGroups)
			}
		}},
	})
}

// tags gives a PC another group tag.
func (s *school) tags(registration, tag string) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodPost, identities+"/"+registration+"/updateDeviceProperties", object{"groupTag": tag}, http.StatusNoContent)
}

// Who looks at once sees that a profile is being assigned, and the PC that is
// switched on then is told that it has none.
func TestAssigningIsSeenOnTheWay(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w, held := startHeld(t, db)
		s := schoolIn(t, w, "Contoso", servertest.Keys(t), nil)
		s.unassigns(s.included)
		pc, registration := s.pc("desk")
		s.status("before", registration, "Not assigned", "")
		s.p.Stop(t)
		held.Store(true)
		s.p = w.Join(t)
		pc.At(s.p)
		s.refresh()
		s.assigns(s.profile, "groupAssignmentTarget", s.group)
		s.status("on the way", registration, "Assigning", "")
		if d := s.p.All(t, s.Token, identities+"?$filter=deploymentProfileAssignmentStatus eq 'pending'"); len(d) != 1 || d[0]["id"] != registration {
			t.Errorf("pending are %v", d)
		}
		s.plain("on the way", pc, "815", 815, "No profile is assigned to this PC")
		held.Store(false)
		waitFor(t, "the profile to be assigned", func() bool {
			return s.p.Must(t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON["deploymentProfileAssignmentStatus"] != "pending"
		})
		s.status("at the end", registration, "Assigned", "Sales")
		s.reset(pc)
		s.arrived("at the end", pc.Boot(t, "network wired", nil), registration, "success")
	})
}

// startHeld starts a world whose next process decides nothing as long as held
// is set, neither by itself nor inside a request.
func startHeld(t *testing.T, db servertest.Database) (w *servertest.World, held *atomic.Bool) {
	t.Helper()
	held = &atomic.Bool{}
	w = servertest.Start(t, db,
		servertest.WithHold(func(job string) bool { return held.Load() && (job == "run_fills" || job == "settle_marks") }),
		servertest.WithConfig(func(c *config.Config) {
			if held.Load() {
				c.Engine.SettleTimeout = config.Duration{Duration: -1}
			}
		}))
	return w, held
}

// A PC's name is made of its profile's template, unless an admin gave it one.
func TestStoriesOfPCsAndTheirNames(t *testing.T) {
	t.Parallel()
	serial := func(keep int) func(*servertest.VirtualPC) string {
		return func(pc *servertest.VirtualPC) string {
			text := regexp.MustCompile(`[^A-Za-z0-9-]`).ReplaceAllString(pc.Machine.Hardware.SystemSerial, "")
			return text[max(0, len(text)-keep):]
		}
	}
	var stories []story
	for _, c := range []struct {
		name, template, own string
		want                string // an expression; %s is what of gives
		of                  func(*servertest.VirtualPC) string
	}{
		{"the serial number", "%SERIAL%", "", "%s", serial(15)},
		{"the end of a serial number that is too long", "CONTOSO-HQ-%SERIAL%", "", "CONTOSO-HQ-%s", serial(4)},
		{"random digits", "CT-%RAND:5%", "", "CT-[0-9]{5}", nil},
		{"text alone", "RECEPTION", "", "RECEPTION", nil},
		{"no template", "", "", "DESKTOP-[A-Z0-9]{7}", nil},
		{"the device's own name goes first", "CT-%RAND:5%", "BOARDROOM-1", "BOARDROOM-1", nil},
	} {
		stories = append(stories, story{name: c.name, with: object{"deviceNameTemplate": c.template}, tell: func(s *school) {
			pc, registration := s.pc("desk")
			if c.own != "" {
				s.p.Must(s.t, s.Token, http.MethodPost, identities+"/"+registration+"/updateDeviceProperties", object{"displayName": c.own}, http.StatusNoContent)
			}
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("at the end", r, registration, "success")
			want := c.want
			if c.of != nil {
				want = strings.Replace(want, "%s", c.of(pc), 1)
			}
			if !regexp.MustCompile("^" + want + "$").MatchString(r.Setup.Name) {
				s.t.Errorf("the PC is called %s (%s), want %s", r.Setup.Name, r.Setup.NameWhy, want)
			}
			device := s.p.Must(s.t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+r.Setup.DeviceID+"')", nil, http.StatusOK).JSON
			if device["displayName"] != r.Setup.Name {
				s.t.Errorf("the device is called %v, want %s", device["displayName"], r.Setup.Name)
			}
		}})
	}
	tell(t, stories)
}
