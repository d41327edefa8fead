package autopilot

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Bounds of a forecast: somebody waits for it.
const (
	forecastDevices = 50_000
	forecastTargets = 1_000
)

// Forecast is what assignments that nobody saved would change. Every device is
// counted once, whatever number of its groups is meant.
type Forecast struct {
	Reached   int // devices that are meant: included, and not excluded
	Excluded  int // devices that an excluded group keeps out
	Unchanged int // have the profile, and keep it
	Misfit    int // are meant, but of another type
	Lost      int // have the profile, and would have it no more
	Gets      []ForecastCount
	Keeps     []ForecastCount
	Evaluated int
	Complete  bool // false: there are more devices than were looked at
}

// ForecastCount is a number of devices: in Gets by the profile that they have
// now, in Keeps by the one that wins.
type ForecastCount struct {
	Profile ProfileID // empty: none
	Name    string
	Verdict Verdict // of Keeps: why the other one wins
	Devices int
}

// newProfile stands for a profile that is not there yet: it is younger than all.
const newProfile ProfileID = "\uffff"

// Forecast decides every registered device as if the profile had these
// assignments and no others. An empty id is a profile of this type that is not
// there yet.
func (s *Service) Forecast(ctx context.Context, t directory.TenantID, id ProfileID, kind DeviceType, targets []Assignment) (Forecast, error) {
	profiles, assignments, version, err := s.Store.LoadConfig(ctx, t)
	if err != nil {
		return Forecast{}, fault.Wrap("read assignments", err)
	}
	p := Profile{ID: newProfile, DeviceType: kind, CreatedAt: s.Clock.Now(t)}
	wanted := slices.Clone(profiles)
	if id == "" {
		for i := range profiles {
			if profiles[i].CreatedAt.After(p.CreatedAt) { // a lab's clock was set back
				p.CreatedAt = profiles[i].CreatedAt
			}
		}
		wanted = append(wanted, p)
	} else {
		at := slices.IndexFunc(profiles, func(p Profile) bool { return p.ID == id })
		if at < 0 {
			return Forecast{}, fault.Field(fault.NotFound, "ResourceNotFound", "profileId", "There is no deployment profile with the id '"+string(id)+"' in this tenant.", "List windowsAutopilotDeploymentProfiles to find the right id.")
		}
		p = profiles[at]
	}
	others := slices.DeleteFunc(slices.Clone(assignments), func(a Assignment) bool { return a.Profile == p.ID })
	if err := s.checkTargets(ctx, t, &p, targets, profiles, others); err != nil {
		return Forecast{}, err
	}
	for _, a := range targets {
		a.Profile = p.ID
		others = append(others, a)
	}
	f := forecaster{id: p.ID, now: NewConfig(version, profiles, assignments), then: NewConfig(version, wanted, others)}
	err = s.walkForecast(ctx, t, &f)
	return f.out, err
}

// checkTargets refuses what Assign would refuse.
func (s *Service) checkTargets(ctx context.Context, t directory.TenantID, p *Profile, targets []Assignment, profiles []Profile, others []Assignment) error {
	if len(targets) > forecastTargets {
		return fault.Field(fault.Invalid, "TooManyAssignments", "assignments", fmt.Sprintf("The request has %d assignments; a preview takes at most %d.", len(targets), forecastTargets), "Send fewer assignments.")
	}
	all, excludes := false, false
	for i, a := range targets {
		field := fmt.Sprintf("assignments/%d/target", i)
		switch a.Target {
		case TargetAllDevices:
			all = true
			for _, o := range others {
				if o.Target != TargetAllDevices {
					continue
				}
				holder := slices.IndexFunc(profiles, func(p Profile) bool { return p.ID == o.Profile })
				return allDevicesTaken(field, &profiles[holder])
			}
		case TargetGroup, TargetExclusion:
			excludes = excludes || a.Target == TargetExclusion
			if _, err := s.Directory.GetGroup(ctx, t, a.Group); fault.Is(err, fault.NotFound) {
				return groupGone(field+"/groupId", a.Group)
			} else if err != nil {
				return fault.Wrap("read a group to preview", err)
			}
		default:
			return noSuchTarget(field + "/@odata.type")
		}
	}
	if all && excludes {
		return exclusionWithAll("assignments", p.DisplayName)
	}
	return nil
}

