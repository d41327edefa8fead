package graph

import (
	"context"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// The roles below are what this edge asks of others: *directory.Service and
// *autopilot.Service do the writes, the store answers reads. A missing object
// is fault.NotFound, a version that differs from a non-zero ifMatch
// fault.Precondition.

// Directory does what Graph's users, devices, groups and join policy pages offer.
type Directory interface {
	UserWriter
	DeletedWriter
	DeviceWriter
	GroupWriter
	OwnerWriter
	Evaluator
	JoinSettings
	RoleWriter
	Syncs
}

// Syncs is the sync of Autopilot devices, for which nothing here waits. A lab
// may have it refused for a while: fault.Throttled. LastSync is zero unless so.
type Syncs interface {
	RequestSync(ctx context.Context, t directory.TenantID) error
	LastSync(ctx context.Context, t directory.TenantID) (time.Time, error)
}

// UserWriter changes users.
type UserWriter interface {
	CreateUser(ctx context.Context, t directory.TenantID, u directory.User) (directory.User, error)
	UpdateUser(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64, change func(*directory.User) error) (directory.User, error)
	DeleteUser(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64) error
}

// DeviceWriter changes device objects; deleting one that a registration stands
// on is refused.
type DeviceWriter interface {
	UpdateDevice(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64, change func(*directory.Device) error) (directory.Device, error)
	DeleteDevice(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64) error
}

// GroupWriter changes groups and the members put there by hand. AddMembers is
// all or nothing.
type GroupWriter interface {
	CreateGroup(ctx context.Context, t directory.TenantID, g directory.Group, members []directory.ObjectID, owners ...directory.ObjectID) (directory.Group, error)
	UpdateGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64, change func(*directory.Group) error) (directory.Group, error)
	DeleteGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64) error
	AddMembers(ctx context.Context, t directory.TenantID, group directory.ObjectID, ids []directory.ObjectID) error
	RemoveMember(ctx context.Context, t directory.TenantID, group, member directory.ObjectID) error
}

// OwnerWriter changes who owns a group. AddOwners is all or nothing.
type OwnerWriter interface {
	AddOwners(ctx context.Context, t directory.TenantID, group directory.ObjectID, ids []directory.ObjectID) error
	RemoveOwner(ctx context.Context, t directory.TenantID, group, owner directory.ObjectID) error
}

// JoinSettings reads and changes who may join PCs and whose PCs are enrolled.
type JoinSettings interface {
	GetJoinPolicy(ctx context.Context, t directory.TenantID) (directory.JoinPolicy, error)
	ReplaceJoinPolicy(ctx context.Context, t directory.TenantID, ifMatch int64, r directory.JoinReplacement) (directory.JoinPolicy, error)
	GetMobilityPolicy(ctx context.Context, t directory.TenantID, kind directory.MobilityKind) (directory.MobilityPolicy, error)
	UpdateMobilityPolicy(ctx context.Context, t directory.TenantID, kind directory.MobilityKind, ifMatch int64, change directory.MobilityChange) (directory.MobilityPolicy, error)
	SetOnlyAssignedUser(ctx context.Context, t directory.TenantID, only bool) error
	AddIncludedGroup(ctx context.Context, t directory.TenantID, kind directory.MobilityKind, group directory.ObjectID) error
	RemoveIncludedGroup(ctx context.Context, t directory.TenantID, kind directory.MobilityKind, group directory.ObjectID) error
}

// Evaluator tells whether a rule holds for an object: a group's own rule, or,
// with an empty group, the rule given.
type Evaluator interface {
	Evaluate(ctx context.Context, t directory.TenantID, group directory.ObjectID, ruleText string, member directory.ObjectID) (directory.Evaluation, error)
}

// Autopilot does what Graph's Autopilot pages offer.
type Autopilot interface {
	Importer
	IdentityWriter
	ProfileWriter
	Explainer
}

// Importer registers devices. What is wrong with a row is in its result, never
// in the error.
type Importer interface {
	Import(ctx context.Context, t directory.TenantID, rows []autopilot.ImportRow) ([]autopilot.ImportedDevice, error)
	DeleteImport(ctx context.Context, t directory.TenantID, id autopilot.ImportID) error
}

