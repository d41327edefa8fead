package storetest

import (
	"time"

	"taxiway/internal/signin"
)

var consentTests = []directoryTest{
	{"a consent reads back for its person and app alone", consentReadsBack},
	{"scopes are added to what was agreed before", consentAdds},
	{"consents given at once are all kept", consentTogether},
	{"consents are taken back for one person or for everybody", consentDeleted},
}

func (c *city) consent(scopes ...string) signin.Consent {
	return signin.Consent{ID: newID(), AppID: newID(), User: newObject(), Resource: "https://graph.microsoft.com", Scopes: scopes, CreatedAt: c.now}
}

func consentReadsBack(c *city) {
	one := c.consent("User.Read", "openid")
	all := one
	all.ID, all.User, all.Scopes = newID(), "", []string{"Group.Read.All"}
	c.ok(c.db.PutConsent(c.ctx, c.tenant, one, c.event("x")))
	c.ok(c.db.PutConsent(c.ctx, c.tenant, all, c.event("x")))
	c.equal("the person's and everybody's", must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, one.User)), []signin.Consent{all, one})
	c.equal("another person's", must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, newObject())), []signin.Consent{all})
	c.equal("everybody's", must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, "")), []signin.Consent{all})
	c.equal("another app's", len(must(c.db.ListConsents(c.ctx, c.tenant, newID(), one.User))), 0)
	c.equal("another tenant's", len(must(c.db.ListConsents(c.ctx, c.other, one.AppID, one.User))), 0)
}

func consentAdds(c *city) {
	one := c.consent("b", "d")
	c.ok(c.db.PutConsent(c.ctx, c.tenant, one, c.event("x")))
	more := one
	more.ID, more.CreatedAt, more.Scopes = newID(), c.now.Add(time.Hour), []string{"a", "b", "c"}
	c.ok(c.db.PutConsent(c.ctx, c.tenant, more, c.event("x")))
	c.ok(c.db.PutConsent(c.ctx, c.tenant, more, c.event("x")))
	elsewhere := one
	elsewhere.ID, elsewhere.Resource = newID(), "urn:other"
	c.ok(c.db.PutConsent(c.ctx, c.tenant, elsewhere, c.event("x")))
	one.Scopes = []string{"a", "b", "c", "d"}
	c.equal("all", must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, one.User)), []signin.Consent{one, elsewhere})
	c.equal("events: one for what changed nothing is not there", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(3))
}

func consentTogether(c *city) {
	one := c.consent()
	given := c.atOnce(func(i int) (bool, error) {
		mine := one
		mine.ID, mine.Scopes = newID(), []string{string(rune('a' + i))}
		err := c.db.PutConsent(c.ctx, c.tenant, mine, c.event("x"))
		return err == nil, err
	})
	c.equal("given", given, 8)
	all := must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, one.User))
	c.equal("rows", len(all), 1)
	c.equal("scopes", all[0].Scopes, []string{"a", "b", "c", "d", "e", "f", "g", "h"})
}

func consentDeleted(c *city) {
	one := c.consent("a")
	all := one
	all.ID, all.User = newID(), ""
	c.ok(c.db.PutConsent(c.ctx, c.tenant, one, c.event("x")))
	c.ok(c.db.PutConsent(c.ctx, c.tenant, all, c.event("x")))
	c.missing(c.db.DeleteConsents(c.ctx, c.other, one.AppID, one.User, c.event("x")))
	c.missing(c.db.DeleteConsents(c.ctx, c.tenant, newID(), one.User, c.event("x")))
	c.ok(c.db.DeleteConsents(c.ctx, c.tenant, one.AppID, one.User, c.event("x")))
	c.equal("everybody's is left", must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, one.User)), []signin.Consent{all})
	c.ok(c.db.DeleteConsents(c.ctx, c.tenant, one.AppID, "", c.event("x")))
	c.equal("none", len(must(c.db.ListConsents(c.ctx, c.tenant, one.AppID, one.User))), 0)
	c.missing(c.db.DeleteConsents(c.ctx, c.tenant, one.AppID, "", c.event("x")))
	c.equal("events", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(4))
}
