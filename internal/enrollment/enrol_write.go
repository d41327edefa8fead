package enrollment

import (
	"context"
	"maps"
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// Attributes of a device object under their names in the rule language.
const (
	attributeManagement = "managementType"
	attributeMDMApp     = "deviceManagementAppId"
	attributeProfile    = "enrollmentProfileName"
	attributeMaker      = "deviceManufacturer"
	attributeModel      = "deviceModel"
)

// managementType is what the device object of a managed PC says (Graph:
// device.managementType).
const managementType = "MDM"

// write stores the enrolment.
func (e *enrolment) write(ctx context.Context, tx Tx) error {
	t, s := e.r.Tenant, e.s
	var was Device
	if e.again {
		was = e.device
	}
	if err := e.fill(); err != nil {
		return err
	}
	d := &e.device
	k, leaf, err := e.certificate()
	if err != nil {
		return err
	}
	d.CertEnds = k.NotAfter
	if e.again {
		if err := s.forget(ctx, tx, t, d.ID); err != nil {
			return err
		}
	}
	if err := s.hear(ctx, tx, t, d, e.again); err != nil {
		return err
	}
	if e.again {
		if err = tx.UpdateManagedDevice(ctx, t, *d); err == nil {
			d.Version++
		}
	} else {
		err = tx.CreateManagedDevice(ctx, t, *d)
	}
	if err != nil {
		return err
	}
	if err := tx.AddCertificate(ctx, t, k); err != nil {
		return err
	}
	if err := e.writeObject(ctx, tx); err != nil {
		return err
	}
	if err := e.writeRegistration(ctx, tx); err != nil {
		return err
	}
	if err := e.noteEnrolled(ctx, tx); err != nil {
		return err
	}
	digest := s.DigestOf(t, d)
	e.out = Enrolled{
		Device: *d, Root: e.authority.root.Raw, Issuing: e.authority.issuing.Raw, Leaf: leaf.Raw,
		ClientName: digest.ClientName, ClientSecret: digest.ClientSecret, ClientNonce: d.Nonce,
		ServerName: digest.ServerName, ServerSecret: digest.ServerSecret, ServerNonce: digest.ServerNonce, Poll: DefaultPoll(d.ID),
	}
	return s.audit(ctx, tx, t, "Enroll device", auditDevice, string(d.ID), d.Name, managedChanges(&was, d)...)
}

// fill makes the row of the new enrolment. Of an earlier one only the ids stay.
func (e *enrolment) fill() error {
	nonce, err := newNonce()
	if err != nil {
		return err
	}
	r := e.r
	now := e.s.Clock.Now(r.Tenant).Truncate(time.Microsecond)
	d := Device{
		ID: e.device.ID, Version: max(e.device.Version, 1), Kind: e.candidate.kind, Proof: r.Proof, Owner: e.candidate.owner(), State: Managed, Profile: e.profile(),
		UPN: r.UPN, Name: r.Name, SerialNumber: r.Serial, Manufacturer: r.Manufacturer, Model: r.Model, OSVersion: r.OSVersion,
		WireID: r.WireID, HardwareID: r.HardwareID, Machine: r.Machine, InOOBE: r.InOOBE, Correlator: r.Correlator,
		Nonce: nonce, EnrolledAt: now, Inventory: map[string]string{},
	}
	for name, value := range map[string]string{"OSEdition": r.OSEdition, "MAC": strings.Join(r.MACs, ",")} {
		if value != "" {
			d.Inventory[name] = value
		}
	}
	if e.user != nil {
		d.User, d.UPN, d.UserName = e.user.ID, e.user.UserPrincipalName, e.user.DisplayName
	}
	if o := e.object; o != nil {
		d.Object, d.EntraID = o.ID, o.DeviceID
		if d.Name == "" {
			d.Name = o.DisplayName
		}
	}
	if g := e.registration; g != nil {
		// What was read from the registered hardware hash counts.
		d.Registered, d.SerialNumber, d.Manufacturer, d.Model = g.ID, g.SerialNumber, g.Manufacturer, g.Model
	}
	e.device = d
	return nil
}

// forget ends what belonged to an earlier enrolment: certificates, sessions,
// commands and what became of policies, which are all sent again.
func (s *Service) forget(ctx context.Context, tx Tx, t directory.TenantID, id DeviceID) error {
	if err := s.end(ctx, tx, t, id); err != nil {
		return err
	}
	states, err := tx.StatesOf(ctx, t, id)
	if err != nil {
		return err
	}
	for i := range states {
		if err := tx.DeleteState(ctx, t, id, states[i].Policy, states[i].User); err != nil {
			return err
		}
	}
	return nil
}

// end takes from a PC what it could still come in with, and cancels what it was
// to be told.
func (s *Service) end(ctx context.Context, tx Tx, t directory.TenantID, id DeviceID) error {
	if err := tx.RevokeCertificates(ctx, t, id, nil, s.Clock.Real()); err != nil {
		return err
	}
	if err := tx.DeleteMDMSessions(ctx, t, id); err != nil {
		return err
	}
	_, err := tx.CancelCommands(ctx, t, id, "", "", s.Clock.Real())
	return err
}

// hear tells the owners that want to know.
func (s *Service) hear(ctx context.Context, tx Tx, t directory.TenantID, d *Device, again bool) error {
	for _, kind := range planOrder {
		if h, ok := s.Owners[kind].(EnrolmentHearer); ok {
			if err := h.Enrolled(ctx, tx, t, d, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeObject makes the device object say that the PC is managed. Its groups
// follow from the mark.
func (e *enrolment) writeObject(ctx context.Context, tx Tx) error {
	if e.object == nil {
		return nil
	}
	o, d := *e.object, &e.device
	o.Attributes = maps.Clone(o.Attributes)
	if o.Attributes == nil {
		o.Attributes = map[string]string{}
	}
	o.DeviceOwnership = "Personal"
	if d.Owner == OwnerCompany {
		o.DeviceOwnership = "Company"
	}
	setAttribute(o.Attributes, attributeManagement, managementType)
	setAttribute(o.Attributes, attributeMDMApp, autopilot.MDMAppID)
	setAttribute(o.Attributes, attributeProfile, d.Profile)
	if d.Manufacturer != "" {
		o.Attributes[attributeMaker] = d.Manufacturer
	}
	if d.Model != "" {
		o.Attributes[attributeModel] = d.Model
	}
	if d.OSVersion != "" {
		o.OperatingSystemVersion = d.OSVersion
	}
	if o.OperatingSystem == "" {
		o.OperatingSystem = "Windows"
	}
	o.LastSeen = d.EnrolledAt
	return e.s.putObject(ctx, tx, e.r.Tenant, o)
}

func (s *Service) putObject(ctx context.Context, tx Tx, t directory.TenantID, o directory.Device) error {
	if err := tx.UpdateDevice(ctx, t, o); err != nil {
		return err
	}
	return tx.MarkDirty(ctx, t, directory.TopicDevice, []directory.ObjectID{o.ID}, 0, s.Lease())
}

// setAttribute sets a property; none is not stored.
func setAttribute(attributes map[string]string, name, value string) {
	if value == "" {
		delete(attributes, name)
		return
	}
	attributes[name] = value
}

func (e *enrolment) writeRegistration(ctx context.Context, tx Tx) error {
	if e.registration == nil {
		return nil
	}
	g := *e.registration
	g.ManagedDeviceID, g.Enrollment, g.LastContact = string(e.device.ID), autopilot.EnrollmentEnrolled, e.device.EnrolledAt
	return tx.UpdateRegistration(ctx, e.r.Tenant, g)
}

func managedChanges(was, is *Device) []directory.Change {
	var d directory.Differences
	d.Text("managementState", string(was.State), string(is.State))
	d.Text("deviceEnrollmentType", string(was.Kind), string(is.Kind))
	d.Text("managedDeviceOwnerType", string(was.Owner), string(is.Owner))
	d.Text("userPrincipalName", was.UPN, is.UPN)
	d.Text("serialNumber", was.SerialNumber, is.SerialNumber)
	d.Text("enrollmentProfileName", was.Profile, is.Profile)
	d.Text("azureADDeviceId", string(was.EntraID), string(is.EntraID))
	return d.List
}
