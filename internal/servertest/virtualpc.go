package servertest

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
)

// VirtualPC is a machine that can be switched on, on a disk in memory, with the
// network of a world's process.
type VirtualPC struct {
	Machine *machine.Machine
	Person  virtualpc.Person
	// Wait is how time passes; nil: every wait is over at once.
	Wait func(ctx context.Context, d time.Duration) error

	process *Process
	mu      sync.Mutex
	draw    func() (*rsa.PrivateKey, error)
}

// NewVirtualPC builds a PC. draw gives it its keys: that of Keys.
func (p *Process) NewVirtualPC(t testing.TB, name string, draw func() (*rsa.PrivateKey, error), who *Person) *VirtualPC {
	t.Helper()
	ek, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	m, err := machine.Create(machine.NewMemory(), machine.Spec{Name: name, EK: ek})
	if err != nil {
		t.Fatalf("build a PC: %v", err)
	}
	v := &VirtualPC{Machine: m, process: p, draw: draw, Person: virtualpc.Person{UPN: who.UPN, Reads: time.Second}}
	v.Person.Password = func(context.Context, string) (string, error) { return who.Password, nil }
	return v
}

// At lets the PC talk to another process from now on.
func (v *VirtualPC) At(p *Process) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.process = p
}

func (v *VirtualPC) at() *Process {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.process
}

// Register imports the PC's hardware hash and returns its registration.
func (v *VirtualPC) Register(t testing.TB, p *Process, token, tag string) string {
	t.Helper()
	hash, err := v.Machine.HandOver(p.now())
	if err != nil {
		t.Fatal(err)
	}
	a := p.Must(t, token, http.MethodPost, "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", map[string]any{
		"serialNumber": v.Machine.Hardware.SystemSerial, "hardwareIdentifier": hash, "groupTag": tag,
	}, http.StatusCreated)
	state, _ := a.JSON["state"].(map[string]any)
	id, _ := state["deviceRegistrationId"].(string)
	if state["deviceImportStatus"] != "complete" || id == "" {
		t.Fatalf("the PC is not registered: %v", state)
	}
	return id
}

// Options are what the PC is given; waits take no time.
func (v *VirtualPC) Options(t testing.TB, script string) virtualpc.Options {
	t.Helper()
	p := v.at()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(p.Server.AuthorityPEM()) {
		t.Fatal("the server's authority is no certificate")
	}
	s, err := virtualpc.ParseScript(strings.NewReader(script))
	if err != nil {
		t.Fatalf("the script: %v", err)
	}
	wait := v.Wait
	if wait == nil {
		wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	return virtualpc.Options{
		BaseURL: DeviceURL, Roots: roots, Dial: v.dial, Now: p.now, Wait: wait,
		NewKey: v.draw, Seed: 7, Script: *s,
	}
}

// dial reaches the listeners of the PC's process under the names of the world.
func (v *VirtualPC) dial(ctx context.Context, network, address string) (net.Conn, error) {
	server := v.at().Server
	to := map[string]string{peopleHost + ":443": server.Address("people"), deviceHost + ":443": server.Address("devices")}[address]
	var d net.Dialer
	return d.DialContext(ctx, network, to)
}

// Boot switches the PC on. change may set more of the boot; nil for nothing.
func (v *VirtualPC) Boot(t testing.TB, script string, change func(*virtualpc.Boot)) *virtualpc.Report {
	t.Helper()
	r, err := v.TryBoot(t.Context(), t, script, change)
	if err != nil {
		t.Fatalf("boot: %v", err)
	}
	return r
}

// TryBoot is Boot for one that may end before its end.
func (v *VirtualPC) TryBoot(ctx context.Context, t testing.TB, script string, change func(*virtualpc.Boot)) (*virtualpc.Report, error) {
	t.Helper()
	pc, err := virtualpc.New(v.Machine, v.Options(t, script))
	if err != nil {
		t.Fatalf("switch the PC on: %v", err)
	}
	b := virtualpc.Boot{Person: v.Person}
	if change != nil {
		change(&b)
	}
	return pc.Boot(ctx, b)
}
