package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/fault"
)

// SpendNonce implements autopilot.NonceStore.
func (db *DB) SpendNonce(ctx context.Context, nonce []byte, expires time.Time) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "INSERT INTO spent_nonces (nonce, expires_at) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING", nonce, timeArg(expires))
		fresh = n == 1
		return err
	})
	return fresh, fault.Wrap("spend nonce", err)
}

// ForgetNonces implements autopilot.NonceStore.
func (db *DB) ForgetNonces(ctx context.Context, now time.Time) error {
	return fault.Wrap("forget nonces", db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "DELETE FROM spent_nonces WHERE expires_at < $1", timeArg(now))
		return err
	}))
}
