package sqlstore

import (
	"context"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

func scanAttempt(r row, a *signin.Attempt) error {
	var version int64
	tenant := a.Tenant
	err := r.Scan(asID(&tenant), asJSON(a), &version, asTime(&a.ExpiresAt))
	a.Tenant, a.Version = tenant, version
	return err
}

// CreateAttempt implements signin.AttemptStore.
func (db *DB) CreateAttempt(ctx context.Context, hash []byte, a signin.Attempt) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "INSERT INTO signin_attempts (hash, tenant_id, body, version, expires_at) VALUES ($1, $2, $3, $4, $5)",
			hash, idArg(tx.dialect(), a.Tenant), jsonArg{a}, max(a.Version, 1), timeArg(a.ExpiresAt))
		return err
	})
	return fault.Wrap("create sign-in", err)
}

// GetAttempt implements signin.AttemptStore.
func (db *DB) GetAttempt(ctx context.Context, hash []byte) (signin.Attempt, error) {
	a, ok, err := first(ctx, db.reader(), scanAttempt, "SELECT tenant_id, body, version, expires_at FROM signin_attempts WHERE hash = $1", hash)
	if err == nil && !ok {
		return a, missingSecret("sign-in")
	}
	return a, fault.Wrap("get sign-in", err)
}

// missingSecret is missing for rows that are known by a hash alone.
func missingSecret(what string) error {
	return fault.New(fault.NotFound, "ResourceNotFound", "There is no such "+what+".")
}

// UpdateAttempt implements signin.AttemptStore. The end is never moved.
func (db *DB) UpdateAttempt(ctx context.Context, hash []byte, a signin.Attempt) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "UPDATE signin_attempts SET tenant_id = $3, body = $4, version = version + 1 WHERE hash = $1 AND version = $2",
			hash, a.Version, idArg(tx.dialect(), a.Tenant), jsonArg{a})
		if err != nil || n == 1 {
			return err
		}
		var version int64
		ok, err := one(ctx, tx, []any{&version}, "SELECT version FROM signin_attempts WHERE hash = $1", hash)
		switch {
		case err != nil:
			return err
		case !ok:
			return missingSecret("sign-in")
		}
		return fault.New(fault.Precondition, "PreconditionFailed", "Another request of this browser changed the sign-in.")
	})
	return fault.Wrap("update sign-in", err)
}

// EndAttempt implements signin.AttemptStore.
func (db *DB) EndAttempt(ctx context.Context, hash []byte) (ended bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "DELETE FROM signin_attempts WHERE hash = $1", hash)
		ended = n == 1
		return err
	})
	return ended, fault.Wrap("end sign-in", err)
}
