package machine

import (
	"io/fs"
	"strings"
	"sync"
	"unicode/utf8"
)

// Disk is where a PC keeps what survives a restart. Names are paths with
// slashes; a folder is there when a file is in it. A Disk may be used from
// several goroutines. Its errors are *Error and name the file.
type Disk interface {
	// Read gives the whole file; errors.Is(err, fs.ErrNotExist) when there is none.
	Read(name string) ([]byte, error)
	// Write replaces the file as a whole or leaves the old one as it was,
	// whatever happens meanwhile. CodeFull when there is no room.
	Write(name string, data []byte) error
	// Remove deletes the file; one that is not there is no error.
	Remove(name string) error
	// Names lists all files in order.
	Names() ([]string, error)
}

// longestName bounds one part of a path; file systems allow 255 bytes.
const longestName = 128

// checkName refuses names that some file system could not hold, or that would
// lead out of the folder.
func checkName(name string) error {
	ok := fs.ValidPath(name) && name != "." && utf8.ValidString(name)
	for part := range strings.SplitSeq(name, "/") {
		bad := strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || strings.ContainsRune(`\:*?"<>|`, r) })
		ok = ok && !bad && len(part) <= longestName && !strings.HasPrefix(part, ".") && !strings.HasSuffix(part, ".") && !strings.HasSuffix(part, " ")
	}
	if ok {
		return nil
	}
	return &Error{
		Code: CodeName, File: name, Message: "A PC's disk can have no file named '" + name + "'.", Err: fs.ErrInvalid,
		Remedy: "Use a path with slashes whose parts Windows would accept.",
	}
}

// prefixed is the part of a disk under one folder.
type prefixed struct {
	disk   Disk
	prefix string // ends with a slash
}

// full is the file's name on the whole disk, for errors.
func (p prefixed) full(name string) string { return p.prefix + name }

func (p prefixed) Read(name string) ([]byte, error) { return p.disk.Read(p.prefix + name) }

func (p prefixed) Write(name string, data []byte) error { return p.disk.Write(p.prefix+name, data) }

func (p prefixed) Remove(name string) error { return p.disk.Remove(p.prefix + name) }

func (p prefixed) Names() ([]string, error) {
	all, err := p.disk.Names()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range all {
		if rest, ok := strings.CutPrefix(name, p.prefix); ok {
			names = append(names, rest)
		}
	}
	return names, nil
}

// limited is a disk with so much room and no more.
type limited struct {
	Disk

	mu    sync.Mutex
	room  int64
	sizes map[string]int64
}

// Limit is d with room for so many bytes in all: what a PC with a full disk
// has. A write beyond it is CodeFull; what is there can be made smaller.
func Limit(d Disk, bytes int64) (Disk, error) {
	names, err := d.Names()
	if err != nil {
		return nil, err
	}
	l := &limited{Disk: d, room: bytes, sizes: map[string]int64{}}
	for _, name := range names {
		data, err := d.Read(name)
		if err != nil {
			return nil, err
		}
		l.sizes[name] = int64(len(data))
		l.room -= int64(len(data))
	}
	return l, nil
}

func (l *limited) Write(name string, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	more := int64(len(data)) - l.sizes[name]
	if more > 0 && more > l.room {
		return full(name, nil)
	}
	if err := l.Disk.Write(name, data); err != nil {
		return err
	}
	l.room -= more
	l.sizes[name] += more
	return nil
}

func (l *limited) Remove(name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.Disk.Remove(name); err != nil {
		return err
	}
	l.room += l.sizes[name]
	delete(l.sizes, name)
	return nil
}
