package mdm

import (
	"cmp"
	"crypto/sha256"
	"log/slog"
	"strconv"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/syncml"
)

// devInfo is what a PC may tell about itself without being asked.
const devInfo = "./DevInfo/"

// incoming is a message without its XML.
func (h *Handler) incoming(m *talk) (enrollment.Incoming, error) {
	sum := sha256.Sum256(m.body)
	in := enrollment.Incoming{
		SessionID: m.message.Header.SessionID, MsgID: m.number, Digest: sum[:], Source: m.message.Header.Source,
		Acks: []enrollment.Ack{{CmdID: "0", Cmd: syncml.HeaderCmd, Status: syncml.StatusOK}},
		More: !m.message.Final, MaxSize: int(min(m.message.Header.MaxMsgSize, maxManage)), Digested: m.digested,
	}
	if m.digested != nil {
		in.Acks[0].Status = syncml.StatusAuthenticated
	}
	for i := range m.message.Body {
		read(&in, &m.message.Body[i])
	}
	upn, err := h.signedIn(m)
	in.UserUPN = upn
	return in, err
}

// read takes one command of a PC. A Status has no answer; all others have one.
func read(in *enrollment.Incoming, c *syncml.Command) {
	if c.Kind == syncml.Status {
		if c.CmdRef != "0" {
			in.Answers = append(in.Answers, told(c)...)
		}
		return
	}
	status := syncml.StatusOK
	switch {
	case c.Refusal() != "":
		status = syncml.StatusBadRequest
	case c.Kind == syncml.Results:
		in.Answers = append(in.Answers, enrollment.Answer{CmdID: c.CmdID, MsgRef: c.MsgRef, CmdRef: c.CmdRef, Target: first(c.TargetRefs), Results: values(c)})
	case c.Kind == syncml.Alert:
		in.Alerts = append(in.Alerts, alert(c))
		if login := loginOf(c); login != "" {
			in.Login = login
		}
	case c.Kind == syncml.Replace && tells(c):
		in.Values = append(in.Values, values(c)...)
	default: // a PC cannot change or ask for anything here
		status = syncml.StatusUnsupported
	}
	in.Acks = append(in.Acks, enrollment.Ack{CmdID: c.CmdID, Cmd: c.Name(), Status: status})
}

