package hwhash_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/hwhash"
)

// FuzzParse feeds one input in three ways: as text, as bytes, and as records
// in a sound frame, which is the only way past the checksum. What parses must
// survive its own text and Hardware.
func FuzzParse(f *testing.F) {
	golden := goldenBytes(f)
	f.Add(golden)
	f.Add([]byte(base64.StdEncoding.EncodeToString(golden)))
	f.Add([]byte(strings.TrimRight(base64.StdEncoding.EncodeToString(golden[:1000]), "=")))
	f.Add(golden[4:910])
	f.Add([]byte("OA\x04\x00CS\x24\x00"))
	for kind := range byte(31) {
		f.Add(rec(kind, "0123456789\x00abcdefghijklmnopqrstuvwxyz|\xff\xff\xff\xff"))
		f.Add(append(rec(kind, ""), rec(kind, "|")...))
	}
	f.Add(append(rec(30, "A\x00B\x00"), rec(29, "12345678")...))
	f.Fuzz(func(t *testing.T, data []byte) {
		sound(t)(hwhash.Parse(string(data)))
		sound(t)(hwhash.ParseBytes(data))
		if len(data) < 65000 {
			sound(t)(hwhash.ParseBytes(frame(data)))
		}
	})
}

// sound checks what every result of parsing must keep.
func sound(t *testing.T) func(h *hwhash.Hash, err error) {
	return func(h *hwhash.Hash, err error) {
		t.Helper()
		if err != nil {
			if e := hashError(t, err); h != nil || e.Code == "" {
				t.Fatalf("hash %v with error %v", h, e)
			}
			return
		}
		again, err := hwhash.Parse(h.Text())
		if err != nil {
			t.Fatalf("its own text does not parse: %v", err)
		}
		if diff := cmp.Diff(h.Hardware, again.Hardware); diff != "" {
			t.Fatalf("its own text reads differently:\n%s", diff)
		}
		if c := hwhash.Compare(h, again); len(c.Changed) != 0 || c.Verdict == hwhash.HardwareChange {
			t.Fatalf("it differs from itself: %+v", c)
		}
		text, err := hwhash.Mint(h.Hardware, h.Created)
		if err != nil {
			return // more than 3000 bytes, or an odd modulus
		}
		minted, err := hwhash.Parse(text)
		if err != nil {
			t.Fatalf("a minted hash does not parse: %v", err)
		}
		if diff := cmp.Diff(h.Hardware, minted.Hardware, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("minting changed the hardware (-parsed +minted):\n%s", diff)
		}
	}
}

// FuzzMint draws a machine from the input: what Mint writes, Parse must give
// back.
func FuzzMint(f *testing.F) {
	f.Add("SN-4711", "Contoso", []byte{1, 2, 3, 4}, int64(1709210096), 3, int8(-28))
	f.Add("", " x ", []byte{}, int64(0), 0, int8(0))
	f.Add("\x00", "|", []byte("\xff"), int64(1)<<40, 20, int8(127))
	f.Fuzz(func(t *testing.T, serial, text string, numbers []byte, seconds int64, parts int, quarters int8) {
		n := func(i int) uint16 {
			if len(numbers) == 0 {
				return 0
			}
			return uint16(numbers[i%len(numbers)]) * 257
		}
		hw := hwhash.Hardware{
			SystemSerial: serial, SystemManufacturer: text, ProductName: serial + text, SKU: text, Family: serial,
			TPMVersion: text, ProductKeyID: text, KernelDiskSerial: serial,
			OSBuild: hwhash.Build{Major: n(0), Minor: n(1), Build: n(2), Revision: n(3)}, OSType: uint8(n(4)),
			CPU:    hwhash.CPU{Cores: n(5), HyperThreading: n(6) > 999, Manufacturer: text},
			Memory: hwhash.Memory{GB: uint64(n(7)) << 40, Slots: n(8)},
			GPUs:   []hwhash.GPU{{Name: text, VideoMemory: uint32(n(1)) << 16}},
		}
		for i := range min(max(parts, 0), 60) {
			hw.Disks = append(hw.Disks, hwhash.Disk{SizeGB: uint64(n(i)), Media: uint8(n(i)), Serial: serial, Model: text})
			hw.Adapters = append(hw.Adapters, hwhash.Adapter{Medium: uint32(n(i)), MAC: hwhash.MAC{byte(n(i)), byte(i)}, Bus: text})
		}
		created := time.Unix(seconds, 0).In(time.FixedZone("", int(quarters)*900))
		out, err := hwhash.Mint(hw, created)
		if err != nil {
			if e := hashError(t, err); e.Code != hwhash.CodeMint {
				t.Fatal(err)
			}
			return
		}
		if len(out) != 4000 {
			t.Fatalf("%d characters", len(out))
		}
		h, err := hwhash.Parse(out)
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Warnings) != 0 || !h.Created.Equal(created) || h.UTCOffset != time.Duration(quarters)*15*time.Minute {
			t.Fatalf("warnings %q, created %v, offset %v", h.Warnings, h.Created, h.UTCOffset)
		}
		trimmed := cmp.Transformer("trimmed", strings.TrimSpace)
		if diff := cmp.Diff(hw, h.Hardware, trimmed, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("hardware (-want +got):\n%s", diff)
		}
	})
}

