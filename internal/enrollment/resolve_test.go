package enrollment_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

// line is an assignment as a case writes it: policy, target and group.
type line struct {
	policy enrollment.PolicyID
	target enrollment.Target
	group  directory.ObjectID
	intent enrollment.Intent
}

const (
	include  = enrollment.TargetGroup
	exclude  = enrollment.TargetExclusion
	devices  = enrollment.TargetAllDevices
	users    = enrollment.TargetAllUsers
	required = enrollment.IntentRequired
	offered  = enrollment.IntentAvailable
	removed  = enrollment.IntentUninstall
)

// sales is a PC in "pcs" whose user is in "people"; nobody is in "others".
var sales = enrollment.Who{Device: true, User: true, DeviceGroups: []directory.ObjectID{"pcs", "nested"}, UserGroups: []directory.ObjectID{"people"}}

func statusPages(n int) []enrollment.Policy {
	ps := []enrollment.Policy{{ID: "default", Kind: enrollment.PolicyESP, Default: true}}
	for i := range n {
		ps = append(ps, enrollment.Policy{ID: enrollment.PolicyID(string(rune('1' + i))), Kind: enrollment.PolicyESP, Priority: i + 1})
	}
	return ps
}

func assignments(lines []line) (as []enrollment.Assignment) {
	for _, l := range lines {
		as = append(as, enrollment.Assignment{Policy: l.policy, Target: l.target, Group: l.group, Intent: l.intent})
	}
	return as
}

func TestTheStatusPageIsTheFirstOfTheDeviceThenOfTheUserThenTheDefault(t *testing.T) {
	t.Parallel()
	userless := sales
	userless.User, userless.UserGroups = false, nil
	unknown := enrollment.Who{Device: true, User: true}
	for _, c := range []struct {
		name  string
		who   enrollment.Who
		lines []line
		want  enrollment.PolicyID
		user  bool
	}{
		{"nothing is assigned", sales, nil, "default", false},
		{"one is assigned to the PC's group", sales, []line{{"2", include, "pcs", ""}}, "2", false},
		{"of two for the PC the one with the smaller number", sales, []line{{"3", include, "pcs", ""}, {"2", include, "nested", ""}}, "2", false},
		{"the PC's before the user's, whatever their numbers", sales, []line{{"1", include, "people", ""}, {"3", include, "pcs", ""}}, "3", false},
		{"the user's when none is for the PC", sales, []line{{"3", include, "people", ""}, {"1", include, "others", ""}}, "3", true},
		{"of two for the user the one with the smaller number", sales, []line{{"3", include, "people", ""}, {"2", users, "", ""}}, "2", true},
		{"without a user those for users do not count", userless, []line{{"1", users, "", ""}, {"2", include, "people", ""}}, "default", false},
		{"without a user those for devices do", userless, []line{{"1", users, "", ""}, {"2", devices, "", ""}}, "2", false},
		{"All devices is for the PC", sales, []line{{"1", include, "people", ""}, {"3", devices, "", ""}}, "3", false},
		{"All users is for the user", sales, []line{{"2", users, "", ""}}, "2", true},
		{"one for both is for the PC", sales, []line{{"2", include, "people", ""}, {"2", include, "pcs", ""}}, "2", false},
		{"exclusion beats inclusion", sales, []line{{"1", include, "pcs", ""}, {"1", exclude, "nested", ""}, {"2", include, "people", ""}}, "2", true},
		{"exclusion beats All devices", sales, []line{{"1", devices, "", ""}, {"1", exclude, "pcs", ""}}, "default", false},
		{"an excluded user keeps it from the PC", sales, []line{{"1", include, "pcs", ""}, {"1", exclude, "people", ""}}, "default", false},
		{"an excluded PC keeps it from the user", sales, []line{{"1", users, "", ""}, {"1", exclude, "pcs", ""}}, "default", false},
		{"the exclusion of a group nobody is in does nothing", sales, []line{{"1", include, "pcs", ""}, {"1", exclude, "others", ""}}, "1", false},
		{"the exclusion of another policy does nothing", sales, []line{{"1", include, "pcs", ""}, {"2", exclude, "pcs", ""}}, "1", false},
		{"a PC and a user in no group", unknown, []line{{"1", include, "pcs", ""}, {"2", include, "people", ""}}, "default", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := enrollment.ResolveESP(enrollment.Reach(c.who, statusPages(3), assignments(c.lines)))
			if !ok || got.Policy.ID != c.want || got.ForUser != c.user {
				t.Errorf("policy %s for the user %v, %v; want %s for the user %v", got.Policy.ID, got.ForUser, ok, c.want, c.user)
			}
		})
	}
	if _, ok := enrollment.ResolveESP(nil); ok {
		t.Error("a status page out of nothing")
	}
}

