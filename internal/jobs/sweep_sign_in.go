package jobs

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// sweepBatch is how many rows of each kind one run removes.
const sweepBatch = 1000

// SweepSignIn removes sign-ins, codes, tokens, sessions and counted tries that
// have ended, by the server's own clock.
func SweepSignIn(sweep func(ctx context.Context, now time.Time, limit int) (int, error), clock directory.Clock) Job {
	return Job{Name: "sweep_sign_in", Every: time.Minute, RunOnce: func(ctx context.Context) (Result, error) {
		n, err := sweep(ctx, clock.Real(), sweepBatch)
		return Result{Done: n, More: n >= sweepBatch}, err
	}}
}
