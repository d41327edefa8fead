package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"taxiway/internal/config"
	"taxiway/internal/fault"
)

// savedAccess is DATA/cli.json: how the command line reaches Graph. Only its
// owner may read it, because the secret is in it.
type savedAccess struct {
	URL          string `json:"url"`
	Tenant       string `json:"tenant"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	CA           string `json:"certificateAuthority,omitempty"` // PEM
}

func accessFile(c config.Config) string { return filepath.Join(c.DataDir, "cli.json") }

// loadAccess reads the file; without one the result is empty.
func loadAccess(c config.Config) (savedAccess, error) {
	var s savedAccess
	path := accessFile(c)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read the saved access: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return s, fault.Field(fault.Denied, "FileNotPrivate", path, "Others can read "+path+", which holds a client secret.", "Run: chmod 600 "+path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator's own data directory
	if err != nil {
		return s, fmt.Errorf("read the saved access: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fault.Field(fault.Invalid, "InvalidFile", path, "The file "+path+" is not JSON: "+err.Error()+".", "Delete it and run 'taxiway app create --save' again.")
	}
	return s, nil
}

func saveAccess(c config.Config, s savedAccess) error { return writePrivateJSON(accessFile(c), s) }

// writePrivateJSON replaces a file as a whole; only its owner may read it.
func writePrivateJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writePrivate(path, append(data, '\n'))
}

func writePrivate(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// readJSONFile reads a file of the data directory.
func readJSONFile(path string, into any) error {
	data, err := os.ReadFile(path) //nolint:gosec // the operator's own data directory
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault.Field(fault.Invalid, "InvalidFile", path, "The file "+path+" is not JSON: "+err.Error()+".", "Delete it and run the command again.")
	}
	return nil
}
