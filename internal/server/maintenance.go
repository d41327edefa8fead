package server

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

// Migrated is the outcome of Migrate.
type Migrated struct {
	Engine string `json:"engine"` // SQLite or PostgreSQL
	Schema int    `json:"schema"`
}

// Migrate brings the database to this program's schema. No server may hold the
// data directory: the error is fault.Conflict then.
func Migrate(ctx context.Context, cfg config.Config, o Options) (Migrated, error) {
	out := Migrated{Engine: engineOf(cfg), Schema: sqlstore.SchemaVersion}
	return out, maintain(cfg, o, func(so sqlstore.Options) error { return sqlstore.Migrate(ctx, so) })
}

// maintain runs fn with the data directory to itself.
func maintain(cfg config.Config, o Options, fn func(sqlstore.Options) error) error {
	unlock, err := lockDataDir(cfg)
	if err != nil {
		return err
	}
	defer unlock()
	so, err := storeOptions(cfg, o)
	if err != nil {
		return err
	}
	return fn(so)
}

// storeOptions is how this process opens the store.
func storeOptions(cfg config.Config, o Options) (sqlstore.Options, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	master, err := sqlstore.LoadMasterKey(cfg.DataDir, cfg.MasterKey.Reveal())
	if err != nil {
		return sqlstore.Options{}, err
	}
	return sqlstore.Options{
		URL: cfg.Database.URL.Reveal(), Dir: cfg.DataDir, MasterKey: master, MaxConns: cfg.Database.MaxConnections, Logger: o.Log, Clock: o.Now,
	}, nil
}

func engineOf(cfg config.Config) string {
	if cfg.UsesSQLite() {
		return "SQLite"
	}
	return "PostgreSQL"
}

// AdminBackup tells about a backup file that was written, or restored.
type AdminBackup struct {
	File   string           `json:"file"`
	MadeAt time.Time        `json:"madeDateTime"`
	Engine string           `json:"engine"` // it was made from
	Schema int64            `json:"schema"`
	Rows   map[string]int64 `json:"rows"` // by table
}

func adminBackup(path string, b sqlstore.BackupInfo) AdminBackup {
	return AdminBackup{File: path, MadeAt: b.MadeAt, Engine: b.Engine, Schema: b.Schema, Rows: b.Rows}
}

// adminBackup writes a backup while the server goes on. The path is the
// caller's, who owns the process that writes it.
func (s *Server) adminBackup(r *http.Request) (any, error) {
	var in struct {
		File string `json:"file"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if !filepath.IsAbs(in.File) {
		return nil, fault.Field(fault.Invalid, "PathNotAbsolute", "file", "The backup's path '"+in.File+"' is not absolute.", "Send a path from the root.")
	}
	info, err := s.db.Backup(r.Context(), in.File)
	if err != nil {
		return nil, err
	}
	return adminBackup(in.File, info), nil
}

// Restore replaces everything in the store by a backup of either engine. No
// server may hold the data directory: the error is fault.Conflict then, as it
// is when the store has tenants and force is not given.
func Restore(ctx context.Context, cfg config.Config, o Options, path string, force bool) (out AdminBackup, err error) {
	err = maintain(cfg, o, func(so sqlstore.Options) (err error) {
		db, err := sqlstore.Open(ctx, so)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		info, err := db.Restore(ctx, path, force)
		out = adminBackup(path, info)
		return err
	})
	return out, err
}
