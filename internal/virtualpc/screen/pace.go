package screen

import (
	"context"
	"sync"
	"time"
)

// Pace is how fast the PC's time passes.
type Pace string

// The paces. Instant still lets a moment pass, or a PC that waits for its
// management would ask without end.
const (
	Real    Pace = "real"
	Tenfold Pace = "tenfold"
	Instant Pace = "instant"
)

// moment is what every wait takes at pace Instant, at most.
const moment = 200 * time.Millisecond

// Paces lists them.
func Paces() []Pace { return []Pace{Real, Tenfold, Instant} }

// pacer lets waits pass. A pace that is changed counts at once.
type pacer struct {
	now   func() time.Time
	pause func(ctx context.Context, d time.Duration) error

	mu      sync.Mutex
	pace    Pace
	changed chan struct{}
}

func newPacer(now func() time.Time, pause func(ctx context.Context, d time.Duration) error) *pacer {
	return &pacer{now: now, pause: pause, pace: Tenfold, changed: make(chan struct{})}
}

func (p *pacer) set(pace Pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace = pace
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *pacer) get() (Pace, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace, p.changed
}

// wait lets d pass on the PC's clock.
func (p *pacer) wait(ctx context.Context, d time.Duration) error {
	for left := d; left > 0; {
		pace, changed := p.get()
		factor := time.Duration(1)
		really := left
		switch pace {
		case Tenfold:
			factor = 10
			really = left / factor
		case Instant:
			really = min(left, moment)
		default:
		}
		began := p.now()
		if p.until(ctx, really, changed) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		left -= p.now().Sub(began) * factor
	}
	return ctx.Err()
}

// until pauses, and tells whether it came to its end.
func (p *pacer) until(ctx context.Context, d time.Duration, changed <-chan struct{}) bool {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-changed:
			stop()
		case <-ctx.Done():
		}
	}()
	return p.pause(ctx, d) == nil
}
