// Package fleet lets many virtual PCs be deployed: hundreds or thousands of them
// go from bare metal to the desktop beside each other, some with a fault, and
// what they went through is held against what the server recorded.
//
//	fleet.go    Options, Fleet: who starts when, how many at once
//	pc.go       one PC: its boots, and how it ended
//	keys.go     RSA keys for all of them, from primes made beforehand
//	fault.go    what is made to go wrong, and how such a PC has to end
//	count.go    how far they are, while they run
//	register.go people, group, profile and the CSV import, through Graph
//	record.go   what the server knows of each PC, through Graph
//	compare.go  what of that is missing or contradicts the PC
//	report.go   outcomes, times of each step, failures by reason
//
// A PC's disk is in memory and goes when the PC has ended, so that only those
// that run need room for one.
//
// # A run
//
//	New ─► Register (CSV through Graph) ─► Deploy ─► ReadRecords ─► Compare ─► Report
//
// The two sides of the comparison share nothing: a PC knows what it was answered
// over the wire, the record is what an administrator reads in Graph.
package fleet
