package virtualpc

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"net"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// Options are what a PC is given from outside. BaseURL, Now and Wait are
// required.
type Options struct {
	BaseURL string         // of the device listener, https
	Roots   *x509.CertPool // whom the PC trusts; nil: whom this system trusts
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Now     func() time.Time
	// Wait lets real time pass, or ends with the context's error.
	Wait func(ctx context.Context, d time.Duration) error
	// Speed is how much faster than real time the PC's waits are; 0 is 1.
	Speed float64
	// NewKey makes the keys of join and enrolment; nil makes RSA keys of 2048
	// bits, which take long. A fleet draws from a pool.
	NewKey func() (*rsa.PrivateKey, error)
	Seed   uint64 // of the names that Windows draws; 0 is another every time
	Script Script
}

// PC is a machine that can be switched on. It is for one goroutine.
type PC struct {
	machine *machine.Machine
	o       Options
	clock   *clock
	faults  *injector
}

// New puts a PC around a machine.
func New(m *machine.Machine, o Options) (*PC, error) {
	if o.BaseURL == "" || o.Now == nil || o.Wait == nil {
		return nil, errors.New("a virtual PC needs a server's address, a clock and a way to wait")
	}
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.NewKey == nil {
		o.NewKey = newKey
	}
	pc := &PC{o: o, clock: &clock{real: o.Now, pause: o.Wait, speed: o.Speed, skew: o.Script.Skew}}
	pc.faults = newInjector(pc.clock, o.Script.Faults)
	// The same machine on a disk that can be full.
	var err error
	pc.machine, err = machine.Open(&faultyDisk{Disk: m.Disk(), faults: pc.faults})
	return pc, err
}

// Boot is how a PC is switched on.
type Boot struct {
	// Network is what it is connected to; empty is Wi-Fi, joined when setup asks.
	// The script's goes first.
	Network setup.Network
	Person  Person
	// Hands answer in place of Person; nil: Person does.
	Hands Hands
	// Said hears of every request that the PC made, without secrets; nil for nobody.
	Said func(wire.Exchange)
	// Watch sees everything that a person in front of the PC would see; nil for
	// nobody. It is called in order, and the PC waits for it.
	Watch func(View)
	// Done hears of every step once it is over; nil for nobody.
	Done func(StepReport)
	// Until is a screen at which the boot ends as OutcomeStopped; empty goes on to
	// the desktop. The script's goes first.
	Until setup.ScreenName
}

// Boot switches the PC on and goes on until its desktop, a problem that the
// person does not go on from, or the screen that was asked for. A problem of the
// deployment is in the report; the error is for what a PC cannot show: a disk
// that cannot be read, a context that ended. The report is never nil.
func (pc *PC) Boot(ctx context.Context, b Boot) (*Report, error) {
	s, err := newSession(pc, b)
	if err != nil {
		return &Report{PC: pc.machine.Name, Outcome: OutcomeOff}, err
	}
	defer s.net.Close()
	err = s.run(ctx)
	r := s.finish()
	if kept := pc.machine.SaveJSON(machine.StateReport, r); err == nil && r.Outcome != OutcomeFailed {
		err = kept // what a full disk cannot hold has been told already
	}
	return r, err
}

// seed is what Windows draws its names from.
func (pc *PC) seed() uint64 {
	if pc.o.Seed != 0 {
		return pc.o.Seed
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}
