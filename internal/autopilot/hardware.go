package autopilot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// ReportHardware takes the hardware hash a registered PC has today. A change of
// hardware makes the device Fix pending; at its next check-in, which is the
// next report, the new hardware is registered in place of the old, or, if that
// cannot be done, the device becomes Attention required and stays so until it
// is deregistered and registered again.
//
//	state \ report         same          hardware change             another device
//	none                   none          Fix pending                 Attention required
//	Fix pending            none          re-registered: none,        Attention required
//	                                     taken by another: Attention required
//	Attention required     unchanged     unchanged                   unchanged
//
// A PC that was registered by its serial number has no hash to compare with: the
// first one that is reported, and has that serial number, becomes its hash.
//
// The hash that was reported is kept as long as the status is one of these two,
// so that Explain can tell which parts differ.
func (s *Service) ReportHardware(ctx context.Context, t directory.TenantID, id DeviceID, text string) (Device, error) {
	h, err := ParseHash("hardwareIdentifier", text)
	if err != nil {
		return Device{}, err
	}
	return s.reportHash(ctx, t, id, h)
}

func (s *Service) reportHash(ctx context.Context, t directory.TenantID, id DeviceID, h *hwhash.Hash) (Device, error) {
	first, err := s.report(ctx, t, id, h, false)
	f, ok := fault.As(err)
	switch {
	case ok && f.Code == "HardwareTaken":
		_, err = s.report(ctx, t, id, h, true)
	case ok && f.Code == codeHardwareRegistered:
		s.foreign.add(t, s.Clock.Real(), 1)
	}
	if err != nil {
		return Device{}, fault.Wrap("report hardware", err)
	}
	if first != "" {
		s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{first})
	}
	d, err := s.Store.GetRegisteredDevice(ctx, t, id)
	return d, fault.Wrap("read device", err)
}

// ParseHash parses a hardware hash that came in the named property.
func ParseHash(property, text string) (*hwhash.Hash, error) {
	h, err := hwhash.Parse(text)
	if err == nil {
		return h, nil
	}
	if e, ok := errors.AsType[*hwhash.Error](err); ok {
		return nil, fault.Field(fault.Invalid, e.Code, property, e.Message, e.Remedy)
	}
	return nil, fault.Wrap("parse hardware hash", err)
}

// report compares and stores; first is the device object of a registration
// whose first hash this was.
func (s *Service) report(ctx context.Context, t directory.TenantID, id DeviceID, h *hwhash.Hash, taken bool) (first directory.ObjectID, err error) {
	err = s.withDevice(ctx, t, id, 0, func(tx Tx, d Device, o directory.Device) error {
		first = ""
		if d.Remediation == RemediationManual {
			return nil
		}
		stored, err := tx.HashOf(ctx, t, id)
		if err != nil {
			return err
		}
		if len(stored) == 0 {
			first = d.Object
			return s.firstHash(ctx, tx, t, hashless{d, o}, h)
		}
		registered, err := hwhash.ParseBytes(stored)
		if err != nil {
			return fmt.Errorf("parse registered hash of %s: %w", id, err)
		}
		cmp := hwhash.Compare(registered, h)
		var next RemediationState
		var keep []byte
		switch {
		case cmp.Verdict == hwhash.AnotherDevice, taken:
			next, keep = RemediationManual, h.Raw()
		case cmp.Verdict == hwhash.Same:
			next = RemediationNone
		case d.Remediation == RemediationAutomatic:
			if err := tx.ReplaceHash(ctx, t, Registration{Device: d, Hash: h.Raw(), Claims: ClaimsOf(h)}); err != nil {
				return err
			}
			next = RemediationNone
		default:
			next, keep = RemediationAutomatic, h.Raw()
		}
		if next == d.Remediation && keep == nil {
			return nil
		}
		if err := tx.SaveReport(ctx, t, id, keep, s.Clock.Now(t)); err != nil {
			return err
		}
		was := d.Remediation
		d.Remediation, d.RemediationAt = next, s.Clock.Now(t)
		if err := tx.UpdateRegistration(ctx, t, d); err != nil {
			return err
		}
		var parts []string
		for _, c := range cmp.Changed {
			parts = append(parts, c.Name)
		}
		return s.audit(ctx, tx, t, "Report hardware", "windowsAutopilotDeviceIdentity", string(id), d.SerialNumber,
			directory.Change{Property: "remediationState", Old: string(was), New: string(next)}, directory.Change{Property: "hardware", New: strings.Join(parts, ", ")})
	})
	return first, err
}
