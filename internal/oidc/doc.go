// Package oidc issues tokens: an OpenID provider in Microsoft Entra's shape,
// with one path per tenant, so that Microsoft's clients sign in unmodified.
//
//	path ({t}: tenant id, verified domain, common, organizations)    file
//	GET  /{t}/v2.0/.well-known/openid-configuration                  metadata.go
//	GET  /{t}/.well-known/openid-configuration                       metadata.go
//	GET  /{t}/discovery/v2.0/keys, /{t}/discovery/keys               metadata.go
//	GET  /{t}/oauth2/v2.0/authorize, /{t}/oauth2/authorize           authorize.go
//	POST /{t}/oauth2/v2.0/token, /{t}/oauth2/token                   token.go, form.go
//	     grant client_credentials                                    clientcredentials.go
//	GET  /common/discovery/instance, /metadata/endpoints             instance.go
//
// handler.go has the route table, tenant.go finds {t}, keys.go keeps and
// rotates the signing keys, accesstoken.go the claims, problem.go the one
// renderer of errors with Entra's AADSTS numbers (Microsoft identity platform
// error codes). Package access checks what is issued here.
//
// Apps sign in with a secret. No app has a redirect address or a certificate,
// so authorize and client assertions answer what Entra answers then.
package oidc
