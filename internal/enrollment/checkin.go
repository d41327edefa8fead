package enrollment

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// What a message does to a device whose enrolment is not alive, and with a
// proof that another message used: fault.Unauthenticated.
const (
	CodeNotManaged = "DeviceNotManaged"
	CodeProofUsed  = "ProofUsed"
)

// What became of a message, for Service.Count.
const (
	countAnswered = "answered"
	countRepeated = "repeated"
	countAborted  = "aborted"
)

// CheckIn answers one message of a device that proved which one it is. All that
// follows from the message happens in one transaction with its answer:
//
//	message                                     answer
//	the one that was answered last, again       the stored answer, nothing else happens
//	the same number, other content              the session is aborted
//	older, or of a session that is not known    abort, unless it begins a session
//	begins a session (1200, 1201, number 1)     earlier sessions end, but those of
//	                                            other people signed in at the same time
//	any other, also after a gap                 the session goes on
//
// What was sent in a session that ended without an answer is queued again,
// or is Unconfirmed when it must not be repeated or was sent five times in vain.
func (s *Service) CheckIn(ctx context.Context, t directory.TenantID, id DeviceID, in Incoming) (Outgoing, error) {
	var c *checkIn
	err := s.Store.InTx(ctx, func(tx Tx) error {
		c = &checkIn{Service: s, tx: tx, t: t, in: &in}
		return c.run(ctx, id)
	})
	if err != nil {
		return Outgoing{}, fault.Wrap("answer message of managed device "+string(id), err)
	}
	c.afterwards(ctx)
	return c.out, nil
}

// checkIn is one message being answered.
type checkIn struct {
	*Service
	tx  Tx
	t   directory.TenantID
	in  *Incoming
	v   *Visit
	out Outgoing

	outcome  string
	ends     map[CommandState]int
	standing Standing
	known    bool   // the session was known before the message
	replaced string // a session that ends: the new one takes its row

	place *place // of a device that leaves
	gone  bool   // the device has left
}

func (c *checkIn) run(ctx context.Context, id DeviceID) error {
	d, err := c.lock(ctx, id)
	if err != nil {
		return err
	}
	c.out = Outgoing{MsgID: c.in.MsgID, Acks: slices.Clone(c.in.Acks)}
	c.outcome, c.ends = countAnswered, map[CommandState]int{}
	if c.standing, err = c.tx.GetStanding(ctx, c.t, id); err != nil {
		return err
	}
	c.tx = &visitTx{Tx: c.tx, device: id, idle: !c.standing.Open, blank: !c.standing.States}
	old, known := c.standing.session(c.in.SessionID)
	c.known = known
	before := d
	before.Inventory = maps.Clone(d.Inventory)
	c.visit(&d, old, known)
	switch {
	case known && c.in.MsgID == old.LastMsgID && bytes.Equal(c.in.Digest, old.LastSeen):
		return c.repeat(ctx, old.Reply)
	case !c.in.Digested.fresh(&d):
		return fault.Field(fault.Unauthenticated, CodeProofUsed, "Cred", "The digest was used before.", "Answer the new challenge.")
	case known && c.in.MsgID == old.LastMsgID:
		return c.breakOff(ctx)
	case known && c.in.MsgID < old.LastMsgID && !c.in.begins(), !known && !c.in.begins():
		c.abort() // the session that is known, if any, goes on
		return nil
	}
	if err := c.work(ctx); err != nil {
		return err
	}
	if c.gone {
		return nil
	}
	return c.store(ctx, before)
}

// begins: the message begins a session.
func (in *Incoming) begins() bool { return in.MsgID == 1 || in.opens() }

// opens: the message carries the alert that opens a session. A PC that had to
// prove itself first repeats its first message under a later number.
func (in *Incoming) opens() bool {
	return slices.ContainsFunc(in.Alerts, func(a Alert) bool { return a.Code == AlertServerInitiated || a.Code == AlertClientInitiated })
}

func (in *Incoming) leaves() bool {
	return slices.ContainsFunc(in.Alerts, func(a Alert) bool { return a.Type == AlertUnenroll })
}

func (in *Incoming) aborts() bool {
	return slices.ContainsFunc(in.Alerts, func(a Alert) bool { return a.Code == AlertAbort })
}

// visit makes what owners see: of the session that goes on, or of a new one.
func (c *checkIn) visit(d *Device, old Session, known bool) {
	now, realTime := c.Clock.Now(c.t), c.Clock.Real()
	session := old
	goesOn := known && c.in.MsgID >= old.LastMsgID
	if !goesOn {
		session = Session{Device: d.ID, ID: c.in.SessionID, StartedAt: realTime, First: d.LastSync.IsZero()}
	}
	if c.in.Login != "" {
		session.Login = c.in.Login
	}
	if c.in.UserUPN != "" {
		session.UserUPN = c.in.UserUPN
	}
	c.v = &Visit{
		Tenant: c.t, Device: d, Session: &session, First: session.First, Begins: !goesOn || c.in.opens(), Now: now, Real: realTime,
		UserHere: session.userHere(d),
	}
}

