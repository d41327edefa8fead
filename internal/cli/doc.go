// Package cli is the program taxiway: what it can be told on a command line.
//
//	command                                  file
//	serve, migrate, verify                   serve.go, migrate.go, verify.go
//	backup, restore                          backup.go
//	tenant                                   tenant.go
//	app, app secret                          app.go, app_create.go, app_secret.go, app_find.go
//	app redirect, certificate, consent       app_redirect.go, app_certificate.go, app_consent.go
//	device import                            device_import.go, import.go
//	device list, show, why                   device_list.go, device_show.go, device_why.go
//	device tag, assign-user, …               device_change.go
//	group                                    group.go, group_members.go, group_rule.go
//	profile                                  profile.go, profile_settings.go, profile_assign.go
//	user                                     user.go
//	hash show, mint, compare                 hash.go, hash_mint.go, hash_compare.go
//	pc create, list, show, swap              pc.go, pc_create.go, pc_list.go, pc_swap.go
//	pc reset, clone, export-hash, rm, …      pc_reset.go, pc_export.go, pc_rm.go
//	ca print, version                        ca.go, version.go
//	pc boot                                  pc_boot.go, pc_watch.go, pc_report.go
//	lab up, reset, clock, quirk              lab.go, lab_quirk.go, lab_up.go, lab_seed.go, lab_steps.go, lab_pc.go, lab_report.go
//	bench                                    package bench
//
// A command has three parts: an options struct, its flags, and run. What all
// share is here:
//
//	the process, signals, exit codes         main.go, errors.go
//	the tree                                 root.go
//	configuration from flags                 config.go
//	which server, which tenant, as whom      connect.go, credentials.go
//	tables, JSON, progress                   output.go, progress.go
//
// # Three ways to a server
//
// Commands about devices, groups, profiles and users speak Microsoft Graph,
// as any other client would. Commands about tenants and apps use the private
// Unix socket in the data directory, and open the store themselves when no
// server holds it. serve and lab up are a server.
//
// # Exit codes
//
//	0  done
//	1  something failed, or the check a command makes found something
//	2  the command line, the configuration or a value is wrong
//	3  not signed in, or not allowed
//	4  there is no such thing
//	5  it conflicts with what is there
//	6  the server cannot be reached or is busy
//	130  stopped by a signal
//
// They are those of package fault; results go to standard output, everything
// else to standard error.
package cli
