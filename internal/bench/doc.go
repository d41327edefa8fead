// Package bench measures taxiway against what the machine can do at best.
//
// A figure alone says little about a program, because machines differ. Every
// benchmark therefore also measures its limit, the least work that could give
// the same result, in the same run and in turns with the work itself, and
// reports the ratio of the two.
//
//	benchmark  work                                          limit                              file
//	rules      one device against many rules                 bare hash look-ups of its ids      rules.go, rulemix.go
//	import     a CSV file to registered, grouped, Assigned   bare insert of the same rows       import.go, copy.go
//	change     a new group tag to the status being true      one durable commit                 change.go
//	newrule    a new rule to its filled group                query and commit; bare insert      newrule.go
//	list       a page of registered PCs; pages far down    the bare query, encoded; the first  list.go, deep.go
//	filter     the PCs of a group tag; pages far down      the bare query, encoded; the first  deep.go
//	batch      twenty reads in one batch                   twenty single requests              list.go
//	profile    a PC's look-up of its profile                 handler with two indexed reads     profile.go, baseline.go
//	enrol      a request to a certificate, stored            bare RSA-2048 signatures           enrol.go, pool.go
//	checkin    a management session with nothing to do       handler that answers its bytes     checkin.go, handshake.go
//
// What they share:
//
//	what is asked for and what comes out   bench.go, row.go
//	the machine                            machine.go
//	throw-away databases of both engines   database.go
//	a server in this process               world.go
//	stop watch and percentiles             stats.go
//	the table for people                   table.go
//
// The work goes through the real server, over TLS, as a client would do it;
// client and server share the machine's processors, as do the limits. Each
// limit runs on a second database of the same engine, settings and schema.
package bench
