package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// datedEvery is how often a rule that looks at the clock is applied again, on
// the tenant's clock.
const datedEvery = time.Hour

// DatedRules fills groups anew whose rule looks at system.now. Each process
// keeps its own hour; a fill that runs twice changes nothing twice.
func DatedRules(e *autopilot.Engine, store directory.Reader, clock directory.Clock) Job {
	var mu sync.Mutex
	last := map[directory.TenantID]time.Time{}
	return Job{Name: "dated_rules", Every: time.Minute, RunOnce: func(ctx context.Context) (Result, error) {
		tenants, err := store.ListTenants(ctx)
		if err != nil {
			return Result{}, err
		}
		var errs []error
		var done int
		mu.Lock()
		defer mu.Unlock()
		for i := range tenants {
			t := tenants[i].ID
			now := clock.Now(t)
			if at, seen := last[t]; seen && now.Sub(at) < datedEvery {
				continue
			}
			n, err := e.RefillDated(ctx, t)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			last[t] = now
			done += n
		}
		return Result{Done: done}, errors.Join(errs...)
	}}
}
