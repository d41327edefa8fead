package servertest_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

// fleetSize is how many PCs enrol, and how many of them come at one instant.
func fleetSize(t testing.TB) (pcs, wave int) {
	t.Helper()
	pcs, wave = 200, 40
	if long() {
		pcs, wave = 100_000, 5_000
	}
	if text := os.Getenv("TAXIWAY_TEST_PCS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < waves {
			t.Fatalf("TAXIWAY_TEST_PCS=%s is no number of PCs", text)
		}
		pcs, wave = n, min(wave, n/waves)
	}
	return pcs, wave
}

const (
	waves        = 5
	fleetWorkers = 32 // PCs that enrol, or come on a quiet morning, at a time
	// fleetMemory is what a server may use however many PCs it has.
	fleetMemory = 512 << 20
)

func TestAFleetEnrolsChecksInAndStormsAndNothingIsLost(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			pcs, wave := fleetSize(t)
			spec := childSpec{DataDir: t.TempDir(), MasterKey: hex.EncodeToString(make([]byte, 31)) + "07", Fleet: true}
			if !long() {
				spec.Messages = 1 // so that a small storm is one, too
			}
			if engine == "postgres" {
				spec.Database = servertest.NewPostgres(t).URL
				if _, err := server.Migrate(context.Background(), spec.config(), server.Options{}); err != nil {
					t.Fatalf("migrate: %v", err)
				}
			}
			m := &morning{t: t, c: startChild(t, spec), rnd: rand.New(rand.NewPCG(seed(t), 0))}
			tenant := m.c.p.NewTenant(t, "Contoso", true)
			m.c.p.Must(t, tenant.Token, http.MethodPatch, "/beta/policies/mobileDeviceManagementPolicies/"+servertest.EnrolResource, object{"appliesTo": "all"}, http.StatusNoContent)
			m.f = servertest.NewFleet(t, m.c.p, tenant, pcs)
			m.enrol()
			if err := m.f.Queue(t.Context()); err != nil {
				t.Fatal(err)
			}
			m.quiet()
			m.check()
			m.storm(wave)
			m.check()
		})
	}
}

// morning is a fleet and its server process.
type morning struct {
	t   *testing.T
	c   *child
	f   *servertest.Fleet
	rnd *rand.Rand
}

// enrol takes every PC in.
func (m *morning) enrol() {
	m.t.Helper()
	var took stopwatch
	began := time.Now()
	m.each(m.f.PCs, func() {}, func(pc *servertest.FleetPC) error {
		start := time.Now()
		err := m.f.Enrol(m.t.Context(), pc)
		took.add(time.Since(start))
		return err
	})
	m.t.Logf("%d PCs enrolled in %s, %d at a time: discovery to certificate %s; %s", len(m.f.PCs), time.Since(began).Round(time.Second), fleetWorkers, &took, m.memory())
}

// quiet lets every PC come once in any order, each on a connection of its own.
func (m *morning) quiet() {
	m.t.Helper()
	order := slices.Clone(m.f.PCs)
	m.rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	clock := &timetable{real: long()}
	clock.start(fleetWorkers)
	var l ledger
	began := time.Now()
	m.each(order, clock.leave, func(pc *servertest.FleetPC) error {
		return l.note(m.f.Session(m.t.Context(), pc, clock.wait))
	})
	m.t.Logf("%d PCs checked in in %s, %d at a time: %s; %s", len(order), time.Since(began).Round(time.Second), fleetWorkers, &l, m.memory())
}

// storm lets so many PCs come at one instant, and four times as many others one
// second apart. The small one goes by a timetable instead of the clock.
func (m *morning) storm(wave int) {
	m.t.Helper()
	clock := &timetable{real: long()}
	order := slices.Clone(m.f.PCs)
	m.rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	order = order[:wave*waves]
	clock.start(len(order))
	var (
		l     ledger
		wg    sync.WaitGroup
		mu    sync.Mutex
		fault error
	)
	began := time.Now()
	for i, pc := range order {
		wg.Go(func() {
			defer clock.leave()
			err := clock.wait(m.t.Context(), time.Duration(i/wave)*time.Second)
			if err == nil {
				err = l.note(m.f.Session(m.t.Context(), pc, clock.wait))
			}
			if err != nil {
				mu.Lock()
				fault = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if fault != nil {
		m.t.Fatal(fault)
	}
	if l.sessions != len(order) {
		m.t.Errorf("%d of %d PCs were served", l.sessions, len(order))
	}
	if !long() && l.busy == 0 {
		m.t.Error("the storm was none: nobody was told to come again")
	}
	m.t.Logf("%d waves of %d sessions at one instant each, served in %s: %s; %s", waves, wave, time.Since(began).Round(time.Second), &l, m.memory())
}

// check holds the server's rows against the PCs.
func (m *morning) check() {
	m.t.Helper()
	if err := m.f.Check(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// each does something with every PC, fleetWorkers at a time; left is called as
// often, when there is no PC left.
func (m *morning) each(pcs []*servertest.FleetPC, left func(), do func(*servertest.FleetPC) error) {
	m.t.Helper()
	var (
		next atomic.Int64
		wg   sync.WaitGroup
		errs = make([]error, fleetWorkers)
	)
	for w := range errs {
		wg.Go(func() {
			defer left()
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(pcs) {
					return
				}
				errs[w] = do(pcs[i])
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			m.t.Fatal(err)
		}
	}
}

// memory is the most that the server process has used, which is held against
// the bound.
func (m *morning) memory() string {
	m.t.Helper()
	used := m.c.memory(m.t)
	if used > fleetMemory {
		m.t.Errorf("the server used %d MiB, more than %d", used>>20, fleetMemory>>20)
	}
	return inMiB(used)
}

// inMiB says how much memory a server used; 0 is not known.
func inMiB(used int) string {
	if used == 0 {
		return "memory not known here"
	}
	return fmt.Sprintf("the server used at most %d MiB", used>>20)
}

// ledger adds sessions up.
type ledger struct {
	mu                               sync.Mutex
	sessions, messages, busy, broken int
	whole, each                      stopwatch
}

func (l *ledger) note(v servertest.FleetVisit, err error) error {
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions, l.messages, l.busy, l.broken = l.sessions+1, l.messages+v.Messages, l.busy+v.Busy, l.broken+v.Broken
	l.whole.add(v.Took)
	for _, d := range v.Each {
		l.each.add(d)
	}
	return nil
}

// String is what came of them.
func (l *ledger) String() string {
	return fmt.Sprintf("%d messages, told to come again %d times, connections broken %d times; sessions %s; messages %s", l.messages, l.busy, l.broken, &l.whole, &l.each)
}

// stopwatch collects durations.
type stopwatch struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *stopwatch) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

// String is the middle and the slow end of them.
func (s *stopwatch) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.all)
	at := func(p int) time.Duration {
		return s.all[min(len(s.all)*p/100, len(s.all)-1)].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %s, p99 %s, max %s", at(50), at(99), at(100))
}