func TestWhyAStatusPageCountsNamesTheAssignment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		who   enrollment.Who
		lines []line
		want  []string // of the pages 1, 2, 3 and the default: verdict, whose, through which target and group
	}{
		{"nothing is assigned", sales, nil, []string{"notReached unassigned", "notReached unassigned", "notReached unassigned", "chosen pc"}},
		{"the PC's beats the user's", sales, []line{{"1", include, "people", ""}, {"3", include, "nested", ""}}, []string{"outranked user " + string(include) + " people", "notReached unassigned", "chosen pc " + string(include) + " nested", "outranked pc"}},
		{"an exclusion is named", sales, []line{{"1", devices, "", ""}, {"1", exclude, "people", ""}, {"2", include, "others", ""}, {"3", users, "", ""}}, []string{"excluded user " + string(exclude) + " people", "notReached", "chosen user " + string(users) + " ", "outranked pc"}},
		{"the PC's exclusion before the user's", sales, []line{{"1", exclude, "people", ""}, {"1", exclude, "pcs", ""}}, []string{"excluded pc " + string(exclude) + " pcs", "notReached unassigned", "notReached unassigned", "chosen pc"}},
		{"a user alone", enrollment.Who{User: true, UserGroups: []directory.ObjectID{"people"}}, []line{{"1", devices, "", ""}, {"2", include, "people", ""}}, []string{"notReached", "chosen user " + string(include) + " people", "notReached unassigned", "outranked pc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			pages := statusPages(3)
			slices.Reverse(pages)
			for _, r := range enrollment.ExplainStatusPages(c.who, pages, assignments(c.lines)) {
				s := string(r.Verdict)
				switch {
				case r.Unassigned:
					s += " unassigned"
				case r.Verdict == enrollment.ESPNotReached:
				case r.ForUser:
					s += " user"
				default:
					s += " pc"
				}
				if a := r.Assignment; a != nil {
					s += " " + string(a.Target) + " " + string(a.Group)
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAppIsInstalledBeforeItIsTakenAwayAndTakenAwayBeforeItIsOffered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines []line
		want  enrollment.Intent // empty: does not reach
		user  bool
	}{
		{"required for the PC", []line{{"a", include, "pcs", required}}, required, false},
		{"required for the user", []line{{"a", users, "", required}}, required, true},
		{"required for the user beats uninstall at the PC", []line{{"a", include, "pcs", removed}, {"a", include, "people", required}}, required, true},
		{"uninstall beats available", []line{{"a", include, "pcs", offered}, {"a", include, "people", removed}}, removed, true},
		{"required twice is the PC's", []line{{"a", include, "people", required}, {"a", include, "pcs", required}}, required, false},
		{"an exclusion without an intent keeps all away", []line{{"a", include, "pcs", required}, {"a", include, "people", offered}, {"a", exclude, "people", ""}}, "", false},
		{"an exclusion with an intent keeps that one away", []line{{"a", include, "pcs", required}, {"a", include, "people", offered}, {"a", exclude, "people", required}}, offered, true},
		{"an exclusion of another intent does nothing", []line{{"a", include, "pcs", required}, {"a", exclude, "pcs", offered}}, required, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			applied := enrollment.Reach(sales, []enrollment.Policy{{ID: "a", Kind: enrollment.PolicyMSI}}, assignments(c.lines))
			if c.want == "" {
				if len(applied) > 0 {
					t.Errorf("it reaches with %+v", applied)
				}
				return
			}
			if len(applied) != 1 || applied[0].Intent != c.want || applied[0].ForUser != c.user {
				t.Errorf("applied %+v, want %s for the user %v", applied, c.want, c.user)
			}
		})
	}
}

// The oracle asks of every policy on its own, in sets of groups; it shares
// nothing with Reach.
func TestRandomAssignmentsReachWhomTheSetsSay(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	groups := []directory.ObjectID{"a", "b", "c", "d"}
	some := func() (out []directory.ObjectID) {
		for _, g := range groups {
			if r.IntN(3) == 0 {
				out = append(out, g)
			}
		}
		return out
	}
	for range 5000 {
		who := enrollment.Who{Device: r.IntN(5) > 0, User: r.IntN(4) > 0, DeviceGroups: some(), UserGroups: some()}
		var ps []enrollment.Policy
		var as []enrollment.Assignment
		for i := range 5 {
			p := enrollment.Policy{
				ID: enrollment.PolicyID(string(rune('z' - i))), Kind: []enrollment.PolicyKind{enrollment.PolicyCustom, enrollment.PolicyESP}[r.IntN(2)],
				Priority: r.IntN(3), Default: r.IntN(6) == 0, CreatedAt: time.Unix(int64(r.IntN(3)), 0),
			}
			ps = append(ps, p)
			for range r.IntN(4) {
				a := enrollment.Assignment{Policy: p.ID, Target: []enrollment.Target{include, exclude, devices, users}[r.IntN(4)]}
				if a.Target == include || a.Target == exclude {
					a.Group = groups[r.IntN(len(groups))]
				}
				as = append(as, a)
			}
		}
		reachedDevice, reachedUser := map[enrollment.PolicyID]bool{}, map[enrollment.PolicyID]bool{}
		for _, p := range ps {
			in := func(list []directory.ObjectID, there bool, all, target enrollment.Target) bool {
				return there && slices.ContainsFunc(as, func(a enrollment.Assignment) bool {
					return a.Policy == p.ID && (a.Target == all || a.Target == target && slices.Contains(list, a.Group))
				})
			}
			kept := slices.ContainsFunc(as, func(a enrollment.Assignment) bool {
				return a.Policy == p.ID && a.Target == exclude && (who.Device && slices.Contains(who.DeviceGroups, a.Group) || who.User && slices.Contains(who.UserGroups, a.Group))
			})
			switch {
			case p.Default || !kept && in(who.DeviceGroups, who.Device, devices, include):
				reachedDevice[p.ID] = true
			case !kept && in(who.UserGroups, who.User, users, include):
				reachedUser[p.ID] = true
			}
		}
		applied := enrollment.Reach(who, ps, as)
		gotDevice, gotUser := map[enrollment.PolicyID]bool{}, map[enrollment.PolicyID]bool{}
		for i, a := range applied {
			if a.ForUser {
				gotUser[a.Policy.ID] = true
			} else {
				gotDevice[a.Policy.ID] = true
			}
			if i == 0 || applied[i-1].Policy.Kind != a.Policy.Kind {
				continue
			}
			b := applied[i-1].Policy
			late := b.Default && !a.Policy.Default || b.Default == a.Policy.Default && (b.Priority > a.Policy.Priority ||
				b.Priority == a.Policy.Priority && (b.CreatedAt.After(a.Policy.CreatedAt) || b.CreatedAt.Equal(a.Policy.CreatedAt) && b.ID >= a.Policy.ID))
			if late {
				t.Fatalf("%+v stands before %+v", b, a.Policy)
			}
		}
		if diff := cmp.Diff([]any{reachedDevice, reachedUser}, []any{gotDevice, gotUser}); diff != "" {
			t.Fatalf("%+v\n%+v\n%+v\n%s", who, ps, as, diff)
		}
	}
}

func TestPlatformRestrictionsSayWhyAPCMayNotEnrol(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r       enrollment.PlatformRestriction
		owner   enrollment.Owner
		version string
		code    string // empty: it may
	}{
		{enrollment.PlatformRestriction{}, enrollment.OwnerPersonal, "", ""},
		{enrollment.PlatformRestriction{Blocked: true}, enrollment.OwnerCompany, "10.0.26100.1", "WindowsEnrollmentBlocked"},
		{enrollment.PlatformRestriction{PersonalBlocked: true}, enrollment.OwnerPersonal, "10.0.26100.1", "PersonalDeviceBlocked"},
		{enrollment.PlatformRestriction{PersonalBlocked: true}, enrollment.OwnerUnknown, "10.0.26100.1", "PersonalDeviceBlocked"},
		{enrollment.PlatformRestriction{PersonalBlocked: true}, enrollment.OwnerCompany, "10.0.26100.1", ""},
		{enrollment.PlatformRestriction{MinVersion: "10.0.22631"}, enrollment.OwnerCompany, "10.0.22631.1", ""},
		{enrollment.PlatformRestriction{MinVersion: "10.0.22631"}, enrollment.OwnerCompany, "10.0.9999.9", "OSVersionTooLow"},
		{enrollment.PlatformRestriction{MinVersion: "10.0.22631"}, enrollment.OwnerCompany, "", "OSVersionTooLow"},
		{enrollment.PlatformRestriction{MinVersion: "10.0.22631"}, enrollment.OwnerCompany, "ten", "OSVersionTooLow"},
		{enrollment.PlatformRestriction{MaxVersion: "10.0.22631"}, enrollment.OwnerCompany, "10.0.22631.5000", ""},
		{enrollment.PlatformRestriction{MaxVersion: "10.0.22631.10"}, enrollment.OwnerCompany, "10.0.22631.11", "OSVersionTooHigh"},
		{enrollment.PlatformRestriction{MaxVersion: "10.0.22631.10"}, enrollment.OwnerCompany, "10.0.22631.10", ""},
		{enrollment.PlatformRestriction{MaxVersion: "10.0.22631"}, enrollment.OwnerCompany, "10.0.22632.1", "OSVersionTooHigh"},
		{enrollment.PlatformRestriction{MaxVersion: "10.0.22631"}, enrollment.OwnerCompany, "", "OSVersionTooHigh"},
	} {
		err := c.r.Check(c.owner, c.version)
		if got := codeOf(err); got != c.code {
			t.Errorf("%+v, %s, %q: %v, want %q", c.r, c.owner, c.version, err, c.code)
		}
	}
}
