package virtualpc

import (
	"context"
	"sync"
	"time"
)

// clock is the PC's own: the real one, set wrong by skew, and ahead of it by
// what the PC waited faster than time goes.
type clock struct {
	real  func() time.Time
	pause func(ctx context.Context, d time.Duration) error
	speed float64
	skew  time.Duration

	mu     sync.Mutex
	jumped time.Duration
}

// now is what the PC believes the time to be.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real().Add(c.skew + c.jumped)
}

// wire is the time that certificates are checked at: the speed of a demonstration
// does not make them expire, a clock that was set wrong does.
func (c *clock) wire() time.Time { return c.real().Add(c.skew) }

// wait lets d pass on the PC's clock, and as much less in reality as the speed
// says.
func (c *clock) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	began := c.real()
	if err := c.pause(ctx, time.Duration(float64(d)/c.speed)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jumped += max(0, d-c.real().Sub(began))
	return nil
}
