package jobs

import (
	"context"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// WarmConfig loads configurations that changed in another process, so that the
// next evaluation does not wait for it.
func WarmConfig(e *autopilot.Engine, work directory.WorkStore) Job {
	return Job{Name: "warm_config", Every: time.Second, RunOnce: func(ctx context.Context) (Result, error) {
		versions, err := work.ConfigVersions(ctx)
		if err != nil {
			return Result{}, err
		}
		return Result{}, e.Warm(ctx, versions)
	}}
}
