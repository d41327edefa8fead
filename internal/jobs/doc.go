// Package jobs is the background work of a server process. A job is one file:
// a runOnce that does a bounded amount and a line in Jobs; Runner is the loop.
//
//	job                 file                  every
//	settle marks        settle_marks.go       1 s, and when woken
//	run fills           run_fills.go          1 s, and when woken
//	warm configuration  warm_config.go        1 s
//	seal audit          seal_audit.go         1 s
//	dated rules         dated_rules.go        1 min (acts hourly on the tenant's clock)
//	sweep sign-ins      sweep_sign_in.go      1 min
//	forget sessions     forget_sessions.go    5 min
//	forget commands     forget_commands.go    1 min (rests an hour when through)
//	overdue pages       status_pages.go       5 s
//	sweep contents      status_pages.go       1 hour
//	sweep               sweep_devices.go      configured
//
// Work is leased (package directory, WorkStore): a process that stops hands its
// leases back, one that dies leaves them to run out. What the work does is in
// package autopilot.
package jobs
