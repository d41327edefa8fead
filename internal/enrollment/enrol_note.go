package enrollment

import (
	"context"
	"log/slog"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// noteEnrolled adds the enrolment to the PC's timeline. One that was enrolled
// by hand, after its first desktop and without a registration, has none unless
// a deployment is open.
func (e *enrolment) noteEnrolled(ctx context.Context, tx Tx) error {
	d, pc := &e.device, e.pc()
	pc.Device = d.ID
	if !d.InOOBE && e.registration == nil {
		if !e.again && pc.Object == "" {
			return nil // a PC that nothing was known of
		}
		if _, open, err := tx.OpenDeployment(ctx, e.r.Tenant, pc.Registration, pc.Object, pc.Device); err != nil || !open {
			return err
		}
	}
	facts := map[string]string{"deviceEnrollmentType": string(d.Kind), "managedDeviceOwnerType": string(d.Owner)}
	text := "The PC was enrolled without a user."
	if d.UPN != "" {
		text = "The PC was enrolled by " + d.UPN + "."
	}
	_, err := e.s.Note(ctx, tx, e.r.Tenant, pc, func(y *Deployment) {
		e.describe(y)
		y.State, y.Failure, y.EnrolledAt = DeploymentInProgress, "", d.EnrolledAt
		y.User, y.UPN, y.DeviceName, y.SerialNumber, y.OSVersion, y.Profile = d.User, d.UPN, d.Name, d.SerialNumber, d.OSVersion, d.Profile
	}, Event{Kind: EventEnrolled, At: d.EnrolledAt, Text: text, Facts: facts})
	return err
}

// describe sets what a deployment says of the PC before it is enrolled.
func (e *enrolment) describe(y *Deployment) {
	y.Kind = "unknown"
	switch {
	case e.registration != nil:
		y.Kind, y.RegisteredAt = "azureADJoinedWithAutopilotProfile", e.registration.CreatedAt
	case e.r.Correlator != "":
		y.Kind = "azureADJoinedWithOfflineAutopilotProfile"
	}
}

// pc is what is known of which PC it is.
func (e *enrolment) pc() PC {
	pc := PC{Object: e.objectID}
	if e.registration != nil {
		pc.Registration = e.registration.ID
	}
	if e.again {
		pc.Device = e.device.ID
	}
	return pc
}

// refuse adds a refusal to the PC's timeline, in a transaction of its own, for
// that of the enrolment was rolled back. One of a PC that nothing is known of
// is a deployment of its own, which ended there.
func (e *enrolment) refuse(ctx context.Context, cause error) {
	refusal, ok := RefusalOf(cause)
	f, _ := fault.As(cause)
	if !ok {
		return
	}
	err := e.s.Store.InTx(ctx, func(tx Tx) error {
		e.reset()
		t := e.r.Tenant
		if e.objectID != "" {
			if _, err := tx.LockDevices(ctx, t, []directory.ObjectID{e.objectID}); err != nil {
				return err
			}
			regs, err := tx.LockRegistrations(ctx, t, []directory.ObjectID{e.objectID})
			if err != nil {
				return err
			}
			if len(regs) > 0 {
				e.registration = &regs[0]
			}
		}
		if err := e.failRegistration(ctx, tx); err != nil {
			return err
		}
		pc, now := e.pc(), e.s.Clock.Now(t)
		event := Event{Kind: EventRefused, At: now, Code: refusal.Code(), Text: f.Message, Facts: map[string]string{"reason": f.Code}}
		if len(f.Details) > 0 {
			event.Remedy = f.Details[0].Remedy
		}
		_, err := e.s.Note(ctx, tx, t, pc, func(y *Deployment) {
			e.describe(y)
			y.State, y.Failure = DeploymentFailure, refusal.Code()+": "+f.Message+" "+event.Remedy
			// The texts may be what was refused.
			y.User, y.UPN, y.DeviceName, y.SerialNumber, y.OSVersion = e.r.User, tame(e.r.UPN, 256), tame(e.r.Name, 256), tame(e.r.Serial, 256), tame(e.r.OSVersion, 64)
			if pc == (PC{}) {
				y.EndedAt = now
			}
		}, event)
		return err
	})
	if err != nil {
		// The PC is told why it was refused all the same.
		e.s.Log.ErrorContext(ctx, "note a refused enrolment", slog.Any("error", err))
	}
}

// failRegistration tells in the registration of a PC that is not enrolled that
// it tried.
func (e *enrolment) failRegistration(ctx context.Context, tx Tx) error {
	if e.registration == nil || e.registration.Enrollment == autopilot.EnrollmentEnrolled {
		return nil
	}
	g := *e.registration
	g.Enrollment, g.LastContact = autopilot.EnrollmentFailed, e.s.Clock.Now(e.r.Tenant)
	return tx.UpdateRegistration(ctx, e.r.Tenant, g)
}
