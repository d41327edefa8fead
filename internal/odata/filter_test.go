package odata_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"taxiway/internal/odata"
)

// table is a resource with one property of every kind.
var table = &odata.Table{
	Name: "microsoft.graph.testDevice",
	Properties: []odata.Property{
		{Name: "id", Type: odata.String, Filter: true},
		{Name: "displayName", Type: odata.String, Filter: true, Sort: true, Search: true},
		{Name: "serialNumber", Type: odata.String, Filter: true, Sort: true, Search: true},
		{Name: "groupTag", Type: odata.String, Filter: true, AdvancedSort: true, Sort: true},
		{Name: "model", Type: odata.String, Filter: true, Ops: []odata.Op{odata.Eq}},
		{Name: "managedDeviceId", Type: odata.String, Filter: true},
		{Name: "deviceId", Type: odata.GUID, Filter: true, Search: true},
		{Name: "accountEnabled", Type: odata.Bool, Filter: true},
		{Name: "osYear", Type: odata.Int, Filter: true},
		{Name: "lastContact", Type: odata.Time, Filter: true, Sort: true},
		{Name: "enrollmentState", Type: odata.Enum, TypeName: "enrollmentState", Filter: true, Enum: []string{"unknown", "enrolled", "failed"}},
		{Name: "physicalIds", Type: odata.Strings, Filter: true},
		{Name: "state", Type: odata.Complex, Filter: true},
		{Name: "state/deviceImportStatus", Type: odata.Enum, Filter: true, Enum: []string{"unknown", "error"}},
		{Name: "hardwareHash", Type: odata.Binary, OnSelect: true},
		{Name: "joinType", Type: odata.String, Filter: true, BetaOnly: true},
		{Name: "isManaged", Type: odata.Bool, Filter: true, Advanced: true},
	},
	Navigations: []string{"deploymentProfile", "intendedDeploymentProfile"},
}

// typedID stands for the typed ids of the subjects.
type typedID string

