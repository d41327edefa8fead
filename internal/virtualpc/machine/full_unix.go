//go:build unix

package machine

import (
	"errors"
	"syscall"
)

// isFull tells whether a write found no room: on the disk, or in its owner's
// share of it.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
