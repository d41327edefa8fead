package enrollment

import (
	"context"
	"maps"
	"slices"
)

// answers takes the PC's Statuses and Results for commands of ours, in whatever
// order they come, and tells the owners which commands have ended.
func (c *checkIn) answers(ctx context.Context) error {
	if len(c.in.Answers) == 0 {
		return nil
	}
	open, err := c.awaited(ctx)
	if err != nil {
		return err
	}
	for i := range c.in.Answers {
		a := &c.in.Answers[i]
		values := c.assemble(a)
		sent, ok := c.v.Session.find(a.MsgRef, a.CmdRef)
		if !ok {
			continue // an answer that came before, or to nothing of ours
		}
		cmd := open[sent.Command]
		if cmd == nil {
			continue // cancelled while it was on its way
		}
		cmd.hear(sent.Part, a, values)
	}
	return c.settle(ctx, open, false)
}

// awaited reads the commands that the message may answer.
func (c *checkIn) awaited(ctx context.Context) (map[string]*Command, error) {
	var ids []string
	for _, a := range c.v.Session.Awaiting {
		ids = append(ids, a.Command)
	}
	read, err := c.tx.GetCommands(ctx, c.t, c.v.Device.ID, ids)
	if err != nil {
		return nil, err
	}
	open := map[string]*Command{}
	for i := range read {
		if cmd := &read[i]; cmd.State == Sent && cmd.Session == c.v.Session.ID {
			open[cmd.ID] = cmd
		}
	}
	return open, nil
}

// find is the awaited command an answer means. Results may leave out the
// message they refer to: then it is the latest with that number.
func (s *Session) find(msgRef, cmdRef string) (Awaited, bool) {
	for _, a := range slices.Backward(s.Awaiting) {
		if a.CmdID == cmdRef && (msgRef == "" || a.MsgID == number(msgRef)) {
			return a, true
		}
	}
	return Awaited{}, false
}

// number reads a message number, -1 when it is none.
func number(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<30 {
			return -1
		}
		n = n*10 + int(r-'0')
	}
	if s == "" {
		return -1
	}
	return n
}

// assemble puts values together that come in pieces, and answers each Results
// by what became of its last value.
func (c *checkIn) assemble(a *Answer) []ResultOf {
	if len(a.Results) == 0 {
		return nil
	}
	var values []ResultOf
	status := statusOK
	for _, r := range a.Results {
		open, whole, code, broken := c.v.Session.Partial.take(r)
		c.v.Session.Partial = open
		if broken {
			c.out.Alert = AlertNoEndOfData
		}
		if whole != nil {
			values = append(values, *whole)
		}
		if code != statusOK {
			status = code
		}
	}
	for i := range c.out.Acks {
		if k := &c.out.Acks[i]; k.CmdID == a.CmdID && a.CmdID != "" && k.Status == statusOK {
			k.Status = status
		}
	}
	return values
}

// hear notes one answer to the command or to one of its parts. The first status
// counts, as does the first value of a node: PCs repeat both.
func (cmd *Command) hear(part int, a *Answer, values []ResultOf) {
	for _, v := range values {
		if !slices.ContainsFunc(cmd.Results, func(r ResultOf) bool { return sameNode(r.URI, v.URI) }) {
			cmd.Results = append(cmd.Results, v)
		}
	}
	if a.Status == 0 {
		return
	}
	if part < 0 && cmd.Op.Verb == Get && len(cmd.Op.Parts) > 0 && a.Target != "" {
		part = slices.IndexFunc(cmd.Op.Parts, func(p Operation) bool { return sameNode(p.URI, a.Target) })
	}
	switch {
	case part >= 0 && part < len(cmd.Parts):
		if cmd.Parts[part] == 0 {
			cmd.Parts[part] = a.Status
		}
	case cmd.Status == 0:
		cmd.Status = a.Status
	}
}

