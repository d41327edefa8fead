package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var platforms = enum[directory.Platform]{"platform", []directory.Platform{"", directory.PlatformWeb, directory.PlatformSPA, directory.PlatformPublic}}

func scanRedirect(r row, x *directory.Redirect) error {
	return r.Scan(&x.URI, platforms.as(&x.Platform))
}

func scanCertificate(r row, c *directory.AppCertificate) error {
	return r.Scan(asID(&c.KeyID), &c.SHA1, &c.SHA256, &c.DER, &c.DisplayName, asTime(&c.CreatedAt), asTime(&c.StartsAt), asTime(&c.ExpiresAt))
}

// fillApp reads the redirects in order and the certificates, the oldest first.
func (db *DB) fillApp(ctx context.Context, t directory.TenantID, a *appRow) (err error) {
	if a.redirects > 0 {
		a.Redirects, err = collect(ctx, db.reader(), scanRedirect, "SELECT uri, platform FROM app_redirects WHERE tenant_id = $1 AND application_id = $2 ORDER BY uri", idArg(db.d, t), idArg(db.d, a.ID))
		if err != nil {
			return err
		}
	}
	if a.certificates > 0 {
		a.Certificates, err = collect(ctx, db.reader(), scanCertificate, "SELECT key_id, sha1, sha256, der, display_name, created_at, starts_at, expires_at"+
			" FROM app_certificates WHERE tenant_id = $1 AND application_id = $2 ORDER BY created_at, key_id", idArg(db.d, t), idArg(db.d, a.ID))
	}
	return err
}

// bumpApp makes the app's version grow, and with it keeps other changes of
// the app waiting until the transaction ends.
func (tx *Tx) bumpApp(ctx context.Context, t directory.TenantID, app directory.ObjectID) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE applications SET version = version + 1 WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, app))
	if err == nil && n == 0 {
		return missing("application", string(app))
	}
	return err
}

// ReplaceRedirects implements directory.AppAddressStore; an address to remove
// that is not there is no error.
func (db *DB) ReplaceRedirects(ctx context.Context, t directory.TenantID, app directory.ObjectID, add []directory.Redirect, remove []string, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		if err := tx.bumpApp(ctx, t, app); err != nil {
			return err
		}
		for _, uri := range remove {
			if _, err := tx.exec(ctx, "DELETE FROM app_redirects WHERE tenant_id = $1 AND application_id = $2 AND uri = $3", idArg(d, t), idArg(d, app), uri); err != nil {
				return err
			}
		}
		for _, r := range add {
			if err := tx.addRedirect(ctx, t, app, r); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("replace redirects of "+string(app), err)
}

func (tx *Tx) addRedirect(ctx context.Context, t directory.TenantID, app directory.ObjectID, r directory.Redirect) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO app_redirects (tenant_id, application_id, uri, platform) VALUES ($1, $2, $3, $4)", idArg(d, t), idArg(d, app), r.URI, platforms.arg(r.Platform))
	return conflictAs(err, "RedirectExists", "The app has this redirect address already.")
}

// ReplaceCertificates implements directory.AppAddressStore; a named
// certificate that is not there is no error.
func (db *DB) ReplaceCertificates(ctx context.Context, t directory.TenantID, app directory.ObjectID, add *directory.AppCertificate, removeKeyIDs []string, e directory.AuditEvent) error {
	err := db.changeApps(ctx, t, e, func(tx *Tx) error {
		d := tx.dialect()
		if err := tx.bumpApp(ctx, t, app); err != nil {
			return err
		}
		for _, key := range removeKeyIDs {
			if _, err := tx.exec(ctx, "DELETE FROM app_certificates WHERE tenant_id = $1 AND application_id = $2 AND key_id = $3", idArg(d, t), idArg(d, app), idArg(d, key)); err != nil {
				return err
			}
		}
		if add == nil {
			return nil
		}
		return tx.addCertificate(ctx, t, app, add)
	})
	return fault.Wrap("replace certificates of "+string(app), err)
}

func (tx *Tx) addCertificate(ctx context.Context, t directory.TenantID, app directory.ObjectID, c *directory.AppCertificate) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO app_certificates (tenant_id, application_id, key_id, sha1, sha256, der, display_name, created_at, starts_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		idArg(d, t), idArg(d, app), idArg(d, c.KeyID), c.SHA1, c.SHA256, c.DER, c.DisplayName, timeArg(c.CreatedAt), timeArg(c.StartsAt), timeArg(c.ExpiresAt))
	return conflictAs(err, "CertificateExists", "The app has this certificate already.")
}
