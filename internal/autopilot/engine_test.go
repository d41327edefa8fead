package autopilot_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// oneDevice is a store that holds one registered device. A transaction sees
// what others of its group wrote, as SQLite's group commit lets it, and fails
// with all of them when lost is set.
type oneDevice struct {
	autopilot.Store
	lost    error
	version int64
	profile autopilot.ProfileID // assigned to All devices
	decided autopilot.ProfileID
}

func (s *oneDevice) InTx(_ context.Context, fn func(autopilot.Tx) error) error {
	was := s.decided
	err := fn(&oneDeviceTx{s: s})
	if err == nil {
		err = s.lost
	}
	if err != nil {
		s.decided = was
	}
	return err
}

type oneDeviceTx struct {
	autopilot.Tx
	s *oneDevice
}

const (
	tenant = directory.TenantID("00000000-0000-4000-8000-000000000001")
	object = directory.ObjectID("00000000-0000-4000-8000-000000000002")
)

func (tx *oneDeviceTx) ConfigVersion(context.Context, directory.TenantID) (int64, error) {
	return tx.s.version, nil
}

func (tx *oneDeviceTx) RuleGroups(context.Context, directory.TenantID) ([]directory.Group, error) {
	return nil, nil
}

func (tx *oneDeviceTx) ConfigRows(context.Context, directory.TenantID) ([]autopilot.Profile, []autopilot.Assignment, error) {
	p := autopilot.Profile{ID: tx.s.profile, DeviceType: autopilot.TypeWindowsPC}
	return []autopilot.Profile{p}, []autopilot.Assignment{{Profile: p.ID, Target: autopilot.TargetAllDevices}}, nil
}

func (tx *oneDeviceTx) LockDevices(context.Context, directory.TenantID, []directory.ObjectID) ([]directory.Device, error) {
	return []directory.Device{{ID: object}}, nil
}

func (tx *oneDeviceTx) MarksOf(context.Context, directory.TenantID, directory.Topic, []directory.ObjectID) ([]directory.Mark, error) {
	return nil, nil
}

func (tx *oneDeviceTx) LockRegistrations(context.Context, directory.TenantID, []directory.ObjectID) ([]autopilot.Device, error) {
	return []autopilot.Device{{ID: "r", Object: object, Type: autopilot.TypeWindowsPC, Profile: tx.s.decided}}, nil
}

func (tx *oneDeviceTx) MembershipsOf(context.Context, directory.TenantID, []directory.ObjectID) ([]directory.Membership, error) {
	return nil, nil
}

func (tx *oneDeviceTx) ApplyMemberships(context.Context, directory.TenantID, []directory.Membership, []directory.Membership) error {
	return nil
}

func (tx *oneDeviceTx) ApplyDecisions(_ context.Context, _ directory.TenantID, ds []autopilot.Device) error {
	for i := range ds {
		tx.s.decided = ds[i].Profile
	}
	return nil
}

func (tx *oneDeviceTx) ClearMarks(context.Context, []directory.Mark) error { return nil }

type stillClock struct{}

func (stillClock) Now(directory.TenantID) time.Time { return time.Unix(1_800_000_000, 0) }
func (stillClock) Real() time.Time                  { return time.Unix(1_800_000_000, 0) }

func TestAConfigurationThatWasRolledBackIsNotDecidedWith(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		look func(e *autopilot.Engine) error
	}{
		{"seen while settling", func(e *autopilot.Engine) error {
			return e.Settle(context.Background(), tenant, directory.TopicDevice, []directory.ObjectID{object})
		}},
		{"seen while walking a fill", func(e *autopilot.Engine) error {
			f := directory.Fill{Tenant: tenant, Scope: directory.ScopeRegistered}
			_, err := e.RunFill(context.Background(), &f, e.Lease(), 0)
			return err
		}},
		{"seen while verifying", func(e *autopilot.Engine) error {
			_, _, err := e.VerifyObjects(context.Background(), tenant, directory.TopicDevice, []directory.ObjectID{object})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lost := errors.New("the shared transaction was rolled back")
			s := &oneDevice{version: 2, profile: "rolled back", lost: lost}
			e := &autopilot.Engine{Store: s, Clock: stillClock{}, Lease: func() directory.Lease { return directory.Lease{Token: "a"} }, Log: slog.New(slog.DiscardHandler), Bound: time.Minute}
			if err := c.look(e); !errors.Is(err, lost) {
				t.Fatalf("the lost transaction ended with %v", err)
			}
			s.lost, s.profile = nil, "committed"
			if err := e.Settle(context.Background(), tenant, directory.TopicDevice, []directory.ObjectID{object}); err != nil {
				t.Fatal(err)
			}
			if s.decided != "committed" {
				t.Errorf("the device was decided with the profile %q", s.decided)
			}
		})
	}
}

func (tx *oneDeviceTx) PageRegistered(context.Context, directory.TenantID, directory.ObjectID, int) ([]directory.ObjectID, error) {
	return []directory.ObjectID{object}, nil
}

func (tx *oneDeviceTx) CloseFill(context.Context, directory.Fill, directory.Lease) error { return nil }
