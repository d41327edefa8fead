package mdm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/syncml"
)

// Digests are the nonces given to PCs that have not said who they are, and the
// connections on which one has proved itself (OMA Device Management Security
// 1.2, section 5.3).
type Digests struct {
	key   []byte
	spent Spent
	clock directory.Clock

	mu    sync.Mutex
	bound map[[sha256.Size]byte]binding
}

// binding is who proved itself on a connection, and until when that counts.
type binding struct {
	name    string // of the digest
	session string
	until   time.Time
}

const (
	// nonceWindow is how long such a nonce is given out; it is taken once more as long.
	nonceWindow = 5 * time.Minute
	// bindingLife is longer than any session; a device is looked at anew for each message.
	bindingLife  = time.Hour
	mostBindings = 20_000
)

// NewDigests makes nonces from a secret that all processes share.
func NewDigests(key []byte, spent Spent, clock directory.Clock) *Digests {
	return &Digests{key: key, spent: spent, clock: clock, bound: map[[sha256.Size]byte]binding{}}
}

// nonce is the one of a window; 0 is the present one. A digest tells nothing of
// the nonce it was made with, so it has to be one that can be made again.
func (d *Digests) nonce(back int64) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte("management nonce"))
	_ = binary.Write(mac, binary.BigEndian, d.clock.Real().Unix()/int64(nonceWindow.Seconds())-back) // a hash takes everything
	return mac.Sum(nil)[:16]
}

func chal(nonce string) *syncml.Chal {
	return &syncml.Chal{Type: syncml.AuthMD5, Format: "b64", NextNonce: nonce}
}

// connection names the TLS connection of a request as nobody else can (RFC
// 5705): 212 means that a PC need not prove itself again in its session, which
// holds on this connection alone. ok is false without TLS 1.3 or extended
// master secrets.
func (m *talk) connection() (id [sha256.Size]byte, ok bool) {
	if m.r.TLS == nil {
		return id, false
	}
	secret, err := m.r.TLS.ExportKeyingMaterial("EXPORTER-taxiway-session", nil, len(id))
	if err != nil {
		return id, false
	}
	copy(id[:], secret)
	return id, true
}

// bind notes that the PC proved itself on this connection.
func (d *Digests) bind(m *talk) {
	id, ok := m.connection()
	if !ok || m.message.Header.Cred == nil {
		return
	}
	now := d.clock.Real()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.bound) >= mostBindings {
		for k, b := range d.bound {
			if len(d.bound) >= mostBindings || now.After(b.until) {
				delete(d.bound, k)
			}
		}
	}
	d.bound[id] = binding{name: m.message.Header.SourceName, session: m.message.Header.SessionID, until: now.Add(bindingLife)}
}

// proved is who proved itself on this connection in this session, or "".
func (d *Digests) proved(m *talk) string {
	id, ok := m.connection()
	if !ok {
		return ""
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.bound[id]
	if b.session != m.message.Header.SessionID || d.clock.Real().After(b.until) {
		return ""
	}
	return b.name
}

// identifyByDigest finds the PC of a message without a certificate, or asks it
// to prove itself.
func (h *Handler) identifyByDigest(m *talk) (done bool, err error) {
	d := h.Sessions.Digests
	cred := m.message.Header.Cred
	name := m.message.Header.SourceName
	if cred == nil {
		if name = d.proved(m); name == "" {
			return true, h.challenge(m, syncml.StatusNoCredentials, "")
		}
	}
	login, err := h.Sessions.Devices.DigestLogin(m.ctx(), name)
	if fault.Is(err, fault.Unauthenticated) {
		return true, h.challenge(m, syncml.StatusBadCredentials, "")
	}
	if err != nil {
		return false, err
	}
	m.tenant, m.next = login.Tenant, login.Next
	m.device = enrollment.Holder{ID: login.Device.ID, Object: login.Device.Object, Name: login.Device.Name, State: login.Device.State}
	if m.digested, err = d.check(m, &login, cred); err != nil {
		return false, err
	}
	if m.digested == nil {
		return true, h.challenge(m, syncml.StatusBadCredentials, login.Next)
	}
	h.actor(m)
	return false, nil
}

// check tells whether a digest is right, and which nonce it used; nil when it
// is wrong. Without one, the connection has proved itself before.
func (d *Digests) check(m *talk, l *enrollment.DigestLogin, cred *syncml.Cred) (*enrollment.Digested, error) {
	if cred == nil {
		return &enrollment.Digested{Bound: true}, nil
	}
	hashed := syncml.Hashed(l.Name, l.Secret)
	for _, nonce := range []string{l.Next, l.Last} {
		if raw, err := base64.StdEncoding.DecodeString(nonce); err == nil && len(raw) > 0 && cred.Verify(hashed, raw) {
			return &enrollment.Digested{Nonce: nonce}, nil
		}
	}
	for back := range int64(2) {
		if !cred.Verify(hashed, d.nonce(back)) {
			continue
		}
		sum := sha256.Sum256([]byte("management digest\x00" + l.Name + "\x00" + cred.Data))
		fresh, err := d.spent.SpendNonce(m.ctx(), sum[:], d.clock.Real().Add(3*nonceWindow))
		return &enrollment.Digested{Repeated: !fresh}, err
	}
	return nil, nil
}

// challenge asks a PC to prove itself; an empty nonce is this server's own of
// the moment. Nothing else of the message is answered.
func (h *Handler) challenge(m *talk, status int, nonce string) error {
	if nonce == "" {
		nonce = base64.StdEncoding.EncodeToString(h.Sessions.Digests.nonce(0))
	}
	h.refused(syncml.StatusText(status))
	out := m.message.Answer(m.message.Header.MsgID)
	head := m.message.HeaderStatus("1", status)
	head.Chal = chal(nonce)
	out.Body = append(out.Body, head)
	return h.answer(m, out)
}
