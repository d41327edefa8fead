package autopilot

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ticketLife is how long after its profile a PC may join with the ticket that
// came with it. A PC asks for its profile at every start of its setup, so this
// has to outlast one sign-in with its updates, not a night.
const ticketLife = 4 * time.Hour

// Tickets are what a PC gets with its profile after it proved that it holds the
// registered TPM key, and shows when it joins: only so a join takes over the
// device object that the registration made. A serial number or a registration
// id would do no such thing: both are printed on boxes. A ticket is sealed with
// a key that all processes share, and works for one join.
type Tickets struct {
	seal  cipher.AEAD
	clock directory.Clock
}

// NewTickets takes a 32-byte key.
func NewTickets(key []byte, clock directory.Clock) (*Tickets, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make ticket cipher: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make ticket cipher: %w", err)
	}
	return &Tickets{seal: gcm, clock: clock}, nil
}

// Ticket says which registration a PC proved to be.
type Ticket struct {
	Tenant directory.TenantID `json:"t"`
	Device DeviceID           `json:"d"`
	Unix   int64              `json:"e"` // when it ends, the server's clock
	id     []byte
}

// Once is what using the ticket up is noted under.
func (t *Ticket) Once() directory.Once {
	return directory.Once{Value: t.id, Expires: time.Unix(t.Unix, 0)}
}

// Issue makes the ticket of a PC that has proved itself.
func (k *Tickets) Issue(a *Asked) (string, error) {
	text, err := json.Marshal(Ticket{Tenant: a.Tenant, Device: a.Device.ID, Unix: k.clock.Real().Add(ticketLife).Unix()})
	if err != nil {
		return "", fmt.Errorf("encode ticket: %w", err)
	}
	iv := make([]byte, k.seal.NonceSize())
	if _, err := rand.Read(iv); err != nil {
		return "", fmt.Errorf("make ticket: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(k.seal.Seal(iv, iv, text, nil)), nil
}

// Open reads a ticket of this server that has not ended: else
// fault.Unauthenticated with code TicketWrong or TicketExpired.
func (k *Tickets) Open(text string) (Ticket, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < k.seal.NonceSize() {
		return Ticket{}, ticketRefused("TicketWrong", "The device ticket is not one of this server's.")
	}
	plain, err := k.seal.Open(nil, raw[:k.seal.NonceSize()], raw[k.seal.NonceSize():], nil)
	if err != nil {
		return Ticket{}, ticketRefused("TicketWrong", "The device ticket is not one of this server's.")
	}
	var t Ticket
	if err := json.Unmarshal(plain, &t); err != nil {
		return Ticket{}, fmt.Errorf("decode ticket: %w", err)
	}
	if k.clock.Real().Unix() >= t.Unix {
		return Ticket{}, ticketRefused("TicketExpired", "The device ticket has expired.")
	}
	sum := sha256.Sum256(raw)
	t.id = sum[:]
	return t, nil
}

func ticketRefused(code, message string) error {
	return fault.Field(fault.Unauthenticated, code, "MSA-DDID", message, "Ask for the profile again and join with the ticket that comes with it.")
}

// Joining is what a registration says about the PC's join.
type Joining struct {
	Object directory.ObjectID // the device object it takes over
	// StandardUser: who joins the PC is no administrator of it, because the
	// assigned profile says so.
	StandardUser bool
}

// JoiningOf tells how the PC of a registration joins; fault.NotFound when the
// registration is gone.
func (s *Service) JoiningOf(ctx context.Context, t directory.TenantID, id DeviceID) (Joining, error) {
	d, err := s.Store.GetRegisteredDevice(ctx, t, id)
	if err != nil {
		return Joining{}, fault.Wrap("read registration", err)
	}
	j := Joining{Object: d.Object}
	if d.Profile == "" {
		return j, nil
	}
	p, err := s.Store.GetProfile(ctx, t, d.Profile)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Joining{}, fault.Wrap("read profile", err)
	}
	j.StandardUser = err == nil && p.OOBE.UserType == StandardUser
	return j, nil
}
