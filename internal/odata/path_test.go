package odata_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/odata"
)

func plainSegments(names ...string) []odata.Segment {
	out := make([]odata.Segment, len(names))
	for i, n := range names {
		out[i].Name = n
	}
	return out
}

func TestPathsAsClientsSendThem(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]odata.Segment{
		"":  nil,
		"/": nil,
		"/deviceManagement/windowsAutopilotDeviceIdentities/0f3e":     plainSegments("deviceManagement", "windowsAutopilotDeviceIdentities", "0f3e"),
		"/deviceManagement/importedWindowsAutopilotDeviceIdentities/": plainSegments("deviceManagement", "importedWindowsAutopilotDeviceIdentities"),
		"/devices(deviceId='1-2')":                                    {{Name: "devices", Call: true, AltKey: map[string]string{"deviceId": "1-2"}}},
		"/devices(deviceId=%271-2%27)":                                {{Name: "devices", Call: true, AltKey: map[string]string{"deviceId": "1-2"}}},
		"/.('a')":                                                     plainSegments(".('a')"),
		"/groups('id')/members":                                       {{Name: "groups", Call: true, HasKey: true, Key: "id"}, {Name: "members"}},
		"/groups(11111111-2222)/$count":                               {{Name: "groups", Call: true, HasKey: true, Key: "11111111-2222"}, {Name: "$count"}},
		"/users/a%40b.c":                                              plainSegments("users", "a@b.c"),
		"/users/o'brien@b.c/manager":                                  plainSegments("users", "o'brien@b.c", "manager"),
		"/users('o''brien@b.c')/manager":                              {{Name: "users", Call: true, HasKey: true, Key: "o'brien@b.c"}, {Name: "manager"}},
		"/users('a/b,c)')/x":                                          {{Name: "users", Call: true, HasKey: true, Key: "a/b,c)"}, {Name: "x"}},
		"/users(%27a%2Fb%27)":                                         {{Name: "users", Call: true, HasKey: true, Key: "a/b"}},
		"/users/a+b":                                                  plainSegments("users", "a+b"),
		"/x/getAuditActivityTypes(category='x')":                      {{Name: "x"}, {Name: "getAuditActivityTypes", Call: true, AltKey: map[string]string{"category": "x"}}},
		"/x/getAuditActivityTypes(category='')":                       {{Name: "x"}, {Name: "getAuditActivityTypes", Call: true, AltKey: map[string]string{"category": ""}}},
		"/x/f(a=1, b='2')":                                            {{Name: "x"}, {Name: "f", Call: true, AltKey: map[string]string{"a": "1", "b": "2"}}},
		"/x/getAuditCategories()":                                     {{Name: "x"}, {Name: "getAuditCategories", Call: true}},
		"/groups/id/members/other/$ref":                               plainSegments("groups", "id", "members", "other", "$ref"),
		"/c/id/microsoft.graph.assign":                                plainSegments("c", "id", "microsoft.graph.assign"),
		"/a/11111111-1111-1111-1111-111111111111_22222222-2222-2222-2222-222222222222_0": plainSegments("a", "11111111-1111-1111-1111-111111111111_22222222-2222-2222-2222-222222222222_0"),
		"/g/Sales%20(EU)%2FNorth": plainSegments("g", "Sales (EU)/North"),
	} {
		got, err := odata.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/a//b", "/a/./b", "/a/../b", "/a/%2e%2e/b", "/a('..')", "/a(..)", "/a(%27.%27)/b", "/a/%zz", "/a/%00", "/a/%ff", "/a?b", "/a#b",
		"/groups('id'", "/groups('id)", "/groups(a b)", "/groups('a','b')", "/f(a='1',a='2')", "/f(a='1',A='2')", "/f(a='1','2')",
		"/f(='1')", "/f(a=)", "/f('a'b)", "/f(a='1',)", "/" + strings.Repeat("a/", 33),
	} {
		if got, err := odata.ParsePath(path); err == nil {
			t.Errorf("%s passed as %+v", path, got)
		} else if e := asError(t, err); e.Code != odata.CodeInvalidPath {
			t.Errorf("%s: %v", path, e)
		}
	}
}

func TestSegmentNamesCompareWithoutCaseAndNamespace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, with string
		want       bool
	}{
		{"Owners", "owners", true},
		{"microsoft.graph.assign", "assign", true},
		{"Microsoft.Graph.Assign", "assign", true},
		{"graph.device", "device", true},
		{"microsoft.graph.assign", "microsoft.graph.assign", true},
		{"assign", "microsoft.graph.assign", false},
		{"microsoft.graph.", "", false},
		{"graph.smith@contoso.com", "graph.smith@contoso.com", true},
	} {
		if got := (odata.Segment{Name: c.name}).Is(c.with); got != c.want {
			t.Errorf("%s is %s: got %v", c.name, c.with, got)
		}
	}
	if got := (odata.Segment{Name: "microsoft.graph.group"}).Bare(); got != "group" {
		t.Errorf("the long namespace leaves %q", got)
	}
}

func TestSpreadGivesRoutersOneForm(t *testing.T) {
	t.Parallel()
	path, err := odata.ParsePath("/groups('id')/members/devices(deviceId='x')")
	if err != nil {
		t.Fatal(err)
	}
	want := append(plainSegments("groups", "id", "members"), odata.Segment{Name: "devices", Call: true, AltKey: map[string]string{"deviceId": "x"}})
	got := odata.Spread(path)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v, ok := got[3].Arg("DEVICEID"); !ok || v != "x" {
		t.Errorf("Arg gives %q, %v", v, ok)
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"/a/b", "/groups('id')/$ref", "/devices(deviceId='1',b=2)/x()", "/users('a''/b')", "/a/%27(/", "/x(%27a%27)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := odata.ParsePath(path)
		if err != nil {
			_ = asError(t, err)
			return
		}
		for _, s := range odata.Spread(segments) {
			if strings.ContainsRune(s.Name, 0) || s.Name == "." || s.Name == ".." {
				t.Fatalf("%q gives the segment %q", path, s.Name)
			}
			if !s.Is(s.Name) || !s.Is(s.Bare()) {
				t.Fatalf("%q is not itself", s.Name)
			}
		}
	})
}
