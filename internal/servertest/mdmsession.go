package servertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"taxiway/internal/syncml"
)

// MDMScript is what a session is like, and what goes wrong in it. The zero
// script is an ordinary one. Messages are counted from 1.
type MDMScript struct {
	ServerInitiated bool             // the server asked for it
	Alerts          []syncml.Command // more of them in the first message
	// LoseAnswer drops the answer to a message after it has come; the PC then
	// repeats the message.
	LoseAnswer func(msg int) bool
	// SendTwice repeats a message that was answered.
	SendTwice func(msg int) bool
	// AtOnce sends a message twice at the same time.
	AtOnce func(msg int) bool
	// Shuffle sends statuses and results in any order.
	Shuffle *rand.Rand
	// LateResults sends what a Get brought one message after its Status, which
	// then has no Final.
	LateResults bool
	// Chunk is the most bytes of a value that are sent in one piece; 0: all.
	Chunk int
	// AbortAt sends nothing but alert 1223 as this message; 0: never.
	AbortAt int
	// VanishAt ends the session where this message would be sent, DeafAt after
	// it was sent, without hearing the answer; 0: never.
	VanishAt, DeafAt int
	// Lost is asked when a message could not be delivered; nil for giving up.
	// No error repeats the message.
	Lost func(err error) error
}

// MDMSession is what happened.
type MDMSession struct {
	ID       string
	Sent     []*syncml.Message // each once
	Received []*syncml.Message
	Commands int // that were executed
}

// ErrMDMAborted is that the server ended the session with alert 1223.
var ErrMDMAborted = errors.New("the server aborted the session")

// errSessionOver ends a session by script.
var errSessionOver = errors.New("the PC has gone")

// mostMessages is far above what a session needs.
const mostMessages = 2000

// Session runs a management session to its end.
func (d *MDMDevice) Session(ctx context.Context, script MDMScript) (*MDMSession, error) {
	if d.Enrolment == nil {
		return nil, errors.New("the PC is not enrolled")
	}
	d.session++
	s := &mdmTalk{d: d, script: script, MDMSession: MDMSession{ID: strconv.FormatInt(int64(d.session), 16)}}
	err := s.run(ctx)
	if errors.Is(err, errSessionOver) {
		err = nil
	}
	return &s.MDMSession, err
}

// mdmTalk is a session going on.
type mdmTalk struct {
	MDMSession

	d       *MDMDevice
	script  MDMScript
	msg     int              // number of our last message
	theirs  int              // number of the server's last message
	pending []syncml.Command // for the next message, without numbers
	later   []syncml.Command // for the one after it
	chunks  []syncml.Command // of large values: one a message
	partial bool             // the last message was not the end of its package
	proven  bool             // the server wants no more digests in this session
}

func (s *mdmTalk) run(ctx context.Context) error {
	s.pending = s.greeting()
	for s.msg < mostMessages {
		answer, err := s.exchange(ctx)
		if err != nil {
			return err
		}
		work, err := s.heed(answer)
		if err != nil {
			return err
		}
		if work == 0 && len(s.later) == 0 && len(s.chunks) == 0 && !s.partial {
			return nil
		}
	}
	return fmt.Errorf("the session does not end after %d messages", s.msg)
}

// greeting is what the first message of a session holds.
func (s *mdmTalk) greeting() []syncml.Command {
	code := syncml.AlertClientInitiated
	if s.script.ServerInitiated {
		code = syncml.AlertServerInitiated
	}
	login := syncml.LoginNone
	switch s.d.SignedIn {
	case "":
	case s.d.owner():
		login = syncml.LoginUser
	default:
		login = syncml.LoginOthers
	}
	info := syncml.Command{Kind: syncml.Replace}
	for _, name := range []string{"DevId", "Man", "Mod", "DmV", "Lang"} {
		uri := "./DevInfo/" + name
		value, _ := s.d.Device.Value(uri)
		info.Items = append(info.Items, syncml.Item{Source: uri, Data: syncml.TextData(value)})
	}
	out := []syncml.Command{
		{Kind: syncml.Alert, Data: syncml.CodeData(code)},
		{Kind: syncml.Alert, Data: syncml.CodeData(syncml.AlertClientEvent), Items: []syncml.Item{{Type: syncml.TypeLoginStatus, Data: syncml.TextData(login)}}},
	}
	return append(append(out, s.script.Alerts...), info)
}

