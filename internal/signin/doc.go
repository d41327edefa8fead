// Package signin is how people prove who they are and what programs may do for
// them: passwords, second factors, sessions, consents, codes and refresh tokens.
//
//	what                                         file
//	who signed in and how                        person.go
//	password, its rules                          password.go
//	one-time codes (RFC 6238), recovery codes    totp.go, recovery.go
//	growing delay after wrong tries              lockout.go
//	browser sessions                             session.go
//	one-time links for the first administrator   link.go
//	a sign-in under way                          attempt.go
//	what was granted; codes, families, refresh   grant.go, code.go, refresh.go
//	device codes (RFC 8628)                      devicecode.go
//	consent                                      consent.go
//	the apps every tenant has                    firstparty.go
//	sign-in page branding                        branding.go
//
// Package oidc shows the pages and signs the tokens; package directory has the
// people themselves, their roles and the apps. A secret leaves this package
// once, when it is made; stored is its SHA-256 (passwords: argon2id).
package signin
