package hwhash

import (
	"encoding/hex"
	"slices"
	"strings"
)

// Verdict is whether two hashes are of one machine.
type Verdict int

// The verdicts.
const (
	AnotherDevice  Verdict = iota // nothing proves that it is the same machine
	HardwareChange                // the same machine with other parts
	Same                          // the same machine, unchanged
)

// String is the constant's name.
func (v Verdict) String() string {
	switch v {
	case Same:
		return "Same"
	case HardwareChange:
		return "HardwareChange"
	default:
		return "AnotherDevice"
	}
}

// The names of components, as people read them.
const (
	ComponentEK           = "TPM endorsement key"
	ComponentUUID         = "SMBIOS UUID"
	ComponentSerial       = "system serial"
	ComponentManufacturer = "system manufacturer"
	ComponentModel        = "model"
	ComponentDisk         = "disk serial"
	ComponentMAC          = "MAC address"
	ComponentProductKey   = "product key id"
	ComponentTPMVersion   = "TPM version"
	ComponentFamily       = "system family"
)

// Component is one part that differs. Old and New are as people read them,
// lists sorted and joined by comma, the endorsement key as SHA-256 in hex.
type Component struct {
	Name     string
	Old, New string
	Strong   bool // part of the machine's identity
}

// Comparison is what Compare found.
type Comparison struct {
	Verdict Verdict
	Changed []Component // strong ones first; empty for Same
	Reason  string      // one sentence for people
}

// Compare decides whether reported is the machine that was registered.
//
// Strong components are the endorsement key, the SMBIOS UUID, and serial with
// manufacturer and model; weak ones are disk serials, MAC addresses, product
// key id, TPM version and family (the critical fields OA3Tool's documentation
// lists). An equal endorsement key, or equal UUID and serial, makes it the same
// machine; any difference then is a hardware change. UUIDs and serials that
// firmware ships unset prove nothing, and where neither key exists only a
// machine that is equal in every component, with a disk serial or MAC address
// among them, is the same. Time and tool never matter. Microsoft does not
// publish its own rule; this one follows its guidance that a new mainboard or
// TPM is a new device and a new disk or adapter is not.
func Compare(registered, reported *Hash) Comparison {
	if registered == nil || reported == nil {
		return Comparison{Verdict: AnotherDevice, Reason: "There is no hardware hash to compare with."}
	}
	changed := differences(registered, reported)
	oldEK, haveOld := registered.EKKey()
	newEK, haveNew := reported.EKKey()
	sameEK := haveOld && haveNew && oldEK == newEK
	oldFirmware, knownOld := registered.FirmwareKey()
	newFirmware, knownNew := reported.FirmwareKey()
	sameFirmware := knownOld && knownNew && oldFirmware == newFirmware
	c := Comparison{Changed: changed}
	switch {
	case len(changed) == 0 && (sameEK || sameFirmware || len(diskSerials(reported))+len(macs(reported)) > 0):
		c.Verdict, c.Reason = Same, "Every component is the same."
	case len(changed) == 0:
		c.Reason = "Nothing differs, but nothing in the hashes identifies a machine either."
	case sameEK:
		c.Verdict, c.Reason = HardwareChange, "The TPM is the same; changed: "+names(changed)+"."
	case sameFirmware:
		c.Verdict, c.Reason = HardwareChange, "SMBIOS UUID and serial are the same; changed: "+names(changed)+"."
	case fold(registered.SystemSerial) == fold(reported.SystemSerial) && fold(reported.SystemSerial) != "":
		c.Reason = "Only the serial is the same; neither the TPM nor the SMBIOS UUID confirms it."
	default:
		c.Reason = "Neither the TPM nor SMBIOS UUID and serial are the same."
	}
	return c
}

func names(changed []Component) string {
	list := make([]string, len(changed))
	for i, c := range changed {
		list[i] = c.Name
	}
	return strings.Join(list, ", ")
}

func differences(a, b *Hash) []Component {
	var changed []Component
	add := func(name, before, after string, strong bool) {
		if fold(before) != fold(after) {
			changed = append(changed, Component{Name: name, Old: before, New: after, Strong: strong})
		}
	}
	add(ComponentEK, ekText(a), ekText(b), true)
	add(ComponentUUID, a.SMBIOSUUID, b.SMBIOSUUID, true)
	add(ComponentSerial, a.SystemSerial, b.SystemSerial, true)
	add(ComponentManufacturer, a.SystemManufacturer, b.SystemManufacturer, true)
	add(ComponentModel, a.ProductName, b.ProductName, true)
	add(ComponentDisk, set(diskSerials(a)), set(diskSerials(b)), false)
	add(ComponentMAC, set(macs(a)), set(macs(b)), false)
	add(ComponentProductKey, a.ProductKeyID, b.ProductKeyID, false)
	add(ComponentTPMVersion, a.TPMVersion, b.TPMVersion, false)
	add(ComponentFamily, a.Family, b.Family, false)
	return changed
}

func ekText(h *Hash) string {
	key, ok := h.EKKey()
	if !ok {
		return ""
	}
	return hex.EncodeToString(key[:])
}

// diskSerials prefers what the disks say; the kernel's view of the system disk
// spells the same serial differently, so it counts only when there is no other.
func diskSerials(h *Hash) []string {
	var list []string
	for _, d := range h.Disks {
		if s := strings.TrimSpace(d.Serial); s != "" {
			list = append(list, s)
		}
	}
	if s := strings.TrimSpace(h.KernelDiskSerial); len(list) == 0 && s != "" {
		list = append(list, s)
	}
	return list
}

func macs(h *Hash) []string {
	var list []string
	for _, a := range h.Adapters {
		if a.MAC != (MAC{}) {
			list = append(list, a.MAC.String())
		}
	}
	return list
}

// set joins texts in an order that does not depend on case or rank.
func set(list []string) string {
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	return strings.Join(slices.CompactFunc(list, func(a, b string) bool { return fold(a) == fold(b) }), ", ")
}
