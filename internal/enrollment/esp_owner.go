package enrollment

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// StatusPage shows PCs the Enrollment Status Page and lets them go on.
type StatusPage struct {
	Service *Service
}

// Enrolled copies the configuration that applies, as it is at enrolment.
func (o *StatusPage) Enrolled(ctx context.Context, tx Tx, t directory.TenantID, d *Device, _ bool) error {
	return o.choose(ctx, tx, t, d)
}

func (o *StatusPage) choose(ctx context.Context, tx Tx, t directory.TenantID, d *Device) error {
	a, err := o.Service.ESPFor(ctx, tx, t, d)
	if err != nil {
		return err
	}
	d.ESP = &ESPProgress{Policy: a.Policy.ID, Name: a.Policy.DisplayName, Config: *a.Policy.clone().ESP, ForUser: a.ForUser}
	if d.ESP.Config.ShowProgress && d.InOOBE {
		d.ESP.Wait = &Wait{Owner: WaitPC, Of: waitFirst, Text: "The PC has to begin its first management session.", Until: d.EnrolledAt.Add(d.ESP.Config.limit())}
	}
	return nil
}

// Overdue moves the status pages of PCs that did not come in time, and returns
// how many it looked at: a PC that is never heard of again ends its deployment,
// too.
func (o *StatusPage) Overdue(ctx context.Context, t directory.TenantID, limit int) (int, error) {
	s := o.Service
	ids, err := s.Store.DueStatusPages(ctx, t, s.Clock.Now(t), limit)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		err := s.Store.InTx(ctx, func(tx Tx) error {
			d, err := tx.LockManagedDevice(ctx, t, id)
			if err != nil {
				return err
			}
			v := &Visit{Tenant: t, Device: &d, Session: &Session{Device: id}, Now: s.Clock.Now(t), Real: s.Clock.Real()}
			if due := d.ESP.Due(); due.IsZero() || v.Now.Before(due) || !d.State.Live() {
				return nil // it came after all, or has left
			}
			if err := o.Plan(ctx, tx, v); err != nil {
				return err
			}
			return tx.TouchManagedDevice(ctx, t, d)
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return i, fault.Wrap("move the status page of "+string(id), err)
		}
	}
	return len(ids), nil
}

// Plan implements CommandOwner. The configuration is chosen once more at the
// very first message: what the enrolment changed about the device may have
// brought it into other groups.
func (o *StatusPage) Plan(ctx context.Context, tx Tx, v *Visit) error {
	d := v.Device
	if d.ESP == nil && v.First && v.Begins || d.ESP != nil && d.ESP.Device.State == "" {
		if err := o.choose(ctx, tx, v.Tenant, d); err != nil {
			return err
		}
	}
	if d.ESP == nil || d.ESP.Reached {
		return nil
	}
	var applied []Applied
	for _, kind := range carried {
		some, err := o.Service.reaching(ctx, tx, v, kind)
		if err != nil {
			return err
		}
		applied = append(applied, some...)
	}
	states, err := tx.StatesOf(ctx, v.Tenant, d.ID)
	if err != nil {
		return err
	}
	facts := ESPFacts{InOOBE: d.InOOBE, HasUser: d.User != "", UserHere: v.UserHere, Begins: v.Begins, Items: espItems(applied, states)}
	next, commands, events := Step(*d.ESP, facts, v.Now)
	was := d.ESP.Outcome
	d.ESP = &next
	cs := make([]Command, len(commands))
	for i := range commands {
		c := &commands[i]
		cs[i] = Command{Owner: OwnerESP, Of: c.Node, Key: "esp/" + c.Node + "=" + shortened(c.Value), Op: c.Operation()}
	}
	if _, err := o.Service.Enqueue(ctx, tx, v.Tenant, d.ID, cs...); err != nil {
		return err
	}
	if err := markTracked(ctx, tx, v.Tenant, &next, states); err != nil {
		return err
	}
	if len(events) == 0 {
		return nil
	}
	_, err = o.Service.NoteLast(ctx, tx, v.Tenant, PC{Registration: d.Registered, Object: d.Object, Device: d.ID}, func(y *Deployment) {
		next.summarize(y, was, v.Now)
	}, events...)
	return err
}

// markTracked notes of what is known already that the page waits for it.
func markTracked(ctx context.Context, tx Tx, t directory.TenantID, p *ESPProgress, states []PolicyState) error {
	var changed []PolicyState
	for _, s := range states {
		if !s.Tracked && p.Tracks(s.Policy) {
			s.Tracked = true
			changed = append(changed, s)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return tx.PutStates(ctx, t, changed)
}

// Ended implements CommandOwner.
func (o *StatusPage) Ended(_ context.Context, _ Tx, v *Visit, c *Command) error {
	if v.Device.ESP == nil {
		return nil
	}
	heard := *v.Device.ESP
	heard.Hear(c.Of, c.Op, c.State == Done, c.Results)
	v.Device.ESP = &heard
	return nil
}

// summarize brings a deployment's summary up to date. A page that is not shown
// holds nobody back: the deployment is a success without phases.
func (p *ESPProgress) summarize(y *Deployment, was DeploymentState, now time.Time) {
	y.ESP, y.ESPName = p.Policy, p.Name
	y.Setup, y.Account = p.Device.State, p.Account.State
	y.SetupStart, y.SetupEnd = p.Device.Began, p.Device.Ended
	if !p.Device.Shown {
		y.SetupEnd = time.Time{}
	}
	y.AccountStart, y.AccountEnd = p.Account.Began, p.Account.Ended
	for _, phase := range []*PhaseProgress{&p.Account, &p.Device} {
		if phase.Failure != "" {
			y.Failure = phase.Failure
		}
	}
	switch p.Outcome {
	case DeploymentDisabled:
		y.State = DeploymentSuccess
	case "":
		y.State = DeploymentInProgress
	default:
		y.State = p.Outcome
	}
	switch failed := p.Outcome == DeploymentFailure; {
	case p.Reached:
		y.EndedAt = now
	case failed && was != DeploymentFailure:
		y.EndedAt = now
	case !failed:
		y.EndedAt = time.Time{}
	}
}

// Tracks reports whether the page waits, or waited, for a policy.
func (p *ESPProgress) Tracks(id PolicyID) bool {
	if p == nil {
		return false
	}
	is := func(t Tracked) bool { return t.Policy == id }
	return slices.ContainsFunc(p.Device.Tracked, is) || slices.ContainsFunc(p.Account.Tracked, is)
}

// Due is until when the page waits for what it waits for now, zero when it waits
// for nothing.
func (p *ESPProgress) Due() time.Time {
	if p == nil || p.Wait == nil {
		return time.Time{}
	}
	return p.Wait.Until
}

// failing: the PC shows that something failed, and may try again.
func (p *ESPProgress) failing() bool { return p != nil && p.Outcome == DeploymentFailure && !p.Reached }