type row struct {
	name   string
	values map[string]any
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// devices leave a property out to mean null.
var devices = func() []row {
	hello := "Kiosk"
	return []row{
		{"one", map[string]any{
			"displayName": "PC-One", "serialNumber": "SN-5-0001", "groupTag": &hello, "accountEnabled": true, "osYear": 2024,
			"deviceId": typedID("11111111-2222-3333-4444-55555555abcd"), "managedDeviceId": "00000000-0000-0000-0000-000000000000",
			"lastContact": at("2025-12-31T23:59:59Z"), "enrollmentState": "enrolled", "physicalIds": []string{"[ZTDID]:1", "[OrderID]:Kiosk"},
		}},
		{"two", map[string]any{
			"displayName": "PC-Two", "serialNumber": "X2", "groupTag": "KIOSK", "accountEnabled": false, "osYear": int32(2025),
			"deviceId": "ABCDEFAB-2222-3333-4444-555555555555", "lastContact": at("2026-02-01T12:00:00Z"),
			"physicalIds": []typedID{"[ZTDID]:2", "[OrderID]:Office"}, "groupTagX": nil,
		}},
		{"three", map[string]any{
			"displayName": "O'Neill's PC", "serialNumber": "X3", "accountEnabled": true, "groupTag": (*string)(nil),
			"lastContact": at("0001-01-01T00:00:00Z"), "enrollmentState": "failed", "physicalIds": []string{"[GID]:g"},
		}},
		{"four", map[string]any{"displayName": "PC_100%", "serialNumber": "sn-5-0002", "physicalIds": []string{}}},
		{"five", map[string]any{"displayName": "Last", "groupTag": "", "osYear": -5, "state": struct{}{}, "state/deviceImportStatus": "error"}},
	}
}()

type filterCase struct{ name, filter, is, matches, fails string }

func filterCases(tb testing.TB) []filterCase {
	data, err := os.ReadFile("testdata/filter.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	var out []filterCase
	for _, f := range txtar.Parse(data).Files {
		c := filterCase{name: f.Name}
		for line := range strings.Lines(string(f.Data)) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
			value = strings.TrimSpace(value)
			switch {
			case key == "filter":
				c.filter = value
			case key == "is":
				c.is = value
			case key == "matches":
				c.matches = value
			case key == "error":
				c.fails = value
			case ok || key != "":
				tb.Fatalf("%s: unknown line %q", f.Name, line)
			}
		}
		if c.is == "" {
			c.is = c.filter
		}
		out = append(out, c)
	}
	if len(out) < 60 {
		tb.Fatalf("only %d cases read", len(out))
	}
	return out
}

func TestFilterCases(t *testing.T) {
	t.Parallel()
	for _, c := range filterCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := odata.ParseFilter(c.filter, table, odata.Options{})
			if c.fails != "" {
				code, pos, _ := strings.Cut(c.fails, " ")
				fault := asError(t, err)
				if fault.Code != code || strconv.Itoa(fault.Pos) != pos || fault.Option != "$filter" || fault.Message == "" {
					t.Fatalf("got %s at %d, want %s: %v", fault.Code, fault.Pos, c.fails, fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.is, e.String()); diff != "" {
				t.Errorf("canonical form (-want +got):\n%s", diff)
			}
			var got []string
			for _, d := range devices {
				if e.Match(func(p string) any { return d.values[p] }) {
					got = append(got, d.name)
				}
			}
			if diff := cmp.Diff(strings.Fields(c.matches), got); diff != "" && len(got)+len(strings.Fields(c.matches)) > 0 {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

func asError(t *testing.T, err error) *odata.Error {
	t.Helper()
	var e *odata.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *odata.Error", err, err)
	}
	return e
}

func TestFilterLimitsAreNamed(t *testing.T) {
	t.Parallel()
	deep := func(n int) string {
		return strings.Repeat("(", n) + "osYear eq 1" + strings.Repeat(")", n)
	}
	nots := func(n int) string { return strings.Repeat("not ", n) + "accountEnabled" }
	list := func(n int) string { return "osYear in (" + strings.Repeat("1,", n-1) + "1)" }
	for _, c := range []struct{ name, filter, code string }{
		{"50 parentheses are allowed", deep(50), ""},
		{"51 parentheses are not", deep(51), odata.CodeTooDeep},
		{"100,000 parentheses are not", deep(100_000), odata.CodeTooDeep},
		{"50 nots are allowed", nots(50), ""},
		{"51 nots are not", nots(51), odata.CodeTooDeep},
		{"lowered text counts as a level", strings.Repeat("tolower(", 51) + "displayName" + strings.Repeat(")", 51) + " eq 'a'", odata.CodeTooDeep},
		{"500 values are allowed", list(500), ""},
		{"501 values are not", list(501), odata.CodeTooComplex},
		{"250 conditions are allowed", strings.Repeat("osYear eq 1 or ", 249) + "osYear eq 1", ""},
		{"300 conditions are not", strings.Repeat("osYear eq 1 or ", 299) + "osYear eq 1", odata.CodeTooComplex},
		{"functions do not nest without end", strings.Repeat("contains(", 100_000), odata.CodeInvalidFilter},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := odata.ParseFilter(c.filter, table, odata.Options{})
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if got := asError(t, err).Code; got != c.code {
				t.Fatalf("got %s, want %s", got, c.code)
			}
		})
	}
}

func TestFilterRefusesWhatIsNotText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"displayName eq 'a\x00b'", "displayName eq '\xff'"} {
		if _, err := odata.ParseFilter(text, table, odata.Options{}); asError(t, err).Code != odata.CodeInvalidFilter {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFilterTreeIsWhatAStoreTranslates(t *testing.T) {
	t.Parallel()
	e, err := odata.ParseFilter("physicalIds/any(p:p eq 'x') and (osYear in (1,2) or displayName ne null)", table, odata.Options{})
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) *odata.Property {
		p, ok := table.Find(name)
		if !ok {
			t.Fatal(name)
		}
		return p
	}
	want := &odata.Expr{Op: odata.And, Args: []*odata.Expr{
		{Op: odata.Any, Property: find("PhysicalIDs"), Args: []*odata.Expr{
			{Op: odata.Eq, Value: odata.Literal{Kind: odata.KindString, String: "x"}},
		}},
		{Op: odata.Or, Args: []*odata.Expr{
			{Op: odata.In, Property: find("osyear"), Values: []odata.Literal{{Kind: odata.KindInt, Int: 1}, {Kind: odata.KindInt, Int: 2}}},
			{Op: odata.Ne, Property: find("displayName")},
		}},
	}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	count := 0
	e.Walk(func(*odata.Expr) { count++ })
	if count != 6 {
		t.Errorf("Walk saw %d nodes, want 6", count)
	}
}

func FuzzFilter(f *testing.F) {
	for _, c := range filterCases(f) {
		f.Add(c.filter, 50, 500)
	}
	f.Add("contains(displayName,'a') eq false", 1, 3)
	f.Add("physicalIds/any(p:not (p eq 'x' or p eq 'y')) ne true", 2, 9)
	f.Fuzz(func(t *testing.T, text string, depth, nodes int) {
		opt := odata.Options{MaxDepth: depth % 60, MaxNodes: nodes % 600, Beta: true, Eventual: true}
		e, err := odata.ParseFilter(text, table, opt)
		if err != nil {
			_ = asError(t, err)
			return
		}
		canonical := e.String()
		again, err := odata.ParseFilter(canonical, table, opt)
		if err != nil {
			t.Fatalf("%q gives %q, which does not parse: %v", text, canonical, err)
		}
		if again.String() != canonical {
			t.Fatalf("%q gives %q, then %q", text, canonical, again)
		}
		for _, d := range devices {
			get := func(p string) any { return d.values[p] }
			if e.Match(get) != again.Match(get) {
				t.Fatalf("%q and %q differ on %s", text, canonical, d.name)
			}
		}
	})
}
