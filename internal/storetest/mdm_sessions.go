package storetest

import (
	"strconv"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
)

var mdmSessionTests = []directoryTest{
	{"a management session reads back as it was written, and as it was written anew", mdmSessionReadsBack},
	{"a management session that is not there is missing, in another tenant and at another PC too", mdmSessionMissing},
	{"the value of a secret is not stored with the answer that told it", mdmSessionSecret},
	{"the other sessions of a PC are found, not those of other PCs", mdmSessionOthers},
	{"a session takes the place of another one of its PC, or stands beside the others", mdmSessionReplaces},
	{"it is told whether commands are open at a PC and anything became of policies", mdmStanding},
	{"ended sessions are gone, others stay", mdmSessionsDeleted},
	{"sessions that were silent for too long are forgotten, in every tenant", mdmSessionsForgotten},
	{"messages of one PC at once wait for each other, those of two do not", mdmSessionsInTurn},
}

// mdmSession is one with something in every field.
func mdmSession(c *city, d enrollment.DeviceID, id string) enrollment.Session {
	return enrollment.Session{
		Device: d, ID: id, Login: enrollment.LoginUser, UserUPN: "adele@contoso.example", LastMsgID: 7, LastSeen: []byte{1, 2, 0xff},
		Reply: enrollment.Outgoing{
			MsgID: 7, Acks: []enrollment.Ack{{CmdID: "0", Cmd: "SyncHdr", Status: 212}}, Alert: 1222, Nonce: "bm9uY2U=",
			Commands: []enrollment.OutgoingCmd{{
				CmdID: "3", Op: enrollment.Operation{Verb: enrollment.Atomic},
				Parts: []enrollment.OutgoingCmd{{CmdID: "4", Op: enrollment.Operation{Verb: enrollment.Replace, URI: "./Vendor/A", Format: "chr", Type: "text/plain", Data: new("<ä> \U0001F680")}}},
			}},
		},
		Awaiting: []enrollment.Awaited{{MsgID: 6, CmdID: "2", Command: newID(), Part: -1}, {MsgID: 7, CmdID: "4", Command: newID(), Part: 0}},
		Partial:  &enrollment.Partial{URI: "./DevDetail/X", Format: "b64", Size: 10, Data: []byte("half")},
		First:    true, Waits: true, Messages: 7, Rounds: 3, StartedAt: c.now, UpdatedAt: c.now.Add(time.Minute), Ended: true,
	}
}

func (c *city) putMDMSession(t directory.TenantID, s enrollment.Session) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { return tx.PutMDMSession(c.ctx, t, s) })
}

// session is one of a PC's, without an id when it is not there.
func session(s enrollment.Standing, id string) enrollment.Session {
	for i := range s.Sessions {
		if s.Sessions[i].ID == id {
			return s.Sessions[i]
		}
	}
	return enrollment.Session{}
}

func (c *city) mdmSessions(t directory.TenantID, d enrollment.DeviceID, except string) (ids []string) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		ids = nil
		for _, s := range must(tx.GetStanding(c.ctx, t, d)).Sessions {
			if s.ID != except {
				ids = append(ids, s.ID)
			}
		}
		return nil
	})
	return ids
}

func mdmSessionReadsBack(c *city) {
	d := newManagedID()
	full, bare := mdmSession(c, d, "1A"), enrollment.Session{Device: d, ID: "2"}
	for _, want := range []enrollment.Session{full, bare, {Device: d, ID: "1A", LastMsgID: 8, StartedAt: c.now, UpdatedAt: c.now.Add(time.Hour)}} {
		c.putMDMSession(c.tenant, want)
		c.tx(func(tx *sqlstore.Tx) error {
			c.equal("session", session(must(tx.GetStanding(c.ctx, c.tenant, d)), want.ID), want)
			return nil
		})
	}
}

func mdmSessionSecret(c *city) {
	d := newManagedID()
	s := mdmSession(c, d, "1A")
	told := &s.Reply.Commands[0].Parts[0].Op
	told.Secret = true
	c.putMDMSession(c.tenant, s)
	told.Data = nil
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("session", session(must(tx.GetStanding(c.ctx, c.tenant, d)), "1A"), s)
		return nil
	})
}

func mdmSessionMissing(c *city) {
	d := newManagedID()
	c.putMDMSession(c.tenant, mdmSession(c, d, "1"))
	for _, at := range []struct {
		t  directory.TenantID
		d  enrollment.DeviceID
		id string
	}{{c.other, d, "1"}, {c.tenant, newManagedID(), "1"}, {c.tenant, d, "2"}, {c.tenant, d, ""}, {"no uuid", d, "1"}, {c.tenant, "no uuid", "1"}} {
		c.tx(func(tx *sqlstore.Tx) error {
			c.equal("session", session(must(tx.GetStanding(c.ctx, at.t, at.d)), at.id), enrollment.Session{})
			return nil
		})
		c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteMDMSession(c.ctx, at.t, at.d, at.id) }) // nothing to end
	}
	c.equal("sessions", c.mdmSessions(c.tenant, d, ""), []string{"1"})
}

func mdmSessionOthers(c *city) {
	d, other := newManagedID(), newManagedID()
	for _, id := range []string{"b", "a", "B"} {
		c.putMDMSession(c.tenant, mdmSession(c, d, id))
	}
	c.putMDMSession(c.tenant, mdmSession(c, other, "c"))
	c.putMDMSession(c.other, mdmSession(c, d, "d"))
	c.equal("others", c.mdmSessions(c.tenant, d, "a"), []string{"B", "b"})
	c.equal("all", c.mdmSessions(c.tenant, d, "none"), []string{"B", "a", "b"})
	c.equal("of a PC without", c.mdmSessions(c.tenant, newManagedID(), ""), []string(nil))
}

