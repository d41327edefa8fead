package servertest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/servertest"
)

// asksFor goes through the proof and asks for a kind of deployment.
func (e *estate) asksFor(t *testing.T, p *servertest.Process, deployment any) object {
	t.Helper()
	body := with(asks(e.pc, e.hash), "deployment", deployment)
	_, first, _ := knock(t, p, "/ztd/profile", body)
	if first["Challenge"] == nil || len(first) != 2 {
		t.Fatalf("before the proof the PC got %v", first)
	}
	status, got, _ := knock(t, p, "/ztd/profile", with(with(body, "challenge", first["Challenge"]), "nonce", e.pc.Decrypt(t, first)))
	if status != http.StatusOK {
		t.Fatalf("the PC got %d %v", status, got)
	}
	return got
}

func TestAPCThatAsksToBePreProvisionedHearsWhatItsProfileSays(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		// 0x80180005, and no more often on the timeline than it is news.
		for range 3 {
			refusedWith(t, "not allowed", e.asksFor(t, p, "preProvisioned"), 0x80180005, "PreProvisioningNotAllowed")
		}
		var kinds []string
		for _, l := range e.lines(t, p) {
			kinds = append(kinds, l["event"].(string))
			if text, _ := l["description"].(string); l["event"] == "refused" && (l["code"] != "0x80180005" || !strings.Contains(text, "'Sales profile of Contoso' does not allow") || l["nextStep"] == nil) {
				t.Errorf("the timeline says %v", l)
			}
		}
		if diff := cmp.Diff([]string{"registered", "profileChosen", "refused"}, kinds); diff != "" {
			t.Errorf("the timeline (-want +got):\n%s", diff)
		}
		if summary, _ := e.timeline(t, p); !strings.HasPrefix(summary["enrollmentFailureDetails"].(string), "0x80180005: ") {
			t.Errorf("the deployment reads %v", summary)
		}

		// User-driven, the same deployment goes on.
		for _, way := range []any{nil, "userDriven"} {
			if got := e.asksFor(t, p, way); got["DeploymentProfileName"] != "Sales profile of Contoso" || got["PreProvisioning"] != nil {
				t.Errorf("asking for %v the PC got %v", way, got)
			}
		}
		if _, events := e.timeline(t, p); len(events) != 4 || events[3] != "profileDownloaded" {
			t.Errorf("the timeline goes on %v", events)
		}

		// Allowed, the PC hears that it goes on user-driven all the same.
		plain := e.asksFor(t, p, nil)
		p.Must(t, e.Token, http.MethodPatch, profiles+"/"+e.profile, object{"@odata.type": tutorialProfile("")["@odata.type"], "preprovisioningAllowed": true}, http.StatusOK)
		got := e.asksFor(t, p, "preProvisioned")
		if got["PreProvisioning"] != "NotOffered" {
			t.Errorf("where it is allowed the PC got %v", got)
		}
		for _, name := range []string{"PreProvisioning", "DeviceTicket", "AutopilotServiceCorrelationId", "AutopilotCreationDate"} {
			delete(got, name)
			delete(plain, name)
		}
		if diff := cmp.Diff(plain, got); diff != "" {
			t.Errorf("its profile is another one (-user-driven +asked):\n%s", diff)
		}
		lines := e.lines(t, p)
		if text, _ := lines[len(lines)-1]["description"].(string); len(lines) != 5 || !strings.Contains(text, "goes on user-driven") {
			t.Errorf("the timeline ends %v", lines[len(lines)-1])
		}

		before := len(e.lines(t, p))
		for _, way := range []any{"technician", "", "PREPROVISIONED", 5, true, object{"preProvisioned": true}, []string{"preProvisioned"}} {
			status, got, _ := knock(t, p, "/ztd/profile", with(asks(e.pc, e.hash), "deployment", way))
			if bad, _ := got["error"].(object); status != http.StatusBadRequest || bad["code"] != "DeploymentUnknown" || bad["target"] != "deployment" || bad["remedy"] == nil {
				t.Errorf("asking for %v the PC got %d %v", way, status, got)
			}
		}
		if after := len(e.lines(t, p)); after != before {
			t.Errorf("bad requests left %d lines on the timeline", after-before)
		}
	})
}
