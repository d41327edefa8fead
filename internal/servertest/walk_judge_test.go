package servertest_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// findings is a test that a walk may fail without ending the real one, so that
// the walk can be taken again without some of its steps.
type findings struct {
	testing.TB
	found []string
}

// stopped is what a finding that ends the walk panics with.
type stopped struct{}

// Errorf implements testing.TB.
func (f *findings) Errorf(format string, args ...any) {
	f.found = append(f.found, fmt.Sprintf(format, args...))
}

// Error implements testing.TB.
func (f *findings) Error(args ...any) { f.found = append(f.found, fmt.Sprint(args...)) }

// Fatalf implements testing.TB.
func (f *findings) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(stopped{})
}

// Fatal implements testing.TB.
func (f *findings) Fatal(args ...any) {
	f.Error(args...)
	panic(stopped{})
}

// Helper implements testing.TB.
func (*findings) Helper() {}

// judgeAll holds what Graph shows against the oracle. Lists of every group and
// profile are read each time; of what takes a request for each of them, all
// when whole and else some in turn.
func (w *walk) judgeAll(whole bool) {
	w.judged++
	for _, g := range w.allGroups() {
		g.others = nil
		for _, u := range w.living() {
			if w.hasPerson(g, u) {
				g.others = append(g.others, u.name)
			}
		}
		for inner := range w.more(g).groups {
			if w.hasGroup(g, inner) {
				g.others = append(g.others, inner.name)
			}
		}
	}
	s := readState(w.f, w.p, w.tenant.Token)
	w.judge(w.f, s)
	w.judgePCs(s)
	w.judgeCounts()
	w.judgePages(whole)
	for i, g := range w.allGroups() {
		if whole || i%4 == w.judged%4 {
			w.judgeGroup(g)
		}
	}
	for i, p := range w.allProfiles() {
		if whole || i%4 == w.judged%4 {
			w.judgeProfile(p)
		}
	}
	for i, pc := range w.present() {
		if whole && i%4 == 0 || i%len(w.pcs) == w.judged%len(w.pcs) {
			w.judgeOne(pc, s)
		}
	}
	w.judgeFilters()
	settings := w.p.Must(w.f, w.tenant.Token, http.MethodGet, "/beta/deviceManagement/windowsAutopilotSettings", nil, http.StatusOK).JSON
	if settings["onlyAssignedUserMaySignIn"] != w.onlyAssigned {
		w.f.Errorf("the settings are %v, want onlyAssignedUserMaySignIn %t", settings, w.onlyAssigned)
	}
}

// differ tells of a difference between what the oracle says and the server shows.
func (w *walk) differ(what string, want, got any) {
	if diff := cmp.Diff(want, got); diff != "" {
		w.f.Errorf("%s (-oracle +server):\n%s", what, shorten(diff))
	}
}

// read reads a list and returns one property of each object, in order of text.
func (w *walk) read(path, property string) []string {
	out := []string{}
	for _, one := range w.p.All(w.f, w.tenant.Token, path) {
		out = append(out, fmt.Sprint(one[property]))
	}
	slices.Sort(out)
	return out
}

func (w *walk) judgePCs(s *state) {
	for _, pc := range w.present() {
		more, d := w.pcsMore[pc], s.identities[pc.id]
		want := fmt.Sprintf("named %q for %q called %q", more.name, strings.ToLower(more.upn), more.user)
		if got := fmt.Sprintf("named %q for %q called %q", d["displayName"], strings.ToLower(fmt.Sprint(d["userPrincipalName"])), d["addressableUserName"]); got != want {
			w.f.Errorf("%s is %s, the oracle says %s", pc.serial, got, want)
		}
	}
}

func (w *walk) judgeCounts() {
	for path, want := range map[string]int{
		identitiesPath: len(w.present()), "/v1.0/devices": len(w.present()), groupsPath: len(w.allGroups()), profilesPath: len(w.allProfiles()), "/v1.0/users": len(w.living()),
	} {
		if got := string(w.p.Must(w.f, w.tenant.Token, http.MethodGet, path+"/$count", nil, http.StatusOK).Raw); got != strconv.Itoa(want) {
			w.f.Errorf("%s/$count is %s, the oracle says %d", path, got, want)
		}
	}
}

// judgeGroup looks at who owns a group and at whom it holds through others.
func (w *walk) judgeGroup(g *groupRecord) {
	owners := []string{}
	for u := range w.more(g).owners {
		owners = append(owners, u.name)
	}
	slices.Sort(owners)
	w.differ("owners of "+g.name, owners, w.read(groupsPath+"/"+g.id+"/owners", "displayName"))
	within := map[string]bool{}
	for inner := range w.inside(g) {
		for _, pc := range w.present() {
			if inner.has(pc) {
				within[pc.serial] = true
			}
		}
		for _, name := range inner.others {
			within[name] = name != g.name
		}
	}
	maps.DeleteFunc(within, func(_ string, in bool) bool { return !in })
	w.differ("transitive members of "+g.name, append([]string{}, slices.Sorted(maps.Keys(within))...), w.read(groupsPath+"/"+g.id+"/transitiveMembers?$top=999", "displayName"))
}

// judgeProfile looks at which PCs a profile lists as its own.
func (w *walk) judgeProfile(p *profileRecord) {
	want := []string{}
	for _, pc := range w.present() {
		if w.profileFor(pc) == p {
			want = append(want, pc.serial)
		}
	}
	slices.Sort(want)
	w.differ("assignedDevices of "+p.name, want, w.read(profilesPath+"/"+p.id+"/assignedDevices", "serialNumber"))
}

