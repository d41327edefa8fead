// Package labdata is the sample that a lab starts with, and PCs by the
// thousand for tests and benchmarks. The same seed gives the same PCs, on every
// machine and in every release that does not say otherwise.
//
//	what                                     file
//	the tenant Contoso: users, groups,       contoso.go
//	profiles, assignments, 25 PCs
//	the PC that can be switched on           virtualpc.go
//	PCs in any number                        fleet.go
//	the models PCs are made of               models.go
//	serial numbers as the makers write them  serial.go
//
// Nothing here exists: names are those of Microsoft's sample company, serial
// numbers only look like the makers', network addresses are locally
// administered ones, and domains are of RFC 2606.
package labdata
