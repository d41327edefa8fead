package server

import (
	"context"
	"sync"
	"time"

	"taxiway/internal/directory"
)

// clock is the one real clock. A lab tenant's time is the server's plus the
// tenant's offset, which is read from the store once a second.
type clock struct {
	real func() time.Time

	mu      sync.RWMutex
	offsets map[directory.TenantID]time.Duration
}

// Now is the tenant's time.
func (c *clock) Now(t directory.TenantID) time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.real().Add(c.offsets[t])
}

// Real is the server's time.
func (c *clock) Real() time.Time { return c.real() }

// reload reads every tenant's offset.
func (c *clock) reload(ctx context.Context, store directory.Reader) error {
	tenants, err := store.ListTenants(ctx)
	if err != nil {
		return err
	}
	offsets := make(map[directory.TenantID]time.Duration, len(tenants))
	for i := range tenants {
		if tenants[i].Lab && tenants[i].ClockOffset != 0 {
			offsets[tenants[i].ID] = tenants[i].ClockOffset
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offsets = offsets
	return nil
}
