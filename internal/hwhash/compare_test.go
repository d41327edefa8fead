package hwhash_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
)

func mint(t testing.TB, hw hwhash.Hardware, at time.Time) *hwhash.Hash {
	t.Helper()
	text, err := hwhash.Mint(hw, at)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hwhash.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestCompareFollowsTheMatchingRule(t *testing.T) {
	t.Parallel()
	type hardware = hwhash.Hardware
	otherEK := func(h *hardware) { h.EKModulus = slices.Clone(h.EKModulus); h.EKModulus[1] ^= 1 }
	otherUUID := func(h *hardware) { h.SMBIOSUUID = "99999999-4455-6677-8899-aabbccddeeff" }
	otherSerial := func(h *hardware) { h.SystemSerial = "SN-4712" }
	noTPM := func(h *hardware) { h.EKModulus, h.TPMVersion = nil, "" }
	noUUID := func(h *hardware) { h.SMBIOSUUID = "" }
	unset := func(h *hardware) {
		noTPM(h)
		h.SMBIOSUUID, h.SystemSerial = "03000200-0400-0500-0006-000700080009", "To be filled by O.E.M."
	}
	otherMAC := func(h *hardware) { h.Adapters = slices.Clone(h.Adapters); h.Adapters[0].MAC[5] = 0x77 }
	otherDisk := func(h *hardware) { h.Disks = slices.Clone(h.Disks); h.Disks[0].Serial = "DSK-9999" }
	bare := func(h *hardware) { unset(h); h.Adapters, h.Disks, h.KernelDiskSerial = nil, nil, "" }

	tests := []struct {
		name     string
		old, now []func(*hardware)
		want     hwhash.Verdict
		changed  string
	}{
		{name: "nothing changed", want: hwhash.Same},
		{name: "disks and adapters in another order, texts in another case and spacing", now: []func(*hardware){func(h *hardware) {
			h.Disks, h.Adapters = slices.Clone(h.Disks), slices.Clone(h.Adapters)
			slices.Reverse(h.Disks)
			slices.Reverse(h.Adapters)
			h.SystemSerial, h.SystemManufacturer, h.SMBIOSUUID, h.Disks[0].Serial = " sn-4711 ", "CONTOSO", strings.ToUpper(h.SMBIOSUUID), "dsk-0002"
		}}, want: hwhash.Same},
		{name: "another Windows, tool, memory, firmware and screen", now: []func(*hardware){func(h *hardware) {
			h.OSBuild.Build, h.ToolBuild.Build, h.Memory.GB, h.FirmwareVendor, h.Displays, h.CPU.Model = 22631, 1, 64, "New BIOS", nil, "Other"
		}}, want: hwhash.Same},
		{name: "one MAC address", now: []func(*hardware){otherMAC}, want: hwhash.HardwareChange, changed: "MAC address"},
		{name: "an adapter taken out", now: []func(*hardware){func(h *hardware) { h.Adapters = h.Adapters[:1] }}, want: hwhash.HardwareChange, changed: "MAC address"},
		{name: "an adapter without address added", now: []func(*hardware){func(h *hardware) { h.Adapters = append(slices.Clone(h.Adapters), hwhash.Adapter{}) }}, want: hwhash.Same},
		{name: "one disk", now: []func(*hardware){otherDisk}, want: hwhash.HardwareChange, changed: "disk serial"},
		{name: "product key", now: []func(*hardware){func(h *hardware) { h.ProductKeyID = "3300000000000" }}, want: hwhash.HardwareChange, changed: "product key id"},
		{name: "TPM firmware", now: []func(*hardware){func(h *hardware) { h.TPMVersion = hwhash.TPMText("IFX", 1, 2) }}, want: hwhash.HardwareChange, changed: "TPM version"},
		{name: "family", now: []func(*hardware){func(h *hardware) { h.Family = "" }}, want: hwhash.HardwareChange, changed: "system family"},
		{name: "all weak ones", now: []func(*hardware){otherMAC, otherDisk, func(h *hardware) { h.ProductKeyID, h.TPMVersion, h.Family = "", "", "X" }}, want: hwhash.HardwareChange, changed: "disk serial, MAC address, product key id, TPM version, system family"},
		{name: "new TPM, board kept", now: []func(*hardware){otherEK}, want: hwhash.HardwareChange, changed: "TPM endorsement key"},
		{name: "TPM switched off", now: []func(*hardware){noTPM}, want: hwhash.HardwareChange, changed: "TPM endorsement key, TPM version"},
		{name: "serial and UUID written anew, TPM kept", now: []func(*hardware){otherSerial, otherUUID}, want: hwhash.HardwareChange, changed: "SMBIOS UUID, system serial"},
		{name: "maker and model written anew", now: []func(*hardware){func(h *hardware) { h.SystemManufacturer, h.ProductName = "Fabrikam", "F1" }}, want: hwhash.HardwareChange, changed: "system manufacturer, model"},
		{name: "new mainboard with the old serial", now: []func(*hardware){otherEK, otherUUID}, want: hwhash.AnotherDevice, changed: "TPM endorsement key, SMBIOS UUID"},
		{name: "new TPM and new serial", now: []func(*hardware){otherEK, otherSerial}, want: hwhash.AnotherDevice, changed: "TPM endorsement key, system serial"},
		{name: "all strong ones, disks and adapters kept", now: []func(*hardware){otherEK, otherUUID, otherSerial}, want: hwhash.AnotherDevice, changed: "TPM endorsement key, SMBIOS UUID, system serial"},
		{name: "a virtual machine without TPM, unchanged", old: []func(*hardware){noTPM}, now: []func(*hardware){noTPM}, want: hwhash.Same},
		{name: "a virtual machine without TPM, new adapter", old: []func(*hardware){noTPM}, now: []func(*hardware){noTPM, otherMAC}, want: hwhash.HardwareChange, changed: "MAC address"},
		{name: "no TPM, new serial", old: []func(*hardware){noTPM}, now: []func(*hardware){noTPM, otherSerial}, want: hwhash.AnotherDevice, changed: "system serial"},
		{name: "no TPM and no UUID, serial alone", old: []func(*hardware){noTPM, noUUID}, now: []func(*hardware){noTPM, noUUID, otherMAC}, want: hwhash.AnotherDevice, changed: "MAC address"},
		{name: "firmware that sets nothing, same parts", old: []func(*hardware){unset}, now: []func(*hardware){unset}, want: hwhash.Same},
		{name: "firmware that sets nothing, another machine of that make", old: []func(*hardware){unset}, now: []func(*hardware){unset, otherMAC, otherDisk}, want: hwhash.AnotherDevice, changed: "disk serial, MAC address"},
		{name: "firmware that sets nothing, with TPM", old: []func(*hardware){unset, otherEK0}, now: []func(*hardware){unset, otherEK0, otherMAC}, want: hwhash.HardwareChange, changed: "MAC address"},
		{name: "nothing to tell machines apart", old: []func(*hardware){bare}, now: []func(*hardware){bare}, want: hwhash.AnotherDevice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, after := goldenHardware(), goldenHardware()
			for _, change := range tt.old {
				change(&before)
			}
			for _, change := range tt.now {
				change(&after)
			}
			got := hwhash.Compare(mint(t, before, goldenTime), mint(t, after, goldenTime.Add(1000*time.Hour)))
			var changed []string
			for _, c := range got.Changed {
				changed = append(changed, c.Name)
				strong := slices.Contains([]string{"TPM endorsement key", "SMBIOS UUID", "system serial", "system manufacturer", "model"}, c.Name)
				if c.Strong != strong || c.Old == c.New {
					t.Errorf("component %+v", c)
				}
			}
			if got.Verdict != tt.want || strings.Join(changed, ", ") != tt.changed || got.Reason == "" {
				t.Errorf("got %v, changed %q (%s), want %v, %q", got.Verdict, changed, got.Reason, tt.want, tt.changed)
			}
			back := hwhash.Compare(mint(t, after, goldenTime), mint(t, before, goldenTime))
			if back.Verdict != got.Verdict || len(back.Changed) != len(got.Changed) {
				t.Errorf("the other way round: %v, want %v", back.Verdict, got.Verdict)
			}
		})
	}
}

