package servertest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"taxiway/internal/syncml"
)

// What Windows takes in one message without trouble.
const (
	mostCommands = 30
	mostBytes    = 256 << 10
)

// check holds an answer against the protocol.
func (s *mdmTalk) check(sent, answer *syncml.Message, raw []byte) error {
	s.theirs++
	h := answer.Header
	switch {
	case !bytes.Contains(raw, []byte(`<SyncML xmlns="SYNCML:SYNCML1.2">`)):
		return errors.New("it is not in SYNCML:SYNCML1.2")
	case len(raw) > mostBytes:
		return fmt.Errorf("it has %d bytes", len(raw))
	case h.VerDTD != "1.2" || h.VerProto != "DM/1.2":
		return fmt.Errorf("it is of version %s %s", h.VerDTD, h.VerProto)
	case h.SessionID != s.ID:
		return fmt.Errorf("it is of session %s, not %s", h.SessionID, s.ID)
	case h.MsgID != strconv.Itoa(s.theirs):
		return fmt.Errorf("it has number %s, want %d", h.MsgID, s.theirs)
	case h.Target != s.d.DeviceID:
		return fmt.Errorf("it is for %s", h.Target)
	case h.Source == "" || h.MaxMsgSize != 0:
		return errors.New("it does not say who it is from, or advertises a size, which Windows takes badly")
	case !answer.Final:
		return errors.New("it has no Final")
	}
	if err := s.statuses(sent, answer); err != nil {
		return err
	}
	return s.commands(answer)
}

// statuses wants the header's first and one for every command that was sent.
func (s *mdmTalk) statuses(sent, answer *syncml.Message) error {
	if len(answer.Body) == 0 {
		return errors.New("it is empty")
	}
	head := answer.Body[0]
	if head.Kind != syncml.Status || head.CmdRef != "0" || head.Cmd != syncml.HeaderCmd || head.MsgRef != sent.Header.MsgID {
		return errors.New("its first element is not the Status of the header")
	}
	code := head.Code()
	refused := code == syncml.StatusNoCredentials || code == syncml.StatusBadCredentials
	if !refused && code != syncml.StatusOK && code != syncml.StatusAuthenticated {
		return fmt.Errorf("the header is answered with %d", code)
	}
	open := map[string]*syncml.Command{}
	for i := range sent.Body {
		if c := &sent.Body[i]; c.Kind != syncml.Status && !refused {
			open[c.CmdID] = c
		}
	}
	over := false
	for i := range answer.Body[1:] {
		c := &answer.Body[1+i]
		if c.Kind != syncml.Status {
			over = true
			continue
		}
		of, ok := open[c.CmdRef]
		switch {
		case refused:
			return errors.New("it answers commands that it cannot believe")
		case over:
			return errors.New("a Status follows a command")
		case !ok || of.Name() != c.Cmd || c.MsgRef != sent.Header.MsgID:
			return fmt.Errorf("it answers %s %s of message %s, which was not sent or is answered already", c.Cmd, c.CmdRef, c.MsgRef)
		}
		want := syncml.StatusOK
		if len(of.Items) > 0 && of.Items[len(of.Items)-1].MoreData {
			want = syncml.StatusChunkAccepted
		}
		if got := c.Code(); got != want {
			return fmt.Errorf("it answers %s %s with %d, want %d", c.Cmd, c.CmdRef, got, want)
		}
		delete(open, c.CmdRef)
	}
	for _, c := range open {
		return fmt.Errorf("%s %s has no Status", c.Name(), c.CmdID)
	}
	return nil
}

// commands wants them to be such as Windows executes.
func (s *mdmTalk) commands(answer *syncml.Message) error {
	seen := map[string]bool{}
	count := 0
	for c := range answer.All() {
		switch {
		case c.Refusal() != "":
			return errors.New(c.Refusal())
		case seen[c.CmdID]:
			return fmt.Errorf("two commands have number %s", c.CmdID)
		}
		seen[c.CmdID] = true
		if c.Kind == syncml.Status {
			continue
		}
		if count++; count > mostCommands {
			return fmt.Errorf("it has more than %d commands", mostCommands)
		}
		if c.Kind == syncml.Exec && len(c.Items) != 1 {
			return fmt.Errorf("an Exec has %d items", len(c.Items))
		}
		for _, item := range c.Items {
			if c.Kind == syncml.Alert {
				continue
			}
			if err := syncml.CheckURI(item.Target); err != nil {
				return fmt.Errorf("%s: %w", item.Target, err)
			}
			if strings.HasPrefix(item.Target, "./User/") && s.d.SignedIn != s.d.owner() {
				return fmt.Errorf("%s is for a user who is not signed in", item.Target)
			}
		}
	}
	return nil
}
