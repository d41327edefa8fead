package sqlstore

import (
	"context"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const consentColumns = "c.id, c.app_id, c.user_id, c.resource, c.scopes, c.created_at"

func scanConsent(r row, c *signin.Consent) error {
	return r.Scan(asID(&c.ID), asID(&c.AppID), asID(&c.User), &c.Resource, asJSON(&c.Scopes), asTime(&c.CreatedAt))
}

// ListConsents implements signin.ConsentStore, in order of resource, those for
// everybody first.
func (db *DB) ListConsents(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID) ([]signin.Consent, error) {
	all, err := collect(ctx, db.reader(), scanConsent, "SELECT "+consentColumns+" FROM consents c WHERE c.tenant_id = $1 AND c.app_id = $2 AND c.user_id IN ($3, $4)"+
		" ORDER BY c.resource, c.user_id", idArg(db.d, t), idArg(db.d, appID), idArg(db.d, user), idArg(db.d, directory.ObjectID("")))
	return all, fault.Wrap("list consents", err)
}

// PutConsent implements signin.ConsentStore.
func (db *DB) PutConsent(ctx context.Context, t directory.TenantID, c signin.Consent, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		// First the row, if there is none, then what it holds: two at once both add.
		_, err := tx.exec(ctx, "INSERT INTO consents (tenant_id, id, app_id, user_id, resource, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"+
			" ON CONFLICT (tenant_id, app_id, user_id, resource) DO NOTHING",
			idArg(d, t), idArg(d, c.ID), idArg(d, c.AppID), idArg(d, c.User), c.Resource, jsonArg{[]string{}}, timeArg(c.CreatedAt))
		if err != nil {
			return err
		}
		had, ok, err := first(ctx, tx, scanConsent, "SELECT "+consentColumns+" FROM consents c WHERE c.tenant_id = $1 AND c.app_id = $2 AND c.user_id = $3 AND c.resource = $4/*lock*/",
			idArg(d, t), idArg(d, c.AppID), idArg(d, c.User), c.Resource)
		if err != nil {
			return err
		}
		if !ok {
			return missing("consent of", c.AppID)
		}
		scopes := slices.Compact(slices.Sorted(slices.Values(append(had.Scopes, c.Scopes...))))
		if slices.Equal(scopes, had.Scopes) {
			return nil // nothing new, so nothing to tell
		}
		if _, err := tx.exec(ctx, "UPDATE consents SET scopes = $3 WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, had.ID), jsonArg{scopes}); err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("put consent of "+c.AppID, err)
}

// DeleteConsents implements signin.ConsentStore; fault.NotFound when there is
// none.
func (db *DB) DeleteConsents(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "DELETE FROM consents WHERE tenant_id = $1 AND app_id = $2 AND user_id = $3", idArg(d, t), idArg(d, appID), idArg(d, user))
		if err != nil {
			return err
		}
		if n == 0 {
			return missing("consent of", appID)
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("delete consents of "+appID, err)
}
