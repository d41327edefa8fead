package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"taxiway/internal/enrollment"
)

const installerMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

func TestAnAppIsPublishedByItsFileAndThenAssigned(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	app := "/beta/deviceAppManagement/mobileApps/" + ids["app"]
	file := installerMagic + strings.Repeat("x", 2<<20)
	w := send(t, s, everything(), http.MethodPut, app+"/content", file, "Content-Type", "application/octet-stream", "Content-Disposition", `attachment; filename="C:\\in\\tool.msi"`)
	got := decode[map[string]any](t, w)
	if w.Code != http.StatusOK || got["publishingState"] != "published" || got["committedContentVersion"] != "1" || got["fileName"] != "tool.msi" || got["size"] != float64(len(file)) {
		t.Fatalf("answer %d %s", w.Code, w.Body)
	}
	stored, err := s.db.GetPolicy(t.Context(), tenant, enrollment.PolicyID(ids["app"]))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(file))
	if hex.EncodeToString(stored.App.SHA256) != hex.EncodeToString(sum[:]) {
		t.Errorf("hash %x, want %x", stored.App.SHA256, sum)
	}
	w = send(t, s, everything(), http.MethodPost, app+"/assign", map[string]any{"mobileAppAssignments": []any{
		map[string]any{"intent": "required", "target": map[string]any{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": ids["group"]}},
		map[string]any{"intent": "Uninstall", "target": map[string]any{"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}},
	}})
	if w.Code != http.StatusNoContent {
		t.Fatalf("assign: %d %s", w.Code, w.Body)
	}
	type assignment struct {
		ID, Intent string
		Target     struct {
			Type    string `json:"@odata.type"`
			GroupID string
		}
	}
	list := decode[struct{ Value []assignment }](t, send(t, s, everything(), http.MethodGet, app+"/assignments", nil)).Value
	if len(list) != 2 || list[0].Intent != "required" && list[1].Intent != "required" {
		t.Fatalf("assignments = %+v", list)
	}
	one := decode[assignment](t, send(t, s, everything(), http.MethodGet, app+"/assignments/"+list[1].ID, nil))
	if one != list[1] {
		t.Errorf("one assignment = %+v, want %+v", one, list[1])
	}
	if w := send(t, s, everything(), http.MethodGet, app+"/assignments/"+ids["app"], nil); w.Code != http.StatusNotFound {
		t.Errorf("an assignment that is none: %d", w.Code)
	}
	expanded := decode[struct {
		IsAssigned  bool
		Assignments []assignment
	}](t, send(t, s, everything(), http.MethodGet, app+"?$expand=assignments", nil))
	if !expanded.IsAssigned || len(expanded.Assignments) != 2 {
		t.Errorf("expanded = %+v", expanded)
	}
	if w := send(t, s, everything(), http.MethodPost, app+"/assign", map[string]any{"mobileAppAssignments": []any{}}); w.Code != http.StatusNoContent {
		t.Errorf("end all assignments: %d %s", w.Code, w.Body)
	}
	if w := send(t, s, everything(), http.MethodDelete, app, nil); w.Code != http.StatusNoContent {
		t.Errorf("delete: %d %s", w.Code, w.Body)
	}
	rows, err := s.db.CountRows(t.Context(), tenant)
	if err != nil || rows["app_contents"] != 0 {
		t.Errorf("%d pieces are left, %v", rows["app_contents"], err)
	}
}

func TestAFileIsRefusedByItsTypeItsSizeAndItsVersion(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	path := "/v1.0/deviceAppManagement/mobileApps/" + ids["app"] + "/content"
	for _, c := range []struct {
		name    string
		body    string
		headers []string
		status  int
		code    string
	}{
		{"JSON", `{}`, nil, http.StatusUnsupportedMediaType, "UnsupportedMediaType"},
		{"gzip", installerMagic, []string{"Content-Type", "application/octet-stream", "Content-Encoding", "gzip"}, http.StatusUnsupportedMediaType, "UnsupportedContentEncoding"},
		{"too large", installerMagic + strings.Repeat("x", 4<<20), []string{"Content-Type", "application/x-msi"}, http.StatusRequestEntityTooLarge, "ContentTooLarge"},
		{"of an older version", installerMagic, []string{"Content-Type", "application/octet-stream", "If-Match", `W/"7"`}, http.StatusPreconditionFailed, "PreconditionFailed"},
		{"named like a program", installerMagic, []string{"Content-Type", "application/octet-stream", "Content-Disposition", `attachment; filename="setup.exe"`}, http.StatusBadRequest, "InvalidFileName"},
		{"a script", "#!/bin/sh", []string{"Content-Type", "application/octet-stream"}, http.StatusBadRequest, "NotAnInstaller"},
	} {
		w := send(t, s, everything(), http.MethodPut, path, c.body, c.headers...)
		if e := decode[errorBody](t, w).Error; w.Code != c.status || e.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.name, w.Code, e.Code, c.status, c.code)
		}
	}
	rows, err := s.db.CountRows(t.Context(), tenant)
	if err != nil || rows["app_contents"] != 0 {
		t.Errorf("%d pieces are left, %v", rows["app_contents"], err)
	}
}

func TestOnlyWhatItIsForIsKeptOfAnApp(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for i, c := range []struct {
		property string
		value    any
	}{
		{"largeIcon", "text"},
		{"largeIcon", map[string]any{"type": "image/png", "value": "x", "more": "y"}},
		{"largeIcon", map[string]any{"value": 3}},
		{"isFeatured", "yes"},
		{"notes", 5},
		{"owner", []string{"x"}},
		{"informationUrl", true},
		{"notes", strings.Repeat("x", 600<<10)},
	} {
		w := send(t, s, everything(), http.MethodPost, "/beta/deviceAppManagement/mobileApps", map[string]any{
			"@odata.type": "#microsoft.graph.windowsMobileMSI", "displayName": "App " + strconv.Itoa(i), "productCode": "{12345678-1234-4234-8234-123456789abc}", "productVersion": "1.0",
			c.property: c.value,
		})
		if e := decode[errorBody](t, w).Error; w.Code < 400 || w.Code >= 500 || len(e.Details) == 0 {
			t.Errorf("%s = %.40v: %d %s", c.property, c.value, w.Code, w.Body)
		}
	}
}
