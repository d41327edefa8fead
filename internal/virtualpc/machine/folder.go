package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// temporary is how the name of a file begins that is being written. One that
// stays behind when the power goes is no file of the disk.
const temporary = ".new-"

// folder is a disk that is a folder of the machine this program runs on.
type folder struct {
	dir string
	mu  sync.Mutex // a write makes the folder that a removal takes away
}

// OpenFolder is the disk in a folder, which is made at the first write. Only
// its owner may read the files. The folder should belong to one process at a
// time: see LockFolder.
func OpenFolder(dir string) (Disk, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, failed("find", dir, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, failed("read", dir, err)
	case !info.IsDir():
		return nil, &Error{Code: CodeDisk, File: dir, Message: dir + " is a file, not the folder of a PC.", Err: fs.ErrInvalid, Remedy: "Name a folder."}
	}
	return &folder{dir: abs}, nil
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

func (f *folder) Read(name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(f.path(name))
	if err != nil {
		return nil, failed("read", name, err)
	}
	return data, nil
}

// Write writes beside the file and puts the new one in its place in one step.
// The content is on the disk before its name is: when the power goes between,
// the old file is still there.
func (f *folder) Write(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	path := f.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return failed("write", name, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), temporary+"*") // made with mode 0600
	if err != nil {
		return failed("write", name, err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return failed("write", name, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

func (f *folder) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := os.Remove(f.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("remove", name, err)
	}
	// Folders that are empty now go too, as far as they can.
	for dir := filepath.Dir(f.path(name)); len(dir) > len(f.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break
		}
	}
	return nil
}

func (f *folder) Names() ([]string, error) {
	var names []string
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(f.dir, path)
		if err != nil {
			return fmt.Errorf("name %s: %w", path, err)
		}
		if name := filepath.ToSlash(rel); !strings.HasPrefix(d.Name(), ".") && checkName(name) == nil {
			names = append(names, name)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failed("list", f.dir, err)
	}
	slices.Sort(names)
	return names, nil
}

// IsThere tells whether a folder has a PC, be it damaged.
func IsThere(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, recordFile))
	return err == nil && info.Mode().IsRegular()
}
