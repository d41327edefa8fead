package hwhash

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The record types by number; see kinds for what they hold.
const (
	recBuild uint8 = iota + 1
	recCPU
	recCPUMaker
	recCPUModel
	recMemory
	recDisk
	recDiskName
	recAdapter
	recDisplay
	recChassis
	recOfflineID
	recUUID
	recTPM
	recSerial
	recFirmware
	recManufacturer
	recProduct
	recSKU
	recFamily
	recBoardMaker
	recBoardProduct
	recBoardVersion
	recSystemVersion
	recKeyID
	recEK
	recKeyPart
	recPanel
	recKernelDisk
	recGPU
	recGPUName
)

// kind is how one record type is read.
type kind struct {
	min      int  // a shorter payload is not this record
	many     bool // may stand there more than once
	identity bool // part of the device's identity: damage or a second one is an error, not a warning
	read     func(r *reader, p []byte)
}

// kinds is the whole layout, by record type.
var kinds = [...]kind{
	recBuild:         {min: 24, read: (*reader).build},
	recCPU:           {min: 10, read: (*reader).cpu},
	recCPUMaker:      {read: text(func(h *Hash) *string { return &h.CPU.Manufacturer })},
	recCPUModel:      {read: text(func(h *Hash) *string { return &h.CPU.Model })},
	recMemory:        {min: 21, read: (*reader).memory},
	recDisk:          {min: 9, many: true, read: (*reader).disk},
	recDiskName:      {many: true, read: (*reader).diskName},
	recAdapter:       {min: 10, many: true, read: (*reader).adapter},
	recDisplay:       {min: 8, many: true, read: (*reader).display},
	recChassis:       {min: 2, read: (*reader).chassis},
	recOfflineID:     {min: 10, read: (*reader).offlineID},
	recUUID:          {min: 16, identity: true, read: func(r *reader, p []byte) { r.hash.SMBIOSUUID = guid([16]byte(p)) }},
	recTPM:           {read: text(func(h *Hash) *string { return &h.TPMVersion })},
	recSerial:        {identity: true, read: text(func(h *Hash) *string { return &h.SystemSerial })},
	recFirmware:      {read: text(func(h *Hash) *string { return &h.FirmwareVendor })},
	recManufacturer:  {identity: true, read: text(func(h *Hash) *string { return &h.SystemManufacturer })},
	recProduct:       {identity: true, read: text(func(h *Hash) *string { return &h.ProductName })},
	recSKU:           {read: text(func(h *Hash) *string { return &h.SKU })},
	recFamily:        {read: text(func(h *Hash) *string { return &h.Family })},
	recBoardMaker:    {read: text(func(h *Hash) *string { return &h.BoardManufacturer })},
	recBoardProduct:  {read: text(func(h *Hash) *string { return &h.BoardProduct })},
	recBoardVersion:  {read: text(func(h *Hash) *string { return &h.BoardVersion })},
	recSystemVersion: {read: text(func(h *Hash) *string { return &h.SystemVersion })},
	recKeyID:         {read: text(func(h *Hash) *string { return &h.ProductKeyID })},
	recEK:            {min: 1, identity: true, read: func(r *reader, p []byte) { r.hash.EKModulus = bytes.Clone(p) }},
	recKeyPart:       {read: text(func(h *Hash) *string { return &h.ProductKeyPartNumber })},
	recPanel:         {min: 4, read: (*reader).panel},
	recKernelDisk:    {read: text(func(h *Hash) *string { return &h.KernelDiskSerial })},
	recGPU:           {min: 8, many: true, read: (*reader).gpu},
	recGPUName:       {many: true, read: (*reader).gpuName},
}

// reader fills a Hash; the counters pair records that describe one thing.
type reader struct {
	hash                             *Hash
	disks, diskNames, gpus, gpuNames int
}

// walk reads the records of b, which ends where the last record must end.
func (r *reader) walk(b []byte) error {
	var seen [len(kinds)]bool
	for at := headerBytes; at < len(b); {
		if len(b)-at < headerBytes {
			return badRecord(at, "%d bytes are left over after the last record.", len(b)-at)
		}
		rec := Record{Type: b[at], Flags: b[at+1], Offset: at}
		length := int(binary.LittleEndian.Uint16(b[at+2:]))
		if length < headerBytes || length > len(b)-at {
			return badRecord(at, "Record type %d gives a length of %d bytes, but 4 to %d are possible.", rec.Type, length, len(b)-at)
		}
		rec.Payload = b[at+headerBytes : at+length]
		at += length

		if int(rec.Type) >= len(kinds) || kinds[rec.Type].read == nil {
			r.keep(rec)
			continue
		}
		k := kinds[rec.Type]
		var odd string
		switch {
		case len(rec.Payload) < k.min:
			odd = fmt.Sprintf("Record type %d has %d bytes, but needs %d.", rec.Type, len(rec.Payload), k.min)
		case seen[rec.Type] && !k.many:
			odd = fmt.Sprintf("Record type %d stands there twice.", rec.Type)
		}
		if odd != "" {
			if k.identity {
				return badRecord(rec.Offset, "%s", odd)
			}
			r.hash.Warnings = append(r.hash.Warnings, odd)
			r.keep(rec)
			continue
		}
		seen[rec.Type] = true
		k.read(r, rec.Payload)
	}
	h := r.hash
	if sum := sha256.Sum256(h.EKModulus); h.EKModulus != nil && h.OfflineDeviceIDType == OfflineIDTPM && !bytes.Equal(sum[:], h.OfflineDeviceID) {
		h.Warnings = append(h.Warnings, "The offline device id is not that of the endorsement key.")
	}
	return nil
}

