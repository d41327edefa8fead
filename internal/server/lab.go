package server

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/screen"
)

// How many virtual PCs a process hosts, and how many people watch them at once.
const (
	labPCsOfTenant = 20
	labPCsInAll    = 200
	labWatchers    = 100 // of one tenant
)

// lab hosts virtual PCs for lab tenants. Their disks are folders in this process'
// data directory, so a PC belongs to one process: no other one knows it, and
// after a restart it is there again, switched off, and goes on where it was. A
// PC is given the server's address for PCs and whom to trust, and nothing else:
// it comes in over the wire like any other.
type lab struct {
	folder string
	device string // the server's address for PCs
	roots  *x509.CertPool
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	newKey func() (*rsa.PrivateKey, error)
	clock  directory.Clock
	reader directory.Reader
	log    *slog.Logger

	making sync.Mutex // one PC is built at a time: their keys take long

	mu       sync.Mutex
	tenants  map[directory.TenantID]*labTenant
	stopping bool
}

// labTenant is what is hosted for one tenant.
type labTenant struct {
	pcs      map[string]*labPC
	watchers int
}

// labPC is a PC that this process has for itself.
type labPC struct {
	*screen.Host

	place   string
	release func()
}

// openLab makes the lab. Nothing is read before somebody asks for a PC.
func (s *Server) openLab(o Options) {
	l := &lab{
		folder: filepath.Join(s.cfg.DataDir, "lab"), device: s.cfg.DeviceURL, dial: o.DialPC, newKey: o.NewKey, clock: s.clock,
		reader: s.db.Directory(), log: s.log, tenants: map[directory.TenantID]*labTenant{},
	}
	if s.cfg.TLS.Mode == config.TLSOwn {
		l.roots = x509.NewCertPool()
		l.roots.AddCert(s.authority.cert)
	}
	s.lab = l
}

// stop switches all PCs off and lets everybody go who watches one.
func (l *lab) stop() {
	l.mu.Lock()
	l.stopping = true
	var all []*labPC
	for _, t := range l.tenants {
		for _, pc := range t.pcs {
			all = append(all, pc)
		}
	}
	l.mu.Unlock()
	var ended sync.WaitGroup
	for _, pc := range all {
		ended.Go(func() {
			pc.Close()
			pc.release()
		})
	}
	ended.Wait()
}

// of finds what is hosted for a tenant: fault.Denied unless it is a lab.
func (l *lab) of(ctx context.Context, id directory.TenantID) (*labTenant, error) {
	t, err := l.reader.GetTenant(ctx, id)
	if err != nil {
		return nil, fault.Wrap("read the tenant of a virtual PC", err)
	}
	if !t.Lab {
		return nil, fault.Field(fault.Denied, "NoLab", "tenant", "Virtual PCs are hosted for lab tenants only.", "Create a lab tenant, or boot a virtual PC with 'taxiway pc boot'.")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping {
		return nil, &fault.Error{Kind: fault.Unavailable, Code: "Stopping", Message: "This server is stopping.", RetryAfter: time.Second}
	}
	if lt := l.tenants[id]; lt != nil {
		return lt, nil
	}
	lt := &labTenant{pcs: l.found(ctx, id)}
	l.tenants[id] = lt
	return lt, nil
}

// found opens the PCs that an earlier process left.
func (l *lab) found(ctx context.Context, id directory.TenantID) map[string]*labPC {
	out := map[string]*labPC{}
	places, err := filepath.Glob(filepath.Join(l.folder, string(id), "*"))
	if err != nil {
		return out // never: the pattern is good
	}
	for _, place := range places {
		if machine.CheckName(filepath.Base(place)) != nil || !machine.IsThere(place) {
			continue
		}
		pc, err := l.open(place, "", nil)
		if err != nil {
			l.log.LogAttrs(ctx, slog.LevelWarn, "a virtual PC cannot be used", slog.String("folder", place), slog.Any("error", err))
			continue
		}
		out[filepath.Base(place)] = pc
	}
	return out
}

// open takes the PC in a folder for this process, after build has put it there.
func (l *lab) open(place, network string, build func(machine.Disk) error) (*labPC, error) {
	disk, err := machine.OpenFolder(place)
	if err != nil {
		return nil, err
	}
	release, err := machine.LockFolder(place)
	if err != nil {
		return nil, err
	}
	if build != nil {
		if err := build(disk); err != nil {
			release()
			machine.Vacate(place)
			return nil, err
		}
	}
	m, err := machine.Open(disk)
	if err != nil {
		release()
		return nil, err
	}
	return &labPC{Host: screen.New(m, l.options(network)), place: place, release: release}, nil
}

// pc finds one by its name.
func (l *lab) pc(ctx context.Context, t directory.TenantID, id string) (*labPC, *labTenant, error) {
	lt, err := l.of(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	pc := lt.pcs[id]
	if pc == nil {
		return nil, nil, fault.Field(fault.NotFound, machine.CodeMissing, "id", "There is no such virtual PC at this server process.", "Look at the list of virtual PCs. Each belongs to the process that made it.")
	}
	return pc, lt, nil
}

// room refuses a PC too many; who calls holds mu.
func (l *lab) room(lt *labTenant) error {
	all := 0
	for _, t := range l.tenants {
		all += len(t.pcs)
	}
	switch {
	case len(lt.pcs) >= labPCsOfTenant:
		return fault.Field(fault.Conflict, "TooManyPCs", "virtual PCs", "A tenant has at most "+strconv.Itoa(labPCsOfTenant)+" virtual PCs at one server process.", "Delete one that is not needed.")
	case all >= labPCsInAll:
		return fault.Field(fault.Conflict, "TooManyPCs", "virtual PCs", "This server process has "+strconv.Itoa(labPCsInAll)+" virtual PCs, and hosts no more.", "Delete one that is not needed.")
	}
	return nil
}

// pause lets real time pass.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pcFault is an error of a PC as a fault.
func pcFault(err error) error {
	if e, ok := errors.AsType[*screen.Error](err); ok {
		kind := fault.Conflict
		if e.Code == screen.CodeAction {
			kind = fault.Invalid
		}
		return fault.Field(kind, e.Code, "action", e.Message, e.Remedy)
	}
	if e, ok := errors.AsType[*machine.Error](err); ok {
		kind, known := machineKinds[e.Code]
		if known {
			return fault.Field(kind, e.Code, "pc", e.Message, e.Remedy)
		}
	}
	if err != nil {
		return fault.Wrap("use a virtual PC", err)
	}
	return nil
}

var machineKinds = map[string]fault.Kind{
	machine.CodeExists: fault.Conflict, machine.CodeInUse: fault.Conflict, machine.CodeName: fault.Invalid, machine.CodeModel: fault.Invalid,
	machine.CodeWindows: fault.Invalid, machine.CodePart: fault.Invalid, machine.CodeHardware: fault.Invalid, machine.CodeFull: fault.Conflict,
}

// options are what a PC is given.
func (l *lab) options(network string) screen.Options {
	return screen.Options{
		PC:      virtualpc.Options{BaseURL: l.device, Roots: l.roots, Dial: l.dial, Now: l.clock.Real, Wait: pause, NewKey: l.newKey},
		Network: networkOf(network),
	}
}
