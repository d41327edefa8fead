package machine

import (
	"errors"
	"syscall"
)

// What Windows says when there is no room ([MS-ERREF] 2.2).
const (
	errorHandleDiskFull = syscall.Errno(39)
	errorDiskFull       = syscall.Errno(112)
)

// isFull tells whether a write found no room.
func isFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, errorHandleDiskFull)
}
