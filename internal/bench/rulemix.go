package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/labdata"
	"taxiway/internal/rule"
)

// shape is one kind of rule that admins write, with how many of a thousand
// rules are of it.
type shape struct {
	weight int
	text   func(r *rand.Rand) string
}

// shapes are those that public documentation and scripts show for devices.
// Rules for few devices are far more common than rules for most, and values
// are drawn from vocabularies as large as those of an organisation with many
// sites, so that some 130 of 10,000 rules hold for a device.
func shapes() []shape {
	q := func(format string, args ...func(*rand.Rand) string) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			values := make([]any, len(args))
			for i, a := range args {
				values[i] = a(r)
			}
			return fmt.Sprintf(format, values...)
		}
	}
	return []shape{
		{330, q(`(device.devicePhysicalIds -any (_ -eq "[OrderID]:%s"))`, tagName)},
		{110, q(`(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]")) and (device.devicePhysicalIds -any (_ -eq "[OrderID]:%s"))`, tagName)},
		{90, q(`(device.extensionAttribute1 -eq "%s")`, ringName)},
		{80, q(`(device.displayName -startsWith "%s-")`, siteName)},
		{70, q(`(device.enrollmentProfileName -eq "%s")`, profileName)},
		{50, q(`(device.devicePhysicalIds -any _ -startsWith "[OrderID]:%s")`, siteName)},
		{40, q(`(device.deviceOSType -eq "Windows") and (device.deviceOSVersion -startsWith "%s")`, buildName)},
		{15, q(`(device.managementType -eq "MDM") and (device.deviceManufacturer -contains "%s")`, makerName)},
		{35, q(`(device.displayName -contains "%s")`, numberName)},
		{30, q(`(device.deviceModel -contains "%s") and (device.displayName -startsWith "%s")`, modelName, siteName)},
		{30, q(`(device.displayName -match "^%s-[0-9]+$")`, siteName)},
		{25, q(`(device.deviceOwnership -eq "Company") and (device.extensionAttribute2 -in ["%s","%s","%s"])`, ringName, ringName, ringName)},
		{20, q(`(device.deviceModel -eq "%s") or (device.extensionAttribute1 -eq "%s")`, modelName, ringName)},
		{20, q(`(device.objectId -eq "%s")`, uuidName)},
		{3, q(`(device.deviceTrustType -eq "AzureAD") and -not (device.devicePhysicalIds -any (_ -eq "[OrderID]:%s"))`, tagName)},
		{2, q(`(device.devicePhysicalIds -any (_ -startsWith "[ZTDID]")) and (device.devicePhysicalIds -all (_ -notStartsWith "[OrderID]:%s"))`, siteName)},
		{4, q(`(device.deviceOSType -eq "Windows") and (device.deviceOSVersion -ge "%s")`, buildName)},
		{2, q(`(device.devicePhysicalIds -any (_ -contains "[ZTDId]"))`)},
	}
}

func tagName(r *rand.Rand) string     { return fmt.Sprintf("%s-T%02d", siteName(r), r.IntN(10)) }
func siteName(r *rand.Rand) string    { return fmt.Sprintf("S%03d", r.IntN(400)) }
func ringName(r *rand.Rand) string    { return fmt.Sprintf("Ring%04d", r.IntN(2_000)) }
func profileName(r *rand.Rand) string { return fmt.Sprintf("Autopilot-Profile-%03d", r.IntN(300)) }
func numberName(r *rand.Rand) string  { return fmt.Sprintf("-%05d", r.IntN(100_000)) }
func uuidName(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64()>>16)
}

func buildName(r *rand.Rand) string {
	return fmt.Sprintf("10.0.%d.%d", []int{19045, 22621, 22631, 26100}[r.IntN(4)], 1_000+r.IntN(400))
}

func makerName(r *rand.Rand) string {
	m := labdata.Models()
	word, _, _ := strings.Cut(m[r.IntN(len(m))].Manufacturer, " ")
	return word
}

func modelName(r *rand.Rand) string {
	m := labdata.Models()
	return m[r.IntN(len(m))].Name
}

// mixedRules draws n rules from the shapes.
func mixedRules(r *rand.Rand, n int) ([]*rule.Rule, error) {
	all := shapes()
	total := 0
	for _, s := range all {
		total += s.weight
	}
	out := make([]*rule.Rule, n)
	for i := range out {
		pick, at := r.IntN(total), 0
		for pick >= all[at].weight {
			pick -= all[at].weight
			at++
		}
		parsed, err := rule.Parse(all[at].text(r))
		if err != nil {
			return nil, fmt.Errorf("parse a rule of the mix: %w", err)
		}
		out[i] = parsed
	}
	return out, nil
}

// absentRules makes n rules that no device of the sample satisfies.
func absentRules(n int) ([]*rule.Rule, error) {
	forms := []string{
		`(device.devicePhysicalIds -any (_ -eq "[OrderID]:Absent-%06d"))`, `(device.displayName -startsWith "ABSENT%06d-")`,
		`(device.extensionAttribute1 -eq "Absent%06d")`, `(device.displayName -contains "absent-%06d")`,
	}
	out := make([]*rule.Rule, n)
	for i := range out {
		parsed, err := rule.Parse(fmt.Sprintf(forms[i%len(forms)], i))
		if err != nil {
			return nil, fmt.Errorf("parse a rule without members: %w", err)
		}
		out[i] = parsed
	}
	return out, nil
}

// sampleDevices makes n device objects whose values come from the rules'
// vocabularies.
func sampleDevices(r *rand.Rand, n int) []directory.Device {
	models := labdata.Models()
	out := make([]directory.Device, n)
	for i := range out {
		m := models[r.IntN(len(models))]
		d := directory.Device{
			ID: directory.ObjectID(uuidName(r)), DeviceID: directory.DeviceID(uuidName(r)), DisplayName: siteName(r) + numberName(r),
			OperatingSystem: "Windows", OperatingSystemVersion: buildName(r), TrustType: "AzureAd", DeviceOwnership: "Company", AccountEnabled: true,
			Attributes: map[string]string{
				"deviceManufacturer": m.Manufacturer, "deviceModel": m.Name, "managementType": "MDM", "profileType": "RegisteredDevice",
				"enrollmentProfileName": profileName(r), "extensionAttribute1": ringName(r), "extensionAttribute2": ringName(r),
			},
			CreatedAt: time.UnixMicro(1),
		}
		d.SetPhysicalID(directory.PhysicalZTDID, uuidName(r))
		d.SetPhysicalID(directory.PhysicalOrderID, tagName(r))
		if i%3 == 0 {
			d.SetPhysicalID(directory.PhysicalPurchaseOrder, fmt.Sprintf("PO%05d", r.IntN(1_000)))
		}
		out[i] = d
	}
	return out
}
