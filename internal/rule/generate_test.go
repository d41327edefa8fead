package rule_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"taxiway/internal/rule"
)

// generator makes rules and objects that meet often: both draw from the same small vocabulary.
type generator struct{ *rand.Rand }

const extension = "extension_0123456789abcdef0123456789abcdef_Team"

var (
	textNames = map[string][]string{
		"user":   {"department", "displayName", "city", "jobTitle", "extensionAttribute3", extension},
		"device": {"displayName", "deviceModel", "deviceManufacturer", "extensionAttribute12", "enrollmentProfileName"},
	}
	listNames  = map[string][]string{"user": {"otherMails", "proxyAddresses"}, "device": {"devicePhysicalIds", "systemLabels"}}
	boolNames  = map[string][]string{"user": {"accountEnabled", "dirSyncEnabled"}, "device": {"accountEnabled", "isRooted"}}
	vocabulary = []string{
		"Sales", "sales team", "\u017Fales", "SALE", "les", "K9", "\u212A9", "k", "Ünter", "üN", "ΣΊΣΥΦΟΣ", "σίσυφος", "ς",
		"straße", "STRASSE", "İstanbul", "istanbul", "ı", "[ZTDId]:1", "[ztdid]", "[OrderID]:FV.T1", "[OrderID]:", "a`b", "say \"hi\"",
		"O'Neil", "''", "null", "true", "10.0.2", "x-1", "-and", "(", "]", ", ", " ", "e",
	}
	versionTexts = []string{"10.0.19045.1", "10.0.19045", "10.0.9", "10.00.9.0", "10", "9.9.9", "99999999999999999999.1", "6.x", "11."}
	patterns     = []string{
		"^sal", "les$", "a.*e", "^*-1", "[k-m]9", "(sales|k9)", "^(?:x|k)", "s+", "ß", "σ", "\\bteam\\b", ".", "", "(?-i:S)ales", "^\\[order",
		"[^a-z]", "(?i)İ", "\\d{1,2}", "ünt|ΣΊΣ", "^K", "hi\\W$",
	}
	planTexts = []string{"SCO", "exchange", "p1", "p2", "Enabled", "suspended"}
	noon      = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
)

