package servertest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

const autopilotSettings = "/beta/deviceManagement/windowsAutopilotSettings"

// onlyAssigned switches "Only the assigned user may sign in".
func (e *estate) onlyAssigned(t *testing.T, p *servertest.Process, on bool) {
	t.Helper()
	if got := p.Must(t, e.Token, http.MethodPatch, autopilotSettings, object{"onlyAssignedUserMaySignIn": on}, http.StatusOK).JSON; got["onlyAssignedUserMaySignIn"] != on || got["id"] != e.ID {
		t.Errorf("switched to %t the settings are %v", on, got)
	}
	if got := p.Must(t, e.Token, http.MethodGet, autopilotSettings, nil, http.StatusOK).JSON; got["onlyAssignedUserMaySignIn"] != on {
		t.Errorf("switched to %t the settings read %v", on, got)
	}
}

// lines are the timeline of the PC's newest deployment.
func (e *estate) lines(t *testing.T, p *servertest.Process) []object {
	t.Helper()
	summary, _ := e.timeline(t, p)
	id, _ := summary["id"].(string)
	all, _ := p.Must(t, e.Token, http.MethodGet, autopilotEvents+"/"+id+"/timeline", nil, http.StatusOK).JSON["value"].([]any)
	out := make([]object, len(all))
	for i := range all {
		out[i], _ = all[i].(object)
	}
	return out
}

func TestOnlyTheAssignedUserSignsInWhereTheTenantSaysSo(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		p := s.p
		p.Must(t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
		bob, bobToken := s.newPerson("bob")
		ann, annToken := s.newPerson("ann")
		annUPN := "ann@" + s.Domain
		assign := func(upn string) {
			t.Helper()
			p.Must(t, s.Token, http.MethodPost, identities+"/"+s.identity+"/assignUserToDevice", object{"userPrincipalName": upn, "addressableUserName": "Dear"}, http.StatusNoContent)
		}
		assign(annUPN)
		other := p.NewTenant(t, "Fabrikam", false)
		locked := func(what string, want any) {
			t.Helper()
			if _, doc := p.AskProven(t, "/ztd/profile", s.pc, s.hash); doc["OnlyAssignedUserMaySignIn"] != want || doc["DeviceTicket"] == nil {
				t.Errorf("%s: the PC is told %v, want %v", what, doc["OnlyAssignedUserMaySignIn"], want)
			}
		}
		join := func(token string) *servertest.Joiner {
			t.Helper()
			j := servertest.NewJoiner(t)
			if got := j.Take(t, p.Join(t, token, j.Body(t, "XW-0001", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), http.StatusOK)); got != s.deviceID {
				t.Errorf("the PC joined as %s, want %s", got, s.deviceID)
			}
			return j
		}
		notAssigned := verdict{http.StatusForbidden, "0x801c0003", "NotTheAssignedUser"}

		// Off, as tenants are made: anybody of the tenant may.
		locked("off", nil)
		bobs := join(bobToken)
		s.belongs(s.device, bob)

		s.onlyAssigned(t, p, true)
		locked("on", true)
		if got := p.Must(t, other.Token, http.MethodGet, autopilotSettings, nil, http.StatusOK).JSON; got["onlyAssignedUserMaySignIn"] != false {
			t.Errorf("the other tenant's settings are %v", got)
		}
		s.policy(object{"userDeviceQuota": 20}) // replaced as a whole, and does not know the switch
		ticket := s.ticketOf(s.pc, s.hash)
		j := servertest.NewJoiner(t)
		before := s.state(t, p)
		s.refused("somebody else, by ticket", bobToken, j.Body(t, "XW-0002", servertest.Ticketed(ticket)), notAssigned)
		refusedJoin(t, p.As(t, bobs), "somebody else, by the certificate from before", bobToken, j.Body(t, "XW-0002", nil), notAssigned)
		s.belongs(s.device, bob)
		if after := s.state(t, p); string(before) != string(after) {
			t.Errorf("a refused join changed something:\n%s", firstDifference(before, after))
		}
		at := slices.IndexFunc(s.lines(t, p), func(l object) bool { return l["event"] == "refused" })
		if at < 0 {
			t.Fatal("the refusal is not on the timeline")
		}
		line := s.lines(t, p)[at]
		if text, _ := line["description"].(string); line["code"] != "NotTheAssignedUser" || !strings.Contains(text, "assigned to "+annUPN) || line["nextStep"] == nil {
			t.Errorf("the timeline says %v", line)
		}

		// The ticket is as good as before, for whom the PC is assigned to.
		j.Take(t, p.Join(t, annToken, j.Body(t, "XW-0002", servertest.Ticketed(ticket)), http.StatusOK))
		s.belongs(s.device, ann)

		// A PC that is assigned to nobody is anybody's; so is one that nobody
		// registered.
		free := servertest.NewPC(t, "PF-FREE")
		freeHash := free.Hash(t)
		register(t, p, s.Token, free, freeHash, "Sales", "")
		if _, doc := p.AskProven(t, "/ztd/profile", free, freeHash); doc["OnlyAssignedUserMaySignIn"] != nil {
			t.Errorf("a PC without an assigned user is told %v", doc)
		}
		for _, more := range []object{servertest.Ticketed(s.ticketOf(free, freeHash)), nil} {
			one := servertest.NewJoiner(t)
			one.Take(t, p.Join(t, bobToken, one.Body(t, "XW-FREE", more), http.StatusOK))
		}

		// Assigned to bob, ann is somebody else.
		assign(strings.ToUpper("bob@" + s.Domain))
		s.refused("whom it was assigned to before", annToken, servertest.NewJoiner(t).Body(t, "XW-0003", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), notAssigned)
		join(bobToken)
		p.Must(t, s.Token, http.MethodPost, identities+"/"+s.identity+"/unassignUserFromDevice", object{}, http.StatusNoContent)
		locked("assigned to nobody", nil)
		join(annToken)
		assign(annUPN)
		s.onlyAssigned(t, p, false)
		locked("off again", nil)
		join(bobToken)

		changed := 0
		for _, e := range p.All(t, s.Token, audits) {
			if e["activity"] == "Update Windows Autopilot settings" {
				changed++
			}
		}
		if changed != 2 {
			t.Errorf("the audit trail has %d changes of the switch, want 2", changed)
		}
	})
}
