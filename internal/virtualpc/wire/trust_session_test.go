package wire_test

import (
	"io"
	"net/http"
	"strconv"
	"testing"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
)

// sessions is a server of management sessions: say adds commands to the answer
// of each message, break changes it.
type sessions struct {
	t     *testing.T
	say   func(message int) []syncml.Command
	spoil func(*syncml.Message)
	write func(w http.ResponseWriter, body []byte) // instead of the answer

	heard []*syncml.Message
}

func (s *sessions) handle(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	in, err := syncml.Decode(raw, syncml.Limits{})
	if err != nil {
		s.t.Error(err)
		return
	}
	s.heard = append(s.heard, in)
	out := in.Answer(strconv.Itoa(len(s.heard)))
	out.Body = append(out.Body, in.HeaderStatus("1", syncml.StatusOK))
	for i := range in.Body {
		if c := &in.Body[i]; c.Kind != syncml.Status {
			out.Body = append(out.Body, in.StatusFor(c, strconv.Itoa(10+i), syncml.StatusOK))
		}
	}
	if s.say != nil {
		out.Body = append(out.Body, s.say(len(s.heard))...)
	}
	if s.spoil != nil {
		s.spoil(out)
	}
	body, err := out.Encode()
	if err != nil {
		s.t.Error(err)
		return
	}
	if s.write != nil {
		s.write(w, body)
		return
	}
	say(w, http.StatusOK, syncml.ContentType, body)
}

// enrolled is a PC that is managed by the fake server.
func enrolled(t *testing.T, f *fake) *wire.Device {
	t.Helper()
	ca, key := anyAuthority(t), anyKey()
	leaf := ca.issue(t, "device", &key.PublicKey)
	f.c.UseMDM(&wire.Identity{Certificate: leaf, Key: key})
	e := &wire.Enrolment{Enrolment: *planted(f.URL+"/manage", ca.cert.Raw, leaf.Raw), DeviceID: "D"}
	return wire.NewDevice(e, &wire.DeviceFacts{DeviceID: "D", Name: "PC-1"})
}

