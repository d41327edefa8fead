package jobs

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// SweepDevices checks a random stretch of each tenant's registered devices
// against what the engine computes now and reports differences. It repairs
// nothing: a difference is a defect to be seen.
func SweepDevices(e *autopilot.Engine, store directory.Reader, every time.Duration, sample int, log *slog.Logger, report func(differences int)) Job {
	return Job{Name: "sweep_devices", Every: every, RunOnce: func(ctx context.Context) (Result, error) {
		tenants, err := store.ListTenants(ctx)
		if err != nil {
			return Result{}, err
		}
		var done int
		for i := range tenants {
			diffs, n, err := e.VerifySample(ctx, tenants[i].ID, sample, rand.Uint64()) //nolint:gosec // a sample, not a secret
			if err != nil {
				return Result{Done: done}, err
			}
			done += n
			report(len(diffs))
			for _, d := range diffs {
				log.LogAttrs(ctx, slog.LevelError, "stored state differs from what the rules say",
					slog.String("tenant", string(d.Tenant)), slog.String("object", string(d.Object)), slog.String("what", d.What), slog.String("stored", d.Stored), slog.String("correct", d.Correct))
			}
		}
		return Result{Done: done}, nil
	}}
}
