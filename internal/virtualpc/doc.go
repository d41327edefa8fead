// Package virtualpc is a PC that is switched on: it puts the hardware (package
// machine), Windows' out-of-box experience (package setup) and what is said over
// the network (package wire) together. It is a witness from outside. It gets the
// address of a server and whom to trust, and learns the rest over the wire.
//
//	pc.go         Options, PC; Boot begins here
//	boot.go       one boot: what happened → what is shown → what is done
//	hands.go      somebody who answers each page when they like
//	person.go     who sits in front of the PC, and what they answer
//	job_*.go      what the PC does by itself: profile, sign-in, join, enrolment, renewal, status page
//	windows.go    what Windows writes down: registry, event log, files
//	clock.go      the PC's clock, and time that passes faster
//	fault.go      what can go wrong; fault_network.go, fault_disk.go make it happen
//	script.go     a boot written down: network, answers, faults
//	report.go     what a boot was like; view.go, what somebody sees who watches
//
// # A boot
//
//	power on ─► setup.Next ─► screen ─► a person answers ──► event ─┐
//	                ▲            └────► the PC does a job ──► event ─┤
//	                └──────────────────────────────────────────────┘
//
// After every event the state is on the PC's disk, in one write. A boot that
// ends at any point, for whatever reason, is gone on with by the next one.
//
// Time passes on the PC's own clock. Every wait goes through Options.Wait, as
// much shorter as Options.Speed says; certificates are checked at the real time,
// unless the clock of the PC was set wrong on purpose.
package virtualpc