// shortHash is the least that a line needs, without the zeros.
func shortHash(serial string) string {
	b := frame(rec(12, "0123456789abcde"+serial), rec(14, serial), rec(16, "M"))
	return base64.StdEncoding.EncodeToString(bytes.TrimRight(b, "\x00"))
}

// FuzzReadCSV checks that every line with anything on it is in rows or in bad,
// once, and that rows are written and read back.
func FuzzReadCSV(f *testing.F) {
	a, b := shortHash("A"), shortHash("B") // long inputs would leave the fuzzer no time to change them
	for _, file := range []string{
		header + "A,,$A,Sales,a@contoso.com\r\nB,,$B,,\r\n",
		header + "A,,$A\rB,,$B\n\n,,,,\n\"A,,\nA,,$A\n",
		strings.ReplaceAll(header, ",", ";") + "A;;$A;=1+1\n",
		strings.ReplaceAll(header, ",", "\t") + "\t\t$B\t'=1\n",
		"\xef\xbb\xbfhash,serial\n\"$A\",\"A\"\n,\n",
		"Device Serial Number,Hardware Hash\n", "", "\x00", "\"",
	} {
		file = strings.NewReplacer("$A", a, "$B", b).Replace(file)
		f.Add([]byte(file))
		f.Add(utf16Bytes(file, 1, true))
		f.Add(utf16Bytes(file, 0, false))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, mode := range []hwhash.Mode{hwhash.Tolerant, hwhash.Strict} {
			rows, bad, err := hwhash.ReadCSV(data, mode)
			if err != nil {
				if e := hashError(t, err); len(rows)+len(bad) != 0 || !strings.Contains(e.Message, "ine ") {
					t.Fatalf("%d rows and %d bad lines with %v", len(rows), len(bad), err)
				}
				continue
			}
			var got []int
			for _, r := range rows {
				got = append(got, r.Line)
				if _, err := hwhash.Parse(r.HardwareHash); err != nil || r.SerialNumber == "" {
					t.Fatalf("row without serial or valid hash: %v", err)
				}
			}
			for _, e := range bad {
				got = append(got, e.Line)
				if e.Code == "" || e.Reason == "" || e.Remedy == "" || (e.ErrorCode != 0 && hwhash.CodeName(e.ErrorCode) == "") {
					t.Fatalf("incomplete: %+v", e)
				}
			}
			slices.Sort(got)
			if want, ok := dataLines(data, mode); ok && !slices.Equal(got, want) {
				t.Fatalf("mode %d: lines %v, want %v", mode, got, want)
			}
			var out bytes.Buffer
			if err := hwhash.WriteCSV(&out, rows); err != nil {
				t.Fatal(err)
			}
			if mode == hwhash.Tolerant {
				again, bad, err := hwhash.ReadCSV(out.Bytes(), mode)
				if err != nil || len(bad) != 0 {
					t.Fatalf("written rows: %v, %v", bad, err)
				}
				if diff := cmp.Diff(rows, again, cmpopts.IgnoreFields(hwhash.Row{}, "Line")); diff != "" {
					t.Fatalf("written rows (-want +got):\n%s", diff)
				}
			}
		}
	})
}

// dataLines counts lines by its own means; ok is false for files it does not
// judge, UTF-16 and what looks like it.
func dataLines(data []byte, mode hwhash.Mode) (lines []int, ok bool) {
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, false
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	blanks := " \t\u00a0\u200b\u200e\u200f\u2060\ufeff"
	if mode == hwhash.Strict {
		if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil, false
		}
		blanks = " \t"
	}
	header := false
	bare := blanks
	for i, line := range strings.Split(text, "\n") {
		switch {
		case !header && strings.Trim(line, blanks) == "":
		case !header:
			header = true
			if mode == hwhash.Tolerant {
				best := 0
				for _, c := range []string{",", ";", "\t"} {
					if strings.Contains(line, `"`) {
						return nil, false
					}
					if n := strings.Count(line, c); n > best {
						best, bare = n, blanks+c
					}
				}
			}
		case strings.Trim(line, bare) != "":
			lines = append(lines, i+1)
		}
	}
	return lines, true
}
