// Package graph is the Microsoft Graph REST edge: /v1.0 and /beta.
//
//	file                      what it owns
//	routes.go                 THE table: method, path, versions, permission, handler
//	routes_people.go          its lines about people, roles and consents
//	permit.go                 who is refused, and what they lack
//	router.go                 path → route, keys, "unknown segment" and 405
//	handler.go                Handler: what it needs, ServeHTTP, headers, request ids
//	call.go                   one request on its way through a handler
//	cors.go                   what browsers may ask
//	body.go                   request bodies: gzip, limits, unknown properties
//	read.go                   typed reads of body properties
//	query.go, list.go         query options, one page of a collection
//	resource.go               what every collection does alike: list, GET, POST, PATCH, DELETE
//	assignments.go            what is assigned to groups: targets, pages of assignments
//	policies.go               resource.go for the policies of MDM, which are assigned
//	list_local.go             lists that this server holds itself
//	render.go                 $select, version and metadata level applied to a wire struct
//	expand.go                 what navigations lead to, and options inside $expand
//	metadata.go, metadata_model.go  $metadata, made of the tables and the routes
//	table.go, tables.go       how property tables are written down, and all of them
//	etag.go                   ETag and If-Match
//	errors.go                 the one renderer of errors
//	batch.go                  $batch
//	store.go, store_people.go the roles it asks of services and store
//
// Then one file per resource, wire structs and property table on top, and what
// it does otherwise than resource.go:
//
//	device_identities.go, device_identity_actions.go   windowsAutopilotDeviceIdentities
//	device_identity_explain.go                         ours: explain, reportHardware
//	imported_devices.go                                importedWindowsAutopilotDeviceIdentities
//	autopilot_settings.go                              windowsAutopilotSettings
//	deployment_profiles.go, deployment_profile_wire.go windowsAutopilotDeploymentProfiles
//	profile_assignments.go                             …/assignments
//	enrolment_configurations.go, enrolment_configuration_wire.go deviceEnrollmentConfigurations
//	device_configurations.go                           deviceConfigurations
//	mobile_apps.go, mobile_app_*.go                    mobileApps
//	groups.go, group_members.go, group_evaluate.go     groups
//	device_registration_policy.go, mobility_policies.go  policies: who may join, whose PCs are enrolled
//	users.go, users_write.go, user_actions.go, user_manager.go  users, me
//	authentication_methods.go                          users/…/authentication
//	directory_roles.go, role_management.go             directory roles and who has them
//	permission_grants.go, service_principals.go        consents, and the apps they are for
//	deleted_items.go                                   directory/deletedItems
//	devices.go, organization.go, audit_events.go, directory_objects.go
//
// A new resource is one file and its lines in routes.go. Subjects own every
// decision; this package translates. It reads no cookie: who calls is the
// Principal that package access put into the context.
//
// It follows the Graph pages "Use query parameters to customize responses",
// "Microsoft Graph error responses", "Paging Microsoft Graph data", "Combine
// multiple HTTP requests using JSON batching" and each resource's own page.
package graph

//go:generate go test . -run TestTheParityPageSaysWhatRoutesAndTablesDo -update
