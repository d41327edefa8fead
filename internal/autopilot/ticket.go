package autopilot

import (
	"context"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/seal"
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
	key   *seal.Key // has this one purpose
	clock directory.Clock
}

// NewTickets takes a 32-byte key.
func NewTickets(key []byte, clock directory.Clock) (*Tickets, error) {
	k, err := seal.New(key)
	if err != nil {
		return nil, fmt.Errorf("make tickets: %w", err)
	}
	return &Tickets{key: k, clock: clock}, nil
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
	return k.key.Seal("", Ticket{Tenant: a.Tenant, Device: a.Device.ID, Unix: k.clock.Real().Add(ticketLife).Unix()})
}

// Open reads a ticket of this server that has not ended: else
// fault.Unauthenticated with code TicketWrong or TicketExpired.
func (k *Tickets) Open(text string) (t Ticket, err error) {
	if t.id, err = k.key.Open("", text, &t); err != nil {
		return Ticket{}, ticketRefused("TicketWrong", "The device ticket is not one of this server's.")
	}
	if k.clock.Real().Unix() >= t.Unix {
		return Ticket{}, ticketRefused("TicketExpired", "The device ticket has expired.")
	}
	return t, nil
}

func ticketRefused(code, message string) error {
	return fault.Field(fault.Unauthenticated, code, "MSA-DDID", message, "Ask for the profile again and join with the ticket that comes with it.")
}

// Joining is what a registration says about the PC's join.
type Joining struct {
	Object   directory.ObjectID // the device object it takes over
	Assigned string             // user principal name of the assigned user; empty: nobody
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
	j := Joining{Object: d.Object, Assigned: d.UserPrincipalName}
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
