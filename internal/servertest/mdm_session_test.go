package servertest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/syncml"
)

// rig gives a PC what random commands work on: nodes to delete, large values to
// read, and things to execute.
func rig(d *servertest.MDMDevice, batches int) {
	for i := range batches * batchSize {
		d.Device.Set(nodeURI("Old", i), "", "old")
		d.Device.Set(nodeURI("Large", i), "", strings.Repeat(fmt.Sprint(i, " ü€ "), 40*(i%5)))
	}
	d.Exec["Test/Do"] = func(syncml.Item) int { return syncml.StatusOK }
	for i := range batches * batchSize {
		d.Exec[fmt.Sprintf("Test/Do/%d", i)] = func(syncml.Item) int { return syncml.StatusAccepted }
	}
}

func nodeURI(kind string, i int) string {
	return fmt.Sprintf("./Device/Vendor/MSFT/Policy/Config/Test/%s%d", kind, i)
}

const batchSize = 9

// batch is one command of every sort; no two batches touch the same node. What
// stands in an Atomic may be repeated: Windows undoes all of it when it holds an
// Add of a node that exists or a Delete of one that does not.
func batch(n int) []enrollment.Command {
	i := n * batchSize
	op := func(verb enrollment.Verb, uri string, data *string) enrollment.Operation {
		return enrollment.Operation{Verb: verb, URI: uri, Format: "chr", Data: data}
	}
	get := func(uri string) enrollment.Operation { return enrollment.Operation{Verb: enrollment.Get, URI: uri} }
	exec := enrollment.Operation{Verb: enrollment.Exec, URI: fmt.Sprintf("./Device/Vendor/MSFT/Test/Do/%d", i), Format: "null"}
	return []enrollment.Command{
		{Op: op(enrollment.Add, nodeURI("New", i), new("<a & b>"))},
		{Op: op(enrollment.Replace, nodeURI("Set", i), new("it's "+strconv.Itoa(n)))},
		{Op: op(enrollment.Replace, nodeURI("Set", i+1), new(""))},
		{Op: enrollment.Operation{Verb: enrollment.Delete, URI: nodeURI("Old", i)}},
		{Op: get(nodeURI("Large", i+4))},
		{Op: enrollment.Operation{Verb: enrollment.Get, Parts: []enrollment.Operation{get(nodeURI("Large", i)), get(nodeURI("Large", i+1)), get("./DevDetail/SwV")}}},
		{Op: exec, Once: true},
		{Op: enrollment.Operation{Verb: enrollment.Atomic, Parts: []enrollment.Operation{
			op(enrollment.Replace, nodeURI("Both", i), new("1")), op(enrollment.Replace, nodeURI("Both", i+1), new("2")),
		}}},
		{Op: enrollment.Operation{Verb: enrollment.Sequence, Parts: []enrollment.Operation{
			op(enrollment.Replace, nodeURI("Row", i), new("3")), {Verb: enrollment.Delete, URI: nodeURI("Old", i+1)},
		}}},
	}
}

// mishap is a random script. A PC may break off a session only so often that
// nothing is given up.
func mishap(rnd *rand.Rand, breakOff bool) servertest.MDMScript {
	chance := func(int) bool { return rnd.IntN(3) == 0 }
	script := servertest.MDMScript{ServerInitiated: chance(0), LateResults: chance(0), LoseAnswer: chance, SendTwice: chance, AtOnce: chance}
	if chance(0) {
		script.Shuffle = rnd
	}
	if chance(0) {
		script.Chunk = 20 + rnd.IntN(400)
	}
	if breakOff {
		at := 1 + rnd.IntN(3)
		switch rnd.IntN(3) {
		case 0:
			script.AbortAt = at
		case 1:
			script.VanishAt = at
		default:
			script.DeafAt = at
		}
	}
	return script
}

func TestEveryCommandTakesEffectOnceWhateverGoesWrongInSessions(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		var who *servertest.Person
		first := seed(t)
		for i := range rounds(20) * 3 {
			if i%15 == 0 { // as many as one person may enrol
				who = newJoining(t, p, s.Tenant, fmt.Sprintf("Adele-%d", i))
			}
			rnd := rand.New(rand.NewPCG(first, uint64(i)))
			d := s.enrolled(who, fmt.Sprintf("PC-%d", i))
			s.weather(d, rnd)
		}
	})
}

// weather tells a PC what to do between sessions in which things go wrong, and
// judges after one in which nothing does.
func (s *mdmSite) weather(d *servertest.MDMDevice, rnd *rand.Rand) {
	s.t.Helper()
	const batches = 6
	rig(d, batches)
	breaks := 0
	for n := range batches {
		s.queue(d, batch(n)...)
		breakOff := breaks < 4 && rnd.IntN(2) == 0
		if breakOff {
			breaks++
		}
		s.session(d, mishap(rnd, breakOff))
	}
	s.session(d, servertest.MDMScript{})
	s.once(d)
	if got := len(s.commands(d)); got != batches*len(batch(0)) {
		s.t.Errorf("%s: %d commands", d.Name, got)
	}
}

