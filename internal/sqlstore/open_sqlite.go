package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"taxiway/internal/fault"
)

// FileName is SQLite's file in the data directory.
const FileName = "taxiway.db"

// shared are the settings of every connection. The driver applies them in
// alphabetical order and the journal mode after them, which matters: the page
// size only counts before the file has its first page. synchronous=FULL
// because an answer that was given must survive a power loss; group commit
// pays for it.
var shared = []string{
	"busy_timeout(10000)", "page_size(8192)", "synchronous(FULL)", "foreign_keys(ON)", "temp_store(MEMORY)",
	"wal_autocheckpoint(8000)", "journal_size_limit(134217728)",
}

func sqliteURL(path string, extra url.Values, pragmas ...string) string {
	q := url.Values{"_pragma": append(append([]string{}, shared...), pragmas...), "_journal_mode": {"WAL"}}
	maps.Copy(q, extra)
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

// WriterURL is the data source name by which the store opens its file for
// writing; benchmarks open a bare database with the very same settings.
func WriterURL(path string) string {
	return sqliteURL(path, url.Values{"_txlock": {"immediate"}}, "cache_size(-65536)")
}

func (db *DB) openSQLite(ctx context.Context, o Options) error {
	db.d = newSQLite()
	path, err := filepath.Abs(filepath.Join(o.Dir, FileName))
	if err != nil {
		return fault.Wrap("open "+FileName, err)
	}
	if err := createPrivate(path, o.ReadOnly); err != nil {
		return err
	}
	write, err := sql.Open("sqlite", WriterURL(path))
	if err != nil {
		return fault.Wrap("open "+path, err)
	}
	write.SetMaxOpenConns(1)
	reads, err := sql.Open("sqlite", sqliteURL(path, nil, "cache_size(-8192)", "query_only(1)"))
	if err != nil {
		return errors.Join(fault.Wrap("open "+path, err), write.Close())
	}
	limit := o.MaxConns
	if limit <= 0 {
		limit = max(4, 2*runtime.GOMAXPROCS(0))
	}
	reads.SetMaxOpenConns(limit)
	reads.SetMaxIdleConns(limit)
	db.write, db.reads = write, newPool(db.d, reads, true)
	if err := write.PingContext(ctx); err != nil {
		return errors.Join(fault.Wrap("open "+path, translate(err)), db.Close())
	}
	return nil
}

// createPrivate makes the directory and the file for their owner alone; the
// files SQLite puts beside it take over the mode.
func createPrivate(path string, readOnly bool) error {
	if readOnly {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{Kind: fault.NotFound, Code: "NoDatabase", Message: "There is no database at " + path + "; run taxiway serve or taxiway init first.", Cause: err}
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap("make the data directory", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fault.Wrap("create "+path, err)
	}
	return fault.Wrap("create "+path, f.Close())
}
