package directory

import (
	"context"
	"time"
)

// Store is what this package needs of a database. InTx runs fn in one
// transaction and may run it again after a conflict, so fn has no side effects
// but through Tx; a returned error rolls everything back.
type Store interface {
	InTx(ctx context.Context, fn func(Tx) error) error
	Reader
	JoinSettingsReader
	JoinReader
	RoleReader
	QuirkReader
	DeletedReader
}

// Tx is everything that may be done inside one transaction. Lock order, always:
// the configuration version, then device objects or users by id, then
// registrations, then the rest.
type Tx interface {
	TenantTx
	UserTx
	DeviceTx
	GroupTx
	MembershipTx
	OwnerTx
	DeletedTx
	ConfigTx
	MarkTx
	AuditTx
	JoinSettingsTx
	JoinTx
	RoleTx
	QuirkTx
}

// Reader answers outside a transaction. Each Get of a missing row is
// fault.NotFound.
type Reader interface {
	TenantReader
	GetUser(ctx context.Context, t TenantID, idOrUPN string) (User, error)
	GetDevice(ctx context.Context, t TenantID, id ObjectID) (Device, error)
	GetGroup(ctx context.Context, t TenantID, id ObjectID) (Group, error)
	// ListDynamicGroups returns the living dynamic groups and the
	// configuration version they are of, read together.
	ListDynamicGroups(ctx context.Context, t TenantID) ([]Group, int64, error)
	// ListMemberships returns the memberships of these members in living groups.
	ListMemberships(ctx context.Context, t TenantID, members []ObjectID) ([]Membership, error)
}

// TenantReader finds tenants.
type TenantReader interface {
	GetTenant(ctx context.Context, id TenantID) (Tenant, error)
	// FindTenant finds a tenant by its verified domain, without regard to case.
	FindTenant(ctx context.Context, domain string) (Tenant, error)
	ListTenants(ctx context.Context) ([]Tenant, error)
}

// TenantTx writes tenants. A taken id or domain is fault.Conflict.
type TenantTx interface {
	CreateTenant(ctx context.Context, t Tenant) error
	UpdateTenant(ctx context.Context, t Tenant) error
	// DeleteTenant removes the tenant and every row that belongs to it.
	DeleteTenant(ctx context.Context, id TenantID) error
}

// UserTx writes users. A taken user principal name is fault.Conflict with code
// UserPrincipalNameTaken.
type UserTx interface {
	CreateUser(ctx context.Context, t TenantID, u User) error
	UpdateUser(ctx context.Context, t TenantID, u User) error // matches id, sets Version+1
	DeleteUser(ctx context.Context, t TenantID, id ObjectID) error
	// LockUsers returns those of ids that exist, in order of id, locked until
	// the transaction ends.
	LockUsers(ctx context.Context, t TenantID, ids []ObjectID) ([]User, error)
	// UsersByUPN maps lower-cased user principal names to users, missing ones left out.
	UsersByUPN(ctx context.Context, t TenantID, upns []string) (map[string]User, error)
}

// DeviceTx writes device objects.
type DeviceTx interface {
	CreateDevices(ctx context.Context, t TenantID, ds []Device) error
	UpdateDevice(ctx context.Context, t TenantID, d Device) error // matches id, sets Version+1
	DeleteDevices(ctx context.Context, t TenantID, ids []ObjectID) error
	// LockDevices returns those of ids that exist, in order of id, locked
	// until the transaction ends.
	LockDevices(ctx context.Context, t TenantID, ids []ObjectID) ([]Device, error)
}

// GroupTx writes groups.
type GroupTx interface {
	CreateGroup(ctx context.Context, t TenantID, g Group) error
	UpdateGroup(ctx context.Context, t TenantID, g Group) error // matches id, sets Version+1
	// LockGroup returns a living group locked; fault.NotFound when there is none.
	LockGroup(ctx context.Context, t TenantID, id ObjectID) (Group, error)
	// PurgeGroup removes a deleted group with its memberships and owners.
	PurgeGroup(ctx context.Context, t TenantID, id ObjectID) error
	// ApplyFilled notes that the group's members reflect version, if no newer
	// version was applied already.
	ApplyFilled(ctx context.Context, t TenantID, id ObjectID, version int64, at time.Time) error
}

