// Package autopilot is the Autopilot side: registered devices, import,
// deployment profiles, assignments, the decision which profile a device gets
// and why, and the engine that keeps decisions true.
//
//	what                                   file
//	Device (registration), statuses        device.go
//	Profile, device name template          profile.go, nametemplate.go
//	Assignment, Config                     assignment.go
//	Decide: the pure decision with trace   decide.go
//	Import of hardware hashes              import.go
//	Registration by serial number alone    hashless.go
//	Edits of devices                       devices.go
//	Edits of profiles and assignments      profiles.go, assign_devices.go
//	Engine: settle marks, walk fills       engine.go, settle.go, fill.go
//	Hardware change                        hardware.go
//	What a PC gets                         profilefor.go, document.go
//	Why                                    explain.go
//	What other assignments would change    forecast.go
//	Self-check                             verify.go
//
// The portal's five statuses, one machine (Graph value in brackets):
//
//	          register                       decided: none
//	(nothing) ────────► Assigning [pending] ──────────────► Not assigned [notAssigned]
//	                      ▲        │ decided: a profile        │
//	    any change, a fill│        ▼                           │ any change, a fill
//	                      └──── Assigned [assignedInSync] ◄────┘ (by way of Assigning)
//
//	any of them ──hardware change──► Fix pending [automaticRemediationRequired]
//	Fix pending ──re-registered at the next check-in──► as decided
//	Fix pending, any ──cannot be re-registered──► Attention required [manualRemediationRequired]
//
// Package directory owns groups and device objects; package oobe speaks to PCs.
package autopilot
