package storetest

import (
	"path/filepath"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

var brandingTests = []directoryTest{
	{"a tenant without branding has the zero one and no pictures", brandingDefault},
	{"branding reads back as it was written, and its version grows with pictures too", brandingReadsBack},
	{"a picture is replaced and removed alone", brandingPictures},
	{"branding of an unknown tenant is not written", brandingMissing},
	{"of changes to a branding made at once none is lost, the first one included", brandingRace},
	{"a backup holds the branding", brandingBackup},
	{"branding goes with its tenant", brandingGoes},
}

func (c *city) brandingEvent() directory.AuditEvent {
	return directory.AuditEvent{ID: newID(), At: c.now, Activity: "Update branding", Category: "organizationalBranding", TargetID: string(c.tenant), TargetType: "organization"}
}

func (c *city) putBranding(t directory.TenantID, want signin.Branding) signin.Branding {
	c.Helper()
	return must(c.db.ChangeBranding(c.ctx, t, func(b *signin.Branding) (directory.AuditEvent, error) {
		b.SignInPageText, b.UsernameHint, b.BackgroundColor, b.ModifiedAt = want.SignInPageText, want.UsernameHint, want.BackgroundColor, want.ModifiedAt
		return c.brandingEvent(), nil
	}))
}

func (c *city) putPicture(which signin.Picture, data []byte) {
	c.Helper()
	c.ok(c.db.PutPicture(c.ctx, c.tenant, which, data, c.now, c.brandingEvent()))
}

func (c *city) picture(which signin.Picture) string {
	c.Helper()
	return string(must(c.db.GetPicture(c.ctx, c.tenant, which)))
}

func (c *city) noPicture(t directory.TenantID, which signin.Picture) {
	c.Helper()
	_, err := c.db.GetPicture(c.ctx, t, which)
	c.missing(err)
}

func brandingDefault(c *city) {
	c.putBranding(c.other, signin.Branding{SignInPageText: "theirs"})
	c.equal("branding", must(c.db.GetBranding(c.ctx, c.tenant)), signin.Branding{})
	c.noPicture(c.tenant, signin.PictureLogo)
	c.noPicture(c.tenant, signin.PictureBackground)
	c.noPicture(c.other, signin.PictureLogo)
}

func brandingReadsBack(c *city) {
	want := signin.Branding{SignInPageText: "Grüße\n<b>", UsernameHint: "you@contoso.example", BackgroundColor: "#0F5FB8", ModifiedAt: c.now}
	for version := range int64(2) {
		got := c.putBranding(c.tenant, want)
		want.Version = version + 1
		c.equal("answered", got, want)
		c.equal("read", must(c.db.GetBranding(c.ctx, c.tenant)), want)
	}
	c.putPicture(signin.PictureLogo, []byte("logo"))
	want.HasLogo, want.Version = true, 3
	c.equal("with a picture", must(c.db.GetBranding(c.ctx, c.tenant)), want)
	c.putBranding(c.tenant, want)
	c.equal("the picture after new texts", c.picture(signin.PictureLogo), "logo")
	c.equal("the other tenant's", must(c.db.GetBranding(c.ctx, c.other)), signin.Branding{})
}

func brandingPictures(c *city) {
	c.putPicture(signin.PictureBackground, []byte("one"))
	c.putPicture(signin.PictureBackground, []byte("two"))
	c.putPicture(signin.PictureLogo, []byte("logo"))
	c.equal("background", c.picture(signin.PictureBackground), "two")
	c.putPicture(signin.PictureBackground, nil)
	c.noPicture(c.tenant, signin.PictureBackground)
	c.equal("logo", c.picture(signin.PictureLogo), "logo")
	b := must(c.db.GetBranding(c.ctx, c.tenant))
	c.equal("branding", b, signin.Branding{HasLogo: true, ModifiedAt: c.now, Version: 4})
}

func brandingMissing(c *city) {
	for _, id := range []directory.TenantID{directory.TenantID(newID()), "", "no uuid"} {
		_, err := c.db.ChangeBranding(c.ctx, id, func(*signin.Branding) (directory.AuditEvent, error) { return c.brandingEvent(), nil })
		c.missing(err)
		c.missing(c.db.PutPicture(c.ctx, id, signin.PictureLogo, []byte("x"), c.now, c.brandingEvent()))
	}
}

func brandingRace(c *city) {
	const n = 8
	for _, err := range c.together(n, func(int) error {
		_, err := c.db.ChangeBranding(c.ctx, c.tenant, func(b *signin.Branding) (directory.AuditEvent, error) {
			b.SignInPageText += "x"
			return c.brandingEvent(), nil
		})
		return err
	}) {
		c.ok(err)
	}
	b := must(c.db.GetBranding(c.ctx, c.tenant))
	c.equal("text", len(b.SignInPageText), n)
	c.equal("version", b.Version, int64(n))
}

func brandingBackup(c *city) {
	want := c.putBranding(c.tenant, signin.Branding{SignInPageText: "words", ModifiedAt: c.now})
	c.putPicture(signin.PictureBackground, []byte{0, 1, 255})
	want.HasBackground, want.Version = true, 2
	file := filepath.Join(c.TempDir(), "backup")
	must(c.db.Backup(c.ctx, file))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	must(c.db.Restore(c.ctx, file, true))
	c.equal("branding", must(c.db.GetBranding(c.ctx, c.tenant)), want)
	c.equal("picture", c.picture(signin.PictureBackground), "\x00\x01\xff")
}

func brandingGoes(c *city) {
	c.putBranding(c.tenant, signin.Branding{SignInPageText: "words"})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	c.equal("branding", must(c.db.GetBranding(c.ctx, c.tenant)), signin.Branding{})
}
