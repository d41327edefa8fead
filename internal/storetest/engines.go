package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"taxiway/internal/sqlstore"
)

// postgresEnv names the server the tests use; tools/with-postgres sets it.
const postgresEnv = "TEST_POSTGRES_URL"

// Engine makes databases of one kind.
type Engine struct {
	Name string // "sqlite" or "postgres"
	// New gives the options of a fresh database that has its schema and nothing
	// else. It is gone when the test ends.
	New func(t testing.TB) sqlstore.Options
}

// Engines runs run once per engine, as subtests "sqlite" and "postgres". No
// PostgreSQL to be had is a failure, not a skip.
func Engines(t *testing.T, run func(t *testing.T, e Engine)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, Engine{"sqlite", newSQLite})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		p := &postgresPool{admin: postgresServer(t)}
		t.Cleanup(func() { p.drop(t) })
		run(t, Engine{"postgres", p.take})
	})
}

// Open opens a fresh database and closes it when the test ends.
func (e Engine) Open(t testing.TB) *sqlstore.DB {
	t.Helper()
	return Reopen(t, e.New(t))
}

// Reopen opens the database of these options and closes it when the test ends.
func Reopen(t testing.TB, o sqlstore.Options) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open %s: %v", o.URL+o.Dir, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}

// MasterKey is the key of every test database.
func MasterKey() []byte { return []byte("0123456789abcdef0123456789abcdef") }

// clock is a real clock for leases and marks; suites that need another time
// pass it in.
func clock() time.Time { return time.Now() }

func newSQLite(t testing.TB) sqlstore.Options {
	o := EmptySQLite(t)
	CopySQLite(t, o.Dir)
	return o
}

// EmptySQLite gives the options of a data directory without anything.
func EmptySQLite(t testing.TB) sqlstore.Options {
	return sqlstore.Options{Dir: t.TempDir(), MasterKey: MasterKey(), Clock: clock, MaxConns: 4}
}

func postgresServer(t testing.TB) string {
	t.Helper()
	admin := os.Getenv(postgresEnv)
	if admin == "" {
		t.Fatal("no PostgreSQL: run make test, or set " + postgresEnv)
	}
	return admin
}

func postgresOptions(address string) sqlstore.Options {
	return sqlstore.Options{URL: address, MasterKey: MasterKey(), Clock: clock, MaxConns: 6}
}

// EmptyPostgres gives the options of a PostgreSQL database without a schema.
func EmptyPostgres(t testing.TB) sqlstore.Options {
	t.Helper()
	admin := postgresServer(t)
	name, err := createPostgres(admin, "")
	if err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() { dropPostgres(t, admin, name) })
	return postgresOptions(withDatabase(admin, name))
}

func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	return u.String()
}

func randomName(prefix string) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}
