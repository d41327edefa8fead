package servertest_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"taxiway/internal/labdata"
)

// record is what the test sent and the server accepted. The oracle works from
// it alone.
type record struct {
	mu       sync.Mutex
	pcs      []*pcRecord
	groups   map[string]*groupRecord   // by id
	profiles map[string]*profileRecord // by id
	names    int
	// exact: nobody else changes the tenant, so whom a paused group keeps is
	// known and not read.
	exact bool
}

type pcRecord struct {
	serial, maker, model, hash string
	tag                        string
	id                         string // registration; empty until the server told it
	object                     string // device object; empty until somebody asked for it
	gone                       bool
}

type groupRecord struct {
	id, name string
	rule     *condition // nil: members by hand
	paused   bool
	members  map[*pcRecord]bool
	deleted  bool
	owner    int
	// kept are the serials a paused group holds, as read when all was quiet:
	// which PCs had joined before the pause only the server knows.
	kept map[string]bool
	// others are the names of its members that are no PCs.
	others []string
}

// Directions of an assignment, as the end of its id.
const (
	include = "_0"
	exclude = "_1"
)

type profileRecord struct {
	id, name string
	created  time.Time
	targets  map[string]bool // group id with direction
	all      bool
	deleted  bool
	owner    int
}

// allDevices stands for the group in the id of an assignment to All devices.
const allDevices = "adadadad-808e-44e2-905a-0b7873a8a531"

// leftOutTag is the tag of the PCs that no profile of the beginning wants.
const leftOutTag = "Plant-9"

// newRecord mints n PCs with tags of their own.
func newRecord(seed uint64, n int) (*record, error) {
	pcs, err := labdata.Fleet(seed, n, labdata.WithTags(func(i int) string {
		switch {
		case i == 0:
			return leftOutTag
		case i%23 == 22:
			return ""
		}
		return fmt.Sprintf("%s-%d", tagFamilies[i%len(tagFamilies)], i/len(tagFamilies)%10)
	}))
	if err != nil {
		return nil, err
	}
	r := &record{groups: map[string]*groupRecord{}, profiles: map[string]*profileRecord{}}
	for _, pc := range pcs {
		r.pcs = append(r.pcs, &pcRecord{serial: pc.Row.SerialNumber, maker: pc.Hardware.SystemManufacturer, model: pc.Hardware.ProductName, hash: pc.Row.HardwareHash, tag: pc.Row.GroupTag})
	}
	return r, nil
}

// name gives something new a name of its own.
func (r *record) name(kind string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names++
	return fmt.Sprintf("%s %04d", kind, r.names)
}

// living lists groups or profiles that were not deleted, in order of name.
func (r *record) livingGroups(want func(*groupRecord) bool) (out []*groupRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.groups {
		if !g.deleted && want(g) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *groupRecord) int { return cmp.Compare(a.name, b.name) })
	return out
}

func (r *record) livingProfiles(want func(*profileRecord) bool) (out []*profileRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.profiles {
		if !p.deleted && want(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *profileRecord) int { return cmp.Compare(a.name, b.name) })
	return out
}

// registered lists the PCs the server has told an id for, of one owner.
func (r *record) registered(owner, owners int) (out []*pcRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, pc := range r.pcs {
		if pc.id != "" && !pc.gone && i%owners == owner {
			out = append(out, pc)
		}
	}
	return out
}

// has is the oracle's membership.
func (g *groupRecord) has(pc *pcRecord) bool {
	switch {
	case g.deleted || pc.gone || pc.id == "":
		return false
	case g.rule == nil:
		return g.members[pc]
	case g.paused:
		return g.kept[pc.serial]
	default:
		return g.rule.holds(pc)
	}
}

// profileFor is the oracle's decision: exclusion beats inclusion, then the
// oldest profile, then the smaller id; All devices when no group decides.
func (r *record) profileFor(pc *pcRecord) *profileRecord {
	var best, fallback *profileRecord
	for _, p := range r.profiles {
		if p.deleted {
			continue
		}
		in, out := false, false
		for _, g := range r.groups {
			if p.targets[g.id+include] && g.has(pc) {
				in = true
			}
			if p.targets[g.id+exclude] && g.has(pc) {
				out = true
			}
		}
		switch {
		case out:
		case in && (best == nil || p.created.Before(best.created) || p.created.Equal(best.created) && p.id < best.id):
			best = p
		case !in && p.all:
			fallback = p
		}
	}
	if best == nil {
		return fallback
	}
	return best
}
