package enrollment

import (
	"cmp"
	"context"
	"strconv"
)

// Bounds of one answer and of one session.
const (
	mostCommands = 30        // of an answer, parts counted; one command always goes
	mostBytes    = 256 << 10 // of an answer; one command always goes
	mostMessages = 400       // of a session
	mostRounds   = 50        // how often owners are asked in a session
	mostAwaited  = 600       // commands and parts without an answer
)

// planOrder is the order in which owners are asked: what a first session has to
// carry (the status page) before what can wait.
var planOrder = []OwnerKind{OwnerEnrolment, OwnerESP, OwnerAction, OwnerPolicy, OwnerApp, OwnerInventory, OwnerHardware}

// compose fills the answer. Owners are asked when a session begins and
// whenever there is nothing left to send; when they have nothing either, the
// session ends.
func (c *checkIn) compose(ctx context.Context) error {
	s := c.v.Session
	s.Ended = false
	if c.in.More || s.Partial != nil {
		if c.out.Alert == 0 {
			c.out.Alert = AlertNext
		}
		return nil
	}
	asked := false
	if c.v.Begins {
		asked = true
		if err := c.plan(ctx); err != nil {
			return err
		}
	}
	for {
		chosen, err := c.choose(ctx)
		if err != nil {
			return err
		}
		if len(chosen) > 0 {
			return c.send(ctx, chosen)
		}
		finished, err := c.finish(ctx)
		if err != nil || s.Waits {
			return err
		}
		if !finished && asked {
			s.Ended = true
			return nil
		}
		asked = true
		if err := c.plan(ctx); err != nil {
			return err
		}
	}
}

// spent: the session has had its share, what is left waits for the next one.
func (s *Session) spent() bool { return s.Messages >= mostMessages || len(s.Awaiting) >= mostAwaited }

// plan asks the owners what the PC should be told.
func (c *checkIn) plan(ctx context.Context) error {
	s := c.v.Session
	if s.Rounds >= mostRounds || s.spent() {
		return nil
	}
	s.Rounds++
	for _, kind := range planOrder {
		owner := c.Owners[kind]
		if owner == nil {
			continue
		}
		if err := owner.Plan(ctx, c.tx, c.v); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the commands of which a status has come but not all values, and
// reports whether there were any. PCs may send values one message later, so
// first the PC is asked for another message.
func (c *checkIn) finish(ctx context.Context) (bool, error) {
	open, err := c.awaited(ctx)
	if err != nil {
		return false, err
	}
	for id, cmd := range open {
		if _, _, ended := cmd.verdict(true); !ended {
			delete(open, id)
		}
	}
	s := c.v.Session
	s.Waits = len(open) > 0 && !s.Waits && !s.spent()
	if s.Waits {
		c.out.Alert = AlertNext
		return false, nil
	}
	return len(open) > 0, c.settle(ctx, open, true)
}

// choose takes the queued commands that may be sent now, in order, as many as
// fit. What cannot be sent at all fails.
func (c *checkIn) choose(ctx context.Context) (chosen []Command, err error) {
	if c.v.Session.spent() {
		return nil, nil
	}
	var wrong, gone []Command
	var failed error
	count, size, most := 0, 0, c.room()
	err = c.eachOpen(ctx, func(cmd *Command) bool {
		if cmd.State != Queued || cmd.NotBefore.After(c.v.Now) || (cmd.UserScope || cmd.Op.user()) && !c.v.UserHere {
			return true
		}
		if cmd.Op.Check() != nil {
			cmd.State, cmd.Status, cmd.DoneAt = Failed, statusBadCommand, c.v.Now
			wrong = append(wrong, *cmd)
			return true
		}
		var known bool
		if known, failed = c.reveal(ctx, cmd); failed != nil {
			return false
		} else if !known {
			gone = append(gone, *cmd)
			return true
		}
		count, size = count+cmd.Op.count(), size+cmd.Op.size()
		if len(chosen) > 0 && (count > mostCommands || size > most) {
			return false
		}
		chosen = append(chosen, *cmd)
		return true
	})
	if err = cmp.Or(err, failed); err == nil {
		err = c.takeBack(ctx, gone)
	}
	if err == nil {
		err = c.conclude(ctx, wrong)
	}
	return chosen, err
}

// room is how many bytes of commands an answer may have.
func (c *checkIn) room() int {
	const header = 1024
	most := mostBytes
	if c.in.MaxSize > 0 {
		most = min(most, c.in.MaxSize)
	}
	return most - header - frame*len(c.out.Acks)
}

// statusBadCommand is noted for a command that no PC would take.
const statusBadCommand = 400

// send gives the commands their numbers and notes that they are on their way.
func (c *checkIn) send(ctx context.Context, chosen []Command) error {
	n := len(c.out.Acks)
	if c.out.Alert != 0 {
		n++
	}
	number := func() string {
		n++
		return strconv.Itoa(n)
	}
	s := c.v.Session
	s.Waits = false
	for i := range chosen {
		cmd := &chosen[i]
		cmd.State, cmd.Session, cmd.SentAt = Sent, s.ID, c.v.Now
		cmd.Tries++
		cmd.Status, cmd.Results, cmd.Parts = 0, nil, make([]int, len(cmd.Op.Parts))
		out := OutgoingCmd{CmdID: number(), Op: cmd.Op}
		s.Awaiting = append(s.Awaiting, Awaited{MsgID: c.out.MsgID, CmdID: out.CmdID, Command: cmd.ID, Part: -1})
		if cmd.Op.Verb != Get {
			out.Op.Parts = nil
			for p := range cmd.Op.Parts {
				op, due := cmd.part(p)
				if !due {
					cmd.Parts[p] = cmd.Met[p]
					continue
				}
				part := OutgoingCmd{CmdID: number(), Op: op}
				out.Parts = append(out.Parts, part)
				s.Awaiting = append(s.Awaiting, Awaited{MsgID: c.out.MsgID, CmdID: part.CmdID, Command: cmd.ID, Part: p})
			}
		}
		c.out.Commands = append(c.out.Commands, out)
	}
	return c.tx.UpdateCommands(ctx, c.t, chosen)
}
