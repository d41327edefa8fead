package sqlstore_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

type plainClock struct{}

func (plainClock) Real() time.Time                  { return time.Now() }
func (plainClock) Now(directory.TenantID) time.Time { return time.Now() }

type settled struct{}

func (settled) SettleObjects(context.Context, directory.TenantID, directory.Topic, []directory.ObjectID) {
}
func (settled) SettleFill(context.Context, directory.TenantID, directory.Fill) {}

// secretForms are the ways in which bytes can lie in a file.
func secretForms(b []byte) [][]byte {
	return [][]byte{
		b, []byte(hex.EncodeToString(b)), bytes.ToUpper([]byte(hex.EncodeToString(b))), []byte(base64.StdEncoding.EncodeToString(b)), []byte(base64.RawStdEncoding.EncodeToString(b)),
		[]byte(base64.RawURLEncoding.EncodeToString(b)), []byte(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)),
	}
}

func holds(file, secret []byte) bool {
	for _, form := range secretForms(secret) {
		if bytes.Contains(file, form) {
			return true
		}
	}
	return false
}

// appCode is what an authenticator app shows (RFC 6238).
func appCode(secret []byte, at time.Time) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	at4 := sum[sum[19]&15:]
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(at4)&0x7fffffff%1_000_000)
}

func TestNoSecretOfAPersonIsFoundInTheDatabaseOrABackup(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := e.New(t)
		db := storetest.Reopen(t, o)
		dir := &directory.Service{Store: db.Directory(), Clock: plainClock{}, NewID: newID, Settler: settled{}, Lease: func() directory.Lease { return directory.Lease{} }}
		people := &signin.People{
			Store: db, Users: db.Directory(), Tenants: db.Directory(), Admins: dir, Clock: plainClock{}, NewID: newID, Hasher: signin.NewHasher(2),
			SessionIdle: time.Hour, SessionLife: time.Hour,
		}
		tenant, err := dir.CreateTenant(ctx, directory.Tenant{DisplayName: "Contoso", Domain: "contoso.example"})
		ok(t, err)
		u, err := dir.CreateUser(ctx, tenant.ID, directory.User{UserPrincipalName: "adele@contoso.example", DisplayName: "Somebody To Be Found", AccountEnabled: true})
		ok(t, err)

		secrets := map[string][]byte{"password": []byte("glass umbrella piano"), "wrong password": []byte("quartz lantern river"), "tried name": []byte("nobody.at.all@contoso.example")}
		ok(t, people.SetPassword(ctx, tenant.ID, u.ID, string(secrets["password"]), false))
		for _, name := range []string{u.UserPrincipalName, string(secrets["tried name"])} {
			if _, err := people.CheckPassword(ctx, tenant.ID, name, string(secrets["wrong password"]), "192.0.2.1"); err == nil {
				t.Fatal("a wrong password was right")
			}
		}
		setup, err := people.BeginTOTP(ctx, tenant.ID, u.ID)
		ok(t, err)
		secrets["secret of the authenticator"], err = base32.StdEncoding.DecodeString(setup.Secret)
		ok(t, err)
		recovery, err := people.ConfirmTOTP(ctx, tenant.ID, u.ID, appCode(secrets["secret of the authenticator"], time.Now()))
		ok(t, err)
		for i, code := range recovery {
			secrets[fmt.Sprintf("recovery code %d", i)] = []byte(code)
			secrets[fmt.Sprintf("recovery code %d without hyphens", i)] = bytes.ReplaceAll([]byte(code), []byte("-"), nil)
		}
		cookie, _, err := people.StartSession(ctx, tenant.ID, signin.Session{User: u.ID, Methods: []string{"pwd"}})
		ok(t, err)
		first, _, err := people.NewLink(ctx, tenant.ID, signin.LinkFirstAdmin, "")
		ok(t, err)
		reset, _, err := people.NewLink(ctx, tenant.ID, signin.LinkReset, u.ID)
		ok(t, err)
		for name, token := range map[string]string{"cookie of a session": cookie, "link of the first administrator": first, "link to reset": reset} {
			secrets[name] = []byte(token)
			random, err := base64.RawURLEncoding.DecodeString(token[len(token)-43:])
			ok(t, err)
			secrets["random part of the "+name] = random
			secrets["random text of the "+name] = []byte(token[len(token)-43:])
		}

		files := map[string][]byte{"backup": unpackedBackup(t, db)}
		if e.Name == "sqlite" {
			for _, suffix := range []string{"", "-wal"} {
				file, err := os.ReadFile(filepath.Join(o.Dir, "taxiway.db"+suffix))
				ok(t, err)
				files["database"] = append(files["database"], file...)
			}
		}
		hashOfCookie := sha256.Sum256([]byte(cookie))
		for name, file := range files {
			if !holds(file, []byte("Somebody To Be Found")) || !holds(file, hashOfCookie[:]) {
				t.Errorf("the %s does not even hold what it should: the search is blind", name)
			}
			for what, secret := range secrets {
				if holds(file, secret) {
					t.Errorf("the %s holds the %s", name, what)
				}
			}
		}
	})
}

