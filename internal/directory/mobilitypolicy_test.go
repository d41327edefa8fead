package directory_test

import (
	"strings"
	"testing"

	"taxiway/internal/directory"
)

func TestWhichScopeAPCIsIn(t *testing.T) {
	t.Parallel()
	const (
		none, all = directory.ReachNone, directory.ReachAll
		some      = directory.ReachSelected
	)
	mine := []directory.ObjectID{"other", "pilots"}
	for _, c := range []struct {
		name                string
		mdm, mam            directory.Reach
		groups              []directory.ObjectID
		corporate, personal directory.Management
	}{
		{"nobody is in a scope", none, none, mine, directory.NotManaged, directory.NotManaged},
		{"everyone is in the MDM scope", all, none, nil, directory.ManagedDevice, directory.ManagedDevice},
		{"a group is in the MDM scope", some, none, mine, directory.ManagedDevice, directory.ManagedDevice},
		{"another group is in the MDM scope", some, none, []directory.ObjectID{"other"}, directory.NotManaged, directory.NotManaged},
		{"a user without groups", some, some, nil, directory.NotManaged, directory.NotManaged},
		{"everyone is in the MAM scope", none, all, nil, directory.NotManaged, directory.ManagedApps},
		{"everyone is in both", all, all, nil, directory.ManagedDevice, directory.ManagedApps},
		{"everyone MDM, the group MAM", all, some, mine, directory.ManagedDevice, directory.ManagedApps},
		{"everyone MDM, another group MAM", all, some, nil, directory.ManagedDevice, directory.ManagedDevice},
		{"the group MDM, everyone MAM", some, all, mine, directory.ManagedDevice, directory.ManagedApps},
		{"another group MDM, everyone MAM", some, all, nil, directory.NotManaged, directory.ManagedApps},
	} {
		policy := func(kind directory.MobilityKind, reach directory.Reach) *directory.MobilityPolicy {
			p := directory.DefaultMobilityPolicy(kind)
			if p.AppliesTo = reach; reach == some {
				p.Groups = []directory.ObjectID{"pilots", "sales"}
			}
			return &p
		}
		mdm, mam := policy(directory.MDM, c.mdm), policy(directory.MAM, c.mam)
		if got := directory.ScopeOf(c.groups, mdm, mam, true); got != c.corporate {
			t.Errorf("%s: a corporate PC is %s, want %s", c.name, got, c.corporate)
		}
		if got := directory.ScopeOf(c.groups, mdm, mam, false); got != c.personal {
			t.Errorf("%s: a personal PC is %s, want %s", c.name, got, c.personal)
		}
	}
}

func TestAMobilityPolicyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	long := "https://mdm.example/" + strings.Repeat("x", directory.MaxMobilityURL)
	for _, c := range []struct {
		code, target string
		change       func(*directory.MobilityPolicy)
	}{
		{"InvalidScope", "appliesTo", func(p *directory.MobilityPolicy) { p.AppliesTo = "some" }},
		{"ScopeIsByGroups", "appliesTo", func(p *directory.MobilityPolicy) { p.AppliesTo = directory.ReachSelected }},
		{"ScopeIsByGroups", "appliesTo", func(p *directory.MobilityPolicy) { p.Groups = []directory.ObjectID{"g"} }},
		{"TooManyGroups", "includedGroups", func(p *directory.MobilityPolicy) {
			p.AppliesTo, p.Groups = directory.ReachSelected, make([]directory.ObjectID, directory.MaxAudience+1)
		}},
		{"InvalidURL", "discoveryUrl", func(p *directory.MobilityPolicy) { p.DiscoveryURL = "http://mdm.example/d" }},
		{"InvalidURL", "discoveryUrl", func(p *directory.MobilityPolicy) { p.DiscoveryURL = "https://" }},
		{"InvalidURL", "discoveryUrl", func(p *directory.MobilityPolicy) { p.DiscoveryURL = "https://mdm.example/%zz" }},
		{"InvalidURL", "termsOfUseUrl", func(p *directory.MobilityPolicy) { p.TermsOfUseURL = "https://mdm.example/#top" }},
		{"InvalidURL", "termsOfUseUrl", func(p *directory.MobilityPolicy) { p.TermsOfUseURL = "javascript:alert(1)" }},
		{"InvalidURL", "complianceUrl", func(p *directory.MobilityPolicy) { p.ComplianceURL = "https://me:secret@mdm.example/" }},
		{"InvalidURL", "complianceUrl", func(p *directory.MobilityPolicy) { p.ComplianceURL = long }},
	} {
		p := directory.DefaultMobilityPolicy(directory.MDM)
		c.change(&p)
		refused(t, p.Validate(), c.code, c.target)
	}
	good := directory.MobilityPolicy{Kind: directory.MAM, AppliesTo: directory.ReachSelected, Groups: []directory.ObjectID{"g"}, DiscoveryURL: "https://mdm.example:8443/d?x=1"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}
