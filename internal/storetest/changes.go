package storetest

import (
	"reflect"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var signTests = []directoryTest{
	{"what changes in a tenant leaves a sign there and in no other", signsShow},
	{"a long trail is read from its end", signsEnd},
}

// differs reports which signs are not as they were.
func differs(a, b directory.Signs) (which []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			which = append(which, x.Type().Field(i).Name)
		}
	}
	return which
}

func signsShow(c *city) {
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"nothing", func() {}, nil},
		{"the configuration", func() {
			c.tx(func(tx *sqlstore.Tx) error { must(tx.BumpConfig(c.ctx, c.tenant)); return nil })
		}, []string{"Config"}},
		{"a mark", func() {
			c.tx(func(tx *sqlstore.Tx) error {
				return tx.MarkDirty(c.ctx, c.tenant, directory.TopicDevice, []directory.ObjectID{newObject()}, 0, c.lease("a"))
			})
		}, []string{"Work"}},
		{"a fill", func() { c.openFill(c.tenant, c.now, c.lease("a")) }, []string{"Work"}},
		{"an audit event", func() { c.record(c.tenant, 1) }, []string{"Recorded"}},
	} {
		before, other := must(c.db.ReadSigns(c.ctx, c.tenant)), must(c.db.ReadSigns(c.ctx, c.other))
		step.do()
		c.equal(step.name, differs(before, must(c.db.ReadSigns(c.ctx, c.tenant))), step.want)
		c.equal(step.name+", elsewhere", differs(other, must(c.db.ReadSigns(c.ctx, c.other))), []string(nil))
	}
	_, err := c.db.ReadSigns(c.ctx, directory.TenantID(newID()))
	c.missing(err)
}

func signsEnd(c *city) {
	c.record(c.tenant, directory.MostTouched+5)
	last := c.event("Create application")
	c.tx(func(tx *sqlstore.Tx) error { return tx.Audit(c.ctx, c.tenant, last) })
	s := must(c.db.ReadSigns(c.ctx, c.tenant))
	c.equal("how many", len(s.Recorded), directory.MostTouched)
	c.equal("the newest", s.Recorded[0], directory.Touched{Event: last.ID, Object: last.TargetType})
}
