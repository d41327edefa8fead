package servertest_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// member is anything that can be in a group.
type member struct {
	name, id string
	pc       *pcRecord
	person   *personRecord
	group    *groupRecord
}

// candidates are all that can be members of a group now. A PC whose device
// object is not known yet is not among them.
func (m *estateRecord) candidates() (out []member) {
	for _, pc := range m.present() {
		if pc.object != "" {
			out = append(out, member{name: pc.serial, id: pc.object, pc: pc})
		}
	}
	for _, u := range m.living() {
		out = append(out, member{name: u.upn, id: u.id, person: u})
	}
	for _, g := range m.allGroups() {
		out = append(out, member{name: g.name, id: g.id, group: g})
	}
	return out
}

// holds tells whether somebody was put into a group by hand.
func (m *estateRecord) holds(g *groupRecord, x member) bool {
	switch {
	case x.pc != nil:
		return g.members[x.pc]
	case x.person != nil:
		return m.more(g).people[x.person]
	default:
		return m.more(g).groups[x.group]
	}
}

func (m *estateRecord) put(g *groupRecord, in bool, all ...member) {
	for _, x := range all {
		switch {
		case x.pc != nil:
			set(g.members, x.pc, in)
		case x.person != nil:
			set(m.more(g).people, x.person, in)
		default:
			set(m.more(g).groups, x.group, in)
		}
	}
}

func set[T comparable](in map[T]bool, x T, on bool) {
	if on {
		in[x] = true
	} else {
		delete(in, x)
	}
}

func namesOf(all []member) string {
	var names []string
	for _, x := range all {
		names = append(names, x.name)
	}
	return strings.Join(names, ", ")
}

func refsOf(all []member, n uint32) (refs []string) {
	for i, x := range all {
		refs = append(refs, refOf(x.id, n>>i))
	}
	return refs
}

// rule draws a rule about PCs, or now and then about people.
func (m *estateRecord) rule(at [4]uint32) *condition {
	switch at[2] % 8 {
	case 0:
		return &condition{op: choose([]string{"in department", "not in department"}, at[3]), arg: choose(walkDepartments, at[1])}
	case 1:
		return &condition{op: "may sign in"}
	}
	return m.pcRule(at)
}

func (m *estateRecord) pcRule(at [4]uint32) *condition {
	c := randomCondition(rand.New(rand.NewPCG(uint64(at[1]), uint64(at[2]))), m.pcs, 2)
	return &c
}

func (m *estateRecord) byHand() []*groupRecord { return m.livingGroups(byHand) }

func groupKinds() []walkKind {
	return []walkKind{
		{"new dynamic group", 6, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.allGroups()) >= walkGroups {
				return nothing()
			}
			rule := m.rule(at)
			e := m.createGroup(0, rule)
			body, _ := e.body.(object)
			return usual(fmt.Sprintf("%v: %s", body["displayName"], rule.text()), e)
		}},
		{"new group by hand", 4, planNewGroup},
		{"rule", 8, func(m *estateRecord, at [4]uint32) (planned, bool) {
			g, ok := one(m.livingGroups(dynamic), at[0])
			if !ok {
				return nothing()
			}
			rule := m.pcRule(at)
			if g.rule.ofPeople() {
				rule = &condition{op: choose([]string{"in department", "not in department"}, at[3]), arg: choose(walkDepartments, at[1])}
			}
			return usual(g.name+" now has the rule "+rule.text(), m.changeRule(g, rule))
		}},
		{"pause", 4, func(m *estateRecord, at [4]uint32) (planned, bool) {
			g, ok := one(m.livingGroups(dynamic), at[0])
			if !ok {
				return nothing()
			}
			e, pause := m.pause(g, !g.paused), !g.paused
			return done(fmt.Sprintf("%s is paused: %t", g.name, pause), e.method, e.path, e.body, e.want, func() {
				if pause {
					m.freeze(g)
				}
				g.paused = pause
			})
		}},
		{"delete group", 3, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.allGroups()) < walkGroups/2 {
				return nothing()
			}
			g := choose(m.allGroups(), at[0])
			return done(g.name+" is deleted", http.MethodDelete, groupsPath+"/"+g.id, nil, http.StatusNoContent, func() { m.forget(g) })
		}},
		{"add member", 9, planAddMember},
		{"bind members", 4, planBindMembers},
		{"remove member", 6, planRemoveMember},
		{"owner", 4, planOwner},
	}
}

func one[T any](from []T, n uint32) (x T, ok bool) {
	if len(from) == 0 {
		return x, false
	}
	return choose(from, n), true
}

