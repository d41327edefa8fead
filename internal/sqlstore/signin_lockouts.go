package sqlstore

import (
	"context"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// CountTry implements signin.LockoutStore. The row of the account is the lock
// of its tries, so it is made first when it is not there.
func (db *DB) CountTry(ctx context.Context, account []byte, network string, count func(byNetwork, byAccount *signin.Lockout) bool) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "INSERT INTO lockouts (account, network, failures, until, last_at) VALUES ($1, '', 0, 0, 0) ON CONFLICT (account, network) DO NOTHING", account); err != nil {
			return err
		}
		byAccount, err := tx.lockout(ctx, account, "")
		if err != nil {
			return err
		}
		byNetwork, err := tx.lockout(ctx, account, network)
		if err != nil || !count(&byNetwork, &byAccount) {
			return err
		}
		if err := tx.putLockout(ctx, account, "", byAccount); err != nil {
			return err
		}
		return tx.putLockout(ctx, account, network, byNetwork)
	})
	return fault.Wrap("count a try", err)
}

// PutTrust implements signin.LockoutStore.
func (db *DB) PutTrust(ctx context.Context, account []byte, network string, l signin.Lockout) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "DELETE FROM lockouts WHERE account = $1 AND network = ''", account); err != nil {
			return err
		}
		return tx.putLockout(ctx, account, network, l)
	})
	return fault.Wrap("trust a network", err)
}

func (tx *Tx) lockout(ctx context.Context, account []byte, network string) (signin.Lockout, error) {
	l, _, err := first(ctx, tx, func(r row, l *signin.Lockout) error { return r.Scan(&l.Failures, asTime(&l.Until), asTime(&l.LastAt)) },
		"SELECT failures, until, last_at FROM lockouts WHERE account = $1 AND network = $2/*lock*/", account, network)
	return l, err
}

func (tx *Tx) putLockout(ctx context.Context, account []byte, network string, l signin.Lockout) error {
	_, err := tx.exec(ctx, "INSERT INTO lockouts (account, network, failures, until, last_at) VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (account, network) DO UPDATE SET failures = excluded.failures, until = excluded.until, last_at = excluded.last_at",
		account, network, l.Failures, timeArg(l.Until), timeArg(l.LastAt))
	return err
}
