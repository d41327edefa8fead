package labdata

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"fmt"
	"math/bits"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/hwhash"
)

// firstCollected is when the first PC of a fleet told its hash; each further
// one did a minute later.
var firstCollected = time.Date(2026, time.January, 12, 8, 0, 0, 0, time.UTC)

// modulusBytes is the size of an RSA-2048 modulus, the TPM's.
const modulusBytes = 256

// PC is one machine with its line of the Autopilot file.
type PC struct {
	Model    Model
	Hardware hwhash.Hardware
	Row      hwhash.Row
	// Key is the TPM's endorsement key, with which the PC proves that it is
	// the one that was registered; nil unless the fleet was made WithKeys.
	Key *rsa.PrivateKey
}

type options struct {
	keys  bool
	first int
	tag   func(i int) string
}

// Option changes how a fleet is made.
type Option func(*options)

// WithKeys gives every PC a real endorsement key, which takes some 50 ms each
// and differs from run to run. Without, the modulus in the hash only looks
// like one and belongs to no key.
func WithKeys() Option { return func(o *options) { o.keys = true } }

// From makes the PCs first, first+1, … of the seed, so that a large fleet can
// be made in parts.
func From(first int) Option { return func(o *options) { o.first = first } }

// WithTags gives the i-th PC the group tag that tag returns.
func WithTags(tag func(i int) string) Option { return func(o *options) { o.tag = tag } }

// Fleet makes n PCs. Serial numbers, SMBIOS UUIDs, endorsement keys, disk
// serials and network addresses are unique within one seed.
func Fleet(seed uint64, n int, opts ...Option) ([]PC, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	out := make([]PC, n)
	for i := range out {
		if err := out[i].make(seed, o.first+i, &o); err != nil {
			return nil, fmt.Errorf("make PC %d of seed %d: %w", o.first+i, seed, err)
		}
	}
	return out, nil
}

func (pc *PC) make(seed uint64, i int, o *options) error {
	n := uint64(i) //nolint:gosec // an index
	r := mathrand.NewChaCha8(seedOf(seed, n))
	pc.Model = models[i%len(models)]
	serial := pc.Model.serial.number(seed*0x9E3779B97F4A7C15, n) // spreads small seeds
	pc.Hardware = pc.Model.hardware(serial, r)
	if o.keys {
		key, err := rsa.GenerateKey(rand.Reader, 8*modulusBytes)
		if err != nil {
			return fmt.Errorf("make the endorsement key: %w", err)
		}
		pc.Key, pc.Hardware.EKModulus = key, key.N.FillBytes(make([]byte, modulusBytes))
	}
	hash, err := hwhash.Mint(pc.Hardware, firstCollected.Add(time.Duration(i)*time.Minute))
	if err != nil {
		return fmt.Errorf("mint the hardware hash: %w", err)
	}
	pc.Row = hwhash.Row{Line: i - o.first + 2, SerialNumber: serial, HardwareHash: hash}
	if o.tag != nil {
		pc.Row.GroupTag = o.tag(i)
	}
	return nil
}

func seedOf(seed, n uint64) (out [32]byte) {
	binary.LittleEndian.PutUint64(out[0:], seed)
	binary.LittleEndian.PutUint64(out[8:], n)
	copy(out[16:], "taxiway lab data")
	return out
}

// hardware describes one machine of the model.
func (m *Model) hardware(serial string, r *mathrand.ChaCha8) hwhash.Hardware {
	modulus := make([]byte, modulusBytes)
	_, _ = r.Read(modulus) // never fails
	modulus[0] |= 0x80
	modulus[modulusBytes-1] |= 1
	build := hwhash.Build{Major: 10, Build: 26100, Revision: 4349}
	diskSerial := pick(r, "0123456789ABCDEF", 16)
	hw := hwhash.Hardware{
		ToolBuild: build, OSBuild: build, OSType: 2, OSArch: hwhash.X64, ToolVersion: 3,
		CPU:    m.cpu,
		Memory: hwhash.Memory{GB: m.memoryGB, MaxGB: 64, Slots: 2, Arrays: 1, ErrorCorrection: 3},
		Disks:  []hwhash.Disk{{SizeGB: m.diskGB, Bus: hwhash.BusNVMe, Media: hwhash.MediaSSD, Serial: diskSerial, Model: m.disk}},
		Adapters: []hwhash.Adapter{
			{Medium: hwhash.Medium80211, MAC: macOf(r), Bus: "PCI"},
			{Medium: hwhash.MediumBluetooth, MAC: macOf(r), Bus: "BTH"},
		},
		Chassis:    hwhash.Chassis{Type: 10, Role: 2},
		TPMVersion: hwhash.TPMText(m.tpm, 458752, uint32(r.Uint64()%90000+10000)),
		EKModulus:  modulus, SMBIOSUUID: uuidOf(r), SystemSerial: serial,
		SystemManufacturer: m.Manufacturer, ProductName: m.Name, SKU: m.SKU, Family: m.Family, SystemVersion: m.Name,
		FirmwareVendor: m.Firmware, BoardManufacturer: m.Manufacturer, BoardProduct: m.Board, BoardVersion: "A00",
		ProductKeyID: "33" + pick(r, "0123456789", 11), ProductKeyPartNumber: "[TH]X23-12755", KernelDiskSerial: diskSerial,
	}
	if m.desktop {
		hw.Chassis = hwhash.Chassis{Type: 35, Role: 1} // mini PC
		hw.Adapters[0] = hwhash.Adapter{Medium: hwhash.MediumEthernet, MAC: hw.Adapters[0].MAC, Bus: "PCI"}
		return hw
	}
	hw.Displays = []hwhash.Display{{WidthMM: 301, HeightMM: 188, Width: 1920, Height: 1200, Output: 0x80000000}}
	hw.PanelWidthCM, hw.PanelHeightCM = 30, 19
	return hw
}

func pick(r *mathrand.ChaCha8, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[r.Uint64()%uint64(len(alphabet))])
	}
	return b.String()
}

// macOf is a locally administered unicast address (IEEE 802).
func macOf(r *mathrand.ChaCha8) (m hwhash.MAC) {
	_, _ = r.Read(m[:]) // never fails
	m[0] = m[0]&^1 | 2
	return m
}

func uuidOf(r *mathrand.ChaCha8) string {
	hi, lo := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", hi>>32, hi>>16&0xffff, hi&0xfff, lo>>48&0xfff, lo&0xffffffffffff)
}

// Tags returns a function for WithTags that deals count tags in turn:
// prefix01, prefix02, ….
func Tags(prefix string, count int) func(i int) string {
	return func(i int) string {
		text := strconv.Itoa(i%count + 1)
		return prefix + strings.Repeat("0", max(0, 2-len(text))) + text
	}
}

// mulMod is a*b mod m without overflow.
func mulMod(a, b, m uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return bits.Rem64(hi, lo, m)
}
