package server

import (
	"context"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/sqlstore"
)

// storeOptions is how every way into the database opens it.
func storeOptions(cfg config.Config, o Options) (sqlstore.Options, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	master, err := sqlstore.LoadMasterKey(cfg.DataDir, cfg.MasterKey.Reveal())
	return sqlstore.Options{
		URL: cfg.Database.URL.Reveal(), Dir: cfg.DataDir, MasterKey: master, MaxConns: cfg.Database.MaxConnections, Logger: o.Log, Clock: o.Now,
	}, err
}

// Migrate brings the database to this program's schema. No server may hold the
// data directory meanwhile.
func Migrate(ctx context.Context, cfg config.Config, o Options) error {
	unlock, err := lockDataDir(cfg)
	if err != nil {
		return err
	}
	defer unlock()
	opts, err := storeOptions(cfg, o)
	if err != nil {
		return err
	}
	return sqlstore.Migrate(ctx, opts)
}