// OwnerTx reads and writes who owns a group. Owners go with their group and with
// their user.
type OwnerTx interface {
	// OwnersOf returns a group's owners in order of id.
	OwnersOf(ctx context.Context, t TenantID, group ObjectID) ([]ObjectID, error)
	// ReplaceOwners makes these the only owners of a group that is locked.
	ReplaceOwners(ctx context.Context, t TenantID, group ObjectID, owners []ObjectID) error
}

// MembershipTx reads and writes memberships.
type MembershipTx interface {
	MembershipsOf(ctx context.Context, t TenantID, members []ObjectID) ([]Membership, error)
	// ApplyMemberships adds and removes rows; adding one that is there and
	// removing one that is not are no-ops.
	ApplyMemberships(ctx context.Context, t TenantID, add, remove []Membership) error
	// PageMembers returns up to limit member ids of a group after the cursor, in order.
	PageMembers(ctx context.Context, t TenantID, group, after ObjectID, limit int) ([]ObjectID, error)
	// PageObjects returns up to limit ids of devices or users after the
	// cursor, in order. A non-empty orderTag keeps to devices whose [OrderID]
	// equals it without regard to case.
	PageObjects(ctx context.Context, t TenantID, kind MemberKind, orderTag string, after ObjectID, limit int) ([]ObjectID, error)
}

// ConfigTx holds the tenant's configuration version: one counter that grows
// whenever a rule, a profile or an assignment changes.
type ConfigTx interface {
	// ConfigVersion reads the version and holds it until the transaction ends:
	// a change of configuration waits for the evaluations that began before it.
	ConfigVersion(ctx context.Context, t TenantID) (int64, error)
	// BumpConfig adds one and returns the new version; concurrent bumps queue up.
	BumpConfig(ctx context.Context, t TenantID) (int64, error)
	// RuleGroups is Reader.ListDynamicGroups inside the transaction.
	RuleGroups(ctx context.Context, t TenantID) ([]Group, error)
	OpenFill(ctx context.Context, f Fill, l Lease) error
	// AdvanceFill stores phase, cursor and done if the lease token still holds
	// it, else fault.Conflict with code LeaseLost. A lease without an end hands
	// the fill back.
	AdvanceFill(ctx context.Context, f Fill, l Lease) error
	// CloseFill removes the fill under the same condition.
	CloseFill(ctx context.Context, f Fill, l Lease) error
}

// MarkTx writes and removes marks.
type MarkTx interface {
	// MarkDirty writes a mark per entity, or raises the version of the one
	// that is there, and leases it to this process.
	MarkDirty(ctx context.Context, t TenantID, topic Topic, ids []ObjectID, chain int, l Lease) error
	// MarksOf returns the marks of these entities.
	MarksOf(ctx context.Context, t TenantID, topic Topic, ids []ObjectID) ([]Mark, error)
	// ClearMarks removes each mark whose version is still the one given.
	ClearMarks(ctx context.Context, marks []Mark) error
}

// JoinSettingsReader reads a tenant's join settings, and whom they are about.
// What was never written is the default.
type JoinSettingsReader interface {
	GetJoinPolicy(ctx context.Context, t TenantID) (JoinPolicy, error)
	GetMobilityPolicy(ctx context.Context, t TenantID, kind MobilityKind) (MobilityPolicy, error)
	// GroupsAround is JoinTx's, outside a transaction.
	GroupsAround(ctx context.Context, t TenantID, member ObjectID) ([]ObjectID, error)
}

// JoinSettingsTx reads and writes a tenant's join settings. Users and groups
// are locked before them.
type JoinSettingsTx interface {
	// LockJoinPolicy returns the policy, the default one if none was written,
	// locked until the transaction ends; fault.NotFound without the tenant.
	LockJoinPolicy(ctx context.Context, t TenantID) (JoinPolicy, error)
	// PutJoinPolicy stores the policy locked before and sets Version+1.
	PutJoinPolicy(ctx context.Context, t TenantID, p JoinPolicy) error
	// LockMobilityPolicy and PutMobilityPolicy do the same for the scopes.
	LockMobilityPolicy(ctx context.Context, t TenantID, kind MobilityKind) (MobilityPolicy, error)
	PutMobilityPolicy(ctx context.Context, t TenantID, p MobilityPolicy) error
}

