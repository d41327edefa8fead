package jobs

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// ForgetSessions removes management sessions that were silent for longer than
// idle, by the server's own clock.
func ForgetSessions(forget func(ctx context.Context, before time.Time) (int, error), clock directory.Clock, idle time.Duration) Job {
	return Job{Name: "forget_sessions", Every: 5 * time.Minute, RunOnce: func(ctx context.Context) (Result, error) {
		n, err := forget(ctx, clock.Real().Add(-idle))
		return Result{Done: n}, err
	}}
}
