package enrollment

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// SecretKeeper is an owner that has the values of its secret commands
// (Operation.Secret): they are asked for when a message is composed, and are
// in no queue and no stored session.
type SecretKeeper interface {
	// Reveal returns the value of a command; ok is false when there is none any
	// more, and the command is taken back.
	Reveal(ctx context.Context, tx Tx, v *Visit, c *Command) (value string, ok bool, err error)
}

// MarshalJSON leaves the value of a secret out, so that nothing that is stored
// holds it.
func (o Operation) MarshalJSON() ([]byte, error) {
	type plain Operation
	if o.Secret {
		o.Data = nil
	}
	return json.Marshal(plain(o))
}

// reveal puts its value into a secret command; ok is false when there is none.
func (c *checkIn) reveal(ctx context.Context, cmd *Command) (ok bool, err error) {
	if !cmd.Op.Secret {
		return true, nil
	}
	keeper, ok := c.Owners[cmd.Owner].(SecretKeeper)
	if !ok {
		return false, nil
	}
	value, ok, err := keeper.Reveal(ctx, c.tx, c.v, cmd)
	if ok {
		cmd.Op.Data = &value
	}
	return ok, err
}

// takeBack cancels commands whose secret is gone. Their owner plans anew.
func (c *checkIn) takeBack(ctx context.Context, cs []Command) error {
	if len(cs) == 0 {
		return nil
	}
	for i := range cs {
		cs[i].State, cs[i].DoneAt = Cancelled, c.v.Now
	}
	c.ends[Cancelled] += len(cs)
	return c.tx.UpdateCommands(ctx, c.t, cs)
}

// repeat answers with the stored answer, into which secrets are put once more.
// Without one of them it cannot be said again, so the session breaks off: the
// PC begins another, in which it is told what holds by then.
func (c *checkIn) repeat(ctx context.Context, reply Outgoing) error {
	c.out, c.outcome = reply, countRepeated
	sent := map[string]*OutgoingCmd{}
	for i := range c.out.Commands {
		cmd := &c.out.Commands[i]
		if !cmd.Op.Secret {
			continue
		}
		awaited, ok := c.v.Session.find(strconv.Itoa(reply.MsgID), cmd.CmdID)
		if !ok {
			return c.breakOff(ctx)
		}
		sent[awaited.Command] = cmd
	}
	if len(sent) == 0 {
		return nil
	}
	queued, err := c.tx.GetCommands(ctx, c.t, c.v.Device.ID, slices.Collect(maps.Keys(sent)))
	if err != nil {
		return err
	}
	if len(queued) < len(sent) {
		return c.breakOff(ctx)
	}
	for i := range queued {
		if ok, err := c.reveal(ctx, &queued[i]); err != nil {
			return err
		} else if !ok {
			return c.breakOff(ctx)
		}
		sent[queued[i].ID].Op.Data = queued[i].Op.Data
	}
	return nil
}