// exchange sends the next message and gives the answer to it.
func (s *mdmTalk) exchange(ctx context.Context) (*syncml.Message, error) {
	s.msg++
	if s.msg == s.script.VanishAt {
		return nil, errSessionOver
	}
	m := s.compose()
	if s.msg == s.script.AbortAt {
		m.Body = []syncml.Command{{Kind: syncml.Alert, CmdID: "1", Data: syncml.CodeData(syncml.AlertAbort)}}
	}
	answer, err := s.deliver(ctx, m)
	if err != nil {
		return nil, err
	}
	if s.msg == s.script.AbortAt {
		return nil, errSessionOver
	}
	if chal := challenge(answer); chal != nil {
		if s.d.nonce, err = base64.StdEncoding.DecodeString(chal.NextNonce); err != nil {
			return nil, fmt.Errorf("the next nonce is not base64: %w", err)
		}
		s.proven = false
		if code := answer.Body[0].Code(); code == syncml.StatusNoCredentials || code == syncml.StatusBadCredentials {
			return s.again(ctx, m, answer)
		}
	}
	s.proven = s.proven || answer.Body[0].Code() == syncml.StatusAuthenticated
	return answer, nil
}

// again repeats the content of a message that was not believed, with
// credentials for the new nonce and under the next number.
func (s *mdmTalk) again(ctx context.Context, m, refused *syncml.Message) (*syncml.Message, error) {
	if !s.d.digest {
		return nil, errors.New("the server wants a digest of a PC that shows its certificate")
	}
	status := refused.HeaderStatus("1", syncml.StatusOK)
	s.msg++
	next := s.compose()
	next.Body = append([]syncml.Command{status}, m.Body...)
	answer, err := s.deliver(ctx, next)
	if err != nil {
		return nil, err
	}
	if code := answer.Body[0].Code(); code != syncml.StatusOK && code != syncml.StatusAuthenticated {
		return answer, fmt.Errorf("the digest is refused with %d", code)
	}
	if chal := challenge(answer); chal != nil {
		if s.d.nonce, err = base64.StdEncoding.DecodeString(chal.NextNonce); err != nil {
			return nil, fmt.Errorf("the next nonce is not base64: %w", err)
		}
	}
	s.proven = answer.Body[0].Code() == syncml.StatusAuthenticated
	return answer, nil
}

func challenge(m *syncml.Message) *syncml.Chal {
	if len(m.Body) == 0 {
		return nil
	}
	return m.Body[0].Chal
}

// compose numbers what is pending.
func (s *mdmTalk) compose() *syncml.Message {
	m := &syncml.Message{Final: true, Header: syncml.Header{
		VerDTD: syncml.VerDTD, VerProto: syncml.VerProto, SessionID: s.ID, MsgID: strconv.Itoa(s.msg), Target: s.d.Address, Source: s.d.DeviceID,
	}}
	if s.d.digest && !s.proven {
		auth := s.d.Enrolment.ServerAuth
		m.Header.SourceName = auth.Name
		m.Header.Cred = &syncml.Cred{Type: syncml.AuthMD5, Format: "b64", Data: syncml.Digest(auth.Name, auth.Secret, s.d.nonce)}
	}
	body := s.pending
	s.pending = nil
	if rnd := s.script.Shuffle; rnd != nil && s.msg > 1 && len(body) > 1 {
		rest := body[1:] // the header's stays the first
		rnd.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	}
	// A piece is the last of its message, and no other value comes before the
	// next one.
	if body = slices.Concat(body, s.chunk()); len(s.chunks) == 0 {
		s.pending, s.later = s.later, nil
	}
	// The package ends when everything has been sent.
	m.Final = len(s.pending) == 0 && len(s.chunks) == 0
	s.partial = !m.Final
	number := 1
	if s.msg == 1 {
		number = 2 // as Windows does
	}
	for i := range body {
		body[i].CmdID = strconv.Itoa(number + i)
	}
	m.Body = body
	return m
}

func (s *mdmTalk) chunk() []syncml.Command {
	if len(s.chunks) == 0 || s.msg == 1 {
		return nil
	}
	next := s.chunks[0]
	s.chunks = s.chunks[1:]
	return []syncml.Command{next}
}

