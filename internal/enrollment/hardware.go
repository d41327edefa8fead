package enrollment

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// hardwareEvery is how long what a PC reported about its parts is believed.
const hardwareEvery = 24 * time.Hour

// Registrations registers hardware; autopilot.Service does.
type Registrations interface {
	ReportHardware(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, hash string) (autopilot.Device, error)
	Convert(ctx context.Context, t directory.TenantID, object directory.ObjectID, managedDevice, hash string) (autopilot.Device, error)
}

// Hardware asks PCs for the hardware hash they have today. Of a registered PC
// it goes to the registration: a change of parts makes it Fix pending and, at
// the next report, registered anew. A company's PC that is not registered is
// converted when a profile with Convert all targeted devices reaches it. What
// comes here came over the PC's authenticated channel; a PC can only ever
// report about the registration that its own device object stands under.
type Hardware struct {
	Service       *Service
	Registrations Registrations
}

const (
	ofReport  = "report"
	ofConvert = "convert"
)

// Plan implements CommandOwner.
func (o *Hardware) Plan(ctx context.Context, tx Tx, v *Visit) error {
	if !v.Begins || v.Device.Object == "" {
		return nil
	}
	registered, ok, err := o.registration(ctx, v)
	if err != nil {
		return err
	}
	of := ofReport
	if !ok {
		wanted, err := o.converts(ctx, tx, v)
		if err != nil || !wanted {
			return err
		}
		of = ofConvert
	}
	last, asked, err := tx.LastCommand(ctx, v.Tenant, v.Device.ID, "hardware:"+nodeHardwareHash)
	if err != nil {
		return err
	}
	if asked && registered.Remediation != autopilot.RemediationAutomatic && v.Now.Before(last.CreatedAt.Add(hardwareEvery)) {
		return nil
	}
	cs := []Command{o.Service.command(v, OwnerHardware, of, "hardware:"+nodeHardwareHash, Operation{Verb: Get, URI: nodeHardwareHash})}
	if of == ofReport {
		cs = append(cs, o.Service.command(v, OwnerHardware, of, "hardware:"+nodeMismatch, Operation{Verb: Get, URI: nodeMismatch}))
	}
	_, err = tx.Queue(ctx, v.Tenant, cs)
	return err
}

// registration is the one the PC was enrolled or converted under. It is read
// beside the message's transaction: nothing is decided by it that a later report
// would not mend.
func (o *Hardware) registration(ctx context.Context, v *Visit) (autopilot.Device, bool, error) {
	if v.Device.Registered == "" {
		return autopilot.Device{}, false, nil
	}
	d, err := o.Service.Autopilot.GetRegisteredDevice(ctx, v.Tenant, v.Device.Registered)
	if fault.Is(err, fault.NotFound) {
		return d, false, nil
	}
	return d, err == nil && d.Object == v.Device.Object, err
}

// converts reports whether a profile that is assigned to one of the PC's groups
// wants it registered. All devices are the registered ones, so that target
// converts nobody.
func (o *Hardware) converts(ctx context.Context, tx Tx, v *Visit) (bool, error) {
	if v.Device.Owner != OwnerCompany {
		return false, nil
	}
	profiles, assignments, err := tx.ConfigRows(ctx, v.Tenant)
	if err != nil || !slices.ContainsFunc(profiles, func(p autopilot.Profile) bool { return p.ConvertToAutopilot }) {
		return false, err
	}
	memberships, err := tx.MembershipsOf(ctx, v.Tenant, []directory.ObjectID{v.Device.Object})
	if err != nil {
		return false, err
	}
	var set autopilot.GroupSet
	for _, m := range memberships {
		set = append(set, m.Group)
	}
	slices.Sort(set)
	for i := range profiles {
		if profiles[i].ConvertToAutopilot && targeted(set, profiles[i].ID, assignments) {
			return true, nil
		}
	}
	return false, nil
}

// targeted reports whether a profile's groups hold the PC; exclusion beats
// inclusion.
func targeted(set autopilot.GroupSet, p autopilot.ProfileID, assignments []autopilot.Assignment) bool {
	in := false
	for _, a := range assignments {
		if a.Profile != p || !set.Has(a.Group) {
			continue
		}
		switch a.Target {
		case autopilot.TargetExclusion:
			return false
		case autopilot.TargetGroup:
			in = true
		case autopilot.TargetAllDevices:
		}
	}
	return in
}

// mismatch is the value of HardwareMismatchRemediationData: base64 of JSON.
type mismatch struct {
	CurrentHardwareBlob string `json:"CurrentHardwareBlob"`
}

// Ended implements CommandOwner.
func (o *Hardware) Ended(_ context.Context, _ Tx, v *Visit, c *Command) error {
	hash := c.value()
	if c.Op.URI == nodeMismatch {
		hash = currentBlob(hash)
	}
	if c.State != Done || hash == "" || o.Registrations == nil {
		return nil
	}
	of := c.Of
	v.Later = append(v.Later, func(ctx context.Context) error {
		ctx = directory.WithActor(ctx, v.actor())
		if of == ofConvert {
			return o.convert(ctx, v, hash)
		}
		return o.report(ctx, v, hash)
	})
	return nil
}

// currentBlob is the hash inside the mismatch data; "" when there is none.
func currentBlob(data string) string {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		raw = []byte(data)
	}
	var m mismatch
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	return m.CurrentHardwareBlob
}

func (o *Hardware) report(ctx context.Context, v *Visit, hash string) error {
	before, ok, err := o.registration(ctx, v)
	if err != nil || !ok {
		return err
	}
	d, err := o.Registrations.ReportHardware(ctx, v.Tenant, before.ID, hash)
	if err != nil || d.Remediation == before.Remediation {
		return err
	}
	said := map[autopilot.RemediationState]string{
		autopilot.RemediationAutomatic: "The PC reported other parts than the registered ones; they are registered at its next report.",
		autopilot.RemediationNone:      "The PC's present parts are registered.",
		autopilot.RemediationManual:    "The PC reported the parts of another device, so they were not registered.",
	}[d.Remediation]
	return o.Service.Store.InTx(ctx, func(tx Tx) error {
		_, err := o.Service.NoteLast(ctx, tx, v.Tenant, PC{Registration: d.ID, Object: d.Object, Device: v.Device.ID}, nil,
			Event{Kind: EventHardware, Text: said, Code: string(d.Remediation)})
		return err
	})
}

func (o *Hardware) convert(ctx context.Context, v *Visit, hash string) error {
	made, err := o.Registrations.Convert(ctx, v.Tenant, v.Device.Object, string(v.Device.ID), hash)
	if err != nil {
		return err
	}
	return o.Service.Store.InTx(ctx, func(tx Tx) error {
		d, err := tx.LockManagedDevice(ctx, v.Tenant, v.Device.ID)
		if err != nil {
			return err
		}
		d.Registered = made.ID
		return tx.UpdateManagedDevice(ctx, v.Tenant, d)
	})
}
