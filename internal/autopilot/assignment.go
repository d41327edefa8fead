package autopilot

import (
	"cmp"
	"slices"
	"time"

	"taxiway/internal/directory"
)

// TargetKind says what an assignment points at.
type TargetKind string

// The kinds, by Graph's type names without the prefix.
const (
	TargetGroup      TargetKind = "groupAssignmentTarget"
	TargetExclusion  TargetKind = "exclusionGroupAssignmentTarget"
	TargetAllDevices TargetKind = "allDevicesAssignmentTarget"
)

// AllDevicesGroup stands for All devices in an assignment's id, as clients
// compose it.
const AllDevicesGroup directory.ObjectID = "adadadad-808e-44e2-905a-0b7873a8a531"

// Assignment gives a profile to a group, keeps it from one, or gives it to
// every device that no group decides for.
type Assignment struct {
	Profile   ProfileID
	Target    TargetKind
	Group     directory.ObjectID // empty for All devices
	CreatedAt time.Time
}

// ID is composed as Microsoft's clients compose it: profile, group, and 0 for
// an inclusion or 1 for an exclusion.
func (a *Assignment) ID() string {
	switch a.Target {
	case TargetExclusion:
		return string(a.Profile) + "_" + string(a.Group) + "_1"
	case TargetAllDevices:
		return string(a.Profile) + "_" + string(AllDevicesGroup) + "_0"
	default:
		return string(a.Profile) + "_" + string(a.Group) + "_0"
	}
}

// Config is a tenant's profiles and assignments as of one version, ready to
// decide with. It is immutable.
type Config struct {
	Version  int64
	profiles []configProfile // oldest first, then smaller id
}

type configProfile struct {
	ID         ProfileID
	Name       string
	Type       DeviceType
	includes   []directory.ObjectID
	excludes   []directory.ObjectID
	allDevices bool
}

// NewConfig orders profiles by the rule that settles conflicts: the oldest
// createdDateTime wins, then the smaller id. Assignments to groups that no
// longer live must be left out by the caller.
func NewConfig(version int64, profiles []Profile, assignments []Assignment) *Config {
	sorted := slices.Clone(profiles)
	slices.SortFunc(sorted, func(a, b Profile) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	c := &Config{Version: version, profiles: make([]configProfile, len(sorted))}
	at := make(map[ProfileID]*configProfile, len(sorted))
	for i := range sorted {
		p := &c.profiles[i]
		p.ID, p.Name, p.Type = sorted[i].ID, sorted[i].DisplayName, sorted[i].DeviceType
		at[p.ID] = p
	}
	for i := range assignments {
		a := &assignments[i]
		p, ok := at[a.Profile]
		if !ok {
			continue
		}
		switch a.Target {
		case TargetGroup:
			p.includes = append(p.includes, a.Group)
		case TargetExclusion:
			p.excludes = append(p.excludes, a.Group)
		case TargetAllDevices:
			p.allDevices = true
		}
	}
	return c
}
