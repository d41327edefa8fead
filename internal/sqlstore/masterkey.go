package sqlstore

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"taxiway/internal/fault"
)

// MasterKeyFile is the key's file in the data directory.
const MasterKeyFile = "master.key"

const masterKeySize = 32

// LoadMasterKey returns the key that seals the keys in the database. A
// non-empty env (TAXIWAY_MASTER_KEY) is the key in hexadecimal or base64; else
// it is read from the file in dir. The file is made when it is missing, but
// not beside an existing SQLite database: that one has another key already.
func LoadMasterKey(dir, env string) ([]byte, error) {
	if env != "" {
		key, err := decodeMasterKey(env)
		if err != nil {
			return nil, fault.New(fault.Invalid, "InvalidMasterKey", "TAXIWAY_MASTER_KEY is not 32 bytes in hexadecimal or base64.")
		}
		return key, nil
	}
	path := filepath.Join(dir, MasterKeyFile)
	key, err := readMasterKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, err := os.Stat(filepath.Join(dir, FileName)); err == nil && info.Size() > 0 {
		return nil, fault.New(fault.Precondition, "MasterKeyMissing", "The database in "+dir+" needs the master key it was made with: put "+MasterKeyFile+" back or set TAXIWAY_MASTER_KEY.")
	}
	return createMasterKey(dir, path)
}

func readMasterKey(path string) ([]byte, error) {
	info, err := os.Stat(path) //nolint:gosec // the data directory is the operator's choice
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	// Windows keeps its access rights elsewhere; the mode there says nothing.
	if wide := info.Mode().Perm() & 0o077; wide != 0 && runtime.GOOS != "windows" {
		return nil, fault.New(fault.Precondition, "MasterKeyExposed", fmt.Sprintf("Others may read %s (mode %04o): run chmod 600 on it.", path, info.Mode().Perm()))
	}
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's
	if err != nil {
		return nil, fault.Wrap("read the master key", err)
	}
	key, err := decodeMasterKey(string(text))
	if err != nil {
		return nil, fault.New(fault.Invalid, "InvalidMasterKey", path+" is not 32 bytes in hexadecimal or base64.")
	}
	return key, nil
}

func decodeMasterKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if key, err := decode(text); err == nil && len(key) == masterKeySize {
			return key, nil
		}
	}
	return nil, errors.New("neither hexadecimal nor base64 of 32 bytes")
}

func newMasterKey() []byte {
	key := make([]byte, masterKeySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return key
}

// createMasterKey writes the key to a file of its own first, so that a crash
// leaves a whole key or none; the link fails when another process was faster.
func createMasterKey(dir, path string) ([]byte, error) {
	const doing = "make the master key"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(doing, err)
	}
	key := newMasterKey()
	f, err := os.CreateTemp(dir, MasterKeyFile+".*")
	if err != nil {
		return nil, fault.Wrap(doing, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return nil, fault.Wrap(doing, err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return readMasterKey(path)
		}
		return nil, fault.Wrap(doing, err)
	}
	return key, nil
}
