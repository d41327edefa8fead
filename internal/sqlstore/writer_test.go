package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

func openForTest(t *testing.T) (*DB, directory.TenantID) {
	t.Helper()
	db, err := Open(t.Context(), Options{Dir: t.TempDir(), MasterKey: make([]byte, 32), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tenant := directory.TenantID(uuid.NewString())
	err = db.InTx(t.Context(), func(tx *Tx) error {
		return tx.CreateTenant(t.Context(), directory.Tenant{ID: tenant, DisplayName: "T", Domain: "t.example"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, tenant
}

// errHolder keeps the first request out of what the group commits, and so from
// running again when the group is lost.
var errHolder = errors.New("only there to hold the turn")

// behind runs the functions in one group: a first request holds the turn until
// all others wait behind it.
func behind(t *testing.T, db *DB, fns ...func(*Tx) error) []error {
	t.Helper()
	db.writer.groupTime = time.Minute // the first request takes its time
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	err := db.InTx(t.Context(), func(*Tx) error {
		for i, fn := range fns {
			wg.Go(func() { errs[i] = db.InTx(t.Context(), fn) })
			for len(db.writer.queue) <= i {
				runtime.Gosched()
			}
		}
		return errHolder
	})
	if !errors.Is(err, errHolder) {
		t.Fatal(err)
	}
	wg.Wait()
	return errs
}

func device(n int) directory.Device {
	id := fmt.Sprintf("00000000-0000-7000-8000-%012d", n)
	return directory.Device{ID: directory.ObjectID(id), DeviceID: directory.DeviceID(id)}
}

func TestRequestsThatWaitShareACommit(t *testing.T) {
	t.Parallel()
	db, tenant := openForTest(t)
	depth := make(chan int64, 3)
	create := func(n int) func(*Tx) error {
		return func(tx *Tx) error {
			err := tx.CreateDevices(t.Context(), tenant, []directory.Device{device(n)})
			// What the requests before it in the group wrote is there, though not committed yet.
			var here int64
			if _, err := one(t.Context(), tx, []any{&here}, "SELECT count(*) FROM devices"); err != nil {
				return err
			}
			var outside int64
			if _, err := one(t.Context(), db.reader(), []any{&outside}, "SELECT count(*) FROM devices"); err != nil {
				return err
			}
			depth <- here - outside
			return err
		}
	}
	for i, err := range behind(t, db, create(1), create(2), create(3)) {
		if err != nil {
			t.Errorf("request %d: %v", i, err)
		}
	}
	for want := int64(1); want <= 3; want++ {
		if got := <-depth; got != want {
			t.Errorf("uncommitted devices = %d, want %d: each request had a commit of its own", got, want)
		}
	}
}

func TestARequestThatBreaksTheSharedTransactionLosesAlone(t *testing.T) {
	t.Parallel()
	db, tenant := openForTest(t)
	runs := 0
	good := func(tx *Tx) error {
		runs++
		return tx.CreateDevices(t.Context(), tenant, []directory.Device{device(1)})
	}
	broken := errors.New("the disk is full")
	// A full disk makes SQLite roll the whole transaction back under everyone.
	bad := func(tx *Tx) error {
		if _, err := tx.exec(t.Context(), "ROLLBACK"); err != nil {
			return err
		}
		return broken
	}
	errs := behind(t, db, good, bad)
	if errs[0] != nil || !errors.Is(errs[1], broken) {
		t.Errorf("errors = %v, want none and the own one", errs)
	}
	if runs != 2 {
		t.Errorf("the good request ran %d times, want 2: once more after the loss", runs)
	}
	if _, err := db.GetDevice(t.Context(), tenant, device(1).ID); err != nil {
		t.Error(err)
	}
}

func TestAGoroutineThatEndsInsideATransactionHoldsNothingUp(t *testing.T) {
	t.Parallel()
	db, tenant := openForTest(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = db.InTx(t.Context(), func(tx *Tx) error {
			_ = tx.CreateDevices(t.Context(), tenant, []directory.Device{device(1)})
			runtime.Goexit()
			return nil
		})
	}()
	<-ended
	err := db.InTx(t.Context(), func(tx *Tx) error { return tx.CreateDevices(t.Context(), tenant, []directory.Device{device(1)}) })
	if err != nil {
		t.Errorf("error = %v, want none: the first device was undone", err)
	}
}

func TestACallerThatGivesUpInTheQueueReturnsAtOnce(t *testing.T) {
	t.Parallel()
	db, _ := openForTest(t)
	ran := false
	err := db.InTx(t.Context(), func(*Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() { result <- db.InTx(ctx, func(*Tx) error { ran = true; return nil }) }()
		for len(db.writer.queue) == 0 {
			runtime.Gosched()
		}
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want canceled", err)
		}
		return nil
	})
	if err != nil || ran {
		t.Errorf("error = %v, ran = %v", err, ran)
	}
}

func TestWhatWaitsWhenTheStoreClosesIsToldSo(t *testing.T) {
	t.Parallel()
	db, _ := openForTest(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- db.InTx(context.Background(), func(*Tx) error { close(inside); <-leave; return nil }) }()
	<-inside
	go func() { second <- db.InTx(context.Background(), func(*Tx) error { return nil }) }()
	for len(db.writer.queue) == 0 {
		runtime.Gosched()
	}
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	<-db.writer.quit
	close(leave)
	if err := <-first; err != nil {
		t.Errorf("the request that ran: %v", err)
	}
	if err := <-second; !fault.Is(err, fault.Unavailable) {
		t.Errorf("the one that waited: %v, want Unavailable", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := db.InTx(t.Context(), func(*Tx) error { return nil }); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after closing: %v, want Unavailable", err)
	}
}

func TestSQLiteConnectionsHaveTheSettingsThatKeepData(t *testing.T) {
	t.Parallel()
	db, _ := openForTest(t)
	for _, side := range []struct {
		name string
		q    querier
		want map[string]string
	}{
		{"writer", nil, map[string]string{"query_only": "0", "cache_size": "-65536"}},
		{"readers", db.reader(), map[string]string{"query_only": "1", "cache_size": "-8192"}},
	} {
		maps.Copy(side.want, map[string]string{
			"synchronous": "2", "journal_mode": "wal", "page_size": "8192", "busy_timeout": "10000", "foreign_keys": "1",
			"temp_store": "2", "wal_autocheckpoint": "8000", "journal_size_limit": "134217728",
		})
		check := func(q querier) {
			for pragma, want := range side.want {
				var got string
				if _, err := one(t.Context(), q, []any{&got}, "PRAGMA "+pragma); err != nil || got != want {
					t.Errorf("%s: %s = %s, %v, want %s", side.name, pragma, got, err, want)
				}
			}
		}
		if side.q != nil {
			check(side.q)
			continue
		}
		if err := db.InTx(t.Context(), func(tx *Tx) error { check(tx); return nil }); err != nil {
			t.Error(err)
		}
	}
}
