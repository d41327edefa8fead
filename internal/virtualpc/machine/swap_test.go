package machine_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

func TestASwapChangesThatPartAlone(t *testing.T) {
	t.Parallel()
	const (
		uuid, ek, disk, mac, tpm = hwhash.ComponentUUID, hwhash.ComponentEK, hwhash.ComponentDisk, hwhash.ComponentMAC, hwhash.ComponentTPMVersion
		board                    = machine.ComponentBoardSerial
	)
	for name, tt := range map[string]struct {
		model   string
		onBoard bool
		part    machine.Part
		want    []string
		verdict hwhash.Verdict
		wiped   bool
	}{
		"a board with its adapters":   {model: "latitude-7440", part: machine.Board, want: []string{uuid, mac, board}, verdict: hwhash.HardwareChange},
		"a board without adapters":    {model: "elitebook-840-g10", part: machine.Board, want: []string{uuid, board}, verdict: hwhash.HardwareChange},
		"a board with the TPM on it":  {model: "elitebook-840-g10", onBoard: true, part: machine.Board, want: []string{ek, uuid, tpm, board}, verdict: hwhash.AnotherDevice},
		"a TPM":                       {model: "latitude-7440", part: machine.TPM, want: []string{ek, tpm}, verdict: hwhash.HardwareChange},
		"a disk":                      {model: "latitude-7440", part: machine.SSD, want: []string{disk}, verdict: hwhash.HardwareChange, wiped: true},
		"the network adapters":        {model: "thinkpad-t14-g4", part: machine.NIC, want: []string{mac}, verdict: hwhash.HardwareChange},
		"the adapter of a virtual PC": {model: "hyper-v", part: machine.NIC, want: []string{mac}, verdict: hwhash.HardwareChange},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on := machine.NewMemory()
			m := create(t, on, machine.Spec{Model: tt.model, TPMOnBoard: tt.onBoard})
			before := hashOf(t, m)
			if err := m.SaveJSON("setup", "state"); err != nil {
				t.Fatal(err)
			}
			change, err := m.Swap(tt.part)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range change.Changed {
				names = append(names, c.Name)
				if c.Old == c.New || c.Old == "" || c.New == "" {
					t.Errorf("%s: before %q, after %q", c.Name, c.Old, c.New)
				}
			}
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("what changed (-want +got):\n%s", diff)
			}
			if change.Known.Verdict != tt.verdict || change.Wiped != tt.wiped || change.Part != tt.part || !change.KnownAt.IsZero() {
				t.Errorf("change %+v, want the verdict %s and wiped %t", change, tt.verdict, tt.wiped)
			}
			// The next start has the same parts, and those are in the hash.
			again := open(t, on)
			if diff := cmp.Diff(m.Hardware, again.Hardware); diff != "" {
				t.Errorf("after a restart:\n%s", diff)
			}
			got := hwhash.Compare(before, hashOf(t, again))
			if got.Verdict != tt.verdict || hasComponent(got.Changed, hwhash.ComponentSerial) {
				t.Errorf("the hashes compare as %+v", got)
			}
			var kept string
			if err := again.LoadJSON("setup", &kept); errors.Is(err, fs.ErrNotExist) != tt.wiped {
				t.Errorf("wiped %t, but loading says %v", tt.wiped, err)
			}
			if tt.part == machine.TPM || tt.onBoard {
				proves(t, again)
			}
		})
	}
}

