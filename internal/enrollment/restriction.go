package enrollment

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// platforms are the platforms of a PolicySingle (Graph: enrollmentRestrictionPlatformType).
var platforms = []string{"allPlatforms", "ios", "windows", "windowsPhone", "android", "androidForWork", "mac", "linux", "visionOS", "tvOS"}

// Platforms are the platforms that a restriction of one platform can be for.
func Platforms() []string { return slices.Clone(platforms) }

// PlatformWindows is the only platform that decides anything here.
const PlatformWindows = "windows"

// validate checks the restriction of Windows; prefix is the Graph property it
// stands in.
func (r *PlatformRestriction) validate(prefix string) error {
	for _, v := range []struct{ name, value string }{{"osMinimumVersion", r.MinVersion}, {"osMaximumVersion", r.MaxVersion}} {
		if _, ok := parseVersion(v.value); v.value != "" && !ok {
			return fault.Field(fault.Invalid, "InvalidVersion", prefix+"/"+v.name, "'"+v.value+"' is not a version of Windows.", "Send it as numbers with dots, such as 10.0.22631.1.")
		}
	}
	low, _ := parseVersion(r.MinVersion)
	high, _ := parseVersion(r.MaxVersion)
	if r.MinVersion != "" && r.MaxVersion != "" && slices.Compare(low, high) > 0 {
		return fault.Field(fault.Invalid, "VersionsCrossed", prefix+"/osMinimumVersion", "The lowest version "+r.MinVersion+" is above the highest one "+r.MaxVersion+".", "Exchange the two, or leave one out.")
	}
	return nil
}

// parseVersion reads major.minor[.build[.revision]].
func parseVersion(text string) ([]int, bool) {
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return nil, false
	}
	numbers := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 31)
		if err != nil || strings.HasPrefix(p, "+") {
			return nil, false
		}
		numbers[i] = int(n)
	}
	return numbers, true
}

// atMost compares a PC's version with a bound, as far as the bound says: with
// 10.0.22631 every revision of that build is at most it.
func atMost(version, bound []int) bool {
	return slices.Compare(version[:min(len(version), len(bound))], bound) <= 0
}

// Check says why a PC may not enrol, by fault.Denied with a code: Windows may
// not, a personal PC may not, or not with this version. A version that cannot
// be read is refused where one is asked for.
func (r *PlatformRestriction) Check(owner Owner, osVersion string) error {
	switch {
	case r.Blocked:
		return fault.Field(fault.Denied, "WindowsEnrollmentBlocked", "platformBlocked", "Windows devices may not be enrolled.", "Allow Windows in the device platform restriction that reaches the user.")
	case r.PersonalBlocked && owner != OwnerCompany:
		return fault.Field(fault.Denied, "PersonalDeviceBlocked", "personalDeviceEnrollmentBlocked", "Personally owned Windows devices may not be enrolled.", "Register the device with Windows Autopilot, or allow personally owned devices in the platform restriction that reaches the user.")
	case r.MinVersion == "" && r.MaxVersion == "":
		return nil
	}
	version, _ := parseVersion(osVersion)
	if low, ok := parseVersion(r.MinVersion); ok && slices.Compare(version, low) < 0 {
		return fault.Field(fault.Denied, "OSVersionTooLow", "osMinimumVersion", "The version "+cmp.Or(osVersion, "(none)")+" is below the lowest one allowed, "+r.MinVersion+".", "Update Windows on the device.")
	}
	if high, ok := parseVersion(r.MaxVersion); ok && (len(version) == 0 || !atMost(version, high)) {
		return fault.Field(fault.Denied, "OSVersionTooHigh", "osMaximumVersion", "The version "+cmp.Or(osVersion, "(none)")+" is above the highest one allowed, "+r.MaxVersion+".", "Raise the highest version in the platform restriction that reaches the user.")
	}
	return nil
}

// RestrictionFor is the platform restriction for a user's PCs; its Platform is
// set. Without a user it is the tenant's own, as for every enrolment that
// nobody stands behind. A restriction of Windows alone comes before one of all
// platforms.
func (s *Service) RestrictionFor(ctx context.Context, tx Tx, t directory.TenantID, user directory.ObjectID) (Policy, error) {
	applied, err := s.policiesOfUser(ctx, tx, t, user, PolicySingle, PolicyPlatform)
	if err != nil {
		return Policy{}, fault.Wrap("find the platform restriction", err)
	}
	for i := range applied {
		if p := applied[i].Policy; p.Platform != nil && (p.Kind == PolicyPlatform || p.Platform.Of == PlatformWindows) {
			return p, nil
		}
	}
	return defaultPolicy(t, PolicyPlatform), nil
}
