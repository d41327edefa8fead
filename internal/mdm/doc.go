// Package mdm is the edge that Windows enrols at and is managed by: [MS-MDE2]
// for enrolment, [MS-MDM] for management. Everything is on the device listener.
//
//	path below /EnrollmentServer               what                                file
//	GET POST Discovery.svc                     where and how to enrol              discovery.go
//	POST     Policy.svc                        what the certificate should be like policy.go
//	POST     Enrollment.svc                    certify, or renew a certificate     certificate.go, renew.go
//	POST     ManagementServer/OmaDm.svc        a message of a session              manage.go
//	GET POST TermsOfUse                        the terms, before an Entra join     terms.go
//	GET      Login                             to this server's own sign-in pages  weblogin.go
//
// handler.go routes and checks what routes.go says that a caller must prove;
// security.go finds out who the person is from a message's security header:
// user name and password, a token of the sign-in pages (tokens.go), an access
// token of this server, or one of a real Entra tenant (entra.go, its keys in
// entrakeys.go, fetched as outbound.go allows). faults.go says no. pkcs7.go
// opens a renewal, provision.go writes what the PC is told, pages.go has the
// pages' frame.
//
// A message of a session is read and written by session.go; digestauth.go
// proves who sent one without a certificate, gate.go bounds how many are worked
// on at once.
//
// Packages soap and wapdoc know the wire, package enrollment decides and
// certifies.
package mdm
