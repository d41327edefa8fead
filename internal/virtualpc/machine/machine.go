package machine

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/hwhash"
)

// Machine is one PC: its parts and what is on its disk. The exported fields
// are for reading; Swap, Reset and Reimage change them. One goroutine drives a
// PC; Registry, Events, Keys and Trace may be used from several.
type Machine struct {
	Name         string          // whose folder it is; not the computer name Windows has
	Model        string          // an ID of Models
	Hardware     hwhash.Hardware // what is built in today
	BoardSerial  string
	HasTPM       bool
	TPMOnBoard   bool // a new board is a new TPM too
	OS           OS
	Installation int // how often Windows was put on it, from 1

	disk Disk
	tpm  tpm
	// known is the hardware others know from a hash: as made, or as HandOver
	// told it last, and then when.
	known   hwhash.Hardware
	knownAt time.Time
	windows
}

// windows is what one installation of Windows keeps on its drive.
type windows struct {
	drive    prefixed
	registry *Registry
	events   *EventLog
	keys     *KeyStore
	trace    *Trace
}

// Spec is what a new PC is to be. Only Name is required.
type Spec struct {
	Name   string // letters, digits and hyphens, up to 32
	Model  string // an ID of Models; "" is the first
	Serial string // "" draws one as the maker writes them
	OS     OS     // what is zero gets the release's defaults

	NoTPM      bool
	TPMOnBoard bool // a new board is a new TPM too, as on PCs whose TPM is soldered on

	// EK is the TPM's endorsement key, RSA of 2048 bits and of no other PC; nil
	// makes one, which takes some tenths of a second.
	EK *rsa.PrivateKey
	// Rand draws serial numbers, UUIDs and addresses; nil is crypto/rand. A
	// source that repeats itself, with EK, makes the same PC again.
	Rand io.Reader
}

const (
	recordFile  = "pc.json"
	windowsDirs = "windows-"
	format      = 1
)

// record is pc.json.
type record struct {
	Format       int             `json:"format"`
	Name         string          `json:"name"`
	Model        string          `json:"model"`
	OS           OS              `json:"os"`
	Installation int             `json:"installation"`
	TPMOnBoard   bool            `json:"tpmOnBoard"`
	EK           string          `json:"endorsementKey,omitempty"` // PEM, PKCS #8
	BoardSerial  string          `json:"boardSerial"`
	Hardware     hwhash.Hardware `json:"hardware"`
	Known        hwhash.Hardware `json:"knownHardware"`
	KnownAt      time.Time       `json:"knownAt,omitzero"`
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)

// CheckName refuses what a PC cannot be called: CodeName.
func CheckName(name string) error {
	if nameForm.MatchString(name) {
		return nil
	}
	return &Error{
		Code: CodeName, Message: fmt.Sprintf("A PC cannot be called '%s'.", name),
		Remedy: "Use up to 32 letters, digits and hyphens, no hyphen at either end.",
	}
}

// Create builds a PC and puts it on an empty disk. CodeExists when the disk has
// one; CodeName, CodeModel, CodeWindows and CodeHardware for what cannot be.
func Create(disk Disk, spec Spec) (*Machine, error) {
	if err := CheckName(spec.Name); err != nil {
		return nil, err
	}
	model, err := modelOf(spec.Model)
	if err != nil {
		return nil, err
	}
	system, err := spec.OS.filled()
	if err != nil {
		return nil, err
	}
	if err := vacant(disk); err != nil {
		return nil, err
	}
	random := spec.Rand
	if random == nil {
		random = rand.Reader
	}
	m := &Machine{Name: spec.Name, Model: model.ID, OS: system, Installation: 1, TPMOnBoard: spec.TPMOnBoard && !spec.NoTPM, disk: disk}
	if m.Hardware, m.BoardSerial, err = model.assemble(spec.Serial, random); err != nil {
		return nil, err
	}
	if !spec.NoTPM {
		if err := m.putTPM(model, spec.EK, random); err != nil {
			return nil, err
		}
	}
	m.Hardware.OSBuild, m.Hardware.ToolBuild = system.Build, system.Build
	m.known = m.Hardware
	if err := mintable(m.Hardware); err != nil {
		return nil, err
	}
	if err := clearWindows(disk, 0); err != nil { // of a PC that was removed halfway
		return nil, err
	}
	if err := m.save(); err != nil {
		return nil, err
	}
	m.boot()
	return m, nil
}

