package storetest

import (
	"crypto/sha256"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var appTests = []directoryTest{
	{"an application and its secret read back as they were written", appReadsBack},
	{"an application that is not there is missing, in another tenant too", appMissing},
	{"an application's ids are taken once", appTaken},
	{"a change made from an old version is refused", appStale},
	{"secrets are added and removed", appSecrets},
	{"a deleted application takes its secrets with it", appDeleted},
	{"every change of an application leaves one audit event, a refused one none", appAudited},
}

func newApp() directory.Application {
	return directory.Application{ID: newObject(), AppID: newID(), ServicePrincipal: newObject(), DisplayName: "Ansible", Enabled: true, Permissions: []string{"Device.Read.All"}, Version: 1}
}

func newSecret(text string) directory.Secret {
	return directory.Secret{KeyID: newID(), Hash: sha256.Sum256([]byte(text)), Hint: "abc", DisplayName: text}
}

func aSecret(text string) *directory.Secret {
	s := newSecret(text)
	return &s
}

func (c *city) event(activity string) directory.AuditEvent {
	return directory.AuditEvent{
		ID: newID(), At: c.now, Activity: activity, Category: "application", TargetID: newID(), TargetType: "application", TargetName: "Ünïque",
		Actor:   directory.Actor{AppID: newID(), AppName: "cli", ObjectID: newObject(), Principal: "a@b.example", Address: "::1", Correlation: "r1"},
		Changes: []directory.Change{{Property: "displayName", Old: "<a>", New: "b & c"}},
	}
}

func appReadsBack(c *city) {
	app, secret := newApp(), newSecret("one")
	app.CreatedAt, secret.CreatedAt, secret.ExpiresAt = c.now, c.now, c.now.Add(time.Hour)
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, &secret, c.event("Create application")))
	secret.Application = app.ID
	c.equal("created", must(c.db.GetApplication(c.ctx, c.tenant, app.AppID)), app)
	c.equal("secrets", must(c.db.ListSecrets(c.ctx, c.tenant, app.ID)), []directory.Secret{secret})
	app.DisplayName, app.Permissions, app.Enabled = "Renamed", nil, false
	c.ok(c.db.UpdateApplication(c.ctx, c.tenant, app, c.event("Update application")))
	app.Version = 2
	c.equal("updated", must(c.db.GetApplication(c.ctx, c.tenant, app.AppID)), app)
	older := newApp()
	older.CreatedAt = c.now.Add(-time.Hour)
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, older, aSecret("two"), c.event("Create application")))
	c.equal("the oldest first", must(c.db.ListApplications(c.ctx, c.tenant)), []directory.Application{older, app})
	c.equal("of the other tenant", len(must(c.db.ListApplications(c.ctx, c.other))), 0)
}

func appMissing(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, aSecret("s"), c.event("Create application")))
	_, err := c.db.GetApplication(c.ctx, c.other, app.AppID)
	c.missing(err)
	_, err = c.db.GetApplication(c.ctx, c.tenant, "no uuid")
	c.missing(err)
	c.missing(c.db.UpdateApplication(c.ctx, c.other, app, c.event("x")))
	c.missing(c.db.DeleteApplication(c.ctx, c.other, app.AppID, c.event("x")))
	c.missing(c.db.ReplaceSecrets(c.ctx, c.other, app.ID, nil, nil, c.event("x")))
	c.equal("secrets of nothing", len(must(c.db.ListSecrets(c.ctx, c.tenant, ""))), 0)
	c.equal("after all", must(c.db.GetApplication(c.ctx, c.tenant, app.AppID)), app)
}

func appTaken(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, aSecret("s"), c.event("x")))
	again := newApp()
	again.AppID = app.AppID
	c.faulty(fault.Conflict, "ApplicationExists", c.db.CreateApplication(c.ctx, c.tenant, again, aSecret("s"), c.event("x")))
	again = newApp()
	again.ID = app.ID
	c.faulty(fault.Conflict, "ApplicationExists", c.db.CreateApplication(c.ctx, c.tenant, again, aSecret("s"), c.event("x")))
	c.ok(c.db.CreateApplication(c.ctx, c.other, app, aSecret("s"), c.event("x")))
}

func appStale(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, aSecret("s"), c.event("x")))
	won := 0
	for _, err := range c.together(5, func(int) error { return c.db.UpdateApplication(c.ctx, c.tenant, app, c.event("x")) }) {
		if err == nil {
			won++
			continue
		}
		c.faulty(fault.Precondition, "PreconditionFailed", err)
	}
	c.equal("winners", won, 1)
}

func appSecrets(c *city) {
	app, one, two := newApp(), newSecret("one"), newSecret("two")
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, &one, c.event("x")))
	one.Application, two.Application = app.ID, app.ID
	c.ok(c.db.ReplaceSecrets(c.ctx, c.tenant, app.ID, &two, nil, c.event("x")))
	c.equal("both", must(c.db.ListSecrets(c.ctx, c.tenant, app.ID)), []directory.Secret{one, two})
	c.faulty(fault.Conflict, "SecretExists", c.db.ReplaceSecrets(c.ctx, c.tenant, app.ID, &two, []string{one.KeyID}, c.event("x")))
	c.equal("a refused change does nothing", len(must(c.db.ListSecrets(c.ctx, c.tenant, app.ID))), 2)
	c.ok(c.db.ReplaceSecrets(c.ctx, c.tenant, app.ID, nil, []string{one.KeyID, newID()}, c.event("x")))
	c.equal("one", must(c.db.ListSecrets(c.ctx, c.tenant, app.ID)), []directory.Secret{two})
	c.equal("the version grows", must(c.db.GetApplication(c.ctx, c.tenant, app.AppID)).Version, int64(3))
}

func appDeleted(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, aSecret("s"), c.event("x")))
	c.ok(c.db.DeleteApplication(c.ctx, c.tenant, app.AppID, c.event("x")))
	_, err := c.db.GetApplication(c.ctx, c.tenant, app.AppID)
	c.missing(err)
	c.equal("secrets", len(must(c.db.ListSecrets(c.ctx, c.tenant, app.ID))), 0)
}

func appAudited(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, aSecret("s"), c.event("x")))
	c.ok(c.db.UpdateApplication(c.ctx, c.tenant, app, c.event("x")))
	c.faulty(fault.Precondition, "PreconditionFailed", c.db.UpdateApplication(c.ctx, c.tenant, app, c.event("x")))
	c.ok(c.db.ReplaceSecrets(c.ctx, c.tenant, app.ID, nil, nil, c.event("x")))
	c.ok(c.db.DeleteApplication(c.ctx, c.tenant, app.AppID, c.event("x")))
	c.equal("events", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(4))
}
