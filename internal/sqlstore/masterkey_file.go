package sqlstore

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"taxiway/internal/fault"
)

// nextKeyFile holds the new key from before the store changes until the key
// file is replaced, so that no crash in between loses a key.
const nextKeyFile = MasterKeyFile + ".next"

// KeyChange is the outcome of a change of the master key.
type KeyChange struct {
	Sealed Rekeyed `json:"sealed"` // values sealed anew, by table
	// KeptAs is where the old key is kept, for backups made with it; empty when
	// it came from the environment.
	KeptAs string `json:"keptAs,omitempty"`
	// Resumed: an earlier change had reached the store but not the key file.
	Resumed bool `json:"resumed,omitempty"`
}

// ReadMasterKey reads a key file that only its owner may read.
func ReadMasterKey(path string) ([]byte, error) { return readMasterKey(path) }

// ChangeMasterKeyFile changes the master key of a store whose key is the file
// in o.Dir: fresh, or a random one when that is nil. The new key is on disk
// before the store changes and replaces the file afterwards; when it is
// stopped in between, running it again finishes it.
func ChangeMasterKeyFile(ctx context.Context, o Options, fresh []byte, now time.Time) (KeyChange, error) {
	next := filepath.Join(o.Dir, nextKeyFile)
	pending, err := readMasterKey(next)
	switch {
	case err == nil:
		done, err := opens(ctx, o, pending)
		if err != nil {
			return KeyChange{}, err
		}
		if done {
			kept, err := replaceKeyFile(o.Dir, next, now)
			return KeyChange{KeptAs: kept, Resumed: true}, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return KeyChange{}, err
	}
	if fresh == nil {
		fresh = newMasterKey()
	}
	if err := writeKey(next, fresh); err != nil {
		return KeyChange{}, err
	}
	sealed, err := ChangeMasterKey(ctx, o, fresh)
	if err != nil {
		return KeyChange{}, errors.Join(err, os.Remove(next))
	}
	kept, err := replaceKeyFile(o.Dir, next, now)
	return KeyChange{Sealed: sealed, KeptAs: kept}, err
}

// opens reports whether the store is sealed with this key.
func opens(ctx context.Context, o Options, key []byte) (bool, error) {
	o.MasterKey, o.ReadOnly = key, true
	db, err := Open(ctx, o)
	if f, ok := fault.As(err); ok && f.Code == "MasterKeyMismatch" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, db.Close()
}

// replaceKeyFile keeps the old key under a name with the time and puts the new
// one in its place in one step.
func replaceKeyFile(dir, next string, now time.Time) (kept string, err error) {
	path := filepath.Join(dir, MasterKeyFile)
	kept = path + ".before-" + now.UTC().Format("20060102T150405Z")
	if err := os.Link(path, kept); err != nil {
		return "", fault.Wrap("keep the old master key", err)
	}
	return kept, fault.Wrap("replace the master key's file", os.Rename(next, path))
}

func writeKey(path string, key []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // in the data directory
	if err != nil {
		return fault.Wrap("write the new master key", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	return fault.Wrap("write the new master key", errors.Join(err, f.Sync(), f.Close()))
}
