package enrollment

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"taxiway/internal/directory"
)

// The groups that stand for everybody in the id of an assignment, as Intune's
// clients compose it.
const (
	AllDevicesGroup directory.ObjectID = "adadadad-808e-44e2-905a-0b7873a8a531"
	AllUsersGroup   directory.ObjectID = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
)

// idEndings is what stands behind the GUID in Graph's id of an enrolment
// configuration. Kinds without one have the bare GUID.
var idEndings = []struct {
	kind   PolicyKind
	ending string
}{
	{PolicyESP, "Windows10EnrollmentCompletionPageConfiguration"},
	{PolicyLimit, "Limit"},
	{PolicyPlatform, "PlatformRestrictions"},
	{PolicySingle, "SinglePlatformRestriction"},
	{PolicyHello, "WindowsHelloForBusiness"},
}

// EnrolmentKinds are the kinds of Graph's deviceEnrollmentConfigurations.
func EnrolmentKinds() []PolicyKind {
	return []PolicyKind{PolicyESP, PolicyLimit, PolicyPlatform, PolicySingle, PolicyHello}
}

// defaultKinds are the kinds of which every tenant has one of its own.
var defaultKinds = []PolicyKind{PolicyESP, PolicyLimit, PolicyPlatform, PolicyHello}

// ConfigurationType is Graph's deviceEnrollmentConfigurationType, which is also
// the ending of the id in camel case; empty for other kinds.
func (k PolicyKind) ConfigurationType() string {
	for _, e := range idEndings {
		if e.kind == k {
			return strings.ToLower(e.ending[:1]) + e.ending[1:]
		}
	}
	return ""
}

// GraphID is the policy's id in Graph.
func (p *Policy) GraphID(t directory.TenantID) string {
	for _, e := range idEndings {
		switch {
		case e.kind != p.Kind:
		case p.Default:
			return string(t) + "_Default" + e.ending
		default:
			return string(p.ID) + "_" + e.ending
		}
	}
	return string(p.ID)
}

// ParseGraphID finds the row that an id in Graph names; it is false for an id
// that no policy of this tenant can have. What the id says about the kind is
// for the caller to compare: GraphID is the inverse.
func ParseGraphID(t directory.TenantID, id string) (PolicyID, bool) {
	guid, ending, _ := strings.Cut(strings.ToLower(id), "_")
	bare, byDefault := strings.CutPrefix(ending, "default")
	switch {
	case !isGUID(guid):
		return "", false
	case !byDefault:
		return PolicyID(guid), true
	}
	for _, e := range idEndings {
		if strings.EqualFold(e.ending, bare) && strings.EqualFold(guid, string(t)) {
			return DefaultPolicyID(t, e.kind), true
		}
	}
	return "", false
}

// DefaultPolicyID is the id of a tenant's own policy of a kind. It is made from
// both, so that every process knows it without asking (RFC 9562 section 5.8).
func DefaultPolicyID(t directory.TenantID, kind PolicyKind) PolicyID {
	sum := sha256.Sum256([]byte("taxiway default policy\x00" + strings.ToLower(string(t)) + "\x00" + string(kind)))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	s := hex.EncodeToString(sum[:16])
	return PolicyID(s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:])
}

// GraphID is the assignment's id in Graph: its policy's and its group's.
func (a *Assignment) GraphID(policy string) string {
	group := a.Group
	switch a.Target {
	case TargetAllDevices:
		group = AllDevicesGroup
	case TargetAllUsers:
		group = AllUsersGroup
	default: // a group of the tenant's
	}
	return policy + "_" + string(group)
}
