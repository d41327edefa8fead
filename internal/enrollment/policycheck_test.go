package enrollment_test

import (
	"strings"
	"testing"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

func setting(kind, uri, value string) enrollment.Policy {
	return enrollment.Policy{Kind: enrollment.PolicyCustom, Custom: &enrollment.CustomConfiguration{Settings: []enrollment.OMASetting{{Type: kind, URI: uri, Value: value}}}}
}

func hello(name string, value any) enrollment.Policy {
	m := enrollment.HelloDefaults()
	m[name] = value
	return enrollment.Policy{Kind: enrollment.PolicyHello, Hello: m}
}

func windows(low, high string) enrollment.Policy {
	return enrollment.Policy{Kind: enrollment.PolicyPlatform, Platform: &enrollment.PlatformRestriction{MinVersion: low, MaxVersion: high}}
}

func espOf(e enrollment.ESP) enrollment.Policy {
	return enrollment.Policy{Kind: enrollment.PolicyESP, ESP: &e}
}

func limited(n int) enrollment.Policy {
	return enrollment.Policy{Kind: enrollment.PolicyLimit, Limit: &n}
}

const node = "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"

func TestAFaultySettingIsNamedByItsProperty(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		for _, c := range []struct {
			p      enrollment.Policy
			target string // empty: it is taken
		}{
			{espOf(enrollment.ESP{}), ""},
			{espOf(enrollment.ESP{ShowProgress: true}), "installProgressTimeoutInMinutes"},
			{espOf(enrollment.ESP{ShowProgress: true, TimeoutMinutes: 1}), ""},
			{espOf(enrollment.ESP{TimeoutMinutes: -1}), "installProgressTimeoutInMinutes"},
			{espOf(enrollment.ESP{TimeoutMinutes: 1441}), "installProgressTimeoutInMinutes"},
			{espOf(enrollment.ESP{CustomErrorMessage: strings.Repeat("ü", 10_000)}), ""},
			{espOf(enrollment.ESP{CustomErrorMessage: strings.Repeat("x", 10_001)}), "customErrorMessage"},
			{espOf(enrollment.ESP{SelectedApps: []enrollment.PolicyID{"a"}}), "selectedMobileAppIds"},
			{espOf(enrollment.ESP{Blocks: true, SelectedApps: []enrollment.PolicyID{"a", "b", "a"}}), "selectedMobileAppIds/2"},
			{espOf(enrollment.ESP{Blocks: true, SelectedApps: make([]enrollment.PolicyID, 101)}), "selectedMobileAppIds"},
			{limited(1), ""},
			{limited(15), ""},
			{limited(0), "limit"},
			{limited(16), "limit"},
			{windows("10.0.19041.0", "10.0.26100"), ""},
			{windows("10", ""), "windowsRestriction/osMinimumVersion"},
			{windows("10.0.x", ""), "windowsRestriction/osMinimumVersion"},
			{windows("", "10.0.1.2.3"), "windowsRestriction/osMaximumVersion"},
			{windows("", "10.-1"), "windowsRestriction/osMaximumVersion"},
			{windows("10.0.26100", "10.0.22631"), "windowsRestriction/osMinimumVersion"},
			{enrollment.Policy{Kind: enrollment.PolicySingle, Platform: &enrollment.PlatformRestriction{Of: "windows", MinVersion: "x"}}, "platformRestriction/osMinimumVersion"},
			{enrollment.Policy{Kind: enrollment.PolicySingle, Platform: &enrollment.PlatformRestriction{Of: "beos"}}, "platformType"},
			{enrollment.Policy{Kind: enrollment.PolicySingle, Platform: &enrollment.PlatformRestriction{Of: "ios"}}, ""},
			{hello("state", "enabled"), ""},
			{hello("state", "on"), "state"},
			{hello("state", 1), "state"},
			{hello("pinMinimumLength", 3), "pinMinimumLength"},
			{hello("pinMinimumLength", float64(8)), ""},
			{hello("pinMinimumLength", 8.5), "pinMinimumLength"},
			{hello("pinMaximumLength", 5), "pinMinimumLength"},
			{hello("pinExpirationInDays", 731), "pinExpirationInDays"},
			{hello("securityDeviceRequired", "yes"), "securityDeviceRequired"},
			{enrollment.Policy{Kind: enrollment.PolicyCustom, Custom: &enrollment.CustomConfiguration{}}, "omaSettings"},
			{setting("String", node, ""), ""},
			{setting("String", node, strings.Repeat("x", 128<<10)), ""},
			{setting("String", node, strings.Repeat("x", 128<<10+1)), "omaSettings/0/value"},
			{setting("Number", node, "1"), "omaSettings/0/@odata.type"},
			{setting("String", "", "x"), "omaSettings/0/omaUri"},
			{setting("String", "/Device/A/B", "x"), "omaSettings/0/omaUri"},
			{setting("String", "./Device", "x"), "omaSettings/0/omaUri"},
			{setting("String", "./Device//B", "x"), "omaSettings/0/omaUri"},
			{setting("String", "./Device/../B", "x"), "omaSettings/0/omaUri"},
			{setting("String", "./Device/A\nB/C", "x"), "omaSettings/0/omaUri"},
			{setting("String", "./Device/"+strings.Repeat("x", 1024), "x"), "omaSettings/0/omaUri"},
			{setting("Integer", node, "2147483647"), ""},
			{setting("Integer", node, "2147483648"), "omaSettings/0/value"},
			{setting("Integer", node, "one"), "omaSettings/0/value"},
			{setting("Boolean", node, "true"), ""},
			{setting("Boolean", node, "True"), "omaSettings/0/value"},
			{setting("FloatingPoint", node, "1.5"), ""},
			{setting("FloatingPoint", node, "NaN"), "omaSettings/0/value"},
			{setting("DateTime", node, "2026-01-31T08:00:00Z"), ""},
			{setting("DateTime", node, "today"), "omaSettings/0/value"},
			{setting("StringXml", node, `<enabled/><data id="a" value="b"/>`), ""},
			{setting("StringXml", node, "<enabled>"), "omaSettings/0/value"},
			{setting("StringXml", node, "enabled"), "omaSettings/0/value"},
			{setting("StringXml", node, `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`), "omaSettings/0/value"},
			{setting("Base64", node, "AQID"), ""},
			{setting("Base64", node, "AQI"), "omaSettings/0/value"},
			{enrollment.Policy{Kind: enrollment.PolicyESP}, "@odata.type"},
			{enrollment.Policy{Kind: "windowsUpdateForBusinessConfiguration"}, "@odata.type"},
		} {
			c.p.DisplayName = "p"
			_, err := s.CreatePolicy(s.ctx, s.tenant, c.p)
			if c.target == "" {
				if err != nil {
					t.Errorf("%+v: %v", c.p, err)
				}
				continue
			}
			e, ok := fault.As(err)
			if !ok || e.Kind != fault.Invalid || len(e.Details) != 1 || e.Details[0].Target != c.target || e.Details[0].Remedy == "" || len(e.Message) > 300 {
				t.Errorf("%s: %v", c.target, err)
			}
		}
		for name, target := range map[string]string{"": "displayName", "  ": "displayName", strings.Repeat("x", 201): "displayName", strings.Repeat("ü", 200): ""} {
			p := limited(1)
			p.DisplayName = name
			_, err := s.CreatePolicy(s.ctx, s.tenant, p)
			if e, ok := fault.As(err); ok != (target != "") || ok && e.Details[0].Target != target {
				t.Errorf("name of %d letters: %v", len(name), err)
			}
		}
		twice := setting("String", node, "x")
		twice.DisplayName = "p"
		twice.Custom.Settings = append(twice.Custom.Settings, enrollment.OMASetting{Type: "String", URI: strings.ToUpper(node[:9]) + node[9:]})
		_, err := s.CreatePolicy(s.ctx, s.tenant, twice)
		s.fails(err, fault.Invalid, "SettingTwice")
	})
}
