package access

import (
	"sync"
	"time"
)

// maxCached is how many entries a cache holds, about 4 MB of claims.
const maxCached = 4096

// cache keeps values until their own end. The zero value is ready.
type cache[K comparable, V any] struct {
	mu      sync.RWMutex
	entries map[K]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time
}

func (c *cache[K, V]) get(k K, now time.Time) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[k]
	if !ok || !now.Before(e.until) {
		return value, false
	}
	return e.value, true
}

// put stores a value; a full cache first drops what has ended, and when that
// is nothing, everything, so that its size has a bound.
func (c *cache[K, V]) put(k K, value V, now, until time.Time) {
	if !now.Before(until) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxCached {
		for old, e := range c.entries {
			if !now.Before(e.until) {
				delete(c.entries, old)
			}
		}
	}
	if c.entries == nil || len(c.entries) >= maxCached {
		c.entries = make(map[K]entry[V])
	}
	c.entries[k] = entry[V]{value: value, until: until}
}

// clear forgets everything.
func (c *cache[K, V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}
