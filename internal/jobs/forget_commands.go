package jobs

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

const (
	// forgottenAtOnce is how many commands are removed in one transaction, and
	// forgetSteps how many such steps a run takes: PCs are answered meanwhile.
	forgottenAtOnce = 250
	forgetSteps     = 20
	// forgetEvery is how long the walk rests after it went through all PCs.
	forgetEvery = time.Hour
)

// CommandForgetter removes ended commands of a tenant's PCs in small steps;
// sqlstore.DB is one.
type CommandForgetter interface {
	ForgetCommands(ctx context.Context, t directory.TenantID, after enrollment.DeviceID, queued, ended time.Time, limit int) (enrollment.Forgotten, error)
}

// ForgetCommands removes commands that have ended longer than keep ago. A run
// goes on where the last one stopped.
func ForgetCommands(commands CommandForgetter, store directory.Reader, clock directory.Clock, keep time.Duration) Job {
	w := &forgetWalk{commands: commands, store: store, clock: clock, keep: keep}
	return Job{Name: "forget_commands", Every: time.Minute, RunOnce: w.runOnce}
}

// forgetWalk is a walk through all PCs, and where it is.
type forgetWalk struct {
	commands CommandForgetter
	store    directory.Reader
	clock    directory.Clock
	keep     time.Duration

	left  []directory.TenantID
	at    enrollment.DeviceID // of the first of left
	rests time.Time           // until then
}

func (w *forgetWalk) runOnce(ctx context.Context) (Result, error) {
	var r Result
	now := w.clock.Real()
	if len(w.left) == 0 {
		if now.Before(w.rests) {
			return r, nil
		}
		tenants, err := w.store.ListTenants(ctx)
		if err != nil {
			return r, err
		}
		for i := range tenants {
			w.left = append(w.left, tenants[i].ID)
		}
	}
	for range forgetSteps {
		if len(w.left) == 0 {
			break
		}
		t := w.left[0]
		step, err := w.commands.ForgetCommands(ctx, t, w.at, now.Add(-w.keep), w.clock.Now(t).Add(-w.keep), forgottenAtOnce)
		if err != nil {
			return r, err
		}
		r.Done += step.Commands
		w.at = step.Next
		if !step.More {
			w.left, w.at = w.left[1:], ""
		}
	}
	if len(w.left) == 0 {
		w.rests = now.Add(forgetEvery)
	}
	return r, nil
}
