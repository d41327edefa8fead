// Package access says who is calling and what they may do.
//
//	what                        file
//	Principal, context          principal.go
//	permission names, Implies   permission.go
//	directory role → permission roles.go
//	Verifier: token → Principal verifier.go, person.go
//	claims of a token           claims.go
//	verified tokens, states     cache.go
//	Middleware, refusals        middleware.go
//
// Package oidc issues the tokens; this package only checks them, and holds no
// private key. A token is good when its signature is ours (RS256, RFC 7515),
// its times, issuer, tenant and audience are right, and the app it names is
// still there and enabled. What it may do is what the token says and the app
// is still granted, so taking a permission away does not wait for expiry.
package access