func TestAPCCarriesOutNothingOfAnAnswerThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	const uri = "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"
	set := func(int) []syncml.Command {
		return []syncml.Command{{Kind: syncml.Replace, CmdID: "90", Items: []syncml.Item{{Target: uri, Format: "int", Data: syncml.TextData("0")}}}}
	}
	once := func(n int) []syncml.Command {
		if n > 1 {
			return nil
		}
		return set(n)
	}
	tests := []struct {
		name  string
		say   func(int) []syncml.Command
		spoil func(*syncml.Message)
		write func(http.ResponseWriter, []byte)
		code  string
	}{
		{"an honest server", once, nil, nil, ""},
		{"of another session", once, func(m *syncml.Message) { m.Header.SessionID = "ff" }, nil, wire.CodeMessage},
		{"for another PC", once, func(m *syncml.Message) { m.Header.Target = "E" }, nil, wire.CodeMessage},
		{"of nobody", once, func(m *syncml.Message) { m.Header.Source = "" }, nil, wire.CodeMessage},
		{"that came before", once, func(m *syncml.Message) { m.Header.MsgID = "7" }, nil, wire.CodeMessage},
		{"of another version", once, func(m *syncml.Message) { m.Header.VerProto = "DM/1.1" }, nil, wire.CodeMessage},
		{"without an end", once, func(m *syncml.Message) { m.Final = false }, nil, wire.CodeMessage},
		{"without a Status of the header", once, func(m *syncml.Message) { m.Body = m.Body[1:] }, nil, wire.CodeMessage},
		{"to another message", once, func(m *syncml.Message) { m.Body[0].MsgRef = "9" }, nil, wire.CodeMessage},
		{"that leaves a command without Status", once, func(m *syncml.Message) { m.Body = append(m.Body[:1], m.Body[2:]...) }, nil, wire.CodeMessage},
		{"with two commands of one number", once, func(m *syncml.Message) { m.Body = append(m.Body, m.Body[len(m.Body)-1]) }, nil, wire.CodeMessage},
		{"with a command without number", once, func(m *syncml.Message) { m.Body[len(m.Body)-1].CmdID = "" }, nil, wire.CodeMessage},
		{"with a command for no node", once, func(m *syncml.Message) { m.Body[len(m.Body)-1].Items[0].Target = "/x" }, nil, wire.CodeMessage},
		{"that refuses what was told", once, func(m *syncml.Message) { m.Body[1].Data = syncml.CodeData(syncml.StatusForbidden) }, nil, wire.CodeMessage},
		{"that wants a digest", once, func(m *syncml.Message) {
			m.Body[0].Data, m.Body[0].Chal = syncml.CodeData(syncml.StatusNoCredentials), &syncml.Chal{Type: syncml.AuthMD5, Format: "b64", NextNonce: "bm9uY2U="}
		}, nil, wire.CodeDigest},
		{"that ends the session", func(int) []syncml.Command {
			return []syncml.Command{{Kind: syncml.Alert, CmdID: "90", Data: syncml.CodeData(syncml.AlertAbort)}}
		}, nil, nil, wire.CodeAborted},
		{"in chunks", once, nil, func(w http.ResponseWriter, body []byte) {
			w.Header().Set("Content-Type", syncml.ContentType)
			_, _ = w.Write(body)
			w.(http.Flusher).Flush()
		}, wire.CodeChunked},
		{"that is a page", once, nil, func(w http.ResponseWriter, _ []byte) { say(w, http.StatusOK, "text/html", []byte("<html>")) }, wire.CodePage},
		{"that leads elsewhere", once, nil, func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Location", "https://evil.example/")
			say(w, http.StatusTemporaryRedirect, syncml.ContentType, nil)
		}, wire.CodeRedirected},
		{"that is no message", once, nil, func(w http.ResponseWriter, _ []byte) { say(w, http.StatusOK, syncml.ContentType, []byte("<x>")) }, wire.CodeUnreadable},
		{"that refuses the certificate", once, nil, func(w http.ResponseWriter, _ []byte) { http.Error(w, "Revoked.", http.StatusUnauthorized) }, "0x80190191"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &sessions{t: t, say: tt.say, spoil: tt.spoil, write: tt.write}
			f := newFake(t, s.handle)
			d := enrolled(t, f)
			got, err := f.c.Session(t.Context(), d, wire.SessionOptions{})
			value, _ := d.Tree.Value(uri)
			if tt.code == "" {
				if err != nil || value != "0" || got.Messages != 2 || got.Commands != 1 || got.ID != "1" {
					t.Errorf("%+v, %v, the setting is %q", got, err, value)
				}
				return
			}
			wantProblem(t, "an answer "+tt.name, err, wire.StepSession, tt.code)
			if value != "" {
				t.Errorf("an answer %s set %q", tt.name, value)
			}
		})
	}
}

func TestASessionWithoutEndIsEnded(t *testing.T) {
	t.Parallel()
	s := &sessions{t: t, say: func(int) []syncml.Command {
		return []syncml.Command{{Kind: syncml.Get, CmdID: "90", Items: []syncml.Item{{Target: "./DevDetail/SwV"}}}}
	}}
	f := newFake(t, s.handle)
	_, err := f.c.Session(t.Context(), enrolled(t, f), wire.SessionOptions{})
	wantProblem(t, "a session without end", err, wire.StepSession, wire.CodeEndless)
}

func TestASessionNeedsAnEnrolment(t *testing.T) {
	t.Parallel()
	f := newFake(t, http.NotFound)
	_, err := f.c.Session(t.Context(), &wire.Device{}, wire.SessionOptions{})
	wantProblem(t, "a session of a PC that is not enrolled", err, wire.StepSession, wire.CodeNotEnrolled)
	wantProblem(t, "a PC that is not joined", f.c.Leave(t.Context(), &wire.Discovery{Join: f.URL}), wire.StepLeave, wire.CodeNotJoined)
}
