package machine_test

import (
	"crypto"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/machine"
)

func sameKey(a, b crypto.Signer) bool {
	private, ok := a.(interface{ Equal(crypto.PrivateKey) bool })
	return ok && private.Equal(b)
}

func TestAKeyAndItsCertificateAreKeptTogether(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	rsaKey := key(t, 1)
	want := map[string]machine.Pair{
		machine.KeyDevice: pair(t, "device"),
		machine.KeyMDM:    {Key: rsaKey, Certificate: certificate(t, "mdm", rsaKey), InTPM: true},
		"waiting":         {Key: key(t, 2)},
	}
	for name, p := range want {
		if err := m.Keys().Put(name, p); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, disk).Keys()
	for name, p := range want {
		got, err := s.Get(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !sameKey(got.Key, p.Key) || got.InTPM != p.InTPM || (got.Certificate == nil) != (p.Certificate == nil) || p.Certificate != nil && !got.Certificate.Equal(p.Certificate) {
			t.Errorf("%s: got another pair", name)
		}
	}
	names, err := s.Names()
	if diff := cmp.Diff([]string{"device", "mdm", "waiting"}, names); diff != "" || err != nil {
		t.Errorf("names, %v:\n%s", err, diff)
	}
	for range 2 {
		if err := s.Delete(machine.KeyMDM); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Get(machine.KeyMDM)
	wants(t, err, machine.CodeNoKey)
}

func TestPairsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	t.Parallel()
	s := create(t, machine.NewMemory(), machine.Spec{NoTPM: true}).Keys()
	one, other := pair(t, "one"), pair(t, "other")
	wants(t, s.Put("a", machine.Pair{Key: one.Key, Certificate: other.Certificate}), machine.CodeValue)
	wants(t, s.Put("a", machine.Pair{}), machine.CodeValue)
	wants(t, s.Put("../a", one), machine.CodeName)
	wants(t, s.Put("a", machine.Pair{Key: one.Key, InTPM: true}), machine.CodeNoTPM)
	if names, err := s.Names(); err != nil || len(names) > 0 {
		t.Errorf("names %q, %v", names, err)
	}
}

func TestKeysInATPMGoWithIt(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	inTPM := pair(t, "mdm")
	inTPM.InTPM = true
	if err := m.Keys().Put(machine.KeyMDM, inTPM); err != nil {
		t.Fatal(err)
	}
	if err := m.Keys().Put(machine.KeyDevice, pair(t, "device")); err != nil {
		t.Fatal(err)
	}
	clone, err := m.Clone(machine.NewMemory(), "PC2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Swap(machine.Board); err != nil { // the TPM stays
		t.Fatal(err)
	}
	if _, err := m.Keys().Get(machine.KeyMDM); err != nil {
		t.Errorf("after a new board: %v", err)
	}
	if _, err := m.Swap(machine.TPM); err != nil {
		t.Fatal(err)
	}
	for name, pc := range map[string]*machine.Machine{"after a new TPM": m, "after a restart": open(t, disk), "on a clone": clone} {
		p, err := pc.Keys().Get(machine.KeyMDM)
		wants(t, err, machine.CodeKeyLost)
		if p.Key != nil || p.Certificate == nil {
			t.Errorf("%s: the pair has its key, or no certificate", name)
		}
		if _, err := pc.Keys().Get(machine.KeyDevice); err != nil {
			t.Errorf("%s: the key on the disk: %v", name, err)
		}
	}
}
