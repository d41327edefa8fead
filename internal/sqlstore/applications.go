package sqlstore

import (
	"context"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// The last two say whether the tables beside have rows: most apps have none,
// and an app is read for every token.
const applicationColumns = "a.id, a.app_id, a.service_principal, a.display_name, a.permissions, a.enabled, a.public_client, a.created_at, a.version," +
	" (SELECT count(*) FROM app_redirects r WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id)," +
	" (SELECT count(*) FROM app_certificates k WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id)"

// appRow is an application with how many rows it has beside.
type appRow struct {
	directory.Application
	redirects, certificates int64
}

func scanApplication(r row, a *appRow) error {
	return r.Scan(asID(&a.ID), asID(&a.AppID), asID(&a.ServicePrincipal), &a.DisplayName, asJSON(&a.Permissions), asBool(&a.Enabled), asBool(&a.PublicClient),
		asTime(&a.CreatedAt), &a.Version, &a.redirects, &a.certificates)
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
		return a.Application, missing("application", appID)
	}
	if err == nil {
		err = db.fillApp(ctx, t, &a)
	}
	return a.Application, fault.Wrap("get application "+appID, err)
}

// ListApplications implements directory.AppStore, the oldest first.
func (db *DB) ListApplications(ctx context.Context, t directory.TenantID) ([]directory.Application, error) {
	rows, err := collect(ctx, db.reader(), scanApplication, "SELECT "+applicationColumns+" FROM applications a WHERE a.tenant_id = $1 ORDER BY a.created_at, a.app_id", idArg(db.d, t))
	all := make([]directory.Application, len(rows))
	for i := range rows {
		if err == nil {
			err = db.fillApp(ctx, t, &rows[i])
		}
		all[i] = rows[i].Application
	}
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
func (db *DB) CreateApplication(ctx context.Context, t directory.TenantID, a directory.Application, s *directory.Secret, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		_, err := tx.exec(ctx, "INSERT INTO applications (tenant_id, id, app_id, service_principal, display_name, permissions, enabled, public_client, created_at, version)"+
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", idArg(d, t), idArg(d, a.ID), idArg(d, a.AppID), idArg(d, a.ServicePrincipal), a.DisplayName,
			jsonArg{a.Permissions}, boolArg(a.Enabled), boolArg(a.PublicClient), timeArg(a.CreatedAt), max(a.Version, 1))
		if err != nil {
			return conflictAs(err, "ApplicationExists", "There is an application with this id already.")
		}
		for _, r := range a.Redirects {
			if err := tx.addRedirect(ctx, t, a.ID, r); err != nil {
				return err
			}
		}
		for i := range a.Certificates {
			if err := tx.addCertificate(ctx, t, a.ID, &a.Certificates[i]); err != nil {
				return err
			}
		}
		if s == nil {
			return nil
		}
		return tx.addSecret(ctx, t, a.ID, *s)
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
// stored one, somebody else changed it: fault.Precondition. A disabled app's
// token families are revoked in the same transaction.
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
		_, err = tx.exec(ctx, "UPDATE applications SET display_name = $3, permissions = $4, enabled = $5, public_client = $6, version = version + 1 WHERE tenant_id = $1 AND id = $2",
			idArg(d, t), idArg(d, a.ID), a.DisplayName, jsonArg{a.Permissions}, boolArg(a.Enabled), boolArg(a.PublicClient))
		if err != nil || a.Enabled {
			return err
		}
		_, err = tx.revokeFamilies(ctx, t, signin.FamilyFilter{AppID: a.AppID}, e.At)
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
		for _, table := range []string{"app_secrets", "app_redirects", "app_certificates"} {
			if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1 AND application_id = $2", idArg(d, t), idArg(d, id)); err != nil {
				return err
			}
		}
		if _, err := tx.exec(ctx, "DELETE FROM consents WHERE tenant_id = $1 AND app_id = $2", idArg(d, t), idArg(d, appID)); err != nil {
			return err
		}
		_, err = tx.revokeFamilies(ctx, t, signin.FamilyFilter{AppID: appID}, e.At)
		return err
	})
	return fault.Wrap("delete application "+appID, err)
}

// ReplaceSecrets implements directory.AppStore; a named secret that is not
// there is no error.
func (db *DB) ReplaceSecrets(ctx context.Context, t directory.TenantID, app directory.ObjectID, add *directory.Secret, removeKeyIDs []string, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		if err := tx.bumpApp(ctx, t, app); err != nil {
			return err
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