func pick[T any](g generator, list []T) T { return list[g.IntN(len(list))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// object returns the same object for the oracle and for package rule.
func (g generator) object(kind string) (facts, *rule.Object) {
	f := facts{}
	for _, name := range textNames[kind] {
		if g.chance(70) {
			f[name] = pick(g, vocabulary)
			if g.chance(20) {
				f[name] = pick(g, vocabulary) + pick(g, vocabulary)
			}
		}
	}
	for _, name := range listNames[kind] {
		list := []string{} // no elements is how an object has none; the oracle needs to see a collection
		for range g.IntN(4) {
			list = append(list, pick(g, vocabulary))
		}
		f[name] = list
	}
	for _, name := range boolNames[kind] {
		if g.chance(80) {
			f[name] = g.chance(50)
		}
	}
	if kind == "device" {
		if g.chance(80) {
			f["deviceOSVersion"] = pick(g, versionTexts)
		}
		return f, build(rule.Device, f)
	}
	if g.chance(80) {
		f["employeeHireDate"] = noon.AddDate(0, 0, g.IntN(60)-30).Add(time.Duration(g.IntN(3)) * time.Hour)
	}
	var plans []map[string]string
	for range g.IntN(4) {
		plan := map[string]string{}
		for i, field := range []string{"service", "servicePlanId", "capabilityStatus"} {
			if g.chance(85) {
				plan[field] = planTexts[2*i+g.IntN(2)]
			}
		}
		plans = append(plans, plan)
	}
	f["assignedPlans"] = plans
	return f, build(rule.User, f)
}

func build(kind rule.Kind, f facts) *rule.Object {
	o := rule.NewObject(kind)
	for name, value := range f {
		switch v := value.(type) {
		case string:
			o.SetString(name, v)
		case bool:
			o.SetBool(name, v)
		case time.Time:
			o.SetTime(name, v)
		case []string:
			o.SetStrings(name, v)
		case []map[string]string:
			var plans []rule.Plan
			for _, p := range v {
				plans = append(plans, rule.Plan{Service: p["service"], ServicePlanID: p["servicePlanId"], CapabilityStatus: p["capabilityStatus"]})
			}
			o.SetPlans(plans)
		}
	}
	return o
}

// mixCase writes a word in any mixture of cases.
func (g generator) mixCase(word string) string {
	switch g.IntN(4) {
	case 0:
		return strings.ToLower(word)
	case 1:
		return strings.ToUpper(word)
	default:
		return word
	}
}

// word writes a keyword with or without its hyphen, or with a dash.
func (g generator) word(keyword string) string {
	return pick(g, []string{"-", "-", "-", "", "–", "—"}) + g.mixCase(keyword)
}

func (g generator) quote(text string) string {
	if g.chance(30) {
		return "'" + strings.NewReplacer("'", "''", "`", "``").Replace(text) + "'"
	}
	return `"` + strings.NewReplacer("`", "``", `"`, "`\"").Replace(text) + `"`
}

func (g generator) space() string { return pick(g, []string{" ", " ", " ", "  ", "\t", "\n"}) }

func (g generator) join(words ...string) string { return strings.Join(words, g.space()) }

// rule returns a valid rule for kind.
func (g generator) rule(kind string) string {
	return g.expr(g.IntN(4), func() string { return g.condition(kind) })
}

// expr joins conditions made by leaf at random, with parentheses wherever the intended tree needs them
// and sometimes where it does not.
func (g generator) expr(depth int, leaf func() string) string {
	if depth == 0 {
		if g.chance(10) {
			return "(" + leaf() + ")"
		}
		return leaf()
	}
	switch g.IntN(6) {
	case 0:
		return g.join(g.word("not"), "("+g.expr(depth-1, leaf)+")")
	case 1:
		return g.join(g.word("not"), leaf())
	case 2: // no parentheses: precedence decides
		parts := []string{leaf()}
		for range 1 + g.IntN(3) {
			parts = append(parts, g.word(pick(g, []string{"and", "or"})), leaf())
		}
		return g.join(parts...)
	default:
		keyword := pick(g, []string{"and", "or"})
		return g.join("("+g.expr(depth-1, leaf)+")", g.word(keyword), "("+g.expr(depth-1, leaf)+")")
	}
}

func (g generator) condition(kind string) string {
	property := func(name string) string { return g.mixCase(kind) + "." + g.mixCase(name) }
	switch n := g.IntN(100); {
	case n < 40:
		return g.text(property(pick(g, textNames[kind])), vocabulary)
	case n < 50:
		return g.join(property(pick(g, boolNames[kind])), g.word(pick(g, []string{"eq", "ne"})), pick(g, []string{"true", "False", "\"true\"", "null"}))
	case n < 60:
		return g.text(property(pick(g, listNames[kind])), vocabulary)
	case n < 80:
		return g.quantified(property(pick(g, listNames[kind])), func() string { return g.text("_", vocabulary) })
	case kind == "user" && n < 92:
		return g.date(property("employeeHireDate"))
	case kind == "user":
		return g.quantified(property("assignedPlans"), func() string {
			i := g.IntN(3)
			return g.text("assignedPlan."+[]string{"service", "servicePlanId", "capabilityStatus"}[i], planTexts[2*i:2*i+2])
		})
	case n < 90:
		return g.text(property("deviceOSVersion"), versionTexts)
	default:
		version := pick(g, versionTexts[:7])
		return g.join(property("deviceOSVersion"), g.word(pick(g, []string{"ge", "le"})), pick(g, []string{version, g.quote(version)}))
	}
}

func (g generator) quantified(collection string, leaf func() string) string {
	word := g.word(pick(g, []string{"any", "any", "all"}))
	if g.chance(30) {
		return g.join(collection, word, leaf())
	}
	return g.join(collection, word, "("+g.expr(g.IntN(3), leaf)+")")
}

// text compares operand with texts from list.
func (g generator) text(operand string, list []string) string {
	value := g.mixCase(pick(g, list))
	if g.chance(4) {
		value = ""
	}
	switch n := g.IntN(20); {
	case n == 0:
		return g.join(operand, g.word(pick(g, []string{"eq", "ne"})), pick(g, []string{"null", "$NULL", `""`}))
	case n < 4:
		var values []string
		for range 1 + g.IntN(12) {
			values = append(values, g.quote(pick(g, list)))
		}
		if g.chance(10) {
			values = append(values, `""`)
		}
		return g.join(operand, g.word(pick(g, []string{"in", "in", "notIn"})), "["+strings.Join(values, ",")+"]")
	case n < 6:
		return g.join(operand, g.word(pick(g, []string{"match", "notMatch"})), g.quote(pick(g, patterns)))
	default:
		ops := []string{"eq", "eq", "startsWith", "endsWith", "contains", "contains", "ne", "notStartsWith", "notEndsWith", "notContains"}
		return g.join(operand, g.word(pick(g, ops)), g.quote(value))
	}
}

func (g generator) date(operand string) string {
	if g.chance(40) {
		day := noon.AddDate(0, 0, g.IntN(40)-20)
		form := pick(g, []string{time.RFC3339, time.DateOnly})
		return g.join(operand, g.word(pick(g, []string{"eq", "ge", "le"})), day.Format(form))
	}
	value := g.mixCase("system.now")
	if g.chance(80) {
		n := g.IntN(12)
		period := fmt.Sprintf(pick(g, []string{"P%dD", "p%dd", "PT%dH", "P%dDT1H", "P1M%dD", "P%dW", "p%dw", "P1Y%dM2DT3H4M5S"}), n)
		value = g.join(value, g.word(pick(g, []string{"plus", "minus"})), period)
	}
	if g.chance(60) {
		value = "(" + value + ")"
	}
	return g.join(operand, g.word(pick(g, []string{"ge", "le"})), value)
}

// anchored reports whether one of the anchors is true of the object, by the oracle's means.
func anchored(kind string, f facts, anchors []rule.Anchor) bool {
	o := oracle{kind: kind, of: f, now: noon}
	op := map[rule.AnchorOp]string{rule.Equal: "eq", rule.Prefix: "startswith", rule.Contains: "contains"}
	return slices.ContainsFunc(anchors, func(a rule.Anchor) bool {
		want := []piece{{a.Value, true}}
		if field, ok := strings.CutPrefix(a.Property, "assignedPlan."); ok {
			return slices.ContainsFunc(elements(f["assignedPlans"]), func(e any) bool {
				return o.compare(o.find("assignedPlan."+field, e), op[a.Op], want)
			})
		}
		return o.compare(o.find(kind+"."+a.Property, nil), op[a.Op], want)
	})
}
