// Package servertest runs the whole server in process for tests: real store,
// real listeners with TLS, real tokens. A test speaks to it as a program would,
// over the wire.
//
//	what                                        file
//	Engines: the two databases as subtests      engines.go
//	Start, Join, Stop: processes of one world   world.go
//	Graph calls and tokens                      client.go
//	a PC that asks for its profile              pc.go
//	tokens of any claims, signed like real ones  forge.go
//	all that PostgreSQL stores                  dump.go
//	a PC under management: what it is           mdmdevice.go, mdmtree.go
//	  enrolment and renewal                     mdmenrol.go, mdmcms.go
//	  sessions, with what goes wrong in them    mdmsession.go, mdmcheck.go
//	  what commands do to it                    mdmcommands.go, mdmapps.go
//	a virtual PC on a world's network           virtualpc.go
//	many slim PCs: enrolment, sessions          fleet.go, fleetwork.go
package servertest
