// Command notices writes THIRD_PARTY_NOTICES.md: the licence of every module
// that is compiled into the program, on any system it is built for, and of the
// Go standard library.
//
//	notices [-check] [-site FILE] [-out FILE] [-sbom FILE -version V] [PACKAGE...]
//
// PACKAGE is ./cmd/taxiway when none is named. A module whose licence is none
// of MIT, BSD-2-Clause, BSD-3-Clause, Apache-2.0, ISC and MPL-2.0, or that has
// no licence file, is an error: the program must not be shipped with it.
// With -check nothing is written and a file that is not up to date is an error.
//
// With -sbom the same is written as a CycloneDX document, which scanners read.
//
//	main.go     flags, reading and writing
//	modules.go  which modules are compiled in
//	npm.go      which packages the built admin site contains (FILE)
//	sbom.go     the CycloneDX document
//	licence.go  the kind of a licence
package main
