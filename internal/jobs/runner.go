package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Result is what one run did.
type Result struct {
	Done int  // objects handled
	More bool // there is more to do at once
}

// Job is a bounded piece of work that is repeated.
type Job struct {
	Name    string
	Every   time.Duration
	Woken   bool // also runs when Runner.Wake is called
	RunOnce func(ctx context.Context) (Result, error)
}

// Runner repeats jobs until its context ends.
type Runner struct {
	Jobs []Job
	Log  *slog.Logger
	// Observe hears of every run; may be nil.
	Observe func(job string, r Result, err error)

	once  sync.Once
	wakes []chan struct{}
}

func (r *Runner) init() {
	r.wakes = make([]chan struct{}, len(r.Jobs))
	for i := range r.wakes {
		r.wakes[i] = make(chan struct{}, 1)
	}
}

// Wake runs the woken jobs without waiting for their tick. It never blocks.
func (r *Runner) Wake() {
	r.once.Do(r.init)
	for i := range r.Jobs {
		if !r.Jobs[i].Woken {
			continue
		}
		select {
		case r.wakes[i] <- struct{}{}:
		default:
		}
	}
}

// Run repeats every job until ctx ends and returns when all have stopped.
func (r *Runner) Run(ctx context.Context) {
	r.once.Do(r.init)
	var wg sync.WaitGroup
	for i := range r.Jobs {
		wg.Go(func() { r.loop(ctx, &r.Jobs[i], r.wakes[i]) })
	}
	wg.Wait()
}

func (r *Runner) loop(ctx context.Context, j *Job, wake <-chan struct{}) {
	tick := time.NewTicker(j.Every)
	defer tick.Stop()
	for {
		for r.run(ctx, j) && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
	}
}

// run runs j once and reports whether it wants to run again at once.
func (r *Runner) run(ctx context.Context, j *Job) bool {
	res, err := j.RunOnce(ctx)
	if ctx.Err() != nil {
		return false
	}
	if r.Observe != nil {
		r.Observe(j.Name, res, err)
	}
	if err != nil {
		r.Log.LogAttrs(ctx, slog.LevelError, "job ended in an error; it runs again at its next tick", slog.String("job", j.Name), slog.Any("error", err))
		return false
	}
	return res.More
}
