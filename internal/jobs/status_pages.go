package jobs

import (
	"context"
	"errors"
	"time"

	"taxiway/internal/directory"
)

// overduePages is how many status pages of a tenant are moved at once.
const overduePages = 100

// OverduePages moves the status pages of PCs that did not come in time. overdue
// is enrollment.StatusPage's.
func OverduePages(overdue func(ctx context.Context, t directory.TenantID, limit int) (int, error), store directory.Reader) Job {
	return eachTenant("overdue_pages", 5*time.Second, store, func(ctx context.Context, t directory.TenantID) (int, error) {
		return overdue(ctx, t, overduePages)
	})
}

// SweepContents removes the files of uploads that were never ended. sweep is
// enrollment.Contents'.
func SweepContents(sweep func(ctx context.Context, t directory.TenantID) (int, error), store directory.Reader) Job {
	return eachTenant("sweep_contents", time.Hour, store, sweep)
}

// eachTenant runs work for every tenant; one whose work fails does not keep the
// others from theirs.
func eachTenant(name string, every time.Duration, store directory.Reader, work func(ctx context.Context, t directory.TenantID) (int, error)) Job {
	return Job{Name: name, Every: every, RunOnce: func(ctx context.Context) (Result, error) {
		tenants, err := store.ListTenants(ctx)
		if err != nil {
			return Result{}, err
		}
		var errs []error
		var done int
		for i := range tenants {
			n, err := work(ctx, tenants[i].ID)
			done += n
			errs = append(errs, err)
		}
		return Result{Done: done}, errors.Join(errs...)
	}}
}