func (s *Service) walkForecast(ctx context.Context, t directory.TenantID, f *forecaster) error {
	after := DeviceID("")
	for f.out.Evaluated < forecastDevices {
		page, err := s.Store.ListRegisteredDevices(ctx, t, after, settleBatch)
		if err != nil {
			return fault.Wrap("read devices to preview", err)
		}
		objects := make([]directory.ObjectID, len(page))
		for i := range page {
			objects[i] = page[i].Object
		}
		rows, err := s.Directory.ListMemberships(ctx, t, objects)
		if err != nil {
			return fault.Wrap("read memberships to preview", err)
		}
		groups := make(map[directory.ObjectID]GroupSet, len(page))
		for _, m := range rows {
			groups[m.Member] = append(groups[m.Member], m.Group)
		}
		for i := range page {
			set := groups[page[i].Object]
			slices.Sort(set)
			f.count(page[i].Type, set)
		}
		if len(page) < settleBatch {
			f.out.Complete = true
			break
		}
		after = page[len(page)-1].ID
	}
	f.sort()
	return nil
}

// forecaster counts devices one after the other.
type forecaster struct {
	id        ProfileID
	now, then *Config
	trace     Trace
	out       Forecast
}

func (f *forecaster) count(kind DeviceType, groups GroupSet) {
	f.out.Evaluated++
	before := Decide(kind, groups, f.now, nil)
	f.trace.Considered = f.trace.Considered[:0]
	Decide(kind, groups, f.then, &f.trace)
	at := slices.IndexFunc(f.trace.Considered, func(c Considered) bool { return c.Profile == f.id })
	c := f.trace.Considered[at] // Decide notes every profile
	if before.Profile == f.id && c.Verdict != VerdictChosen {
		f.out.Lost++
	}
	switch c.Verdict {
	case VerdictChosen:
		f.out.Reached++
		if before.Profile == f.id {
			f.out.Unchanged++
		} else {
			add(&f.out.Gets, ForecastCount{Profile: before.Profile, Name: before.Name})
		}
	case VerdictOlderWins, VerdictGroupWins:
		f.out.Reached++
		winner := slices.IndexFunc(f.trace.Considered, func(w Considered) bool { return w.Profile == c.Winner })
		add(&f.out.Keeps, ForecastCount{Profile: c.Winner, Name: f.trace.Considered[winner].Name, Verdict: c.Verdict})
	case VerdictOtherType:
		f.out.Reached++
		f.out.Misfit++
	case VerdictExcluded:
		if f.included(groups) {
			f.out.Excluded++
		}
	default: // not meant
	}
}

// included tells whether a device that is excluded is in an included group too.
func (f *forecaster) included(groups GroupSet) bool {
	at := slices.IndexFunc(f.then.profiles, func(p configProfile) bool { return p.ID == f.id })
	_, ok := groups.first(f.then.profiles[at].includes)
	return ok
}

func add(list *[]ForecastCount, c ForecastCount) {
	at := slices.IndexFunc(*list, func(o ForecastCount) bool { return o.Profile == c.Profile && o.Verdict == c.Verdict })
	if at < 0 {
		at, *list = len(*list), append(*list, c)
	}
	(*list)[at].Devices++
}

// sort puts the largest numbers first.
func (f *forecaster) sort() {
	for _, list := range [][]ForecastCount{f.out.Gets, f.out.Keeps} {
		slices.SortFunc(list, func(a, b ForecastCount) int {
			return cmp.Or(b.Devices-a.Devices, cmp.Compare(a.Name, b.Name), cmp.Compare(a.Profile, b.Profile))
		})
	}
}
