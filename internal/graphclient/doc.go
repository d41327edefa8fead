// Package graphclient is a small typed client of Microsoft Graph, as far as
// Windows Autopilot goes. The command line uses it, so every command does what
// any other Graph client could do.
//
//	what                                              file
//	configuration, requests, waiting when throttled   client.go
//	client credentials token and its renewal          token.go
//	errors as Graph writes them                       error.go
//	pages behind @odata.nextLink                      page.go
//	names looked up in a list                         find.go
//	Autopilot devices and their words                 device_identities.go, status.go
//	why a device has its profile                      explain.go
//	registration of hardware hashes                   imports.go
//	deployment profiles and their assignments         profiles.go
//	groups, members, rules                            groups.go
//	Entra device objects                              devices.go
//	managed devices                                   managed_devices.go
//	users                                             users.go
//	Enrollment Status Pages                           status_pages.go
//	whose PCs may join, whose are enrolled            join_settings.go, mobility.go
//	deployments and their timeline                    deployments.go
//	the tenant                                        organization.go
//
// It knows Graph's JSON and nothing of the server: only the standard library
// is imported. Calls go to /beta, because Graph has deployment profiles only
// there.
package graphclient
