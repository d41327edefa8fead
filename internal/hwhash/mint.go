package hwhash

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// epoch is second 0 of record 1.
var epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// quarter is the unit of record 1's time zone.
const quarter = 15 * time.Minute

func collected(seconds uint32, quarters int8) (time.Time, time.Duration) {
	return epoch.Add(time.Duration(seconds) * time.Second), time.Duration(quarters) * quarter
}

// Mint writes the hash a machine like hw would report at this moment: 4000
// characters, records in the order Windows writes them. The time zone is that
// of created, whose fractions of a second are dropped. A text field that is
// empty has no record. The *Error names the field that cannot be written.
func Mint(hw Hardware, created time.Time) (string, error) {
	w := writer{buf: append(make([]byte, 0, standardBytes), "OA\x00\x00"...)}
	w.build(hw, created)
	w.system(hw)
	w.devices(hw)
	w.identity(hw)
	if w.err == nil && len(w.buf)+trailerBytes > standardBytes {
		w.fail("Hardware", "needs %d bytes, but a hash has %d", len(w.buf)+trailerBytes, standardBytes)
	}
	if w.err != nil {
		return "", w.err
	}
	binary.LittleEndian.PutUint16(w.buf[2:], uint16(len(w.buf))) //nolint:gosec // below 3000
	sum := sha256.Sum256(w.buf)
	w.buf = append(w.buf, 'C', 'S', trailerBytes, 0)
	w.buf = append(w.buf, sum[:]...)
	out := make([]byte, standardBytes)
	copy(out, w.buf)
	return base64.StdEncoding.EncodeToString(out), nil
}

// writer collects records and the first thing that went wrong.
type writer struct {
	buf []byte
	err error
}

func (w *writer) fail(field, format string, args ...any) {
	if w.err == nil {
		w.err = &Error{
			Code: CodeMint, Offset: -1, Message: field + " " + fmt.Sprintf(format, args...) + ".",
			Remedy: "Change " + field + ".",
		}
	}
}

func (w *writer) record(field string, kind uint8, payload []byte) {
	n := headerBytes + len(payload)
	if n > standardBytes {
		w.fail(field, "has %d bytes, but a hash has %d", len(payload), standardBytes)
		return
	}
	w.buf = append(w.buf, kind, 0)
	w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(n))
	w.buf = append(w.buf, payload...)
}