// verdict is whether the command has ended, with which status and how. late
// says that no more is to come in this session.
func (cmd *Command) verdict(late bool) (status int, state CommandState, ended bool) {
	status = cmd.Status
	waiting := slices.Contains(cmd.Parts, 0)
	if status == 0 && len(cmd.Parts) > 0 && (!waiting || late) {
		status = cmd.worst()
	}
	// Of a Get of several nodes a status for the whole is one for each.
	whole := cmd.Op.Verb == Get && cmd.Status != 0
	switch {
	case status == 0, waiting && !whole && !late, cmd.lacksValues() && !late:
		return status, Sent, false
	case cmd.succeeded(status):
		return status, Done, true
	}
	return status, Failed, true
}

// worst is the first status of a part that is not what was wanted, else the
// last one that is; 0 when there is none.
func (cmd *Command) worst() int {
	status := 0
	for i, s := range cmd.Parts {
		switch {
		case s != 0 && !fine(cmd.Op.Parts[i].Verb, s):
			return s
		case s != 0:
			status = s
		}
	}
	return status
}

// succeeded: an Atomic by its own status, since its parts stand or fall with
// it; a Sequence when every part did; a Get when it brought anything.
func (cmd *Command) succeeded(status int) bool {
	switch {
	case cmd.Op.Verb == Get && len(cmd.Parts) > 0:
		return slices.ContainsFunc(cmd.Parts, func(s int) bool { return fine(Get, s) }) || cmd.Status != 0 && fine(Get, cmd.Status)
	case cmd.Op.Verb == Sequence:
		for i, s := range cmd.Parts {
			if s != 0 && !fine(cmd.Op.Parts[i].Verb, s) {
				return false
			}
		}
	}
	return fine(cmd.Op.Verb, status)
}

// lacksValues: a node was found whose value has not come yet.
func (cmd *Command) lacksValues() bool {
	if cmd.Op.Verb != Get {
		return false
	}
	if len(cmd.Op.Parts) == 0 {
		return fine(Get, cmd.Status) && len(cmd.Results) == 0
	}
	for i := range cmd.Op.Parts {
		status := cmd.Parts[i]
		if status == 0 {
			status = cmd.Status
		}
		has := slices.ContainsFunc(cmd.Results, func(r ResultOf) bool { return sameNode(r.URI, cmd.Op.Parts[i].URI) })
		if status != 0 && fine(Get, status) && !has {
			return true
		}
	}
	return false
}

// settle stores what was heard and tells the owners of the commands that have
// ended, in order.
func (c *checkIn) settle(ctx context.Context, open map[string]*Command, late bool) error {
	var heard []Command
	for _, id := range slices.Sorted(maps.Keys(open)) {
		cmd := open[id]
		if status, state, ended := cmd.verdict(late); ended {
			switch more, done := cmd.again(); {
			case more:
				cmd.State, cmd.Session, cmd.Status, cmd.Tries = Queued, "", 0, cmd.Tries-1
			case done:
				cmd.Status, cmd.State, cmd.DoneAt = statusExistsAlready, Done, c.v.Now
			default:
				cmd.Status, cmd.State, cmd.DoneAt = status, state, c.v.Now
			}
		}
		heard = append(heard, *cmd)
	}
	return c.conclude(ctx, heard)
}

// conclude stores commands and tells their owners of those that have ended.
func (c *checkIn) conclude(ctx context.Context, cs []Command) error {
	if len(cs) == 0 {
		return nil
	}
	if err := c.tx.UpdateCommands(ctx, c.t, cs); err != nil {
		return err
	}
	ended := map[string]bool{} // or is to be sent again, under another number
	for i := range cs {
		ended[cs[i].ID] = cs[i].State != Sent
	}
	s := c.v.Session
	s.Awaiting = slices.DeleteFunc(slices.Clone(s.Awaiting), func(a Awaited) bool { return ended[a.Command] })
	for i := range cs {
		cmd := &cs[i]
		if cmd.State.Open() {
			continue
		}
		c.ends[cmd.State]++
		owner := c.Owners[cmd.Owner]
		if owner == nil {
			continue
		}
		if err := owner.Ended(ctx, c.tx, c.v, cmd); err != nil {
			return err
		}
	}
	return nil
}