func TestARepeatedMessageGetsItsAnswerAgainAndDoesNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
		rig(d, 2)
		s.queue(d, batch(0)...)
		always := func(int) bool { return true }
		got := s.session(d, servertest.MDMScript{LoseAnswer: always, SendTwice: always, AtOnce: always})
		s.once(d)
		for _, c := range s.commands(d) {
			if c.Tries != 1 {
				t.Errorf("%s %s was sent %d times", c.Op.Verb, c.Op.URI, c.Tries)
			}
		}
		if len(got.Sent) < 2 || got.Commands < len(batch(0)) {
			t.Errorf("%d messages, %d commands", len(got.Sent), got.Commands)
		}
	})
}

func TestStatusesAndResultsMayComeInAnyOrderLateAndInPieces(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
		rig(d, 4)
		rnd := rand.New(rand.NewPCG(seed(t), 0))
		for n, script := range []servertest.MDMScript{{Shuffle: rnd}, {LateResults: true}, {Chunk: 50}, {Shuffle: rnd, LateResults: true, Chunk: 99}} {
			s.queue(d, batch(n)...)
			s.session(d, script)
			if s.waiting(d) {
				t.Errorf("%d: commands have no end after their session", n)
			}
		}
		s.once(d)
	})
}

func TestASessionThatBreaksOffIsTakenUpByTheNext(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		for name, tt := range map[string]struct {
			script  servertest.MDMScript
			reboots int // of the command that must not be repeated
			state   enrollment.CommandState
		}{
			"ABORT":  {servertest.MDMScript{AbortAt: 2}, 1, enrollment.Unconfirmed},
			"VANISH": {servertest.MDMScript{VanishAt: 2}, 1, enrollment.Unconfirmed},
			"DEAF":   {servertest.MDMScript{DeafAt: 1}, 0, enrollment.Unconfirmed},
			"NEVER":  {servertest.MDMScript{VanishAt: 1}, 1, enrollment.Done},
			"HEARD":  {servertest.MDMScript{DeafAt: 2}, 1, enrollment.Done},
		} {
			d := s.enrolled(who, name)
			rig(d, 1)
			s.queue(d, batch(0)...)
			s.session(d, tt.script)
			s.session(d, servertest.MDMScript{})
			s.once(d)
			for _, c := range s.commands(d) {
				if !c.Once {
					continue
				}
				if n := d.Effects["Exec "+c.Op.URI]; n != tt.reboots || c.State != tt.state {
					t.Errorf("%s: what must not be repeated happened %d times and is %s, want %d and %s", name, n, c.State, tt.reboots, tt.state)
				}
			}
		}
	})
}

func TestAPCsStatusesAreKeptWithTheirCommands(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, servertest.Database{Engine: "sqlite"}).First()
	s := newMDMSite(t, p, time.Now)
	d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
	text := "x"
	op := func(verb enrollment.Verb, uri string) enrollment.Operation {
		o := enrollment.Operation{Verb: verb, URI: uri}
		if verb == enrollment.Add || verb == enrollment.Replace {
			o.Format, o.Data = "chr", &text
		}
		return o
	}
	d.Device.Set(policyURI("Here"), "", "y")
	tests := []struct {
		op     enrollment.Operation
		state  enrollment.CommandState
		status int
		parts  []int
	}{
		{op(enrollment.Replace, "./Device/Vendor/MSFT/Nobody/A"), enrollment.Failed, 404, nil},
		{op(enrollment.Replace, "./DevDetail/SwV"), enrollment.Failed, 405, nil},
		{op(enrollment.Exec, "./Device/Vendor/MSFT/Nobody/A"), enrollment.Failed, 404, nil},
		{op(enrollment.Get, "./Device/Vendor/MSFT/Nobody/A"), enrollment.Failed, 404, nil},
		{op(enrollment.Add, policyURI("Here")), enrollment.Done, 418, nil},
		{op(enrollment.Delete, policyURI("Nowhere")), enrollment.Done, 404, nil},
		{
			enrollment.Operation{Verb: enrollment.Atomic, Parts: []enrollment.Operation{
				op(enrollment.Replace, policyURI("B")), op(enrollment.Replace, "./DevDetail/SwV"), op(enrollment.Replace, policyURI("C")),
			}}, enrollment.Failed, 507, []int{216, 405, 215},
		},
		{
			enrollment.Operation{Verb: enrollment.Sequence, Parts: []enrollment.Operation{
				op(enrollment.Replace, policyURI("D")), op(enrollment.Replace, "./DevDetail/SwV"),
			}}, enrollment.Failed, 200, []int{200, 405},
		},
	}
	for _, tt := range tests {
		s.queue(d, enrollment.Command{Op: tt.op})
	}
	s.session(d, servertest.MDMScript{})
	for i, c := range s.commands(d) {
		want := tests[i]
		if c.State != want.state || c.Status != want.status || fmt.Sprint(c.Parts) != fmt.Sprint(want.parts) {
			t.Errorf("%s %s: %s with %d %v, want %s with %d %v", c.Op.Verb, c.Op.URI, c.State, c.Status, c.Parts, want.state, want.status, want.parts)
		}
	}
	for _, name := range []string{"B", "C"} {
		if d.Device.Has(policyURI(name)) {
			t.Errorf("%s is set by an Atomic that failed", name)
		}
	}
}

