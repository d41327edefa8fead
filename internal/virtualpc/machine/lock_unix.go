//go:build unix

package machine

import (
	"errors"
	"os"
	"syscall"
)

// take opens the lock file for this process alone; held tells that another one
// has it.
func take(path string) (file *os.File, held bool, err error) {
	if file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil { //nolint:gosec // the path is the user's
		return nil, false, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, false, nil
	}
	return nil, errors.Is(err, syscall.EWOULDBLOCK), errors.Join(err, file.Close())
}
