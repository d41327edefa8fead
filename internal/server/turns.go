package server

import (
	"container/list"
	"sync"
	"time"
)

// turns lets a bounded number go on at a time, first come first served.
type turns struct {
	mu      sync.Mutex
	free    int       // is 0 while anybody waits
	waiting list.List // of *turn
}

// turn is somebody's place, in the queue or at work.
type turn struct {
	given  chan struct{} // closed when the turn has come
	wake   func()        // is called just before that
	queued *list.Element // nil: not in the queue
	taken  bool          // at work, and not given back
}

// newTurns lets most go on at a time.
func newTurns(most int) *turns { return &turns{free: most} }

// ask is the next in the queue. Unless the turn has come already, wake is
// called when it does; it must not block.
func (t *turns) ask(wake func()) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &turn{given: make(chan struct{}), wake: wake}
	if t.free == 0 {
		n.queued = t.waiting.PushBack(n)
		return n
	}
	t.free--
	n.taken = true
	close(n.given)
	return n
}

// end gives a turn back, or leaves the queue. Doing it twice is doing it once.
func (t *turns) end(n *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n.queued != nil {
		t.waiting.Remove(n.queued)
		n.queued = nil
		return
	}
	if !n.taken {
		return
	}
	n.taken = false
	first := t.waiting.Front()
	if first == nil {
		t.free++
		return
	}
	next, _ := t.waiting.Remove(first).(*turn) // ask puts nothing else there
	next.queued, next.taken = nil, true
	next.wake()
	close(next.given)
}

// patience is how long one that does not get ready keeps others from their
// turn: some times as long as most took lately. Those who fall silent are
// passed by soon, yet when everything is slow not more are let in for that.
type patience struct {
	mu   sync.Mutex
	mean time.Duration // of those that got ready
}

const (
	patienceTimes = 4
	patienceLeast = 250 * time.Millisecond
	patienceMost  = 5 * time.Second
	patienceSpan  = 32 // how many the mean looks back on
)

// note hears how long one took.
func (p *patience) note(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mean += (took - p.mean) / patienceSpan
}

// length is the patience with the next one.
func (p *patience) length() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(patienceTimes*p.mean, patienceLeast), patienceMost)
}
