// Package machine is the hardware of one virtual PC and the disk in it.
//
// The hardware is what a hardware hash describes, and a TPM whose endorsement
// key is real: the PC can prove that it is the one in its hash. Parts can be
// swapped. The disk keeps what survives a restart, in a folder or in memory:
//
//	pc.json                        name, parts, endorsement key, which Windows; decides that there is a PC
//	windows-N/registry.json        the registry
//	windows-N/events/*.jsonl       the event logs
//	windows-N/trace/*.jsonl        what was said over the wire
//	windows-N/keys/*.pem           private keys with their certificates
//	windows-N/state/*.json         whatever else is to be kept (SaveJSON)
//	windows-N/Windows/…            files where Windows has them (Drive)
//
// N counts how often Windows was put on the PC. A reset makes one write, that
// of pc.json with the next N; what is left of the old Windows is cleared away
// after it. So every change is one write, and a write is whole or not at all:
// the power can go at any moment.
//
//	file             what it has
//	disk.go          Disk, names on it, Limit
//	folder.go        a disk that is a folder
//	memory.go        a disk in memory
//	lock*.go         one process for one PC
//	error.go         Error
//	model.go         the models there are; models.go, their parts
//	release.go       the releases of Windows
//	serial.go        how makers write serial numbers
//	machine.go       Machine: Create, Open, Hash
//	parts.go         making parts
//	tpm.go           the endorsement key: Decrypt
//	swap.go          Swap, Change
//	reset.go         Reset, Reimage, Clone, clearing away
//	registry.go      Registry; regfile.go, its .reg dump
//	journal.go       a file that grows, in pieces
//	events.go        EventLog
//	trace.go         Trace
//	keys.go          KeyStore
//	diagnostics.go   Diagnostics; report.go, its page
//
// What Windows does with this hardware is package virtualpc's work, what a hash
// holds is package hwhash's.
package machine
