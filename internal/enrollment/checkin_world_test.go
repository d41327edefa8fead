package enrollment_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// checkInTest is one thing that a session must do, on both databases.
type checkInTest struct {
	name string
	run  func(*fleet)
}

func runCheckIns(t *testing.T, tests []checkInTest) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(newFleet(t, e.Open(t)))
			})
		}
	})
}

// fleet is a tenant with one managed PC, under a clock that the test moves, and
// an owner who does as the test says.
type fleet struct {
	*testing.T
	*enrollment.Service
	db     *sqlstore.DB
	ctx    context.Context
	clock  *fleetClock
	tenant directory.TenantID
	device enrollment.DeviceID
	owner  *scripted
	counts *counter
}

type fleetClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fleetClock) Real() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Now is a lab's clock, so that nobody mixes it up with the server's.
func (c *fleetClock) Now(directory.TenantID) time.Time { return c.Real().Add(labAhead) }

const labAhead = 30 * 24 * time.Hour

func (c *fleetClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

type noSettler struct{}

func (noSettler) SettleObjects(context.Context, directory.TenantID, directory.Topic, []directory.ObjectID) {
}
func (noSettler) SettleFill(context.Context, directory.TenantID, directory.Fill) {}

// counter is what Service.Count heard.
type counter struct {
	mu   sync.Mutex
	seen map[string]int
}

func (c *counter) count(kind, what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[kind+" "+what] += n
}

func (c *counter) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[what]
}

// scripted is an owner. plan may be nil; ended collects what it heard.
type scripted struct {
	kind    enrollment.OwnerKind
	service *enrollment.Service
	plan    func(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit) error
	after   func(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit, c *enrollment.Command) error
	alerted func(v *enrollment.Visit, a *enrollment.Alert)

	mu     sync.Mutex
	asked  []enrollment.Visit
	ended  []enrollment.Command
	alerts []enrollment.Alert
}

func (o *scripted) Plan(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit) error {
	o.mu.Lock()
	o.asked = append(o.asked, *v)
	o.mu.Unlock()
	if o.plan == nil {
		return nil
	}
	return o.plan(ctx, tx, v)
}

func (o *scripted) Ended(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit, c *enrollment.Command) error {
	o.mu.Lock()
	o.ended = append(o.ended, *c)
	o.mu.Unlock()
	if o.after == nil {
		return nil
	}
	return o.after(ctx, tx, v, c)
}

func (o *scripted) Alerted(_ context.Context, _ enrollment.Tx, v *enrollment.Visit, a *enrollment.Alert) error {
	o.mu.Lock()
	o.alerts = append(o.alerts, *a)
	o.mu.Unlock()
	if o.alerted != nil {
		o.alerted(v, a)
	}
	return nil
}

// heard is how the commands ended that the owner heard of, by subject.
func (o *scripted) heard() map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[string]string{}
	for _, c := range o.ended {
		out[c.Of] += fmt.Sprintf("%s %d;", c.State, c.Status)
	}
	return out
}

func fleetID() string { return uuid.Must(uuid.NewV7()).String() }

func newFleet(t *testing.T, db *sqlstore.DB) *fleet {
	t.Helper()
	f := &fleet{T: t, db: db, ctx: t.Context(), clock: &fleetClock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, counts: &counter{seen: map[string]int{}}}
	f.Service = f.process()
	f.owner = f.Owners[enrollment.OwnerAction].(*scripted)
	f.tenant = directory.TenantID(fleetID())
	f.ok(db.Directory().InTx(f.ctx, func(tx directory.Tx) error {
		return tx.CreateTenant(f.ctx, directory.Tenant{ID: f.tenant, DisplayName: "Contoso", Domain: "contoso.example", CreatedAt: f.clock.Real()})
	}))
	f.device = f.enrol("olive@contoso.example")
	return f
}

// process is another server process on the same database.
func (f *fleet) process() *enrollment.Service {
	s := &enrollment.Service{
		Store: f.db.Enrollment(), Directory: f.db.Directory(), Joins: f.db.Directory(), Autopilot: f.db.Autopilot(), Clock: f.clock, NewID: fleetID, Settler: noSettler{},
		Lease: func() directory.Lease { return directory.Lease{} }, Log: slog.New(slog.DiscardHandler),
		DeviceURL: "https://devices.contoso.example", DigestKey: make([]byte, 32), Count: f.counts.count,
	}
	if f.owner == nil {
		s.Owners = map[enrollment.OwnerKind]enrollment.CommandOwner{enrollment.OwnerAction: &scripted{kind: enrollment.OwnerAction, service: s}}
	} else {
		s.Owners = map[enrollment.OwnerKind]enrollment.CommandOwner{enrollment.OwnerAction: f.owner}
	}
	return s
}

// enrol makes the row of a managed PC.
func (f *fleet) enrol(upn string) enrollment.DeviceID {
	f.Helper()
	id := enrollment.DeviceID(fleetID())
	f.tx(func(tx enrollment.Tx) error {
		return tx.CreateManagedDevice(f.ctx, f.tenant, enrollment.Device{
			ID: id, UPN: upn, User: directory.ObjectID(fleetID()), Kind: enrollment.KindEntraJoin, Proof: enrollment.ProofOnPremise, Owner: enrollment.OwnerCompany, State: enrollment.Managed,
			Name: "PC-1", Inventory: map[string]string{}, EnrolledAt: f.clock.Now(f.tenant), Nonce: "bm9uY2Utb25l",
		})
	})
	return id
}

