package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"taxiway/internal/fault"
)

// Options say which database to open and how.
type Options struct {
	URL       string           // postgres://…; empty: SQLite in Dir
	Dir       string           // data directory; SQLite's file is taxiway.db in it
	MasterKey []byte           // 32 bytes, from LoadMasterKey
	MaxConns  int              // connections at most; 0: a default that suits the engine
	Logger    *slog.Logger     // nil: silent
	Clock     func() time.Time // the server's clock, for marks, leases and audit
	ReadOnly  bool             // no writes, no migration
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	d             *dialect
	dir           string
	write         *sql.DB // PostgreSQL: the one pool; SQLite: the writer's connection
	reads         *pool
	writer        *writer // SQLite only
	snapshotLevel sql.IsolationLevel
	seal          *sealer
	log           *slog.Logger
	clock         func() time.Time
	readOnly      bool
	closing       sync.Once
	closed        error // what closing ended with
}

// Open opens the database, brings an SQLite file to this program's schema
// (after a backup beside it) and checks the master key. A PostgreSQL database
// must have the schema already: Migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	db, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := db.ready(ctx, o.URL == "" && !o.ReadOnly); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// connect opens the pools and looks at nothing in them.
func connect(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		return nil, errors.New("open database: Options.Clock is missing")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	seal, err := newSealer(o.MasterKey)
	if err != nil {
		return nil, err
	}
	db := &DB{dir: o.Dir, seal: seal, log: o.Logger, clock: o.Clock, readOnly: o.ReadOnly}
	if o.URL == "" {
		err = db.openSQLite(ctx, o)
	} else {
		err = db.openPostgres(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// ready brings the schema up to date or refuses, starts the writer and checks
// the master key.
func (db *DB) ready(ctx context.Context, migrate bool) error {
	if migrate {
		if err := db.migrateOwnFile(ctx); err != nil {
			return err
		}
	}
	if err := db.checkSchema(ctx); err != nil {
		return err
	}
	if err := db.startWriter(ctx); err != nil {
		return err
	}
	if err := db.checkMasterKey(ctx); err != nil {
		return err
	}
	return db.loadChainKey(ctx)
}

// startWriter takes SQLite's one writing connection for the group commits.
func (db *DB) startWriter(ctx context.Context) error {
	if db.d.name != "sqlite" || db.readOnly || db.writer != nil {
		return nil
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return fault.Wrap("open the writing connection", translate(err))
	}
	db.writer = newWriter(db.d, conn)
	return nil
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.d.name }

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return fault.Wrap("ping the database", translate(db.reads.db.PingContext(ctx)))
}

// Close ends the running group and closes every connection; a second call
// does nothing.
func (db *DB) Close() error {
	db.closing.Do(func() {
		var faults []error
		if db.writer != nil {
			faults = append(faults, db.writer.close())
		}
		if db.reads != nil {
			faults = append(faults, db.reads.close())
		}
		if db.write != nil {
			faults = append(faults, db.write.Close())
		}
		db.closed = fault.Wrap("close the database", errors.Join(faults...))
	})
	return db.closed
}
