// Package oobe is what a PC asks before anyone signs in.
//
//	POST /ztd/profile   the PC's profile, or why it gets none     profile.go
//	POST /ztd/hardware  the hardware the PC has today             hardware.go
//	                    proof that it holds the registered TPM    proof.go
//	                    proof that the answer is for this PC      vouch.go
//
// A hardware hash is no secret, so it identifies a PC but proves nothing. The
// hash holds the modulus of the TPM's endorsement key: the first answer is a
// nonce encrypted to the key of the registered hash, and only who sends the
// nonce back gets more. The wire format is this server's own; Microsoft's is
// not published. Package autopilot decides, this package speaks.
package oobe
