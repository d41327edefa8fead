// Package sqlstore keeps everything in a database: SQLite inside the process,
// or PostgreSQL shared by many. It is the only package that speaks SQL.
//
//	what                                          file
//	one SQL text for two engines                  dialect.go, bind.go, bulk.go
//	enums as numbers                              enums.go
//	opening, pools, pragmas                       open.go, open_sqlite.go, open_postgres.go
//	group commit (SQLite)                         writer.go
//	InTx, the one Tx of every subject             tx.go, errors.go
//	schema                                        migrations/, migrate.go
//	the lock on the data directory                lock.go
//	the master key and what it seals              masterkey.go, seal.go
//	tenants, users, devices, groups, memberships  directory_*.go
//	marks, fills, leases                          work_*.go
//	app registrations, signing keys               applications.go, keys.go
//	audit trail and its chain                     audit.go, auditchain.go
//	signs that something changed                  changes.go
//	backup and restore                            backup.go, restore.go
//	registrations, profiles, assignments          autopilot_*.go
//	what the guide's steps are judged by          facts.go
//	list queries                                  list*.go, filter.go, columns*.go, physical.go
//
// # Conventions of the tables
//
// Every key starts with tenant_id (but for what belongs to the whole server).
// Times are BIGINT microseconds UTC and 0 is none; booleans are SMALLINT; the
// all-zero uuid and the empty text are none. Text sorts by bytes on both
// engines; a *_key column holds the lower-cased text that comparisons without
// regard to case use.
//
// # How to write a statement
//
// Write it once, in PostgreSQL form with $1, $2; end a locking SELECT with
// /*lock*/ (FOR UPDATE), /*share*/ (FOR SHARE) or /*claim*/ (FOR UPDATE SKIP
// LOCKED): SQLite, which has one writer, drops them. Ids go in with idArg and
// come out with asID; times with timeArg and asTime; see bind.go. Arrays, JSON
// operators, now() and LIKE are not to be used: dialect_test.go looks.
//
// A statement runs on a querier: a *Tx inside InTx, db.reader() outside, or
// the snapshot that db.snapshot gives when several reads must agree. Inside
// InTx never call InTx again, on SQLite it would wait for itself.
package sqlstore
