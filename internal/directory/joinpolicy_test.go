package directory_test

import (
	"strings"
	"testing"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

func TestWhoMayJoin(t *testing.T) {
	t.Parallel()
	some := directory.Audience{Reach: directory.ReachSelected, Users: []directory.ObjectID{"ann"}, Groups: []directory.ObjectID{"pilots", "sales"}}
	all, none := directory.Audience{Reach: directory.ReachAll}, directory.Audience{Reach: directory.ReachNone}
	for _, c := range []struct {
		name    string
		join    directory.Audience
		quota   int
		user    directory.ObjectID
		groups  []directory.ObjectID
		devices int
		ok      bool
		says    string
	}{
		{name: "everyone may join", join: all, quota: 50, user: "bob", ok: true},
		{name: "the last device of the quota", join: all, quota: 50, user: "bob", devices: 49, ok: true},
		{name: "one more than the quota", join: all, quota: 50, user: "bob", devices: 50, says: "has 50 devices and may have 50"},
		{name: "more devices than a quota that was lowered", join: all, quota: 5, user: "bob", devices: 9, says: "may have 5"},
		{name: "unlimited has no last device", join: all, quota: directory.UnlimitedDevices, user: "bob", devices: 100_000, ok: true},
		{name: "a quota of nothing", join: all, quota: 0, user: "bob", says: "may have 0"},
		{name: "nobody may join", join: none, quota: 50, user: "bob", says: "None"},
		{name: "a selected user", join: some, quota: 50, user: "ann", ok: true},
		{name: "a member of a selected group", join: some, quota: 50, user: "bob", groups: []directory.ObjectID{"other", "sales"}, ok: true},
		{name: "a user who is not selected", join: some, quota: 50, user: "bob", groups: []directory.ObjectID{"other"}, says: "neither among the users"},
		{name: "a user named like a group", join: some, quota: 50, user: "pilots", says: "neither among the users"},
		{name: "a selected user over the quota", join: some, quota: 1, user: "ann", devices: 1, says: "may have 1"},
		{name: "a selection of nobody", join: directory.Audience{Reach: directory.ReachSelected}, quota: 50, user: "ann", says: "neither among the users"},
		{name: "a setting that was never made", quota: 50, user: "ann", says: "neither among the users"},
	} {
		p := directory.DefaultJoinPolicy()
		p.Join, p.DeviceQuota = c.join, c.quota
		ok, reason := p.MayJoin(c.user, c.groups, c.devices)
		if ok != c.ok || (reason == "") != ok || !strings.Contains(reason, c.says) {
			t.Errorf("%s: %v %q, want %v and %q", c.name, ok, reason, c.ok, c.says)
		}
	}
}

func TestTheDefaultJoinPolicyIsValid(t *testing.T) {
	t.Parallel()
	p := directory.DefaultJoinPolicy()
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if ok, reason := p.MayJoin("anyone", nil, directory.DefaultDeviceQuota-1); !ok {
		t.Error(reason)
	}
}

func TestAJoinPolicyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code, target string
		change       func(*directory.JoinPolicy)
	}{
		{"InvalidDeviceQuota", "userDeviceQuota", func(p *directory.JoinPolicy) { p.DeviceQuota = -1 }},
		{"InvalidMultiFactorAuthConfiguration", "multiFactorAuthConfiguration", func(p *directory.JoinPolicy) { p.MFA = "" }},
		{"InvalidMembership", "azureADRegistration/allowedToRegister/@odata.type", func(p *directory.JoinPolicy) { p.Register.Reach = "some" }},
		{"InvalidMembership", "azureADJoin/localAdmins/registeringUsers/@odata.type", func(p *directory.JoinPolicy) { p.RegisteringUsers.Reach = "" }},
		{"MembershipNotEnumerated", "azureADJoin/allowedToJoin/@odata.type", func(p *directory.JoinPolicy) { p.Join.Groups = []directory.ObjectID{"g"} }},
		{"TooManyMembers", "azureADJoin/allowedToJoin", func(p *directory.JoinPolicy) {
			p.Join = directory.Audience{Reach: directory.ReachSelected, Users: make([]directory.ObjectID, directory.MaxAudience), Groups: make([]directory.ObjectID, 1)}
		}},
	} {
		p := directory.DefaultJoinPolicy()
		c.change(&p)
		refused(t, p.Validate(), c.code, c.target)
	}
}

// refused checks a fault's code, target and that it says what to do.
func refused(t *testing.T, err error, code, target string) {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid || e.Code != code || len(e.Details) != 1 || e.Details[0].Target != target || e.Details[0].Remedy == "" {
		t.Errorf("error %v, want %s about %s with a remedy", err, code, target)
	}
}
