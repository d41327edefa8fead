package machine_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/machine"
)

func TestTheRegistryKeepsValuesWithTheirTypes(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	const key = `HKLM\SOFTWARE\Contoso`
	if err := m.Registry().SetAll(key, map[string]any{
		"text": "a\\b \"c\"", "empty": "", "yes": true, "no": false, "number": 1308, "dword": uint32(7), "big": 1 << 40, "qword": uint64(8),
		"bytes": []byte{0, 255}, "nothing": []byte(nil), "list": []string{"a", "b"}, "none": []string(nil),
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"text": "a\\b \"c\"", "empty": "", "yes": uint32(1), "no": uint32(0), "number": uint32(1308), "dword": uint32(7), "big": uint64(1 << 40), "qword": uint64(8),
		"bytes": []byte{0, 255}, "nothing": []byte{}, "list": []string{"a", "b"}, "none": []string{},
	}
	for name, r := range map[string]*machine.Registry{"before": m.Registry(), "after": open(t, disk).Registry()} {
		got, err := r.Values(key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s a restart (-want +got):\n%s", name, diff)
		}
	}
}

func TestNamesInTheRegistryAreTheSameInEveryCase(t *testing.T) {
	t.Parallel()
	r := create(t, machine.NewMemory(), machine.Spec{}).Registry()
	if err := r.Set(`HKEY_LOCAL_MACHINE\Software\Contoso`, "Name", "first"); err != nil {
		t.Fatal(err)
	}
	if err := r.Set(`hklm\SOFTWARE\CONTOSO`, "NAME", "second"); err != nil {
		t.Fatal(err)
	}
	got, err := r.Text(`HKLM\software\contoso`, "name")
	if err != nil || got != "second" {
		t.Errorf("the value is %q, %v", got, err)
	}
	if keys, err := r.Keys(); err != nil || len(keys) != 1 {
		t.Errorf("keys %q, %v", keys, err)
	}
	if _, ok, err := r.Get(`HKLM\software\contoso`, "other"); ok || err != nil {
		t.Errorf("a value that is not there: %t, %v", ok, err)
	}
}

func TestAKeyIsDeletedWithEverythingUnderIt(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	r := create(t, disk, machine.Spec{}).Registry()
	for _, key := range []string{`HKLM\SOFTWARE\A`, `HKLM\SOFTWARE\A\B`, `HKLM\SOFTWARE\A\B\C`, `HKLM\SOFTWARE\AB`} {
		if err := r.Set(key, "v", 1); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time there is nothing to delete
		if err := r.DeleteKey(`HKLM\software\a`); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := open(t, disk).Registry().Keys()
	if diff := cmp.Diff([]string{`HKLM\SOFTWARE\AB`}, keys); diff != "" || err != nil {
		t.Errorf("keys, %v (-want +got):\n%s", err, diff)
	}
}

func TestWhatTheRegistryCannotHoldIsRefused(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	r := create(t, disk, machine.Spec{}).Registry()
	const key = `HKLM\SOFTWARE\A`
	for name, err := range map[string]error{
		"a float": r.Set(key, "v", 1.5), "below zero": r.Set(key, "v", -1), "nothing": r.Set(key, "v", nil),
		"no hive": r.Set(`SOFTWARE\A`, "v", 1), "a hive alone": r.Set("HKLM", "v", 1), "an empty part": r.Set(`HKLM\A\\B`, "v", 1),
		"a line break": r.Set(key, "a\nb", 1), "another hive": r.DeleteKey(`HKXX\A`), "a long part": r.Set(`HKLM\`+strings.Repeat("x", 256), "v", 1),
	} {
		if !machine.Is(err, machine.CodeValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if keys, err := r.Keys(); err != nil || len(keys) > 0 {
		t.Errorf("keys %q, %v", keys, err)
	}
}

// narrow reads UTF-16 with its mark, by the book.
func narrow(t *testing.T, b []byte) string {
	t.Helper()
	if len(b)%2 != 0 || len(b) < 2 || b[0] != 0xff || b[1] != 0xfe {
		t.Fatalf("%d bytes that begin %x are no UTF-16", len(b), b[:min(2, len(b))])
	}
	var units []uint16
	for i := 2; i < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return string(utf16.Decode(units))
}

func TestTheRegistryDumpIsAFileOfTheRegistryEditor(t *testing.T) {
	t.Parallel()
	r := create(t, machine.NewMemory(), machine.Spec{}).Registry()
	for _, step := range []struct {
		key, name string
		value     any
	}{
		{machine.KeyAutopilot, "TenantId", `a\b "ü"`},
		{machine.KeyAutopilot, "IsAutoPilotDisabled", false},
		{machine.KeyAutopilot, "", "default"},
		{`HKCU\Software\Contoso`, "Binary", []byte{1, 0xab}},
		{`HKCU\Software\Contoso`, "List", []string{"a", "b"}},
		{`HKCU\Software\Contoso`, "Lines", "1\n2"},
		{`HKCU\Software\Contoso`, "Long", uint64(1)},
	} {
		if err := r.Set(step.key, step.name, step.value); err != nil {
			t.Fatal(err)
		}
	}
	// Written after Microsoft's article on .reg files.
	want := strings.ReplaceAll(`Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\Software\Contoso]
"Binary"=hex:01,ab
"Lines"=hex(1):31,00,0a,00,32,00,00,00
"List"=hex(7):61,00,00,00,62,00,00,00,00,00
"Long"=hex(b):01,00,00,00,00,00,00,00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Provisioning\Diagnostics\AutoPilot]
@="default"
"IsAutoPilotDisabled"=dword:00000000
"TenantId"="a\\b \"ü\""

`, "\n", "\r\n")
	var b bytes.Buffer
	if err := r.WriteReg(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, narrow(t, b.Bytes())); diff != "" {
		t.Errorf("the dump (-want +got):\n%s", diff)
	}
}

func TestTheRegistryIsWhatAMapWouldBeThroughRestarts(t *testing.T) {
	t.Parallel()
	r := random(t)
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	model := map[string]map[string]any{}
	for range 300 {
		key := fmt.Sprintf(`HKLM\SOFTWARE\K%d`, r.IntN(5))
		switch r.IntN(10) {
		case 0:
			if err := m.Registry().DeleteKey(key); err != nil {
				t.Fatal(err)
			}
			delete(model, key)
		case 1:
			m = open(t, disk)
		default:
			name, value := fmt.Sprintf("V%d", r.IntN(5)), uint32(r.IntN(100))
			if err := m.Registry().Set(key, name, value); err != nil {
				t.Fatal(err)
			}
			if model[key] == nil {
				model[key] = map[string]any{}
			}
			model[key][name] = value
		}
		got := map[string]map[string]any{}
		keys, err := m.Registry().Keys()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if got[k], err = m.Registry().Values(k); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(model, got); diff != "" {
			t.Fatalf("the registry differs (-want +got):\n%s", diff)
		}
	}
}
