// Package oidc is where people and programs sign in: an OpenID provider in
// Microsoft Entra's shape, with one path per tenant, so that Microsoft's
// clients sign in unmodified.
//
//	path ({t}: tenant id, verified domain, common, organizations)    file
//	GET  /{t}/v2.0/.well-known/openid-configuration                  metadata.go
//	GET  /{t}/.well-known/openid-configuration                       metadata.go
//	GET  /{t}/discovery/v2.0/keys, /{t}/discovery/keys               metadata.go
//	GET POST /{t}/oauth2/v2.0/authorize, /{t}/oauth2/authorize       authorize.go, finish.go
//	POST /{t}/oauth2/v2.0/token, /{t}/oauth2/token                   token.go, form.go, client.go
//	     grants authorization_code, refresh_token                    token_person.go
//	     grant client_credentials                                    clientcredentials.go, assertion.go
//	     grant device_code, by either name                           token_device.go
//	     grant password                                              token_password.go
//	     srv_challenge, a nonce                                      nonce.go
//	POST /{t}/oauth2/v2.0/devicecode, /{t}/oauth2/devicecode         token_device.go
//	GET POST /{t}/oauth2/v2.0/logout, /{t}/oauth2/logout             logout.go
//	POST /{t}/oauth2/v2.0/introspect, /{t}/oauth2/v2.0/revoke        introspect.go
//	GET  /{t}/userrealm/{upn}                                        userrealm.go
//	GET POST /oidc/userinfo                                          userinfo.go
//	GET  /common/discovery/instance, /metadata/endpoints             instance.go
//	GET POST /{t}/signin…, /{t}/account…, /{t}/oauth2/deviceauth     pages.go, page_*.go
//	GET  /{t}/enroll, /{t}/enroll/done                               page_enrol.go
//
// interaction.go is the seam between protocol and pages: a sign-in under way.
// session.go has the browser's session, scopes.go what may be asked for,
// accesstoken.go and idtoken.go the claims, handler.go the route table,
// tenant.go finds {t}, keys.go keeps and rotates the signing keys, problem.go is
// the one renderer of errors with Entra's AADSTS numbers (Microsoft identity
// platform error codes), needs.go what is asked of other packages.
//
// Package signin owns passwords, sessions, codes and refresh tokens; package
// access checks the access tokens that are issued here.
package oidc
