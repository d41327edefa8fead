package syncml

// Answer is the frame of the message that answers m: same session, target and
// source exchanged, nothing in it yet and Final set.
func (m *Message) Answer(msgID string) *Message {
	return &Message{
		Header: Header{
			VerDTD: VerDTD, VerProto: VerProto,
			SessionID: m.Header.SessionID, MsgID: msgID,
			Target: m.Header.Source, Source: m.Header.Target,
		},
		Final: true,
	}
}

// HeaderStatus is the Status that answers the header of m, always the first of
// an answer.
func (m *Message) HeaderStatus(cmdID string, code int) Command {
	c := Command{
		Kind: Status, CmdID: cmdID, MsgRef: m.Header.MsgID, CmdRef: "0", Cmd: HeaderCmd, Data: CodeData(code),
	}
	if m.Header.Target != "" {
		c.TargetRefs = []string{m.Header.Target}
	}
	if m.Header.Source != "" {
		c.SourceRefs = []string{m.Header.Source}
	}
	return c
}

// StatusFor is the Status that answers command c of m as a whole. A command
// without CmdID is answered with a blank CmdRef.
func (m *Message) StatusFor(c *Command, cmdID string, code int) Command {
	return Command{
		Kind: Status, CmdID: cmdID, MsgRef: m.Header.MsgID, CmdRef: c.CmdID, Cmd: c.Name(), Data: CodeData(code),
	}
}
