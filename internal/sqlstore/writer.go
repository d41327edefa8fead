package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"taxiway/internal/fault"
)

// Bounds of one group: requests that share a commit, and how long the group
// goes on taking requests in.
const (
	groupSize = 256
	groupTime = 20 * time.Millisecond
)

var (
	// errGroupLost: another request of the group broke the shared transaction;
	// this one had no fault and runs again.
	errGroupLost = errors.New("the shared transaction was rolled back")
	// errAbandoned: the function did not return (a panic, runtime.Goexit).
	errAbandoned = errors.New("the transaction's function did not return")
)

// writer is SQLite's one writing connection. InTx calls queue up; each gets the
// turn, runs on its own goroutine inside a savepoint, and a whole group shares
// one BEGIN IMMEDIATE and one durable COMMIT. A failing request undoes its own
// savepoint only.
type writer struct {
	d     *dialect
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // used only by who has the turn
	queue chan *request
	quit  chan struct{}
	gone  chan struct{} // closed when the goroutine has ended
	// groupTime bounds how long a group takes requests in.
	groupTime time.Duration
}

// request is one InTx call. It is withdrawn while queued, or run to the end.
type request struct {
	ctx    context.Context
	taken  atomic.Bool   // by the writer, or by the caller that gave up
	turn   chan struct{} // closed when the caller may run
	ran    chan error    // what the function returned
	result chan error    // what became of the group
}

func newWriter(d *dialect, conn *sql.Conn) *writer {
	w := &writer{
		d: d, conn: conn, stmts: map[string]*sql.Stmt{},
		queue: make(chan *request, groupSize), quit: make(chan struct{}), gone: make(chan struct{}), groupTime: groupTime,
	}
	go w.loop()
	return w
}

func errClosed() error {
	return fault.New(fault.Unavailable, "ShuttingDown", "The server is shutting down.")
}

// do runs fn as one request of a group and returns after the durable commit.
func (w *writer) do(ctx context.Context, db *DB, fn func(*Tx) error) error {
	r := &request{ctx: ctx, turn: make(chan struct{}), ran: make(chan error, 1), result: make(chan error, 1)}
	select {
	case w.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed()
	}
	select {
	case <-r.turn:
	case <-ctx.Done():
		if r.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		// The writer was faster; the turn comes, or an error instead of it.
	case <-w.gone:
		return errClosed()
	}
	select {
	case <-r.turn:
	case err := <-r.result:
		return err
	case <-w.gone:
		return errClosed()
	}
	r.run(w, db, fn)
	return <-r.result
}

// run calls fn and hands the turn back, also when fn panics.
func (r *request) run(w *writer, db *DB, fn func(*Tx) error) {
	tx := &Tx{querier: &turn{w: w}, db: db}
	err := errAbandoned
	defer func() {
		tx.querier = overQuerier{w.d}
		r.ran <- err
	}()
	if err = r.ctx.Err(); err != nil {
		return
	}
	err = errAbandoned
	err = fn(tx)
}

func (w *writer) loop() {
	defer close(w.gone)
	for {
		select {
		case <-w.quit: // before what waits: it is told that the store closes
			return
		default:
		}
		select {
		case r := <-w.queue:
			w.group(r)
		case <-w.quit:
			return
		}
	}
}

// group runs first and what is waiting behind it in one transaction.
func (w *writer) group(first *request) {
	ctx := context.Background() // a caller that leaves must not break the others' transaction
	if !first.taken.CompareAndSwap(false, true) {
		return
	}
	if _, err := w.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		first.result <- translate(err)
		return
	}
	var done []*request
	deadline := time.NewTimer(w.groupTime)
	defer deadline.Stop()
	for r := first; r != nil; r = w.next(deadline.C, len(done)) {
		own, broken := w.serve(ctx, r)
		if own == nil {
			done = append(done, r)
			continue
		}
		r.result <- own
		if broken {
			w.abort(ctx, done, errGroupLost)
			return
		}
	}
	if len(done) == 0 {
		w.abort(ctx, nil, nil)
		return
	}
	if _, err := w.run(ctx, "COMMIT"); err != nil {
		w.abort(ctx, done, translate(err))
		return
	}
	for _, r := range done {
		r.result <- nil
	}
}

