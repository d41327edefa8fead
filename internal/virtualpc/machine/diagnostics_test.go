package machine_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

// collect reads the zip file of a PC's diagnostics.
func collect(t *testing.T, m *machine.Machine) map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Diagnostics(&b, noon); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Modified.Equal(noon) {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
		out[f.Name] = string(data)
	}
	return out
}

const (
	autopilotLog = "microsoft-windows-moderndeployment-diagnostics-provider-autopilot.txt"
	mdmLog       = "microsoft-windows-devicemanagement-enterprise-diagnostics-provider-admin.txt"
)

func TestDiagnosticsCollectWhatThePCKnowsAndNoKey(t *testing.T) {
	t.Parallel()
	m := create(t, machine.NewMemory(), machine.Spec{})
	furnish(t, m)
	if err := m.Registry().Set(machine.KeyAutopilot, "Markup", "<script>alert(1)</script>"); err != nil {
		t.Fatal(err)
	}
	got := collect(t, m)
	for name, parts := range map[string][]string{
		"AutopilotDDSZTDFile.json":       {`"CloudAssignedTenantDomain":"contoso.example"`},
		autopilotLog:                     {"161  Microsoft-Windows-ModernDeployment", "Profile downloaded.", "status = 200"},
		mdmLog:                           {"Error", "  72  "},
		"DeviceHash_PC1.csv":             {"Device Serial Number,Windows Product ID,Hardware Hash", m.Hardware.SystemSerial},
		"TpmHliInfo_Output.txt":          {"VendorID:'STM '"},
		"Certificates.txt":               {"CN=device", "2026-03-02 12:00:00 to 2027-03-02 12:00:00", "on the disk"},
		"ProtocolTrace.txt":              {"POST https://localhost/ztd/profile", `{"ok":true}`},
		"report.json":                    {`"result": "desktop"`},
		"MDMDiagReport.html":             {m.Hardware.SystemSerial, "TenantId", "&lt;script&gt;", "ProtocolTrace.txt"},
		"MDMDiagReport_RegistryDump.reg": nil,
	} {
		text, ok := got[name]
		if !ok {
			t.Errorf("there is no %s", name)
		}
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %q:\n%.2000s", name, part, text)
			}
		}
	}
	if text := narrow(t, []byte(got["MDMDiagReport_RegistryDump.reg"])); !strings.Contains(text, `"TenantId"="2f1b"`) {
		t.Errorf("the registry dump is %q", text)
	}
	rows, bad, err := hwhash.ReadCSV([]byte(got["DeviceHash_PC1.csv"]), hwhash.Strict)
	if err != nil || len(bad) > 0 || len(rows) != 1 {
		t.Fatalf("the file of the hash: %v, %v", err, bad)
	}
	if h, err := hwhash.Parse(rows[0].HardwareHash); err != nil || hwhash.Compare(h, hashOf(t, m)).Verdict != hwhash.Same {
		t.Errorf("the hash is another PC's: %v", err)
	}
	for name, text := range got {
		if strings.Contains(text, "PRIVATE KEY") || name != "MDMDiagReport.html" && strings.Contains(text, "<script>") {
			t.Errorf("%s holds a private key or a script", name)
		}
	}
	if _, ok := got["problems.txt"]; ok {
		t.Errorf("problems: %s", got["problems.txt"])
	}
}

func TestDiagnosticsOfANewPCHaveNoEmptyPromises(t *testing.T) {
	t.Parallel()
	got := collect(t, create(t, machine.NewMemory(), machine.Spec{NoTPM: true}))
	for _, name := range []string{"AutopilotDDSZTDFile.json", "report.json", "problems.txt", autopilotLog} {
		if _, ok := got[name]; ok {
			t.Errorf("there is a %s", name)
		}
	}
	if got["TpmHliInfo_Output.txt"] != "The PC has no TPM.\n" {
		t.Errorf("TPM: %q", got["TpmHliInfo_Output.txt"])
	}
}

func TestDiagnosticsNameWhatIsDamagedAndCollectTheRest(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	furnish(t, create(t, disk, machine.Spec{}))
	broken := []string{"windows-1/registry.json", "windows-1/events/000001.jsonl", "windows-1/keys/device.pem"}
	for _, name := range broken {
		if err := disk.Write(name, []byte("{")); err != nil {
			t.Fatal(err)
		}
	}
	got := collect(t, open(t, disk))
	for _, name := range broken {
		if !strings.Contains(got["problems.txt"], name) || !strings.Contains(got["MDMDiagReport.html"], name) {
			t.Errorf("nothing names %s:\n%s", name, got["problems.txt"])
		}
	}
	if !strings.Contains(got["ProtocolTrace.txt"], "ztd/profile") || !strings.Contains(got["AutopilotDDSZTDFile.json"], "contoso") {
		t.Error("what is whole was not collected")
	}
}

// narrowPipe takes so many bytes and no more.
type narrowPipe struct{ left int }

func (p *narrowPipe) Write(b []byte) (int, error) {
	if len(b) > p.left {
		return 0, io.ErrShortWrite
	}
	p.left -= len(b)
	return len(b), nil
}

func TestDiagnosticsThatCannotBeWrittenAreAnError(t *testing.T) {
	t.Parallel()
	m := create(t, machine.NewMemory(), machine.Spec{})
	furnish(t, m)
	for _, room := range []int{0, 100, 3000} {
		if err := m.Diagnostics(&narrowPipe{room}, noon); err == nil {
			t.Errorf("with room for %d bytes there is no error", room)
		}
	}
	if names := m.Describe(); !slices.ContainsFunc(names, func(f [2]string) bool { return f[0] == "Endorsement key" }) {
		t.Error("the description names no endorsement key")
	}
}
