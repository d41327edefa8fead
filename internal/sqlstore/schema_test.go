package sqlstore_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// forbidden are words of SQL whose meaning differs between the engines.
var forbidden = regexp.MustCompile(`(?i)\bNOW\(\)|\bCURRENT_TIMESTAMP\b|\bI?LIKE\b|\bANY\s*\(|\bARRAY\b|->>?|\bUNNEST\b|\bGREATEST\(|\bIFNULL\(|\bSTRFTIME\b|::\w|\bSERIAL\b|\bOFFSET\b|\bTRIGGER\b|pg_advisory|\bLISTEN\b|\bNOTIFY\b`)

var (
	goString = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")
	isSQL    = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|WHERE|FROM|ORDER BY|ON CONFLICT|AND|VALUES)\b`)
)

func TestSharedSQLSpeaksNoDialect(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range goString.FindAllString(string(text), -1) {
			// The catalogs have no common form.
			if !isSQL.MatchString(s) || strings.Contains(s, "pg_catalog") || strings.Contains(s, "sqlite_master") {
				continue
			}
			checked++
			if word := forbidden.FindString(s); word != "" {
				t.Errorf("%s: %q in %s", name, word, s)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d statements were looked at", checked)
	}
	for _, bad := range []string{"SELECT now()", "SELECT a WHERE b LIKE 'x%'", "WHERE a = ANY($1)", "SELECT a->>'b'", "SELECT $1::uuid", "LIMIT 5 OFFSET 10"} {
		if !forbidden.MatchString(bad) {
			t.Errorf("%q is not found", bad)
		}
	}
}

func TestTheTablesReadFromTheMigrationsAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		db := e.Open(t)
		want, err := sqlstore.Tables()
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.TableNames(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), got); diff != "" {
			t.Errorf("tables (-migrations +database):\n%s", diff)
		}
		var ofTenants []string
		for _, table := range got {
			columns, err := db.Columns(t.Context(), table)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[table], columns); diff != "" {
				t.Errorf("columns of %s (-migrations +database):\n%s", table, diff)
			}
			if slices.Contains(columns, "tenant_id") {
				ofTenants = append(ofTenants, table)
			}
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(sqlstore.TenantTables())), ofTenants); diff != "" {
			t.Errorf("tables with a tenant_id, and those that DeleteTenant empties (-deleted +there):\n%s", diff)
		}
	})
}

func wantFault(t *testing.T, err error, kind fault.Kind, code, words string) {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != kind || e.Code != code || !strings.Contains(e.Message, words) {
		t.Fatalf("error = %v, want kind %d, code %s and %q in the message", err, kind, code, words)
	}
}

func TestANewerSQLiteFileIsRefused(t *testing.T) {
	t.Parallel()
	o := sqlstore.Options{Dir: t.TempDir(), MasterKey: storetest.MasterKey(), Clock: clock}
	db := storetest.Reopen(t, o)
	ok(t, db.SchemaAt(t.Context(), sqlstore.SchemaVersion+1))
	ok(t, db.Close())
	_, err := sqlstore.Open(t.Context(), o)
	wantFault(t, err, fault.Precondition, "SchemaTooNew", "upgrade taxiway")
	o.ReadOnly = true
	_, err = sqlstore.Open(t.Context(), o)
	wantFault(t, err, fault.Precondition, "SchemaTooNew", "upgrade taxiway")
}

func TestAReadOnlySQLiteIsNeverMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: dir, MasterKey: storetest.MasterKey(), Clock: clock, ReadOnly: true})
	wantFault(t, err, fault.NotFound, "NoDatabase", dir)
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("files = %v, want none", files)
	}
}

func TestAReadOnlyDatabaseTakesNoWrite(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		o := e.New(t)
		ok(t, storetest.Reopen(t, o).Ping(t.Context()))
		o.ReadOnly = true
		db := storetest.Reopen(t, o)
		err := db.InTx(t.Context(), func(*sqlstore.Tx) error { return nil })
		wantFault(t, err, fault.Unavailable, "ReadOnly", "reading only")
		if _, err := db.ListTenants(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestPostgreSQLIsMigratedOnlyWhenTold(t *testing.T) {
	t.Parallel()
	o := storetest.EmptyPostgres(t)
	_, err := sqlstore.Open(t.Context(), o)
	wantFault(t, err, fault.Precondition, "SchemaTooOld", "taxiway migrate")
	for range 2 {
		ok(t, sqlstore.Migrate(t.Context(), o))
	}
	db := storetest.Reopen(t, o)
	ok(t, db.SchemaAt(t.Context(), sqlstore.SchemaVersion+1))
	_, err = sqlstore.Open(t.Context(), o)
	wantFault(t, err, fault.Precondition, "SchemaTooNew", "upgrade taxiway")
	wantFault(t, sqlstore.Migrate(t.Context(), o), fault.Precondition, "SchemaTooNew", "upgrade taxiway")
}

func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	db := storetest.Reopen(t, sqlstore.Options{Dir: dir, MasterKey: storetest.MasterKey(), Clock: clock})
	ok(t, db.Ping(t.Context()))
	entries, err := os.ReadDir(dir)
	ok(t, err)
	if len(entries) < 3 {
		t.Errorf("files = %v, want the database, its WAL and its index", entries)
	}
	info, err := os.Stat(dir)
	ok(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("directory mode = %o", info.Mode().Perm())
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}