// check refuses what a reader could not give back.
func (w *writer) check(field, s string) {
	switch {
	case !utf8.ValidString(s):
		w.fail(field, "is not valid UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		w.fail(field, "has a control character")
	}
}

func (w *writer) text(field string, kind uint8, s string) {
	w.check(field, s)
	if s != "" {
		w.record(field, kind, append([]byte(s), 0))
	}
}

func (w *writer) build(hw Hardware, created time.Time) {
	seconds := created.Unix() - epoch.Unix()
	if seconds < 0 || seconds > math.MaxUint32 {
		w.fail("created", "is %s, outside 2000 to 2136", created.UTC().Format(time.DateOnly))
	}
	_, zone := created.Zone()
	offset := time.Duration(zone) * time.Second
	if offset%quarter != 0 || offset/quarter < math.MinInt8 || offset/quarter > math.MaxInt8 {
		w.fail("created", "has a time zone of %s, not a quarter hour within 32 hours", offset)
	}
	if hw.OSArch > math.MaxUint8 {
		w.fail("OSArch", "is %d, above 255", hw.OSArch)
	}
	var p []byte
	for _, b := range []Build{hw.ToolBuild, hw.OSBuild} {
		p = appendU16(p, b.Minor, b.Major, b.Revision, b.Build)
	}
	p = binary.LittleEndian.AppendUint32(p, uint32(seconds))                        //nolint:gosec // checked above
	p = append(p, byte(offset/quarter), hw.OSType, byte(hw.OSArch), hw.ToolVersion) //nolint:gosec // checked above
	w.record("OSBuild", recBuild, p)
}

func (w *writer) system(hw Hardware) {
	var hyper uint16
	if hw.CPU.HyperThreading {
		hyper = 1
	}
	w.record("CPU", recCPU, appendU16(nil, uint16(hw.CPU.Arch), hw.CPU.Packages, hw.CPU.Cores, hw.CPU.Threads, hyper, 0))

	p := binary.LittleEndian.AppendUint64(nil, hw.Memory.GB)
	p = binary.LittleEndian.AppendUint64(p, hw.Memory.MaxGB)
	p = append(appendU16(p, hw.Memory.Slots, hw.Memory.Arrays), hw.Memory.ErrorCorrection)
	w.record("Memory", recMemory, p)

	w.text("CPU.Manufacturer", recCPUMaker, hw.CPU.Manufacturer)
	const width = 48
	w.check("CPU.Model", hw.CPU.Model)
	if len(hw.CPU.Model) > width {
		w.fail("CPU.Model", "has %d bytes, but %d is the most", len(hw.CPU.Model), width)
	}
	if hw.CPU.Model != "" {
		w.record("CPU.Model", recCPUModel, append([]byte(hw.CPU.Model), make([]byte, max(0, width-len(hw.CPU.Model)))...))
	}
}

func (w *writer) devices(hw Hardware) {
	for i, d := range hw.Disks {
		field := fmt.Sprintf("Disks[%d]", i)
		name := d.Serial + "|" + d.Model + "|" + d.Vendor
		w.check(field, name)
		if strings.Count(name, "|") > 2 {
			w.fail(field, "has a | in its serial, model or vendor")
		}
		w.record(field, recDisk, append(binary.LittleEndian.AppendUint64(nil, d.SizeGB), byte(d.Bus), 0, d.Media, 1))
		w.record(field, recDiskName, []byte(name))
	}
	for i, a := range hw.Adapters {
		field := fmt.Sprintf("Adapters[%d].Bus", i)
		w.check(field, a.Bus)
		name := appendWide(nil, a.Bus)
		p := append(binary.LittleEndian.AppendUint32(nil, a.Medium), a.MAC[:]...)
		p = binary.LittleEndian.AppendUint32(p, uint32(len(name))) //nolint:gosec // record refuses long ones
		w.record(field, recAdapter, append(p, name...))
	}
	for i, d := range hw.Displays {
		p := appendU16(nil, d.WidthMM, d.HeightMM, d.Width, d.Height)
		w.record(fmt.Sprintf("Displays[%d]", i), recDisplay, binary.LittleEndian.AppendUint32(p, d.Output))
	}
	w.record("PanelWidthCM", recPanel, appendU16(nil, hw.PanelWidthCM, hw.PanelHeightCM))
	w.record("Chassis", recChassis, append([]byte{hw.Chassis.Type, hw.Chassis.Role}, hw.Chassis.Tail[:]...))
}

func (w *writer) identity(hw Hardware) {
	w.text("TPMVersion", recTPM, hw.TPMVersion)
	if len(hw.EKModulus) > 0 {
		if len(hw.EKModulus) != 256 {
			w.fail("EKModulus", "has %d bytes, not 256", len(hw.EKModulus))
		}
		w.record("EKModulus", recEK, hw.EKModulus)
		id := sha256.Sum256(hw.EKModulus)
		p := appendU16(make([]byte, 4), OfflineIDTPM)
		p = binary.LittleEndian.AppendUint32(p, sha256.Size)
		w.record("EKModulus", recOfflineID, append(p, id[:]...))
	}
	if hw.SMBIOSUUID != "" {
		id, ok := guidBytes(hw.SMBIOSUUID)
		if !ok {
			w.fail("SMBIOSUUID", "is no GUID: %q", hw.SMBIOSUUID)
		}
		w.record("SMBIOSUUID", recUUID, id[:])
	}
	w.text("SystemSerial", recSerial, hw.SystemSerial)
	w.text("FirmwareVendor", recFirmware, hw.FirmwareVendor)
	w.text("SystemManufacturer", recManufacturer, hw.SystemManufacturer)
	w.text("ProductName", recProduct, hw.ProductName)
	w.text("SKU", recSKU, hw.SKU)
	w.text("Family", recFamily, hw.Family)
	w.text("SystemVersion", recSystemVersion, hw.SystemVersion)
	w.text("BoardManufacturer", recBoardMaker, hw.BoardManufacturer)
	w.text("BoardProduct", recBoardProduct, hw.BoardProduct)
	w.text("BoardVersion", recBoardVersion, hw.BoardVersion)
	w.text("ProductKeyID", recKeyID, hw.ProductKeyID)
	w.text("ProductKeyPartNumber", recKeyPart, hw.ProductKeyPartNumber)
	w.text("KernelDiskSerial", recKernelDisk, hw.KernelDiskSerial)
	for i, g := range hw.GPUs {
		field := fmt.Sprintf("GPUs[%d]", i)
		w.check(field, g.Name)
		p := binary.LittleEndian.AppendUint32(nil, g.VideoMemory)
		p = binary.LittleEndian.AppendUint32(p, g.SystemMemory)
		w.record(field, recGPU, append(p, g.Flags...))
		w.record(field, recGPUName, appendWide(nil, g.Name))
	}
}

func appendU16(p []byte, values ...uint16) []byte {
	for _, v := range values {
		p = binary.LittleEndian.AppendUint16(p, v)
	}
	return p
}

// appendWide writes UTF-16LE with its NUL.
func appendWide(p []byte, s string) []byte {
	return appendU16(p, append(utf16.Encode([]rune(s)), 0)...)
}

// guidBytes is guid's way back; braces and upper case are accepted.
func guidBytes(s string) (b [16]byte, ok bool) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return b, false
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != 16 {
		return b, false
	}
	for _, group := range [][]byte{raw[:4], raw[4:6], raw[6:8]} {
		slices.Reverse(group)
	}
	return [16]byte(raw), true
}
