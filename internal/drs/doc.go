// Package drs is how PCs join the directory: device registration as
// [MS-DVRJ] and [MS-DVRD] describe it, in the form that Entra and its clients
// speak (Dsreg, ROADtools, libhimmelblau).
//
//	GET    /{domain or tenant}/Discover        where everything is       discovery.go
//	GET    /EnrollmentServer/contract          the same, for any tenant  discovery.go
//	GET    /EnrollmentServer/nonce/{tenant}/   a value for one join      nonce.go
//	POST   /EnrollmentServer/device/           join or register          join.go
//	PUT    /EnrollmentServer/device/{id}       hybrid join: refused      device.go
//	DELETE /EnrollmentServer/device/{id}       the PC leaves             device.go
//
// Who joins shows an access token of a person; a PC that leaves shows its own
// certificate in TLS. Package directory decides and keeps, its DeviceAuthority
// signs; package autopilot knows the PC that a device ticket names. What comes
// from outside is read in body.go, csr.go and blob.go; errors.go says no.
package drs
