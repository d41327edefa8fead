package autopilot

import (
	"slices"

	"taxiway/internal/directory"
)

// Verdict says what became of one profile when a device was decided.
type Verdict string

// The verdicts, in the order in which a profile can fall out.
const (
	VerdictChosen       Verdict = "chosen"
	VerdictOlderWins    Verdict = "olderProfileWins"
	VerdictGroupWins    Verdict = "groupAssignmentWins"
	VerdictExcluded     Verdict = "excluded"
	VerdictNotIncluded  Verdict = "notIncluded"
	VerdictNotAssigned  Verdict = "notAssignedToAnything"
	VerdictOtherType    Verdict = "otherDeviceType"
	VerdictLoopDetected Verdict = "loopDetected"
)

// Considered is one profile's line in a trace.
type Considered struct {
	Profile ProfileID
	Name    string
	Verdict Verdict
	Group   directory.ObjectID // the group that included or excluded it
	Winner  ProfileID          // for the verdicts in which another profile wins
}

// Trace is how a decision came about, written while deciding.
type Trace struct {
	Considered []Considered
}

// Decision is which profile a device gets.
type Decision struct {
	Profile   ProfileID // empty: none
	Name      string
	ByDefault bool // from All devices
	Status    AssignmentStatus
	Detail    AssignmentDetail
}

// GroupSet is the groups of one device in order of id.
type GroupSet []directory.ObjectID

// Has reports whether id is in the set.
func (s GroupSet) Has(id directory.ObjectID) bool {
	_, ok := slices.BinarySearch(s, id)
	return ok
}

func (s GroupSet) first(ids []directory.ObjectID) (directory.ObjectID, bool) {
	for _, id := range ids {
		if s.Has(id) {
			return id, true
		}
	}
	return "", false
}

// Decide gives a device of this type in these groups its profile. Exclusion
// beats inclusion; of several included profiles the oldest wins, then the
// smaller id; All devices is the fallback. A profile for another kind of
// device does not compete. With a trace it also notes what became of every
// profile; without one it stops at the first that wins.
func Decide(kind DeviceType, groups GroupSet, c *Config, trace *Trace) Decision {
	d := Decision{Status: StatusNotAssigned, Detail: DetailNone}
	misfit := DetailNone
	fallback := -1
	for i := range c.profiles {
		p := &c.profiles[i]
		if by, out := groups.first(p.excludes); out {
			trace.note(p, VerdictExcluded, by, "")
			continue
		}
		by, included := groups.first(p.includes)
		if !included && !p.allDevices {
			verdict := VerdictNotIncluded
			if len(p.includes) == 0 {
				verdict = VerdictNotAssigned
			}
			trace.note(p, verdict, "", "")
			continue
		}
		if !fits(p.Type, kind) {
			if misfit == DetailNone {
				misfit = misfitDetail(p.Type)
			}
			trace.note(p, VerdictOtherType, by, "")
			continue
		}
		switch {
		case !included:
			fallback = i
		case d.Profile == "":
			d.Profile, d.Name, d.Status = p.ID, p.Name, StatusAssignedInSync
			trace.note(p, VerdictChosen, by, "")
			if trace == nil {
				return d
			}
		default:
			trace.note(p, VerdictOlderWins, by, d.Profile)
		}
	}
	if fallback >= 0 {
		p := &c.profiles[fallback]
		if d.Profile == "" {
			d.Profile, d.Name, d.Status, d.ByDefault = p.ID, p.Name, StatusAssignedInSync, true
			trace.note(p, VerdictChosen, "", "")
		} else {
			trace.note(p, VerdictGroupWins, "", d.Profile)
		}
	}
	if d.Profile == "" {
		d.Detail = misfit
	}
	return d
}

func (t *Trace) note(p *configProfile, v Verdict, group directory.ObjectID, winner ProfileID) {
	if t == nil {
		return
	}
	t.Considered = append(t.Considered, Considered{Profile: p.ID, Name: p.Name, Verdict: v, Group: group, Winner: winner})
}

// fits: a virtual machine is a Windows PC to a profile, and the other way round.
func fits(profile, device DeviceType) bool {
	pc := func(t DeviceType) bool { return t == TypeWindowsPC || t == TypeVirtualMachine }
	return profile == device || pc(profile) && pc(device)
}

func misfitDetail(profile DeviceType) AssignmentDetail {
	switch profile {
	case TypeHoloLens:
		return DetailHoloLensUnsupported
	case TypeSurfaceHub2:
		return DetailSurfaceHubUnsupported
	case TypeSurfaceHub2S:
		return DetailSurfaceHub2SUnsupported
	default:
		return DetailWindowsPCUnsupported
	}
}
