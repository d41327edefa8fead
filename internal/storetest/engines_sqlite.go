package storetest

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"taxiway/internal/sqlstore"
)

// sqliteTemplate migrates one file in each test program, from which the tests'
// data directories are copied: a copy takes a fraction of a migration.
var sqliteTemplate = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "taxiway-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := sqlstore.Migrate(context.Background(), sqlstore.Options{Dir: dir, MasterKey: MasterKey(), Clock: clock}); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, sqlstore.FileName)
	if err := emptySQLite(name); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
})

// emptySQLite removes all rows but the schema's own: they are of another key.
func emptySQLite(name string) (err error) {
	db, err := sql.Open("sqlite", sqlstore.WriterURL(name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return empty(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'goose_db_version'")
}

// CopySQLite puts a database that has its schema and nothing else into a data
// directory, unless it has one.
func CopySQLite(t testing.TB, dir string) {
	t.Helper()
	name := filepath.Join(dir, sqlstore.FileName)
	if _, err := os.Stat(name); err == nil {
		return
	}
	file, err := sqliteTemplate()
	if err == nil {
		err = os.WriteFile(name, file, 0o600)
	}
	if err != nil {
		t.Fatalf("make a database: %v", err)
	}
}
