package servertest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
	"taxiway/internal/syncml"
)

// certUse is what a route makes of a certificate.
type certUse string

const (
	anyCertificate certUse = "none" // the answer is the same with any
	forSession     certUse = "session"
	forPolicy      certUse = "policy"
	forRenewal     certUse = "renewal"
	forContent     certUse = "content" // the address is the proof, the device has to be good
	forLeaving     certUse = "leaving"
)

// certAsk asks a route in the name of a PC.
type certAsk func(s *certSite, pc *certPC, with shown) wire

// rightAnswers are those of the right certificate.
var rightAnswers = map[certUse]string{
	forSession: "200 SyncML 200", forPolicy: "200 *soap.PolicyResponse", forRenewal: "200 *soap.SecurityTokenResponse",
	forContent: "200 the file", forLeaving: "200 {}",
}

func withoutRates(w *servertest.World) {
	servertest.WithConfig(func(c *config.Config) { c.Limits.DeviceRate = 0 })(w)
}

func except(m map[certUse]string, use certUse, line string) map[certUse]string {
	m = maps.Clone(m)
	m[use] = line
	return m
}

func alerts(list ...syncml.Command) []syncml.Command { return list }

// certAsks are what each route is asked, all in the name of the PC.
func certAsks() []certRoute {
	plain := func(method, path, body string, headers ...string) certAsk {
		return func(s *certSite, _ *certPC, with shown) wire {
			return raw(s.t, s.p, with.managed, method, strings.ReplaceAll(path, "{tenant}", s.ID), body, headers...)
		}
	}
	message := func(path string, body soap.Body) certAsk {
		return func(s *certSite, _ *certPC, with shown) wire { return s.says(with.managed, path, body) }
	}
	ztd := func(path string) certAsk {
		return func(s *certSite, pc *certPC, with shown) wire {
			// It says it is the registered PC, and cannot read the nonce.
			ask := asks(s.pc, s.hash)
			_, first := s.p.Ask(s.t, path, ask)
			ask["challenge"], ask["nonce"] = first["Challenge"], make([]byte, 32)
			return raw(s.t, s.p, with.managed, http.MethodPost, path, text(ask))
		}
	}
	const form = "application/x-www-form-urlencoded"
	return []certRoute{
		{"GET EnrollmentServer/Discovery.svc", anyCertificate, plain(http.MethodGet, discoveryPath, "")},
		{"POST EnrollmentServer/Discovery.svc", anyCertificate, message(discoveryPath, &soap.Discover{EmailAddress: "adele@contoso.example", RequestVersion: "4.0", DeviceType: "CIMClient_Windows"})},
		{"POST EnrollmentServer/Policy.svc", forPolicy, message(policyPath, &soap.GetPolicies{})},
		{"POST EnrollmentServer/Enrollment.svc", anyCertificate, func(s *certSite, pc *certPC, with shown) wire {
			return s.says(with.managed, enrolPath, asking(csrOf(s.t, pc.Key), soap.ContextItem{Name: soap.ItemDeviceID, Value: pc.DeviceID}, soap.ContextItem{Name: soap.ItemHWDevID, Value: pc.HardwareID}))
		}},
		{"POST EnrollmentServer/Enrollment.svc", forRenewal, func(s *certSite, pc *certPC, with shown) wire {
			// Signed with the PC's own key, whoever it is that shows a certificate.
			request, err := pc.RenewalFor(s.next)
			if err != nil {
				s.t.Fatal(err)
			}
			return s.says(with.managed, enrolPath, request)
		}},
		{"POST EnrollmentServer/ManagementServer/OmaDm.svc", forSession, func(s *certSite, pc *certPC, with shown) wire { return s.talks(pc, "2", with) }},
		{"GET EnrollmentServer/TermsOfUse", anyCertificate, plain(http.MethodGet, termsPath+"?redirect_uri=ms-appx-web://x/y", "")},
		{"POST EnrollmentServer/TermsOfUse", anyCertificate, plain(http.MethodPost, termsPath, "ticket=abc&decision=accept", "Content-Type", form)},
		{"GET EnrollmentServer/TermsOfUse/style.css", anyCertificate, plain(http.MethodGet, termsPath+"/style.css", "")},
		{"GET EnrollmentServer/Login", anyCertificate, plain(http.MethodGet, loginPath+"?appru=ms-app://s-1-15-2-1&login_hint=a@b.example", "")},
		{"GET AppContent/", forContent, func(s *certSite, pc *certPC, with shown) wire {
			address := s.contents.Address(s.id(), managedID(pc.MDMDevice), &s.app, s.service.Clock.Real())
			return raw(s.t, s.p, with.managed, http.MethodGet, address, "")
		}},
		{"POST ztd/profile", anyCertificate, ztd("/ztd/profile")},
		{"POST ztd/hardware", anyCertificate, ztd("/ztd/hardware")},
		{"GET {tenant}/Discover", anyCertificate, plain(http.MethodGet, "/{tenant}/Discover?api-version=1.9", "")},
		{"GET EnrollmentServer/contract", anyCertificate, plain(http.MethodGet, "/EnrollmentServer/contract?api-version=1.0", "")},
		{"GET EnrollmentServer/nonce/{tenant}", anyCertificate, plain(http.MethodGet, "/EnrollmentServer/nonce/{tenant}", "")},
		{"POST EnrollmentServer/device", anyCertificate, func(s *certSite, pc *certPC, with shown) wire {
			return raw(s.t, s.p, with.joined, http.MethodPost, servertest.JoinPath, text(pc.joiner.Body(s.t, pc.Name, nil)), "Content-Type", "application/json")
		}},
		{"PUT EnrollmentServer/device/{id}", anyCertificate, func(s *certSite, pc *certPC, with shown) wire {
			return raw(s.t, s.p, with.joined, http.MethodPut, leavePath(string(pc.entraID)), "{}")
		}},
		{"DELETE EnrollmentServer/device/{id}", forLeaving, func(s *certSite, pc *certPC, with shown) wire {
			return raw(s.t, s.p, with.joined, http.MethodDelete, leavePath(string(pc.entraID)), "")
		}},
	}
}

