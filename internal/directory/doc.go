// Package directory is the Entra side: tenants, users, groups, device objects,
// memberships, application registrations and the audit trail.
//
//	what                    file               Graph
//	Tenant, Clock           tenant.go          organization
//	User                    user.go            users
//	Role, RoleAssignment    role.go            directoryRoles, roleManagement
//	Device (object)         device.go          devices
//	Group, Membership       group.go           groups
//	Application             application.go     applications, servicePrincipals
//	AuditEvent              audit.go           auditEvents
//	JoinPolicy              joinpolicy.go      policies/deviceRegistrationPolicy
//	MobilityPolicy          mobilitypolicy.go  policies/mobileDeviceManagementPolicies, policies/mobileAppManagementPolicies
//	Mark, Fill, RuleSet     work.go            -
//
// A dynamic group's members follow its rule (package rule). Every change writes
// its row and a Mark in one transaction; package autopilot owns the next step,
// the engine that settles marks and fills. Autopilot knows Entra, Entra does
// not know Autopilot.
package directory
