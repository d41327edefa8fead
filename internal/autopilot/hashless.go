package autopilot

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// maxHardwareText is the longest serial number, manufacturer, model, product
// key or order number, in characters.
const maxHardwareText = 256

// NewDevice is a PC to register by its serial number, without a hardware hash.
//
// Such a registration is decided about like any other, and no PC gets anything
// by it: a serial number is printed on the box and proves nothing. So it takes
// no key that another tenant could miss, and no PC is recognised by it until
// its hash comes, by an import of the same serial number or by ReportHardware.
type NewDevice struct {
	SerialNumber  string
	Manufacturer  string
	Model         string
	ProductKey    string
	PurchaseOrder string
	Change        DeviceChange // what is set at once
}

// SerialHolder is a registration found by its serial number.
type SerialHolder struct {
	Serial  string
	Device  DeviceID
	Object  directory.ObjectID
	HasHash bool
}

func (n *NewDevice) validate() error {
	for _, p := range []struct {
		name string
		text *string
	}{
		{"serialNumber", &n.SerialNumber},
		{"manufacturer", &n.Manufacturer},
		{"model", &n.Model},
		{"productKey", &n.ProductKey},
		{"purchaseOrderIdentifier", &n.PurchaseOrder},
	} {
		*p.text = strings.TrimSpace(*p.text)
		if utf8.RuneCountInString(*p.text) > maxHardwareText || strings.ContainsFunc(*p.text, unicode.IsControl) {
			return fault.Field(fault.Invalid, "InvalidText", p.name, fmt.Sprintf("The property %s is longer than %d characters or holds a control character.", p.name, maxHardwareText), "Send it as it stands on the PC.")
		}
	}
	if n.SerialNumber == "" {
		return fault.Field(fault.Invalid, "SerialNumberRequired", "serialNumber", "A required property 'serialNumber' is missing.", "Send the serial number of the PC.")
	}
	return n.Change.validate()
}

// RegisterSerial registers a PC by its serial number. One that is registered in
// the tenant already is fault.Conflict with code ZtdDeviceAlreadyAssigned.
func (s *Service) RegisterSerial(ctx context.Context, t directory.TenantID, n NewDevice) (Device, error) {
	if err := n.validate(); err != nil {
		return Device{}, err
	}
	facts := &hwhash.Hash{Hardware: hwhash.Hardware{SystemSerial: n.SerialNumber, SystemManufacturer: n.Manufacturer, ProductName: n.Model}}
	r := s.registration(t, candidate{
		result: &ImportedDevice{ProductKey: n.ProductKey}, row: &ImportRow{PurchaseOrder: n.PurchaseOrder}, hash: facts,
		claims: []Claim{{Key: claimKey(claimTenantSerial, string(t), n.SerialNumber), Exclusive: true}},
	})
	err := s.Store.InTx(ctx, func(tx Tx) error {
		there, err := tx.BySerial(ctx, t, []string{n.SerialNumber})
		if err != nil {
			return err
		}
		held, err := tx.Claim(ctx, t, []Registration{r})
		if err != nil {
			return err
		}
		if len(there)+len(held) > 0 {
			return fault.Field(fault.Conflict, hwhash.CodeName(codeAlreadyAssigned), "serialNumber", "A PC with the serial number '"+n.SerialNumber+"' is registered in this tenant already.", "Leave it as it is, or delete that registration first.")
		}
		made := r
		if err := s.apply(ctx, tx, t, &made.Device, n.Change); err != nil {
			return err
		}
		if err := tx.CreateDevices(ctx, t, []directory.Device{deviceObject(&made.Device)}); err != nil {
			return err
		}
		if err := tx.CreateRegistrations(ctx, t, []Registration{made}); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, directory.TopicDevice, []directory.ObjectID{r.Object}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Register Autopilot device by serial number", "windowsAutopilotDeviceIdentity", string(r.ID), r.SerialNumber)
	})
	if err != nil {
		return Device{}, fault.Wrap("register device", err)
	}
	s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{r.Object})
	d, err := s.Store.GetRegisteredDevice(ctx, t, r.ID)
	return d, fault.Wrap("read device", err)
}

// hashless is a registration that waits for its hash, locked with its object.
type hashless struct {
	device Device
	object directory.Device
}

