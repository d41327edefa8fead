package directory

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"taxiway/internal/fault"
)

// MobilityKind is which of the two mobility policies; its values are Graph's
// collections.
type MobilityKind string

// MDM manages whole PCs, MAM (WIP) apps on personal ones.
const (
	MDM MobilityKind = "mobileDeviceManagementPolicies"
	MAM MobilityKind = "mobileAppManagementPolicies"
)

// MobilityPolicy says whose PCs are enrolled into management when they join,
// and where (Graph: mobilityManagementPolicy). Groups is empty unless the
// scope is ReachSelected.
type MobilityPolicy struct {
	Kind          MobilityKind
	AppliesTo     Reach // MDM user scope, WIP user scope
	Groups        []ObjectID
	DiscoveryURL  string // in the store an empty URL stands for this server's own
	TermsOfUseURL string
	ComplianceURL string
	ModifiedAt    time.Time
	Version       int64 // grows with every change; the ETag
}

// DefaultMobilityPolicy is the policy of a tenant that has changed nothing: no
// PC is enrolled.
func DefaultMobilityPolicy(kind MobilityKind) MobilityPolicy {
	return MobilityPolicy{Kind: kind, AppliesTo: ReachNone, Version: 1}
}

// MaxMobilityURL is how long an address may be, in bytes.
const MaxMobilityURL = 2048

// Validate checks every setting and names the first that is wrong by its Graph
// property.
func (p *MobilityPolicy) Validate() error {
	if p.AppliesTo != ReachAll && p.AppliesTo != ReachNone && p.AppliesTo != ReachSelected {
		return fault.Field(fault.Invalid, "InvalidScope", "appliesTo", "The scope "+quote(string(p.AppliesTo))+" is not known.", "Send none or all; groups make it selected.")
	}
	if (p.AppliesTo == ReachSelected) != (len(p.Groups) > 0) {
		return fault.Field(fault.Invalid, "ScopeIsByGroups", "appliesTo", "A scope has groups when it is selected, and only then.", "Add a group to includedGroups, or send none or all.")
	}
	if len(p.Groups) > MaxAudience {
		return fault.Field(fault.Invalid, "TooManyGroups", "includedGroups", fmt.Sprintf("A scope has at most %d groups.", MaxAudience), "Put the users into fewer groups.")
	}
	for _, u := range []struct{ name, text string }{{"discoveryUrl", p.DiscoveryURL}, {"termsOfUseUrl", p.TermsOfUseURL}, {"complianceUrl", p.ComplianceURL}} {
		if err := checkMobilityURL(u.name, u.text); err != nil {
			return err
		}
	}
	return nil
}

// checkMobilityURL accepts an absolute https address: PCs and people are sent
// there with a token.
func checkMobilityURL(property, text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == "" && len(text) <= MaxMobilityURL {
		return nil
	}
	shown := []rune(text)
	if len(shown) > 80 {
		shown = append(shown[:80], '…')
	}
	return fault.Field(fault.Invalid, "InvalidURL", property, "The address "+quote(string(shown))+" is not an absolute https address of at most 2,048 characters without user name and fragment.",
		"Send an address such as https://mdm.contoso.example/enroll, or null for this server's own.")
}

// Includes reports whether a user with these groups is in the scope.
func (p *MobilityPolicy) Includes(groups []ObjectID) bool {
	return p.AppliesTo == ReachAll || p.AppliesTo == ReachSelected && overlap(p.Groups, groups)
}

// Management is what the user's scopes make of a PC.
type Management string

// Only ManagedDevice enrols the PC.
const (
	NotManaged    Management = "none"
	ManagedDevice Management = "mdm"
	ManagedApps   Management = "mam"
)

// ScopeOf decides what happens to a PC of a user with these groups. A user in
// both scopes has a corporate PC enrolled; on a personal one the MAM scope
// wins and the PC is not enrolled (Intune: "Enable Windows automatic
// enrollment").
func ScopeOf(groups []ObjectID, mdm, mam *MobilityPolicy, corporate bool) Management {
	device, apps := mdm.Includes(groups), mam.Includes(groups)
	switch {
	case device && (corporate || !apps):
		return ManagedDevice
	case apps && !corporate:
		return ManagedApps
	default:
		return NotManaged
	}
}

// with is the policy with one more group, which makes its scope selected.
func (p *MobilityPolicy) with(group ObjectID) MobilityPolicy {
	out := *p
	out.AppliesTo, out.Groups = ReachSelected, append(slices.Clone(p.Groups), group)
	return out
}

// without is the policy without a group; without its last one the scope is none.
func (p *MobilityPolicy) without(group ObjectID) MobilityPolicy {
	out := *p
	out.Groups = slices.DeleteFunc(slices.Clone(p.Groups), func(g ObjectID) bool { return g == group })
	if len(out.Groups) == 0 && out.AppliesTo == ReachSelected {
		out.AppliesTo = ReachNone
	}
	return out
}