func badRecord(at int, format string, args ...any) *Error {
	return &Error{Code: CodeRecord, Offset: at, Message: fmt.Sprintf(format, args...), Remedy: remedyRecapture}
}

func (r *reader) keep(rec Record) {
	rec.Payload = bytes.Clone(rec.Payload)
	r.hash.Unknown = append(r.hash.Unknown, rec)
}

func (r *reader) build(p []byte) {
	h := r.hash
	h.ToolBuild, h.OSBuild = buildAt(p), buildAt(p[8:])
	h.Created, h.UTCOffset = collected(binary.LittleEndian.Uint32(p[16:]), int8(p[20])) //nolint:gosec // the byte is signed
	h.OSType, h.OSArch, h.ToolVersion = p[21], Arch(p[22]), p[23]
}

// buildAt reads the order minor, major, revision, build.
func buildAt(p []byte) Build {
	n := func(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }
	return Build{Minor: n(0), Major: n(1), Revision: n(2), Build: n(3)}
}

func (r *reader) cpu(p []byte) {
	c := &r.hash.CPU
	n := func(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }
	c.Arch, c.Packages, c.Cores, c.Threads, c.HyperThreading = Arch(n(0)), n(1), n(2), n(3), n(4) != 0
}

func (r *reader) memory(p []byte) {
	r.hash.Memory = Memory{
		GB: binary.LittleEndian.Uint64(p), MaxGB: binary.LittleEndian.Uint64(p[8:]),
		Slots: binary.LittleEndian.Uint16(p[16:]), Arrays: binary.LittleEndian.Uint16(p[18:]),
		ErrorCorrection: p[20],
	}
}

func (r *reader) disk(p []byte) {
	d := grow(&r.hash.Disks, &r.disks)
	d.SizeGB, d.Bus, d.Media = binary.LittleEndian.Uint64(p), Bus(p[8]), MediaUnknown
	if len(p) > 10 {
		d.Media = p[10]
	}
}

// diskName reads serial|model|vendor.
func (r *reader) diskName(p []byte) {
	d := grow(&r.hash.Disks, &r.diskNames)
	serial, rest, _ := strings.Cut(plain(p), "|")
	model, vendor, _ := strings.Cut(rest, "|")
	d.Serial, d.Model, d.Vendor = strings.TrimSpace(serial), strings.TrimSpace(model), strings.TrimSpace(vendor)
}

func (r *reader) adapter(p []byte) {
	a := Adapter{Medium: binary.LittleEndian.Uint32(p), MAC: MAC(p[4:10])}
	if len(p) >= 14 {
		name := p[14:]
		if n := binary.LittleEndian.Uint32(p[10:]); uint64(n) < uint64(len(name)) {
			name = name[:n]
		}
		a.Bus = wide(name)
	}
	r.hash.Adapters = append(r.hash.Adapters, a)
}

func (r *reader) display(p []byte) {
	n := func(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }
	d := Display{WidthMM: n(0), HeightMM: n(1), Width: n(2), Height: n(3)}
	if len(p) >= 12 {
		d.Output = binary.LittleEndian.Uint32(p[8:])
	}
	r.hash.Displays = append(r.hash.Displays, d)
}

func (r *reader) chassis(p []byte) {
	c := &r.hash.Chassis
	c.Type, c.Role = p[0], p[1]
	copy(c.Tail[:], p[2:])
}

func (r *reader) offlineID(p []byte) {
	id := p[10:]
	if n := binary.LittleEndian.Uint32(p[6:]); uint64(n) < uint64(len(id)) {
		id = id[:n]
	}
	r.hash.OfflineDeviceIDType = binary.LittleEndian.Uint16(p[4:])
	r.hash.OfflineDeviceID = bytes.Clone(id)
}

func (r *reader) panel(p []byte) {
	r.hash.PanelWidthCM, r.hash.PanelHeightCM = binary.LittleEndian.Uint16(p), binary.LittleEndian.Uint16(p[2:])
}

func (r *reader) gpu(p []byte) {
	g := grow(&r.hash.GPUs, &r.gpus)
	g.VideoMemory, g.SystemMemory = binary.LittleEndian.Uint32(p), binary.LittleEndian.Uint32(p[4:])
	if len(p) > 8 {
		g.Flags = bytes.Clone(p[8:])
	}
}

func (r *reader) gpuName(p []byte) { grow(&r.hash.GPUs, &r.gpuNames).Name = wide(p) }

// grow is the next element of list for this counter, growing the list if needed.
func grow[T any](list *[]T, next *int) *T {
	if *next == len(*list) {
		var zero T
		*list = append(*list, zero)
	}
	*next++
	return &(*list)[*next-1]
}

// text makes a read function for a NUL-terminated text field.
func text(field func(*Hash) *string) func(*reader, []byte) {
	return func(r *reader, p []byte) { *field(r.hash) = strings.TrimSpace(plain(p)) }
}

// plain is the text up to the first NUL, without control characters. Firmware
// promises ASCII; what is not UTF-8 is read as Latin-1.
func plain(p []byte) string {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	if !utf8.Valid(p) {
		runes := make([]rune, len(p))
		for i, v := range p {
			runes[i] = rune(v)
		}
		return printable(string(runes))
	}
	return printable(string(p))
}

// wide reads UTF-16LE up to the first NUL.
func wide(p []byte) string {
	var units []uint16
	for ; len(p) >= 2; p = p[2:] {
		u := binary.LittleEndian.Uint16(p)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return strings.TrimSpace(printable(string(utf16.Decode(units))))
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// guid prints a GUID from Microsoft's byte order: the first three groups are
// little-endian ([MS-DTYP] 2.3.4.2).
func guid(b [16]byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x",
		binary.LittleEndian.Uint32(b[:]), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:])
}
