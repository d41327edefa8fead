package mdm_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/mdm"
	"taxiway/internal/syncml"
)

const (
	hostTenant  = "0198d0c1-0000-7000-8000-00000000000a"
	otherTenant = "0198d0c1-0000-7000-8000-00000000000b"
	hostDevice  = "0198d0c1-0000-7000-8000-000000000001"
	managePath  = "/EnrollmentServer/ManagementServer/OmaDm.svc"
)

// host is the edge over a service that does as the test says.
type host struct {
	t       *testing.T
	handler *mdm.Handler
	now     time.Time
	secret  string
	// login is what a digest's user name finds.
	login func(name string) (enrollment.DigestLogin, error)
	// checkIn answers; nil tells nothing.
	checkIn func(in enrollment.Incoming) (enrollment.Outgoing, error)
	// check is what the certificate is worth.
	check error

	mu      sync.Mutex
	seen    []enrollment.Incoming
	spent   map[string]bool
	refused map[string]int
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), secret: "s3cret", spent: map[string]bool{}, refused: map[string]int{}}
	h.login = func(name string) (enrollment.DigestLogin, error) {
		if name != "adele" {
			return enrollment.DigestLogin{}, fault.New(fault.Unauthenticated, enrollment.CodeDigestRefused, "No.")
		}
		return enrollment.DigestLogin{Tenant: hostTenant, Device: enrollment.Device{ID: hostDevice}, Name: name, Secret: h.secret, Next: nonce("next"), Last: nonce("last")}, nil
	}
	h.handler = &mdm.Handler{
		Base: "https://people.example", DeviceBase: "https://devices.example", Enrolments: h, Clock: h, Log: slog.New(slog.DiscardHandler),
		RequestID: func(context.Context) string { return "id" }, Address: func(*http.Request) string { return "192.0.2.1" },
		Verify: func(_ context.Context, token string) (*access.Principal, error) {
			tenant, upn, ok := strings.Cut(token, " ")
			if !ok {
				return nil, fault.New(fault.Unauthenticated, "InvalidAuthenticationToken", "No.")
			}
			return &access.Principal{Tenant: tenant, UserPrincipalName: upn}, nil
		},
		Sessions: &mdm.Sessions{Devices: h, Gate: mdm.NewGate(4, time.Now), Digests: mdm.NewDigests([]byte("key"), h, h), Count: h.count},
	}
	return h
}

func nonce(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func (h *host) Real() time.Time                  { return h.now }
func (h *host) Now(directory.TenantID) time.Time { return h.now }

func (h *host) count(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused[why]++
}

func (h *host) SpendNonce(_ context.Context, n []byte, _ time.Time) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fresh := !h.spent[string(n)]
	h.spent[string(n)] = true
	return fresh, nil
}

func (h *host) Check(context.Context, *x509.Certificate) (directory.TenantID, enrollment.Holder, enrollment.Certificate, error) {
	return hostTenant, enrollment.Holder{ID: hostDevice}, enrollment.Certificate{}, h.check
}

func (h *host) Enrol(context.Context, enrollment.EnrolRequest) (enrollment.Enrolled, error) {
	return enrollment.Enrolled{}, errors.New("no enrolment here")
}

func (h *host) Renew(context.Context, enrollment.RenewRequest) (enrollment.Enrolled, error) {
	return enrollment.Enrolled{}, errors.New("no renewal here")
}

func (h *host) GetSettings(context.Context, directory.TenantID) (enrollment.Settings, error) {
	return enrollment.Settings{}, nil
}

func (h *host) DigestLogin(_ context.Context, name string) (enrollment.DigestLogin, error) {
	return h.login(name)
}

