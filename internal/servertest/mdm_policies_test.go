package servertest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/servertest"
)

const ownScreen = "_DefaultWindows10EnrollmentCompletionPageConfiguration"

// values are a property of the items of a collection, in order.
func values(t *testing.T, p *servertest.Process, token, path, property string) (out []string) {
	t.Helper()
	for _, item := range p.All(t, token, path) {
		out = append(out, fmt.Sprint(item[property]))
	}
	return out
}

func query(path string, options ...string) string {
	q := make([]string, 0, len(options)/2)
	for i := 0; i+1 < len(options); i += 2 {
		q = append(q, options[i]+"="+url.QueryEscape(options[i+1]))
	}
	return path + "?" + strings.Join(q, "&")
}

// Step 5 of the tutorial: the Enrollment Status Page is made and assigned.
func TestAnAdminMakesAStatusPageAndAssignsIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := p.NewTenant(t, "Contoso", true)
		group := id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/groups", plainGroup("Devices"), http.StatusCreated))
		ofDefault := query(screens, "$expand", "assignments", "orderBy", "priority", "$filter", "deviceEnrollmentConfigurationType eq 'windows10EnrollmentCompletionPageConfiguration' and priority eq 0")
		found := p.All(t, e.Token, ofDefault)
		if len(found) != 1 || found[0]["id"] != e.ID+ownScreen || found[0]["showInstallationProgress"] != false || len(found[0]["assignments"].([]any)) != 2 {
			t.Fatalf("the tenant's own status page: %v", found)
		}
		page := p.Must(t, e.Token, http.MethodPost, screens, object{
			"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": "Autopilot devices",
			"showInstallationProgress": "True", "installProgressTimeoutInMinutes": "60", "allowLogCollectionOnInstallFailure": true, "allowDeviceResetOnInstallFailure": true,
			"blockDeviceSetupRetryByUser": false, "disableUserStatusTrackingAfterFirstUser": true, "trackInstallProgressForAutopilotOnly": true, "installQualityUpdates": true,
		}, http.StatusCreated)
		screen := id(t, page)
		if page.JSON["priority"] != 1.0 || page.JSON["showInstallationProgress"] != true || page.JSON["installProgressTimeoutInMinutes"] != 60.0 || !strings.HasSuffix(screen, "_Windows10EnrollmentCompletionPageConfiguration") {
			t.Errorf("made: %s", page.Raw)
		}
		p.Must(t, e.Token, http.MethodPost, screens+"/"+screen+"/assign", object{"enrollmentConfigurationAssignments": []object{target("groupAssignmentTarget", group)}}, http.StatusNoContent)
		if got := values(t, p, e.Token, screens+"/"+screen+"/assignments", "id"); !slices.Equal(got, []string{screen + "_" + group}) {
			t.Errorf("assignments %q", got)
		}
		// The admin deletes the group: the assignment is out of effect.
		p.Must(t, e.Token, http.MethodDelete, "/v1.0/groups/"+group, nil, http.StatusNoContent)
		if got := values(t, p, e.Token, screens+"/"+screen+"/assignments", "id"); len(got) != 0 {
			t.Errorf("assignments after the group went: %q", got)
		}
		p.Must(t, e.Token, http.MethodPatch, screens+"/"+e.ID+ownScreen, object{"showInstallationProgress": true}, http.StatusOK, "If-Match", `W/"1"`)
		p.Must(t, e.Token, http.MethodPatch, screens+"/"+e.ID+ownScreen, object{"showInstallationProgress": false}, http.StatusPreconditionFailed, "If-Match", `W/"1"`)
		own := p.Must(t, e.Token, http.MethodGet, screens+"/"+e.ID+ownScreen, nil, http.StatusOK).JSON
		if own["showInstallationProgress"] != true || own["installProgressTimeoutInMinutes"] != 60.0 || own["priority"] != 0.0 {
			t.Errorf("the tenant's own status page: %v", own)
		}
		p.Must(t, e.Token, http.MethodDelete, screens+"/"+screen, nil, http.StatusNoContent)
		p.Must(t, e.Token, http.MethodGet, screens+"/"+screen, nil, http.StatusNotFound)
		activities := values(t, p, e.Token, audits, "activity")
		for _, want := range []string{"Create", "Assign", "Update", "Delete"} {
			if !slices.Contains(activities, want+" Enrollment Status Page") {
				t.Errorf("the audit trail %q has no %s", activities, want)
			}
		}
	})
}

func TestEnrolmentConfigurationsAreFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := p.NewTenant(t, "Contoso", true)
		var limits, byName []string
		for i := range 23 {
			name := fmt.Sprintf("%s limit %02d", []string{"Büro", "alpha", "Zeta"}[i%3], i)
			limits = append(limits, name)
			p.Must(t, e.Token, http.MethodPost, screens, object{"@odata.type": "#microsoft.graph.deviceEnrollmentLimitConfiguration", "displayName": name, "limit": 1 + i%15}, http.StatusCreated)
		}
		for i := range 5 {
			p.Must(t, e.Token, http.MethodPost, screens, statusPage(fmt.Sprint("page ", i)), http.StatusCreated)
		}
		byName = slices.Clone(limits)
		slices.SortFunc(byName, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		reversed := slices.Clone(limits)
		slices.Reverse(reversed)
		const isLimit = "deviceEnrollmentConfigurationType eq 'limit'"
		for _, c := range []struct {
			path string
			want []string
		}{
			{query(screens, "$filter", isLimit+" and priority ne 0", "$orderby", "priority", "$top", "4"), limits},
			{query(screens, "$filter", isLimit+" and priority ge 1", "orderBy", "priority desc", "top", "7"), reversed},
			{query(screens, "filter", isLimit+" and not (priority eq 0)", "$orderby", "displayName", "$top", "5", "$select", "displayName"), byName},
			{query(screens, "$filter", "deviceEnrollmentConfigurationType eq 'defaultLimit'"), []string{"All users and all devices"}},
			{query(screens, "$filter", "deviceEnrollmentConfigurationType in ('defaultLimit','limit') and priority le 1", "$orderby", "priority"), []string{"All users and all devices", limits[0]}},
			{query(screens, "$filter", "startswith(displayName,'PAGE') and priority gt 3", "$orderby", "displayName desc"), []string{"page 4", "page 3"}},
			{query(screens, "$filter", "contains(displayName,'limit 0') and "+isLimit, "$orderby", "createdDateTime", "$top", "3"), limits[:10]},
			{query(screens, "$filter", "createdDateTime lt 2000-01-01T00:00:00Z", "$orderby", "deviceEnrollmentConfigurationType", "$top", "1"), slices.Repeat([]string{"All users and all devices"}, 4)},
			{query("/v1.0"+strings.TrimPrefix(screens, "/beta"), "$filter", "priority eq 2", "$orderby", "displayName desc"), []string{"page 1", limits[1]}},
		} {
			if got := values(t, p, e.Token, c.path, "displayName"); !slices.Equal(got, c.want) {
				t.Errorf("%s\ngives %q\nwant  %q", c.path, got, c.want)
			}
		}
		first := p.Must(t, e.Token, http.MethodGet, query(screens, "$count", "true", "$top", "2", "$filter", isLimit), nil, http.StatusOK)
		if first.JSON["@odata.count"] != 24.0 {
			t.Errorf("count: %v", first.JSON["@odata.count"])
		}
		if a := p.Must(t, e.Token, http.MethodGet, query(screens+"/$count", "$filter", isLimit), nil, http.StatusOK); string(a.Raw) != "24" {
			t.Errorf("$count: %s", a.Raw)
		}
		p.Must(t, e.Token, http.MethodGet, query("/v1.0"+strings.TrimPrefix(screens, "/beta"), "$filter", isLimit), nil, http.StatusBadRequest) // beta has the type
	})
}

