package wire_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

func TestABusyServerIsAskedAgainWhenItSays(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		var times atomic.Int32
		f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
			n := times.Add(1)
			if n <= 3 {
				w.Header().Set("Retry-After", strconv.Itoa(int(n)*7))
				http.Error(w, "busy", status)
				return
			}
			sayJSON(w, http.StatusOK, document)
		})
		if _, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil); err != nil {
			t.Errorf("%d three times: %v", status, err)
		}
		if _, waits := f.told(); !slices.Equal(waits, []time.Duration{7 * time.Second, 14 * time.Second, 21 * time.Second}) {
			t.Errorf("after %d the PC waited %v", status, waits)
		}
	}
}

func TestAServerThatStaysBusyIsGivenUp(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "86400")
		http.Error(w, "busy", http.StatusServiceUnavailable)
	})
	_, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil)
	wantProblem(t, "a busy server", err, wire.StepProfile, "0x801901f7")
	if p := wire.ProblemOf(err); !p.Temporary || p.Retry != 10*time.Minute || p.Status != http.StatusServiceUnavailable {
		t.Errorf("the problem is %+v", p)
	}
	asked, waits := f.told()
	if asked != 20 || len(waits) != 19 || slices.Max(waits) > 10*time.Minute {
		t.Errorf("asked %d times with waits %v", asked, waits)
	}
}

// losing fails the first requests as a cable does that is not plugged in.
type losing struct {
	inside http.RoundTripper
	left   *atomic.Int32
	steps  chan wire.Step
}

// RoundTrip implements http.RoundTripper.
func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	l.steps <- wire.StepOf(r.Context())
	if l.left.Add(-1) >= 0 {
		return nil, errors.New("no cable")
	}
	return l.inside.RoundTrip(r)
}

func TestALostNetworkIsTriedAgainWithLongerWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lose int32
		good bool
	}{{4, true}, {5, false}} {
		var left atomic.Int32
		left.Store(tt.lose)
		steps := make(chan wire.Step, 10)
		f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, document) }, func(o *wire.Options) {
			o.Wrap = func(inside http.RoundTripper) http.RoundTripper { return losing{inside, &left, steps} }
		})
		_, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil)
		if p := wire.ProblemOf(err); (err == nil) != tt.good || err != nil && (!p.Temporary || p.Status != 0) {
			t.Errorf("lost %d times: %v", tt.lose, err)
		}
		_, waits := f.told()
		if len(waits) != 4 {
			t.Fatalf("lost %d times: waits %v", tt.lose, waits)
		}
		for i, most := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second} {
			if waits[i] < most*3/4 || waits[i] > most*5/4 {
				t.Errorf("wait %d is %s, want about %s", i+1, waits[i], most)
			}
		}
		if step := <-steps; step != wire.StepProfile {
			t.Errorf("the transport was told the step %q", step)
		}
	}
}

func TestAWaitThatIsCutShortEndsTheStep(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) }, func(o *wire.Options) {
		o.Wait = func(context.Context, time.Duration) error { return context.Canceled }
	})
	_, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil)
	wantProblem(t, "a cancelled wait", err, wire.StepProfile, wire.CodeCancelled)
	if asked, _ := f.told(); asked != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

// A request on a connection that ends under it is sent again at once; whoever
// reads the trace sees that it may have arrived twice.
func TestARequestThatIsSentAgainAtOnceIsInTheTraceTwice(t *testing.T) {
	t.Parallel()
	var times atomic.Int32
	var seen []int
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		if times.Add(1) != 2 {
			sayJSON(w, http.StatusOK, document)
			return
		}
		line, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = line.Close()
	}, func(o *wire.Options) {
		o.Trace = func(e wire.Exchange) { seen = append(seen, e.Status) }
	})
	for range 2 {
		if _, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if asked, waits := f.told(); asked != 3 || len(waits) != 0 || !slices.Equal(seen, []int{200, 0, 200}) {
		t.Errorf("asked %d times with waits %v, the trace has %v", asked, waits, seen)
	}
}
