package hwhash_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
)

func hashError(t testing.TB, err error) *hwhash.Error {
	t.Helper()
	var e *hwhash.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *hwhash.Error", err, err)
	}
	if e.Message == "" || e.Remedy == "" {
		t.Errorf("%s lacks a message or a remedy", e.Code)
	}
	return e
}

// frame puts header, trailer and zeros around records, with its own arithmetic.
func frame(records ...[]byte) []byte {
	body := bytes.Join(records, nil)
	b := append([]byte{'O', 'A', 0, 0}, body...)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	sum := sha256.Sum256(b)
	b = append(append(b, 'C', 'S', 36, 0), sum[:]...)
	return append(b, make([]byte, max(0, 3000-len(b)))...)
}

func rec(kind byte, payload string) []byte {
	n := len(payload) + 4
	return append([]byte{kind, 0, byte(n), byte(n >> 8)}, payload...)
}

func TestADamagedHashIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	edit := func(change func(b []byte) []byte) []byte { return change(goldenBytes(t)) }
	end := int(binary.LittleEndian.Uint16(goldenBytes(t)[2:]))
	tests := []struct {
		name   string
		raw    []byte
		code   string
		offset int
	}{
		{"nothing", nil, hwhash.CodeTruncated, 0},
		{"not a hash", []byte("PK\x03\x04 something else"), hwhash.CodeHeader, 0},
		{"T inside the header", edit(func(b []byte) []byte { b[2], b[3] = 3, 0; return b }), hwhash.CodeHeader, 2},
		{"T one short", edit(func(b []byte) []byte { b[2]--; return b }), hwhash.CodeTrailer, end - 1},
		{"T one long", edit(func(b []byte) []byte { b[2]++; return b }), hwhash.CodeTrailer, end + 1},
		{"T beyond the end", edit(func(b []byte) []byte { b[2], b[3] = 0xff, 0xff; return b }), hwhash.CodeTruncated, 3000},
		{"trailer length wrong", edit(func(b []byte) []byte { b[end+2] = 35; return b }), hwhash.CodeTrailer, end},
		{"one bit of a record changed", edit(func(b []byte) []byte { b[100] ^= 1; return b }), hwhash.CodeChecksum, end + 4},
		{"one bit of the checksum changed", edit(func(b []byte) []byte { b[end+35] ^= 0x80; return b }), hwhash.CodeChecksum, end + 4},
		{"not zero at the end", edit(func(b []byte) []byte { b[2999] = 1; return b }), hwhash.CodeTrailing, 2999},
		{"not zero right after the trailer", edit(func(b []byte) []byte { b[end+36] = 1; return b }), hwhash.CodeTrailing, end + 36},
		{"record shorter than its header", frame([]byte{14, 0, 3, 0}), hwhash.CodeRecord, 4},
		{"record longer than the rest", frame(rec(14, "A\x00"), []byte{15, 0, 6, 0, 'B'}), hwhash.CodeRecord, 10},
		{"bytes left over", frame(rec(14, "A\x00"), []byte{0, 0, 0}), hwhash.CodeRecord, 10},
		{"short UUID", frame(rec(12, "123456789012345")), hwhash.CodeRecord, 4},
		{"two serials", frame(rec(14, "A\x00"), rec(14, "B\x00")), hwhash.CodeRecord, 10},
		{"two endorsement keys", frame(rec(25, "A"), rec(25, "A")), hwhash.CodeRecord, 9},
		{"more than 64 KiB", make([]byte, 65537), hwhash.CodeTooLarge, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := hwhash.ParseBytes(tt.raw)
			if e := hashError(t, err); e.Code != tt.code || e.Offset != tt.offset {
				t.Errorf("got %s at %d (%s), want %s at %d", e.Code, e.Offset, e.Message, tt.code, tt.offset)
			}
		})
	}
}

func TestAHashCutAtAnyByteBeforeItsTrailerEndsIsRefused(t *testing.T) {
	t.Parallel()
	b := goldenBytes(t)
	whole := int(binary.LittleEndian.Uint16(b[2:])) + 36
	for n := range whole {
		_, err := hwhash.ParseBytes(b[:n])
		if e := hashError(t, err); e.Code != hwhash.CodeTruncated || e.Offset != n {
			t.Fatalf("cut at %d: %v at %d", n, err, e.Offset)
		}
	}
	h, err := hwhash.ParseBytes(b[:whole])
	if err != nil || len(h.Warnings) != 1 {
		t.Errorf("without its zeros: %v, want one warning", err)
	}
}

