// Package wapdoc reads and writes the document that a PC gets at the end of its
// enrolment: wap-provisioningdoc 1.1, the client provisioning format of OMA. It
// goes both ways, because the server writes it and the virtual PC reads it.
//
//	file           what it has
//	document.go    Document, Characteristic, Parm; Encode
//	parse.go       Parse, with limits
//	enrolment.go   Enrolment, what the document says; Document
//	read.go        Read, the way back, as strict as Windows is known to be
//	renewal.go     Renewal, the short document after a certificate renewal
//	parts.go       certificates, their names, the parts both documents share
//	error.go       Error
//
// The form of an Enrolment, in this order:
//
//	CertificateStore
//	  Root / System / <SHA-1>         the authority's root
//	  CA / System / <SHA-1>           its intermediate, if there is one
//	  My / User or System / <SHA-1>   the PC's certificate; PrivateKeyContainer beside it
//	  My / WSTEP / Renew              when the PC renews it
//	APPLICATION                       the management server: address and two credentials
//	DMClient / Provider / <id>        who the PC is there, and how often it calls
//
// Windows 11 refuses the whole document when a fourth part is there, and makes
// no account when a credential has no nonce; Read refuses both, and Document
// writes neither.
//
// Issuing the certificates is package enrollment's work, carrying the document
// package soap's.
//
// Sources: [MS-MDE2] 2.2.9; Microsoft Learn, "Federated authentication device
// enrollment", "Certificate Renewal", "w7 APPLICATION CSP", "DMClient CSP".
package wapdoc