func planNewGroup(m *estateRecord, at [4]uint32) (planned, bool) {
	if len(m.allGroups()) >= walkGroups {
		return nothing()
	}
	e := m.createGroup(0, nil)
	body, _ := e.body.(object)
	var in, owners []member
	if all := m.candidates(); len(all) > 0 && at[1]%3 > 0 {
		in = some(all, at[0])
		body["members@odata.bind"] = refsOf(in, at[2])
	}
	for _, u := range m.living() {
		if len(owners) < int(at[3]%3) {
			owners = append(owners, member{name: u.upn, id: u.id, person: u})
		}
	}
	if len(owners) > 0 {
		body["owners@odata.bind"] = refsOf(owners, at[2])
	}
	p := planned{edit: e, says: fmt.Sprintf("%v with %s, owned by %s", body["displayName"], namesOf(in), namesOf(owners))}
	p.apply = func(answer map[string]any) {
		e.apply(answer)
		id, _ := answer["id"].(string)
		m.put(m.groups[id], true, in...)
		for _, u := range owners {
			m.more(m.groups[id]).owners[u.person] = true
		}
	}
	return p, true
}

func planAddMember(m *estateRecord, at [4]uint32) (planned, bool) {
	all := m.candidates()
	g, ok := one(m.allGroups(), at[0])
	if at[2]%10 > 0 {
		g, ok = one(m.byHand(), at[0])
	}
	if !ok || len(all) == 0 {
		return nothing()
	}
	x := choose(all, at[1])
	if at[3]%3 == 0 { // groups in groups, more often than by their number
		inner := choose(m.allGroups(), at[1])
		x = member{name: inner.name, id: inner.id, group: inner}
	}
	path, body, says := groupsPath+"/"+g.id+"/members/$ref", object{"@odata.id": refOf(x.id, at[2])}, x.name+" is put into "+g.name
	switch {
	case at[2]%12 == 1:
		return refused(http.StatusNotFound, "ResourceNotFound", "nobody is put into "+g.name, http.MethodPost, groupsPath+"/"+unknownID+"/members/$ref", body)
	case g.rule != nil:
		return refused(http.StatusBadRequest, "DynamicGroupMembersAreByRule", says, http.MethodPost, path, body)
	case x.group == g:
		return refused(http.StatusBadRequest, "GroupCannotContainItself", says, http.MethodPost, path, body)
	case m.holds(g, x):
		return refused(http.StatusBadRequest, "MemberAlreadyExists", says, http.MethodPost, path, body)
	}
	return done(says, http.MethodPost, path, body, http.StatusNoContent, func() { m.put(g, true, x) })
}

// planBindMembers puts several into a group by PATCH, all or none.
func planBindMembers(m *estateRecord, at [4]uint32) (planned, bool) {
	g, ok := one(m.byHand(), at[0])
	if !ok || len(m.candidates()) == 0 {
		return nothing()
	}
	in := slices.DeleteFunc(some(m.candidates(), at[1]), func(x member) bool { return x.group == g })
	if len(in) == 0 {
		return nothing()
	}
	path, body, says := groupsPath+"/"+g.id, object{"members@odata.bind": refsOf(in, at[2])}, namesOf(in)+" are put into "+g.name
	if slices.ContainsFunc(in, func(x member) bool { return m.holds(g, x) }) {
		return refused(http.StatusBadRequest, "MemberAlreadyExists", says, http.MethodPatch, path, body)
	}
	return done(says, http.MethodPatch, path, body, http.StatusNoContent, func() { m.put(g, true, in...) })
}

func planRemoveMember(m *estateRecord, at [4]uint32) (planned, bool) {
	g, ok := one(m.byHand(), at[0])
	if !ok {
		return nothing()
	}
	var in, out []member
	for _, x := range m.candidates() {
		if m.holds(g, x) {
			in = append(in, x)
		} else {
			out = append(out, x)
		}
	}
	if at[2]%6 == 0 && len(out) > 0 {
		x := choose(out, at[1])
		return refused(http.StatusNotFound, "ResourceNotFound", x.name+", who is not in it, is taken out of "+g.name, http.MethodDelete, groupsPath+"/"+g.id+"/members/"+x.id+"/$ref", nil)
	}
	x, ok := one(in, at[1])
	if !ok {
		return nothing()
	}
	return done(x.name+" is taken out of "+g.name, http.MethodDelete, groupsPath+"/"+g.id+"/members/"+x.id+"/$ref", nil, http.StatusNoContent, func() { m.put(g, false, x) })
}

func planOwner(m *estateRecord, at [4]uint32) (planned, bool) {
	g, ok := one(m.allGroups(), at[0])
	if !ok || len(m.living()) == 0 {
		return nothing()
	}
	u := choose(m.living(), at[1])
	owns, path := m.more(g).owners[u], groupsPath+"/"+g.id+"/owners/"
	if at[2]%2 == 0 {
		says, body := u.upn+" becomes an owner of "+g.name, object{"@odata.id": refOf(u.id, at[3])}
		if owns {
			return refused(http.StatusBadRequest, "OwnerAlreadyExists", says, http.MethodPost, path+"$ref", body)
		}
		return done(says, http.MethodPost, path+"$ref", body, http.StatusNoContent, func() { m.more(g).owners[u] = true })
	}
	says := u.upn + " owns " + g.name + " no longer"
	if !owns {
		return refused(http.StatusNotFound, "ResourceNotFound", says, http.MethodDelete, path+u.id+"/$ref", nil)
	}
	return done(says, http.MethodDelete, path+u.id+"/$ref", nil, http.StatusNoContent, func() { delete(m.more(g).owners, u) })
}
