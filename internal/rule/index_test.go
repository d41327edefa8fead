package rule_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/rule"
)

func TestAnchorsAreTheCheapestThatTheRuleRequires(t *testing.T) {
	t.Parallel()
	eq, prefix, contains := rule.Equal, rule.Prefix, rule.Contains
	for _, c := range []struct {
		text string
		want []rule.Anchor
	}{
		{`device.deviceModel -eq "Surface"`, []rule.Anchor{{"deviceModel", eq, "surface"}}},
		{`device.deviceModel -in ["A", "B"]`, []rule.Anchor{{"deviceModel", eq, "a"}, {"deviceModel", eq, "b"}}},
		{`device.displayName -startsWith "FV-"`, []rule.Anchor{{"displayName", prefix, "fv-"}}},
		{`device.displayName -endsWith "-17"`, []rule.Anchor{{"displayName", contains, "-17"}}},
		{`device.displayName -match "^fv-\d"`, []rule.Anchor{{"displayName", prefix, "fv-"}}},
		{`device.displayName -match "(room|hall)\d"`, []rule.Anchor{{"displayName", contains, "room"}, {"displayName", contains, "hall"}}},
		{`device.deviceOSType -eq "Windows" and device.devicePhysicalIds -any (_ -eq "[OrderID]:X")`, []rule.Anchor{{"devicePhysicalIds", eq, "[orderid]:x"}}},
		{`device.devicePhysicalIds -any (_ -startsWith "[ZTDId]") and device.extensionAttribute1 -eq "R"`, []rule.Anchor{{"extensionAttribute1", eq, "r"}}},
		{`device.devicePhysicalIds -contains "[ZTDId]"`, []rule.Anchor{{"devicePhysicalIds", contains, "[ztdid]"}}},
		{`device.deviceModel -eq "A" or device.displayName -contains "B"`, []rule.Anchor{{"deviceModel", eq, "a"}, {"displayName", contains, "b"}}},
		{`user.assignedPlans -any (assignedPlan.servicePlanId -eq "P1" and assignedPlan.capabilityStatus -eq "Enabled")`, []rule.Anchor{{"assignedPlan.servicePlanId", eq, "p1"}}},
		{`user.` + extension + ` -eq "Blue"`, []rule.Anchor{{strings.ToLower(extension), eq, "blue"}}},

		{`device.deviceModel -ne "A"`, nil},
		{`device.deviceModel -eq null`, nil},
		{`device.deviceModel -in ["A", ""]`, nil},
		{`device.deviceModel -startsWith ""`, nil},
		{`-not (device.deviceModel -eq "A")`, nil},
		{`device.deviceModel -eq "A" or device.isRooted -eq true`, nil},
		{`device.devicePhysicalIds -all (_ -eq "A")`, nil},
		{`device.displayName -match "^.*$"`, nil},
		{`device.displayName -match "x?"`, nil},
		{`device.deviceOSVersion -ge "10"`, nil},
	} {
		got, ok := parse(t, c.text).Anchors()
		if ok != (c.want != nil) {
			t.Errorf("%s: ok is %t", c.text, ok)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: anchors differ (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestTheIndexReportsPositionsOfBothKindsSortedAndBehindWhatWasThere(t *testing.T) {
	t.Parallel()
	var rules []*rule.Rule
	for _, text := range []string{
		`user.city -eq "Lagos"`,
		`device.deviceOSType -eq "Windows"`,
		`device.deviceOSType -eq "macOS"`,
		`( device.deviceOSType -EQ 'windows' )`,
		`device.displayName -ne "x"`,
		`user.displayName -ne "x"`,
		`device.deviceOSType -eq "Windows"`,
	} {
		rules = append(rules, parse(t, text))
	}
	x := rule.NewIndex(rules)
	pc, ann := rule.NewObject(rule.Device), rule.NewObject(rule.User)
	pc.SetString("deviceOSType", "Windows")
	ann.SetString("city", "LAGOS")
	if got := x.Match(pc, noon, []int32{99}); !slices.Equal(got, []int32{99, 1, 3, 4, 6}) {
		t.Errorf("the device matches %v", got)
	}
	if got := x.Match(ann, noon, nil); !slices.Equal(got, []int32{0, 5}) {
		t.Errorf("the user matches %v", got)
	}
	if got := rule.NewIndex(nil).Match(pc, noon, nil); len(got) != 0 {
		t.Errorf("an empty index matches %v", got)
	}
}

// TestManyOverlappingPartsAreAllFound tries texts that are prefixes, suffixes and parts of each other,
// longer than what the index keeps of them.
func TestManyOverlappingPartsAreAllFound(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(randomSeed(t), 2))}
	word := func(longest int) string {
		var b strings.Builder
		for range 1 + g.IntN(longest) {
			b.WriteString(pick(g, []string{"a", "b", "A", "é"}))
		}
		return b.String()
	}
	var rules []*rule.Rule
	for range 400 {
		op := pick(g, []string{"-contains", "-endsWith", "-startsWith"})
		rules = append(rules, parse(t, fmt.Sprintf("device.displayName %s %q", op, word(pick(g, []int{4, 40})))))
	}
	x := rule.NewIndex(rules)
	o := rule.NewObject(rule.Device)
	for range 300 {
		o.SetString("displayName", word(60))
		var want []int32
		for i, r := range rules {
			if r.Match(o, noon) {
				want = append(want, int32(i))
			}
		}
		if got := x.Match(o, noon, nil); !slices.Equal(got, want) {
			t.Fatalf("%s: index %v, rules %v", o.Value("displayName"), got, want)
		}
	}
}

// TestRulesBeyondTheAutomatonsRoomStillMatch gives the index more parts than it keeps.
func TestRulesBeyondTheAutomatonsRoomStillMatch(t *testing.T) {
	t.Parallel()
	var rules []*rule.Rule
	for i := range 200 {
		var parts []string
		for j := range 72 {
			parts = append(parts, fmt.Sprintf(`_ -contains "%s"`, spread(i*72+j)))
		}
		rules = append(rules, parse(t, "device.systemLabels -any ("+strings.Join(parts, " or ")+")"))
	}
	x := rule.NewIndex(rules)
	for n := 0; n < 200*72; n += 97 {
		o := rule.NewObject(rule.Device)
		o.SetStrings("systemLabels", []string{"before " + spread(n) + " behind"})
		if got := x.Match(o, noon, nil); !slices.Equal(got, []int32{int32(n / 72)}) {
			t.Errorf("part %d: %v", n, got)
		}
	}
}

// spread writes n as 24 letters that differ from the first one on.
func spread(n int) string {
	text := make([]byte, 24)
	for i := range text {
		text[i] = byte('a' + n%26)
		n = n/26 + n*7%9973
	}
	return string(text)
}

func TestOneIndexServesManyGoroutinesAtOnce(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(randomSeed(t), 3))}
	rules, objects := g.batch(t)
	list := make([]*rule.Rule, len(rules))
	for i := range rules {
		list[i] = rules[i].rule
	}
	x := rule.NewIndex(list)
	want := make([][]int32, len(objects))
	for i, o := range objects {
		want[i] = x.Match(o.object, noon, nil)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var got []int32
			for range 20 {
				for i, o := range objects {
					got = x.Match(o.object, noon, got[:0])
					if !slices.Equal(got, want[i]) {
						t.Errorf("object %d: %v, want %v", i, got, want[i])
					}
				}
			}
		})
	}
	group.Wait()
}
