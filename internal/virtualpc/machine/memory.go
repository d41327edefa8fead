package machine

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"sync"
)

// memory is a disk that is gone when the program ends.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
}

// NewMemory is an empty disk in memory, for fleets.
func NewMemory() Disk { return &memory{files: map[string][]byte{}} }

func (m *memory) Read(name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[name]
	if !ok {
		return nil, failed("read", name, fs.ErrNotExist)
	}
	return bytes.Clone(data), nil
}

func (m *memory) Write(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[name] = append([]byte{}, data...)
	return nil
}

func (m *memory) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, name)
	return nil
}

func (m *memory) Names() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files)), nil
}
