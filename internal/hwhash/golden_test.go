package hwhash_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/hwhash"
)

// goldenBytes reads testdata/golden.txt, which was written from the published
// layout without this package.
func goldenBytes(t testing.TB) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for line := range strings.Lines(string(file)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if want := strconv.Itoa(len(b)); fields[0] != want {
			t.Fatalf("golden.txt: offset %s stands at byte %s", fields[0], want)
		}
		part, err := hex.DecodeString(strings.Join(fields[1:], ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	return append(b, make([]byte, 3000-len(b))...)
}

// goldenHardware is what the notes in golden.txt say.
func goldenHardware() hwhash.Hardware {
	return hwhash.Hardware{
		ToolBuild: hwhash.Build{Major: 10, Build: 26100, Revision: 1},
		OSBuild:   hwhash.Build{Major: 10, Build: 26100, Revision: 1742},
		OSType:    2, OSArch: hwhash.X64, ToolVersion: 3,
		CPU:    hwhash.CPU{Arch: hwhash.X64, Packages: 1, Cores: 8, Threads: 16, HyperThreading: true, Manufacturer: "GenuineMaker", Model: "Example Core 7 1234U"},
		Memory: hwhash.Memory{GB: 32, MaxGB: 64, Slots: 2, Arrays: 1, ErrorCorrection: 3},
		Disks: []hwhash.Disk{
			{SizeGB: 512, Bus: hwhash.BusNVMe, Media: hwhash.MediaSSD, Serial: "DSK-0001", Model: "Fast Disk 512"},
			{SizeGB: 2000, Bus: hwhash.BusSATA, Media: hwhash.MediaUnknown, Serial: "DSK-0002", Model: "Slow Disk", Vendor: "Maker"},
		},
		Adapters: []hwhash.Adapter{
			{Medium: hwhash.MediumEthernet, MAC: hwhash.MAC{2, 0, 0, 0xaa, 0xbb, 1}, Bus: "PCI"},
			{Medium: hwhash.MediumBluetooth, MAC: hwhash.MAC{2, 0, 0, 0xaa, 0xbb, 2}, Bus: "BTH"},
		},
		Displays:     []hwhash.Display{{WidthMM: 344, HeightMM: 193, Width: 1920, Height: 1080, Output: 0x80000000}},
		Chassis:      hwhash.Chassis{Type: 10, Role: 2, Tail: [3]byte{1, 0, 0}},
		PanelWidthCM: 34, PanelHeightCM: 19,
		TPMVersion:   "TPM-Version:2.0 -Level:0-Revision:1.16-VendorID:'IFX '-Firmware:458752.12345",
		EKModulus:    goldenModulus(),
		SMBIOSUUID:   "00112233-4455-6677-8899-aabbccddeeff",
		SystemSerial: "SN-4711", FirmwareVendor: "Example BIOS", SystemManufacturer: "Contoso", ProductName: "Contoso Book 14",
		SKU: "CB14-SKU", Family: "Contoso Book", SystemVersion: "Rev A",
		BoardManufacturer: "Contoso Board", BoardProduct: "CB-0001", BoardVersion: "1.2",
		ProductKeyID: "3312345678901", ProductKeyPartNumber: "[TH]X19-99481", KernelDiskSerial: "DSK_0001.",
	}
}

// goldenModulus has no meaning; it begins and ends as a modulus must.
func goldenModulus() []byte {
	m := make([]byte, 256)
	for i := range m {
		m[i] = byte(7*i + 11)
	}
	m[0], m[255] = 0x80, 0x65
	return m
}

var goldenTime = time.Date(2024, time.February, 29, 12, 34, 56, 0, time.UTC)

func TestAHashWrittenByHandParsesToEveryField(t *testing.T) {
	t.Parallel()
	h, err := hwhash.Parse(base64.StdEncoding.EncodeToString(goldenBytes(t)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenHardware(), h.Hardware); diff != "" {
		t.Errorf("hardware (-want +got):\n%s", diff)
	}
	if !h.Created.Equal(goldenTime) || h.UTCOffset != -7*time.Hour {
		t.Errorf("created %v offset %v, want %v and -7h", h.Created, h.UTCOffset, goldenTime)
	}
	if len(h.Warnings) != 0 || len(h.Unknown) != 0 {
		t.Errorf("warnings %q, unknown %v, want none", h.Warnings, h.Unknown)
	}
	if got := h.OSBuild.String(); got != "10.0.26100.1742" {
		t.Errorf("OS build %s", got)
	}
	if h.TPMVendor() != "IFX" || h.Adapters[0].MAC.String() != "02:00:00:aa:bb:01" || h.OSArch.String() != "x64" {
		t.Errorf("vendor %q, MAC %s, architecture %s", h.TPMVendor(), h.Adapters[0].MAC, h.OSArch)
	}
	if !bytes.Equal(h.Raw(), goldenBytes(t)) || h.Text() != base64.StdEncoding.EncodeToString(goldenBytes(t)) {
		t.Error("Raw or Text differ from what was parsed")
	}
}

func TestMintWritesTheHashWrittenByHandByteForByte(t *testing.T) {
	t.Parallel()
	text, err := hwhash.Mint(goldenHardware(), goldenTime.In(time.FixedZone("", -7*3600)))
	if err != nil {
		t.Fatal(err)
	}
	if len(text) != 4000 {
		t.Errorf("%d characters, want 4000", len(text))
	}
	got, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hex.Dump(goldenBytes(t)), hex.Dump(got)); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}

func TestAParsedHashMintsAgainToTheSameText(t *testing.T) {
	t.Parallel()
	h, err := hwhash.ParseBytes(goldenBytes(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := hwhash.Mint(h.Hardware, h.Created.In(time.FixedZone("", int(h.UTCOffset/time.Second))))
	if err != nil {
		t.Fatal(err)
	}
	if again != h.Text() {
		t.Error("the hash changed on the way through Hardware")
	}
}

func TestTPMTextIsWhatRecord13Holds(t *testing.T) {
	t.Parallel()
	if got, want := hwhash.TPMText("IFX", 458752, 12345), goldenHardware().TPMVersion; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMintNamesTheFieldItCannotWrite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		field  string
		change func(*hwhash.Hardware)
		at     time.Time
	}{
		{"EKModulus", func(h *hwhash.Hardware) { h.EKModulus = make([]byte, 255) }, goldenTime},
		{"SMBIOSUUID", func(h *hwhash.Hardware) { h.SMBIOSUUID = "00112233-4455" }, goldenTime},
		{"SMBIOSUUID", func(h *hwhash.Hardware) { h.SMBIOSUUID = "0011223-34455-6677-8899-aabbccddeeff" }, goldenTime},
		{"SystemSerial", func(h *hwhash.Hardware) { h.SystemSerial = "a\x00b" }, goldenTime},
		{"Family", func(h *hwhash.Hardware) { h.Family = "\xff" }, goldenTime},
		{"CPU.Model", func(h *hwhash.Hardware) { h.CPU.Model = strings.Repeat("x", 49) }, goldenTime},
		{"Disks[1]", func(h *hwhash.Hardware) { h.Disks[1].Serial = "a|b" }, goldenTime},
		{"Adapters[0].Bus", func(h *hwhash.Hardware) { h.Adapters[0].Bus = "P\nI" }, goldenTime},
		{"GPUs[0]", func(h *hwhash.Hardware) { h.GPUs = []hwhash.GPU{{Name: "\x07"}} }, goldenTime},
		{"OSArch", func(h *hwhash.Hardware) { h.OSArch = 256 }, goldenTime},
		{"SKU", func(h *hwhash.Hardware) { h.SKU = strings.Repeat("x", 70000) }, goldenTime},
		{"Hardware", func(h *hwhash.Hardware) { h.SKU = strings.Repeat("x", 2900) }, goldenTime},
		{"created", func(*hwhash.Hardware) {}, time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"created", func(*hwhash.Hardware) {}, time.Date(2137, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"created", func(*hwhash.Hardware) {}, goldenTime.In(time.FixedZone("", 100))},
	}
	for _, tt := range tests {
		hw := goldenHardware()
		tt.change(&hw)
		text, err := hwhash.Mint(hw, tt.at)
		e := hashError(t, err)
		if e.Code != hwhash.CodeMint || !strings.HasPrefix(e.Message, tt.field+" ") || text != "" {
			t.Errorf("want field %s, got %v", tt.field, err)
		}
	}
}

func TestAMachineThatSaysNothingStillMints(t *testing.T) {
	t.Parallel()
	text, err := hwhash.Mint(hwhash.Hardware{}, goldenTime)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hwhash.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hwhash.Hardware{}, h.Hardware, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("hardware (-want +got):\n%s", diff)
	}
	if _, ok := h.EKKey(); ok {
		t.Error("a machine without TPM has an endorsement key")
	}
	if _, ok := h.FirmwareKey(); ok {
		t.Error("a machine without UUID has a firmware key")
	}
}
