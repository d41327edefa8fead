package rule_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"taxiway/internal/rule"
)

// world is what testdata/verdicts.txt describes.
type world struct {
	now     time.Time
	objects map[string]*rule.Object
	rows    []verdict
}

type verdict struct {
	title, object, rule string
	want                bool
}

func readWorld(t testing.TB) world {
	t.Helper()
	data, err := os.ReadFile("testdata/verdicts.txt")
	if err != nil {
		t.Fatal(err)
	}
	w := world{objects: make(map[string]*rule.Object)}
	var current *rule.Object
	title := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		word := strings.Fields(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "## "):
			title = line[3:]
		case line[0] == ' ':
			name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
			if !setText(t, current, name, value) {
				t.Fatalf("unknown property in %q", line)
			}
		case word[0] == "now":
			w.now = parseTime(t, word[1])
		case word[0] == "object":
			kind := rule.User
			if word[2] == "device" {
				kind = rule.Device
			}
			current = rule.NewObject(kind)
			w.objects[word[1]] = current
		case word[0] == "true" || word[0] == "false":
			if w.objects[word[1]] == nil {
				t.Fatalf("unknown object in %q", line)
			}
			_, text, _ := strings.Cut(line, word[1])
			w.rows = append(w.rows, verdict{title, word[1], text, word[0] == "true"})
		default:
			t.Fatalf("cannot read %q", line)
		}
	}
	return w
}

func parseTime(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// setText sets any property from its spelling in testdata.
func setText(t testing.TB, o *rule.Object, name, value string) bool {
	t.Helper()
	switch name {
	case "accountEnabled", "dirSyncEnabled", "isRooted":
		return o.SetBool(name, value == "true")
	case "employeeHireDate":
		return o.SetTime(name, parseTime(t, value))
	case "devicePhysicalIds", "systemLabels", "otherMails", "proxyAddresses":
		return o.SetStrings(name, strings.Split(value, " | "))
	case "assignedPlans":
		var plans []rule.Plan
		for part := range strings.SplitSeq(value, " | ") {
			field := strings.Split(part, "/")
			plans = append(plans, rule.Plan{Service: field[0], ServicePlanID: field[1], CapabilityStatus: field[2]})
		}
		return o.SetPlans(plans)
	default:
		return o.SetString(name, value)
	}
}

func TestVerdictsDecidedByHandHold(t *testing.T) {
	t.Parallel()
	w := readWorld(t)
	if len(w.rows) < 150 {
		t.Fatalf("only %d verdicts were read", len(w.rows))
	}
	for _, row := range w.rows {
		r, err := rule.Parse(row.rule)
		if err != nil {
			t.Errorf("%s: %s: %v", row.title, row.rule, err)
			continue
		}
		o := w.objects[row.object]
		if got := r.Match(o, w.now); got != row.want {
			t.Errorf("%s: %s: %s is %t, want %t", row.title, row.object, row.rule, got, row.want)
		}
		if got := r.Explain(o, w.now).Result; got != row.want {
			t.Errorf("%s: %s: %s is explained as %t, want %t", row.title, row.object, row.rule, got, row.want)
		}
		again, err := rule.Parse(r.Normal())
		if err != nil {
			t.Errorf("%s: the normal form of %s: %v", row.title, row.rule, err)
			continue
		}
		if got := again.Match(o, w.now); got != row.want {
			t.Errorf("%s: %s: the normal form %s is %t, want %t", row.title, row.object, r.Normal(), got, row.want)
		}
	}
}

func TestAnObjectOfTheOtherKindNeverMatches(t *testing.T) {
	t.Parallel()
	w := readWorld(t)
	r := parse(t, "user.department -ne \"Sales\"")
	if r.Match(w.objects["pc"], w.now) {
		t.Error("a user rule matched a device")
	}
	e := r.Explain(w.objects["pc"], w.now)
	if e.Result || e.Expression != r.Text() || e.Details != nil {
		t.Errorf("explained as %+v", e)
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	w := readWorld(t)
	for _, row := range w.rows {
		// Package regexp takes its machines from a pool that the garbage collector may have emptied.
		if strings.Contains(strings.ToLower(row.rule), "match") {
			continue
		}
		r := parse(t, row.rule)
		o := w.objects[row.object]
		if n := testing.AllocsPerRun(5, func() { r.Match(o, w.now) }); n != 0 {
			t.Errorf("%s: %v allocations", row.rule, n)
		}
	}
}

func parse(t testing.TB, text string) *rule.Rule {
	t.Helper()
	r, err := rule.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}
