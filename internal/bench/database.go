package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
	"taxiway/internal/sqlstore"
)

// DatabaseInfo names a database that figures were measured on.
type DatabaseInfo struct {
	Engine     string `json:"engine"` // sqlite or postgres
	Version    string `json:"version"`
	Durability string `json:"durability"` // the settings that decide what a commit costs
}

// database is a throw-away database with this program's schema.
type database struct {
	engine string
	cfg    config.Config // how the server opens it
	pool   *sql.DB       // the same database without the store
	drop   func() error
}

// openDatabase makes an empty database. base is sqlite, or the address of a
// PostgreSQL where databases may be created.
func openDatabase(ctx context.Context, base, dir string, now func() time.Time) (*database, error) {
	d := &database{engine: "sqlite", cfg: quietConfig(dir), drop: func() error { return nil }}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the throw-away directory: %w", err)
	}
	driver, source := "sqlite", sqlstore.WriterURL(filepath.Join(dir, sqlstore.FileName))
	if base != "sqlite" {
		made, err := d.createPostgres(ctx, base)
		if err != nil {
			return nil, err
		}
		driver, source = "pgx", made
	}
	if _, err := server.Migrate(ctx, d.cfg, server.Options{Log: quietLog(), Now: now}); err != nil {
		return nil, errors.Join(fmt.Errorf("make the schema: %w", err), d.drop())
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), d.drop())
	}
	pool.SetMaxOpenConns(max(8, 4*runtime.GOMAXPROCS(0)))
	pool.SetMaxIdleConns(max(8, 4*runtime.GOMAXPROCS(0)))
	d.pool = pool
	return d, nil
}

// createPostgres makes a database of its own beside base and returns its address.
func (d *database) createPostgres(ctx context.Context, base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", fault.Field(fault.Invalid, "InvalidDatabase", "database", "The address of the PostgreSQL cannot be read.", "Give one such as postgres://user:password@host:5432/postgres.")
	}
	name := "taxiway_bench_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := execOnce(ctx, base, "CREATE DATABASE "+name); err != nil {
		return "", &fault.Error{
			Kind: fault.Unavailable, Code: "DatabaseUnavailable", Message: "No database could be made on the PostgreSQL at " + u.Host + ": " + err.Error() + ".", Cause: err,
			Details: []fault.Detail{{Target: "database", Code: "DatabaseUnavailable", Remedy: "Give the address of a server that runs and a user who may create databases."}},
		}
	}
	d.drop = func() error {
		return execOnce(context.WithoutCancel(ctx), base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}
	u.Path = "/" + name
	d.engine = "postgres"
	d.cfg.Database.URL = config.NewSecret(u.String())
	return u.String(), nil
}

func execOnce(ctx context.Context, address, statement string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

func (d *database) close() error { return errors.Join(d.pool.Close(), d.drop()) }

// sql turns a statement written for PostgreSQL into the engine's form.
func (d *database) sql(text string) string {
	if d.engine == "sqlite" {
		return strings.ReplaceAll(text, "$", "?")
	}
	return text
}

// id binds a uuid as the engine keeps it.
func (d *database) id(text string) any {
	u, err := uuid.Parse(text)
	if err != nil {
		return nil // equals no row
	}
	if d.engine == "sqlite" {
		return u[:]
	}
	return [16]byte(u)
}

// info asks the database what it is.
func (d *database) info(ctx context.Context) (DatabaseInfo, error) {
	info := DatabaseInfo{Engine: d.engine}
	ask := func(query string) (value string, err error) {
		err = d.pool.QueryRowContext(ctx, query).Scan(&value)
		return value, err
	}
	queries := []string{"SHOW server_version", "SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes"}
	names := []string{"", "fsync=", "synchronous_commit=", "full_page_writes="}
	if d.engine == "sqlite" {
		queries = []string{"SELECT sqlite_version()", "PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA page_size"}
		names = []string{"", "journal_mode=", "synchronous=", "page_size="}
	}
	var settings []string
	for i, q := range queries {
		value, err := ask(q)
		if err != nil {
			return info, fmt.Errorf("ask the database what it is: %w", err)
		}
		if i == 0 {
			info.Version = value
			continue
		}
		if value == "2" && names[i] == "synchronous=" {
			value = "FULL (fsync at every commit)" // SQLite, "PRAGMA synchronous"
		}
		settings = append(settings, names[i]+value)
	}
	info.Durability = strings.Join(settings, ", ")
	return info, nil
}
