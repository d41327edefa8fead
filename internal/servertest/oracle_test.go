package servertest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// hurried makes fills leave their request early, so that workers have to take
// over, whatever the size, and the self-check look on all the time.
func hurried(c *config.Config) {
	c.Engine.FillInline = 100
	c.Engine.SweepInterval.Duration, c.Engine.SweepSample = 200*time.Millisecond, 20
}

func TestEveryPCEndsAsTheOracleSaysWhateverHappensDuringItsImport(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &heldClock{}
		w := servertest.Start(t, db, servertest.WithClock(clock.now), servertest.WithConfig(hurried))
		weather(t, w.Processes, clock)
	})
}

func TestTwoProcessesOnOneDatabaseAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	clock := &heldClock{}
	w := servertest.Start(t, servertest.NewPostgres(t), servertest.WithClock(clock.now), servertest.WithConfig(hurried))
	w.Join(t)
	weather(t, w.Processes, clock)
	for i, p := range w.Processes {
		settled := metric(t, p, `taxiway_engine_objects_total{what="settled_objects"}`)
		writes := metric(t, p, `taxiway_http_requests_total{edge="people",method="POST",status="200"}`)
		t.Logf("process %d settled %.0f objects and answered %.0f imports", i, settled, writes)
		if settled == 0 || writes == 0 {
			t.Errorf("process %d settled %.0f objects and answered %.0f imports; both must work", i, settled, writes)
		}
	}
}

// weather lets a storm pass over the processes and judges what is left.
func weather(t *testing.T, procs []*servertest.Process, clock *heldClock) {
	t.Helper()
	s := newStorm(t, procs, sizes(), clock)
	began := time.Now()
	seen := startWatch(procs[len(procs)-1], s.tenant.Token)
	if err := s.blow(context.Background(), procs); err != nil {
		t.Fatal(err)
	}
	blew := time.Since(began)
	s.provoke(seen)
	seen.stop(t)
	for i, status := range statuses {
		if !seen.seen[i].Load() {
			t.Errorf("no PC was ever seen as %s in %d reads", status, seen.reads.Load())
		}
	}
	for _, p := range procs {
		quiet(t, p)
	}
	s.report(" storm ", blew.Round(time.Millisecond), ", rest ", (time.Since(began) - blew).Round(time.Millisecond), ", reads ", seen.reads.Load())
	for _, e := range s.editors {
		if e.refused > s.size.edits/3 {
			t.Errorf("%d edits of administrator %d were refused", e.refused, e.owner)
		}
	}
	s.verdict(procs)
	s.aftermath(procs)
	s.verdict(procs)
}

// verdict judges what each process shows and lets it check itself.
func (s *storm) verdict(procs []*servertest.Process) {
	s.t.Helper()
	for _, p := range procs {
		s.r.judge(s.t, readState(s.t, p, s.tenant.Token))
		verify(s.t, p, s.count())
		if n := metric(s.t, p, "taxiway_sweep_differences_total"); n != 0 {
			s.t.Errorf("the self-check that looked on reported %.0f differences", n)
		}
	}
}

// aftermath makes a few more changes of rules, assignments and members at a
// time and judges after each few: in a storm a later change covers up what an
// earlier one left undone.
func (s *storm) aftermath(procs []*servertest.Process) {
	s.t.Helper()
	for i := range 6 {
		for _, e := range s.editors {
			e.after = true
			for range 5 {
				if _, err := e.step(context.Background()); err != nil {
					s.t.Fatal(err)
				}
			}
			if err := e.finish(context.Background()); err != nil {
				s.t.Fatal(err)
			}
		}
		p := procs[i%len(procs)]
		quiet(s.t, p)
		s.r.judge(s.t, readState(s.t, p, s.tenant.Token))
		if s.t.Failed() {
			s.t.Fatalf("the state is wrong after round %d of the aftermath", i+1)
		}
	}
}

// provoke goes on changing tags while the reader has not seen every status.
func (s *storm) provoke(w *watch) {
	s.t.Helper()
	until := time.NewTimer(within())
	defer until.Stop()
	e := s.editors[0]
	for !w.all() {
		select {
		case err := <-w.done:
			w.done <- err
			return
		case <-until.C:
			return
		default:
		}
		_, err := e.send(context.Background(), s.r.retag(pick(e.rnd, s.r.registered(e.owner, e.owners)), randomTag(e.rnd)))
		if err != nil && !errors.Is(err, context.Canceled) {
			s.t.Fatal(err)
		}
	}
}