func mdmSessionReplaces(c *city) {
	d, other := newManagedID(), newManagedID()
	c.putMDMSession(c.tenant, mdmSession(c, d, "1"))
	c.putMDMSession(c.tenant, mdmSession(c, other, "1"))
	c.putMDMSession(c.other, mdmSession(c, d, "1"))
	next := enrollment.Session{Device: d, ID: "2", LastMsgID: 1, UpdatedAt: c.now.Add(time.Hour)}
	replace := func(old string, s enrollment.Session) {
		c.Helper()
		c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceMDMSession(c.ctx, c.tenant, old, s) })
	}
	replace("1", next)
	c.equal("in its place", c.mdmSessions(c.tenant, d, ""), []string{"2"})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("session", session(must(tx.GetStanding(c.ctx, c.tenant, d)), "2"), next)
		return nil
	})
	replace("gone", mdmSession(c, d, "3"))
	c.equal("beside", c.mdmSessions(c.tenant, d, ""), []string{"2", "3"})
	c.equal("the other PC's", c.mdmSessions(c.tenant, other, ""), []string{"1"})
	c.equal("the other tenant's", c.mdmSessions(c.other, d, ""), []string{"1"})
	c.equal("forgotten by its own time", must(c.db.ForgetMDMSessions(c.ctx, c.now.Add(30*time.Minute))), 3)
	c.equal("left", c.mdmSessions(c.tenant, d, ""), []string{"2"})
}

func mdmStanding(c *city) {
	d, other := c.managed(nil), c.managed(nil)
	standing := func(of enrollment.DeviceID) (s enrollment.Standing) {
		c.Helper()
		c.tx(func(tx *sqlstore.Tx) error {
			s = must(tx.GetStanding(c.ctx, c.tenant, of))
			return nil
		})
		return s
	}
	c.equal("nothing", standing(d.ID), enrollment.Standing{})
	command := c.simple(c.tenant, d.ID, nil)
	c.equal("a command", standing(d.ID), enrollment.Standing{Open: true})
	c.putMDMSession(c.tenant, enrollment.Session{Device: d.ID, ID: "1"})
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.PutStates(c.ctx, c.tenant, []enrollment.PolicyState{{Device: d.ID, Policy: enrollment.PolicyID(newID()), Kind: enrollment.PolicyCustom}})
	})
	c.equal("all", standing(d.ID), enrollment.Standing{Sessions: []enrollment.Session{{Device: d.ID, ID: "1"}}, Open: true, States: true})
	command.State = enrollment.Sent
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{command}) })
	if !standing(d.ID).Open {
		c.Error("a command that was sent is open")
	}
	c.tx(func(tx *sqlstore.Tx) error {
		_, err := tx.CancelCommands(c.ctx, c.tenant, d.ID, "", "", c.now)
		return err
	})
	if standing(d.ID).Open {
		c.Error("a command that was cancelled is open")
	}
	c.equal("the other PC", standing(other.ID), enrollment.Standing{})
}

func mdmSessionsDeleted(c *city) {
	d, other := newManagedID(), newManagedID()
	for _, id := range []string{"1", "2", "3"} {
		c.putMDMSession(c.tenant, mdmSession(c, d, id))
	}
	c.putMDMSession(c.tenant, mdmSession(c, other, "1"))
	c.putMDMSession(c.other, mdmSession(c, d, "1"))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteMDMSession(c.ctx, c.tenant, d, "2") })
	c.equal("one less", c.mdmSessions(c.tenant, d, ""), []string{"1", "3"})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteMDMSessions(c.ctx, c.tenant, d) })
	c.equal("none", c.mdmSessions(c.tenant, d, ""), []string(nil))
	c.equal("the other PC's", c.mdmSessions(c.tenant, other, ""), []string{"1"})
	c.equal("the other tenant's", c.mdmSessions(c.other, d, ""), []string{"1"})
}

func mdmSessionsForgotten(c *city) {
	d := newManagedID()
	for i, t := range []directory.TenantID{c.tenant, c.tenant, c.other, c.other} {
		s := mdmSession(c, d, strconv.Itoa(i))
		s.UpdatedAt = c.now.Add(time.Duration(i) * time.Minute)
		c.putMDMSession(t, s)
	}
	c.equal("forgotten", must(c.db.ForgetMDMSessions(c.ctx, c.now.Add(150*time.Second))), 3)
	c.equal("left here", c.mdmSessions(c.tenant, d, ""), []string(nil))
	c.equal("left there", c.mdmSessions(c.other, d, ""), []string{"3"})
	c.equal("once", must(c.db.ForgetMDMSessions(c.ctx, c.now.Add(150*time.Second))), 0)
}

func mdmSessionsInTurn(c *city) {
	first, second := c.managed(nil), c.managed(nil)
	const messages = 8
	for _, err := range c.together(2*messages, func(i int) error {
		d := []enrollment.DeviceID{first.ID, second.ID}[i%2]
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			if _, err := tx.LockManagedDevice(c.ctx, c.tenant, d); err != nil {
				return err
			}
			standing, err := tx.GetStanding(c.ctx, c.tenant, d)
			if err != nil {
				return err
			}
			s := session(standing, "1")
			if s.ID == "" {
				s = enrollment.Session{Device: d, ID: "1", UpdatedAt: c.now}
			}
			s.Messages++
			return tx.PutMDMSession(c.ctx, c.tenant, s)
		})
	}) {
		c.ok(err)
	}
	c.tx(func(tx *sqlstore.Tx) error {
		for _, d := range []enrollment.DeviceID{first.ID, second.ID} {
			c.equal("messages", session(must(tx.GetStanding(c.ctx, c.tenant, d)), "1").Messages, messages)
		}
		return nil
	})
}
