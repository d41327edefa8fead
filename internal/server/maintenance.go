package server

import (
	"context"
	"fmt"
	"os"

	"taxiway/internal/config"
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
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return Migrated{}, fmt.Errorf("make the data directory: %w", err)
	}
	unlock, err := sqlstore.Lock(cfg.DataDir)
	if err != nil {
		return Migrated{}, err
	}
	defer unlock()
	store, err := storeOptions(cfg, o)
	if err != nil {
		return Migrated{}, err
	}
	if err := sqlstore.Migrate(ctx, store); err != nil {
		return Migrated{}, err
	}
	out := Migrated{Engine: "PostgreSQL", Schema: sqlstore.SchemaVersion}
	if cfg.UsesSQLite() {
		out.Engine = "SQLite"
	}
	return out, nil
}

// storeOptions is how this process opens the store.
func storeOptions(cfg config.Config, o Options) (sqlstore.Options, error) {
	master, err := sqlstore.LoadMasterKey(cfg.DataDir, cfg.MasterKey.Reveal())
	if err != nil {
		return sqlstore.Options{}, err
	}
	return sqlstore.Options{
		URL: cfg.Database.URL.Reveal(), Dir: cfg.DataDir, MasterKey: master, MaxConns: cfg.Database.MaxConnections, Logger: o.Log, Clock: o.Now,
	}, nil
}