// judgeOne looks at a single PC: it reads alone as in the list, its groups are
// those around it, and explain gives the same profile.
func (w *walk) judgeOne(pc *pcRecord, s *state) {
	alone := w.p.Must(w.f, w.tenant.Token, http.MethodGet, identitiesPath+"/"+pc.id+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
	delete(alone, "@odata.context")
	w.differ(pc.serial+" alone and in the list", s.identities[pc.id], alone)
	around := []string{}
	for id := range w.around(func(g *groupRecord) bool { return g.has(pc) }) {
		around = append(around, w.groups[id].name)
	}
	slices.Sort(around)
	w.differ("groups around "+pc.serial, around, w.read("/v1.0/devices/"+pc.object+"/transitiveMemberOf", "displayName"))
	want, chosen := "", ""
	if p := w.profileFor(pc); p != nil {
		want = p.name
	}
	why := w.p.Must(w.f, w.tenant.Token, http.MethodGet, identitiesPath+"/"+pc.id+"/explain", nil, http.StatusOK).JSON
	all, _ := why["profiles"].([]any)
	for _, x := range all {
		if p, _ := x.(object); p["verdict"] == "chosen" {
			chosen, _ = p["displayName"].(string)
		}
	}
	if chosen != want {
		w.f.Errorf("explain gives %s the profile %q, the oracle %q", pc.serial, chosen, want)
	}
}

// judgePages looks at the order of the status pages, whom each is for, and who
// gets which.
func (w *walk) judgePages(whole bool) {
	want, got := []string{}, []string{}
	for i, p := range w.pages {
		want = append(want, fmt.Sprintf("%d %s to %s", i+1, p.name, strings.Join(slices.Sorted(maps.Keys(p.targets)), " ")))
	}
	own := "" // of the tenant, where no page is meant
	for _, p := range w.p.All(w.f, w.tenant.Token, screens+"?$expand=assignments") {
		if id, _ := p["id"].(string); strings.Contains(id, "_Default") {
			if strings.Contains(id, "EnrollmentCompletionPage") {
				own = id
			}
			continue
		}
		targets := []string{}
		as, _ := p["assignments"].([]any)
		for _, a := range as {
			one, _ := a.(object)
			t, _ := one["target"].(object)
			group, direction := fmt.Sprint(t["groupId"]), include
			switch t["@odata.type"] {
			case graphType + "allDevicesAssignmentTarget":
				group = allDevices
			case graphType + "allLicensedUsersAssignmentTarget":
				group = allUsers
			case graphType + "exclusionGroupAssignmentTarget":
				direction = exclude
			}
			targets = append(targets, group+direction)
		}
		slices.Sort(targets)
		got = append(got, fmt.Sprintf("%v %v to %s", p["priority"], p["displayName"], strings.Join(targets, " ")))
	}
	slices.Sort(got)
	w.differ("status pages with their priorities", want, got)
	pcs, people := append([]*pcRecord{nil}, w.present()...), append([]*personRecord{nil}, w.living()...)
	pairs := 3
	if whole {
		pairs = 20
	}
	for i := range pairs {
		w.judgePage(pcs[(w.judged*5+i)%len(pcs)], people[(w.judged*3+i/2)%len(people)], own)
	}
}

func (w *walk) judgePage(pc *pcRecord, u *personRecord, own string) {
	body, who := object{}, []string{"nobody", "no PC"}
	if pc != nil {
		body["windowsAutopilotDeviceIdentityId"], who[1] = pc.id, pc.serial
	}
	if u != nil {
		body["userId"], who[0] = u.id, u.name
	}
	if len(body) == 0 {
		return
	}
	want := own
	if p := w.pageFor(pc, u); p != nil {
		want = p.id
	}
	why := w.p.Must(w.f, w.tenant.Token, http.MethodPost, screens+"/explainStatusPage", body, http.StatusOK).JSON
	all, _ := why["statusPages"].([]any)
	for _, x := range all {
		if p, _ := x.(object); p["verdict"] == "chosen" && p["id"] != want {
			w.f.Errorf("%s at %s gets the status page %v, the oracle says %s", who[0], who[1], p["displayName"], want)
		}
	}
}

// judgeFilters asks lists for a part of what they hold.
func (w *walk) judgeFilters() {
	tag := walkTag(uint32(w.judged))
	for _, c := range []struct {
		filter string
		holds  func(*pcRecord) bool
	}{
		{"groupTag eq '" + tag + "'", func(pc *pcRecord) bool { return pc.tag == tag }},
		{"startswith(groupTag,'Sales-') and not (groupTag eq '" + tag + "')", func(pc *pcRecord) bool { return strings.HasPrefix(pc.tag, "Sales-") && pc.tag != tag }},
		{"deploymentProfileAssignmentStatus eq 'notAssigned'", func(pc *pcRecord) bool { return w.profileFor(pc) == nil }},
		{"displayName ne '' or userPrincipalName ne ''", func(pc *pcRecord) bool { return w.pcsMore[pc].name != "" || w.pcsMore[pc].upn != "" }},
	} {
		want := []string{}
		for _, pc := range w.present() {
			if c.holds(pc) {
				want = append(want, pc.serial)
			}
		}
		slices.Sort(want)
		w.differ("PCs by "+c.filter, want, w.read(identitiesPath+"?$top=7&$orderby=serialNumber&$filter="+url.QueryEscape(c.filter), "serialNumber"))
	}
}