// userHere: the enrolled user is signed in. A token, which was verified, says
// more than LoginStatus, which names nobody.
func (s *Session) userHere(d *Device) bool {
	if s.UserUPN != "" {
		return strings.EqualFold(s.UserUPN, d.UPN)
	}
	return s.Login == LoginUser
}

// work does what the message says and composes the answer.
func (c *checkIn) work(ctx context.Context) error {
	d := c.v.Device
	d.LastSync = c.v.Now
	d.SawCertificate = d.SawCertificate || c.in.Digested == nil
	if err := c.nextNonce(); err != nil {
		return err
	}
	c.noteValues()
	if err := c.answers(ctx); err != nil {
		return err
	}
	if c.v.Begins {
		if err := c.endOthers(ctx); err != nil {
			return err
		}
	}
	if err := c.alerts(ctx); err != nil || c.gone {
		return err
	}
	if c.in.aborts() {
		c.v.Session.Ended = true
		return c.giveUp(ctx, c.v.Session.ID)
	}
	return c.compose(ctx)
}

// noteValues keeps what the PC tells about itself in every first message.
func (c *checkIn) noteValues() {
	d := c.v.Device
	for _, v := range c.in.Values {
		if len(v.Data) > 1024 || !strings.HasPrefix(v.URI, "./DevInfo/") || len(v.URI) > 64 {
			continue
		}
		if d.Inventory == nil {
			d.Inventory = map[string]string{}
		}
		if _, there := d.Inventory[v.URI]; there || len(d.Inventory) < 500 {
			d.Inventory[v.URI] = v.Data
		}
	}
}

// alerts tells the owners what the PC tells.
func (c *checkIn) alerts(ctx context.Context) error {
	for i := range c.in.Alerts {
		for _, kind := range planOrder {
			hearer, ok := c.Owners[kind].(AlertHearer)
			if !ok {
				continue
			}
			if err := hearer.Alerted(ctx, c.tx, c.v, &c.in.Alerts[i]); err != nil {
				return err
			}
		}
	}
	if !c.in.leaves() {
		return nil
	}
	return c.farewell(ctx)
}

// breakOff ends the session in both senses: no more of it, and what was on its
// way is decided.
func (c *checkIn) breakOff(ctx context.Context) error {
	c.abort()
	if err := c.tx.DeleteMDMSession(ctx, c.t, c.v.Device.ID, c.v.Session.ID); err != nil {
		return err
	}
	return c.giveUp(ctx, c.v.Session.ID)
}

func (c *checkIn) abort() {
	c.outcome = countAborted
	c.out.Alert, c.out.Commands = AlertAbort, nil
}

// store keeps the session with the answer, and the device.
func (c *checkIn) store(ctx context.Context, before Device) error {
	s := c.v.Session
	s.LastMsgID, s.LastSeen, s.Reply, s.UpdatedAt = c.in.MsgID, c.in.Digest, c.out, c.v.Real
	s.Messages++
	if err := c.putSession(ctx, s); err != nil {
		return err
	}
	if visible(before, *c.v.Device) {
		return c.tx.UpdateManagedDevice(ctx, c.t, *c.v.Device)
	}
	return c.tx.TouchManagedDevice(ctx, c.t, *c.v.Device)
}

func (c *checkIn) putSession(ctx context.Context, s *Session) error {
	if c.replaced != "" {
		return c.tx.ReplaceMDMSession(ctx, c.t, c.replaced, *s)
	}
	return c.tx.PutMDMSession(ctx, c.t, *s)
}

// visible: something changed that makes a new version of the device.
func visible(was, is Device) bool {
	for _, d := range []*Device{&was, &is} {
		d.LastSync, d.Nonce, d.SawCertificate, d.ESP, d.Version = time.Time{}, "", false, nil, 0
		if len(d.Inventory) == 0 {
			d.Inventory = nil
		}
	}
	return !reflect.DeepEqual(was, is)
}

// afterwards does what waits for the commit.
func (c *checkIn) afterwards(ctx context.Context) {
	c.count("messages", c.outcome, 1)
	for state, n := range c.ends {
		c.count("commands", string(state), n)
	}
	for _, later := range c.v.Later {
		if err := later(ctx); err != nil {
			c.Log.LogAttrs(ctx, slog.LevelError, "what follows from a PC's message could not be done; the PC is asked again",
				slog.String("tenant", string(c.t)), slog.String("managed_device", string(c.v.Device.ID)), slog.Any("error", err))
		}
	}
}

func (s *Service) count(kind, what string, n int) {
	if s.Count != nil {
		s.Count(kind, what, n)
	}
}
