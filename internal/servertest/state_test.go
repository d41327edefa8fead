package servertest_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

// state is what Graph shows of a tenant.
type state struct {
	identities  map[string]map[string]any  // by registration
	groups      map[string]map[string]any  // by id
	profiles    map[string]map[string]any  // by id
	members     map[string]map[string]bool // serials by group
	assignments map[string]map[string]bool // group id and direction by profile
}

// readState reads everything through Graph.
func readState(t testing.TB, p *servertest.Process, token string) *state {
	t.Helper()
	s := &state{
		identities:  byID(p.All(t, token, identitiesPath+"?$expand=deploymentProfile")),
		groups:      byID(p.All(t, token, groupsPath+"?$top=999")),
		profiles:    byID(p.All(t, token, profilesPath)),
		members:     map[string]map[string]bool{},
		assignments: map[string]map[string]bool{},
	}
	for id := range s.groups {
		s.members[id] = map[string]bool{}
		for _, m := range p.All(t, token, groupsPath+"/"+id+"/members?$top=999&$select=id,displayName") {
			serial, _ := m["displayName"].(string)
			if s.members[id][serial] {
				t.Errorf("group %s lists %s twice", id, serial)
			}
			s.members[id][serial] = true
		}
	}
	for id := range s.profiles {
		s.assignments[id] = map[string]bool{}
		for _, a := range p.All(t, token, profilesPath+"/"+id+"/assignments") {
			composed, _ := a["id"].(string)
			s.assignments[id][strings.TrimPrefix(composed, id+"_")] = true
		}
	}
	return s
}

func byID(all []map[string]any) map[string]map[string]any {
	out := make(map[string]map[string]any, len(all))
	for _, one := range all {
		id, _ := one["id"].(string)
		out[id] = one
	}
	return out
}

// resolve settles the edits whose answer was lost with a server: Graph shows
// whether they took effect.
func (r *record) resolve(s *state, editors []*editor) (happened int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range editors {
		if e.doubt == nil {
			continue
		}
		if answer, ok := e.doubt.happened(s); ok {
			e.doubt.apply(answer)
			happened++
		}
		e.doubt = nil
	}
	return happened
}

// compare holds Graph against what was sent: nothing that was accepted may be
// lost, and nothing be there that nobody sent.
func (r *record) compare(t testing.TB, s *state) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, pc := range r.pcs {
		if pc.id != "" && !pc.gone {
			want["pc "+pc.id] = pc.serial + " tag " + pc.tag
		}
	}
	for id, d := range s.identities {
		got["pc "+id] = fmt.Sprintf("%v tag %v", d["serialNumber"], d["groupTag"])
	}
	for id, g := range r.groups {
		switch {
		case g.deleted:
		case g.rule == nil:
			want["group "+id] = g.name
		default:
			want["group "+id] = fmt.Sprintf("%s paused %t: %s", g.name, g.paused, g.rule.text())
		}
	}
	for id, g := range s.groups {
		got["group "+id] = fmt.Sprint(g["displayName"])
		if g["membershipRule"] != nil {
			got["group "+id] = fmt.Sprintf("%v paused %t: %v", g["displayName"], g["membershipRuleProcessingState"] == "Paused", g["membershipRule"])
		}
	}
	for id, p := range r.profiles {
		if p.deleted {
			continue
		}
		targets := slices.Sorted(maps.Keys(p.targets))
		if p.all {
			targets = append(targets, allDevices+include)
		}
		slices.Sort(targets)
		want["profile "+id] = p.name + " to " + strings.Join(targets, " ")
	}
	for id, p := range s.profiles {
		got["profile "+id] = fmt.Sprint(p["displayName"]) + " to " + strings.Join(slices.Sorted(maps.Keys(s.assignments[id])), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what Graph shows is not what was sent (-sent +shown):\n%s", shorten(diff))
	}
}

// judge holds every membership, status and profile against the oracle.
func (r *record) judge(t testing.TB, s *state) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.compare(t, s)
	var wrong []string
	for id, g := range r.groups {
		if g.deleted {
			continue
		}
		if g.rule != nil && g.paused && !r.exact {
			g.kept = s.members[id]
		}
		want := map[string]bool{}
		for _, pc := range r.pcs {
			if g.has(pc) {
				want[pc.serial] = true
			}
		}
		for _, name := range g.others {
			want[name] = true
		}
		if diff := cmp.Diff(want, s.members[id]); diff != "" {
			rule := "by hand"
			if g.rule != nil {
				rule = g.rule.text()
			}
			wrong = append(wrong, fmt.Sprintf("members of %s, %s (-oracle +server):\n%s", g.name, rule, shorten(diff)))
		}
	}
	for _, pc := range r.pcs {
		if pc.gone || pc.id == "" {
			continue
		}
		want := "notAssigned"
		if p := r.profileFor(pc); p != nil {
			want = "assignedInSync " + p.name
		}
		d := s.identities[pc.id]
		got := fmt.Sprint(d["deploymentProfileAssignmentStatus"])
		if p, ok := d["deploymentProfile"].(map[string]any); ok {
			got += fmt.Sprint(" ", p["displayName"])
		}
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s with the tag %q is %s, the oracle says %s", pc.serial, pc.tag, got, want))
		}
	}
	for _, w := range wrong[:min(len(wrong), 10)] {
		t.Error(w)
	}
	if len(wrong) > 10 {
		t.Errorf("and %d more", len(wrong)-10)
	}
}

func shorten(s string) string {
	if len(s) > 3000 {
		return s[:3000] + "\n…"
	}
	return s
}

// verify asks the server to check itself.
func verify(t testing.TB, p *servertest.Process, devices int) {
	t.Helper()
	sealed(t, p)
	var v server.AdminVerification
	if err := p.Admin.Call(context.Background(), http.MethodPost, "/verify", nil, &v); err != nil {
		t.Fatalf("verify: %v", err)
	}
	seen := 0
	for _, tenant := range v.Tenants {
		seen += tenant.Devices
		if len(tenant.Differences) > 0 || tenant.Pending > 0 {
			t.Errorf("verify found %d pending and %d differences, the first %+v", tenant.Pending, len(tenant.Differences), tenant.Differences[:min(3, len(tenant.Differences))])
		}
	}
	if seen != devices {
		t.Errorf("verify looked at %d devices, want %d", seen, devices)
	}
	if len(v.AuditProblems) > 0 || v.AuditEvents == 0 {
		t.Errorf("the audit chain of %d events is broken: %v", v.AuditEvents, v.AuditProblems)
	}
}
