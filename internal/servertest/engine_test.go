package servertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

func TestARuleThatLooksAtTheClockFollowsIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		group := id(t, p.Must(t, c.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Hired long ago", `user.employeeHireDate -le (system.now -minus P30D)`), http.StatusCreated))
		p.Must(t, c.Token, http.MethodPost, "/v1.0/users", object{
			"userPrincipalName": "meg@" + c.Domain, "displayName": "Megan", "accountEnabled": true, "employeeHireDate": "2024-01-01T00:00:00Z",
		}, http.StatusCreated)
		fresh := id(t, p.Must(t, c.Token, http.MethodPost, "/v1.0/users", object{
			"userPrincipalName": "new@" + c.Domain, "displayName": "New", "accountEnabled": true, "employeeHireDate": time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		}, http.StatusCreated))
		if n := len(p.All(t, c.Token, "/v1.0/groups/"+group+"/members")); n != 1 {
			t.Fatalf("the group has %d members, want the one hired long ago", n)
		}
		var moved server.AdminTenant
		if err := p.Admin.Call(t.Context(), http.MethodPost, "/tenants/"+c.ID+"/clock", object{"by": "744h"}, &moved); err != nil {
			t.Fatal(err)
		}
		members := p.All(t, c.Token, "/v1.0/groups/"+group+"/members")
		if len(members) != 2 || members[0]["id"] != fresh && members[1]["id"] != fresh {
			t.Errorf("31 days later the group has %v, want both users", members)
		}
	})
}

// Two profiles whose groups look at the name of the downloaded profile send a
// device round and round: the engine stops and names both rules.
func TestADeviceThatGoesRoundAndRoundIsStoppedAndTheRulesAreNamed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		for name, rule := range map[string]string{
			"Ping": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]")) -and (device.enrollmentProfileName -ne "Ping profile")`,
			"Pong": `device.enrollmentProfileName -eq "Ping profile"`,
		} {
			group := id(t, p.Must(t, c.Token, http.MethodPost, "/v1.0/groups", ruleGroup(name, rule), http.StatusCreated))
			profile := id(t, p.Must(t, c.Token, http.MethodPost, profiles, tutorialProfile(name+" profile"), http.StatusCreated))
			p.Must(t, c.Token, http.MethodPost, profiles+"/"+profile+"/assignments", target("groupAssignmentTarget", group), http.StatusCreated)
		}
		pc := servertest.NewPC(t, "PF-LOOP")
		hash := pc.Hash(t)
		_, device := register(t, p, c.Token, pc, hash, "", "")
		var seen []string
		for range 20 {
			_, doc := p.AskProven(t, "/ztd/profile", pc, hash)
			name, ok := doc["DeploymentProfileName"].(string)
			if !ok {
				break
			}
			seen = append(seen, name)
		}
		if len(seen) < 8 || len(seen) > 10 {
			t.Errorf("the PC got %d profiles before it was stopped, want about 9: %v", len(seen), seen)
		}
		d := p.Must(t, c.Token, http.MethodGet, identities+"/"+device, nil, http.StatusOK).JSON
		if d["deploymentProfileAssignmentStatus"] != "failed" {
			t.Errorf("the device is %v, want failed", d["deploymentProfileAssignmentStatus"])
		}
		why, _ := p.Must(t, c.Token, http.MethodGet, identities+"/"+device+"/explain", nil, http.StatusOK).JSON["explanation"].(string)
		if !strings.Contains(why, "'Ping'") || !strings.Contains(why, "'Pong'") {
			t.Errorf("the explanation does not name both groups: %s", why)
		}
		var check server.AdminVerification
		if err := p.Admin.Call(t.Context(), http.MethodPost, "/verify", nil, &check); err != nil {
			t.Fatal(err)
		}
		if diffs := check.Tenants[0].Differences; len(diffs) != 1 || diffs[0].What != "loop" {
			t.Errorf("the self-check tells %v, want the loop", diffs)
		}
	})
}

func TestTheComputerNameIsToldWithWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		named := tutorialProfile("Named")
		named["deviceNameTemplate"] = "%SERIAL%"
		profile := id(t, p.Must(t, c.Token, http.MethodPost, profiles, named, http.StatusCreated))
		p.Must(t, c.Token, http.MethodPost, profiles+"/"+profile+"/assignments", target("allDevicesAssignmentTarget", ""), http.StatusCreated)
		for serial, want := range map[string][2]string{
			"AAAA-1234567890-XYZ": {"-1234567890-XYZ", "gets the same name"},
			"BBBB-1234567890-XYZ": {"-1234567890-XYZ", "gets the same name"},
			"5CG7301MQK":          {"5CG7301MQK", ""},
			"0012345":             {"", "all numbers"},
		} {
			pc := servertest.NewPC(t, serial)
			_, device := register(t, p, c.Token, pc, pc.Hash(t), "", "")
			defer func() {
				got := p.Must(t, c.Token, http.MethodGet, identities+"/"+device+"/explain", nil, http.StatusOK).JSON["computerName"].(object)
				if name, _ := got["name"].(string); name != want[0] || !strings.Contains(fmt.Sprint(got["note"]), want[1]) {
					t.Errorf("%s: %v, want %q with a note about %q", serial, got, want[0], want[1])
				}
			}()
		}
	})
}
