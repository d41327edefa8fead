package servertest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver that makes test databases
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

// NewPostgres makes an empty database that is dropped when the test ends.
func NewPostgres(t testing.TB) Database {
	t.Helper()
	base := os.Getenv("TEST_POSTGRES_URL")
	if base == "" {
		t.Fatal("no PostgreSQL for the test: run it with make test, or set TEST_POSTGRES_URL")
	}
	name := "w" + strings.ReplaceAll(uuid.NewString(), "-", "")
	admin(t, base, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("parse TEST_POSTGRES_URL: %v", err)
	}
	u.Path = "/" + name
	return Database{Engine: "postgres", URL: u.String()}
}

func admin(t testing.TB, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatalf("open the test server: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test server: %v", err)
		}
	}()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", statement, err))
	}
}

// Load runs a dump on the database, as psql would.
func Load(t testing.TB, db Database, dump string) {
	t.Helper()
	admin(t, db.URL, dump)
}
