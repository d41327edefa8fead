package wire

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"taxiway/internal/syncml"
)

// SessionOptions say what a session is about.
type SessionOptions struct {
	ServerInitiated bool             // the server asked for it
	UserToken       string           // of the person at the PC (PurposeManage); "" for none
	Alerts          []syncml.Command // more of them in the first message
}

// SessionResult is what a session came to.
type SessionResult struct {
	ID       string
	Messages int // of the PC
	Commands int // of the server, carried out
	Left     bool
}

// mostMessages is far above what a session needs.
const mostMessages = 200

// UnenrollAlert tells the server that a person at the PC took it out of the
// management.
func UnenrollAlert() syncml.Command {
	return syncml.Command{Kind: syncml.Alert, Data: syncml.CodeData(syncml.AlertGeneric), Items: []syncml.Item{{
		Type: syncml.TypeUnenroll, Format: "int", Mark: "critical", Data: syncml.TextData("1"),
	}}}
}

// Session holds a session of the management to its end: the PC carries out every
// command of the server and tells what came of it. Reboots, wipes and the like
// are told to the device's hooks and left to them.
func (c *Client) Session(ctx context.Context, d *Device, o SessionOptions) (*SessionResult, error) {
	id := c.identity(&c.mdm)
	if d.Enrolment == nil || id == nil {
		return nil, trouble(StepSession, CodeNotEnrolled, "The PC is not enrolled in a device management.", "Enrol the PC first.")
	}
	d.Sessions++
	d.left = false
	t := &talk{c: c, d: d, o: o, as: id, SessionResult: SessionResult{ID: strconv.FormatInt(int64(d.Sessions), 16)}}
	err := t.run(ctx)
	t.Left = d.left
	return &t.SessionResult, err
}

// talk is a session going on.
type talk struct {
	SessionResult

	c       *Client
	d       *Device
	o       SessionOptions
	as      *Identity
	theirs  int              // number of the server's last message
	pending []syncml.Command // for the next message, without numbers
}

func (t *talk) run(ctx context.Context) error {
	t.pending = t.greeting()
	for t.Messages < mostMessages {
		answer, err := t.exchange(ctx)
		if err != nil {
			return err
		}
		done, err := t.heed(ctx, answer)
		if done || err != nil {
			return err
		}
	}
	return trouble(StepSession, CodeEndless, fmt.Sprintf("The session does not end after %d messages.", t.Messages), nextServer)
}

// greeting is what the first message holds, in Windows' order.
func (t *talk) greeting() []syncml.Command {
	code := syncml.AlertClientInitiated
	if t.o.ServerInitiated {
		code = syncml.AlertServerInitiated
	}
	event := func(kind, data string) syncml.Command {
		return syncml.Command{Kind: syncml.Alert, Data: syncml.CodeData(syncml.AlertClientEvent), Items: []syncml.Item{{Type: kind, Data: syncml.TextData(data)}}}
	}
	out := []syncml.Command{{Kind: syncml.Alert, Data: syncml.CodeData(code)}, event(syncml.TypeLoginStatus, t.d.login())}
	if t.o.UserToken != "" {
		out = append(out, event(syncml.TypeAADUserToken, t.o.UserToken))
	}
	info := syncml.Command{Kind: syncml.Replace}
	for _, name := range []string{"DevId", "Man", "Mod", "DmV", "Lang"} {
		value, _ := t.d.Tree.Value("./DevInfo/" + name)
		info.Items = append(info.Items, syncml.Item{Source: "./DevInfo/" + name, Data: syncml.TextData(value)})
	}
	return append(append(out, t.o.Alerts...), info)
}

// exchange sends the next message and gives the checked answer to it.
func (t *talk) exchange(ctx context.Context) (*syncml.Message, error) {
	t.Messages++
	m := t.compose()
	body, err := m.Encode()
	if err != nil {
		return nil, fmt.Errorf("write a message of a session: %w", err)
	}
	sent := ""
	if t.c.o.Trace != nil {
		sent = toldMessage(m)
	}
	a, err := t.c.send(ctx, request{
		step: StepSession, method: http.MethodPost, address: t.d.Enrolment.Address + "?mode=Maintenance&Platform=WoA", as: t.as,
		header: http.Header{"Content-Type": {syncml.ContentType}, "User-Agent": {"MSFT OMA DM Client/2.7"}, "Accept": {syncml.ContentType}},
		body:   body, most: mostMessage, wants: syncml.ContentType, length: true, sent: sent, told: toldSession,
	})
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, refusedHTTP(StepSession, a)
	}
	answer, err := syncml.Decode(a.body, syncml.Limits{Size: mostMessage})
	if err != nil {
		return nil, unreadable(StepSession, a, err)
	}
	t.theirs++
	return answer, t.check(m, answer)
}

// compose numbers what is pending. Windows' first message begins with 2.
func (t *talk) compose() *syncml.Message {
	number := 1
	if t.Messages == 1 {
		number = 2
	}
	for i := range t.pending {
		t.pending[i].CmdID = strconv.Itoa(number + i)
	}
	m := &syncml.Message{Final: true, Body: t.pending, Header: syncml.Header{
		VerDTD: syncml.VerDTD, VerProto: syncml.VerProto, SessionID: t.ID, MsgID: strconv.Itoa(t.Messages),
		Target: t.d.Enrolment.Address, Source: t.d.Enrolment.DeviceID,
	}}
	t.pending = nil
	return m
}

// heed carries out the commands of an answer and prepares what to say to them;
// done when there were none.
func (t *talk) heed(ctx context.Context, answer *syncml.Message) (done bool, err error) {
	head := answer.HeaderStatus("", syncml.StatusOK)
	head.TargetRefs, head.SourceRefs = nil, nil // Windows names nobody
	t.pending = []syncml.Command{head}
	w := &work{ctx, t.c, t.d, answer.Header.MsgID}
	var values []syncml.Command
	done = true
	for i := range answer.Body {
		c := &answer.Body[i]
		switch c.Kind {
		case syncml.Status:
			continue
		case syncml.Alert:
			if c.Code() == syncml.AlertAbort {
				return true, trouble(StepSession, CodeAborted, "The server ended the session before its end.", nextAgain)
			}
			t.pending = append(t.pending, answer.StatusFor(c, "", syncml.StatusOK))
		default:
			o := w.run(c)
			t.pending = append(t.pending, o.statuses...)
			values = append(values, results(w.msgRef, o.results)...)
			t.Commands++
		}
		done = false
		if ctx.Err() != nil {
			return true, cancelled(StepSession, ctx.Err())
		}
	}
	t.pending = append(t.pending, values...)
	return done, nil
}

// results puts the values of Gets into Results: all of one Get together.
func results(ref string, all []brought) []syncml.Command {
	var out []syncml.Command
	for _, b := range all {
		if n := len(out); n == 0 || out[n-1].CmdRef != b.cmdID {
			out = append(out, syncml.Command{Kind: syncml.Results, MsgRef: ref, CmdRef: b.cmdID})
		}
		last := &out[len(out)-1]
		last.Items = append(last.Items, b.item)
	}
	return out
}
