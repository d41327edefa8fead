// Package storetest is what every database must do: contract suites for the
// storage roles that the subjects declare, run on SQLite and PostgreSQL.
//
//	databases to test with                       engines.go
//	the world of a suite                         directory.go, autopilot.go
//	tenants, users, devices, groups, memberships directory_*.go
//	configuration version, marks, fills, leases  work_*.go
//	applications, keys, audit trail              apps.go, keys.go, audit.go
//	signs of change                              changes.go
//	transactions and group commit                tx.go
//	registrations, claims, imports, profiles     autopilot_*.go
//	list queries                                 lists*.go, tables.go
//
// It is test support and may import testing. A new method of a role begins
// with its test here: at least found, missing, taken, concurrent where that
// matters, order and page.
package storetest