// lockHashless locks the registrations without a hash that these rows are of,
// by their serial number in lower case.
func (s *Service) lockHashless(ctx context.Context, tx Tx, t directory.TenantID, rows []candidate) (map[string]hashless, error) {
	serials := make([]string, len(rows))
	for i := range rows {
		serials[i] = strings.TrimSpace(rows[i].hash.SystemSerial)
	}
	there, err := tx.BySerial(ctx, t, serials)
	if err != nil {
		return nil, err
	}
	var ids []directory.ObjectID
	for _, h := range there {
		if !h.HasHash {
			ids = append(ids, h.Object)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	objects, err := tx.LockDevices(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	regs, err := tx.LockRegistrations(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	byID := map[directory.ObjectID]directory.Device{}
	for i := range objects {
		byID[objects[i].ID] = objects[i]
	}
	waiting := map[string]hashless{}
	for i := range regs {
		stored, err := tx.HashOf(ctx, t, regs[i].ID) // another import may have been faster
		if err != nil {
			return nil, err
		}
		if o, ok := byID[regs[i].Object]; ok && len(stored) == 0 {
			waiting[strings.ToLower(regs[i].SerialNumber)] = hashless{regs[i], o}
		}
	}
	return waiting, nil
}

// completed is the registration with what its hash tells, and with the group
// tag and the user of fresh where it has them.
func (h *hashless) completed(fresh Registration) Registration {
	d, was := fresh.Device, h.device
	h.device.SerialNumber, h.device.Manufacturer, h.device.Model = d.SerialNumber, d.Manufacturer, d.Model
	h.device.SKUNumber, h.device.SystemFamily, h.device.Type = d.SKUNumber, d.SystemFamily, d.Type
	if d.ProductKey != "" {
		h.device.ProductKey = d.ProductKey
	}
	if d.PurchaseOrder != "" {
		h.device.PurchaseOrder = d.PurchaseOrder
	}
	if d.GroupTag != "" {
		h.device.GroupTag = d.GroupTag
	}
	if d.UserPrincipalName != "" {
		h.device.UserPrincipalName, h.device.AddressableUserName = d.UserPrincipalName, d.AddressableUserName
	}
	o := deviceObject(&h.device)
	if h.object.Attributes == nil {
		h.object.Attributes = map[string]string{}
	}
	for _, name := range []string{"deviceManufacturer", "deviceModel"} {
		h.object.Attributes[name] = o.Attributes[name]
	}
	if h.object.DisplayName == was.SerialNumber {
		h.object.DisplayName = o.DisplayName
	}
	h.object.SetPhysicalID(directory.PhysicalOrderID, h.device.GroupTag)
	h.object.SetPhysicalID(directory.PhysicalPurchaseOrder, h.device.PurchaseOrder)
	return Registration{Device: h.device, Hash: fresh.Hash, Claims: fresh.Claims}
}

// save stores a completed registration; whose keys it takes is the caller's to
// have checked.
func (h *hashless) save(ctx context.Context, tx Tx, t directory.TenantID, r Registration) error {
	if err := tx.ReplaceHash(ctx, t, r); err != nil {
		return err
	}
	if err := tx.UpdateRegistration(ctx, t, r.Device); err != nil {
		return err
	}
	return tx.UpdateDevice(ctx, t, h.object)
}

// codeHardwareRegistered refuses the hash of a PC that is registered already.
const codeHardwareRegistered = "HardwareRegistered"

// firstHash takes the hash of a registration that has none.
func (s *Service) firstHash(ctx context.Context, tx Tx, t directory.TenantID, h hashless, hash *hwhash.Hash) error {
	const target = "hardwareIdentifier"
	if err := s.foreign.check(t, s.Clock.Real(), s.ForeignPerMinute); err != nil {
		return err
	}
	serial := strings.TrimSpace(hash.SystemSerial)
	switch {
	case strings.TrimSpace(hash.SystemManufacturer) == "":
		return fault.Field(fault.Invalid, hwhash.CodeName(codeInvalidHash), target, "The hardware hash holds no manufacturer.", "Set it in the firmware and capture the hash again.")
	case !strings.EqualFold(serial, h.device.SerialNumber):
		return fault.Field(fault.Invalid, "SerialNumberMismatch", target, "The serial number '"+serial+"' inside the hardware hash differs from '"+h.device.SerialNumber+"', by which the PC was registered.", "Capture the hash on that PC.")
	}
	r := h.completed(s.registration(t, candidate{result: &ImportedDevice{}, row: &ImportRow{}, hash: hash, claims: ClaimsOf(hash)}))
	err := h.save(ctx, tx, t, r)
	if f, ok := fault.As(err); ok && f.Code == "HardwareTaken" {
		return fault.Field(fault.Conflict, codeHardwareRegistered, target, "This PC's hardware is registered already, by another registration or elsewhere.", "Delete that registration first.")
	}
	if err != nil {
		return err
	}
	if err := tx.MarkDirty(ctx, t, directory.TopicDevice, []directory.ObjectID{r.Object}, 0, s.Lease()); err != nil {
		return err
	}
	return s.audit(ctx, tx, t, "Add the hardware hash of an Autopilot device", "windowsAutopilotDeviceIdentity", string(r.ID), r.SerialNumber)
}
