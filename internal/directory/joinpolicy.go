package directory

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// Reach is how far a setting goes: All, Selected or None (Graph's policyScope).
type Reach string

// The values are Graph's words.
const (
	ReachAll      Reach = "all"
	ReachSelected Reach = "selected"
	ReachNone     Reach = "none"
)

// Audience is whom a join setting lets in. Only ReachSelected has users and
// groups; with none of either it lets nobody in.
type Audience struct {
	Reach  Reach
	Users  []ObjectID
	Groups []ObjectID
}

// Holds reports whether a user with these groups is let in.
func (a *Audience) Holds(user ObjectID, groups []ObjectID) bool {
	switch a.Reach {
	case ReachAll:
		return true
	case ReachSelected:
		return slices.Contains(a.Users, user) || overlap(a.Groups, groups)
	default:
		return false
	}
}

func overlap(a, b []ObjectID) bool {
	return slices.ContainsFunc(a, func(id ObjectID) bool { return slices.Contains(b, id) })
}

// MFARequirement is "Require Multifactor Authentication to register or join".
type MFARequirement string

// The values are Graph's words.
const (
	MFANotRequired MFARequirement = "notRequired"
	MFARequired    MFARequirement = "required"
)

// UnlimitedDevices is Graph's number for "Unlimited".
const UnlimitedDevices = math.MaxInt32

// Limits of the device settings page.
const (
	DefaultDeviceQuota = 50
	MaxDeviceQuota     = 100 // a larger number counts as this, unless it is UnlimitedDevices
	MaxAudience        = 500 // users and groups of one setting together
)

// JoinPolicy is a tenant's device settings: who may join PCs, how many, and
// who becomes a local administrator (Graph: deviceRegistrationPolicy).
type JoinPolicy struct {
	Join             Audience // Users may join devices to Microsoft Entra
	RegisteringUsers Audience // who is made a local administrator by joining
	GlobalAdmins     bool     // global administrators are local administrators too
	Register         Audience // Users may register their devices with Microsoft Entra
	MFA              MFARequirement
	DeviceQuota      int  // Maximum number of devices per user
	LAPS             bool // Enable Local Administrator Password Solution
	// OnlyAssignedUser: a PC that Autopilot assigned to a person joins with
	// that person's sign-in alone. This server's own.
	OnlyAssignedUser bool
	ModifiedAt       time.Time
	Version          int64 // grows with every change; the ETag
}

// DefaultJoinPolicy is the policy of a tenant that has changed nothing.
func DefaultJoinPolicy() JoinPolicy {
	all := Audience{Reach: ReachAll}
	return JoinPolicy{Join: all, RegisteringUsers: all, GlobalAdmins: true, Register: all, MFA: MFANotRequired, DeviceQuota: DefaultDeviceQuota, Version: 1}
}

// Graph's paths of the settings, for refusals and the audit trail.
const (
	quotaPath        = "userDeviceQuota"
	mfaPath          = "multiFactorAuthConfiguration"
	joinPath         = "azureADJoin/allowedToJoin"
	registerPath     = "azureADRegistration/allowedToRegister"
	localAdminsPath  = "azureADJoin/localAdmins/registeringUsers"
	globalAdminsPath = "azureADJoin/localAdmins/enableGlobalAdmins"
	lapsPath         = "localAdminPassword/isEnabled"
	assignedUserPath = "onlyAssignedUserMaySignIn" // of windowsAutopilotSettings
)

// Validate checks every setting and names the first that is wrong by its Graph
// property.
func (p *JoinPolicy) Validate() error {
	if p.DeviceQuota < 0 || p.DeviceQuota > UnlimitedDevices {
		return fault.Field(fault.Invalid, "InvalidDeviceQuota", quotaPath, fmt.Sprintf("The number of devices per user cannot be %d.", p.DeviceQuota), fmt.Sprintf("Send 1 to %d, %d for unlimited, or 0 to let nobody join.", MaxDeviceQuota, UnlimitedDevices))
	}
	if p.MFA != MFARequired && p.MFA != MFANotRequired {
		return fault.Field(fault.Invalid, "InvalidMultiFactorAuthConfiguration", mfaPath, "The requirement "+quote(string(p.MFA))+" is not known.", "Use notRequired or required.")
	}
	for path, a := range p.audiences() {
		if err := a.validate(path); err != nil {
			return err
		}
	}
	return nil
}

// audiences gives each audience with its path, in a fixed order.
func (p *JoinPolicy) audiences() func(yield func(string, *Audience) bool) {
	return func(yield func(string, *Audience) bool) {
		_ = yield(registerPath, &p.Register) && yield(joinPath, &p.Join) && yield(localAdminsPath, &p.RegisteringUsers)
	}
}

func (a *Audience) validate(path string) error {
	size := len(a.Users) + len(a.Groups)
	switch {
	case a.Reach != ReachAll && a.Reach != ReachSelected && a.Reach != ReachNone:
		return fault.Field(fault.Invalid, "InvalidMembership", path+"/@odata.type", "The kind of membership "+quote(string(a.Reach))+" is not known.",
			"Send #microsoft.graph.allDeviceRegistrationMembership, #microsoft.graph.enumeratedDeviceRegistrationMembership or #microsoft.graph.noDeviceRegistrationMembership.")
	case a.Reach != ReachSelected && size > 0:
		return fault.Field(fault.Invalid, "MembershipNotEnumerated", path+"/@odata.type", "Only an enumerated membership has users and groups.", "Send #microsoft.graph.enumeratedDeviceRegistrationMembership, or leave users and groups out.")
	case size > MaxAudience:
		return fault.Field(fault.Invalid, "TooManyMembers", path, fmt.Sprintf("The membership names %d users and groups; %d are allowed.", size, MaxAudience), "Put the users into a group and name that.")
	}
	return nil
}

