package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// claimMarks is how many marks one run takes.
const claimMarks = 500

// SettleMarks settles what a process left unsettled: it died after its commit,
// or the request's time bound was over.
func SettleMarks(e *autopilot.Engine, work directory.WorkStore, clock directory.Clock, lease directory.LeaseFunc, log *slog.Logger) Job {
	return Job{Name: "settle_marks", Every: time.Second, Woken: true, RunOnce: func(ctx context.Context) (Result, error) {
		marks, err := work.ClaimMarks(ctx, clock.Real(), claimMarks, lease())
		if err != nil || len(marks) == 0 {
			return Result{}, err
		}
		ids := make([]directory.ObjectID, len(marks))
		for i, m := range marks {
			ids[i] = m.Entity
		}
		t, topic := marks[0].Tenant, marks[0].Topic
		more := Result{Done: len(marks), More: len(marks) == claimMarks}
		if err = e.Settle(ctx, t, topic, ids); err == nil || ctx.Err() != nil {
			return more, err
		}
		// One object may spoil the batch: settle one by one, so that only it waits.
		var errs []error
		for i := range marks {
			if err := e.Settle(ctx, t, topic, ids[i:i+1]); err != nil {
				errs = append(errs, err, work.FailMarks(ctx, marks[i:i+1], clock.Real().Add(backoff(marks[i].Attempts))))
				log.LogAttrs(ctx, slog.LevelError, "an object could not be settled; it is tried again later",
					slog.String("tenant", string(t)), slog.String("object", string(ids[i])), slog.Int("attempts", marks[i].Attempts+1))
			}
		}
		return more, errors.Join(errs...)
	}}
}

// backoff doubles from a second to five minutes.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts, 9), 5*time.Minute)
}
