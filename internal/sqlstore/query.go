package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// querier runs statements: a transaction, a snapshot or the readers' pool.
// Errors are translated (errors.go).
type querier interface {
	// exec returns how many rows were touched.
	exec(ctx context.Context, query string, args ...any) (int64, error)
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	dialect() *dialect
}

// row is what a scan function reads: one row of a result.
type row interface{ Scan(dest ...any) error }

// collect reads all rows.
func collect[T any](ctx context.Context, q querier, scan func(row, *T) error, query string, args ...any) (all []T, err error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = translate(closing)
		}
	}()
	for rows.Next() {
		var item T
		if err := scan(rows, &item); err != nil {
			return nil, translate(err)
		}
		all = append(all, item)
	}
	return all, translate(rows.Err())
}

// one reads the first row; ok is false when there is none.
func one(ctx context.Context, q querier, dest []any, query string, args ...any) (ok bool, err error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = translate(closing)
		}
	}()
	if !rows.Next() {
		return false, translate(rows.Err())
	}
	return true, translate(rows.Scan(dest...))
}

// first reads the first row into a T.
func first[T any](ctx context.Context, q querier, scan func(row, *T) error, query string, args ...any) (item T, ok bool, err error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return item, false, err
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = translate(closing)
		}
	}()
	if !rows.Next() {
		return item, false, translate(rows.Err())
	}
	if err := scan(rows, &item); err != nil {
		return item, false, translate(err)
	}
	return item, true, nil
}

// pool reads outside a transaction.
type pool struct {
	d     *dialect
	db    *sql.DB
	keep  bool // keep prepared statements; pgx keeps its own
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newPool(d *dialect, db *sql.DB, keep bool) *pool {
	return &pool{d: d, db: db, keep: keep, stmts: map[string]*sql.Stmt{}}
}

// maxStatements bounds each cache of prepared statements: list queries have
// as many texts as clients have filters.
const maxStatements = 512

func (p *pool) dialect() *dialect { return p.d }

func (p *pool) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.stmts[text]
	full := len(p.stmts) >= maxStatements
	p.mu.RUnlock()
	if s != nil || full {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.stmts[text]; other != nil {
		return other, s.Close() //nolint:sqlclosecheck // another call prepared the same text first; its statement stays
	}
	p.stmts[text] = s
	return s, nil
}

func (p *pool) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := p.db.ExecContext(ctx, p.d.sql(query), args...)
	return affected(res, err)
}

func (p *pool) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	text := p.d.sql(query)
	if p.keep {
		s, err := p.prepared(ctx, text) //nolint:sqlclosecheck // kept for the next call; close closes it
		if err != nil {
			return nil, translate(err)
		}
		if s != nil {
			rows, err := s.QueryContext(ctx, args...)
			return rows, translate(err)
		}
	}
	rows, err := p.db.QueryContext(ctx, text, args...)
	return rows, translate(err)
}

// txQuerier runs statements in a database/sql transaction.
type txQuerier struct {
	d  *dialect
	tx *sql.Tx
}

func (t txQuerier) dialect() *dialect { return t.d }

func (t txQuerier) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.tx.ExecContext(ctx, t.d.sql(query), args...)
	return affected(res, err)
}

func (t txQuerier) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.tx.QueryContext(ctx, t.d.sql(query), args...)
	return rows, translate(err)
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var faults []error
	for _, s := range p.stmts {
		faults = append(faults, s.Close())
	}
	p.stmts = map[string]*sql.Stmt{}
	return errors.Join(append(faults, p.db.Close())...)
}
