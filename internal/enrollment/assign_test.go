package enrollment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// holder is a group with these members.
func (s *estate) holder(name string, members ...directory.ObjectID) directory.ObjectID {
	s.t.Helper()
	g, err := s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: name, MailNickname: strings.ReplaceAll(name, " ", ""), Kind: directory.Assigned}, members)
	s.ok(err)
	return g.ID
}

func (s *estate) espOf(d *enrollment.Device) (name string, forUser bool) {
	s.t.Helper()
	s.tx(func(tx enrollment.Tx) error {
		a := given(s.ESPFor(s.ctx, tx, s.tenant, d))
		name, forUser = a.Policy.DisplayName, a.ForUser
		return nil
	})
	return name, forUser
}

func TestAStatusPageReachesThroughGroupsInGroupsUntilTheGroupGoes(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		u := s.person("adele")
		pc := s.join(u.ID, directory.JoinEntra, "")
		d := &enrollment.Device{Object: pc.ID, User: u.ID}
		team := s.holder("Team", u.ID)
		department := s.holder("Department", team)
		pcs := s.holder("PCs", pc.ID)
		forUser, forPC := s.page("for the department"), s.page("for PCs")
		check := func(when, want string, user bool) {
			t.Helper()
			if name, through := s.espOf(d); name != want || through != user {
				s.t.Errorf("%s: %q through the user %v, want %q, %v", when, name, through, want, user)
			}
		}
		assign := func(p enrollment.Policy, as ...enrollment.Assignment) {
			s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, as))
		}
		check("nothing assigned", "All users and all devices", false)
		assign(forUser, enrollment.Assignment{Target: enrollment.TargetGroup, Group: department})
		check("assigned to the group around the user's", "for the department", true)
		assign(forPC, enrollment.Assignment{Target: enrollment.TargetGroup, Group: pcs})
		check("assigned to the PC's group", "for PCs", false)
		assign(forPC, enrollment.Assignment{Target: enrollment.TargetAllDevices}, enrollment.Assignment{Target: enrollment.TargetExclusion, Group: team})
		check("kept from the user's team", "for the department", true)
		s.ok(s.dir.DeleteGroup(s.ctx, s.tenant, team, 0))
		check("the excluded team is gone, and the department has nobody", "for PCs", false)
		assign(forPC, enrollment.Assignment{Target: enrollment.TargetGroup, Group: pcs})
		s.ok(s.dir.DeleteGroup(s.ctx, s.tenant, pcs, 0))
		check("the PC's group is gone", "All users and all devices", false)
		of := given(s.AssignmentsOf(s.ctx, s.tenant, enrollment.PolicyESP))
		if len(of[forPC.ID]) != 0 || len(of[forUser.ID]) != 1 {
			s.t.Errorf("assignments shown: %+v", of)
		}
		other := s.join(u.ID, directory.JoinEntra, "")
		d.Object = other.ID
		check("another PC of the same user", "All users and all devices", false)
	})
}

func TestRestrictionsAndLimitsFollowTheUsersGroups(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		adele, bob := s.person("adele"), s.person("bob")
		sales := s.holder("Sales", adele.ID)
		make := func(p enrollment.Policy) enrollment.Policy {
			made := given(s.CreatePolicy(s.ctx, s.tenant, p))
			s.ok(s.AssignPolicy(s.ctx, s.tenant, made.ID, []enrollment.Assignment{{Target: enrollment.TargetGroup, Group: sales}}))
			return made
		}
		make(enrollment.Policy{Kind: enrollment.PolicyPlatform, DisplayName: "all platforms", Platform: &enrollment.PlatformRestriction{PersonalBlocked: true}})
		make(enrollment.Policy{Kind: enrollment.PolicySingle, DisplayName: "iPads", Platform: &enrollment.PlatformRestriction{Of: "ios", Blocked: true}})
		ask := func(user directory.ObjectID) (restriction, limit string) {
			s.tx(func(tx enrollment.Tx) error {
				restriction = given(s.RestrictionFor(s.ctx, tx, s.tenant, user)).DisplayName
				limit = given(s.LimitFor(s.ctx, tx, s.tenant, user)).DisplayName
				return nil
			})
			return restriction, limit
		}
		const own = "All users and all devices"
		check := func(user directory.ObjectID, restriction, limit string) {
			t.Helper()
			if r, l := ask(user); r != restriction || l != limit {
				s.t.Errorf("restriction %q and limit %q, want %q and %q", r, l, restriction, limit)
			}
		}
		check(adele.ID, "all platforms", own)
		check(bob.ID, own, own)
		check("", own, own)
		make(enrollment.Policy{Kind: enrollment.PolicySingle, DisplayName: "Windows", Platform: &enrollment.PlatformRestriction{Of: "windows"}})
		first := make(enrollment.Policy{Kind: enrollment.PolicyLimit, DisplayName: "five", Limit: new(5)})
		second := make(enrollment.Policy{Kind: enrollment.PolicyLimit, DisplayName: "two", Limit: new(2)})
		check(adele.ID, "Windows", "five")
		s.ok(s.SetPriority(s.ctx, s.tenant, second.ID, 1))
		check(adele.ID, "Windows", "two")
		s.ok(s.AssignPolicy(s.ctx, s.tenant, second.ID, []enrollment.Assignment{{Target: enrollment.TargetAllUsers}, {Target: enrollment.TargetExclusion, Group: sales}}))
		check(adele.ID, "Windows", "five")
		check(bob.ID, own, "two")
		s.ok(s.DeletePolicy(s.ctx, s.tenant, first.ID, 0))
		check(adele.ID, "Windows", own)
	})
}

