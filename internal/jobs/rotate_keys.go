package jobs

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// SigningKeys is what rotation needs; oidc.KeyRing is one.
type SigningKeys interface {
	SigningSince(ctx context.Context) (time.Time, error)
	Rotate(ctx context.Context) (keyID string, activeAt time.Time, err error)
	Forget(ctx context.Context) (int, error)
}

// RotateKeys makes the next signing key when the present one has signed for
// as long as every says, and forgets keys whose tokens have all ended. Zero
// leaves rotation to the operator.
func RotateKeys(keys SigningKeys, clock directory.Clock, every time.Duration) Job {
	return Job{Name: "rotate_keys", Every: time.Hour, RunOnce: func(ctx context.Context) (Result, error) {
		n, err := keys.Forget(ctx)
		if err != nil || every == 0 {
			return Result{Done: n}, err
		}
		since, err := keys.SigningSince(ctx)
		if err != nil || since.IsZero() || clock.Real().Sub(since) < every {
			return Result{Done: n}, err
		}
		_, _, err = keys.Rotate(ctx)
		return Result{Done: n + 1}, err
	}}
}