// proves fails unless the PC can decrypt what is encrypted to its hash.
func proves(t *testing.T, m *machine.Machine) {
	t.Helper()
	public, ok := hashOf(t, m).EKPublic()
	if !ok {
		t.Fatal("the hash has no key")
	}
	box, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, public, []byte("nonce"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.Decrypt(box); err != nil || string(got) != "nonce" {
		t.Errorf("decrypted %q, %v", got, err)
	}
}

func TestSwapsAddUpUntilTheHashIsHandedOverAgain(t *testing.T) {
	t.Parallel()
	on := machine.NewMemory()
	m := create(t, on, machine.Spec{})
	swap := func(part machine.Part) machine.Change {
		t.Helper()
		c, err := m.Swap(part)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := swap(machine.Board); c.Known.Verdict != hwhash.HardwareChange {
		t.Errorf("a board: %+v", c.Known)
	}
	if c := swap(machine.TPM); c.Known.Verdict != hwhash.AnotherDevice {
		t.Errorf("a board and a TPM: %+v", c.Known)
	}
	text, err := m.HandOver(noon)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := hwhash.Parse(text); err != nil || hwhash.Compare(h, hashOf(t, m)).Verdict != hwhash.Same {
		t.Errorf("the hash handed over is not the PC's: %v", err)
	}
	m = open(t, on)
	if c := swap(machine.NIC); c.Known.Verdict != hwhash.HardwareChange || !c.KnownAt.Equal(noon) {
		t.Errorf("adapters after the hash was handed over: %+v", c)
	}
}

func TestADiskIsSwappedWithItsDataWhenAsked(t *testing.T) {
	t.Parallel()
	on := machine.NewMemory()
	m := create(t, on, machine.Spec{})
	if err := m.SaveJSON("setup", "state"); err != nil {
		t.Fatal(err)
	}
	change, err := m.SwapDiskKeepingData()
	if err != nil || change.Wiped || !hasComponent(change.Changed, hwhash.ComponentDisk) {
		t.Errorf("change %+v, %v", change, err)
	}
	var kept string
	if err := open(t, on).LoadJSON("setup", &kept); err != nil || kept != "state" {
		t.Errorf("loaded %q, %v", kept, err)
	}
}

func TestPartsThatThePCDoesNotHaveCannotBeSwapped(t *testing.T) {
	t.Parallel()
	m := create(t, machine.NewMemory(), machine.Spec{NoTPM: true})
	_, err := m.Swap(machine.TPM)
	wants(t, err, machine.CodePart)
	_, err = m.Swap("keyboard")
	wants(t, err, machine.CodePart)
	for _, part := range machine.Parts() {
		if got, err := machine.ParsePart(string(part)); got != part || err != nil {
			t.Errorf("part %s reads as %s, %v", part, got, err)
		}
	}
}

func TestAResetLeavesThePartsAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, reset := range map[string]func(m *machine.Machine) error{
		"reset":   func(m *machine.Machine) error { return m.Reset() },
		"reimage": func(m *machine.Machine) error { return m.Reimage(machine.OS{Release: "10-22h2", Language: "fr-FR"}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on := machine.NewMemory()
			m := create(t, on, machine.Spec{})
			furnish(t, m)
			before := m.Hardware
			if err := reset(m); err != nil {
				t.Fatal(err)
			}
			names, err := on.Names()
			if err != nil || !slices.Equal(names, []string{"pc.json"}) {
				t.Errorf("the disk has %q, %v", names, err)
			}
			again := open(t, on)
			for _, pc := range []*machine.Machine{m, again} {
				if events, err := pc.Events().All(); err != nil || len(events) > 0 {
					t.Errorf("events %v, %v", events, err)
				}
				if _, err := pc.Keys().Get(machine.KeyDevice); !machine.Is(err, machine.CodeNoKey) {
					t.Errorf("the device's key: %v", err)
				}
				if keys, err := pc.Registry().Keys(); err != nil || len(keys) > 0 {
					t.Errorf("keys %v, %v", keys, err)
				}
			}
			if name == "reimage" {
				if again.OS.Look != 10 || again.OS.Language != "fr-FR" || again.OS.Keyboard != "0000040c" || hashOf(t, again).OSBuild.Build != 19045 {
					t.Errorf("Windows is %+v", again.OS)
				}
				before.OSBuild, before.ToolBuild = again.OS.Build, again.OS.Build
			}
			if diff := cmp.Diff(before, again.Hardware); diff != "" {
				t.Errorf("the parts changed:\n%s", diff)
			}
		})
	}
	m := create(t, machine.NewMemory(), machine.Spec{})
	furnish(t, m)
	wants(t, m.Reimage(machine.OS{Release: "95"}), machine.CodeWindows)
	if names, err := m.Keys().Names(); err != nil || len(names) == 0 {
		t.Errorf("a refused image took the keys: %q, %v", names, err)
	}
}

func TestACloneHasTheDiskButNotTheParts(t *testing.T) {
	t.Parallel()
	m := create(t, machine.NewMemory(), machine.Spec{})
	furnish(t, m)
	on := machine.NewMemory()
	if _, err := m.Clone(on, "PC2"); err != nil {
		t.Fatal(err)
	}
	c := open(t, on)
	if c.Name != "PC2" || hwhash.Compare(hashOf(t, m), hashOf(t, c)).Verdict != hwhash.AnotherDevice {
		t.Errorf("the clone %s is the same device", c.Name)
	}
	if diff := cmp.Diff(contents(t, m.Drive()), contents(t, c.Drive())); diff != "" {
		t.Errorf("the drives differ:\n%s", diff)
	}
	original, err := m.Keys().Get(machine.KeyDevice)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := c.Keys().Get(machine.KeyDevice)
	if err != nil || !copied.Certificate.Equal(original.Certificate) {
		t.Errorf("the certificate was not copied: %v", err)
	}
	proves(t, c)
	_, err = m.Clone(on, "PC3")
	wants(t, err, machine.CodeExists)
}
