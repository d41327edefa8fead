package servertest_test

import (
	"maps"
	"slices"
)

// estateRecord is what a walk sent and the server accepted: the record of a
// storm with what only one administrator alone can keep count of.
type estateRecord struct {
	*record
	pcsMore    map[*pcRecord]*pcMore
	groupsMore map[*groupRecord]*groupMore
	people     []*personRecord
	pages      []*pageRecord // as they are tried
	// onlyAssigned is the setting that only the assigned user may sign in.
	onlyAssigned bool
	domain       string
}

// pcMore is what an administrator wrote at a registered PC beside its tag.
type pcMore struct{ upn, user, name string }

type groupMore struct {
	people map[*personRecord]bool // put in by hand
	groups map[*groupRecord]bool
	owners map[*personRecord]bool
	// kept are the people whom a paused group holds.
	kept map[*personRecord]bool
}

type personRecord struct {
	id, upn, name, department string
	enabled, gone             bool
}

// pageRecord is an Enrollment Status Page.
type pageRecord struct {
	id, name string
	targets  map[string]bool // group id with direction
}

// allUsers stands for the group in an assignment to All users.
const allUsers = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"

func newEstateRecord(seed uint64, pcs int) (*estateRecord, error) {
	r, err := newRecord(seed, pcs)
	if err != nil {
		return nil, err
	}
	r.exact = true
	m := &estateRecord{record: r, pcsMore: map[*pcRecord]*pcMore{}, groupsMore: map[*groupRecord]*groupMore{}}
	for _, pc := range r.pcs {
		m.pcsMore[pc] = &pcMore{}
	}
	return m, nil
}

// more is what is known of a group beside its PCs.
func (m *estateRecord) more(g *groupRecord) *groupMore {
	if m.groupsMore[g] == nil {
		m.groupsMore[g] = &groupMore{people: map[*personRecord]bool{}, groups: map[*groupRecord]bool{}, owners: map[*personRecord]bool{}, kept: map[*personRecord]bool{}}
	}
	return m.groupsMore[g]
}

func (m *estateRecord) present() []*pcRecord { return m.registered(0, 1) }

// absent are the PCs that can be imported, again or for the first time.
func (m *estateRecord) absent() (out []*pcRecord) {
	for _, pc := range m.pcs {
		if pc.id == "" || pc.gone {
			out = append(out, pc)
		}
	}
	return out
}

func (m *estateRecord) living() (out []*personRecord) {
	for _, u := range m.people {
		if !u.gone {
			out = append(out, u)
		}
	}
	return out
}

func (m *estateRecord) allGroups() []*groupRecord { return m.livingGroups(anyGroup) }
func (m *estateRecord) allProfiles() []*profileRecord {
	return m.livingProfiles(func(*profileRecord) bool { return true })
}

// hasPerson is the membership of a person, as groupRecord.has is that of a PC.
func (m *estateRecord) hasPerson(g *groupRecord, u *personRecord) bool {
	switch {
	case g.deleted || u.gone:
		return false
	case g.rule == nil:
		return m.more(g).people[u]
	case g.paused:
		return m.more(g).kept[u]
	default:
		return g.rule.holdsFor(u)
	}
}

func (m *estateRecord) hasGroup(g, inner *groupRecord) bool {
	return !g.deleted && !inner.deleted && m.more(g).groups[inner]
}

// pause freezes who is in a group now.
func (m *estateRecord) freeze(g *groupRecord) {
	g.kept = map[string]bool{}
	for _, pc := range m.pcs {
		if g.has(pc) {
			g.kept[pc.serial] = true
		}
	}
	m.more(g).kept = map[*personRecord]bool{}
	for _, u := range m.people {
		if m.hasPerson(g, u) {
			m.more(g).kept[u] = true
		}
	}
}

// leave takes a PC that was deregistered out of everything: when it is
// registered again it is another object.
func (m *estateRecord) leave(pc *pcRecord) {
	pc.gone, pc.object = true, ""
	*m.pcsMore[pc] = pcMore{}
	for _, g := range m.groups {
		delete(g.members, pc)
		delete(g.kept, pc.serial)
	}
}

// forget deletes a group: it is in no other group any more, and what status
// pages it was given to by it ends. Assignments of profiles to it stay visible.
func (m *estateRecord) forget(g *groupRecord) {
	g.deleted = true
	for _, outer := range m.groups {
		delete(m.more(outer).groups, g)
	}
	for _, p := range m.pages {
		delete(p.targets, g.id+include)
		delete(p.targets, g.id+exclude)
	}
}

// inside is a group with the groups in it, and those in them.
func (m *estateRecord) inside(g *groupRecord) map[*groupRecord]bool {
	seen, next := map[*groupRecord]bool{g: true}, []*groupRecord{g}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		for inner := range m.more(at).groups {
			if m.hasGroup(at, inner) && !seen[inner] {
				seen[inner] = true
				next = append(next, inner)
			}
		}
	}
	return seen
}

// around are the groups that somebody is in, through groups in groups too.
func (m *estateRecord) around(is func(*groupRecord) bool) map[string]bool {
	out := map[string]bool{}
	for _, g := range m.allGroups() {
		for inner := range m.inside(g) {
			if is(inner) {
				out[g.id] = true
			}
		}
	}
	return out
}

// pageFor is the oracle's Enrollment Status Page: of those that mean the PC the
// first, else of those that mean the user the first, else the tenant's own,
// which is nil. An exclusion of either keeps it from both.
func (m *estateRecord) pageFor(pc *pcRecord, u *personRecord) *pageRecord {
	ofPC, ofUser := map[string]bool{}, map[string]bool{}
	if pc != nil {
		ofPC = m.around(func(g *groupRecord) bool { return g.has(pc) })
		ofPC[allDevices] = true
	}
	if u != nil {
		ofUser = m.around(func(g *groupRecord) bool { return m.hasPerson(g, u) })
		ofUser[allUsers] = true
	}
	meant := func(p *pageRecord, who map[string]bool, direction string) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(who)), func(g string) bool { return p.targets[g+direction] })
	}
	var second *pageRecord
	for _, p := range m.pages {
		switch {
		case meant(p, ofPC, exclude) || meant(p, ofUser, exclude):
		case meant(p, ofPC, include):
			return p
		case second == nil && meant(p, ofUser, include):
			second = p
		}
	}
	return second
}
