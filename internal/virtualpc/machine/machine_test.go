package machine_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"io/fs"
	mathrand "math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

// noon is a moment for tests.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// keys are made once: each takes a while.
var keys struct {
	sync.Mutex
	made []*rsa.PrivateKey
}

// key is the n-th endorsement key of the tests.
func key(t testing.TB, n int) *rsa.PrivateKey {
	t.Helper()
	keys.Lock()
	defer keys.Unlock()
	for len(keys.made) <= n {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		keys.made = append(keys.made, k)
	}
	return keys.made[n]
}

func create(t testing.TB, disk machine.Disk, spec machine.Spec) *machine.Machine {
	t.Helper()
	if spec.Name == "" {
		spec.Name = "PC1"
	}
	if spec.EK == nil && !spec.NoTPM {
		spec.EK = key(t, 0)
	}
	m, err := machine.Create(disk, spec)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t testing.TB, disk machine.Disk) *machine.Machine {
	t.Helper()
	m, err := machine.Open(disk)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func hashOf(t testing.TB, m *machine.Machine) *hwhash.Hash {
	t.Helper()
	text, err := m.Hash(noon)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hwhash.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Warnings) > 0 || len(text) != 4000 {
		t.Errorf("hash of %d characters with warnings %q", len(text), h.Warnings)
	}
	return h
}

// wants fails unless err has the code, and a remedy.
func wants(t testing.TB, err error, code string) {
	t.Helper()
	e, ok := errors.AsType[*machine.Error](err)
	if !ok || e.Code != code || e.Remedy == "" {
		t.Errorf("error %v, want one with the code %s and a remedy", err, code)
	}
}

// random is a source that tells its seed when the test fails.
func random(t testing.TB) *mathrand.Rand {
	t.Helper()
	seed := mathrand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return mathrand.New(mathrand.NewPCG(seed, 0))
}

func TestTheHashOfEveryModelSaysWhatIsBuiltIn(t *testing.T) {
	t.Parallel()
	for _, model := range machine.Models() {
		for _, tpm := range []bool{true, false} {
			m := create(t, machine.NewMemory(), machine.Spec{Model: model.ID, NoTPM: !tpm})
			h := hashOf(t, m)
			if diff := cmp.Diff(m.Hardware, h.Hardware); diff != "" {
				t.Errorf("%s, TPM %t: the hash differs from the PC (-PC +hash):\n%s", model.ID, tpm, diff)
			}
			if _, ok := h.EKKey(); ok != tpm || m.HasTPM != tpm {
				t.Errorf("%s: the hash has a TPM: %t, want %t", model.ID, ok, tpm)
			}
			if _, ok := h.FirmwareKey(); !ok {
				t.Errorf("%s: serial %q and UUID %q name no machine", model.ID, h.SystemSerial, h.SMBIOSUUID)
			}
			if !h.Created.Equal(noon) || h.OSBuild != m.OS.Build || h.SystemManufacturer != model.Maker {
				t.Errorf("%s: the hash was made %s on %s by %s", model.ID, h.Created, h.OSBuild, h.SystemManufacturer)
			}
		}
	}
}

// What the makers' serial numbers look like, written down without the code.
var serialForms = map[string]string{
	"Dell Inc.":             `^[1-9B-DF-HJ-NP-TV-Z]{7}$`,
	"HP":                    `^5CG[0-9B-DF-HJ-NP-TV-Z]{7}$`,
	"LENOVO":                `^PF[0-9B-DF-HJ-NP-TV-Z]{6}$`,
	"Microsoft Corporation": `^(0[0-9]{11}|([0-9]{4}-){6}[0-9]{2})$`,
}

func TestTwoPCsOfAModelAreTwoDevices(t *testing.T) {
	t.Parallel()
	for _, model := range machine.Models() {
		var both [2]*hwhash.Hash
		for i := range both {
			m := create(t, machine.NewMemory(), machine.Spec{Model: model.ID, EK: key(t, i)})
			both[i] = hashOf(t, m)
			if form := serialForms[model.Maker]; form == "" || !regexp.MustCompile(form).MatchString(both[i].SystemSerial) {
				t.Errorf("%s of %s has the serial %q", model.ID, model.Maker, both[i].SystemSerial)
			}
			if m.BoardSerial == "" {
				t.Errorf("%s has no board serial", model.ID)
			}
		}
		c := hwhash.Compare(both[0], both[1])
		if c.Verdict != hwhash.AnotherDevice {
			t.Errorf("%s: verdict %s, %s", model.ID, c.Verdict, c.Reason)
		}
		for _, name := range []string{hwhash.ComponentEK, hwhash.ComponentUUID, hwhash.ComponentSerial, hwhash.ComponentDisk, hwhash.ComponentMAC} {
			if !hasComponent(c.Changed, name) {
				t.Errorf("%s: two PCs have one %s", model.ID, name)
			}
		}
	}
}

func hasComponent(list []hwhash.Component, name string) bool {
	for _, c := range list {
		if c.Name == name {
			return true
		}
	}
	return false
}