// Two processes at once, on PostgreSQL: the places stay 1 to n.
func TestPrioritiesSetAtOnceByTwoProcessesLeaveNoGap(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		processes := []*servertest.Process{w.First()}
		if db.Engine == "postgres" {
			processes = append(processes, w.Join(t))
		}
		p := w.First()
		e := p.NewTenant(t, "Contoso", true)
		var ids []string
		for i := range 6 {
			ids = append(ids, id(t, p.Must(t, e.Token, http.MethodPost, screens, statusPage(fmt.Sprint("page ", i)), http.StatusCreated)))
		}
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		var all sync.WaitGroup
		for i := range 24 {
			which, to, doomed := ids[r.IntN(5)], 1+r.IntN(5), i == 12
			all.Go(func() {
				at := processes[i%len(processes)]
				if doomed {
					at.Must(t, e.Token, http.MethodDelete, screens+"/"+ids[5], nil, http.StatusNoContent)
					return
				}
				at.Must(t, e.Token, http.MethodPost, screens+"/"+which+"/setPriority", object{"priority": to}, http.StatusNoContent)
			})
		}
		all.Wait()
		got := values(t, p, e.Token, query(screens, "$filter", "priority gt 0", "$orderby", "priority"), "priority")
		if !slices.Equal(got, []string{"1", "2", "3", "4", "5"}) {
			t.Errorf("priorities %q", got)
		}
		last := id(t, p.Must(t, e.Token, http.MethodPost, screens, statusPage("last"), http.StatusCreated))
		p.Must(t, e.Token, http.MethodPost, screens+"/"+last+"/setPriority", object{"priority": "1"}, http.StatusNoContent)
		if got := values(t, p, e.Token, query(screens, "$filter", "priority gt 0", "$orderby", "priority", "$select", "id"), "id"); len(got) != 6 || got[0] != last {
			t.Errorf("after the last was put first: %q", got)
		}
	})
}

func TestASecretOfAConfigurationIsInNoAnswerAndNoAuditEvent(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := p.NewTenant(t, "Contoso", true)
		const secret = "glass umbrella piano"
		body := customSettings("Wi-Fi")
		const uri = "./Device/Vendor/MSFT/WiFi/Profile/Sales/WlanXml"
		body["omaSettings"] = []object{
			{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": uri, "value": secret, "isEncrypted": true},
			{"@odata.type": "#microsoft.graph.omaSettingStringXml", "omaUri": "./Device/Vendor/MSFT/A/B", "value": "PGVuYWJsZWQvPg==", "isEncrypted": true},
		}
		made := p.Must(t, e.Token, http.MethodPost, customs, body, http.StatusCreated)
		one := customs + "/" + id(t, made)
		answers := [][]byte{
			made.Raw,
			p.Must(t, e.Token, http.MethodGet, one, nil, http.StatusOK).Raw,
			p.Must(t, e.Token, http.MethodGet, customs+"?$select=omaSettings", nil, http.StatusOK).Raw,
			p.Must(t, e.Token, http.MethodPatch, one, object{"omaSettings": []object{{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": uri, "value": "another " + secret, "isEncrypted": true}}}, http.StatusOK).Raw,
			p.Must(t, e.Token, http.MethodPatch, one, object{"omaSettings": []object{{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": uri, "value": "****"}}}, http.StatusOK).Raw,
			p.Must(t, e.Token, http.MethodPost, customs, with(body, "displayName", ""), http.StatusBadRequest).Raw,
			p.Must(t, e.Token, http.MethodGet, audits, nil, http.StatusOK).Raw,
		}
		for i, a := range answers {
			if bytes.Contains(a, []byte("umbrella")) || bytes.Contains(a, []byte("PGVuYWJsZWQvPg==")) {
				t.Errorf("answer %d shows the secret: %s", i, a)
			}
		}
	})
}
