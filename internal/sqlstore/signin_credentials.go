package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// GetPassword implements signin.CredentialStore.
func (db *DB) GetPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.Password, error) {
	p, ok, err := first(ctx, db.reader(), func(r row, p *signin.Password) error {
		return r.Scan(&p.Hash, asBool(&p.MustChange), asTime(&p.ChangedAt))
	},
		"SELECT hash, must_change, changed_at FROM passwords WHERE tenant_id = $1 AND user_id = $2", idArg(db.d, t), idArg(db.d, user))
	if err == nil && !ok {
		return p, missing("password of", string(user))
	}
	return p, fault.Wrap("get password of "+string(user), err)
}

// PutPassword implements signin.CredentialStore.
func (db *DB) PutPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, p signin.Password, keep string, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		if err := tx.sessionsFrom(ctx, t, user, p.ChangedAt); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "INSERT INTO passwords (tenant_id, user_id, hash, must_change, changed_at) VALUES ($1, $2, $3, $4, $5)"+
			" ON CONFLICT (tenant_id, user_id) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change, changed_at = excluded.changed_at",
			idArg(d, t), idArg(d, user), p.Hash, boolArg(p.MustChange), timeArg(p.ChangedAt))
		if err != nil {
			return err
		}
		if err := tx.endSessions(ctx, t, user, keep, p.ChangedAt); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("put password of "+string(user), err)
}

// sessionsFrom makes everything from before a moment worthless to the person.
// It locks the person's row until the transaction ends.
func (tx *Tx) sessionsFrom(ctx context.Context, t directory.TenantID, user directory.ObjectID, now time.Time) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE users SET sessions_from = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, user), timeArg(now))
	if err == nil && n == 0 {
		return missing("user", string(user))
	}
	return err
}

// totpName is what a sealed secret is bound to: the person's row.
func totpName(t directory.TenantID, user directory.ObjectID) string {
	return "totp/" + string(t) + "/" + string(user)
}

// GetTOTP implements signin.CredentialStore.
func (db *DB) GetTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.TOTP, error) {
	doing := "get second factor of " + string(user)
	f, ok, err := first(ctx, db.reader(), func(r row, f *signin.TOTP) error {
		return r.Scan(asID(&f.ID), &f.Secret, &f.LastStep, asTime(&f.CreatedAt), asTime(&f.ConfirmedAt), &f.RecoveryLeft)
	}, "SELECT f.id, f.secret, f.last_step, f.created_at, f.confirmed_at,"+
		" (SELECT count(*) FROM recovery_codes c WHERE c.tenant_id = f.tenant_id AND c.user_id = f.user_id AND c.used_at = 0)"+
		" FROM totp f WHERE f.tenant_id = $1 AND f.user_id = $2", idArg(db.d, t), idArg(db.d, user))
	switch {
	case err != nil:
		return signin.TOTP{}, fault.Wrap(doing, err)
	case !ok:
		return signin.TOTP{}, missing("second factor of", string(user))
	}
	f.Secret, err = db.seal.open(totpName(t, user), f.Secret)
	return f, fault.Wrap(doing, err)
}

// PutTOTP implements signin.CredentialStore.
func (db *DB) PutTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, f signin.TOTP, recovery [][]byte, e directory.AuditEvent) error {
	doing := "put second factor of " + string(user)
	sealed, err := db.seal.seal(totpName(t, user), f.Secret)
	if err != nil {
		return fault.Wrap(doing, err)
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		if err := db.holdMasterKey(ctx, tx, "/*share*/"); err != nil {
			return err
		}
		if err := tx.lockUser(ctx, t, user); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "INSERT INTO totp (tenant_id, user_id, id, secret, last_step, created_at, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"+
			" ON CONFLICT (tenant_id, user_id) DO UPDATE SET id = excluded.id, secret = excluded.secret, last_step = excluded.last_step,"+
			" created_at = excluded.created_at, confirmed_at = excluded.confirmed_at",
			idArg(d, t), idArg(d, user), idArg(d, f.ID), sealed, f.LastStep, timeArg(f.CreatedAt), timeArg(f.ConfirmedAt))
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2", idArg(d, t), idArg(d, user)); err != nil {
			return err
		}
		rows := make([][]any, len(recovery))
		for i, hash := range recovery {
			rows[i] = []any{idArg(d, t), idArg(d, user), hash}
		}
		if err := insertRows(ctx, tx, "INSERT INTO recovery_codes (tenant_id, user_id, hash) VALUES ", rows, ""); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap(doing, err)
}

// lockUser keeps the person's row as it is until the transaction ends.
func (tx *Tx) lockUser(ctx context.Context, t directory.TenantID, user directory.ObjectID) error {
	d := tx.dialect()
	var version int64
	ok, err := one(ctx, tx, []any{&version}, "SELECT version FROM users WHERE tenant_id = $1 AND id = $2/*lock*/", idArg(d, t), idArg(d, user))
	if err == nil && !ok {
		return missing("user", string(user))
	}
	return err
}

// DeleteTOTP implements signin.CredentialStore.
func (db *DB) DeleteTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "DELETE FROM totp WHERE tenant_id = $1 AND user_id = $2", idArg(d, t), idArg(d, user))
		if err != nil {
			return err
		}
		if n == 0 {
			return missing("second factor of", string(user))
		}
		if _, err := tx.exec(ctx, "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2", idArg(d, t), idArg(d, user)); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("delete second factor of "+string(user), err)
}

// UseStep implements signin.CredentialStore.
func (db *DB) UseStep(ctx context.Context, t directory.TenantID, user directory.ObjectID, step int64) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE totp SET last_step = $3 WHERE tenant_id = $1 AND user_id = $2 AND last_step < $3", idArg(d, t), idArg(d, user), step)
		fresh = n == 1
		return err
	})
	return fresh, fault.Wrap("use a code of "+string(user), err)
}

// UseRecovery implements signin.CredentialStore.
func (db *DB) UseRecovery(ctx context.Context, t directory.TenantID, user directory.ObjectID, hash []byte, now time.Time) (fresh bool, left int, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE recovery_codes SET used_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND hash = $3 AND used_at = 0",
			idArg(d, t), idArg(d, user), hash, timeArg(now))
		if err != nil {
			return err
		}
		fresh = n == 1
		_, err = one(ctx, tx, []any{&left}, "SELECT count(*) FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND used_at = 0", idArg(d, t), idArg(d, user))
		return err
	})
	return fresh, left, fault.Wrap("use a recovery code of "+string(user), err)
}
