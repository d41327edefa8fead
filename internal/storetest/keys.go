package storetest

import (
	"bytes"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var keyTests = []directoryTest{
	{"signing keys read back oldest first, and an id is stored once", signingKeys},
	{"a deleted signing key is gone, deleting it again is no error", signingKeyDeleted},
	{"a server secret is made once, whoever asks first", serverSecretOnce},
	{"the store's own secret is not given out", serverSecretReserved},
}

func signingKeys(c *city) {
	newer := directory.SigningKey{KeyID: "a-newer", Private: []byte{1, 2, 0, 255}, CreatedAt: c.now, ActiveAt: c.now}
	older := directory.SigningKey{KeyID: "b-older", Private: []byte("pkcs8"), CreatedAt: c.now.AddDate(0, -1, 0), ActiveAt: c.now, RetiredAt: c.now}
	c.ok(c.db.AddSigningKey(c.ctx, newer))
	c.ok(c.db.AddSigningKey(c.ctx, older))
	other := newer
	other.Private = []byte("another")
	c.ok(c.db.AddSigningKey(c.ctx, other))
	c.equal("keys", must(c.db.ListSigningKeys(c.ctx)), []directory.SigningKey{older, newer})
}

func signingKeyDeleted(c *city) {
	kept := directory.SigningKey{KeyID: "kept", Private: []byte("pkcs8"), CreatedAt: c.now, ActiveAt: c.now}
	gone := directory.SigningKey{KeyID: "gone", Private: []byte("pkcs8"), CreatedAt: c.now, ActiveAt: c.now}
	c.ok(c.db.AddSigningKey(c.ctx, kept))
	c.ok(c.db.AddSigningKey(c.ctx, gone))
	for range 2 {
		c.ok(c.db.DeleteSigningKey(c.ctx, "gone"))
		c.equal("keys", must(c.db.ListSigningKeys(c.ctx)), []directory.SigningKey{kept})
	}
}

func serverSecretOnce(c *city) {
	got := make([][]byte, 6)
	for _, err := range c.together(len(got), func(i int) (err error) {
		got[i], err = c.db.Secret(c.ctx, "cookie", bytes.Repeat([]byte{byte(i + 1)}, 32))
		return err
	}) {
		c.ok(err)
	}
	for i := range got {
		c.equal("the same for all", got[i], got[0])
	}
	c.equal("length", len(got[0]), 32)
	c.equal("another name is another secret", must(c.db.Secret(c.ctx, "skiptoken", []byte("x"))), []byte("x"))
	c.equal("later", must(c.db.Secret(c.ctx, "cookie", []byte("fresh"))), got[0])
}

func serverSecretReserved(c *city) {
	for _, name := range []string{"taxiway/master-key-check", "taxiway/audit-chain-key"} {
		_, err := c.db.Secret(c.ctx, name, []byte("x"))
		c.faulty(fault.Invalid, "ReservedName", err)
	}
}