// says sends a SOAP message without a credential in it.
func (s *certSite) says(c *tls.Certificate, path string, body soap.Body) wire {
	s.t.Helper()
	m, err := soap.Encode(&soap.Message{Header: soap.Header{MessageID: "urn:uuid:1", ReplyTo: soap.Anonymous, To: servertest.DeviceURL + path}, Body: body})
	if err != nil {
		s.t.Fatal(err)
	}
	return raw(s.t, s.p, c, http.MethodPost, path, string(m), "Content-Type", soap.ContentType)
}

// talks sends a message of the PC's session in its name. The first begins it;
// the second claims that everything told in the first was done.
func (s *certSite) talks(pc *certPC, msg string, with shown) wire {
	s.t.Helper()
	m := &syncml.Message{Final: true, Header: syncml.Header{
		VerDTD: syncml.VerDTD, VerProto: syncml.VerProto, SessionID: "7000", MsgID: msg, Target: pc.Address, Source: pc.DeviceID,
	}}
	if msg == "1" {
		m.Body = []syncml.Command{{Kind: syncml.Alert, CmdID: "2", Data: syncml.CodeData(syncml.AlertClientInitiated)}}
	} else {
		m.Body = []syncml.Command{{Kind: syncml.Status, CmdID: "1", MsgRef: "1", CmdRef: "0", Cmd: "SyncHdr", Data: syncml.CodeData(syncml.StatusOK)}}
		for n := 2; n < 40; n++ {
			m.Body = append(m.Body, syncml.Command{Kind: syncml.Status, CmdID: strconv.Itoa(n), MsgRef: "1", CmdRef: strconv.Itoa(n), Cmd: "Replace", Data: syncml.CodeData(syncml.StatusOK)})
		}
	}
	body, err := m.Encode()
	if err != nil {
		s.t.Fatal(err)
	}
	return raw(s.t, s.p, with.managed, http.MethodPost, pc.Address, string(body), "Content-Type", syncml.ContentType)
}

func text(v any) string {
	out, _ := json.Marshal(v) // of maps and texts
	return string(out)
}

// forged are certificates that say what the PC's own do, by other authorities.
func (s *certSite) forged(pc *certPC) shown {
	s.t.Helper()
	key := servertest.Key(s.t)
	copied := func(c *x509.Certificate) *tls.Certificate {
		of := *c
		of.PublicKey = key.Public()
		f := selfSigned(s.t, &servertest.Joiner{Key: key, Certificate: &of})
		return pair(f.Certificate, key)
	}
	return shown{copied(pc.Certificate), copied(pc.joiner.Certificate)}
}

// longAgo is a certificate of the PC's join that the server's authority made so
// long ago that it has ended.
func (s *certSite) longAgo(pc *certPC) *tls.Certificate {
	s.t.Helper()
	db := s.w.Services(s.t).DB
	then := wall(func() time.Time { return s.service.Clock.Real().Add(-11 * 365 * 24 * time.Hour) })
	a, err := directory.OpenDeviceAuthority(context.Background(), db, db, then)
	if err != nil {
		s.t.Fatal(err)
	}
	key := servertest.Key(s.t)
	_, der, err := a.Certify(directory.Subject{Tenant: s.id(), Device: pc.entraID, User: s.who.ID, Type: directory.JoinEntra}, &key.PublicKey, &key.PublicKey)
	if err != nil {
		s.t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// volatile is what differs from one answer to the next.
var volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z|"Value":"[^"]*"|value="[^"]*"`)

// gist is what an answer says: the status and a fault's code, else the kind of
// the message, else all that does not change by itself.
func gist(a wire) string {
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	switch kind {
	case syncml.ContentType:
		if m, err := syncml.Decode(a.body, syncml.Limits{}); err == nil && len(m.Body) > 0 {
			return fmt.Sprintf("%d SyncML %d", a.status, m.Body[0].Code())
		}
	case "application/soap+xml":
		m, err := soap.DecodeResponse(bytes.NewReader(a.body), soap.DefaultMaxBytes)
		if err != nil {
			break
		}
		if f, ok := m.Body.(*soap.Fault); ok {
			return fmt.Sprintf("%d %s", a.status, f.Subcode)
		}
		return fmt.Sprintf("%d %T", a.status, m.Body)
	case "application/x-msi":
		if string(a.body) == installerFile("Agent") {
			return fmt.Sprintf("%d the file", a.status)
		}
	case "application/json":
		var body struct {
			Subcode string
			Error   struct{ Code string }
		}
		if json.Unmarshal(a.body, &body) == nil && body.Subcode+body.Error.Code != "" {
			return fmt.Sprintf("%d %s", a.status, body.Subcode+body.Error.Code)
		}
	case "text/plain":
		sentence := string(a.body)
		if i := strings.IndexAny(sentence, ".:"); i >= 0 {
			sentence = sentence[:i+1]
		}
		return fmt.Sprintf("%d %s", a.status, sentence)
	}
	where := a.header.Get("Location")
	if u, err := url.Parse(where); err == nil {
		where = u.Path
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s%s", a.status, where, volatile.ReplaceAll(a.body, nil)))
}
