package machine

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// lockName is hidden, so that it is no file of the disk.
const lockName = ".lock"

// LockFolder takes the PC in a folder for this process alone: who boots or
// changes a PC does. CodeInUse when another process has it. The lock goes with
// the process, however that ends.
func LockFolder(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failed("lock", dir, err)
	}
	file, held, err := take(filepath.Join(dir, lockName))
	if held {
		return nil, &Error{
			Code: CodeInUse, Err: err, Message: "Another process uses the PC in " + dir + ".",
			Remedy: "Power it off first: end the command that runs it.",
		}
	}
	if err != nil {
		return nil, failed("lock", dir, err)
	}
	sweep(dir)
	return func() { _ = file.Close() }, nil // the file stays: were it removed, two processes could hold two files of one name
}

// sweep removes what was being written when a process ended. Only who has the
// PC alone may; what cannot be removed only takes room.
func sweep(dir string) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return
	}
	defer func() { _ = root.Close() }()
	_ = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), temporary) {
			_ = root.Remove(name)
		}
		return nil
	})
}

// Vacate removes the folder that LockFolder made when no PC came to be in it
// and nothing else is there.
func Vacate(dir string) {
	if names, err := os.ReadDir(dir); err == nil && len(names) == 1 && names[0].Name() == lockName {
		_ = os.Remove(filepath.Join(dir, lockName))
		_ = os.Remove(dir) // stays when somebody was faster
	}
}