// AuditTx records writes.
type AuditTx interface {
	Audit(ctx context.Context, t TenantID, events ...AuditEvent) error
}

// WorkStore hands out work that no process holds. All are short transactions
// of their own.
type WorkStore interface {
	// ClaimMarks leases up to limit marks of one tenant and topic that are
	// free or whose lease ended before now, oldest first.
	ClaimMarks(ctx context.Context, now time.Time, limit int, l Lease) ([]Mark, error)
	// FailMarks counts an attempt and delays the marks until notBefore.
	FailMarks(ctx context.Context, marks []Mark, notBefore time.Time) error
	// ClaimFill leases one open fill, the oldest that is free; ok is false when none is.
	ClaimFill(ctx context.Context, now time.Time, l Lease) (f Fill, ok bool, err error)
	// RenewFill extends the lease, or hands the fill back when the new one has
	// no end; fault.Conflict LeaseLost when another holds it.
	RenewFill(ctx context.Context, f Fill, l Lease) error
	// Release hands back everything the token holds.
	Release(ctx context.Context, token string) error
	// Backlog counts marks and open fills and tells the age of the oldest of each.
	Backlog(ctx context.Context, now time.Time) (Backlog, error)
	// ConfigVersions lists every tenant's configuration version.
	ConfigVersions(ctx context.Context) (map[TenantID]int64, error)
}

// Backlog is the work waiting, for metrics and readiness.
type Backlog struct {
	Marks, Fills             int64
	OldestMark, OldestFill   time.Duration
	FailedMarks, FailedFills int64
}

// AppStore keeps app registrations, their secrets and the signing keys.
type AppStore interface {
	AppAddressStore
	GetApplication(ctx context.Context, t TenantID, appID string) (Application, error)
	ListApplications(ctx context.Context, t TenantID) ([]Application, error)
	// CreateApplication stores the app with its redirects, certificates, secret
	// if it has one, and audit event.
	CreateApplication(ctx context.Context, t TenantID, a Application, s *Secret, e AuditEvent) error
	// UpdateApplication matches the id, sets Version+1; redirects, certificates
	// and secrets stay. Of a disabled app all token families are revoked.
	UpdateApplication(ctx context.Context, t TenantID, a Application, e AuditEvent) error
	// DeleteApplication takes with it all that belongs to the app, consents
	// and token families too.
	DeleteApplication(ctx context.Context, t TenantID, appID string, e AuditEvent) error
	ListSecrets(ctx context.Context, t TenantID, app ObjectID) ([]Secret, error)
	// ReplaceSecrets adds one secret and removes those named.
	ReplaceSecrets(ctx context.Context, t TenantID, app ObjectID, add *Secret, removeKeyIDs []string, e AuditEvent) error
}

// AppAddressStore changes where an app may send people back to, and the
// certificates it proves itself with. Each change sets the app's Version+1.
type AppAddressStore interface {
	// ReplaceRedirects adds and removes addresses. One that is there already,
	// on whichever platform, is fault.Conflict with code RedirectExists.
	ReplaceRedirects(ctx context.Context, t TenantID, app ObjectID, add []Redirect, remove []string, e AuditEvent) error
	// ReplaceCertificates adds one and removes those named. One with the same
	// content is fault.Conflict with code CertificateExists.
	ReplaceCertificates(ctx context.Context, t TenantID, app ObjectID, add *AppCertificate, removeKeyIDs []string, e AuditEvent) error
}

// KeyStore keeps signing keys and other named server secrets, sealed.
type KeyStore interface {
	ListSigningKeys(ctx context.Context) ([]SigningKey, error)
	// AddSigningKey stores a key unless one with its id is there.
	AddSigningKey(ctx context.Context, k SigningKey) error
	// DeleteSigningKey removes a key: no token it signed is good any more.
	DeleteSigningKey(ctx context.Context, keyID string) error
	// Secret returns the named server secret, storing fresh when there is
	// none yet; every process gets the same bytes.
	Secret(ctx context.Context, name string, fresh []byte) ([]byte, error)
}
