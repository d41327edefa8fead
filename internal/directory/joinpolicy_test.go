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
	const denied, mfa, full = directory.CodeJoinNotAllowed, directory.CodeMFARequired, directory.CodeQuotaReached
	for _, c := range []struct {
		name  string
		reach directory.Audience
		quota int
		who   directory.Joiner
		code  string
		says  string
	}{
		{name: "everyone may join", reach: all, quota: 50, who: directory.Joiner{User: "bob"}},
		{name: "the last device of the quota", reach: all, quota: 50, who: directory.Joiner{User: "bob", Devices: 49}},
		{name: "one more than the quota", reach: all, quota: 50, who: directory.Joiner{User: "bob", Devices: 50}, code: full, says: "has 50 devices and may have 50"},
		{name: "more devices than a quota that was lowered", reach: all, quota: 5, who: directory.Joiner{User: "bob", Devices: 9}, code: full, says: "may have 5"},
		{name: "unlimited has no last device", reach: all, quota: directory.UnlimitedDevices, who: directory.Joiner{User: "bob", Devices: 100_000}},
		{name: "a quota of nothing", reach: all, quota: 0, who: directory.Joiner{User: "bob"}, code: full, says: "may have 0"},
		{name: "nobody may", reach: none, quota: 50, who: directory.Joiner{User: "bob"}, code: denied, says: "None"},
		{name: "a selected user", reach: some, quota: 50, who: directory.Joiner{User: "ann"}},
		{name: "a member of a selected group", reach: some, quota: 50, who: directory.Joiner{User: "bob", Groups: []directory.ObjectID{"other", "sales"}}},
		{name: "a user who is not selected", reach: some, quota: 50, who: directory.Joiner{User: "bob", Groups: []directory.ObjectID{"other"}}, code: denied, says: "neither among the users"},
		{name: "a user named like a group", reach: some, quota: 50, who: directory.Joiner{User: "pilots"}, code: denied, says: "neither among the users"},
		{name: "a selected user over the quota", reach: some, quota: 1, who: directory.Joiner{User: "ann", Devices: 1}, code: full, says: "may have 1"},
		{name: "a selection of nobody", reach: directory.Audience{Reach: directory.ReachSelected}, quota: 50, who: directory.Joiner{User: "ann"}, code: denied, says: "neither among the users"},
		{name: "a setting that was never made", quota: 50, who: directory.Joiner{User: "ann"}, code: denied, says: "neither among the users"},
	} {
		for _, required := range []directory.MFARequirement{directory.MFANotRequired, directory.MFARequired} {
			for _, kind := range []directory.JoinType{directory.JoinEntra, directory.JoinRegister} {
				p := directory.DefaultJoinPolicy()
				p.Join, p.Register = none, none
				if kind == directory.JoinEntra {
					p.Join = c.reach
				} else {
					p.Register = c.reach
				}
				p.DeviceQuota, p.MFA = c.quota, required
				who := c.who
				who.MFA = required == directory.MFARequired
				admitted(t, c.name, p.Admit(kind, &who), c.code, c.says)
				if who.MFA = false; required == directory.MFARequired && c.code != denied {
					admitted(t, c.name+" without a second factor", p.Admit(kind, &who), mfa, "second factor")
				}
			}
		}
	}
}

// admitted checks a decision; an empty code lets in.
func admitted(t *testing.T, name string, err error, code, says string) {
	t.Helper()
	e, ok := fault.As(err)
	switch {
	case code == "" && err == nil:
	case !ok || e.Kind != fault.Denied || e.Code != code || !strings.Contains(e.Message, says) || e.Details[0].Remedy == "":
		t.Errorf("%s: %v, want %q that says %q", name, err, code, says)
	}
}

func TestTheDefaultJoinPolicyIsValid(t *testing.T) {
	t.Parallel()
	p := directory.DefaultJoinPolicy()
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if err := p.Admit(directory.JoinEntra, &directory.Joiner{User: "anyone", Devices: directory.DefaultDeviceQuota - 1}); err != nil {
		t.Error(err)
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

func TestAnAssignedPCJoinsForItsUserAloneWhereThePolicySaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		only          bool
		assigned, upn string
		refused       bool
	}{
		{name: "nothing is said", assigned: "meg@contoso.example", upn: "bob@contoso.example"},
		{name: "assigned to nobody", only: true, upn: "bob@contoso.example"},
		{name: "the assigned user", only: true, assigned: "Meg@contoso.example", upn: "meg@Contoso.example"},
		{name: "somebody else", only: true, assigned: "meg@contoso.example", upn: "bob@contoso.example", refused: true},
		{name: "a longer name", only: true, assigned: "meg@contoso.example", upn: "meg@contoso.example.evil.example", refused: true},
		{name: "a person without a name", only: true, assigned: "meg@contoso.example", refused: true},
	} {
		p := directory.DefaultJoinPolicy()
		p.OnlyAssignedUser = c.only
		for _, kind := range []directory.JoinType{directory.JoinEntra, directory.JoinRegister} {
			code := ""
			if c.refused {
				code = directory.CodeNotAssigned
			}
			admitted(t, c.name, p.Admit(kind, &directory.Joiner{User: "who", UPN: c.upn, Assigned: c.assigned}), code, "assigned to "+c.assigned)
		}
	}
}
