// Command release builds what is published of a version: an archive for each
// system with the static program and its papers, a list of what it contains
// (CycloneDX), the recipe of a container image, and the checksums of all.
//
//	release -version V -notices PROGRAM [-out DIR] [TARGET...]
//
// TARGET is linux/amd64 for one; all that a release is for when none is named.
// The admin site must have been built. Files are dated by SOURCE_DATE_EPOCH: the
// same commit, built by the same Go, gives the same bytes.
package main