// otherEK0 gives a machine without TPM one of its own.
func otherEK0(h *hwhash.Hardware) { h.EKModulus = goldenModulus() }

func TestAChangedComponentShowsOldAndNewValue(t *testing.T) {
	t.Parallel()
	after := goldenHardware()
	after.Disks = []hwhash.Disk{{Serial: "NEW-1"}}
	got := hwhash.Compare(mint(t, goldenHardware(), goldenTime), mint(t, after, goldenTime))
	want := []hwhash.Component{{Name: "disk serial", Old: "DSK-0001, DSK-0002", New: "NEW-1"}}
	if diff := cmp.Diff(want, got.Changed); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func TestComparingWithNothingIsAnotherDevice(t *testing.T) {
	t.Parallel()
	h := mint(t, goldenHardware(), goldenTime)
	for _, got := range []hwhash.Comparison{hwhash.Compare(nil, h), hwhash.Compare(h, nil), hwhash.Compare(nil, nil)} {
		if got.Verdict != hwhash.AnotherDevice || got.Reason == "" {
			t.Errorf("got %+v", got)
		}
	}
}

func TestVerdictsHaveNames(t *testing.T) {
	t.Parallel()
	for v, want := range map[hwhash.Verdict]string{hwhash.Same: "Same", hwhash.HardwareChange: "HardwareChange", hwhash.AnotherDevice: "AnotherDevice", 99: "AnotherDevice"} {
		if v.String() != want {
			t.Errorf("%d is %s, want %s", v, v, want)
		}
	}
}

func TestImportErrorCodesHaveNameMeaningAndRemedy(t *testing.T) {
	t.Parallel()
	want := map[int]string{
		801: "InvalidZtdRequestBody", 802: "InvalidZtdHardwareHash", 803: "MissingZtdSerialNumberAndProductKey",
		806: "ZtdDeviceAlreadyAssigned", 807: "ZtdDeviceIsNotRegistered", 808: "ZtdDeviceAssignedToOtherTenant",
		809: "ZtdProfileIsNotRegistered", 810: "ZtdProfileAssignedToOtherTenant", 811: "ZtdDeviceRegisteredByOtherTenant",
		812: "ZtdDeviceNotFound", 813: "ZtdDeviceIsNotUnique", 814: "ZtdDeviceAlreadyAadRegistered",
		815: "ZtdDeviceHasNoAssignedProfile", 908: "SerialNumberMismatch",
	}
	for code := range 1000 {
		name, meaning, remedy := hwhash.Meaning(code)
		if name != want[code] || hwhash.CodeName(code) != name {
			t.Errorf("%d is %q, want %q", code, name, want[code])
		}
		if known := name != ""; known != (meaning != "") || known != (remedy != "") {
			t.Errorf("%d: meaning %q, remedy %q", code, meaning, remedy)
		}
	}
}