func (h *host) CheckIn(_ context.Context, t directory.TenantID, id enrollment.DeviceID, in enrollment.Incoming) (enrollment.Outgoing, error) {
	if t != hostTenant || id != hostDevice {
		h.t.Errorf("a message of %s %s", t, id)
	}
	h.mu.Lock()
	h.seen = append(h.seen, in)
	h.mu.Unlock()
	if h.checkIn != nil {
		return h.checkIn(in)
	}
	return enrollment.Outgoing{MsgID: in.MsgID, Acks: in.Acks}, nil
}

// post sends a body; certificate says whether the connection shows one.
func (h *host) post(body string, certificate bool, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, managePath+"?mode=Maintenance&Platform=WoA", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/vnd.syncml.dm+xml; charset=utf-8")
	if certificate {
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}}
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// talk sends a message that must be answered with one.
func (h *host) talk(body string, certificate bool) *syncml.Message {
	h.t.Helper()
	w := h.post(body, certificate, nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != syncml.ContentType || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
		h.t.Fatalf("HTTP %d, %v: %s", w.Code, w.Header(), w.Body)
	}
	m, err := syncml.Decode(w.Body.Bytes(), syncml.Limits{})
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

// message is one of a PC; cred is the header's, body the commands.
func message(msg int, cred, body string) string {
	return `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>2F</SessionID><MsgID>` + strconv.Itoa(msg) +
		`</MsgID><Target><LocURI>https://devices.example</LocURI></Target><Source><LocURI>imei:whatever</LocURI>` + cred + `</SyncHdr><SyncBody>` + body + `<Final/></SyncBody></SyncML>`
}

const noCred = `</Source>`

func digest(name, secret, nonce string) string {
	raw, _ := base64.StdEncoding.DecodeString(nonce)
	return `<LocName>` + name + `</LocName></Source><Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type></Meta><Data>` +
		syncml.Digest(name, secret, raw) + `</Data></Cred>`
}

func TestAMessageIsReadWhateverItLooksLike(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	m := h.talk(message(1, noCred, `
		<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>
		<Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>user</Data></Item></Alert>
		<Alert><CmdID>4</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/AADUserToken</Type></Meta><Data>`+hostTenant+` adele@contoso.example</Data></Item></Alert>
		<Replace><CmdID>5</CmdID><Item><Source><LocURI>./DevInfo/Man</LocURI></Source><Data>Contoso</Data></Item></Replace>
		<Replace><CmdID>6</CmdID><Item><Source><LocURI>./Vendor/X</LocURI></Source><Data>1</Data></Item></Replace>
		<Status><CmdID>7</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>
		<Status><CmdID>8</CmdID><MsgRef>1</MsgRef><CmdRef>4</CmdRef><Cmd>Get</Cmd><TargetRef>./A</TargetRef><TargetRef>./B</TargetRef><Data>200</Data></Status>
		<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>4</CmdRef><Item><Source><LocURI>./A</LocURI></Source><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>1</Data></Item></Results>
		<Copy><CmdID>10</CmdID></Copy><Alert><Data>1226</Data></Alert><Get><CmdID>12</CmdID><Item><Target><LocURI>./X</LocURI></Target></Item></Get>`), true)
	in := h.seen[0]
	in.Digest, in.Alerts[2].Data = nil, "token"
	in.Alerts[2].Items = nil
	want := enrollment.Incoming{
		SessionID: "2F", MsgID: 1, Source: "imei:whatever", Login: enrollment.LoginUser, UserUPN: "adele@contoso.example",
		Alerts: []enrollment.Alert{
			{CmdID: "2", Code: 1201},
			{CmdID: "3", Code: 1224, Type: "com.microsoft/MDM/LoginStatus", Data: "user", Items: []enrollment.ResultOf{{Data: "user"}}},
			{CmdID: "4", Code: 1224, Type: "com.microsoft/MDM/AADUserToken", Data: "token"},
		},
		Answers: []enrollment.Answer{
			{CmdID: "8", MsgRef: "1", CmdRef: "4", Target: "./A", Status: 200},
			{CmdID: "8", MsgRef: "1", CmdRef: "4", Target: "./B", Status: 200},
			{CmdID: "9", MsgRef: "1", CmdRef: "4", Results: []enrollment.ResultOf{{URI: "./A", Format: "int", Data: "1"}}},
		},
		Values: []enrollment.ResultOf{{URI: "./DevInfo/Man", Data: "Contoso"}},
		Acks: []enrollment.Ack{
			{CmdID: "0", Cmd: "SyncHdr", Status: 200},
			{CmdID: "2", Cmd: "Alert", Status: 200},
			{CmdID: "3", Cmd: "Alert", Status: 200},
			{CmdID: "4", Cmd: "Alert", Status: 200},
			{CmdID: "5", Cmd: "Replace", Status: 200},
			{CmdID: "6", Cmd: "Replace", Status: 406},
			{CmdID: "9", Cmd: "Results", Status: 200},
			{CmdID: "10", Cmd: "Copy", Status: 400},
			{Cmd: "Alert", Status: 400},
			{CmdID: "12", Cmd: "Get", Status: 406},
		},
	}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if got := len(m.Body); got != len(want.Acks) || m.Body[0].CmdRef != "0" || m.Body[0].Code() != 200 || m.Header.MsgID != "1" || m.Header.Target != "imei:whatever" {
		t.Errorf("answer %+v", m)
	}
}

func TestAnAnswerIsWrittenAsWindowsReadsIt(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.checkIn = func(in enrollment.Incoming) (enrollment.Outgoing, error) {
		return enrollment.Outgoing{MsgID: 3, Acks: in.Acks, Alert: 1222, Nonce: nonce("n"), Commands: []enrollment.OutgoingCmd{
			{CmdID: "3", Op: enrollment.Operation{Verb: enrollment.Get, Parts: []enrollment.Operation{{Verb: enrollment.Get, URI: "./A"}, {Verb: enrollment.Get, URI: "./B"}}}},
			{CmdID: "4", Op: enrollment.Operation{Verb: enrollment.Atomic}, Parts: []enrollment.OutgoingCmd{
				{CmdID: "5", Op: enrollment.Operation{Verb: enrollment.Replace, URI: "./C", Format: "chr", Type: "text/plain", Data: new("<a & b>")}},
			}},
			{CmdID: "6", Op: enrollment.Operation{Verb: enrollment.Exec, URI: "./D", Format: "null"}},
			{CmdID: "7", Op: enrollment.Operation{Verb: enrollment.Replace, URI: "./E", Data: new("")}},
		}}, nil
	}
	m := h.talk(message(3, noCred, ""), true)
	if m.Header.MsgID != "3" || m.Header.SessionID != "2F" || !m.Final || m.Header.MaxMsgSize != 0 {
		t.Errorf("header %+v", m.Header)
	}
	want := []syncml.Command{
		{Kind: syncml.Status, CmdID: "1", MsgRef: "3", CmdRef: "0", Cmd: "SyncHdr", TargetRefs: []string{"https://devices.example"}, SourceRefs: []string{"imei:whatever"}, Data: syncml.CodeData(200), Chal: &syncml.Chal{Type: "syncml:auth-md5", Format: "b64", NextNonce: nonce("n")}},
		{Kind: syncml.Alert, CmdID: "2", Data: syncml.CodeData(1222)},
		{Kind: syncml.Get, CmdID: "3", Items: []syncml.Item{{Target: "./A"}, {Target: "./B"}}},
		{Kind: syncml.Atomic, CmdID: "4", Commands: []syncml.Command{
			{Kind: syncml.Replace, CmdID: "5", Items: []syncml.Item{{Target: "./C", Format: "chr", Type: "text/plain", Data: syncml.TextData("<a & b>")}}},
		}},
		{Kind: syncml.Exec, CmdID: "6", Items: []syncml.Item{{Target: "./D", Format: "null"}}},
		{Kind: syncml.Replace, CmdID: "7", Items: []syncml.Item{{Target: "./E", Data: syncml.TextData("")}}},
	}
	if diff := cmp.Diff(want, m.Body); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoMessageIsRefusedInHTTP(t *testing.T) {
	t.Parallel()
	body := message(1, noCred, "")
	tests := []struct {
		name, body string
		status     int
		change     func(*http.Request)
	}{
		{"another method", body, 405, func(r *http.Request) { r.Method = http.MethodGet }},
		{"another media type", body, 415, func(r *http.Request) { r.Header.Set("Content-Type", "application/vnd.syncml.dm+wbxml") }},
		{"compressed", body, 415, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
		{"no media type", body, 200, func(r *http.Request) { r.Header.Del("Content-Type") }},
		{"nothing", "", 400, nil},
		{"no XML", "hello", 400, nil},
		{"a document type", "<!DOCTYPE x [<!ENTITY a \"b\">]>" + body, 400, nil},
		{"half of it", body[:len(body)/2], 400, nil},
		{"a number that is none", strings.Replace(body, "<MsgID>1<", "<MsgID>one<", 1), 400, nil},
		{"number 0", strings.Replace(body, "<MsgID>1<", "<MsgID>0<", 1), 400, nil},
		{"a number beyond all", strings.Replace(body, "<MsgID>1<", "<MsgID>99999999999<", 1), 400, nil},
		{"a session beyond all", strings.Replace(body, ">2F<", ">"+strings.Repeat("x", 65)+"<", 1), 400, nil},
		{"larger than 4 MiB", body + strings.Repeat(" ", 4<<20), 413, nil},
		{"just below", body + strings.Repeat(" ", 4<<20-len(body)), 200, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			w := h.post(tt.body, true, tt.change)
			if w.Code != tt.status || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
				t.Errorf("HTTP %d, length %s of %d, want %d: %s", w.Code, w.Header().Get("Content-Length"), w.Body.Len(), tt.status, w.Body)
			}
		})
	}
	h := newHost(t)
	if w := h.post(body+strings.Repeat(" ", 512<<10), false, nil); w.Code != 413 {
		t.Errorf("half a megabyte of nobody: HTTP %d", w.Code)
	}
}

func TestRefusalsOfTheServiceAreSaidInHTTP(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		check, err error
		status     int
		retry      bool
	}{
		{"a certificate that does not count", fault.New(fault.Unauthenticated, enrollment.CodeCertificateRevoked, "No."), nil, 401, false},
		{"a disabled device", fault.New(fault.Denied, directory.CodeDeviceDisabled, "No."), nil, 403, false},
		{"a device deleted just now", nil, fault.New(fault.Unauthenticated, enrollment.CodeNotManaged, "No."), 401, false},
		{"a database too busy", nil, fault.New(fault.Unavailable, "TooManyConflicts", "No."), 503, true},
		{"something unforeseen", nil, errors.New("the secret cause"), 500, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.check = tt.check
			h.checkIn = func(enrollment.Incoming) (enrollment.Outgoing, error) { return enrollment.Outgoing{}, tt.err }
			w := h.post(message(1, noCred, ""), true, nil)
			if w.Code != tt.status || (w.Header().Get("Retry-After") != "") != tt.retry || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("HTTP %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
			}
			if len(h.refused) != 1 {
				t.Errorf("counted %v", h.refused)
			}
		})
	}
}

func TestAUserTokenThatIsNotGoodNamesNobody(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		hostTenant + " adele@contoso.example": "adele@contoso.example", otherTenant + " adele@contoso.example": "", "forged": "", "": "",
	} {
		h := newHost(t)
		w := h.post(message(1, noCred, ""), true, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
		if w.Code != 200 || h.seen[0].UserUPN != want {
			t.Errorf("token %q: HTTP %d, user %q, want %q", token, w.Code, h.seen[0].UserUPN, want)
		}
	}
}
