package virtualpc

import "taxiway/internal/virtualpc/machine"

// faultyDisk is a disk on which there is no room when a script says so.
type faultyDisk struct {
	machine.Disk

	faults *injector
}

// Write implements machine.Disk.
func (d *faultyDisk) Write(name string, data []byte) error {
	if d.faults.happens(FaultDiskFull) {
		return &machine.Error{
			Code: machine.CodeFull, File: name, Message: "The PC's disk is full: there is no room for " + name + ", which stays as it was.",
			Remedy: "Make room on the disk and go on: nothing was lost.",
		}
	}
	return d.Disk.Write(name, data)
}
