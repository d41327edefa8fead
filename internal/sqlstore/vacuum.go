package sqlstore

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"taxiway/internal/fault"
)

// vacuumInto writes a compact, consistent copy of SQLite's file, for its owner
// alone. An existing file is replaced.
func (db *DB) vacuumInto(ctx context.Context, path string) error {
	doing := "copy the database to " + path
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(doing, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fault.Wrap(doing, err)
	}
	if err := f.Close(); err != nil {
		return fault.Wrap(doing, err)
	}
	// VACUUM INTO takes a file that exists only when it is empty.
	_, err = db.write.ExecContext(ctx, "VACUUM INTO ?", path)
	return fault.Wrap(doing, translate(err))
}
