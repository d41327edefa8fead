package rule_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"taxiway/internal/rule"
)

// estate makes rules in the mix a school district would have, most of them by tag, name, attribute or
// model, and devices for them. Equal seeds give equal estates.
func estate(b *testing.B, rules, devices int) ([]*rule.Rule, []*rule.Object) {
	b.Helper()
	g := generator{rand.New(rand.NewPCG(1, 4))}
	makers := []string{"LENOVO", "Dell Inc.", "HP", "Microsoft Corporation", "Acer"}
	tag := func() string { return fmt.Sprintf("S%03d.T%d.Room%d", g.IntN(900), g.IntN(4), g.IntN(30)) }
	model := func() string {
		return fmt.Sprintf("%s %d", pick(g, []string{"ThinkPad", "Latitude", "Surface Pro", "EliteBook"}), 400+g.IntN(300))
	}
	version := func() string { return fmt.Sprintf("10.0.%d", pick(g, []int{19045, 22621, 22631, 26100, 26200})) }
	published := lines(b, "device.txt")

	var list []*rule.Rule
	for len(list) < rules {
		var text string
		switch n := g.IntN(100); {
		case n < 35:
			text = fmt.Sprintf(`(device.devicePhysicalIds -any (_ -eq "[OrderID]:%s"))`, tag())
		case n < 45:
			text = fmt.Sprintf(`(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:%s")) and (device.devicePhysicalIds -any (_ -contains "[ZTDId]"))`, tag()[:7])
		case n < 60:
			text = fmt.Sprintf(`(device.deviceOSType -eq "Windows") and (device.displayName -startsWith "S%03d-")`, g.IntN(900))
		case n < 70:
			text = fmt.Sprintf(`device.extensionAttribute%d -in ["R%d", "R%d"] and device.deviceOwnership -eq "Company"`, 1+g.IntN(3), g.IntN(500), g.IntN(500))
		case n < 80:
			text = fmt.Sprintf(`(device.deviceManufacturer -eq "%s") and (device.deviceModel -contains "%s")`, pick(g, makers), model())
		case n < 90:
			text = fmt.Sprintf(`(device.deviceModel -startsWith "%s") and (device.deviceOSVersion -startsWith "%s")`, model(), version())
		case n < 95:
			text = fmt.Sprintf(`device.displayName -match "^S%03d-PC-\d+$"`, g.IntN(900))
		default:
			text = pick(g, published)
		}
		list = append(list, parse(b, text))
	}
	var objects []*rule.Object
	for i := range devices {
		o := rule.NewObject(rule.Device)
		o.SetString("objectId", fmt.Sprintf("%032x", i))
		o.SetString("deviceId", fmt.Sprintf("%032x", i+7))
		o.SetString("displayName", fmt.Sprintf("S%03d-PC-%04d", g.IntN(900), i))
		o.SetString("deviceOSType", "Windows")
		o.SetString("deviceOSVersion", version()+".1")
		o.SetString("deviceManufacturer", pick(g, makers))
		o.SetString("deviceModel", model())
		o.SetString("deviceOwnership", "Company")
		o.SetString("deviceTrustType", "AzureAD")
		o.SetString("managementType", "MDM")
		o.SetString("extensionAttribute1", fmt.Sprintf("R%d", g.IntN(500)))
		o.SetBool("accountEnabled", true)
		o.SetStrings("devicePhysicalIds", []string{
			fmt.Sprintf("[ZTDId]:%032x", i), "[OrderID]:" + tag(), "[HWID]:h:6825", "[USER-GID]:1:2", "[GID]:g:6825",
		})
		objects = append(objects, o)
	}
	return list, objects
}

func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 50_000} {
		rules, objects := estate(b, n, 1_000)
		b.Run(fmt.Sprintf("rules=%d/naive", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				o := objects[i%len(objects)]
				for _, r := range rules {
					r.Match(o, noon)
				}
			}
		})
		x := rule.NewIndex(rules)
		b.Run(fmt.Sprintf("rules=%d/index", n), func(b *testing.B) {
			b.ReportAllocs()
			var dst []int32
			found, rounds := 0, 0
			for i := 0; b.Loop(); i++ {
				dst = x.Match(objects[i%len(objects)], noon, dst[:0])
				found += len(dst)
				rounds++
			}
			b.ReportMetric(float64(found)/float64(rounds), "matches/op")
		})
	}
}

func BenchmarkParse(b *testing.B) {
	texts := lines(b, "device.txt")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := rule.Parse(texts[i%len(texts)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewIndex(b *testing.B) {
	rules, _ := estate(b, 10_000, 1)
	b.ReportAllocs()
	for b.Loop() {
		rule.NewIndex(rules)
	}
}
