package bench_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/bench"
	"taxiway/internal/fault"
	"taxiway/internal/servertest"
)

// tiny is as little as every benchmark can measure.
func tiny(t *testing.T, names ...string) bench.Options {
	t.Helper()
	// t.TempDir names the whole test, which is too long for a Unix socket.
	dir, err := os.MkdirTemp("", "bench") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return bench.Options{Names: names, Count: 40, Size: 1_200, Rounds: 2, Calls: 4, Clients: 2, Seed: 7, Dir: dir, Command: "taxiway bench", Version: "test", Now: time.Now}
}

// measure runs the benchmarks and returns the report as a program reads it.
func measure(t *testing.T, o bench.Options) map[string]any {
	t.Helper()
	report, err := bench.Run(t.Context(), o)
	if err != nil {
		t.Fatalf("run %v: %v", o.Names, err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, row := range report.Rows {
		if !strings.Contains(table.String(), row.What) {
			t.Errorf("the table does not show %q", row.What)
		}
	}
	left, err := os.ReadDir(o.Dir)
	if err != nil || len(left) > 0 {
		t.Errorf("the throw-away directory was left behind: %v %v", left, err)
	}
	return out
}

// checkRows looks at the shape of the rows and returns what they measured.
func checkRows(t *testing.T, report map[string]any, database string) []string {
	t.Helper()
	rows, _ := report["rows"].([]any)
	var whats []string
	for _, x := range rows {
		row, ok := x.(map[string]any)
		if !ok {
			t.Fatalf("a row is %T", x)
		}
		for _, key := range []string{"benchmark", "what", "unit", "limitWhat", "limitedBy"} {
			if s, _ := row[key].(string); s == "" {
				t.Errorf("%v: %s is empty", row["what"], key)
			}
		}
		for _, key := range []string{"figure", "limit", "ratio", "ratioLow", "ratioHigh"} {
			if v, _ := row[key].(float64); v <= 0 {
				t.Errorf("%v: %s is %v, not positive", row["what"], key, row[key])
			}
		}
		figure, _ := row["figure"].(float64)
		limit, _ := row["limit"].(float64)
		ratio, _ := row["ratio"].(float64)
		if q := ratio * limit / figure; q < 0.999 || q > 1.001 {
			t.Errorf("%v: the ratio %v is not %v by %v", row["what"], ratio, figure, limit)
		}
		if _, judged := row["met"].(bool); judged != (row["target"] != nil) {
			t.Errorf("%v: target and verdict do not go together", row["what"])
		}
		if got, _ := row["database"].(string); got != database {
			t.Errorf("%v: measured on %q, not on %q", row["what"], got, database)
		}
		name, _ := row["benchmark"].(string)
		unit, _ := row["unit"].(string)
		whats = append(whats, name+" "+unit)
	}
	return whats
}

func TestRulesAreMeasuredWithoutADatabase(t *testing.T) {
	t.Parallel()
	report := measure(t, tiny(t, "rules"))
	got := checkRows(t, report, "")
	if diff := cmp.Diff([]string{"rules µs", "rules µs", "rules µs", "rules µs", "rules µs"}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	keys := slices.Sorted(maps.Keys(report))
	if diff := cmp.Diff([]string{"command", "databases", "machine", "rounds", "rows", "seed", "startedAt", "version"}, keys); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	machine, _ := report["machine"].(map[string]any)
	for _, key := range []string{"cpu", "cores", "os", "arch", "go"} {
		if machine[key] == nil || machine[key] == "" {
			t.Errorf("the machine's %s is not named", key)
		}
	}
}

// Each benchmark checks its outcomes by itself: all PCs Assigned with the
// profile of their tag, groups with the members they must have, PCs handed the
// right profile, certificates for the keys that were sent, a row for each PC
// that was answered, sessions that end. It ends in an error otherwise.
func TestEveryBenchmarkOfTheStoreDoesItsWorkOnBothDatabases(t *testing.T) {
	t.Parallel()
	want := []string{
		"import rows/s", "import rows/s", "change ms", "change ms", "change ms", "newrule ms", "newrule rows/s",
		"list ms", "list ms", "filter ms", "filter ms", "batch ms",
		"profile requests/s", "profile requests/s", "profile requests/s", "enrol PCs/s/core", "enrol PCs/s/core", "checkin sessions/s/core", "checkin sessions/s/core",
	}
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		o := tiny(t, "import", "change", "newrule", "list", "filter", "batch", "profile", "enrol", "checkin")
		o.Databases = []string{address(db)}
		report := measure(t, o)
		if diff := cmp.Diff(want, checkRows(t, report, db.Engine)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		databases, _ := report["databases"].([]any)
		if len(databases) != 1 {
			t.Fatalf("the report names %d databases", len(databases))
		}
		info, _ := databases[0].(map[string]any)
		for _, key := range []string{"engine", "version", "durability"} {
			if s, _ := info[key].(string); s == "" {
				t.Errorf("the database's %s is not named", key)
			}
		}
	})
}

func TestABenchmarkAloneRegistersThePCsItNeeds(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		o := tiny(t, "change")
		o.Databases = []string{address(db)}
		if diff := cmp.Diff([]string{"change ms", "change ms", "change ms"}, checkRows(t, measure(t, o), db.Engine)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// address is the database's as an option.
func address(db servertest.Database) string {
	if db.URL == "" {
		return db.Engine
	}
	return db.URL
}

func TestOptionsThatMakeNoSenseAreRefusedWithAField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*bench.Options)
		target string
	}{
		"unknown benchmark":      {func(o *bench.Options) { o.Names = []string{"speed"} }, "benchmark"},
		"unknown database":       {func(o *bench.Options) { o.Databases = []string{"mysql://localhost"} }, "database"},
		"database not reachable": {func(o *bench.Options) { o.Databases = []string{"postgres://nobody@127.0.0.1:1/none"} }, "database"},
		"too few PCs":            {func(o *bench.Options) { o.Count = 3 }, "count"},
		"negative rounds":        {func(o *bench.Options) { o.Rounds = -1 }, "rounds"},
		"too many clients":       {func(o *bench.Options) { o.Clients = 1_000 }, "clients"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := tiny(t, "change")
			tc.change(&o)
			_, err := bench.Run(t.Context(), o)
			f, ok := fault.As(err)
			if !ok || len(f.Details) != 1 || f.Details[0].Target != tc.target || f.Details[0].Remedy == "" {
				t.Errorf("got %v, want a fault that names %s", err, tc.target)
			}
		})
	}
}
