package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// sealedKey is a signing key before it is opened.
type sealedKey struct {
	directory.SigningKey
	sealed []byte
}

func signingKeyName(id string) string { return "signing-key/" + id }

// ListSigningKeys implements directory.KeyStore, the oldest first.
func (db *DB) ListSigningKeys(ctx context.Context) ([]directory.SigningKey, error) {
	rows, err := collect(ctx, db.reader(), func(r row, k *sealedKey) error {
		return r.Scan(&k.KeyID, &k.sealed, asTime(&k.CreatedAt), asTime(&k.ActiveAt), asTime(&k.RetiredAt))
	}, "SELECT key_id, sealed, created_at, active_at, retired_at FROM signing_keys ORDER BY created_at, key_id")
	if err != nil {
		return nil, fault.Wrap("list signing keys", err)
	}
	keys := make([]directory.SigningKey, len(rows))
	for i, r := range rows {
		keys[i] = r.SigningKey
		if keys[i].Private, err = db.seal.open(signingKeyName(r.KeyID), r.sealed); err != nil {
			return nil, fault.Wrap("open signing key "+r.KeyID, err)
		}
	}
	return keys, nil
}

// AddSigningKey implements directory.KeyStore.
func (db *DB) AddSigningKey(ctx context.Context, k directory.SigningKey) error {
	sealed, err := db.seal.seal(signingKeyName(k.KeyID), k.Private)
	if err != nil {
		return err
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		if err := db.holdMasterKey(ctx, tx, "/*share*/"); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "INSERT INTO signing_keys (key_id, sealed, created_at, active_at, retired_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key_id) DO NOTHING",
			k.KeyID, sealed, timeArg(k.CreatedAt), timeArg(k.ActiveAt), timeArg(k.RetiredAt))
		return err
	})
	return fault.Wrap("add signing key "+k.KeyID, err)
}

// Secret implements directory.KeyStore.
func (db *DB) Secret(ctx context.Context, name string, fresh []byte) ([]byte, error) {
	doing := "read the server secret " + name
	if name == keyCheck || name == chainKeyName {
		return nil, fault.New(fault.Invalid, "ReservedName", "The name "+name+" is the store's own.")
	}
	sealed, err := loadSealed(ctx, db.reader(), name)
	if err == nil && sealed == nil {
		if sealed, err = db.seal.seal(name, fresh); err == nil {
			sealed, err = db.storeSealed(ctx, name, sealed)
		}
	}
	if err != nil {
		return nil, fault.Wrap(doing, err)
	}
	plain, err := db.seal.open(name, sealed)
	return plain, fault.Wrap(doing, err)
}

// DeleteSigningKey implements directory.KeyStore; one that is not there is no error.
func (db *DB) DeleteSigningKey(ctx context.Context, keyID string) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "DELETE FROM signing_keys WHERE key_id = $1", keyID)
		return err
	})
	return fault.Wrap("delete signing key "+keyID, err)
}
