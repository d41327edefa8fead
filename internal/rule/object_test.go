package rule_test

import (
	"testing"
	"time"

	"taxiway/internal/rule"
)

func TestSettingAPropertyTheKindOrTypeDoesNotHaveChangesNothing(t *testing.T) {
	t.Parallel()
	pc, ann := rule.NewObject(rule.Device), rule.NewObject(rule.User)
	for name, done := range map[string]bool{
		"a device has no department":        pc.SetString("department", "x"),
		"a device has no extensions":        pc.SetString(extension, "x"),
		"a device has no plans":             pc.SetPlans([]rule.Plan{{Service: "SCO"}}),
		"a device has no dates":             pc.SetTime("employeeHireDate", noon),
		"accountEnabled is no text":         pc.SetString("accountEnabled", "true"),
		"displayName is no Boolean":         pc.SetBool("displayName", true),
		"displayName is no collection":      pc.SetStrings("displayName", []string{"x"}),
		"devicePhysicalIds is no text":      pc.SetString("devicePhysicalIds", "x"),
		"a plan is set by SetPlans only":    ann.SetStrings("assignedPlans", []string{"x"}),
		"an extension needs an app id":      ann.SetString("extension_team", "x"),
		"an extension needs a name":         ann.SetString("extension_0123456789abcdef0123456789abcdef_", "x"),
		"memberOf cannot be set":            ann.SetString("memberOf", "x"),
		"the sixteenth attribute is no one": ann.SetString("extensionAttribute16", "x"),
	} {
		if done {
			t.Errorf("%s, yet it was set", name)
		}
	}
}

func TestValueShowsWhatWasSet(t *testing.T) {
	t.Parallel()
	pc, ann := rule.NewObject(rule.Device), rule.NewObject(rule.User)
	ok := pc.SetString("DISPLAYNAME", "FV-PC") &&
		pc.SetBool("accountEnabled", true) &&
		pc.SetBool("isRooted", false) &&
		pc.SetStrings("devicePhysicalIDs", []string{"[ZTDId]:A", "", "[OrderID]:B"}) &&
		pc.SetString("extensionattribute15", "Z") &&
		ann.SetTime("employeehiredate", time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)) &&
		ann.SetString(extension, "Blue") &&
		ann.SetString("city", "a\xffb") &&
		ann.SetPlans([]rule.Plan{{Service: "SCO", ServicePlanID: "p1", CapabilityStatus: "Enabled"}})
	if !ok {
		t.Fatal("a property was not accepted")
	}
	for _, c := range []struct {
		o          *rule.Object
		name, want string
	}{
		{pc, "displayName", "FV-PC"},
		{pc, "AccountEnabled", "true"},
		{pc, "isRooted", "false"},
		{pc, "devicePhysicalIds", "[ZTDId]:A, [OrderID]:B"},
		{pc, "extensionAttribute15", "Z"},
		{pc, "deviceModel", ""},
		{pc, "department", ""},
		{ann, "accountEnabled", ""},
		{ann, "employeeHireDate", "2026-01-31T08:00:00Z"},
		{ann, "Extension_0123456789ABCDEF0123456789ABCDEF_TEAM", "Blue"},
		{ann, "extension_0123456789abcdef0123456789abcdef_other", ""},
		{ann, "city", "a\uFFFDb"},
		{ann, "assignedPlans", "SCO/p1/Enabled"},
	} {
		if got := c.o.Value(c.name); got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSettingAgainReplacesAndTheEmptyValueIsNull(t *testing.T) {
	t.Parallel()
	ann := rule.NewObject(rule.User)
	ann.SetString(extension, "Blue")
	ann.SetString(extension, "")
	ann.SetString("city", "Oslo")
	ann.SetString("city", "")
	ann.SetTime("employeeHireDate", noon)
	ann.SetTime("employeeHireDate", time.Time{})
	ann.SetStrings("otherMails", []string{"a"})
	ann.SetStrings("otherMails", nil)
	ann.SetPlans([]rule.Plan{{Service: "SCO"}})
	ann.SetPlans(nil)
	r := parse(t, "user."+extension+" -eq null and user.city -eq null and user.employeeHireDate -eq null and user.otherMails -eq null and user.assignedPlans -eq null")
	if e := r.Explain(ann, noon); !e.Result {
		t.Errorf("not all are null: %+v", e)
	}
}

func TestEveryListedPropertyTakesEachOfItsOperators(t *testing.T) {
	t.Parallel()
	for _, kind := range []rule.Kind{rule.User, rule.Device} {
		seen := map[string]bool{}
		for _, p := range rule.Properties(kind) {
			if seen[p.Name] || len(p.Operators) == 0 {
				t.Errorf("%s.%s is listed twice or has no operators", kind, p.Name)
			}
			seen[p.Name] = true
			for _, op := range p.Operators {
				value := `"1"`
				switch {
				case op == "-any" || op == "-all":
					value = `(_ -eq "1")`
					if p.Type == rule.PlanCollection {
						value = `(assignedPlan.service -eq "1")`
					}
				case op == "-in" || op == "-notIn":
					value = `["1"]`
				case op == "-ne" || p.Type == rule.PlanCollection:
					value = "null"
				case p.Type == rule.Boolean:
					value = "true"
				case p.Type == rule.Date:
					value = "2026-01-01"
				}
				parse(t, kind.String()+"."+p.Name+" "+op+" "+value)
			}
		}
	}
}
