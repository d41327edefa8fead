package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Tx is one transaction. It has the methods of every subject's Tx, one file
// per table family.
type Tx struct {
	querier
	db *DB
}

// maxTries bounds how often a transaction is run again after a conflict.
const maxTries = 12

// InTx runs fn in one transaction and returns after its durable commit. fn may
// run again after a conflict, so it has no side effects but through Tx, and it
// never calls InTx itself. A returned error rolls everything back.
func (db *DB) InTx(ctx context.Context, fn func(*Tx) error) error {
	if db.readOnly {
		return fault.New(fault.Unavailable, "ReadOnly", "The database was opened for reading only.")
	}
	run := db.inTxPostgres
	if db.writer != nil {
		run = func(ctx context.Context, fn func(*Tx) error) error { return db.writer.do(ctx, db, fn) }
	}
	for try := 1; ; try++ {
		err := run(ctx, fn)
		if err == nil || !retryable(err) {
			return err
		}
		if try == maxTries {
			return unavailable("TooManyConflicts", "Too many changes to the same rows at once.", err)
		}
		if waiting := pause(ctx, try); waiting != nil {
			return waiting
		}
	}
}

// pause waits a random time that grows with each try, at most about 250 ms.
func pause(ctx context.Context, try int) error {
	limit := min(time.Millisecond<<try, 250*time.Millisecond)
	timer := time.NewTimer(rand.N(limit)) //nolint:gosec // spreading retries needs no secret randomness
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (db *DB) inTxPostgres(ctx context.Context, fn func(*Tx) error) (err error) {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	t := &Tx{querier: txQuerier{db.d, tx}, db: db}
	committed := false
	defer func() { // also when fn panics
		t.querier = overQuerier{db.d}
		if !committed {
			_ = tx.Rollback() // the error that led here says more
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	committed = true
	return nil
}

// snapshot runs fn on one consistent state of the database, for reads that
// must agree with each other.
func (db *DB) snapshot(ctx context.Context, fn func(querier) error) error {
	tx, err := db.reads.db.BeginTx(ctx, &sql.TxOptions{Isolation: db.snapshotLevel, ReadOnly: true})
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return fn(txQuerier{db.d, tx})
}

// reader runs single statements outside a transaction.
func (db *DB) reader() querier { return db.reads }

// Directory is the store as package directory knows it.
func (db *DB) Directory() directory.Store { return directoryStore{db} }

// directoryStore gives DB the InTx of directory.Store.
type directoryStore struct{ *DB }

// InTx implements directory.Store.
func (s directoryStore) InTx(ctx context.Context, fn func(directory.Tx) error) error {
	return s.DB.InTx(ctx, func(tx *Tx) error { return fn(tx) })
}
