package hwhash

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Hardware describes a machine in the terms of the hash: what Mint writes and
// Parse finds. The zero value of a field means the machine does not say.
type Hardware struct {
	// Who collected the hash, and on what.
	ToolBuild   Build
	OSBuild     Build
	OSType      uint8 // 2 is a full Windows
	OSArch      Arch
	ToolVersion uint8

	CPU      CPU
	Memory   Memory
	Disks    []Disk
	Adapters []Adapter
	Displays []Display
	Chassis  Chassis
	GPUs     []GPU

	// The built-in panel in whole centimetres; 0 in a virtual machine.
	PanelWidthCM, PanelHeightCM uint16

	TPMVersion string // as TPMText writes it
	EKModulus  []byte // RSA-2048 modulus of the TPM's endorsement key, big-endian, 256 bytes; nil without a TPM
	SMBIOSUUID string // lower-case GUID in Microsoft order, as Win32_ComputerSystemProduct prints it

	SystemSerial       string
	SystemManufacturer string
	ProductName        string // "model" in the admin's words
	SKU                string
	Family             string
	SystemVersion      string
	FirmwareVendor     string
	BoardManufacturer  string
	BoardProduct       string
	BoardVersion       string

	ProductKeyID         string // 13 digits
	ProductKeyPartNumber string // for example [TH]X19-99481
	KernelDiskSerial     string // the system disk's serial as the kernel sees it
}

// Build is a version of Windows or of the tool.
type Build struct{ Major, Minor, Build, Revision uint16 }

// String writes the usual four-part form, for example 10.0.26100.1742.
func (b Build) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", b.Major, b.Minor, b.Build, b.Revision)
}

// Arch is a processor architecture with Windows' own numbers.
type Arch uint16

// The architectures Windows runs on.
const (
	X86   Arch = 0
	X64   Arch = 9
	ARM64 Arch = 12
)

// String is x86, x64, arm64 or the number.
func (a Arch) String() string {
	switch a {
	case X86:
		return "x86"
	case X64:
		return "x64"
	case ARM64:
		return "arm64"
	default:
		return strconv.Itoa(int(a))
	}
}

// CPU is the processor (records 2, 3 and 4).
type CPU struct {
	Arch           Arch
	Packages       uint16
	Cores          uint16
	Threads        uint16
	HyperThreading bool
	Manufacturer   string
	Model          string // at most 48 bytes
}

// Memory is the RAM (record 5).
type Memory struct {
	GB, MaxGB       uint64
	Slots, Arrays   uint16
	ErrorCorrection uint8 // SMBIOS type 16: 3 none, 4 parity, 5 single-bit, 6 multi-bit, 7 CRC
}

// Bus is how a disk is attached, with Windows' STORAGE_BUS_TYPE numbers.
type Bus uint8

// The buses seen in hashes.
const (
	BusSCSI  Bus = 1
	BusATAPI Bus = 2
	BusATA   Bus = 3
	BusRAID  Bus = 8
	BusSAS   Bus = 10
	BusSATA  Bus = 11
	BusNVMe  Bus = 17
)

// What Disk.Media may say.
const (
	MediaSSD     uint8 = 0
	MediaUnknown uint8 = 255 // a hard disk, or not known
)

// Disk is one disk (a record 6 and the record 7 of the same rank).
type Disk struct {
	SizeGB uint64
	Bus    Bus
	Media  uint8
	Serial string // none of the three texts may hold a |
	Model  string
	Vendor string // mostly empty
}

// The physical media of an Adapter, with NDIS' numbers.
const (
	MediumWirelessLAN uint32 = 1
	Medium80211       uint32 = 9
	MediumBluetooth   uint32 = 10
	MediumEthernet    uint32 = 14
)

// MAC is a hardware address.
type MAC [6]byte

// String writes six lower-case pairs with colons.
func (m MAC) String() string {
	var b strings.Builder
	for i, v := range m {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(hex.EncodeToString([]byte{v}))
	}
	return b.String()
}

// Adapter is one network adapter (record 8).
type Adapter struct {
	Medium uint32 // 0 in a virtual machine
	MAC    MAC
	Bus    string // PCI, BTH, VMBUS
}

// Display is one screen (record 9).
type Display struct {
	WidthMM, HeightMM uint16
	Width, Height     uint16 // pixels
	Output            uint32 // 0x80000000 is the built-in panel
}

// Chassis is the case (record 10).
type Chassis struct {
	Type uint8   // SMBIOS type 3, for example 10 notebook
	Role uint8   // power platform role: 1 desktop, 2 mobile, 8 slate
	Tail [3]byte // meaning unknown, kept
}

// GPU is one graphics adapter (records 29 and 30, newer tools only).
type GPU struct {
	Name         string
	VideoMemory  uint32
	SystemMemory uint32
	Flags        []byte // meaning unknown, kept
}

// TPMText writes record 13 for a TPM 2.0 of this vendor (four characters such
// as IFX, INTC, AMD, MSFT) and firmware.
func TPMText(vendor string, firmware1, firmware2 uint32) string {
	return fmt.Sprintf("TPM-Version:2.0 -Level:0-Revision:1.16-VendorID:'%-4s'-Firmware:%d.%d", vendor, firmware1, firmware2)
}

// TPMVendor is the vendor in TPMVersion without its padding, or "".
func (h *Hardware) TPMVendor() string {
	_, rest, _ := strings.Cut(h.TPMVersion, "VendorID:'")
	vendor, _, ok := strings.Cut(rest, "'")
	if !ok {
		return ""
	}
	return strings.TrimSpace(vendor)
}