func TestAssigningReplacesTheSetAndKeepsWhatStays(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		p := s.page("p")
		a, b := s.holder("A"), s.holder("B")
		assign := func(as ...enrollment.Assignment) { s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, as)) }
		shown := func() (out []string) {
			for _, x := range given(s.AssignmentsOf(s.ctx, s.tenant, enrollment.PolicyESP))[p.ID] {
				out = append(out, fmt.Sprint(x.GraphID(p.GraphID(s.tenant)), " ", x.Target, " ", x.CreatedAt.Sub(s.clock.Now("")).Round(time.Hour)))
			}
			slices.Sort(out)
			return out
		}
		prefix := p.GraphID(s.tenant) + "_"
		assign(enrollment.Assignment{Target: enrollment.TargetGroup, Group: a}, enrollment.Assignment{Target: enrollment.TargetAllDevices, Group: b})
		s.clock.advance(time.Hour)
		assign(enrollment.Assignment{Target: enrollment.TargetGroup, Group: a}, enrollment.Assignment{Target: enrollment.TargetExclusion, Group: b}, enrollment.Assignment{Target: enrollment.TargetAllUsers})
		want := []string{prefix + string(a) + " groupAssignmentTarget -1h0m0s", prefix + string(b) + " exclusionGroupAssignmentTarget 0s", prefix + "acacacac-9df4-4c7d-9d50-4ef0226f57a9 allLicensedUsersAssignmentTarget 0s"}
		slices.Sort(want)
		if diff := cmp.Diff(want, shown()); diff != "" {
			s.t.Error(diff)
		}
		if got := given(s.FindPolicy(s.ctx, s.tenant, p.ID)); got.Version != 1 {
			s.t.Errorf("assigning made it version %d: PCs would get its settings again", got.Version)
		}
		assign()
		if got := shown(); len(got) != 0 {
			s.t.Errorf("after the empty list: %q", got)
		}
	})
}

func TestABadAssignmentIsNamedAndChangesNothing(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		p, g := s.page("p"), s.holder("G")
		gone := s.holder("Gone")
		s.ok(s.dir.DeleteGroup(s.ctx, s.tenant, gone, 0))
		here := s.tenant
		s.tenant = s.newTenant("fabrikam.example")
		foreign := s.holder("Foreign")
		s.tenant = here
		good := enrollment.Assignment{Target: enrollment.TargetGroup, Group: g}
		s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, []enrollment.Assignment{good}))
		for _, c := range []struct {
			second enrollment.Assignment
			code   string
			target string
		}{
			{enrollment.Assignment{Target: enrollment.TargetGroup}, "InvalidGroupID", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetExclusion, Group: "x"}, "InvalidGroupID", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetGroup, Group: directory.ObjectID(estateID())}, "GroupNotFound", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetGroup, Group: gone}, "GroupNotFound", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetGroup, Group: foreign}, "GroupNotFound", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetGroup, Group: enrollment.AllDevicesGroup}, "GroupNotFound", "groupId"},
			{good, "AssignedTwice", "groupId"},
			{enrollment.Assignment{Target: enrollment.TargetExclusion, Group: g}, "IncludedAndExcluded", "groupId"},
			{enrollment.Assignment{Target: "configurationManagerCollectionAssignmentTarget", Group: g}, "InvalidTarget", "@odata.type"},
			{enrollment.Assignment{Target: ""}, "InvalidTarget", "@odata.type"},
		} {
			err := s.AssignPolicy(s.ctx, s.tenant, p.ID, []enrollment.Assignment{good, c.second})
			s.fails(err, fault.Invalid, c.code)
			if e, _ := fault.As(err); e.Details[0].Target != "assignments/1/target/"+c.target || e.Details[0].Remedy == "" {
				s.t.Errorf("%s: %+v", c.code, e.Details)
			}
		}
		many := make([]enrollment.Assignment, 1001)
		for i := range many {
			many[i] = enrollment.Assignment{Target: enrollment.TargetGroup, Group: directory.ObjectID(estateID())}
		}
		s.fails(s.AssignPolicy(s.ctx, s.tenant, p.ID, many), fault.Invalid, "TooManyAssignments")
		if of := given(s.AssignmentsOf(s.ctx, s.tenant)); len(of[p.ID]) != 1 {
			s.t.Errorf("after all refusals: %+v", of[p.ID])
		}
		s.fails(s.AssignPolicy(s.ctx, s.tenant, enrollment.PolicyID(estateID()), []enrollment.Assignment{good}), fault.NotFound, "ResourceNotFound")
	})
}
