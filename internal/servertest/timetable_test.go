package servertest_test

import (
	"context"
	"sync"
	"time"

	"taxiway/internal/servertest"
)

// timetable is the time that PCs wait by. Unless it is real, it stands still
// while anybody does something, and goes on to the next appointment when all
// wait: so nobody sleeps, and those who were told to come at one time do.
type timetable struct {
	real bool

	mu    sync.Mutex
	now   time.Duration
	busy  int // PCs that are not waiting
	waits map[time.Duration][]chan struct{}
}

// start counts everybody who will wait or leave.
func (c *timetable) start(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy, c.waits = n, map[time.Duration][]chan struct{}{}
}

// leave is for one that will not wait any more.
func (c *timetable) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.advance()
}

// wait is servertest.FleetWait.
func (c *timetable) wait(ctx context.Context, d time.Duration) error {
	if c.real {
		return servertest.Pause(ctx, d)
	}
	called := make(chan struct{})
	c.mu.Lock()
	c.waits[c.now+d] = append(c.waits[c.now+d], called)
	c.busy--
	c.advance()
	c.mu.Unlock()
	select {
	case <-called:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// advance calls those of the next appointment when everybody waits.
func (c *timetable) advance() {
	if c.busy > 0 || len(c.waits) == 0 {
		return
	}
	first := true
	for at := range c.waits {
		if first || at < c.now {
			c.now, first = at, false
		}
	}
	for _, called := range c.waits[c.now] {
		c.busy++
		close(called)
	}
	delete(c.waits, c.now)
}
