package sqlstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"taxiway/internal/fault"
)

// errHeld: another process has the lock.
var errHeld = errors.New("the lock is held")

// Lock takes the data directory for this process alone: serve, restore, import
// and migrate do, verify and backup read without it. Another holder is
// fault.Conflict with code DataDirectoryInUse, whose message names its process
// id. The lock goes with the process, however that ends.
func Lock(dir string) (release func(), err error) {
	doing := "lock the data directory " + dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(doing, err)
	}
	path := filepath.Join(dir, "taxiway.lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return nil, fault.Wrap(doing, err)
	}
	if err := lockFile(f); err != nil {
		closing := f.Close()
		if !errors.Is(err, errHeld) {
			return nil, fault.Wrap(doing, errors.Join(err, closing))
		}
		return nil, &fault.Error{
			Kind: fault.Conflict, Code: "DataDirectoryInUse",
			Message: fmt.Sprintf("Another taxiway (process %s) uses the data directory %s: stop it first.", holder(path), dir),
			Cause:   err,
		}
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return nil, fault.Wrap(doing, errors.Join(err, f.Close()))
	}
	return func() {
		// The file stays: were it removed, two processes could hold two files of one name.
		_ = f.Close()
	}, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return pid
	}
	return "unknown"
}
