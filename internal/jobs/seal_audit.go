package jobs

import (
	"context"
	"time"
)

// sealBatch is how many audit events one run chains.
const sealBatch = 1000

// SealAudit chains the audit events that are not chained yet.
func SealAudit(seal func(ctx context.Context, limit int) (int, error)) Job {
	return Job{Name: "seal_audit", Every: time.Second, RunOnce: func(ctx context.Context) (Result, error) {
		n, err := seal(ctx, sealBatch)
		return Result{Done: n, More: n == sealBatch}, err
	}}
}