func TestEveryCutOfEveryRecordIsReadWithoutPanic(t *testing.T) {
	t.Parallel()
	payload := strings.Repeat("\xff\x00\x41|", 20)
	for kind := range 40 {
		for n := range len(payload) {
			h, err := hwhash.ParseBytes(frame(rec(byte(kind), payload[:n]), rec(byte(kind), payload[n:])))
			if err == nil && h == nil {
				t.Fatalf("type %d cut at %d: neither hash nor error", kind, n)
			}
		}
	}
}

func TestUnknownAndMisshapenRecordsAreKeptNotRefused(t *testing.T) {
	t.Parallel()
	h, err := hwhash.ParseBytes(frame(rec(200, "new"), rec(0, ""), rec(2, "x"), rec(14, "SN\x00"), rec(18, "A\x00"), rec(18, "B\x00")))
	if err != nil {
		t.Fatal(err)
	}
	want := []hwhash.Record{
		{Type: 200, Offset: 4, Payload: []byte("new")},
		{Type: 0, Offset: 11, Payload: []byte{}},
		{Type: 2, Offset: 15, Payload: []byte("x")},
		{Type: 18, Offset: 33, Payload: []byte("B\x00")},
	}
	if diff := cmp.Diff(want, h.Unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if h.SystemSerial != "SN" || h.SKU != "A" || len(h.Warnings) != 2 {
		t.Errorf("serial %q, SKU %q, warnings %q", h.SystemSerial, h.SKU, h.Warnings)
	}
}

func TestTimeIsSecondsSince2000AndQuarterHours(t *testing.T) {
	t.Parallel()
	versions := strings.Repeat("\x00", 16)
	tests := []struct {
		payload string // u32 seconds, i8 quarter hours
		want    time.Time
		offset  time.Duration
	}{
		{"\x00\x00\x00\x00\x00", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 0},
		{"\x80\x51\x01\x00\x04", time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC), time.Hour},
		{"\xff\xff\xff\xff\x78", time.Date(2136, 2, 7, 6, 28, 15, 0, time.UTC), 30 * time.Hour},
		{"\x00\x00\x00\x00\xe4", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), -7 * time.Hour},
		{"\x00\x00\x00\x00\x17", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 5*time.Hour + 45*time.Minute},
	}
	for _, tt := range tests {
		h, err := hwhash.ParseBytes(frame(rec(1, versions+tt.payload+"\x02\x0c\x03")))
		if err != nil {
			t.Fatal(err)
		}
		if !h.Created.Equal(tt.want) || h.UTCOffset != tt.offset || h.OSArch != hwhash.ARM64 {
			t.Errorf("% x: got %v %v %v, want %v %v arm64", tt.payload, h.Created, h.UTCOffset, h.OSArch, tt.want, tt.offset)
		}
	}
}

func TestUUIDIsReadInMicrosoftOrder(t *testing.T) {
	t.Parallel()
	h, err := hwhash.ParseBytes(frame(rec(12, "\x78\x56\x34\x12\xcd\xab\x4f\x4e\x81\x23\x45\x67\x89\xab\xcd\xef")))
	if err != nil {
		t.Fatal(err)
	}
	if want := "12345678-abcd-4e4f-8123-456789abcdef"; h.SMBIOSUUID != want {
		t.Errorf("got %s, want %s", h.SMBIOSUUID, want)
	}
}

func TestTextsAreReadTrimmedAndPrintable(t *testing.T) {
	t.Parallel()
	h, err := hwhash.ParseBytes(frame(
		rec(14, "  SN\x07-1  \x00junk"), rec(16, "M\xfcller\x00"), rec(17, "no end"), rec(19, "M\xc3\xbcller\x00"),
		rec(7, "|Virtual Disk    |Msft    "), rec(30, "G\x00\x00\xd8U\x00\x00\x00X\x00"), rec(4, "CPU   \x00"+strings.Repeat(" ", 41)),
	))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{h.SystemSerial, h.SystemManufacturer, h.ProductName, h.Family, h.CPU.Model, h.GPUs[0].Name, h.Disks[0].Serial, h.Disks[0].Model, h.Disks[0].Vendor}
	want := []string{"SN-1", "Müller", "no end", "Müller", "CPU", "G\ufffdU", "", "Virtual Disk", "Msft"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestBase64IsRepairedWithAWarning(t *testing.T) {
	t.Parallel()
	full := goldenBytes(t)
	end := int(binary.LittleEndian.Uint16(full[2:])) + 36
	// Lengths of all three remainders, so that two, one and no = are due.
	var cut [3]string
	for n := end; n < end+3; n++ {
		cut[n%3] = base64.StdEncoding.EncodeToString(full[:n])
	}
	text := base64.StdEncoding.EncodeToString(full)
	tests := []struct {
		name, text string
		warnings   int // of them one for the length, when it is not 4000
	}{
		{"nothing to repair", text, 0},
		{"one = and present", cut[2], 1},
		{"one = lost", strings.TrimRight(cut[2], "="), 2},
		{"two = and present", cut[1], 1},
		{"two = lost", strings.TrimRight(cut[1], "="), 2},
		{"one of two = lost", strings.TrimSuffix(cut[1], "="), 2},
		{"a surplus =", cut[0] + "=", 2},
		{"three surplus =", text + "===", 1},
		{"a character too many, where A and two = help", cut[0] + "A", 2},
		{"the last zero cut in the middle", text[:3997], 1},
		{"line breaks", text[:76] + "\r\n" + text[76:] + "\n", 1},
		{"blanks and invisible characters", "\ufeff " + text[:5] + "\u200b" + text[5:] + "\u00a0", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, err := hwhash.Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Warnings) != tt.warnings {
				t.Errorf("warnings %q, want %d", h.Warnings, tt.warnings)
			}
			if h.SystemSerial != "SN-4711" {
				t.Errorf("serial %q", h.SystemSerial)
			}
			if again, err := hwhash.Parse(h.Text()); err != nil || again.SystemSerial != h.SystemSerial {
				t.Errorf("the repaired text does not parse: %v", err)
			}
		})
	}
}

