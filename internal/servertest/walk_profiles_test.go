package servertest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func profileKinds() []walkKind {
	return []walkKind{
		{"new profile", 4, func(m *estateRecord, _ [4]uint32) (planned, bool) {
			if len(m.allProfiles()) >= walkProfiles {
				return nothing()
			}
			e := m.createProfile(0)
			body, _ := e.body.(object)
			return usual(fmt.Sprint(body["displayName"], " is new"), e)
		}},
		{"rename profile", 1, func(m *estateRecord, at [4]uint32) (planned, bool) {
			p, ok := one(m.allProfiles(), at[0])
			if !ok {
				return nothing()
			}
			name := m.name("Profile")
			return done(p.name+" becomes "+name, http.MethodPatch, profilesPath+"/"+p.id, object{"displayName": name}, http.StatusOK, func() { p.name = name })
		}},
		{"assign", 13, planAssign},
		{"unassign", 7, planUnassign},
		{"delete profile", 3, func(m *estateRecord, at [4]uint32) (planned, bool) {
			all := m.allProfiles()
			if at[1]%2 == 0 { // one that can go
				all = slices.DeleteFunc(all, func(p *profileRecord) bool { return p.all || len(p.targets) > 0 })
			}
			p, ok := one(all, at[0])
			if !ok {
				return nothing()
			}
			if p.all || len(p.targets) > 0 {
				return refused(http.StatusBadRequest, "ProfileIsAssigned", p.name+", which is assigned, is deleted", http.MethodDelete, profilesPath+"/"+p.id, nil)
			}
			return usual(p.name+" is deleted", m.deleteProfile(p))
		}},
	}
}

func planAssign(m *estateRecord, at [4]uint32) (planned, bool) {
	p, ok := one(m.allProfiles(), at[0])
	g, some := one(m.allGroups(), at[1])
	if !ok || !some {
		return nothing()
	}
	target, says := g.id+include, p.name+" is given to "+g.name
	switch at[2] % 8 {
	case 0, 1:
		target, says = g.id+exclude, p.name+" is kept from "+g.name
	case 2:
		target, says = allDevices+include, p.name+" is given to All devices"
	case 3:
		if at[3]%4 == 0 {
			target, says = unknownID+include, p.name+" is given to a group that is not there"
		}
	}
	e := m.assign(p, target)
	excludes := slices.ContainsFunc(slices.Collect(maps.Keys(p.targets)), func(t string) bool { return strings.HasSuffix(t, exclude) })
	switch {
	case p.targets[target] || target == allDevices+include && p.all:
		return refused(http.StatusConflict, "AssignmentExists", says, e.method, e.path, e.body)
	case target == allDevices+include && excludes, strings.HasSuffix(target, exclude) && p.all:
		return refused(http.StatusBadRequest, "ExclusionWithAllDevices", says, e.method, e.path, e.body)
	case target == allDevices+include && slices.ContainsFunc(m.allProfiles(), func(p *profileRecord) bool { return p.all }):
		return refused(http.StatusBadRequest, "AllDevicesAlreadyAssigned", says, e.method, e.path, e.body)
	case target == unknownID+include:
		return refused(http.StatusBadRequest, "GroupNotFound", says, e.method, e.path, e.body)
	}
	return usual(says, e)
}

func planUnassign(m *estateRecord, at [4]uint32) (planned, bool) {
	p, ok := one(m.allProfiles(), at[0])
	if !ok {
		return nothing()
	}
	targets := slices.Sorted(maps.Keys(p.targets))
	if p.all {
		targets = append(targets, allDevices+include)
	}
	if len(targets) == 0 || at[2]%10 == 0 {
		e := m.unassign(p, unknownID+include)
		return refused(http.StatusNotFound, "ResourceNotFound", p.name+" loses an assignment that it does not have", e.method, e.path, nil)
	}
	target := choose(m.byName(targets), at[1])
	return usual(p.name+" loses its assignment to "+m.spoken(target), m.unassign(p, target))
}

