package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"taxiway/internal/access"
)

type previewAnswer struct {
	MemberType *string `json:"memberType"`
	Error      *struct {
		Code             string
		Position, Length int
		Message          string
	} `json:"membershipRuleError"`
	Warnings  []struct{ Position int } `json:"membershipRuleWarnings"`
	Matching  int                      `json:"matchingCount"`
	Evaluated int                      `json:"evaluatedCount"`
	Complete  bool                     `json:"isComplete"`
	Members   []struct {
		ID, DisplayName string
		GroupTag        *string
	}
}

func previewOf(t *testing.T, s *stack, ctx context.Context, text string) previewAnswer { //nolint:revive // t first reads better in tests
	t.Helper()
	w := send(t, s, ctx, http.MethodPost, "/beta/groups/previewDynamicMembership", map[string]any{"membershipRule": text})
	if w.Code != http.StatusOK {
		t.Fatalf("preview of %s: %d %s", text, w.Code, w.Body)
	}
	return decode[previewAnswer](t, w)
}

// A preview says beforehand what a saved rule makes of the same objects.
func TestAPreviewCountsWhomTheSavedRuleTakes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for i := range 25 {
		serial := fmt.Sprintf("PV-%03d", i)
		body := map[string]any{"serialNumber": serial, "hardwareIdentifier": hashOf(t, serial)}
		if i < 22 {
			body["groupTag"] = "Kiosk"
		}
		if w := send(t, s, everything(), http.MethodPost, "/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", body); w.Code != http.StatusCreated {
			t.Fatalf("import %s: %d %s", serial, w.Code, w.Body)
		}
	}
	const tagged = `device.devicePhysicalIds -any (_ -eq "[OrderID]:kiosk")`
	for text, want := range map[string][3]int{ // matching, evaluated, shown
		tagged: {22, 22, 20},
		`(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))`:                     {25, 25, 20},
		`device.devicePhysicalIds -all (_ -notStartsWith "[OrderID]")`:                  {3, 25, 3},
		`device.devicePhysicalIds -any (_ -eq "[OrderID]:x' or 'a")`:                    {0, 0, 0},
		`device.deviceOwnership -eq "Corporate" or device.deviceTrustType -eq "Nobody"`: {0, 25, 0},
	} {
		got := previewOf(t, s, everything(), text)
		if got.Matching != want[0] || got.Evaluated != want[1] || len(got.Members) != want[2] || !got.Complete || got.MemberType == nil || *got.MemberType != "device" {
			t.Errorf("%s: %+v, want %v", text, got, want)
		}
	}
	first := previewOf(t, s, everything(), tagged).Members[0]
	if first.ID == "" || first.DisplayName == "" || first.GroupTag == nil || *first.GroupTag != "Kiosk" {
		t.Errorf("the first member is %+v", first)
	}
	made := decode[struct{ ID, MembershipType string }](t, send(t, s, everything(), http.MethodPost, "/beta/groups", map[string]any{
		"displayName": "Kiosks", "mailNickname": "kiosks", "mailEnabled": false, "securityEnabled": true, "groupTypes": []string{"DynamicMembership"}, "membershipRule": tagged,
	}))
	if made.MembershipType != "DynamicDevice" {
		t.Errorf("the group is %s", made.MembershipType)
	}
	if w := send(t, s, everything(), http.MethodGet, "/v1.0/groups/"+made.ID+"/members/$count", nil, "ConsistencyLevel", "eventual"); w.Body.String() != "22" {
		t.Errorf("the saved rule takes %s", w.Body)
	}
	for kind, want := range map[string]int{"DynamicDevice": 1, "DynamicUser": 0, "Assigned": 0} {
		page := decode[struct{ Value []struct{ ID string } }](t, send(t, s, everything(), http.MethodGet, "/beta/groups?$filter=membershipType%20eq%20'"+kind+"'", nil))
		if len(page.Value) != want {
			t.Errorf("%d groups are %s", len(page.Value), kind)
		}
	}
	if got := previewOf(t, s, stranger(), tagged); got.Matching != 0 || got.Evaluated != 0 {
		t.Errorf("another tenant sees %+v", got)
	}
}

func TestAPreviewSaysWhereARuleIsWrong(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	got := previewOf(t, s, everything(), `device.deviceModel -eq "ö" device.deviceOwnership -eq "Company"`)
	if got.Error == nil || got.Error.Code != "UnexpectedToken" || got.Error.Position != 27 || got.Error.Length != len("device.deviceOwnership") || got.MemberType != nil {
		t.Errorf("a missing -and: %+v %+v", got, got.Error)
	}
	if got := previewOf(t, s, everything(), `device.deviceModel -eq `); got.Error == nil || got.Error.Length != 0 {
		t.Errorf("an open end: %+v", got.Error)
	}
	if got := previewOf(t, s, everything(), ``); got.Error == nil || got.Error.Code != "EmptyRule" {
		t.Errorf("no rule: %+v", got.Error)
	}
	if got := previewOf(t, s, everything(), `device.deviceOwnership -eq "Corporate"`); got.Error != nil || len(got.Warnings) != 1 {
		t.Errorf("a value that never is: %+v", got)
	}
}

func TestAPreviewOfPeopleNeedsToReadPeople(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	registerOne(t, s)
	const everybody = "user.objectId -ne null"
	devices := as(access.GroupReadAll, access.DeviceReadAll)
	if w := send(t, s, devices, http.MethodPost, "/beta/groups/previewDynamicMembership", map[string]any{"membershipRule": everybody}); w.Code != http.StatusForbidden {
		t.Errorf("without User.Read.All: %d %s", w.Code, w.Body)
	}
	if got := previewOf(t, s, as(access.GroupReadAll, access.DeviceReadAll, access.UserReadAll), everybody); got.Matching != 1 || *got.MemberType != "user" {
		t.Errorf("everybody is %+v", got)
	}
	if got := previewOf(t, s, devices, "device.objectId -ne null"); got.Matching != 1 {
		t.Errorf("every device is %+v", got)
	}
}

func TestTheRuleLanguageIsListed(t *testing.T) {
	t.Parallel()
	h := edge(t, nil)
	w := send(t, h, as(access.GroupReadAll), http.MethodGet, "/beta/groups/membershipRuleProperties", nil)
	page := decode[struct {
		Value []struct {
			Object, Name, Type string
			Operators, Values  []string
		}
	}](t, w)
	seen := map[string]int{}
	for _, p := range page.Value {
		seen[p.Object]++
		if p.Name == "" || p.Type == "" || len(p.Operators) == 0 || p.Values == nil {
			t.Errorf("%+v is incomplete", p)
		}
	}
	if seen["device"] < 30 || seen["user"] < 40 || seen["assignedPlan"] != 3 {
		t.Errorf("listed: %v", seen)
	}
}
