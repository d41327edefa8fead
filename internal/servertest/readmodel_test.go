package servertest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/graph"
	"taxiway/internal/labdata"
	"taxiway/internal/odata"
	"taxiway/internal/servertest"
)

// There is one read model of a PC: what the list shows of it is what its own
// address shows, what explain says, and what $filter finds it by.
func TestAListItsItemsExplainAndFiltersShowOneAndTheSame(t *testing.T) {
	t.Parallel()
	n := seed(t)
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		rnd := rand.New(rand.NewPCG(n, 2))
		populate(t, p, c, n, rnd)
		quiet(t, p)
		for _, version := range []string{"/v1.0/", "/beta/"} {
			path := version + "deviceManagement/windowsAutopilotDeviceIdentities"
			rows := byID(p.All(t, c.Token, path))
			if len(rows) != readModelPCs {
				t.Fatalf("%s lists %d PCs", path, len(rows))
			}
			ids := slices.Sorted(maps.Keys(rows))
			alone := batched(t, p, c.Token, version, ids, func(id string) string { return "/deviceManagement/windowsAutopilotDeviceIdentities/" + id })
			wrong := 0
			for i, id := range ids {
				delete(alone[i], "@odata.context")
				if diff := cmp.Diff(rows[id], alone[i]); diff != "" && wrong < 5 {
					wrong++
					t.Errorf("%s: %v in the list and alone (-list +alone):\n%s", version, rows[id]["serialNumber"], diff)
				}
			}
			filtersFind(t, p, c.Token, path, version == "/beta/", slices.Collect(maps.Values(rows)), rnd)
		}
		explainedProfiles(t, p, c.Token)
	})
}

const readModelPCs = 1_000

// populate makes a tenant of PCs in every state that writes through Graph lead to.
func populate(t *testing.T, p *servertest.Process, c *servertest.Tenant, n uint64, rnd *rand.Rand) {
	t.Helper()
	var upns []string
	for i := range 8 {
		upns = append(upns, fmt.Sprintf("person%d@%s", i, c.Domain))
		p.Must(t, c.Token, http.MethodPost, "/v1.0/users", object{"userPrincipalName": upns[i], "displayName": fmt.Sprintf("Person O'%d", i), "accountEnabled": true}, http.StatusCreated)
	}
	pcs, err := labdata.Fleet(n, readModelPCs, labdata.WithTags(func(i int) string { return walkTag(uint32(i)) }))
	if err != nil {
		t.Fatal(err)
	}
	// Half of the PCs come before there are groups and profiles, half after.
	send := func(part []labdata.PC) {
		rows := make([]object, len(part))
		for i := range part {
			rows[i] = object{"serialNumber": part[i].Row.SerialNumber, "hardwareIdentifier": part[i].Row.HardwareHash, "groupTag": part[i].Row.GroupTag, "productKey": fmt.Sprintf("Key-%d", rnd.IntN(9))}
			if rnd.IntN(4) == 0 {
				rows[i]["assignedUserPrincipalName"] = pick(rnd, upns)
			}
		}
		p.Must(t, c.Token, http.MethodPost, imports+"/import", object{"importedWindowsAutopilotDeviceIdentities": rows}, http.StatusOK)
	}
	send(pcs[:readModelPCs/2])
	for i, family := range tagFamilies[:3] {
		group := id(t, p.Must(t, c.Token, http.MethodPost, "/v1.0/groups", ruleGroup(family, `(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:`+family+`"))`), http.StatusCreated))
		profile := id(t, p.Must(t, c.Token, http.MethodPost, profiles, with(tutorialProfile("Profile of "+family), "deviceType", []string{"windowsPc", "windowsPc", "holoLens"}[i]), http.StatusCreated))
		p.Must(t, c.Token, http.MethodPost, profiles+"/"+profile+"/assignments", target("groupAssignmentTarget", group), http.StatusCreated)
	}
	send(pcs[readModelPCs/2:])
	rows := p.All(t, c.Token, identities)
	for range 60 {
		address := identities + "/" + fmt.Sprint(pick(rnd, rows)["id"])
		p.Must(t, c.Token, http.MethodPatch, address, pick(rnd, []object{
			{"displayName": fmt.Sprintf("PC-%d", rnd.IntN(20))}, {"groupTag": randomTag(rnd)}, {"userPrincipalName": pick(rnd, upns), "addressableUserName": "Somebody"}, {"groupTag": ""},
		}), http.StatusOK)
	}
}

