package machine

import (
	"errors"
	"os"
	"syscall"
)

// errorSharingViolation is what Windows says of a file that another process
// has for itself ([MS-ERREF] 2.2).
const errorSharingViolation = syscall.Errno(32)

// take opens the lock file so that no other process can; held tells that
// another one has it.
func take(path string) (file *os.File, held bool, err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, false, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, errors.Is(err, errorSharingViolation), err
	}
	return os.NewFile(uintptr(handle), path), false, nil
}