// told is one answer for each node that a Status names, or one for all.
func told(c *syncml.Command) []enrollment.Answer {
	a := enrollment.Answer{CmdID: c.CmdID, MsgRef: c.MsgRef, CmdRef: c.CmdRef, Status: c.Code()}
	if a.Status == 0 {
		return nil
	}
	if len(c.TargetRefs) < 2 {
		a.Target = first(c.TargetRefs)
		return []enrollment.Answer{a}
	}
	var out []enrollment.Answer
	for _, target := range c.TargetRefs {
		a.Target = target
		out = append(out, a)
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// values are the items of Results or of a Replace of the PC, which names nodes
// as sources.
func values(c *syncml.Command) []enrollment.ResultOf {
	var out []enrollment.ResultOf
	for i := range c.Items {
		item := &c.Items[i]
		uri := cmp.Or(item.Source, item.Target)
		if uri == "" && len(c.Items) == 1 {
			uri = cmp.Or(first(c.SourceRefs), first(c.TargetRefs))
		}
		out = append(out, enrollment.ResultOf{URI: uri, Format: item.Format, Data: item.Data.Text, More: item.MoreData, Size: item.Size})
	}
	return out
}

func tells(c *syncml.Command) bool {
	for i := range c.Items {
		if !strings.HasPrefix(cmp.Or(c.Items[i].Source, c.Items[i].Target), devInfo) {
			return false
		}
	}
	return len(c.Items) > 0
}

func alert(c *syncml.Command) enrollment.Alert {
	a := enrollment.Alert{CmdID: c.CmdID, Code: c.Code(), Items: values(c)}
	if len(c.Items) > 0 {
		a.Type, a.Data = c.Items[0].Type, c.Items[0].Data.Text
	}
	return a
}

// loginOf is who is signed in at the PC, when the alert tells.
func loginOf(c *syncml.Command) enrollment.Login {
	if len(c.Items) == 0 || c.Items[0].Type != syncml.TypeLoginStatus {
		return ""
	}
	switch strings.TrimSpace(c.Items[0].Data.Text) {
	case syncml.LoginUser:
		return enrollment.LoginUser
	case syncml.LoginOthers:
		return enrollment.LoginOthers
	}
	return enrollment.LoginNone
}

// signedIn is the person of the user token that the message carries, in an
// alert or in the Authorization header. A token that is not good, or is another
// organisation's, names nobody: the session goes on without a user.
func (h *Handler) signedIn(m *talk) (string, error) {
	token := ""
	for i := range m.message.Body {
		c := &m.message.Body[i]
		if c.Kind == syncml.Alert && len(c.Items) > 0 && c.Items[0].Type == syncml.TypeAADUserToken {
			token = strings.TrimSpace(c.Items[0].Data.Text)
		}
	}
	if scheme, sent, _ := strings.Cut(m.r.Header.Get("Authorization"), " "); token == "" && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(sent)
	}
	if token == "" {
		return "", nil
	}
	upn, err := h.userOf(m, token)
	if e, ok := fault.As(err); ok && (e.Kind == fault.Unauthenticated || e.Kind == fault.Denied) {
		h.Log.LogAttrs(m.ctx(), slog.LevelInfo, "a PC's user token does not count", slog.String("code", e.Code), slog.Any("error", err))
		return "", nil
	}
	return upn, err
}

func (h *Handler) userOf(m *talk, token string) (string, error) {
	if h.Entra != nil && h.Entra.claims(token, h.Base) {
		p, err := h.Entra.Verify(m.ctx(), token)
		if err != nil || p.Tenant != m.tenant {
			return "", err
		}
		return p.UPN, nil
	}
	p, err := h.Verify(m.ctx(), token)
	if err != nil || p.Tenant != string(m.tenant) {
		return "", err
	}
	return p.UserPrincipalName, nil
}

// outgoing is an answer in SyncML.
func outgoing(in *syncml.Message, o *enrollment.Outgoing) *syncml.Message {
	out := in.Answer(strconv.Itoa(o.MsgID))
	for i, a := range o.Acks {
		c := syncml.Command{Kind: syncml.Status, CmdID: strconv.Itoa(i + 1), MsgRef: in.Header.MsgID, CmdRef: a.CmdID, Cmd: a.Cmd, Data: syncml.CodeData(a.Status)}
		if i == 0 {
			c = in.HeaderStatus("1", a.Status)
			if o.Nonce != "" {
				c.Chal = chal(o.Nonce)
			}
		}
		out.Body = append(out.Body, c)
	}
	if o.Alert != 0 {
		out.Body = append(out.Body, syncml.Command{Kind: syncml.Alert, CmdID: strconv.Itoa(len(o.Acks) + 1), Data: syncml.CodeData(o.Alert)})
	}
	for i := range o.Commands {
		out.Body = append(out.Body, command(&o.Commands[i]))
	}
	return out
}

func command(c *enrollment.OutgoingCmd) syncml.Command {
	out := syncml.Command{Kind: syncml.Kind(c.Op.Verb), CmdID: c.CmdID}
	for i := range c.Parts {
		out.Commands = append(out.Commands, command(&c.Parts[i]))
	}
	if c.Op.URI != "" {
		out.Items = append(out.Items, item(&c.Op))
	}
	for i := range c.Op.Parts { // of a Get
		out.Items = append(out.Items, item(&c.Op.Parts[i]))
	}
	return out
}

func item(o *enrollment.Operation) syncml.Item {
	out := syncml.Item{Target: o.URI, Format: o.Format, Type: o.Type}
	if o.Data != nil {
		out.Data = syncml.TextData(*o.Data)
	}
	return out
}
