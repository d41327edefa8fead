package sqlstore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

func TestAChangedMasterKeyOpensEverythingAndTheOldOneNothing(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := e.New(t)
		db := storetest.Reopen(t, o)
		tenant := trail(t, db)
		key := directory.SigningKey{KeyID: "k", Private: []byte("pkcs8"), CreatedAt: clock().UTC().Truncate(time.Microsecond)}
		ok(t, db.AddSigningKey(ctx, key))
		secret, err := db.Secret(ctx, "name", []byte("secret"))
		ok(t, err)
		backup := filepath.Join(t.TempDir(), "old.bak")
		_, err = db.Backup(ctx, backup)
		ok(t, err)
		if e.Name == "sqlite" {
			ok(t, db.Close()) // the file has one writer
		}

		_, err = sqlstore.ChangeMasterKey(ctx, o, o.MasterKey)
		wantFault(t, err, fault.Invalid, "SameMasterKey", "in use")
		fresh := o
		fresh.MasterKey = bytes.Repeat([]byte{9}, 32)
		done, err := sqlstore.ChangeMasterKey(ctx, o, fresh.MasterKey)
		ok(t, err)
		if done["signing_keys"] != 1 || done["server_secrets"] < 2 {
			t.Errorf("sealed anew: %v", done)
		}
		_, err = sqlstore.Open(ctx, o)
		wantFault(t, err, fault.Precondition, "MasterKeyMismatch", "TAXIWAY_MASTER_KEY")
		if e.Name == "postgres" { // a process that was not stopped must not seal with the old key
			wantFault(t, db.AddSigningKey(ctx, directory.SigningKey{KeyID: "late"}), fault.Precondition, "MasterKeyMismatch", "TAXIWAY_MASTER_KEY")
			_, err = db.Secret(ctx, "late", []byte("x"))
			wantFault(t, err, fault.Precondition, "MasterKeyMismatch", "TAXIWAY_MASTER_KEY")
		}

		again := storetest.Reopen(t, fresh)
		keys, err := again.ListSigningKeys(ctx)
		if err != nil || len(keys) != 1 || !bytes.Equal(keys[0].Private, key.Private) {
			t.Errorf("signing keys: %v, %v", keys, err)
		}
		if got, err := again.Secret(ctx, "name", []byte("fresh")); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("secret: %q, %v, want %q", got, err, secret)
		}
		ok(t, again.InTx(ctx, func(tx *sqlstore.Tx) error {
			return tx.Audit(ctx, tenant, directory.AuditEvent{ID: newID(), At: clock(), Activity: "Update group"})
		}))
		if n, err := again.SealAudit(ctx, 10); err != nil || n != 1 {
			t.Errorf("sealed %d, %v", n, err)
		}
		if problems, n, err := again.VerifyAudit(ctx, tenant); err != nil || n != 6 || len(problems) > 0 {
			t.Errorf("the audit trail goes on: %d events, %v, %v", n, problems, err)
		}
		_, err = again.Restore(ctx, backup, true)
		wantFault(t, err, fault.Precondition, "MasterKeyMismatch", "TAXIWAY_MASTER_KEY")
		if tenants, err := again.ListTenants(ctx); err != nil || len(tenants) != 1 {
			t.Errorf("after the refused restore: %v, %v", tenants, err)
		}
		ok(t, again.Close())

		// The old key still opens the old backup.
		if e.Name == "sqlite" {
			other := sqlstore.Options{Dir: t.TempDir(), MasterKey: o.MasterKey, Clock: clock}
			third := storetest.Reopen(t, other)
			_, err = third.Restore(ctx, backup, false)
			ok(t, err)
		}
	})
}

// A column whose values are sealed and that a change of the master key does
// not know would be lost: what is sealed after stocking every kind of secret
// must open with the new key, so the names of the columns are compared here.
func TestEverySealedColumnIsSealedAnew(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	known := sqlstore.SealedColumns()
	for _, name := range files {
		text, err := os.ReadFile(name)
		ok(t, err)
		table := ""
		for line := range strings.Lines(string(text)) {
			if rest, found := strings.CutPrefix(line, "CREATE TABLE "); found {
				table, _, _ = strings.Cut(rest, " ")
			}
			column, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if (column == "sealed" || column == "secret") && !known[table+"."+column] {
				t.Errorf("%s: %s.%s is not resealed when the master key changes", name, table, column)
			}
		}
	}
}

func TestAChangeOfTheMasterKeyThatWasInterruptedIsFinished(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	key, err := sqlstore.LoadMasterKey(dir, "")
	ok(t, err)
	o := sqlstore.Options{Dir: dir, MasterKey: key, Clock: clock}
	db := storetest.Reopen(t, o)
	ok(t, db.AddSigningKey(ctx, directory.SigningKey{KeyID: "k", Private: []byte("pkcs8")}))
	ok(t, db.Close())

	// The store has the new key, the file not yet.
	next := filepath.Join(dir, sqlstore.MasterKeyFile+".next")
	fresh := bytes.Repeat([]byte{5}, 32)
	ok(t, os.WriteFile(next, []byte("0505050505050505050505050505050505050505050505050505050505050505\n"), 0o600))
	_, err = sqlstore.ChangeMasterKey(ctx, o, fresh)
	ok(t, err)
	done, err := sqlstore.ChangeMasterKeyFile(ctx, o, nil, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil || !done.Resumed || filepath.Base(done.KeptAs) != "master.key.before-20260102T030405Z" {
		t.Fatalf("resumed: %+v, %v", done, err)
	}
	if got, err := sqlstore.LoadMasterKey(dir, ""); err != nil || !bytes.Equal(got, fresh) {
		t.Errorf("the file has another key: %v", err)
	}
	if old, err := sqlstore.ReadMasterKey(done.KeptAs); err != nil || !bytes.Equal(old, key) {
		t.Errorf("the old key was not kept: %v", err)
	}

	// The file has a next key that never reached the store: it is not used.
	ok(t, os.WriteFile(next, []byte("0606060606060606060606060606060606060606060606060606060606060606\n"), 0o600))
	o.MasterKey = fresh
	done, err = sqlstore.ChangeMasterKeyFile(ctx, o, nil, time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC))
	if err != nil || done.Resumed || done.Sealed["signing_keys"] != 1 {
		t.Fatalf("changed: %+v, %v", done, err)
	}
	if _, err := os.Stat(next); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the next key is still there: %v", err)
	}
	o.MasterKey, err = sqlstore.LoadMasterKey(dir, "")
	ok(t, err)
	ok(t, storetest.Reopen(t, o).Close())
}