func TestAUsersSettingsWaitUntilThatUserSitsAtThePC(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		adele, bob := newJoining(t, p, s.Tenant, "Adele"), newJoining(t, p, s.Tenant, "Bob")
		d := s.enrolled(adele, "PC")
		text := "1"
		mine := enrollment.Operation{Verb: enrollment.Replace, URI: "./User/Vendor/MSFT/Policy/Config/Test/Mine", Format: "chr", Data: &text}
		s.queue(d, enrollment.Command{Op: mine}, value("Ours"))
		effect := func(want int) {
			t.Helper()
			if got := d.Effects["Replace "+mine.URI+"=1"]; got != want {
				t.Errorf("with %q at the PC the user's setting took effect %d times, want %d", d.SignedIn, got, want)
			}
			if got := d.Effects["Replace "+policyURI("Ours")+"=1"]; got != 1 {
				t.Errorf("with %q at the PC the device's setting took effect %d times", d.SignedIn, got)
			}
		}
		for _, who := range []string{"", bob.UPN, "", bob.UPN} {
			d.SignedIn = who
			s.session(d, servertest.MDMScript{LoseAnswer: func(msg int) bool { return msg == 1 }})
			effect(0)
		}
		d.SignedIn = adele.UPN
		s.session(d, servertest.MDMScript{VanishAt: 2})
		effect(1)
		d.SignedIn = bob.UPN
		s.session(d, servertest.MDMScript{})
		effect(1)
		d.SignedIn = adele.UPN
		s.session(d, servertest.MDMScript{})
		effect(1)
		s.once(d)
		if _, ok := d.UserTree(bob.UPN).Value(mine.URI); ok {
			t.Error("Bob has Adele's setting")
		}
		if got, _ := d.UserTree(adele.UPN).Value(mine.URI); got != "1" {
			t.Errorf("Adele's setting is %q", got)
		}
	})
}

func TestManyPCsCheckInAtOnceEachWithItsOwn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		p := w.First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		processes := []*servertest.Process{p}
		if db.Engine == "postgres" {
			processes = append(processes, w.Join(t))
		}
		var pcs []*servertest.MDMDevice
		for i := range 8 {
			d := s.enrolled(who, fmt.Sprintf("PC-%d", i))
			rig(d, 1)
			s.queue(d, batch(0)...)
			pcs = append(pcs, d)
		}
		errs := make(chan error, len(pcs))
		first := seed(t)
		for i, d := range pcs {
			go func() {
				rnd := rand.New(rand.NewPCG(first, uint64(i)))
				script := mishap(rnd, false)
				// Any process goes on with a session that another began.
				script.LoseAnswer = func(msg int) bool {
					d.At(processes[(i+msg)%len(processes)])
					return msg%2 == 0
				}
				_, err := d.Session(t.Context(), script)
				errs <- err
			}()
		}
		for range pcs {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		for _, d := range pcs {
			s.once(d)
			if len(d.Effects) == 0 {
				t.Errorf("%s did nothing", d.Name)
			}
		}
	})
}

func TestACertificateSaysWhichPCItIsWhateverItsMessagesSay(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, servertest.Database{Engine: "sqlite"}).First()
	s := newMDMSite(t, p, time.Now)
	d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
	stranger := s.enrolled(newJoining(t, p, s.Tenant, "Bob"), "OTHER")
	s.session(stranger, servertest.MDMScript{})
	s.session(d, servertest.MDMScript{})
	// Another PC's certificate says who it is, whatever its messages say.
	stranger.DeviceID = d.DeviceID
	s.queue(d, value("A"))
	if _, err := stranger.Session(t.Context(), servertest.MDMScript{}); err == nil && len(stranger.Effects) > 0 {
		t.Errorf("a PC got what is meant for another: %v", stranger.Effects)
	}
	s.session(d, servertest.MDMScript{})
	s.once(d)
	nobody := s.newPC("NOBODY")
	nobody.Enrolment, nobody.Address = d.Enrolment, d.Address
	if _, err := nobody.Session(t.Context(), servertest.MDMScript{}); err == nil || errors.Is(err, servertest.ErrMDMAborted) || servertest.HTTPStatus(err) == http.StatusOK {
		t.Errorf("a PC without certificate: %v", err)
	}
}
