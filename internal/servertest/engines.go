package servertest

import (
	"context"
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver that makes test databases

	"taxiway/internal/storetest"
)

// Database is where a world keeps its data.
type Database struct {
	Engine string // sqlite or postgres
	URL    string // empty for SQLite
}

// Engines runs the test once on each database, as subtests named sqlite and
// postgres. No PostgreSQL is a failure: make test brings one.
func Engines(t *testing.T, test func(t *testing.T, db Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Database{Engine: "sqlite"}) })
	t.Run("postgres", func(t *testing.T) { test(t, NewPostgres(t)) })
}

// NewPostgres gives a database that has its schema and nothing else; it is gone
// when the test ends.
func NewPostgres(t testing.TB) Database {
	t.Helper()
	return Database{Engine: "postgres", URL: storetest.CopyPostgres(t)}
}

// Load gives a database with what a dump makes in it, as psql would.
func Load(t testing.TB, dump string) Database {
	t.Helper()
	db := Database{Engine: "postgres", URL: storetest.EmptyPostgres(t).URL}
	conn, err := sql.Open("pgx", db.URL)
	if err != nil {
		t.Fatalf("open the test server: %v", err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Errorf("close the test server: %v", err)
		}
	}()
	if _, err := conn.ExecContext(context.Background(), dump); err != nil {
		t.Fatalf("load the dump: %v", err)
	}
	return db
}
