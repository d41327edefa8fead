package rule_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/rule"
)

var updateFlag = flag.Bool("update", false, "rewrite testdata/explain.golden")

// TestExplanationsReadAsInTheGoldenFile explains a few rules for the objects of verdicts.txt.
func TestExplanationsReadAsInTheGoldenFile(t *testing.T) {
	t.Parallel()
	w := readWorld(t)
	var b strings.Builder
	for _, c := range []struct{ object, text string }{
		{"pc", `(device.deviceOSType -eq "Windows") and -not (device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`},
		{"pc", `device.devicePhysicalIds -any (_ -startsWith "[OrderID]" and (_ -endsWith "room1" or _ -endsWith "room2"))`},
		{"pc", `device.devicePhysicalIds -notContains "[ZTDId]"`},
		{"bare", `device.devicePhysicalIds -all (_ -notStartsWith "[ZTDId]") or device.deviceCategory –ne null`},
		{"ann", `user.assignedPlans -any (assignedPlan.service -eq "SCO" -and assignedPlan.capabilityStatus -eq "Enabled")`},
		{"ann", `user.employeeHireDate -ge (system.now -plus P7D) -and user.accountEnabled -eq false and user.extension_c272a57b722d4eb29bfe327874ae79cb_OfficeNumber -eq "124"`},
		{"blank", `user.employeeHireDate -eq null and user.assignedPlans -eq null and user.city -ne "Oslo"`},
		{"pc", `user.city -eq "Oslo"`},
	} {
		fmt.Fprintf(&b, "%s: %s\n", c.object, c.text)
		write(&b, 1, parse(t, c.text).Explain(w.objects[c.object], w.now))
		b.WriteByte('\n')
	}
	const golden = "testdata/explain.golden"
	if *updateFlag {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("explanations differ (-want +got):\n%s", diff)
	}
}

func write(b *strings.Builder, depth int, e rule.Explanation) {
	fmt.Fprintf(b, "%s%-5t %s", strings.Repeat("  ", depth), e.Result, e.Expression)
	if e.Property != "" {
		fmt.Fprintf(b, "   {%s = %q}", e.Property, e.PropertyValue)
	}
	b.WriteByte('\n')
	for _, d := range e.Details {
		write(b, depth+1, d)
	}
}