func (f *fleet) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fleet) tx(fn func(enrollment.Tx) error) {
	f.Helper()
	f.ok(f.db.Enrollment().InTx(f.ctx, fn))
}

func (f *fleet) equal(what string, got, want any) {
	f.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		f.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// queue gives the PC commands, each about the given subject.
func (f *fleet) queue(of string, change func(*enrollment.Command), ops ...enrollment.Operation) []enrollment.Command {
	f.Helper()
	var all []enrollment.Command
	for _, op := range ops {
		c := enrollment.Command{Owner: enrollment.OwnerAction, Of: of, Op: op}
		if change != nil {
			change(&c)
		}
		f.tx(func(tx enrollment.Tx) error {
			stored, err := f.Enqueue(f.ctx, tx, f.tenant, f.device, c)
			if err == nil {
				all = append(all, stored...)
			}
			return err
		})
	}
	return all
}

func replace(uri string) enrollment.Operation {
	return enrollment.Operation{Verb: enrollment.Replace, URI: uri, Format: "int", Data: new("1")}
}

func get(uris ...string) enrollment.Operation {
	if len(uris) == 1 {
		return enrollment.Operation{Verb: enrollment.Get, URI: uris[0]}
	}
	op := enrollment.Operation{Verb: enrollment.Get}
	for _, u := range uris {
		op.Parts = append(op.Parts, get(u))
	}
	return op
}

// commands are all of the PC, in order of id.
func (f *fleet) commands() []enrollment.Command {
	f.Helper()
	all, err := f.db.ListCommands(f.ctx, f.tenant, f.device, 100_000)
	f.ok(err)
	slices.Reverse(all)
	return all
}

// states tells how the commands stand: "<of>=<state> <status> <tries>".
func (f *fleet) states() []string {
	f.Helper()
	var out []string
	for _, c := range f.commands() {
		out = append(out, fmt.Sprintf("%s=%s %d %d", c.Of, c.State, c.Status, c.Tries))
	}
	return out
}

func (f *fleet) row() enrollment.Device {
	f.Helper()
	d, err := f.db.GetManagedDevice(f.ctx, f.tenant, f.device)
	f.ok(err)
	return d
}

// pc is a session of the PC as a test drives it.
type pc struct {
	*fleet
	service *enrollment.Service
	session string
	msg     int
	login   enrollment.Login
	upn     string
	last    enrollment.Outgoing
	first   enrollment.Outgoing // the answer to message 1
}

func (f *fleet) pc(session string) *pc { return &pc{fleet: f, service: f.Service, session: session} }

// message is the PC's next one with these answers.
func (p *pc) message(answers ...enrollment.Answer) enrollment.Incoming {
	p.msg++
	in := enrollment.Incoming{
		SessionID: p.session, MsgID: p.msg, Answers: answers, Login: p.login, UserUPN: p.upn,
		Acks: []enrollment.Ack{{CmdID: "0", Cmd: "SyncHdr", Status: 200}},
	}
	if p.msg == 1 {
		in.Alerts = []enrollment.Alert{{CmdID: "2", Code: enrollment.AlertClientInitiated}}
		in.Acks = append(in.Acks, enrollment.Ack{CmdID: "2", Cmd: "Alert", Status: 200})
	}
	return in
}

// seal gives a message the digest of its content.
func seal(in enrollment.Incoming) enrollment.Incoming {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", in))
	in.Digest = sum[:]
	return in
}

// send sends a message that must be answered.
func (p *pc) send(in enrollment.Incoming) enrollment.Outgoing {
	p.Helper()
	out, err := p.service.CheckIn(p.ctx, p.tenant, p.device, seal(in))
	p.ok(err)
	p.last = out
	if in.MsgID == 1 {
		p.first = out
	}
	return out
}

// hello begins a session.
func (p *pc) hello() enrollment.Outgoing {
	p.Helper()
	return p.send(p.message())
}

// say answers commands of the last answer in this order: "2=200" is a status
// for the second of them, "2.1=404" for its first part, "2@./URI=200" for a
// node of it, "2:./URI=value" a value.
func (p *pc) say(words ...string) enrollment.Outgoing {
	p.Helper()
	var answers []enrollment.Answer
	for _, w := range words {
		answers = append(answers, p.answer(p.last, w))
	}
	return p.send(p.message(answers...))
}

// all answers every command and part of the last answer with 200.
func (p *pc) all() enrollment.Outgoing {
	p.Helper()
	var answers []enrollment.Answer
	for _, c := range p.last.Commands {
		answers = append(answers, enrollment.Answer{MsgRef: strconv.Itoa(p.last.MsgID), CmdRef: c.CmdID, Status: 200})
		for _, part := range c.Parts {
			answers = append(answers, enrollment.Answer{MsgRef: strconv.Itoa(p.last.MsgID), CmdRef: part.CmdID, Status: 200})
		}
	}
	return p.send(p.message(answers...))
}

// nodes are what an answer is about, in order.
func nodes(out enrollment.Outgoing) []string {
	var all []string
	for _, c := range out.Commands {
		all = append(all, string(c.Op.Verb)+" "+c.Op.URI)
		for _, p := range c.Parts {
			all = append(all, "- "+string(p.Op.Verb)+" "+p.Op.URI)
		}
		for _, p := range c.Op.Parts {
			all = append(all, "+ "+p.URI)
		}
	}
	return all
}

func fails(f *fleet, err error, kind fault.Kind, code string) {
	f.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != kind || e.Code != code {
		f.Fatalf("error = %v, want kind %d and code %s", err, kind, code)
	}
}
