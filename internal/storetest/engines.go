package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"sync"
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
	// New gives the options of a fresh, empty database; a PostgreSQL one has
	// its schema already. It is gone when the test ends.
	New func(t testing.TB) sqlstore.Options
}

// Engines runs run once per engine, as subtests "sqlite" and "postgres". No
// PostgreSQL to be had is a failure, not a skip.
func Engines(t *testing.T, run func(t *testing.T, e Engine)) {
	t.Helper()
	for _, e := range []Engine{{"sqlite", newSQLite}, {"postgres", newPostgres}} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			run(t, e)
		})
	}
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
func clock() time.Time { return time.Now() } //nolint:forbidigo // test support stands for the composition root

func newSQLite(t testing.TB) sqlstore.Options {
	return sqlstore.Options{Dir: t.TempDir(), MasterKey: MasterKey(), Clock: clock, MaxConns: 4}
}

func newPostgres(t testing.TB) sqlstore.Options {
	t.Helper()
	admin := os.Getenv(postgresEnv)
	if admin == "" {
		t.Fatal("no PostgreSQL: run make test, or set " + postgresEnv)
	}
	template, err := postgresTemplate(admin)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	name := randomName("taxiway_test_")
	if err := execute(admin, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return postgresOptions(withDatabase(admin, name))
}

func postgresOptions(address string) sqlstore.Options {
	return sqlstore.Options{URL: address, MasterKey: MasterKey(), Clock: clock, MaxConns: 6}
}

// EmptyPostgres gives the options of a PostgreSQL database without a schema.
func EmptyPostgres(t testing.TB) sqlstore.Options {
	t.Helper()
	admin := os.Getenv(postgresEnv)
	if admin == "" {
		t.Fatal("no PostgreSQL: run make test, or set " + postgresEnv)
	}
	name := randomName("taxiway_test_")
	if err := execute(admin, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return postgresOptions(withDatabase(admin, name))
}

var (
	templates sync.Mutex
	template  = map[string]string{} // by server
)

// postgresTemplate migrates one database per schema and server, from which the
// tests' databases are copied: a copy takes a fraction of a migration. Several
// test programs share it, so making it is guarded on the server.
func postgresTemplate(admin string) (name string, err error) {
	templates.Lock()
	defer templates.Unlock()
	if name, ok := template[admin]; ok {
		return name, nil
	}
	name = "taxiway_template_" + sqlstore.SchemaDigest()
	ctx := context.Background()
	db, err := sql.Open("pgx", admin)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const guard = 7_417_001 // any number that all test programs agree on
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", guard); err != nil {
		return "", err
	}
	defer func() {
		_, unlock := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", guard)
		err = errors.Join(err, unlock)
	}()
	var there int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&there); err != nil {
		return "", err
	}
	if there == 0 {
		// Under another name until it is whole: a killed test leaves no half template.
		making := randomName("taxiway_making_")
		if _, err := conn.ExecContext(ctx, "CREATE DATABASE "+making); err != nil {
			return "", err
		}
		if err := sqlstore.Migrate(ctx, postgresOptions(withDatabase(admin, making))); err != nil {
			return "", err
		}
		if _, err := conn.ExecContext(ctx, "ALTER DATABASE "+making+" RENAME TO "+name); err != nil {
			return "", err
		}
	}
	template[admin] = name
	return name, nil
}

func execute(address, statement string) (err error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(context.Background(), statement)
	return err
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
