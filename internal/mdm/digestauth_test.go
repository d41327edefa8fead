package mdm_test

import (
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/syncml"
)

// challenged sends a message that must be answered with a challenge alone.
func (h *host) challenged(body string, want int) (next string) {
	h.t.Helper()
	seen := len(h.seen)
	m := h.talk(body, false)
	if len(m.Body) != 1 || m.Body[0].Code() != want || m.Body[0].Chal == nil || m.Body[0].Chal.Type != syncml.AuthMD5 || len(h.seen) != seen {
		h.t.Fatalf("answer %+v, want %d and a challenge", m.Body, want)
	}
	return m.Body[0].Chal.NextNonce
}

const greeting = `<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>`

func TestAPCWithoutACertificateProvesItselfByDigest(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	own := h.challenged(message(1, noCred, greeting), 407)
	h.now = h.now.Add(4 * time.Minute)
	m := h.talk(message(2, digest("adele", h.secret, own), greeting), false)
	if m.Body[0].Code() != 212 || len(m.Body) != 2 {
		t.Errorf("answer %+v", m.Body)
	}
	in := h.seen[0]
	if in.Digested == nil || *in.Digested != (enrollment.Digested{}) || in.Acks[0].Status != 212 {
		t.Errorf("message %+v", in)
	}
	h.talk(message(2, digest("adele", h.secret, own), greeting), false)
	if got := h.seen[1].Digested; got == nil || !got.Repeated {
		t.Errorf("the same nonce again: %+v", got)
	}
}

func TestADigestIsOfTheDevicesNonceOrTheServers(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for want, n := range map[enrollment.Digested]string{{Nonce: nonce("next")}: nonce("next"), {Nonce: nonce("last")}: nonce("last")} {
		h.talk(message(1, digest("adele", h.secret, n), ""), false)
		if got := h.seen[len(h.seen)-1].Digested; got == nil || *got != want {
			t.Errorf("digest %+v, want %+v", got, want)
		}
	}
	own := h.challenged(message(1, noCred, ""), 407)
	h.now = h.now.Add(10*time.Minute + time.Second)
	if next := h.challenged(message(1, digest("adele", h.secret, own), ""), 401); next != nonce("next") {
		t.Errorf("after a late digest the challenge has %q, want the device's nonce", next)
	}
	for name, cred := range map[string]string{
		"a wrong secret":       digest("adele", "wrong", nonce("next")),
		"a made-up nonce":      digest("adele", h.secret, nonce("made up")),
		"no nonce":             digest("adele", h.secret, ""),
		"an unknown name":      digest("adam", h.secret, nonce("next")),
		"a name without proof": `<LocName>adele</LocName></Source><Cred><Meta><Type xmlns="syncml:metinf">syncml:auth-md5</Type></Meta><Data></Data></Cred>`,
		"another scheme":       `<LocName>adele</LocName></Source><Cred><Meta><Type xmlns="syncml:metinf">syncml:auth-basic</Type></Meta><Data>YWRlbGU6czNjcmV0</Data></Cred>`,
	} {
		t.Run(name, func(*testing.T) { h.challenged(message(1, cred, greeting), 401) })
	}
}

func TestAUsedProofIsChallengedAnew(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.checkIn = func(enrollment.Incoming) (enrollment.Outgoing, error) {
		return enrollment.Outgoing{}, fault.New(fault.Unauthenticated, enrollment.CodeProofUsed, "Used.")
	}
	m := h.talk(message(1, digest("adele", h.secret, nonce("last")), greeting), false)
	if len(m.Body) != 1 || m.Body[0].Code() != 401 || m.Body[0].Chal.NextNonce != nonce("next") {
		t.Errorf("answer %+v", m.Body)
	}
}
