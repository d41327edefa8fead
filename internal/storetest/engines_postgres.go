package storetest

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/sqlstore"
)

// postgresPool lends databases to the tests of one Engines call. Making a
// database takes most of a second, emptying one a few milliseconds.
type postgresPool struct {
	admin string
	mu    sync.Mutex
	all   []string
	free  []string
}

// take lends an empty database until the test ends.
func (p *postgresPool) take(t testing.TB) sqlstore.Options {
	t.Helper()
	name, err := p.get()
	if err != nil {
		t.Fatalf("make a database: %v", err)
	}
	o := postgresOptions(withDatabase(p.admin, name))
	t.Cleanup(func() {
		if err := emptyPostgres(o.URL); err != nil {
			t.Errorf("empty the database: %v", err)
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.free = append(p.free, name)
	})
	return o
}

func (p *postgresPool) get() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		name := p.free[n-1]
		p.free = p.free[:n-1]
		return name, nil
	}
	template, err := postgresTemplate(p.admin)
	if err != nil {
		return "", err
	}
	name, err := createPostgres(p.admin, template)
	if err != nil {
		return "", err
	}
	p.all = append(p.all, name)
	return name, nil
}

// CopyPostgres makes a database that has its schema and nothing else, and gives
// its address. It is gone when the test ends.
func CopyPostgres(t testing.TB) string {
	t.Helper()
	admin := postgresServer(t)
	template, err := postgresTemplate(admin)
	if err != nil {
		t.Fatalf("make the database that others are copied from: %v", err)
	}
	name, err := createPostgres(admin, template)
	if err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() { dropPostgres(t, admin, name) })
	return withDatabase(admin, name)
}

// createPostgres makes a database, a copy of the template if there is one.
func createPostgres(admin, template string) (string, error) {
	name := randomName("taxiway_test_")
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template
	}
	return name, execute(admin, statement)
}

func dropPostgres(t testing.TB, admin, name string) {
	t.Helper()
	if err := execute(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("drop the database: %v", err)
	}
}

func (p *postgresPool) drop(t testing.TB) {
	t.Helper()
	for _, name := range p.all {
		dropPostgres(t, p.admin, name)
	}
}

// emptyPostgres removes all rows but the schema's own.
func emptyPostgres(address string) (err error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return empty(db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'")
}

// empty removes all rows of the tables that the query names.
func empty(db *sql.DB, tables string) (err error) {
	ctx := context.Background()
	rows, err := db.QueryContext(ctx, tables)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var statements []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		statements = append(statements, "DELETE FROM "+table)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	slices.Sort(statements)
	_, err = db.ExecContext(ctx, strings.Join(statements, "; "))
	return err
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
		address := withDatabase(admin, making)
		if err := errors.Join(sqlstore.Migrate(ctx, postgresOptions(address)), emptyPostgres(address)); err != nil {
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
