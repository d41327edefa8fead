package autopilot

import (
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// foreignWindow is the time over which answers "registered elsewhere" count.
const foreignWindow = time.Minute

// codeTooManyForeign refuses an import, or the rest of a large one.
const codeTooManyForeign = "TooManyForeignDevices"

// foreignLimit bounds how often a tenant may learn that a PC is registered
// elsewhere: the answer 808 is an oracle across tenants.
type foreignLimit struct {
	mu   sync.Mutex
	seen map[directory.TenantID]foreignCount
}

type foreignCount struct {
	since time.Time
	n     int
}

// check refuses an import of a tenant that was told 808 too often; 0 sets no bound.
func (l *foreignLimit) check(t directory.TenantID, now time.Time, most int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.seen[t]
	wait := foreignWindow - now.Sub(c.since)
	if most == 0 || c.n < most || wait <= 0 {
		return nil
	}
	return &fault.Error{
		Kind: fault.Throttled, Code: codeTooManyForeign, Message: "Too many rows named PCs that are registered elsewhere; imports wait for a while.", RetryAfter: wait,
		Details: []fault.Detail{{Target: "importedWindowsAutopilotDeviceIdentities", Code: codeTooManyForeign, Message: "Too many rows of the last minute were refused with 808.", Remedy: "Remove those rows and try again as late as Retry-After says."}},
	}
}

func (l *foreignLimit) add(t directory.TenantID, now time.Time, n int) {
	if n == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[directory.TenantID]foreignCount{}
	}
	c := l.seen[t]
	if now.Sub(c.since) > foreignWindow {
		c = foreignCount{since: now}
	}
	c.n += n
	l.seen[t] = c
}