func unpackedBackup(t *testing.T, db *sqlstore.DB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup")
	_, err := db.Backup(t.Context(), path)
	ok(t, err)
	packed, err := os.ReadFile(path)
	ok(t, err)
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	ok(t, err)
	plain, err := io.ReadAll(zip)
	ok(t, err)
	return plain
}

func TestASecondFactorOpensAfterTheMasterKeyChanged(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := e.New(t)
		db := storetest.Reopen(t, o)
		tenant := trail(t, db)
		u := directory.User{ID: directory.ObjectID(newID()), UserPrincipalName: "a@t.example", DisplayName: "A"}
		other := directory.User{ID: directory.ObjectID(newID()), UserPrincipalName: "b@t.example", DisplayName: "B"}
		ok(t, db.InTx(ctx, func(tx *sqlstore.Tx) error {
			if err := tx.CreateUser(ctx, tenant, other); err != nil {
				return err
			}
			return tx.CreateUser(ctx, tenant, u)
		}))
		factor := signin.TOTP{ID: newID(), Secret: []byte("twenty bytes, no more"), CreatedAt: clock()}
		ok(t, db.PutTOTP(ctx, tenant, u.ID, factor, nil, directory.AuditEvent{ID: newID(), At: clock()}))
		// A sealed secret does not open in another person's row.
		ok(t, db.PutTOTP(ctx, tenant, other.ID, factor, nil, directory.AuditEvent{ID: newID(), At: clock()}))
		ok(t, db.Exec(ctx, "UPDATE totp SET secret = (SELECT t.secret FROM totp t WHERE t.user_id <> totp.user_id)"))
		if _, err := db.GetTOTP(ctx, tenant, u.ID); err == nil {
			t.Error("a secret moved to another person opens")
		}
		ok(t, db.PutTOTP(ctx, tenant, u.ID, factor, nil, directory.AuditEvent{ID: newID(), At: clock()}))
		ok(t, db.PutTOTP(ctx, tenant, other.ID, factor, nil, directory.AuditEvent{ID: newID(), At: clock()}))
		ok(t, db.Close())
		fresh := o
		fresh.MasterKey = bytes.Repeat([]byte{9}, 32)
		done, err := sqlstore.ChangeMasterKey(ctx, o, fresh.MasterKey)
		ok(t, err)
		if done["totp"] != 2 {
			t.Errorf("sealed anew: %v", done)
		}
		again := storetest.Reopen(t, fresh)
		got, err := again.GetTOTP(ctx, tenant, u.ID)
		if err != nil || !bytes.Equal(got.Secret, factor.Secret) {
			t.Errorf("secret %q, %v", got.Secret, err)
		}
	})
}