// IdentityWriter registers devices without their hash and changes registered ones.
type IdentityWriter interface {
	RegisterSerial(ctx context.Context, t directory.TenantID, n autopilot.NewDevice) (autopilot.Device, error)
	AssignUser(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, upn, name string) error
	UnassignUser(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) error
	UpdateDevice(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, ifMatch int64, change autopilot.DeviceChange) (autopilot.Device, error)
	DeleteDevice(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, ifMatch int64) error
	ReportHardware(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, hash string) (autopilot.Device, error)
}

// ProfileWriter changes profiles and their assignments.
type ProfileWriter interface {
	CreateProfile(ctx context.Context, t directory.TenantID, p autopilot.Profile) (autopilot.Profile, error)
	UpdateProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID, ifMatch int64, change func(*autopilot.Profile) error) (autopilot.Profile, error)
	DeleteProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID, ifMatch int64) error
	Assign(ctx context.Context, t directory.TenantID, a autopilot.Assignment) (autopilot.Assignment, error)
	Unassign(ctx context.Context, t directory.TenantID, profile autopilot.ProfileID, assignmentID string) error
	AssignDevices(ctx context.Context, t directory.TenantID, profile autopilot.ProfileID, ids []autopilot.DeviceID) error
}

// Explainer says why a device has the profile it has, or none, or what it would
// have, and what other assignments would change.
type Explainer interface {
	Forecast(ctx context.Context, t directory.TenantID, id autopilot.ProfileID, kind autopilot.DeviceType, targets []autopilot.Assignment) (autopilot.Forecast, error)
	Explain(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, w autopilot.WhatIf) (autopilot.Explanation, error)
}

// Lists answers filtered, sorted, paged reads. Every list obeys the query's
// filter, search, order, cursor, page size and count.
type Lists interface {
	DirectoryLists
	DeletedItems
	AuditLists
	PeopleLists
	AutopilotLists
	JoinLists
	PolicyLists
	AppLists
}

// DirectoryLists reads the Entra side.
type DirectoryLists interface {
	ListUsers(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.User], error)
	ListDevices(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Device], error)
	ListGroups(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Group], error)
	ListMembers(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error)
	ListGroupsOf(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error)
}

// AuditLists reads what was written. AuditActivities are the activities of all
// audit events by their category.
type AuditLists interface {
	ListAuditEvents(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.AuditEvent], error)
	GetAuditEvent(ctx context.Context, t directory.TenantID, id string) (directory.AuditEvent, error)
	AuditActivities(ctx context.Context, t directory.TenantID) (map[string][]string, error)
}

// AutopilotLists reads the Autopilot side; a non-empty assignedTo keeps to the
// devices that have this profile.
type AutopilotLists interface {
	ListAutopilotDevices(ctx context.Context, t directory.TenantID, assignedTo autopilot.ProfileID, q *odata.Query) (odata.List[autopilot.Device], error)
	ListImports(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.ImportedDevice], error)
	GetImport(ctx context.Context, t directory.TenantID, id autopilot.ImportID) (autopilot.ImportedDevice, error)
	ListProfiles(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.Profile], error)
}

// Objects reads single directory objects.
type Objects interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	GetUser(ctx context.Context, t directory.TenantID, idOrUPN string) (directory.User, error)
	GetDevice(ctx context.Context, t directory.TenantID, id directory.ObjectID) (directory.Device, error)
	GetGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID) (directory.Group, error)
	GetRoleAssignment(ctx context.Context, t directory.TenantID, id string) (directory.RoleAssignment, error)
}

// Registrations reads single Autopilot objects.
type Registrations interface {
	GetRegisteredDevice(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) (autopilot.Device, error)
	GetProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID) (autopilot.Profile, error)
	ListAssignments(ctx context.Context, t directory.TenantID, p autopilot.ProfileID) ([]autopilot.Assignment, error)
	// LoadConfig returns every profile and every assignment whose group lives.
	LoadConfig(ctx context.Context, t directory.TenantID) ([]autopilot.Profile, []autopilot.Assignment, int64, error)
}
