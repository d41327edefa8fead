package sqlstore_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

func clock() time.Time { return time.Now() }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		o := e.New(t)
		db := storetest.Reopen(t, o)
		want, err := db.Secret(t.Context(), "name", []byte("secret"))
		ok(t, err)
		ok(t, db.Close())
		other := o
		other.MasterKey = bytes.Repeat([]byte{7}, 32)
		for _, readOnly := range []bool{false, true} {
			other.ReadOnly = readOnly
			_, err = sqlstore.Open(t.Context(), other)
			wantFault(t, err, fault.Precondition, "MasterKeyMismatch", "TAXIWAY_MASTER_KEY")
		}
		other.MasterKey = other.MasterKey[:31]
		_, err = sqlstore.Open(t.Context(), other)
		wantFault(t, err, fault.Invalid, "InvalidMasterKey", "31 bytes")
		again := storetest.Reopen(t, o)
		if got, err := again.Secret(t.Context(), "name", []byte("fresh")); err != nil || !bytes.Equal(got, want) {
			t.Errorf("secret = %q, %v, want %q", got, err, want)
		}
	})
}

func TestSealedKeysAreNotInTheFileAndDoNotOpenInAnotherRow(t *testing.T) {
	t.Parallel()
	o := sqlstore.Options{Dir: t.TempDir(), MasterKey: storetest.MasterKey(), Clock: clock}
	db := storetest.Reopen(t, o)
	private := []byte("-- the private key, in the clear --")
	for _, id := range []string{"one", "two"} {
		ok(t, db.AddSigningKey(t.Context(), directory.SigningKey{KeyID: id, Private: append([]byte(id), private...)}))
	}
	ok(t, db.Exec(t.Context(), "UPDATE signing_keys SET sealed = (SELECT sealed FROM signing_keys WHERE key_id = 'two') WHERE key_id = 'one'"))
	if keys, err := db.ListSigningKeys(t.Context()); err == nil {
		t.Errorf("keys = %v, want an error: one holds the other's", keys)
	}
	ok(t, db.Close())
	file, err := os.ReadFile(filepath.Join(o.Dir, sqlstore.FileName))
	ok(t, err)
	if bytes.Contains(file, private[:16]) {
		t.Error("the file holds the key in the clear")
	}
}

func TestTheMasterKeyComesFromTheEnvironmentOrItsFile(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{0xfb, 0xff, 0x01, 0x02}, 8)
	for _, env := range []string{
		hex.EncodeToString(key), " " + hex.EncodeToString(key) + "\n", base64.StdEncoding.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key),
		base64.URLEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key),
	} {
		if got, err := sqlstore.LoadMasterKey(t.TempDir(), env); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%q: key = %x, %v", env, got, err)
		}
	}
	for _, env := range []string{"short", hex.EncodeToString(key[:31]), hex.EncodeToString(append(key, 1))} {
		_, err := sqlstore.LoadMasterKey(t.TempDir(), env)
		wantFault(t, err, fault.Invalid, "InvalidMasterKey", "32 bytes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	path := filepath.Join(dir, sqlstore.MasterKeyFile)
	made := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() { made[i], _ = sqlstore.LoadMasterKey(dir, "") })
	}
	wg.Wait()
	for _, k := range made {
		if len(k) != 32 || !bytes.Equal(k, made[0]) {
			t.Errorf("key = %x, want the one all got: %x", k, made[0])
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("files = %v, %v, want the key alone", entries, err)
	}
	ok(t, os.Chmod(path, 0o640))
	_, err := sqlstore.LoadMasterKey(dir, "")
	wantFault(t, err, fault.Precondition, "MasterKeyExposed", "chmod 600 ")
	ok(t, os.Remove(path))
	ok(t, os.WriteFile(filepath.Join(dir, sqlstore.FileName), []byte("a database"), 0o600))
	_, err = sqlstore.LoadMasterKey(dir, "")
	wantFault(t, err, fault.Precondition, "MasterKeyMissing", sqlstore.MasterKeyFile)
}

func TestTheDataDirectoryHasOneHolderWhoIsNamed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	release, err := sqlstore.Lock(dir)
	ok(t, err)
	_, err = sqlstore.Lock(dir)
	wantFault(t, err, fault.Conflict, "DataDirectoryInUse", "process "+strconv.Itoa(os.Getpid()))
	release()
	release, err = sqlstore.Lock(dir)
	ok(t, err)
	release()
}