// byName puts assignments into an order that does not hang on ids, so that a
// walk taken again picks the same ones.
func (m *estateRecord) byName(targets []string) []string {
	return slices.SortedFunc(slices.Values(targets), func(a, b string) int { return strings.Compare(m.spoken(a), m.spoken(b)) })
}

func (m *estateRecord) spoken(target string) string {
	id, direction := target[:len(target)-2], target[len(target)-2:]
	switch g := m.groups[id]; {
	case g != nil && direction == exclude:
		return g.name + " (excluded)"
	case g != nil:
		return g.name
	case id == allUsers:
		return "All users"
	default:
		return "All devices"
	}
}

// pageKinds are the Enrollment Status Pages and their order.
func pageKinds() []walkKind {
	return []walkKind{
		{"new status page", 3, func(m *estateRecord, _ [4]uint32) (planned, bool) {
			if len(m.pages) >= walkPages {
				return nothing()
			}
			page := &pageRecord{name: m.name("Status page"), targets: map[string]bool{}}
			p := planned{says: page.name + " is new"}
			p.edit = edit{method: http.MethodPost, path: screens, body: statusPage(page.name), want: http.StatusCreated}
			p.apply = func(answer map[string]any) {
				page.id, _ = answer["id"].(string)
				m.pages = append(m.pages, page)
			}
			return p, true
		}},
		{"assign status page", 7, planAssignPage},
		{"priority", 4, func(m *estateRecord, at [4]uint32) (planned, bool) {
			page, ok := one(m.pages, at[0])
			if !ok {
				return nothing()
			}
			place := int(at[1]) % (len(m.pages) + 2)
			path, body, says := screens+"/"+page.id+"/setPriority", object{"priority": place}, fmt.Sprintf("%s gets the priority %d", page.name, place)
			if place < 1 || place > len(m.pages) {
				return refused(http.StatusBadRequest, "PriorityOutOfRange", says, http.MethodPost, path, body)
			}
			return done(says, http.MethodPost, path, body, http.StatusNoContent, func() {
				others := slices.DeleteFunc(m.pages, func(p *pageRecord) bool { return p == page })
				m.pages = slices.Insert(others, place-1, page)
			})
		}},
		{"delete status page", 1, func(m *estateRecord, at [4]uint32) (planned, bool) {
			page, ok := one(m.pages, at[0])
			if !ok {
				return nothing()
			}
			return done(page.name+" is deleted", http.MethodDelete, screens+"/"+page.id, nil, http.StatusNoContent, func() {
				m.pages = slices.DeleteFunc(m.pages, func(p *pageRecord) bool { return p == page })
			})
		}},
	}
}

// planAssignPage replaces whom a status page is for.
func planAssignPage(m *estateRecord, at [4]uint32) (planned, bool) {
	page, ok := one(m.pages, at[0])
	if !ok {
		return nothing()
	}
	targets, list := map[string]bool{}, []object{}
	if len(m.allGroups()) > 0 && at[1]%8 > 0 {
		for i, g := range some(m.allGroups(), at[1]) {
			kind, direction := "groupAssignmentTarget", include
			if at[2]>>i%4 == 0 {
				kind, direction = "exclusionGroupAssignmentTarget", exclude
			}
			targets[g.id+direction] = true
			list = append(list, target(kind, g.id))
		}
	}
	if at[3]%5 == 0 {
		targets[allDevices+include] = true
		list = append(list, target("allDevicesAssignmentTarget", ""))
	}
	if at[3]%4 == 0 {
		targets[allUsers+include] = true
		list = append(list, target("allLicensedUsersAssignmentTarget", ""))
	}
	var names []string
	for t := range targets {
		names = append(names, m.spoken(t))
	}
	slices.Sort(names)
	return done(page.name+" is given to "+strings.Join(names, ", "), http.MethodPost, screens+"/"+page.id+"/assign", object{"enrollmentConfigurationAssignments": list}, http.StatusNoContent, func() { page.targets = targets })
}
