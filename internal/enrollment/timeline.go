package enrollment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// PC names a PC by whichever of its ids are known; its deployments are found by
// any of them.
type PC struct {
	Registration autopilot.DeviceID
	Object       directory.ObjectID
	Device       DeviceID
}

// Note adds lines to the timeline of a PC's deployment, in the transaction of
// what happened. The deployment that is open goes on; when none is, one begins.
// change, which may be nil, brings the summary up to date. Lines without a time
// happen now.
//
// A deployment that has ended is reopened by note only through Retry.
func (s *Service) Note(ctx context.Context, tx DeploymentTx, t directory.TenantID, pc PC, change func(*Deployment), events ...Event) (Deployment, error) {
	y, ok, err := tx.OpenDeployment(ctx, t, pc.Registration, pc.Object, pc.Device)
	if err != nil {
		return y, err
	}
	return s.note(ctx, tx, t, pc, y, ok, change, events)
}

// NoteLast does the same to the newest deployment of a managed device, ended or
// not: what happens after the end, and a retry that succeeds after a failure.
// One that the PC has begun since, for another setup, is left alone.
func (s *Service) NoteLast(ctx context.Context, tx DeploymentTx, t directory.TenantID, pc PC, change func(*Deployment), events ...Event) (Deployment, error) {
	y, ok, err := s.lastOf(ctx, tx, t, pc)
	if err != nil {
		return y, err
	}
	return s.note(ctx, tx, t, pc, y, ok, change, events)
}

// lastOf finds the newest deployment of the managed device itself, or else the
// newest under the PC's other names.
func (s *Service) lastOf(ctx context.Context, tx DeploymentTx, t directory.TenantID, pc PC) (y Deployment, ok bool, err error) {
	if y, ok, err = tx.LastDeployment(ctx, t, "", "", pc.Device); ok || err != nil {
		return y, ok, err
	}
	return tx.LastDeployment(ctx, t, pc.Registration, pc.Object, "")
}

func (s *Service) note(ctx context.Context, tx DeploymentTx, t directory.TenantID, pc PC, y Deployment, there bool, change func(*Deployment), events []Event) (Deployment, error) {
	now := s.Clock.Now(t)
	if !there {
		y = Deployment{ID: DeploymentID(s.NewID()), State: DeploymentInProgress, Setup: DeploymentNotAttempted, Account: DeploymentNotAttempted, StartedAt: now, Version: 1}
		// It begins with what happened, not when that came to be noted.
		for i := range events {
			if at := events[i].At; !at.IsZero() && at.Before(y.StartedAt) {
				y.StartedAt = at
			}
		}
	}
	was := y
	y.Registration = cmp.Or(y.Registration, pc.Registration)
	y.Object = cmp.Or(y.Object, pc.Object)
	y.Device = cmp.Or(y.Device, pc.Device)
	if change != nil {
		change(&y)
	}
	switch {
	case !there:
		if err := tx.CreateDeployment(ctx, t, y); err != nil {
			return y, err
		}
	case y != was:
		if err := tx.UpdateDeployment(ctx, t, y); err != nil {
			return y, err
		}
		y.Version++
	}
	lines := slices.Clone(events)
	for i := range lines {
		lines[i].ID = s.NewID()
		if lines[i].At.IsZero() {
			lines[i].At = now
		}
	}
	if len(lines) == 0 {
		return y, nil
	}
	return y, tx.AddEvents(ctx, t, y.ID, lines)
}

// Begin closes what is still open of the PC's earlier deployment, which then
// ended without a desktop, and begins a new one at the given time.
func (s *Service) Begin(ctx context.Context, tx DeploymentTx, t directory.TenantID, pc PC, at time.Time, change func(*Deployment), events ...Event) (Deployment, error) {
	if old, ok, err := tx.OpenDeployment(ctx, t, pc.Registration, pc.Object, pc.Device); err != nil {
		return old, err
	} else if ok {
		_, err := s.note(ctx, tx, t, pc, old, true, func(y *Deployment) {
			y.State, y.EndedAt, y.Failure = DeploymentFailure, at, "The PC began again before this deployment had reached the desktop."
			if at.Before(y.StartedAt) {
				y.EndedAt = y.StartedAt // another process began it since the time was read
			}
		}, []Event{{At: at, Kind: EventFailed, Text: "The PC began again before this deployment had reached the desktop."}})
		if err != nil {
			return old, err
		}
	}
	return s.note(ctx, tx, t, pc, Deployment{}, false, func(y *Deployment) {
		y.StartedAt = at
		if change != nil {
			change(y)
		}
	}, events)
}
