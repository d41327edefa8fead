package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// sessionBody is the column body: what no statement looks for.
type sessionBody struct {
	Methods  []string  `json:"methods"`
	AuthTime time.Time `json:"authTime"`
	Address  string    `json:"address,omitempty"`
	Agent    string    `json:"agent,omitempty"`
}

const sessionColumns = "s.id, s.user_id, s.body, s.created_at, s.last_used, s.ends_at"

func scanSession(r row, s *signin.Session) error {
	var b sessionBody
	err := r.Scan(asID(&s.ID), asID(&s.User), asJSON(&b), asTime(&s.CreatedAt), asTime(&s.LastUsed), asTime(&s.EndsAt))
	s.Methods, s.AuthTime, s.Address, s.Agent = b.Methods, b.AuthTime, b.Address, b.Agent
	return err
}

func bodyOfSession(s *signin.Session) jsonArg {
	// Cut to what the other times keep, so that they compare.
	return jsonArg{sessionBody{s.Methods, s.AuthTime.UTC().Truncate(time.Microsecond), s.Address, s.Agent}}
}

// CreateSession implements signin.SessionStore.
func (db *DB) CreateSession(ctx context.Context, t directory.TenantID, hash []byte, s signin.Session) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		_, err := tx.exec(ctx, "INSERT INTO sessions (tenant_id, hash, id, user_id, body, created_at, last_used, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			idArg(d, t), hash, idArg(d, s.ID), idArg(d, s.User), bodyOfSession(&s), timeArg(s.CreatedAt), timeArg(s.LastUsed), timeArg(s.EndsAt))
		return err
	})
	return fault.Wrap("create session", err)
}

// GetSession implements signin.SessionStore.
func (db *DB) GetSession(ctx context.Context, t directory.TenantID, hash []byte) (signin.Session, error) {
	s, ok, err := first(ctx, db.reader(), scanSession, "SELECT "+sessionColumns+" FROM sessions s WHERE s.tenant_id = $1 AND s.hash = $2", idArg(db.d, t), hash)
	if err == nil && !ok {
		return s, missing("session in", string(t))
	}
	return s, fault.Wrap("get session", err)
}

// TouchSession implements signin.SessionStore.
func (db *DB) TouchSession(ctx context.Context, t directory.TenantID, hash []byte, s signin.Session) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "UPDATE sessions SET body = $3, last_used = $4 WHERE tenant_id = $1 AND hash = $2", idArg(tx.dialect(), t), hash, bodyOfSession(&s), timeArg(s.LastUsed))
		if err == nil && n == 0 {
			return missing("session in", string(t))
		}
		return err
	})
	return fault.Wrap("touch session", err)
}

// ListSessions implements signin.SessionStore.
func (db *DB) ListSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]signin.Session, error) {
	all, err := collect(ctx, db.reader(), scanSession, "SELECT "+sessionColumns+" FROM sessions s WHERE s.tenant_id = $1 AND s.user_id = $2 ORDER BY s.created_at DESC, s.id DESC",
		idArg(db.d, t), idArg(db.d, user))
	return all, fault.Wrap("list sessions of "+string(user), err)
}

// EndSession implements signin.SessionStore.
func (db *DB) EndSession(ctx context.Context, t directory.TenantID, hash []byte, now time.Time) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		return tx.endSession(ctx, t, now, "hash = $2", hash)
	})
	return fault.Wrap("end session", err)
}

// EndSessionByID implements signin.SessionStore.
func (db *DB) EndSessionByID(ctx context.Context, t directory.TenantID, user directory.ObjectID, id string, now time.Time) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		return tx.endSession(ctx, t, now, "user_id = $2 AND id = $3", idArg(tx.dialect(), user), idArg(tx.dialect(), id))
	})
	return fault.Wrap("end session "+id, err)
}

func (tx *Tx) endSession(ctx context.Context, t directory.TenantID, now time.Time, where string, args ...any) error {
	var id string
	ok, err := one(ctx, tx, []any{asID(&id)}, "DELETE FROM sessions WHERE tenant_id = $1 AND "+where+" RETURNING id", append([]any{idArg(tx.dialect(), t)}, args...)...)
	if err != nil || !ok || id == "" {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE token_families SET revoked_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND revoked_at = 0", idArg(tx.dialect(), t), idArg(tx.dialect(), id), timeArg(now))
	return err
}

// EndUserSessions implements signin.SessionStore.
func (db *DB) EndUserSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID, now time.Time, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		if err := tx.sessionsFrom(ctx, t, user, now); err != nil {
			return err
		}
		if err := tx.endSessions(ctx, t, user, "", now); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("end sessions of "+string(user), err)
}

// endSessions ends the person's sessions and revokes the families of all. The
// session keep stays, as if it had begun now.
func (tx *Tx) endSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID, keep string, now time.Time) error {
	d := tx.dialect()
	if _, err := tx.exec(ctx, "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id <> $3", idArg(d, t), idArg(d, user), idArg(d, keep)); err != nil {
		return err
	}
	kept, err := collect(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM sessions s WHERE s.tenant_id = $1 AND s.user_id = $2", idArg(d, t), idArg(d, user))
	if err != nil {
		return err
	}
	for i := range kept {
		kept[i].AuthTime = now
		if _, err := tx.exec(ctx, "UPDATE sessions SET body = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3", idArg(d, t), idArg(d, user), idArg(d, kept[i].ID), bodyOfSession(&kept[i])); err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, "UPDATE token_families SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at = 0", idArg(d, t), idArg(d, user), timeArg(now))
	return err
}
