package directory

import (
	"strings"
	"time"

	"taxiway/internal/fault"
)

// GroupKind says where a group's members come from.
type GroupKind string

// The kinds of a group; the portal calls them Assigned, Dynamic User and
// Dynamic Device.
const (
	Assigned      GroupKind = "Assigned"
	DynamicUser   GroupKind = "DynamicUser"
	DynamicDevice GroupKind = "DynamicDevice"
)

// Processing is Graph's membershipRuleProcessingState.
type Processing string

// A paused group keeps the members it has.
const (
	ProcessingOn     Processing = "On"
	ProcessingPaused Processing = "Paused"
)

// Group is a security group; profiles are assigned to groups of devices.
type Group struct {
	ID           ObjectID
	DisplayName  string
	Description  string
	MailNickname string
	Kind         GroupKind
	Rule         string // membershipRule as typed; empty unless dynamic
	Processing   Processing
	// RuleVersion is the configuration version at which the rule or its
	// processing state last changed; AppliedVersion the one its members
	// reflect. They differ while the group is being filled.
	RuleVersion    int64
	AppliedVersion int64
	// LastUpdated is when its membership was last brought up to date, on the
	// tenant's clock; zero before the first fill ends.
	LastUpdated time.Time
	CreatedAt   time.Time
	DeletedAt   time.Time // zero while it lives
	Version     int64     // grows with every change; the ETag
}

// Dynamic reports whether members follow a rule.
func (g *Group) Dynamic() bool { return g.Kind != Assigned }

// ProcessingStatus is Graph's membershipRuleProcessingStatus.status.
func (g *Group) ProcessingStatus() string {
	switch {
	case !g.Dynamic():
		return ""
	case g.AppliedVersion >= g.RuleVersion:
		return "Succeeded"
	case g.Processing == ProcessingPaused && g.LastUpdated.IsZero():
		return "NotStarted"
	default:
		return "Running"
	}
}

// Validate checks the fields a person sets, without the rule.
func (g *Group) Validate() error {
	if n := len([]rune(strings.TrimSpace(g.DisplayName))); n == 0 || n > 256 {
		return fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "A group needs a name of 1 to 256 characters.", "Give the group a name.")
	}
	if n := len([]rune(g.Description)); n > 1024 {
		return fault.Field(fault.Invalid, "InvalidDescription", "description", "The description is longer than 1,024 characters.", "Shorten it.")
	}
	if g.MailNickname == "" || len(g.MailNickname) > 64 || strings.ContainsAny(g.MailNickname, `@()\[]";:.<>, `) || !ascii(g.MailNickname) {
		return fault.Field(fault.Invalid, "InvalidMailNickname", "mailNickname", "A mail nickname has 1 to 64 ASCII characters and none of @ ( ) \\ [ ] \" ; : . < > , or space.", "Give a short name of letters, digits and hyphens.")
	}
	return nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// MemberKind is what a member is.
type MemberKind string

// An assigned group can have other groups as members. Who is in them counts for
// the join settings and for transitive reads; profiles go to the PCs that are
// members of the group itself (docs/parity.md).
const (
	MemberUser   MemberKind = "user"
	MemberDevice MemberKind = "device"
	MemberGroup  MemberKind = "group"
)

// Membership is one object in one group.
type Membership struct {
	Group       ObjectID
	Member      ObjectID
	Kind        MemberKind
	ByRule      bool  // false: put there by hand
	RuleVersion int64 // the rule version it was matched with; 0 by hand
}
