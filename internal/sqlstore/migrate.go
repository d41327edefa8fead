package sqlstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pressly/goose/v3"

	"taxiway/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// SchemaVersion is the schema this program works with: the number of the last
// migration.
const SchemaVersion = 10

// typedFS is the migrations with an engine's types filled in.
type typedFS struct {
	fs.FS
	d *dialect
}

// Open implements fs.FS.
func (t typedFS) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	text, err := fs.ReadFile(t.FS, name)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return typedFile{f, bytes.NewReader([]byte(t.d.types.Replace(string(text))))}, nil
}

type typedFile struct {
	fs.File
	text *bytes.Reader
}

// Read implements fs.File.
func (f typedFile) Read(p []byte) (int, error) { return f.text.Read(p) }

func (db *DB) provider() (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fault.Wrap("read migrations", err)
	}
	p, err := goose.NewProvider(db.d.goose, db.write, typedFS{sub, db.d}, goose.WithDisableGlobalRegistry(true))
	return p, fault.Wrap("read migrations", err)
}

// Migrate brings a database to this program's schema and stores the check
// value of the master key; running it again changes nothing. Only one process
// may do it at a time.
func Migrate(ctx context.Context, o Options) (err error) {
	if o.URL == "" {
		db, err := Open(ctx, o)
		if err != nil {
			return err
		}
		return db.Close()
	}
	db, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.refuseNewer(ctx); err != nil {
		return err
	}
	if err := db.up(ctx); err != nil {
		return err
	}
	return db.ready(ctx, false)
}

func (db *DB) up(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return fault.Wrap("migrate the schema", translate(err))
}

// migrateOwnFile migrates SQLite's file, an older one after a backup beside it.
func (db *DB) migrateOwnFile(ctx context.Context) error {
	at, err := db.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if at >= SchemaVersion {
		return nil
	}
	if at > 0 {
		name := filepath.Join(db.dir, fmt.Sprintf("%s.before-%04d", FileName, SchemaVersion))
		if err := db.vacuumInto(ctx, name); err != nil {
			return err
		}
	}
	return db.up(ctx)
}

// schemaVersion is 0 for an empty database.
func (db *DB) schemaVersion(ctx context.Context) (int64, error) {
	catalog := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'"
	if db.d.name == "postgres" {
		catalog = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = ANY(current_schemas(false)) AND tablename = 'goose_db_version'"
	}
	var version int64
	err := db.write.QueryRowContext(ctx, catalog).Scan(&version)
	if err == nil && version > 0 {
		err = db.write.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&version)
	}
	return version, fault.Wrap("read the schema version", translate(err))
}

func (db *DB) refuseNewer(ctx context.Context) error {
	at, err := db.schemaVersion(ctx)
	if err != nil || at <= SchemaVersion {
		return err
	}
	return fault.New(fault.Precondition, "SchemaTooNew", fmt.Sprintf("The database has schema %d, this program knows %d: upgrade taxiway.", at, SchemaVersion))
}

// checkSchema refuses a database of another schema.
func (db *DB) checkSchema(ctx context.Context) error {
	at, err := db.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if at < SchemaVersion {
		return fault.New(fault.Precondition, "SchemaTooOld", fmt.Sprintf("The database has schema %d, this program needs %d: run taxiway migrate.", at, SchemaVersion))
	}
	return db.refuseNewer(ctx)
}

// SchemaDigest is a short name for the exact text of all migrations; test
// databases are kept under it.
func SchemaDigest() string {
	sum := sha256.New()
	// Walking what is embedded cannot fail.
	_ = fs.WalkDir(migrations, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations, name)
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
