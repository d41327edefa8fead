package wire

import (
	"fmt"
	"strconv"
	"strings"

	"taxiway/internal/syncml"
)

// check holds an answer against the protocol ([MS-MDM]; OMA Device Management
// Protocol 1.2): a PC carries out nothing of a message that is not the answer to
// its own.
func (t *talk) check(sent, answer *syncml.Message) error {
	if why := t.frame(answer); why != "" {
		return wrong(why)
	}
	if code := answer.Body[0].Code(); code == syncml.StatusNoCredentials || code == syncml.StatusBadCredentials {
		return trouble(StepSession, CodeDigest, "The server does not take the PC's certificate for a proof and wants another.", "Enrol the PC again.")
	}
	if why := statuses(sent, answer); why != "" {
		return wrong(why)
	}
	if why := numbers(answer); why != "" {
		return wrong(why)
	}
	return nil
}

func wrong(why string) error {
	return trouble(StepSession, CodeMessage, "The server breaks the protocol of the management: "+why+".", nextServer)
}

// frame says what is wrong with an answer's header, "" for nothing.
func (t *talk) frame(answer *syncml.Message) string {
	h := answer.Header
	switch {
	case h.VerDTD != syncml.VerDTD || h.VerProto != syncml.VerProto:
		return "it is of version " + h.VerDTD + " " + h.VerProto
	case h.SessionID != t.ID:
		return "it is of another session"
	case h.MsgID != strconv.Itoa(t.theirs):
		return fmt.Sprintf("it has number %s and not %d", h.MsgID, t.theirs)
	case h.Target != t.d.Enrolment.DeviceID:
		return "it is for another PC"
	case h.Source == "":
		return "it does not say who it is from"
	case len(answer.Body) == 0:
		return "it is empty"
	case !answer.Final:
		return "it is not the end of its package"
	}
	return ""
}

// statuses wants the header's first and one for every command that was sent.
func statuses(sent, answer *syncml.Message) string {
	head := &answer.Body[0]
	if head.Kind != syncml.Status || head.CmdRef != "0" || head.Cmd != syncml.HeaderCmd || head.MsgRef != sent.Header.MsgID {
		return "its first element is not the Status of the header"
	}
	if code := head.Code(); code != syncml.StatusOK && code != syncml.StatusAuthenticated {
		return fmt.Sprintf("the header is answered with %d", code)
	}
	open := map[string]*syncml.Command{}
	for i := range sent.Body {
		if c := &sent.Body[i]; c.Kind != syncml.Status {
			open[c.CmdID] = c
		}
	}
	for i := range answer.Body[1:] {
		c := &answer.Body[1+i]
		if c.Kind != syncml.Status {
			continue
		}
		of, ok := open[c.CmdRef]
		if !ok || of.Name() != c.Cmd || c.MsgRef != sent.Header.MsgID {
			return "it answers a " + c.Cmd + " that was not sent"
		}
		if code := c.Code(); !syncml.Succeeded(code) {
			return fmt.Sprintf("it answers a %s with %d", c.Cmd, code)
		}
		delete(open, c.CmdRef)
	}
	for _, c := range open {
		return "a " + c.Name() + " has no Status"
	}
	return ""
}

// numbers wants every command to have its own, and to name nodes.
func numbers(answer *syncml.Message) string {
	seen := map[string]bool{}
	for c := range answer.All() {
		switch {
		case c.Refusal() != "":
			return c.Refusal()
		case seen[c.CmdID]:
			return "two commands have number " + c.CmdID
		}
		seen[c.CmdID] = true
		if c.Kind == syncml.Status || c.Kind == syncml.Alert {
			continue
		}
		for i := range c.Items {
			if err := syncml.CheckURI(c.Items[i].Target); err != nil {
				return "a command is for no node"
			}
		}
	}
	return ""
}

// shownNodes are the parts of paths whose values a log may show.
var shownNodes = []string{"/FirstSyncStatus/", "/EnrollmentStatusTracking/", "DevInfo/"}

// mostShown is how many commands of a message a log shows.
const mostShown = 60

// toldMessage is what a log may show of a message: its commands and nodes, values
// only of the status page.
func toldMessage(m *syncml.Message) string {
	var out []string
	for c := range m.All() {
		if len(out) == mostShown {
			return strings.Join(append(out, "…"), "; ")
		}
		line := []string{c.Name()}
		switch c.Kind {
		case syncml.Status:
			line = append(line, fmt.Sprintf("%d of %s", c.Code(), c.Cmd))
		case syncml.Alert:
			line = append(line, strconv.Itoa(c.Code()))
			for i := range c.Items {
				line = append(line, c.Items[i].Type)
			}
		default:
			for i := range c.Items {
				line = append(line, toldItem(&c.Items[i]))
			}
		}
		out = append(out, strings.Join(line, " "))
	}
	return strings.Join(out, "; ")
}

func toldItem(item *syncml.Item) string {
	uri := item.Target + item.Source
	for _, part := range shownNodes {
		if strings.Contains(uri, part) && len(item.Data.Text) < 100 {
			return uri + "=" + item.Data.Text
		}
	}
	if item.Data.Present() {
		return fmt.Sprintf("%s (%d characters)", uri, len(item.Data.Text))
	}
	return uri
}

func toldSession(a *answer) string {
	m, err := syncml.Decode(a.body, syncml.Limits{Size: mostMessage})
	if err != nil {
		return ""
	}
	return toldMessage(m)
}
