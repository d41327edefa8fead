package sqlstore_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// stocked is a tenant with one row in many tables, and texts that are hard to carry.
func stocked(t *testing.T, db *sqlstore.DB) directory.TenantID {
	t.Helper()
	tenant := trail(t, db)
	ok(t, db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		ctx := t.Context()
		d := directory.Device{ID: directory.ObjectID(newID()), DeviceID: directory.DeviceID(newID()), DisplayName: "line\nbreak \"quote\" <ä> 👩", Attributes: map[string]string{"a": "\u2028"}}
		g := directory.Group{ID: directory.ObjectID(newID()), DisplayName: "[\"G\"", Kind: directory.Assigned, LastUpdated: clock()}
		for range 300 { // more than one bulk statement
			more := directory.Device{ID: directory.ObjectID(newID()), DeviceID: directory.DeviceID(newID())}
			if err := tx.CreateDevices(ctx, tenant, []directory.Device{more}); err != nil {
				return err
			}
		}
		for _, err := range []error{
			tx.CreateDevices(ctx, tenant, []directory.Device{d}), tx.CreateGroup(ctx, tenant, g),
			tx.CreateUser(ctx, tenant, directory.User{ID: directory.ObjectID(newID()), UserPrincipalName: "a@t.example", DisplayName: "A"}),
			tx.ApplyMemberships(ctx, tenant, []directory.Membership{{Group: g.ID, Member: d.ID, Kind: directory.MemberDevice}}, nil),
			tx.MarkDirty(ctx, tenant, directory.TopicDevice, []directory.ObjectID{d.ID}, 0, directory.Lease{}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	ok(t, db.AddSigningKey(t.Context(), directory.SigningKey{KeyID: "k", Private: []byte{0, 1, 255}, CreatedAt: clock()}))
	return tenant
}

func TestABackupOfEitherEngineRestoresIntoEither(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, from storetest.Engine) {
		source := from.Open(t)
		tenant := stocked(t, source)
		path := filepath.Join(t.TempDir(), "taxiway.backup")
		info, err := source.Backup(t.Context(), path)
		ok(t, err)
		if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("mode = %v, %v", stat.Mode(), err)
		}
		if info.Rows["devices"] != 301 || info.Engine != from.Name || info.Schema != sqlstore.SchemaVersion {
			t.Errorf("info = %+v", info)
		}
		_, err = source.Backup(t.Context(), path)
		wantFault(t, err, fault.Conflict, "BackupExists", path)
		storetest.Engines(t, func(t *testing.T, to storetest.Engine) {
			target := to.Open(t)
			got, err := target.Restore(t.Context(), path, false)
			ok(t, err)
			if diff := cmp.Diff(info, got); diff != "" {
				t.Errorf("info (-backup +restore):\n%s", diff)
			}
			sameContent(t, source, target, tenant)
			_, err = target.Restore(t.Context(), path, false)
			wantFault(t, err, fault.Conflict, "DatabaseNotEmpty", "1 tenants")
			_, err = target.Restore(t.Context(), path, true)
			ok(t, err)
			sameContent(t, source, target, tenant)
		})
	})
}

// sameContent compares what the stores answer, and the lines of backups of both.
func sameContent(t *testing.T, a, b *sqlstore.DB, tenant directory.TenantID) {
	t.Helper()
	var rows [2]map[string]int64
	var keys [2][]directory.SigningKey
	for i, db := range []*sqlstore.DB{a, b} {
		var err error
		rows[i], err = db.CountRows(t.Context(), tenant)
		ok(t, err)
		keys[i], err = db.ListSigningKeys(t.Context())
		ok(t, err)
		if problems, n, err := db.VerifyAudit(t.Context(), tenant); err != nil || n != 5 || len(problems) > 0 {
			t.Errorf("audit trail: %v, %d, %v", problems, n, err)
		}
	}
	if diff := cmp.Diff(rows[0], rows[1]); diff != "" {
		t.Errorf("rows:\n%s", diff)
	}
	if diff := cmp.Diff(keys[0], keys[1]); diff != "" {
		t.Errorf("signing keys:\n%s", diff)
	}
	if diff := cmp.Diff(devicesOf(t, a, tenant), devicesOf(t, b, tenant)); diff != "" {
		t.Errorf("devices:\n%s", diff)
	}
}

func devicesOf(t *testing.T, db *sqlstore.DB, tenant directory.TenantID) (all []directory.Device) {
	t.Helper()
	ok(t, db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		ids, err := tx.PageObjects(t.Context(), tenant, directory.MemberDevice, "", "", 1000)
		if err != nil {
			return err
		}
		all, err = tx.LockDevices(t.Context(), tenant, ids)
		return err
	}))
	return all
}

func TestADamagedBackupReplacesNothing(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		db := e.Open(t)
		tenant := stocked(t, db)
		whole := filepath.Join(t.TempDir(), "whole")
		_, err := db.Backup(t.Context(), whole)
		ok(t, err)
		packed, err := os.ReadFile(whole)
		ok(t, err)
		zip, err := gzip.NewReader(bytes.NewReader(packed))
		ok(t, err)
		plain, err := io.ReadAll(zip)
		ok(t, err)
		before, err := db.CountRows(t.Context(), tenant)
		ok(t, err)
		lines := strings.SplitAfter(string(plain), "\n")
		for _, test := range []struct {
			name string
			file []byte
		}{
			{"nothing", nil},
			{"no backup", []byte("PK\x03\x04 not a backup")},
			{"cut off", packed[:len(packed)/2]},
			{"without its end", pack(t, strings.Join(lines[:len(lines)-2], ""))},
			{"a row less", pack(t, strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), ""))},
			{"another text", pack(t, strings.Replace(string(plain), "Create group", "Create Group", 1))},
			{"something behind the end", pack(t, string(plain)+"\n")},
			{"another format", pack(t, strings.Replace(string(plain), "taxiway-backup", "other-backup", 1))},
		} {
			path := filepath.Join(t.TempDir(), "damaged")
			ok(t, os.WriteFile(path, test.file, 0o600))
			_, err := db.Restore(t.Context(), path, true)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: error = %v, want fault.Invalid", test.name, err)
			}
		}
		after, err := db.CountRows(t.Context(), tenant)
		ok(t, err)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("rows:\n%s", diff)
		}
	})
}

func pack(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	ok(t, err)
	ok(t, w.Close())
	return b.Bytes()
}

func TestABackupOfAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	foreign := storetest.Reopen(t, sqlstore.Options{Dir: t.TempDir(), MasterKey: bytes.Repeat([]byte{9}, 32), Clock: clock})
	path := filepath.Join(t.TempDir(), "foreign")
	_, err := foreign.Backup(t.Context(), path)
	ok(t, err)
	db := storetest.Reopen(t, sqlstore.Options{Dir: t.TempDir(), MasterKey: storetest.MasterKey(), Clock: clock})
	_, err = db.Restore(t.Context(), path, true)
	wantFault(t, err, fault.Precondition, "MasterKeyMismatch", "master key")
}
