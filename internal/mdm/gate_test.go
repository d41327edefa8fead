package mdm_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/mdm"
)

func TestTheGateServesInTurnAndSendsAwayTheRest(t *testing.T) {
	t.Parallel()
	type result struct {
		leave func()
		err   error
	}
	const waiting = 8 // of one that is served
	g := mdm.NewGate(1, time.Now)
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan result, waiting+1)
	for range waiting + 1 {
		go func() {
			leave, err := g.Enter(t.Context())
			results <- result{leave, err}
		}()
	}
	first := <-results // the turn is taken, so only a refusal comes back
	e, ok := fault.As(first.err)
	if !ok || e.Kind != fault.Unavailable || e.RetryAfter < 5*time.Second || e.RetryAfter > 20*time.Second {
		t.Fatalf("error = %v, want Unavailable and to come again in 5 to 20 seconds", first.err)
	}
	leave()
	for range waiting {
		r := <-results
		if r.err != nil {
			t.Fatalf("one who waited: %v", r.err)
		}
		r.leave()
	}
}

func TestWhoLeavesTheQueueMakesRoom(t *testing.T) {
	t.Parallel()
	g := mdm.NewGate(1, time.Now)
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Enter(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("error = %v, want the context's", err)
		}
	}
	leave()
	if leave, err = g.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	leave()
}

func TestPCsSentAwayTogetherComeBackApart(t *testing.T) {
	t.Parallel()
	g := mdm.NewGate(1, time.Now)
	if _, err := g.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	times := map[time.Duration]bool{}
	refusals := make(chan error, 208)
	for range 208 {
		go func() {
			_, err := g.Enter(ctx)
			refusals <- err
		}()
	}
	for range 200 { // eight wait
		e, ok := fault.As(<-refusals)
		if !ok {
			t.Fatal("somebody was let in")
		}
		times[e.RetryAfter.Round(time.Millisecond)] = true
	}
	if len(times) < 150 {
		t.Errorf("200 PCs come back at %d times", len(times))
	}
}

func TestPCsSentAwayComeBackAsFastAsTheyCanBeServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			each  = 100 * time.Millisecond // that a message takes
			crowd = 300
		)
		g := mdm.NewGate(1, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		var working sync.WaitGroup
		for range 3 { // so that two wait
			working.Go(func() {
				for ctx.Err() == nil {
					leave, err := g.Enter(ctx)
					if err != nil {
						return
					}
					<-time.After(each)
					leave()
				}
			})
		}
		<-time.After(time.Minute)
		var (
			coming  sync.WaitGroup
			mu      sync.Mutex
			returns []time.Duration
		)
		for range crowd {
			coming.Go(func() {
				_, err := g.Enter(ctx)
				if e, ok := fault.As(err); ok {
					mu.Lock()
					defer mu.Unlock()
					returns = append(returns, e.RetryAfter)
				}
			})
		}
		synctest.Wait()
		cancel()
		working.Wait()
		coming.Wait()
		if len(returns) < crowd-9 {
			t.Fatalf("%d were sent away", len(returns))
		}
		slices.Sort(returns)
		// Two messages each of a tenth of a second: sixty seconds for all of
		// them, and at most twenty more.
		if last := returns[len(returns)-1]; last < 55*time.Second || last > 85*time.Second {
			t.Errorf("the last comes back after %s", last)
		}
		if first := returns[0]; first > 25*time.Second {
			t.Errorf("the first comes back after %s", first)
		}
		// In no ten seconds much more come than can be served.
		for i := range returns {
			if n := i + 100; n < len(returns) && returns[n]-returns[i] < 10*time.Second {
				t.Errorf("a hundred come between %s and %s", returns[i], returns[n])
			}
		}
	})
}

func TestNobodyIsSentAwayForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := mdm.NewGate(1, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		var working sync.WaitGroup
		for range 3 {
			working.Go(func() {
				for ctx.Err() == nil {
					leave, err := g.Enter(ctx)
					if _, busy := fault.As(err); busy {
						continue
					}
					if err != nil {
						return
					}
					<-time.After(4 * time.Second)
					leave()
				}
			})
		}
		<-time.After(20 * time.Minute)
		for range 8 { // fill the queue
			go g.Enter(ctx) //nolint:errcheck // let in or not
		}
		synctest.Wait()
		latest, soonAgain := time.Duration(0), false
		for range 1000 {
			_, err := g.Enter(ctx)
			e, ok := fault.As(err)
			if !ok {
				t.Fatalf("error = %v, want a refusal", err)
			}
			soonAgain = soonAgain || latest == 10*time.Minute && e.RetryAfter < time.Minute
			latest = max(latest, e.RetryAfter)
		}
		cancel()
		working.Wait()
		if latest != 10*time.Minute || !soonAgain {
			t.Errorf("the latest comes back after %s, somebody soon after that: %t", latest, soonAgain)
		}
	})
}
