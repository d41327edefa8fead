package machine

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"taxiway/internal/hwhash"
)

// Part is a part of a PC that a technician swaps.
type Part string

// The parts.
const (
	Board Part = "board" // with its UUID and serial, the adapters on it, and a TPM that sits on it
	TPM   Part = "tpm"
	SSD   Part = "disk"
	NIC   Part = "nic" // all network adapters
)

// Parts lists the parts that can be swapped.
func Parts() []Part { return []Part{Board, TPM, SSD, NIC} }

// ParsePart reads a part's name: CodePart.
func ParsePart(text string) (Part, error) {
	if p := Part(strings.ToLower(text)); slices.Contains(Parts(), p) {
		return p, nil
	}
	return "", &Error{Code: CodePart, Message: "A PC has no part '" + text + "'.", Remedy: "Choose board, tpm, disk or nic."}
}

// Change is what a swap did.
type Change struct {
	Part    Part
	Changed []hwhash.Component // each with its value before and after
	Wiped   bool               // the Windows with everything on the disk is gone
	// Known compares the PC as others know it with what it is now: with the
	// hash of the last HandOver, or with the PC as it was made.
	Known hwhash.Comparison
	// KnownAt is when that HandOver was; zero for the PC as it was made.
	KnownAt time.Time
}

// ComponentBoardSerial is a component that no hash holds.
const ComponentBoardSerial = "board serial"

// Swap puts a new part in. A new disk comes with the Windows of the old one
// freshly installed and nothing else on it. The system's serial number stays
// whatever is swapped: technicians write it onto a new board. CodePart when
// the PC has no such part.
func (m *Machine) Swap(part Part) (Change, error) { return m.swap(part, false) }

// SwapDiskKeepingData is Swap of the disk with everything on it copied over.
func (m *Machine) SwapDiskKeepingData() (Change, error) { return m.swap(SSD, true) }

func (m *Machine) swap(part Part, keep bool) (Change, error) {
	model, err := modelOf(m.Model)
	if err != nil {
		return Change{}, damaged(recordFile, err)
	}
	next := *m
	next.Hardware.Adapters = slices.Clone(m.Hardware.Adapters)
	d := drawing{random: rand.Reader}
	switch part {
	case Board:
		next.Hardware.SMBIOSUUID, next.BoardSerial = d.uuid(), d.text(model.boardSerial)
		next.replaceAdapters(&d, model, func(k adapterKind) bool { return k.onBoard })
	case NIC:
		next.replaceAdapters(&d, model, func(adapterKind) bool { return true })
	case SSD:
		next.Hardware.Disks, next.Hardware.KernelDiskSerial = d.disk(model)
		if !keep {
			next.Installation++
		}
	case TPM:
		if !m.HasTPM {
			return Change{}, &Error{Code: CodePart, Message: "The PC has no TPM to swap.", Remedy: "Create a PC with one."}
		}
	default:
		_, err := ParsePart(string(part))
		return Change{}, err
	}
	if d.err != nil {
		return Change{}, d.err
	}
	if part == TPM || part == Board && m.TPMOnBoard {
		if err := next.putTPM(model, nil, rand.Reader); err != nil {
			return Change{}, err
		}
	}
	if err := next.save(); err != nil {
		return Change{}, err
	}
	change := m.changeTo(&next, part)
	*m = next
	m.boot()
	if change.Wiped {
		return change, clearWindows(m.disk, m.Installation)
	}
	return change, nil
}

// replaceAdapters draws new addresses for the adapters of these kinds; they
// stand in the order of the model's.
func (m *Machine) replaceAdapters(d *drawing, model *Model, which func(adapterKind) bool) {
	for i, kind := range model.adapters {
		if which(kind) && i < len(m.Hardware.Adapters) {
			m.Hardware.Adapters[i] = d.adapter(kind)
		}
	}
}

func (m *Machine) changeTo(next *Machine, part Part) Change {
	now := &hwhash.Hash{Hardware: next.Hardware}
	c := Change{
		Part: part, Wiped: next.Installation != m.Installation,
		Changed: hwhash.Compare(&hwhash.Hash{Hardware: m.Hardware}, now).Changed,
		Known:   hwhash.Compare(&hwhash.Hash{Hardware: m.known}, now), KnownAt: m.knownAt,
	}
	if m.BoardSerial != next.BoardSerial {
		c.Changed = append(c.Changed, hwhash.Component{Name: ComponentBoardSerial, Old: m.BoardSerial, New: next.BoardSerial})
	}
	return c
}
