package servertest_test

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"taxiway/internal/graphclient"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/fleet"
	"taxiway/internal/virtualpc/setup"
)

// A server that dies twice while PCs are deployed, and whose rules are edited
// meanwhile, costs no PC its desktop and the record nothing; nor does one of two
// that share a database.
func TestAFleetOfVirtualPCsComesToItsDesktopsAlthoughTheServerDies(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) { deployFleet(t, engine, 1) })
	}
	if long() {
		t.Run("one of two on postgres", func(t *testing.T) { deployFleet(t, "postgres", 2) })
	}
}

const (
	fleetTag    = "Fleet"
	fleetGroup  = "Fleet PCs"
	fleetDeaths = 2
	// campaignPulse is how often the run is looked at and a rule is edited.
	campaignPulse = 200 * time.Millisecond
	tokenEdits    = 1000 // until the administrator takes a new token
	// The PCs' time passes so much faster; the status page waits as long as it
	// can, so that nobody's time is over while the server is away.
	campaignSpeed = 300
	longestPage   = 1440 // minutes
)

// campaign is a fleet that is deployed, with the server's processes.
type campaign struct {
	t        *testing.T
	children []*child // the first is the one that dies
	tenant   *servertest.Tenant
	group    string
	f        *fleet.Fleet
	edits    int
	peak     string

	mu    sync.Mutex
	ready []childReady // where the PCs find the processes
	turn  int
}

func deployFleet(t *testing.T, engine string, processes int) {
	t.Helper()
	count := 12
	if long() {
		count = 1000
	}
	c := &campaign{t: t}
	c.serve(engine, processes)
	c.furnish()
	c.build(count)
	took := c.deploy()
	c.judge(took)
}

func (c *campaign) serve(engine string, processes int) {
	c.t.Helper()
	database := ""
	if engine == "postgres" {
		database = servertest.NewPostgres(c.t).URL
	}
	for i := range processes {
		spec := childSpec{DataDir: c.t.TempDir(), Database: database, MasterKey: hex.EncodeToString(make([]byte, 31)) + "07", Fleet: true}
		if database != "" && i == 0 {
			if _, err := server.Migrate(context.Background(), spec.config(), server.Options{}); err != nil {
				c.t.Fatalf("migrate: %v", err)
			}
		}
		one := startChild(c.t, spec)
		c.children, c.ready = append(c.children, one), append(c.ready, one.ready)
	}
}

// stays is a process that does not die, where there is one.
func (c *campaign) stays() *child { return c.children[len(c.children)-1] }

