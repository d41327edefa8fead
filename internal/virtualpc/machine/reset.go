package machine

import (
	"crypto/rand"
)

// Reset is "Reset this PC": Windows begins anew, nothing else is left on the
// disk. An error after the reset was made, when what was there cannot be
// cleared away, leaves a reset PC.
func (m *Machine) Reset() error { return m.install(m.OS) }

// Reimage puts another Windows on the PC; everything on the disk is gone. What
// is zero in system gets the release's defaults. CodeWindows for what cannot be.
func (m *Machine) Reimage(system OS) error {
	system, err := system.filled()
	if err != nil {
		return err
	}
	return m.install(system)
}

func (m *Machine) install(system OS) error {
	next := *m
	next.OS = system
	next.Hardware.OSBuild, next.Hardware.ToolBuild = system.Build, system.Build
	next.Installation++
	if err := next.save(); err != nil {
		return err
	}
	*m = next
	m.boot()
	return clearWindows(m.disk, m.Installation)
}

// Clone makes a PC of the same model with other parts, and copies everything
// that is on this one's disk onto its own: its identity, its keys and
// certificates. Keys in this PC's TPM are lost to it. CodeExists when the other
// disk has a PC.
func (m *Machine) Clone(disk Disk, name string) (*Machine, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	model, err := modelOf(m.Model)
	if err != nil {
		return nil, damaged(recordFile, err)
	}
	if err := vacant(disk); err != nil {
		return nil, err
	}
	c := &Machine{Name: name, Model: m.Model, OS: m.OS, Installation: 1, TPMOnBoard: m.TPMOnBoard, disk: disk}
	if c.Hardware, c.BoardSerial, err = model.assemble("", rand.Reader); err != nil {
		return nil, err
	}
	if m.HasTPM {
		if err := c.putTPM(model, nil, rand.Reader); err != nil {
			return nil, err
		}
	}
	c.Hardware.OSBuild, c.Hardware.ToolBuild = m.Hardware.OSBuild, m.Hardware.ToolBuild
	c.known = c.Hardware
	c.boot()
	if err := clearWindows(disk, 0); err != nil {
		return nil, err
	}
	names, err := m.drive.Names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := m.drive.Read(name)
		if err != nil {
			return nil, err
		}
		if err := c.drive.Write(name, data); err != nil {
			return nil, err
		}
	}
	// Last: there is a PC when all of it is there.
	if err := c.save(); err != nil {
		return nil, err
	}
	return c, nil
}
