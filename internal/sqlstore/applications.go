package sqlstore

import (
	"context"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const applicationColumns = "a.id, a.app_id, a.service_principal, a.display_name, a.permissions, a.enabled, a.created_at, a.version"

func scanApplication(r row, a *directory.Application) error {
	return r.Scan(asID(&a.ID), asID(&a.AppID), asID(&a.ServicePrincipal), &a.DisplayName, asJSON(&a.Permissions), asBool(&a.Enabled), asTime(&a.CreatedAt), &a.Version)
}

const secretColumns = "s.key_id, s.application_id, s.hash, s.hint, s.display_name, s.created_at, s.expires_at" //nolint:gosec // names of columns, no secret

func scanSecret(r row, s *directory.Secret) error {
	var hash []byte
	if err := r.Scan(asID(&s.KeyID), asID(&s.Application), &hash, &s.Hint, &s.DisplayName, asTime(&s.CreatedAt), asTime(&s.ExpiresAt)); err != nil {
		return err
	}
	if copy(s.Hash[:], hash) != len(s.Hash) {
		return fmt.Errorf("the secret %s has a hash of %d bytes", s.KeyID, len(hash))
	}
	return nil
}

// GetApplication implements directory.AppStore.
func (db *DB) GetApplication(ctx context.Context, t directory.TenantID, appID string) (directory.Application, error) {
	a, ok, err := first(ctx, db.reader(), scanApplication, "SELECT "+applicationColumns+" FROM applications a WHERE a.tenant_id = $1 AND a.app_id = $2", idArg(db.d, t), idArg(db.d, appID))
	if err == nil && !ok {
		return a, missing("application", appID)
	}
	return a, fault.Wrap("get application "+appID, err)
}

// ListApplications implements directory.AppStore, the oldest first.
func (db *DB) ListApplications(ctx context.Context, t directory.TenantID) ([]directory.Application, error) {
	all, err := collect(ctx, db.reader(), scanApplication, "SELECT "+applicationColumns+" FROM applications a WHERE a.tenant_id = $1 ORDER BY a.created_at, a.app_id", idArg(db.d, t))
	return all, fault.Wrap("list applications", err)
}

// ListSecrets implements directory.AppStore, the oldest first.
func (db *DB) ListSecrets(ctx context.Context, t directory.TenantID, app directory.ObjectID) ([]directory.Secret, error) {
	all, err := collect(ctx, db.reader(), scanSecret, "SELECT "+secretColumns+" FROM app_secrets s WHERE s.tenant_id = $1 AND s.application_id = $2 ORDER BY s.created_at, s.key_id",
		idArg(db.d, t), idArg(db.d, app))
	return all, fault.Wrap("list secrets", err)
}

// changeApps runs fn with the audit event and the new version of the tenant's
// applications in one transaction.
func (db *DB) changeApps(ctx context.Context, t directory.TenantID, e directory.AuditEvent, fn func(*Tx) error) error {
	return db.InTx(ctx, func(tx *Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if _, err := tx.bump(ctx, t, changesApplications); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
}

// CreateApplication implements directory.AppStore. A taken id is
// fault.Conflict with code ApplicationExists.
func (db *DB) CreateApplication(ctx context.Context, t directory.TenantID, a directory.Application, s directory.Secret, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		_, err := tx.exec(ctx, "INSERT INTO applications (tenant_id, id, app_id, service_principal, display_name, permissions, enabled, created_at, version)"+
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", idArg(d, t), idArg(d, a.ID), idArg(d, a.AppID), idArg(d, a.ServicePrincipal), a.DisplayName,
			jsonArg{a.Permissions}, boolArg(a.Enabled), timeArg(a.CreatedAt), max(a.Version, 1))
		if err != nil {
			return conflictAs(err, "ApplicationExists", "There is an application with this id already.")
		}
		return tx.addSecret(ctx, t, a.ID, s)
	})
	return fault.Wrap("create application "+a.DisplayName, err)
}

func (tx *Tx) addSecret(ctx context.Context, t directory.TenantID, app directory.ObjectID, s directory.Secret) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO app_secrets (tenant_id, application_id, key_id, hash, hint, display_name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		idArg(d, t), idArg(d, app), idArg(d, s.KeyID), s.Hash[:], s.Hint, s.DisplayName, timeArg(s.CreatedAt), timeArg(s.ExpiresAt))
	return conflictAs(err, "SecretExists", "The application has a secret with this id already.")
}

// UpdateApplication implements directory.AppStore. When a.Version is not the
// stored one, somebody else changed it: fault.Precondition.
func (db *DB) UpdateApplication(ctx context.Context, t directory.TenantID, a directory.Application, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		var version int64
		ok, err := one(ctx, tx, []any{&version}, "SELECT version FROM applications WHERE tenant_id = $1 AND id = $2/*lock*/", idArg(d, t), idArg(d, a.ID))
		switch {
		case err != nil:
			return err
		case !ok:
			return missing("application", a.AppID)
		case version != a.Version:
			return fault.New(fault.Precondition, "PreconditionFailed", "Somebody changed the application since it was read.")
		}
		_, err = tx.exec(ctx, "UPDATE applications SET display_name = $3, permissions = $4, enabled = $5, version = version + 1 WHERE tenant_id = $1 AND id = $2",
			idArg(d, t), idArg(d, a.ID), a.DisplayName, jsonArg{a.Permissions}, boolArg(a.Enabled))
		return err
	})
	return fault.Wrap("update application "+a.AppID, err)
}

// DeleteApplication implements directory.AppStore.
func (db *DB) DeleteApplication(ctx context.Context, t directory.TenantID, appID string, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		var id directory.ObjectID
		ok, err := one(ctx, tx, []any{asID(&id)}, "DELETE FROM applications WHERE tenant_id = $1 AND app_id = $2 RETURNING id", idArg(d, t), idArg(d, appID))
		if err != nil {
			return err
		}
		if !ok {
			return missing("application", appID)
		}
		_, err = tx.exec(ctx, "DELETE FROM app_secrets WHERE tenant_id = $1 AND application_id = $2", idArg(d, t), idArg(d, id))
		return err
	})
	return fault.Wrap("delete application "+appID, err)
}

// ReplaceSecrets implements directory.AppStore; a named secret that is not
// there is no error.
func (db *DB) ReplaceSecrets(ctx context.Context, t directory.TenantID, app directory.ObjectID, add *directory.Secret, removeKeyIDs []string, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE applications SET version = version + 1 WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, app))
		if err != nil {
			return err
		}
		if n == 0 {
			return missing("application", string(app))
		}
		for _, key := range removeKeyIDs {
			if _, err := tx.exec(ctx, "DELETE FROM app_secrets WHERE tenant_id = $1 AND application_id = $2 AND key_id = $3", idArg(d, t), idArg(d, app), idArg(d, key)); err != nil {
				return err
			}
		}
		if add == nil {
			return nil
		}
		return tx.addSecret(ctx, t, app, *add)
	})
	return fault.Wrap("replace secrets of "+string(app), err)
}
