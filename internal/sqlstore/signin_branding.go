package sqlstore

import (
	"context"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// brandingBody is a branding's texts as stored. Its names are the stored form
// and do not change with the Go fields.
type brandingBody struct {
	SignInPageText  string `json:"signInPageText,omitempty"`
	UsernameHint    string `json:"usernameHint,omitempty"`
	BackgroundColor string `json:"backgroundColor,omitempty"`
}

func scanBranding(r row, b *signin.Branding) error {
	var body brandingBody
	if err := r.Scan(asJSON(&body), asBool(&b.HasLogo), asBool(&b.HasBackground), asTime(&b.ModifiedAt), &b.Version); err != nil {
		return err
	}
	b.SignInPageText, b.UsernameHint, b.BackgroundColor = body.SignInPageText, body.UsernameHint, body.BackgroundColor
	return nil
}

func branding(ctx context.Context, q querier, t directory.TenantID) (signin.Branding, error) {
	b, _, err := first(ctx, q, scanBranding,
		"SELECT body, CASE WHEN length(logo) > 0 THEN 1 ELSE 0 END, CASE WHEN length(background) > 0 THEN 1 ELSE 0 END, modified_at, version FROM brandings WHERE tenant_id = $1", idArg(q.dialect(), t))
	return b, fault.Wrap("read branding", err)
}

// GetBranding implements signin.BrandingStore.
func (db *DB) GetBranding(ctx context.Context, t directory.TenantID) (signin.Branding, error) {
	return branding(ctx, db.reader(), t)
}

// ChangeBranding implements signin.BrandingStore. The tenant's row is held: a
// branding that was never written has none.
func (db *DB) ChangeBranding(ctx context.Context, t directory.TenantID, change func(*signin.Branding) (directory.AuditEvent, error)) (after signin.Branding, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		if err := tx.lockTenant(ctx, t); err != nil {
			return err
		}
		b, err := branding(ctx, tx, t)
		if err != nil {
			return err
		}
		e, err := change(&b)
		if err != nil {
			return err
		}
		b.Version++
		body := brandingBody{SignInPageText: b.SignInPageText, UsernameHint: b.UsernameHint, BackgroundColor: b.BackgroundColor}
		_, err = tx.exec(ctx, "INSERT INTO brandings (tenant_id, body, logo, background, modified_at, version) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id)"+replaceRow,
			idArg(tx.dialect(), t), jsonArg{body}, []byte{}, []byte{}, timeArg(b.ModifiedAt), b.Version)
		if err != nil {
			return err
		}
		after = b
		return tx.Audit(ctx, t, e)
	})
	return after, fault.Wrap("change branding", err)
}

// pictureColumn is the column of a picture.
func pictureColumn(which signin.Picture) (string, error) {
	switch which {
	case signin.PictureLogo:
		return "logo", nil
	case signin.PictureBackground:
		return "background", nil
	}
	return "", fault.Wrap("choose picture", fmt.Errorf("unknown picture %q", string(which)))
}

// GetPicture implements signin.BrandingStore.
func (db *DB) GetPicture(ctx context.Context, t directory.TenantID, which signin.Picture) ([]byte, error) {
	column, err := pictureColumn(which)
	if err != nil {
		return nil, err
	}
	var data []byte
	ok, err := one(ctx, db.reader(), []any{&data}, "SELECT "+column+" FROM brandings WHERE tenant_id = $1", idArg(db.d, t))
	if err == nil && (!ok || len(data) == 0) {
		return nil, missing("picture", string(which))
	}
	return data, fault.Wrap("read picture", err)
}

// PutPicture implements signin.BrandingStore.
func (db *DB) PutPicture(ctx context.Context, t directory.TenantID, which signin.Picture, data []byte, now time.Time, e directory.AuditEvent) error {
	column, err := pictureColumn(which)
	if err != nil {
		return err
	}
	if data == nil {
		data = []byte{}
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		if err := tx.lockTenant(ctx, t); err != nil {
			return err
		}
		b, err := branding(ctx, tx, t)
		if err != nil {
			return err
		}
		if b.Version == 0 {
			_, err = tx.exec(ctx, "INSERT INTO brandings (tenant_id, body, logo, background, modified_at, version) VALUES ($1, $2, $3, $4, $5, 0)",
				idArg(tx.dialect(), t), jsonArg{brandingBody{}}, []byte{}, []byte{}, timeArg(now))
			if err != nil {
				return err
			}
		}
		_, err = tx.exec(ctx, "UPDATE brandings SET "+column+" = $1, modified_at = $2, version = version + 1 WHERE tenant_id = $3", data, timeArg(now), idArg(tx.dialect(), t))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, t, e)
	})
	return fault.Wrap("store picture", err)
}
