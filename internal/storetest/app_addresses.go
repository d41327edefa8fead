package storetest

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var appAddressTests = []directoryTest{
	{"an app without a secret reads back with its redirects and certificates", appWithAddresses},
	{"redirects are added and removed, each once", redirectsReplaced},
	{"certificates are added and removed, each once", certificatesReplaced},
	{"addresses of an app that is not there are refused, in another tenant too", addressesMissing},
	{"of one redirect added by eight at once one is added", redirectsTogether},
	{"a deleted app takes redirects and certificates with it", addressesDeleted},
}

func (c *city) appCertificate(text string) directory.AppCertificate {
	one, two := sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
	return directory.AppCertificate{
		KeyID: newID(), SHA1: one[:], SHA256: two[:], DER: []byte(text), DisplayName: "Ünïque " + text,
		CreatedAt: c.now, StartsAt: c.now.Add(-time.Hour), ExpiresAt: c.now.Add(time.Hour),
	}
}

func (c *city) appWith(redirects []directory.Redirect, certificates ...directory.AppCertificate) directory.Application {
	c.Helper()
	app := newApp()
	app.PublicClient, app.Redirects, app.Certificates = true, redirects, certificates
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, nil, c.event("x")))
	return app
}

// stored reads an app back; a version that grew is what the test says.
func (c *city) stored(app directory.Application) directory.Application {
	c.Helper()
	return must(c.db.GetApplication(c.ctx, c.tenant, app.AppID))
}

var portal = []directory.Redirect{
	{URI: "HTTPS://Portal.example/A b?x=1&y=<2>", Platform: directory.PlatformWeb}, // as it was given, whatever it is
	{URI: "http://localhost", Platform: directory.PlatformPublic},
	{URI: "https://portal.example/spa", Platform: directory.PlatformSPA},
}

func appWithAddresses(c *city) {
	app := c.appWith(portal, c.appCertificate("one"), c.appCertificate("two"))
	c.equal("app", c.stored(app), app)
	c.equal("in the list", must(c.db.ListApplications(c.ctx, c.tenant)), []directory.Application{app})
	c.equal("secrets", len(must(c.db.ListSecrets(c.ctx, c.tenant, app.ID))), 0)
	beside := c.appWith(nil)
	c.equal("an app beside it", c.stored(beside), beside)
	app.PublicClient, app.Redirects, app.Certificates = false, nil, nil
	c.ok(c.db.UpdateApplication(c.ctx, c.tenant, app, c.event("x")))
	got := c.stored(app)
	c.equal("public client", got.PublicClient, false)
	c.equal("an update leaves redirects", got.Redirects, portal)
	c.equal("an update leaves certificates", len(got.Certificates), 2)
}

func redirectsReplaced(c *city) {
	app := c.appWith(portal[:1])
	c.ok(c.db.ReplaceRedirects(c.ctx, c.tenant, app.ID, portal[1:], []string{"https://not.there/"}, c.event("x")))
	app.Version, app.Redirects = 2, portal
	c.equal("added", c.stored(app), app)
	same := portal[1]
	same.Platform = directory.PlatformWeb
	c.faulty(fault.Conflict, "RedirectExists", c.db.ReplaceRedirects(c.ctx, c.tenant, app.ID, []directory.Redirect{same}, []string{portal[0].URI}, c.event("x")))
	c.equal("a refused change does nothing", c.stored(app), app)
	c.ok(c.db.ReplaceRedirects(c.ctx, c.tenant, app.ID, []directory.Redirect{same}, []string{same.URI}, c.event("x")))
	c.ok(c.db.ReplaceRedirects(c.ctx, c.tenant, app.ID, nil, []string{portal[0].URI}, c.event("x")))
	app.Version, app.Redirects = 4, []directory.Redirect{same, portal[2]}
	c.equal("moved and removed", c.stored(app), app)
	c.equal("events", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(4))
}

func certificatesReplaced(c *city) {
	one, two := c.appCertificate("one"), c.appCertificate("two")
	app := c.appWith(nil, one)
	c.ok(c.db.ReplaceCertificates(c.ctx, c.tenant, app.ID, &two, []string{newID()}, c.event("x")))
	app.Version, app.Certificates = 2, []directory.AppCertificate{one, two}
	c.equal("added", c.stored(app), app)
	again := c.appCertificate("two")
	c.faulty(fault.Conflict, "CertificateExists", c.db.ReplaceCertificates(c.ctx, c.tenant, app.ID, &again, []string{one.KeyID}, c.event("x")))
	c.equal("a refused change does nothing", c.stored(app), app)
	c.ok(c.db.ReplaceCertificates(c.ctx, c.tenant, app.ID, nil, []string{one.KeyID}, c.event("x")))
	app.Version, app.Certificates = 3, []directory.AppCertificate{two}
	c.equal("removed", c.stored(app), app)
	other := c.appWith(nil)
	c.ok(c.db.ReplaceCertificates(c.ctx, c.tenant, other.ID, &again, nil, c.event("x")))
	c.equal("events", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(5))
}

func addressesMissing(c *city) {
	one := c.appCertificate("one")
	app := c.appWith(portal, one)
	c.missing(c.db.ReplaceRedirects(c.ctx, c.other, app.ID, nil, []string{portal[0].URI}, c.event("x")))
	c.missing(c.db.ReplaceRedirects(c.ctx, c.tenant, newObject(), portal, nil, c.event("x")))
	c.missing(c.db.ReplaceCertificates(c.ctx, c.other, app.ID, nil, []string{one.KeyID}, c.event("x")))
	c.missing(c.db.ReplaceCertificates(c.ctx, c.tenant, newObject(), &one, nil, c.event("x")))
	c.equal("untouched", c.stored(app), app)
	for _, t := range []directory.TenantID{c.tenant, c.other} {
		c.equal("redirects", must(c.db.CountRows(c.ctx, t))["app_redirects"], map[directory.TenantID]int64{c.tenant: 3}[t])
	}
}

func redirectsTogether(c *city) {
	app := c.appWith(nil)
	added := c.atOnce(func(i int) (bool, error) {
		add := []directory.Redirect{{URI: "https://portal.example/", Platform: directory.PlatformWeb}, {URI: fmt.Sprint("https://portal.example/", i), Platform: directory.PlatformWeb}}
		err := c.db.ReplaceRedirects(c.ctx, c.tenant, app.ID, add, nil, c.event("x"))
		if codeIs(err, "RedirectExists") {
			return false, nil
		}
		return err == nil, err
	})
	c.equal("added", added, 1)
	got := c.stored(app)
	c.equal("redirects", len(got.Redirects), 2)
	c.equal("version", got.Version, int64(2))
}

func addressesDeleted(c *city) {
	app, beside := c.appWith(portal, c.appCertificate("one")), c.appWith(portal[:1], c.appCertificate("one"))
	c.ok(c.db.DeleteApplication(c.ctx, c.tenant, app.AppID, c.event("x")))
	n := must(c.db.CountRows(c.ctx, c.tenant))
	c.equal("redirects", n["app_redirects"], int64(1))
	c.equal("certificates", n["app_certificates"], int64(1))
	c.equal("beside it", c.stored(beside), beside)
}
