package labdata_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
)

func fleet(t *testing.T, seed uint64, n int, opts ...labdata.Option) []labdata.PC {
	t.Helper()
	pcs, err := labdata.Fleet(seed, n, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return pcs
}

func TestTheSameSeedGivesTheSamePCs(t *testing.T) {
	t.Parallel()
	one, two := fleet(t, 7, 50), fleet(t, 7, 50)
	for i := range one {
		if one[i].Row != two[i].Row {
			t.Fatalf("PC %d differs between two fleets of one seed", i)
		}
	}
	if other := fleet(t, 8, 1); other[0].Row.HardwareHash == one[0].Row.HardwareHash {
		t.Error("another seed gives the same PC")
	}
}

// What must tell machines apart is unique in a fleet.
func TestNoTwoPCsOfAFleetAreTheSameMachine(t *testing.T) {
	t.Parallel()
	const n = 4_000
	seen := map[string]int{}
	for i, pc := range fleet(t, 1, n) {
		hw := pc.Hardware
		ek := sha256.Sum256(hw.EKModulus)
		for what, value := range map[string]string{
			"serial": hw.SystemManufacturer + hw.SystemSerial, "uuid": hw.SMBIOSUUID, "ek": string(ek[:]),
			"disk": hw.Disks[0].Serial, "mac": hw.Adapters[0].MAC.String(),
		} {
			if before, ok := seen[what+value]; ok {
				t.Fatalf("PCs %d and %d have the same %s %q", before, i, what, value)
			}
			seen[what+value] = i
		}
	}
}

func TestSerialNumbersLookLikeTheMakers(t *testing.T) {
	t.Parallel()
	forms := map[string]*regexp.Regexp{
		"Dell Inc.": regexp.MustCompile(`^[1-9B-Z]{7}$`), "HP": regexp.MustCompile(`^5CG[0-9B-Z]{7}$`),
		"LENOVO": regexp.MustCompile(`^PF[0-9A-Z]{6}$`), "Microsoft Corporation": regexp.MustCompile(`^0[0-9]{11}$`),
	}
	for _, pc := range fleet(t, 3, 200) {
		if !forms[pc.Model.Manufacturer].MatchString(pc.Row.SerialNumber) {
			t.Errorf("%s of %s has the serial number %q", pc.Model.Name, pc.Model.Manufacturer, pc.Row.SerialNumber)
		}
	}
}

func TestAHashSaysWhatThePCIs(t *testing.T) {
	t.Parallel()
	for _, pc := range fleet(t, 5, len(labdata.Models())) {
		h, err := hwhash.Parse(pc.Row.HardwareHash)
		if err != nil {
			t.Fatalf("%s: %v", pc.Model.Name, err)
		}
		if diff := cmp.Diff(pc.Hardware, h.Hardware); diff != "" {
			t.Errorf("%s (-made +parsed):\n%s", pc.Model.Name, diff)
		}
		if len(h.Warnings) > 0 {
			t.Errorf("%s: warnings %q", pc.Model.Name, h.Warnings)
		}
		if _, ok := h.EKPublic(); !ok {
			t.Errorf("%s: the modulus cannot be an RSA key's", pc.Model.Name)
		}
		if _, ok := h.FirmwareKey(); !ok {
			t.Errorf("%s: UUID and serial are taken for unset ones", pc.Model.Name)
		}
	}
}

func TestWithKeysGivesPCsThatCanAnswerAChallenge(t *testing.T) {
	t.Parallel()
	pc := fleet(t, 1, 1, labdata.WithKeys())[0]
	h, err := hwhash.Parse(pc.Row.HardwareHash)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := h.EKPublic()
	if !ok {
		t.Fatal("the hash has no endorsement key")
	}
	secret := []byte("only this machine")
	sealed, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, public, secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := rsa.DecryptOAEP(sha256.New(), nil, pc.Key, sealed, nil)
	if err != nil || !bytes.Equal(opened, secret) {
		t.Errorf("opened %q, %v", opened, err)
	}
}

func TestTagsAreDealtInTurn(t *testing.T) {
	t.Parallel()
	var got []string
	for _, pc := range fleet(t, 1, 5, labdata.WithTags(labdata.Tags("Tag-", 3))) {
		got = append(got, pc.Row.GroupTag)
	}
	if want := []string{"Tag-01", "Tag-02", "Tag-03", "Tag-01", "Tag-02"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheSampleIsWholeAndItsFileReadsBackStrictly(t *testing.T) {
	t.Parallel()
	s, err := labdata.Contoso()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.PCs) != 25 || len(s.Users) != 6 || len(s.Groups) != 3 || len(s.Profiles) != 2 {
		t.Errorf("%d PCs, %d users, %d groups, %d profiles; want 25, 6, 3, 2", len(s.PCs), len(s.Users), len(s.Groups), len(s.Profiles))
	}
	file, err := s.CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, bad, err := hwhash.ReadCSV(file, hwhash.Strict)
	if err != nil || len(bad) != 0 {
		t.Fatalf("the file is refused: %v %v", err, bad)
	}
	if diff := cmp.Diff(s.PCs, rows); diff != "" {
		t.Errorf("-sample +file:\n%s", diff)
	}
	people := map[string]bool{"": true}
	for _, u := range s.Users {
		people[u.UserPrincipalName] = true
	}
	tags := map[string]int{}
	for _, r := range s.PCs {
		tags[r.GroupTag]++
		if !people[r.AssignedUser] {
			t.Errorf("%s is for %q, who is nobody of the sample", r.SerialNumber, r.AssignedUser)
		}
	}
	if tags["Kiosk"] != 1 {
		t.Errorf("%d PCs are left out, want one", tags["Kiosk"])
	}
	for _, p := range s.Profiles {
		if !slices.ContainsFunc(s.Groups, func(g labdata.Group) bool { return g.DisplayName == p.IncludedGroup }) {
			t.Errorf("%s is for the group %q, which the sample has not", p.DisplayName, p.IncludedGroup)
		}
	}
}

func BenchmarkFleet(b *testing.B) {
	for b.Loop() {
		if _, err := labdata.Fleet(1, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
