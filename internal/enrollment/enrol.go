package enrollment

import (
	"context"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Enrol takes a PC into management, or takes one that is there anew: its older
// certificates, its sessions and what it was told before end then. Who may is
// decided with the person locked, so that enrolments at once cannot pass the
// device limit together. The device object's groups and what follows from them
// are settled before the call returns.
//
// Refusals: see [RefusalOf]. Each leaves a line in the PC's timeline.
func (s *Service) Enrol(ctx context.Context, r EnrolRequest) (Enrolled, error) {
	e, err := s.openEnrolment(ctx, &r)
	if err == nil {
		err = s.Store.InTx(ctx, func(tx Tx) error {
			e.reset()
			return e.run(ctx, &enrolTx{Tx: tx})
		})
	}
	if err != nil {
		e.refuse(ctx, err)
		return Enrolled{}, fault.Wrap("enrol", err)
	}
	if e.object != nil {
		s.Settler.SettleObjects(ctx, r.Tenant, directory.TopicDevice, []directory.ObjectID{e.object.ID})
	}
	return e.out, nil
}

// enrolment is one run of Enrol. What is below found is as the transaction
// found it.
type enrolment struct {
	s         *Service
	r         *EnrolRequest
	public    *rsa.PublicKey
	authority *authority
	rules     rules
	objectID  directory.ObjectID
	ahead     ahead

	found
}

type found struct {
	object       *directory.Device
	user         *directory.User
	registration *autopilot.Device
	candidate    candidate
	device       Device
	again        bool // the PC had a row
	out          Enrolled
}

func (e *enrolment) reset() { e.found = found{} }

// openEnrolment checks the request and reads what the transaction need not
// hold. The enrolment is good for refuse whatever the error.
func (s *Service) openEnrolment(ctx context.Context, r *EnrolRequest) (*enrolment, error) {
	e := &enrolment{s: s, r: r}
	err := r.check()
	if err != nil {
		return e, err
	}
	if e.public, err = checkCSR(r.CSR); err != nil {
		return e, err
	}
	if r.EntraDevice != "" {
		o, err := s.Joins.FindDevice(ctx, r.Tenant, r.EntraDevice)
		if fault.Is(err, fault.NotFound) {
			return e, deviceUnknown()
		}
		if err != nil {
			return e, fault.Wrap("find the device object", err)
		}
		e.objectID = o.ID
	}
	b, err := s.Store.GetBasis(ctx, r.Tenant)
	if err != nil {
		return e, err
	}
	e.rules.settings, e.rules.mdm, e.rules.mam = b.Settings, b.MDM, b.MAM
	if e.authority, err = s.authorityOf(ctx, r.Tenant, b.Authority); err != nil {
		return e, err
	}
	return e, e.certifyAhead(ctx)
}

// run does the enrolment inside its transaction, in lock order.
func (e *enrolment) run(ctx context.Context, tx Tx) error {
	for _, step := range []func(context.Context, Tx) error{e.lockObject, e.lockUser, e.lockRegistration, e.lockDevice, e.admit, e.write} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (e *enrolment) lockObject(ctx context.Context, tx Tx) error {
	if e.objectID == "" {
		return nil
	}
	found, err := tx.LockDevices(ctx, e.r.Tenant, []directory.ObjectID{e.objectID})
	if err != nil {
		return err
	}
	if len(found) == 0 || !found[0].Joined() {
		return deviceUnknown()
	}
	e.object = &found[0]
	if !e.object.AccountEnabled {
		return denied(directory.CodeDeviceDisabled, "device", "The device is disabled.", "Ask an administrator to enable it.")
	}
	return nil
}

func deviceUnknown() error {
	return denied(CodeDeviceUnknown, "device", "The device that signed in is not in the directory: it was deleted or has left.", "Join the PC to the directory again.")
}

func (e *enrolment) lockUser(ctx context.Context, tx Tx) error {
	if e.r.User == "" {
		if e.r.Kind == KindBulk {
			return nil
		}
		return userUnknown(e.r.UPN)
	}
	users, err := tx.LockUsers(ctx, e.r.Tenant, []directory.ObjectID{e.r.User})
	if err != nil {
		return err
	}
	if len(users) == 0 {
		return userUnknown(e.r.UPN)
	}
	e.user = &users[0]
	return nil
}

func userUnknown(upn string) error {
	return denied(CodeUserUnknown, "user", "There is no user '"+upn+"' in this tenant.", "Enrol with an account of the organisation.")
}

// lockRegistration finds the registration that stands on the device object the
// PC signed in with. The registration id, serial number and hardware id that
// come over the wire prove nothing.
func (e *enrolment) lockRegistration(ctx context.Context, tx Tx) error {
	if e.object == nil {
		return nil
	}
	regs, err := tx.LockRegistrations(ctx, e.r.Tenant, []directory.ObjectID{e.object.ID})
	if err == nil && len(regs) > 0 {
		e.registration = &regs[0]
	}
	return err
}

// lockDevice finds the row that the PC has had: that of its device object, or
// one with the same hardware that has no device object any more, or never had.
// Anybody can send any hardware id, so that one has to be the same person's, or
// of the hardware that the PC is registered with.
func (e *enrolment) lockDevice(ctx context.Context, tx Tx) error {
	var rows []Device
	var err error
	if e.object != nil {
		if rows, err = tx.FindManagedDevices(ctx, e.r.Tenant, e.object.ID, ""); err != nil {
			return err
		}
	}
	if len(rows) == 0 && e.r.HardwareID != "" {
		if rows, err = tx.FindManagedDevices(ctx, e.r.Tenant, "", e.r.HardwareID); err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(d Device) bool { return !e.owns(&d) })
	}
	e.device = Device{ID: e.ahead.id}
	if len(rows) == 0 && e.ahead.known {
		e.device.ID = DeviceID(e.s.NewID()) // its row went meanwhile
	}
	for i := range rows { // in order of id: the newest, a living one before others
		if !e.again || rows[i].State.Live() || !e.device.State.Live() {
			e.device, e.again = rows[i], true
		}
	}
	return nil
}

// owns reports whether a row without a device object is this PC's: its
// registration was deleted, or its device object, and it has joined anew. What
// a registration says of the hardware was read from the registered hash.
func (e *enrolment) owns(d *Device) bool {
	g := e.registration
	return d.User != "" && d.User == e.r.User || g != nil && d.Registered != "" && d.SerialNumber != "" && d.SerialNumber == g.SerialNumber
}

func (e *enrolment) admit(ctx context.Context, tx Tx) error {
	t := e.r.Tenant
	c := &e.candidate
	*c = candidate{kind: e.kind(), proof: e.r.Proof, user: e.user, registered: e.registration != nil, osVersion: e.r.OSVersion}
	var err error
	if e.registration != nil && e.registration.UserPrincipalName != "" {
		c.assigned = e.registration.UserPrincipalName
		if e.rules.join, err = tx.JoinPolicyNow(ctx, t); err != nil {
			return err
		}
	}
	if e.user != nil {
		if c.groups, err = tx.GroupsAround(ctx, t, e.user.ID); err != nil {
			return err
		}
		if c.enrolled, err = tx.CountManagedDevices(ctx, t, e.user.ID, e.device.ID); err != nil {
			return err
		}
	}
	if e.rules.restriction, err = e.s.RestrictionFor(ctx, tx, t, e.r.User); err != nil {
		return err
	}
	if e.rules.limit, err = e.s.LimitFor(ctx, tx, t, e.r.User); err != nil {
		return err
	}
	return e.rules.admit(c)
}

// kind is how the PC came in: how it stands in the directory decides over what
// it says of itself.
func (e *enrolment) kind() Kind {
	switch {
	case e.r.Kind == KindBulk || e.object == nil:
		return e.r.Kind
	case e.object.TrustType == directory.TrustWorkplace:
		return KindAutomatic
	default:
		return KindEntraJoin
	}
}

// profile is the name of the deployment profile that the PC was set up with.
// PCs with a profile in a file tell its correlation id (Autopilot for existing
// devices).
func (e *enrolment) profile() string {
	switch {
	case e.registration != nil:
		return e.registration.ProfileName
	case isGUID(strings.ToLower(e.r.Correlator)):
		return "OfflineAutopilotprofile-" + strings.ToLower(e.r.Correlator)
	default:
		return ""
	}
}

func (r *EnrolRequest) check() error {
	for _, text := range []struct {
		name, value string
		most        int
	}{
		{"DeviceID", r.WireID, 256},
		{"HWDevID", r.HardwareID, 256},
		{"DeviceName", r.Name, 256},
		{"OSVersion", r.OSVersion, 64},
		{"OSEdition", r.OSEdition, 64},
		{"Manufacturer", r.Manufacturer, 256},
		{"DeviceModel", r.Model, 256},
		{"SerialNumber", r.Serial, 256},
		{"ZeroTouchProvisioning", r.ZTDID, 64},
		{"OfflineAutoPilotEnrollmentCorrelator", r.Correlator, 64},
		{"MAC", strings.Join(r.MACs, ","), 2048},
	} {
		if text.value != tame(text.value, text.most) {
			return fault.Field(fault.Invalid, CodeInvalidData, text.name, fmt.Sprintf("The item %s has at most %d printable characters.", text.name, text.most), "Send the PC's own value.")
		}
	}
	return nil
}

// tame is a text without what cannot be shown, and not longer than most.
func tame(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return -1
		}
		return c
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
