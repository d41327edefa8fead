package mdm_test

import (
	"context"
	"errors"
	"testing"
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
	g := mdm.NewGate(1)
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
	g := mdm.NewGate(1)
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
	g := mdm.NewGate(1)
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
