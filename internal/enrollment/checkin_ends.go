package enrollment

import (
	"context"
	"slices"
	"strings"
)

const (
	// mostTries is how often a command is sent that is never answered.
	mostTries = 5
	// pageOpen is how many open commands are read at once.
	pageOpen = 100
)

// endOthers ends the sessions that were before this one, and decides what they
// had sent; also what this one had sent, if the PC opens it once more. Windows
// has a session for each signed-in person at the same time (DMClient CSP,
// MultipleSession): those of other people go on.
func (c *checkIn) endOthers(ctx context.Context) error {
	s := c.v.Session
	goOn := map[string]bool{}
	for i := range c.standing.Sessions {
		o := &c.standing.Sessions[i]
		switch {
		case o.ID == s.ID:
			continue
		case o.UserUPN != "" && s.UserUPN != "" && !strings.EqualFold(o.UserUPN, s.UserUPN):
			goOn[o.ID] = true
			continue
		case !c.known && c.replaced == "":
			c.replaced = o.ID
			continue
		}
		if err := c.tx.DeleteMDMSession(ctx, c.t, c.v.Device.ID, o.ID); err != nil {
			return err
		}
	}
	return c.decide(ctx, func(session string) bool { return !goOn[session] })
}

// giveUp decides what one session had sent.
func (c *checkIn) giveUp(ctx context.Context, session string) error {
	return c.decide(ctx, func(s string) bool { return s == session })
}

// decide ends the waiting for commands that were sent in these sessions.
func (c *checkIn) decide(ctx context.Context, of func(session string) bool) error {
	var lost []Command
	err := c.eachOpen(ctx, func(cmd *Command) bool {
		if cmd.State == Sent && of(cmd.Session) {
			lost = append(lost, *cmd)
		}
		return true
	})
	if err != nil {
		return err
	}
	for i := range lost {
		cmd := &lost[i]
		status, state, ended := cmd.verdict(true)
		switch {
		case ended && (!cmd.lacksValues() || cmd.Tries >= mostTries): // its status had come
			cmd.Status, cmd.State, cmd.DoneAt = status, state, c.v.Now
		case cmd.Once, cmd.Tries >= mostTries:
			cmd.State, cmd.DoneAt = Unconfirmed, c.v.Now
		default:
			cmd.State, cmd.Session, cmd.Status, cmd.Results = Queued, "", 0, nil
			clear(cmd.Parts)
		}
	}
	c.v.Session.Awaiting = slices.DeleteFunc(slices.Clone(c.v.Session.Awaiting), func(a Awaited) bool {
		return slices.ContainsFunc(lost, func(cmd Command) bool { return cmd.ID == a.Command })
	})
	return c.conclude(ctx, lost)
}

// eachOpen walks through the device's open commands in order until fn says
// that it has enough.
func (c *checkIn) eachOpen(ctx context.Context, fn func(*Command) (more bool)) error {
	after := ""
	for {
		page, err := c.tx.OpenCommandsAfter(ctx, c.t, c.v.Device.ID, after, pageOpen)
		if err != nil {
			return err
		}
		for i := range page {
			if !fn(&page[i]) {
				return nil
			}
		}
		if len(page) < pageOpen {
			return nil
		}
		after = page[len(page)-1].ID
	}
}