// Joiner is who wants to bring a PC into the directory.
type Joiner struct {
	User    ObjectID
	Groups  []ObjectID // the user's, through other groups too
	MFA     bool       // the sign-in had a second factor
	Devices int        // how many others the user owns already
	UPN     string     // the user's principal name
	// Assigned is the user principal name of whom the PC is assigned to; empty
	// for one that is assigned to nobody.
	Assigned string
}

// Codes of a join that the policy refuses. Each is fault.Denied.
const (
	CodeJoinNotAllowed = "JoinNotAllowed"
	CodeMFARequired    = "MultiFactorAuthenticationRequired"
	CodeQuotaReached   = "DeviceQuotaReached"
	CodeNotAssigned    = "NotTheAssignedUser"
)

// Admit decides whether a user may join or register one more PC, and says why
// not. What the user cannot change is told before what the user can.
func (p *JoinPolicy) Admit(kind JoinType, j *Joiner) error {
	audience, setting, verb, path := &p.Join, "'Users may join devices'", "join", joinPath
	if kind == JoinRegister {
		audience, setting, verb, path = &p.Register, "'Users may register their devices'", "register", registerPath
	}
	const ask = "Ask an administrator to change the device settings of the directory."
	switch {
	case audience.Reach == ReachNone:
		return fault.Field(fault.Denied, CodeJoinNotAllowed, path, "Nobody may "+verb+" devices: the setting "+setting+" is None.", ask)
	case !audience.Holds(j.User, j.Groups):
		return fault.Field(fault.Denied, CodeJoinNotAllowed, path, "The user is neither among the users nor in a group that may "+verb+" devices.", ask)
	}
	if err := p.AdmitPerson(j.Assigned, j.UPN); err != nil {
		return err
	}
	switch {
	case p.MFA == MFARequired && !j.MFA:
		return fault.Field(fault.Denied, CodeMFARequired, mfaPath, "Joining and registering devices needs a second factor, and this sign-in had none.", "Sign in again with the authenticator app, then repeat the request.")
	case p.DeviceQuota != UnlimitedDevices && j.Devices >= p.DeviceQuota:
		return fault.Field(fault.Denied, CodeQuotaReached, quotaPath, fmt.Sprintf("The user has %d devices and may have %d.", j.Devices, p.DeviceQuota), "Remove a device the user no longer has, or raise the number of devices per user.")
	}
	return nil
}

// AdmitPerson decides whether who signed in may have a PC that is assigned to
// somebody; assigned is empty for one that is assigned to nobody.
func (p *JoinPolicy) AdmitPerson(assigned, upn string) error {
	if !p.OnlyAssignedUser || assigned == "" || strings.EqualFold(assigned, upn) {
		return nil
	}
	return fault.Field(fault.Denied, CodeNotAssigned, assignedUserPath, "The PC is assigned to "+assigned+", and only the assigned user may sign in.", "Sign in as "+assigned+", or ask an administrator to assign the PC to somebody else.")
}

// clone gives a copy that shares no list with p.
func (p *JoinPolicy) clone() JoinPolicy {
	c := *p
	for _, a := range c.audiences() {
		a.Users, a.Groups = slices.Clone(a.Users), slices.Clone(a.Groups)
	}
	return c
}

// forget takes a user or group out of every audience and reports whether it
// was in one. What is left of a selection stays a selection: nobody more is
// let in than before.
func (p *JoinPolicy) forget(id ObjectID) (found bool) {
	for _, a := range p.audiences() {
		for _, list := range []*[]ObjectID{&a.Users, &a.Groups} {
			n := len(*list)
			*list = slices.DeleteFunc(*list, func(o ObjectID) bool { return o == id })
			found = found || len(*list) < n
		}
	}
	return found
}

// String is the audience for the audit trail.
func (a *Audience) String() string {
	if a.Reach != ReachSelected {
		return string(a.Reach)
	}
	return string(a.Reach) + joined(": users ", a.Users) + joined(": groups ", a.Groups)
}

func joined(title string, ids []ObjectID) string {
	if len(ids) == 0 {
		return ""
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return title + strings.Join(texts, ", ")
}

func joinChanges(was, is *JoinPolicy) []Change {
	d := Differences{}
	d.Text(quotaPath, strconv.Itoa(was.DeviceQuota), strconv.Itoa(is.DeviceQuota))
	d.Text(mfaPath, string(was.MFA), string(is.MFA))
	d.Text(registerPath, was.Register.String(), is.Register.String())
	d.Text(joinPath, was.Join.String(), is.Join.String())
	d.Text(localAdminsPath, was.RegisteringUsers.String(), is.RegisteringUsers.String())
	d.Flag(globalAdminsPath, was.GlobalAdmins, is.GlobalAdmins)
	d.Flag(lapsPath, was.LAPS, is.LAPS)
	d.Flag(assignedUserPath, was.OnlyAssignedUser, is.OnlyAssignedUser)
	return d.List
}