func TestASourceThatRepeatsItselfMakesTheSamePCAgain(t *testing.T) {
	t.Parallel()
	var made [2]*machine.Machine
	for i := range made {
		made[i] = create(t, machine.NewMemory(), machine.Spec{Rand: mathrand.NewChaCha8([32]byte{7})})
	}
	if diff := cmp.Diff(made[0].Hardware, made[1].Hardware); diff != "" {
		t.Errorf("the second PC differs:\n%s", diff)
	}
}

func TestAPCIsTheSameAfterItWasPoweredOff(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{Serial: "TRAINER-1", Model: "hyper-v", TPMOnBoard: true, OS: machine.OS{Release: "10-22h2", Language: "de-DE"}})
	again := open(t, disk)
	type visible struct {
		Name, Model, BoardSerial string
		Hardware                 hwhash.Hardware
		HasTPM, TPMOnBoard       bool
		OS                       machine.OS
		Installation             int
	}
	see := func(m *machine.Machine) visible {
		return visible{m.Name, m.Model, m.BoardSerial, m.Hardware, m.HasTPM, m.TPMOnBoard, m.OS, m.Installation}
	}
	if diff := cmp.Diff(see(m), see(again)); diff != "" {
		t.Errorf("the PC changed (-before +after):\n%s", diff)
	}
	if again.OS.Look != 10 || again.OS.Keyboard != "00000407" || again.Hardware.SystemSerial != "TRAINER-1" {
		t.Errorf("Windows is %+v, the serial %s", again.OS, again.Hardware.SystemSerial)
	}
	if diff := cmp.Diff(m.Describe(), again.Describe()); diff != "" {
		t.Errorf("its description changed:\n%s", diff)
	}
}

func TestOnlyThePCItselfCanDecryptWhatItsHashIsAskedFor(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	public, ok := hashOf(t, m).EKPublic()
	if !ok {
		t.Fatal("the hash has no key")
	}
	box, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, public, []byte("nonce"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(t, disk).Decrypt(box)
	if err != nil || string(got) != "nonce" {
		t.Errorf("decrypted %q, %v", got, err)
	}
	_, err = create(t, machine.NewMemory(), machine.Spec{EK: key(t, 1)}).Decrypt(box)
	wants(t, err, machine.CodeTPM)
	_, err = create(t, machine.NewMemory(), machine.Spec{NoTPM: true}).Decrypt(box)
	wants(t, err, machine.CodeNoTPM)
}

func TestWhatCannotBeIsRefusedByName(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		spec machine.Spec
		code string
	}{
		"no name":       {machine.Spec{}, machine.CodeName},
		"a path":        {machine.Spec{Name: "../PC"}, machine.CodeName},
		"a hyphen last": {machine.Spec{Name: "PC-"}, machine.CodeName},
		"a long name":   {machine.Spec{Name: strings.Repeat("x", 33)}, machine.CodeName},
		"a model":       {machine.Spec{Name: "PC", Model: "toaster"}, machine.CodeModel},
		"a release":     {machine.Spec{Name: "PC", OS: machine.OS{Release: "95"}}, machine.CodeWindows},
		"a language":    {machine.Spec{Name: "PC", OS: machine.OS{Language: "German"}}, machine.CodeWindows},
		"a keyboard":    {machine.Spec{Name: "PC", OS: machine.OS{Keyboard: "QWERTZ"}}, machine.CodeWindows},
		"another key":   {machine.Spec{Name: "PC", EK: small}, machine.CodeHardware},
		"a serial":      {machine.Spec{Name: "PC", NoTPM: true, Serial: "a\nb"}, machine.CodeHardware},
		"a long serial": {machine.Spec{Name: "PC", NoTPM: true, Serial: strings.Repeat("9", 3000)}, machine.CodeHardware},
	} {
		disk := machine.NewMemory()
		_, err := machine.Create(disk, tt.spec)
		if !machine.Is(err, tt.code) {
			t.Errorf("%s: error %v, want %s", name, err, tt.code)
		}
		if names, err := disk.Names(); err != nil || len(names) > 0 {
			t.Errorf("%s: the disk has %q, %v", name, names, err)
		}
	}
	disk := machine.NewMemory()
	create(t, disk, machine.Spec{})
	_, err = machine.Create(disk, machine.Spec{Name: "PC2", NoTPM: true})
	wants(t, err, machine.CodeExists)
	_, err = machine.Open(machine.NewMemory())
	wants(t, err, machine.CodeMissing)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing PC is no fs.ErrNotExist: %v", err)
	}
}

func TestValuesAreKeptAsJSON(t *testing.T) {
	t.Parallel()
	type state struct {
		Screen string
		Tries  int
	}
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	var got state
	if err := m.LoadJSON("setup", &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing was saved: %v", err)
	}
	want := state{"keyboard", 2}
	if err := m.SaveJSON("setup", want); err != nil {
		t.Fatal(err)
	}
	if err := open(t, disk).LoadJSON("setup", &got); err != nil || got != want {
		t.Errorf("loaded %+v, %v", got, err)
	}
	if err := m.SaveJSON("../../pc", want); !machine.Is(err, machine.CodeName) {
		t.Errorf("a name that leads out: %v", err)
	}
}
