package mdm

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"taxiway/internal/fault"
)

// Gate bounds how many messages of sessions are worked on at once, and how long
// others wait for their turn, so that a morning's many PCs are served one after
// the other instead of all too late. Who is sent away is told to come again when
// those before have been served. The zero Gate lets all through.
type Gate struct {
	slots chan struct{}
	queue chan struct{}
	wait  time.Duration
	now   func() time.Time

	mu   sync.Mutex
	left time.Time     // when the last message was done
	pace time.Duration // between two of them while others waited, in the mean
	next time.Time     // when those who were sent away will have been served
}

const (
	// queuePerSlot is how many wait for each that is worked on; more are sent away at once.
	queuePerSlot = 8
	gateWait     = 5 * time.Second
	// A PC sent away comes again after retryLeast to retryMost, later by what
	// those need who were sent away before it, at most retryLatest.
	retryLeast, retryMost, retryLatest = 5 * time.Second, 20 * time.Second, 10 * time.Minute
	// sessionMessages is how many messages a session has that brings little.
	sessionMessages = 2
	// paceSpan is how many messages the pace looks back on.
	paceSpan = 64
)

// NewGate makes a gate for most messages at once, which is at least 1.
func NewGate(most int, now func() time.Time) *Gate {
	most = max(most, 1)
	return &Gate{slots: make(chan struct{}, most), queue: make(chan struct{}, most*(1+queuePerSlot)), wait: gateWait, now: now}
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
		return nil, g.busy()
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
		err = g.busy()
	case <-ctx.Done():
		err = ctx.Err()
	}
	<-g.queue
	return nil, err
}

func (g *Gate) leave() {
	g.note(len(g.queue) > len(g.slots))
	<-g.slots
	<-g.queue
}

// note takes the pace, which tells something only while others wait.
func (g *Gate) note(waited bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if waited && !g.left.IsZero() {
		g.pace += (min(now.Sub(g.left), gateWait) - g.pace) / paceSpan
	}
	g.left = now
}

func (g *Gate) busy() error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "TooManyMessages", Message: "The server works on as many PCs as it can.", RetryAfter: g.appoint(),
	}
}

// appoint tells when to come again. It spreads PCs that are sent away over the
// time it takes to serve them: were all to come back at once, most would be sent
// away again.
func (g *Gate) appoint() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.next.Before(now) {
		g.next = now
	}
	g.next = g.next.Add(sessionMessages * g.pace)
	later := g.next.Sub(now) + retryTime()
	if later > retryLatest {
		// So long a queue is begun anew, lest nobody comes for all that time.
		g.next, later = now, retryLatest
	}
	return later
}

// retryTime keeps PCs apart that were sent away together.
func retryTime() time.Duration {
	return retryLeast + rand.N(retryMost-retryLeast) //nolint:gosec // spreads PCs, no secret
}
