package mdm

import (
	"context"
	"math/rand/v2"
	"time"

	"taxiway/internal/fault"
)

// Gate bounds how many messages of sessions are worked on at once, and how long
// others wait for their turn, so that a morning's many PCs are served one after
// the other instead of all too late. The zero Gate lets all through.
type Gate struct {
	slots chan struct{}
	queue chan struct{}
	wait  time.Duration
}

const (
	// queuePerSlot is how many wait for each that is worked on; more are sent away at once.
	queuePerSlot = 8
	gateWait     = 5 * time.Second
	// A PC sent away comes again after retryLeast to retryMost.
	retryLeast, retryMost = 5 * time.Second, 20 * time.Second
)

// NewGate makes a gate for most messages at once, which is at least 1.
func NewGate(most int) *Gate {
	most = max(most, 1)
	return &Gate{slots: make(chan struct{}, most), queue: make(chan struct{}, most*(1+queuePerSlot)), wait: gateWait}
}

// Enter waits for a turn, a bounded time. leave gives the turn back. The fault
// is Unavailable and tells when to come again, each PC another time.
func (g *Gate) Enter(ctx context.Context) (leave func(), err error) {
	if g == nil || g.slots == nil {
		return func() {}, nil
	}
	select {
	case g.queue <- struct{}{}:
	default:
		return nil, busy()
	}
	select {
	case g.slots <- struct{}{}:
		return g.leave, nil
	default:
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return g.leave, nil
	case <-timer.C:
		err = busy()
	case <-ctx.Done():
		err = ctx.Err()
	}
	<-g.queue
	return nil, err
}

func (g *Gate) leave() {
	<-g.slots
	<-g.queue
}

func busy() error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "TooManyMessages", Message: "The server works on as many PCs as it can.", RetryAfter: retryTime(),
	}
}

// retryTime spreads PCs that were sent away together.
func retryTime() time.Duration {
	return retryLeast + rand.N(retryMost-retryLeast) //nolint:gosec // spreads PCs, no secret
}