func TestTextBeyondRepairIsRefused(t *testing.T) {
	t.Parallel()
	text := base64.StdEncoding.EncodeToString(goldenBytes(t))
	tests := []struct {
		name, text, code string
		offset           int
	}{
		{"empty", "", hwhash.CodeEmpty, 0},
		{"only blanks", " \r\n", hwhash.CodeEmpty, 0},
		{"only padding", "==", hwhash.CodeEmpty, 0},
		{"a quotation mark", `"` + text, hwhash.CodeNotBase64, 0},
		{"URL alphabet", text[:10] + "_" + text[11:], hwhash.CodeNotBase64, 10},
		{"padding in the middle", text[:8] + "=" + text[9:], hwhash.CodeNotBase64, 9},
		{"half of it", text[:1000], hwhash.CodeTruncated, 750},
		{"too long", strings.Repeat("A", 87400), hwhash.CodeTooLarge, -1},
		{"much too long", strings.Repeat("A", 1<<20), hwhash.CodeTooLarge, -1},
	}
	for _, tt := range tests {
		_, err := hwhash.Parse(tt.text)
		if e := hashError(t, err); e.Code != tt.code || e.Offset != tt.offset {
			t.Errorf("%s: got %s at %d (%s), want %s at %d", tt.name, e.Code, e.Offset, e.Message, tt.code, tt.offset)
		}
	}
}

func TestAChallengeToTheEndorsementKeyIsReadByItsOwner(t *testing.T) {
	t.Parallel()
	owner, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hw := goldenHardware()
	hw.EKModulus = owner.N.FillBytes(make([]byte, 256))
	text, err := hwhash.Mint(hw, goldenTime)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hwhash.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := h.EKPublic()
	if !ok || !owner.PublicKey.Equal(public) {
		t.Fatal("the key in the hash is not the owner's")
	}
	sealed, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, public, []byte("nonce"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rsa.DecryptOAEP(sha256.New(), nil, owner, sealed, nil); err != nil || string(got) != "nonce" {
		t.Errorf("got %q, %v", got, err)
	}
	key, ok := h.EKKey()
	if want := sha256.Sum256(hw.EKModulus); !ok || key != want || !bytes.Equal(h.OfflineDeviceID, want[:]) {
		t.Error("EKKey or OfflineDeviceID is not SHA-256 of the modulus")
	}
}

func TestAModulusThatNoKeyCanHaveGivesNoKey(t *testing.T) {
	t.Parallel()
	tests := map[string][]byte{
		"short":   bytes.Repeat([]byte{0xff}, 128),
		"even":    append(bytes.Repeat([]byte{0xff}, 255), 0xfe),
		"no bits": make([]byte, 256),
		"huge":    bytes.Repeat([]byte{0xff}, 1000),
	}
	for name, modulus := range tests {
		h, err := hwhash.ParseBytes(frame(rec(25, string(modulus))))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := h.EKPublic(); ok {
			t.Errorf("%s modulus gives a key", name)
		}
	}
}

func TestAForeignOfflineDeviceIDIsAWarning(t *testing.T) {
	t.Parallel()
	id := "\x00\x00\x00\x00\x01\x00\x20\x00\x00\x00" + strings.Repeat("x", 32)
	h, err := hwhash.ParseBytes(frame(rec(25, strings.Repeat("k", 256)), rec(11, id)))
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Warnings) != 1 || string(h.OfflineDeviceID) != strings.Repeat("x", 32) {
		t.Errorf("warnings %q, id %q", h.Warnings, h.OfflineDeviceID)
	}
}