// deliver sends a message until an answer is heard, and checks that.
func (s *mdmTalk) deliver(ctx context.Context, m *syncml.Message) (*syncml.Message, error) {
	body, err := m.Encode()
	if err != nil {
		return nil, err
	}
	s.Sent = append(s.Sent, m)
	var heard []byte
	times := 1
	if f := s.script.LoseAnswer; f != nil && f(s.msg) {
		times++
	}
	if f := s.script.SendTwice; f != nil && f(s.msg) {
		times++
	}
	if f := s.script.AtOnce; f != nil && f(s.msg) {
		if _, err := s.d.client(); err != nil { // both take the same
			return nil, err
		}
		other := make(chan error, 1)
		go func() {
			raw, err := s.d.post(ctx, s.d.Address, syncml.ContentType, body)
			heard = raw
			other <- err
		}()
		raw, err := s.post(ctx, body)
		if err := errors.Join(err, <-other); err != nil {
			return nil, err
		}
		if times--; !bytes.Equal(heard, raw) {
			return nil, fmt.Errorf("message %d, sent twice at once, was answered differently:\n%s\n%s", s.msg, heard, raw)
		}
	}
	for range times {
		raw, err := s.post(ctx, body)
		if err != nil {
			return nil, err
		}
		if s.msg == s.script.DeafAt {
			return nil, errSessionOver
		}
		if heard != nil && !bytes.Equal(heard, raw) {
			return nil, fmt.Errorf("message %d was answered differently when it was repeated:\n%s\n%s", s.msg, heard, raw)
		}
		heard = raw
	}
	answer, err := syncml.Decode(heard, syncml.Limits{})
	if err != nil {
		return nil, fmt.Errorf("the answer to message %d: %w", s.msg, err)
	}
	if err := s.check(m, answer, heard); err != nil {
		return nil, fmt.Errorf("the answer to message %d: %w\nmessage: %s\nanswer: %s", s.msg, err, body, heard)
	}
	s.Received = append(s.Received, answer)
	return answer, nil
}

// mostWaits is how often a PC comes back to a busy server.
const mostWaits = 20

// post sends a body, again when the server is busy or the script says so.
func (s *mdmTalk) post(ctx context.Context, body []byte) ([]byte, error) {
	for waits := 0; ; {
		raw, err := s.d.post(ctx, s.d.Address, syncml.ContentType, body)
		if err == nil {
			return raw, nil
		}
		if busy, ok := errors.AsType[*httpError](err); ok && busy.Status == http.StatusServiceUnavailable && busy.Retry != "" && waits < mostWaits {
			waits++
			seconds, convErr := strconv.Atoi(busy.Retry)
			if convErr != nil {
				return nil, fmt.Errorf("wait as told: %w", convErr)
			}
			if err := Pause(ctx, time.Duration(seconds)*time.Second); err != nil {
				return nil, err
			}
			continue
		}
		if s.script.Lost == nil {
			return nil, err
		}
		if err := s.script.Lost(err); err != nil {
			return nil, err
		}
	}
}

// Pause lets real time pass, or ends with the context's error.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// heed executes the commands of an answer and prepares what to say to them.
func (s *mdmTalk) heed(answer *syncml.Message) (work int, err error) {
	ref := answer.Header.MsgID
	head := answer.HeaderStatus("", syncml.StatusOK)
	head.TargetRefs, head.SourceRefs = nil, nil // Windows names nobody
	var say []syncml.Command
	for i := range answer.Body {
		c := &answer.Body[i]
		switch c.Kind {
		case syncml.Status:
			continue
		case syncml.Alert:
			if c.Code() == syncml.AlertAbort {
				return 0, ErrMDMAborted
			}
			say = append(say, answer.StatusFor(c, "", syncml.StatusOK))
			work++
			continue
		default:
		}
		o := s.d.run(ref, c)
		say = append(say, o.statuses...)
		s.bring(ref, o.results)
		work++
		s.Commands++
	}
	s.pending = append(append([]syncml.Command{head}, say...), s.pending...)
	return work, nil
}

// bring puts the values of Gets into Results: all of one Get together, large
// ones alone and in pieces.
func (s *mdmTalk) bring(ref string, results []brought) {
	byCommand := map[string][]syncml.Item{}
	var order []string
	for _, b := range results {
		if _, ok := byCommand[b.cmdID]; !ok {
			order = append(order, b.cmdID)
		}
		byCommand[b.cmdID] = append(byCommand[b.cmdID], b.item)
	}
	for _, id := range order {
		whole := syncml.Command{Kind: syncml.Results, MsgRef: ref, CmdRef: id}
		for _, item := range byCommand[id] {
			parts := syncml.Split(item, s.script.Chunk)
			if len(parts) == 1 {
				whole.Items = append(whole.Items, item)
				continue
			}
			for _, part := range parts {
				s.chunks = append(s.chunks, syncml.Command{Kind: syncml.Results, MsgRef: ref, CmdRef: id, Items: []syncml.Item{part}})
			}
		}
		switch {
		case len(whole.Items) == 0:
		case s.script.LateResults:
			s.later = append(s.later, whole)
		default:
			s.pending = append(s.pending, whole)
		}
	}
}