// furnish does the tutorial's steps but for the registration: the fleet does it
// itself.
func (c *campaign) furnish() {
	c.t.Helper()
	p := c.stays().p
	c.tenant = p.NewTenant(c.t, "Contoso", true)
	token := c.tenant.Token
	p.Must(c.t, token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
	p.Must(c.t, token, http.MethodPut, joinPolicy, policyBody(), http.StatusOK)
	c.group = id(c.t, p.Must(c.t, token, http.MethodPost, "/v1.0/groups", ruleGroup(fleetGroup, fleetRules[0]), http.StatusCreated))
	page := id(c.t, p.Must(c.t, token, http.MethodPost, screens, with(statusPage("The fleet's first start"), "installProgressTimeoutInMinutes", longestPage), http.StatusCreated))
	p.Must(c.t, token, http.MethodPost, screens+"/"+page+"/assign", object{"enrollmentConfigurationAssignments": []object{target("groupAssignmentTarget", c.group)}}, http.StatusNoContent)
	(&estate{Tenant: c.tenant}).app(c.t, p, "Agent", agentCode, nil)
}

func (c *campaign) client() *graphclient.Client {
	c.t.Helper()
	ready := c.stays().ready
	g, err := graphclient.New(graphclient.Config{
		BaseURL: servertest.BaseURL, Tenant: c.tenant.ID, ClientID: c.tenant.App.AppID, ClientSecret: c.tenant.App.Secret,
		CA: []byte(ready.Authority), Address: ready.People, Now: time.Now,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(g.Close)
	return g
}

// build makes the PCs and registers them.
func (c *campaign) build(count int) {
	c.t.Helper()
	roots := x509.NewCertPool()
	for _, r := range c.ready {
		if !roots.AppendCertsFromPEM([]byte(r.Authority)) {
			c.t.Fatal("the server's authority is no certificate")
		}
	}
	people, devices := hostPort(c.t, servertest.BaseURL), hostPort(c.t, servertest.DeviceURL)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		to := c.at()
		var d net.Dialer
		return d.DialContext(ctx, network, map[string]string{people: to.People, devices: to.Devices}[address])
	}
	began := time.Now()
	var err error
	c.f, err = fleet.New(fleet.Options{
		Count: count, Parallel: min(count/2, 16), Ramp: time.Duration(count) * 50 * time.Millisecond, Jitter: 1, Faults: 0.05, Kinds: append(fleet.Injections(), fleet.PageInjections()...),
		Seed: seed(c.t), Again: 40, Network: setup.Wired, Reads: time.Second,
		PC: virtualpc.Options{BaseURL: servertest.DeviceURL, Roots: roots, Dial: dial, Now: time.Now, Wait: realTime, Speed: campaignSpeed},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	made := time.Since(began)
	if err := c.f.Register(c.t.Context(), c.client(), fleet.Registration{Tag: fleetTag, Group: fleetGroup, Profile: "Fleet", Now: time.Now, Told: func(text string) { c.t.Log(text) }}); err != nil {
		c.t.Fatalf("register the PCs: %v", err)
	}
	c.t.Logf("%d PCs made with %d primes in %s", count, c.f.Primes(), made.Round(time.Millisecond))
}

// at is the process that the next connection of a PC goes to: they take turns.
func (c *campaign) at() childReady {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	return c.ready[c.turn%len(c.ready)]
}

// realTime lets time pass as it does.
func realTime(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fleetRules are rules that hold for the same PCs.
var fleetRules = []string{
	`(device.devicePhysicalIds -any (_ -eq "[OrderID]:Fleet"))`,
	`(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:Fleet"))`,
	`(device.devicePhysicalIds -any (_ -eq "[OrderID]:Fleet")) or (device.displayName -eq "nobody")`,
}

// deploy switches the PCs on, and kills the first process whenever a further
// third of them has ended. Rules are edited all the time.
func (c *campaign) deploy() time.Duration {
	c.t.Helper()
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.f.Deploy(c.t.Context(), c.t.Context())
	}()
	pulse := time.NewTicker(campaignPulse)
	defer pulse.Stop()
	deaths := 0
	for {
		select {
		case <-ended:
			if deaths != fleetDeaths || c.edits == 0 {
				c.t.Errorf("the server died %d times, and rules were edited %d times", deaths, c.edits)
			}
			return time.Since(began)
		case <-pulse.C:
		}
		counts := c.f.Counts()
		if deaths < fleetDeaths && counts.Ended() >= (deaths+1)*len(c.f.PCs)/(fleetDeaths+1) && counts.On > 0 {
			deaths++
			c.die()
		}
		c.edit()
	}
}

// die kills the process as the kernel does when it has to, and starts it
// again.
func (c *campaign) die() {
	c.t.Helper()
	c.peak = inMiB(c.children[0].memory(c.t))
	c.children[0].kill(c.t)
	c.children[0] = startChild(c.t, c.children[0].spec)
	c.mu.Lock()
	c.ready[0] = c.children[0].ready
	c.mu.Unlock()
	c.tenant.Token = c.stays().p.TokenFor(c.t, c.tenant.ID, c.tenant.App.AppID, c.tenant.App.Secret)
}

// edit changes the rule of the PCs' group to one that means the same, and makes a
// group that holds some of them.
func (c *campaign) edit() {
	c.t.Helper()
	p := c.stays().p
	c.edits++
	rule := fleetRules[c.edits%len(fleetRules)]
	p.Must(c.t, c.tenant.Token, http.MethodPatch, "/v1.0/groups/"+c.group, object{"membershipRule": rule}, http.StatusNoContent)
	if c.edits%tokenEdits == 0 {
		c.tenant.Token = p.TokenFor(c.t, c.tenant.ID, c.tenant.App.AppID, c.tenant.App.Secret)
	}
	if letters := "ABCDEF"; c.edits%10 == 1 && c.edits/10 < len(letters) {
		name := letters[c.edits/10 : c.edits/10+1]
		p.Must(c.t, c.tenant.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Serial numbers with "+name, `(device.displayName -contains "`+name+`")`), http.StatusCreated)
	}
}

// judge holds how the PCs ended against what was injected, the server's record
// against the PCs, and the server's tables against themselves.
func (c *campaign) judge(took time.Duration) {
	c.t.Helper()
	r := c.f.Report(took)
	for _, pc := range c.f.PCs {
		want := fleet.Desktop
		if pc.Injected != "" {
			want = fleet.AsInjected
		}
		if pc.Outcome != want {
			c.t.Errorf("%s (%s) is %s, want %s: injected %q, %s; %+v", pc.Name, pc.Serial, pc.Outcome, want, pc.Injected, pc.Reason, pc.Steps)
		}
	}
	for _, one := range c.children {
		quiet(c.t, one.p)
	}
	records, err := c.f.ReadRecords(c.t.Context(), c.client())
	if err != nil {
		c.t.Fatalf("read the record: %v", err)
	}
	for _, d := range c.f.Compare(records) {
		c.t.Errorf("%s: %s: the PC %s, the server %s", d.Serial, d.What, d.PC, d.Server)
	}
	var v server.AdminVerification
	if err := c.children[0].p.Admin.Call(context.Background(), http.MethodPost, "/verify", nil, &v); err != nil {
		c.t.Fatalf("verify: %v", err)
	}
	for _, one := range v.Tenants {
		if len(one.Differences) > 0 || one.Pending > 0 {
			c.t.Errorf("the self-check has %d differences and %d waiting: %+v", len(one.Differences), one.Pending, one.Differences)
		}
	}
	if len(v.AuditProblems) > 0 {
		c.t.Errorf("the audit trail: %v", v.AuditProblems)
	}
	c.t.Logf("%d PCs in %s, outcomes %v, switched on again %d times, rules edited %d times; %.1f deployments per minute and core; before it died %s, at the end %s",
		len(c.f.PCs), took.Round(time.Second), r.Outcomes, r.Again, c.edits, r.PerMin/float64(runtime.NumCPU()), c.peak, inMiB(c.children[0].memory(c.t)))
	for _, s := range r.Steps {
		c.t.Logf("%-10s %5d times, p50 %s, p99 %s, longest %s", s.Step, s.Count, s.P50.Round(time.Millisecond), s.P99.Round(time.Millisecond), s.Max.Round(time.Millisecond))
	}
	for _, f := range r.Failures {
		c.t.Logf("%d PCs %s: %s (injected: %s)", f.Count, f.Outcome, f.Reason, f.Injected)
	}
}