// vacant refuses a disk that has a PC already.
func vacant(disk Disk) error {
	_, err := disk.Read(recordFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return &Error{Code: CodeExists, File: recordFile, Message: "There is a PC on this disk already.", Remedy: "Choose another name, or remove the PC first."}
}

// mintable refuses parts that no hash can hold: CodeHardware.
func mintable(hw hwhash.Hardware) error {
	if _, err := hwhash.Mint(hw, time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		return &Error{Code: CodeHardware, Message: fmt.Sprintf("No hardware hash can describe this PC: %v", err), Remedy: "Choose other values, for example a shorter serial number.", Err: err}
	}
	return nil
}

// Open reads the PC on a disk. CodeMissing when there is none, CodeDamaged when
// pc.json makes no sense. It writes nothing.
func Open(disk Disk) (*Machine, error) {
	data, err := disk.Read(recordFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Code: CodeMissing, File: recordFile, Message: "There is no PC on this disk.", Remedy: "Create it, or choose another name.", Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	m, err := read(data)
	if err != nil {
		return nil, damaged(recordFile, err)
	}
	m.disk = disk
	m.boot()
	return m, nil
}

// read understands pc.json and checks that its parts belong together.
func read(data []byte) (*Machine, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	if r.Format != format {
		return nil, fmt.Errorf("its format is %d, this program knows %d", r.Format, format)
	}
	if err := CheckName(r.Name); err != nil {
		return nil, errors.New("it names no PC")
	}
	if r.Installation < 1 {
		return nil, fmt.Errorf("its installation is %d", r.Installation)
	}
	m := &Machine{
		Name: r.Name, Model: r.Model, Hardware: r.Hardware, BoardSerial: r.BoardSerial, TPMOnBoard: r.TPMOnBoard, OS: r.OS,
		Installation: r.Installation, known: r.Known, knownAt: r.KnownAt,
	}
	if err := mintable(m.Hardware); err != nil {
		return nil, err
	}
	var err error
	if m.tpm, err = readTPM(r.EK); err != nil {
		return nil, err
	}
	if !bytes.Equal(m.tpm.modulus(), m.Hardware.EKModulus) {
		return nil, errors.New("its endorsement key is not the one in its hardware")
	}
	m.HasTPM = m.tpm.key != nil
	return m, nil
}

// save writes pc.json: the one write of every change.
func (m *Machine) save() error {
	ek, err := m.tpm.pem()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(record{
		Format: format, Name: m.Name, Model: m.Model, OS: m.OS, Installation: m.Installation, TPMOnBoard: m.TPMOnBoard,
		EK: ek, BoardSerial: m.BoardSerial, Hardware: m.Hardware, Known: m.known, KnownAt: m.knownAt,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the PC as JSON: %w", err)
	}
	return m.disk.Write(recordFile, append(data, '\n'))
}

// boot makes the views on the drive of the present Windows. They read when
// they are used.
func (m *Machine) boot() {
	drive := prefixed{m.disk, windowsDirs + strconv.Itoa(m.Installation) + "/"}
	m.windows = windows{
		drive: drive, registry: &Registry{disk: drive}, events: newEventLog(drive),
		keys: &KeyStore{disk: drive, tpm: m.tpm.id()}, trace: newTrace(drive),
	}
}

// Disk is the whole disk, with what is left of earlier installations.
func (m *Machine) Disk() Disk { return m.disk }

// Drive is the disk as the present Windows sees it: what Reset takes away. Its
// files have Windows' paths, as ProfileFile has.
func (m *Machine) Drive() Disk { return m.drive }

// Registry is the registry of the present Windows.
func (m *Machine) Registry() *Registry { return m.registry }

// Events are the event logs of the present Windows.
func (m *Machine) Events() *EventLog { return m.events }

// Keys are the private keys of the present Windows.
func (m *Machine) Keys() *KeyStore { return m.keys }

// Trace is what the present Windows said over the wire.
func (m *Machine) Trace() *Trace { return m.trace }

// Hash is the hardware hash of what is built in today.
func (m *Machine) Hash(at time.Time) (string, error) {
	text, err := hwhash.Mint(m.Hardware, at)
	if err != nil {
		return "", fmt.Errorf("mint the hardware hash: %w", err)
	}
	return text, nil
}

// HandOver is Hash for somebody who registers the PC with it, and remembers
// that this is how others know it: Swap then compares with that.
func (m *Machine) HandOver(at time.Time) (string, error) {
	text, err := m.Hash(at)
	if err != nil {
		return "", err
	}
	next := *m
	next.known, next.knownAt = m.Hardware, at.UTC()
	if err := next.save(); err != nil {
		return "", err
	}
	m.known, m.knownAt = next.known, next.knownAt
	return text, nil
}

// SaveJSON keeps a value on the drive under a name such as "setup".
func (m *Machine) SaveJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("write %s as JSON: %w", name, err)
	}
	return m.drive.Write(stateFile(name), data)
}

// LoadJSON reads what SaveJSON kept: errors.Is(err, fs.ErrNotExist) when there
// is none, CodeDamaged when it makes no sense.
func (m *Machine) LoadJSON(name string, v any) error {
	data, err := m.drive.Read(stateFile(name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return damaged(m.drive.full(stateFile(name)), err)
	}
	return nil
}

func stateFile(name string) string { return "state/" + name + ".json" }

// clearWindows removes all installations but one.
func clearWindows(disk Disk, keep int) error {
	names, err := disk.Names()
	if err != nil {
		return err
	}
	kept := windowsDirs + strconv.Itoa(keep) + "/"
	for _, name := range names {
		if strings.HasPrefix(name, windowsDirs) && !strings.HasPrefix(name, kept) {
			if err := disk.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}