// batched reads many addresses, twenty at a time, and returns the bodies in
// the order of the ids.
func batched(t *testing.T, p *servertest.Process, token, version string, ids []string, address func(id string) string) []object {
	t.Helper()
	out := make([]object, 0, len(ids))
	for part := range slices.Chunk(ids, 20) {
		requests := make([]object, len(part))
		for i, id := range part {
			requests[i] = object{"id": strconv.Itoa(i), "method": "GET", "url": address(id)}
		}
		answers, _ := p.Must(t, token, http.MethodPost, version+"$batch", object{"requests": requests}, http.StatusOK).JSON["responses"].([]any)
		if len(answers) != len(part) {
			t.Fatalf("%d answers to %d requests", len(answers), len(part))
		}
		bodies := make([]object, len(part))
		for _, x := range answers {
			a, _ := x.(object)
			at, err := strconv.Atoi(fmt.Sprint(a["id"]))
			body, ok := a["body"].(object)
			if err != nil || !ok || a["status"] != 200.0 {
				t.Fatalf("an answer in a batch is %v", a)
			}
			bodies[at] = body
		}
		out = append(out, bodies...)
	}
	return out
}

// filtersFind asks by each property that can be filtered for values that rows
// have, and for all but them.
func filtersFind(t *testing.T, p *servertest.Process, token, path string, onBeta bool, rows []map[string]any, rnd *rand.Rand) {
	t.Helper()
	table := graph.Collections()["deviceManagement/windowsAutopilotDeviceIdentities"]
	asked := 0
	for i := range table.Properties {
		property := &table.Properties[i]
		if !property.Filter || property.BetaOnly && !onBeta {
			continue
		}
		values := map[string]bool{}
		looks := 1
		if onBeta {
			looks = 3
		}
		for range looks {
			values[fmt.Sprint(pick(rnd, rows)[property.Name])] = true
		}
		for value := range values {
			equal, others := map[string]bool{}, map[string]bool{}
			for _, row := range rows {
				if strings.EqualFold(fmt.Sprint(row[property.Name]), value) {
					equal[fmt.Sprint(row["id"])] = true
				} else {
					others[fmt.Sprint(row["id"])] = true
				}
			}
			for operator, want := range map[string]map[string]bool{"eq": equal, "ne": others} {
				asked++
				filter := property.Name + " " + operator + " " + quoted(property, value)
				got := map[string]bool{}
				for id := range byID(p.All(t, token, path+"?$select=id&$filter="+url.QueryEscape(filter))) {
					got[id] = true
				}
				if !maps.Equal(want, got) {
					t.Errorf("%s?$filter=%s finds %d PCs, %d in the list are so", path, filter, len(got), len(want))
				}
			}
		}
	}
	if asked < 30 {
		t.Errorf("only %d filters asked", asked)
	}
}

// quoted is a value as a literal of OData.
func quoted(p *odata.Property, value string) string {
	switch p.Type {
	case odata.Time, odata.GUID:
		return value
	default:
		return "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
}

// explainedProfiles: the profile that the list shows is the one that explain
// chose, and the status the portal's word for that of the list.
func explainedProfiles(t *testing.T, p *servertest.Process, token string) {
	t.Helper()
	rows := byID(p.All(t, token, identities+"?$expand=deploymentProfile"))
	ids := slices.Sorted(maps.Keys(rows))
	why := batched(t, p, token, "/beta/", ids, func(id string) string {
		return "/deviceManagement/windowsAutopilotDeviceIdentities/" + id + "/explain"
	})
	// explain shows the PC without navigations, as the list does that expands none.
	plain := byID(p.All(t, token, identities))
	words := map[string]string{"assignedInSync": "Assigned", "notAssigned": "Not assigned"}
	seen := map[string]int{}
	for i, id := range ids {
		status := fmt.Sprint(rows[id]["deploymentProfileAssignmentStatus"])
		seen[status]++
		if diff := cmp.Diff(plain[id], why[i]["device"]); diff != "" {
			t.Errorf("%v in the list and in explain (-list +explain):\n%s", rows[id]["serialNumber"], diff)
		}
		want, chosen := "", ""
		if profile, ok := rows[id]["deploymentProfile"].(object); ok {
			want = fmt.Sprint(profile["id"])
		}
		all, _ := why[i]["profiles"].([]any)
		for _, x := range all {
			if considered, _ := x.(object); considered["verdict"] == "chosen" {
				chosen = fmt.Sprint(considered["id"])
			}
		}
		if chosen != want || why[i]["profileStatus"] != words[status] || (want != "") != (status == "assignedInSync") {
			t.Errorf("%v is %s with the profile %q in the list; explain says %v with %q", rows[id]["serialNumber"], status, want, why[i]["profileStatus"], chosen)
		}
	}
	if len(seen) != 2 || seen["notAssigned"] < 50 || seen["assignedInSync"] < 50 {
		t.Errorf("the PCs are %v, want many of both", seen)
	}
}