// next takes one more waiting request, if the group has room and time.
func (w *writer) next(deadline <-chan time.Time, size int) *request {
	for size < groupSize {
		select {
		case <-deadline:
			return nil
		case <-w.quit:
			return nil
		default:
		}
		select {
		case r := <-w.queue:
			if r.taken.CompareAndSwap(false, true) {
				return r
			}
		default:
			return nil
		}
	}
	return nil
}

// serve gives one request the turn. own is its error; broken says that the
// shared transaction is gone with it.
func (w *writer) serve(ctx context.Context, r *request) (own error, broken bool) {
	if _, err := w.run(ctx, "SAVEPOINT request"); err != nil {
		return fault.Wrap("open a savepoint", translate(err)), true
	}
	close(r.turn)
	own = <-r.ran
	if own == nil {
		if _, err := w.run(ctx, "RELEASE request"); err != nil {
			return fault.Wrap("release a savepoint", translate(err)), true
		}
		return nil, false
	}
	// A full disk makes SQLite undo the whole transaction, and then there is
	// no savepoint to go back to.
	if _, err := w.run(ctx, "ROLLBACK TO request"); err != nil {
		return own, true
	}
	if _, err := w.run(ctx, "RELEASE request"); err != nil {
		return own, true
	}
	return own, false
}

// abort ends the transaction and tells the requests in it why.
func (w *writer) abort(ctx context.Context, rs []*request, why error) {
	// An error here means that SQLite has rolled back by itself.
	_, rollback := w.run(ctx, "ROLLBACK")
	for _, r := range rs {
		if rollback != nil && why != nil {
			r.result <- fmt.Errorf("%w (%w)", why, rollback)
			continue
		}
		r.result <- why
	}
}

// run executes a prepared statement; only who has the turn may call it.
func (w *writer) run(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := w.prepared(ctx, text) //nolint:sqlclosecheck // kept for the next call; close closes it
	if err != nil {
		return nil, err
	}
	if s == nil {
		return w.conn.ExecContext(ctx, text, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (w *writer) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := w.stmts[text]; s != nil {
		return s, nil
	}
	if len(w.stmts) >= maxStatements {
		return nil, nil
	}
	s, err := w.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	w.stmts[text] = s
	return s, nil
}

// close ends the goroutine after the group that is running; it is called once.
func (w *writer) close() error {
	close(w.quit)
	<-w.gone
	var faults []error
	for _, s := range w.stmts {
		faults = append(faults, s.Close())
	}
	return errors.Join(append(faults, w.conn.Close())...)
}

// turn runs the statements of who has the turn. They are never interrupted: an
// interrupted INSERT rolls back the whole transaction, the others' work too
// (SQLite, sqlite3_interrupt). A caller that left is noticed between statements.
type turn struct{ w *writer }

func (t *turn) dialect() *dialect { return t.w.d }

func (t *turn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	res, err := t.w.run(context.WithoutCancel(ctx), t.w.d.sql(query), args...)
	return affected(res, err)
}

func (t *turn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	text := t.w.d.sql(query)
	s, err := t.w.prepared(ctx, text) //nolint:sqlclosecheck // kept for the next call; close closes it
	if err != nil {
		return nil, translate(err)
	}
	if s == nil {
		rows, err := t.w.conn.QueryContext(ctx, text, args...)
		return rows, translate(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, translate(err)
}

// overQuerier answers for a Tx that is used after its function returned.
type overQuerier struct{ d *dialect }

var errOver = errors.New("the transaction is over")

func (o overQuerier) dialect() *dialect { return o.d }

func (o overQuerier) exec(context.Context, string, ...any) (int64, error) { return 0, errOver }

func (o overQuerier) query(context.Context, string, ...any) (*sql.Rows, error) { return nil, errOver }
