package jobs

import (
	"context"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// fillRun bounds one run: about as long as a slice of work may take.
const fillRun = 20_000

// RunFills finishes the walks that a process left open.
func RunFills(e *autopilot.Engine, work directory.WorkStore, clock directory.Clock, lease directory.LeaseFunc) Job {
	return Job{Name: "run_fills", Every: time.Second, Woken: true, RunOnce: func(ctx context.Context) (Result, error) {
		l := lease()
		f, ok, err := work.ClaimFill(ctx, clock.Real(), l)
		if err != nil || !ok {
			return Result{}, err
		}
		start := f.Done
		_, err = e.RunFill(ctx, &f, l, fillRun)
		if known, is := fault.As(err); is && known.Code == "LeaseLost" {
			err = nil // another process goes on with it
		}
		return Result{Done: int(f.Done - start), More: err == nil}, err
	}}
}
