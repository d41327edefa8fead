package autopilot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// importBatch is how many rows one transaction registers.
const importBatch = 500

// MaxGroupTag is the longest group tag, in characters.
const MaxGroupTag = 512

// Import error codes of the service (docs/parity.md); the others come from
// package hwhash with the row that has them.
const (
	codeInvalidHash     = 802
	codeMissingSerial   = 803
	codeAlreadyAssigned = 806
	codeOtherTenant     = 808
	codeSerialMismatch  = 908
)

// candidate is a row on its way through an import.
type candidate struct {
	result *ImportedDevice
	row    *ImportRow
	hash   *hwhash.Hash
	claims []Claim
}

// Import registers rows. Each row gets its own outcome; a bad one never stops
// the others. Good rows become registrations with their device objects, 500 to
// a transaction, and are decided before the call returns, as far as the
// settler's bound allows. A PC that was registered by its serial number alone
// keeps its registration and gets the hash.
func (s *Service) Import(ctx context.Context, t directory.TenantID, rows []ImportRow) ([]ImportedDevice, error) {
	if err := s.foreign.check(t, s.Clock.Real(), s.ForeignPerMinute); err != nil {
		return nil, err
	}
	results := make([]ImportedDevice, len(rows))
	actor := directory.ActorFrom(ctx)
	by := cmp.Or(actor.Principal, actor.AppName)
	batch := s.NewID()
	seen := map[ClaimKey]int{}
	for start := 0; start < len(rows); start += importBatch {
		end := min(start+importBatch, len(rows))
		// One large import must not tell more than many small ones would.
		tooMany := start > 0 && s.foreign.check(t, s.Clock.Real(), s.ForeignPerMinute) != nil
		var good []candidate
		for i := start; i < end; i++ {
			r := &results[i]
			*r = ImportedDevice{
				ID: ImportID(s.NewID()), Batch: rows[i].ImportBatch, SerialNumber: strings.TrimSpace(rows[i].SerialNumber), ProductKey: strings.TrimSpace(rows[i].ProductKey),
				GroupTag: strings.TrimSpace(rows[i].GroupTag), AssignedUser: strings.TrimSpace(rows[i].AssignedUser), Status: ImportComplete, By: by, CreatedAt: s.Clock.Now(t),
			}
			if r.Batch == "" {
				r.Batch = batch
			}
			if tooMany {
				r.refuse(0, codeTooManyForeign, "Rows before this one named too many PCs that are registered elsewhere, so it was not looked at. Remove those rows and import this row again in a minute.")
				continue
			}
			if c, ok := s.checkRow(r, &rows[i], i, seen); ok {
				good = append(good, c)
			}
		}
		if err := s.register(ctx, t, results[start:end], good); err != nil {
			return results[:start], fault.Wrap("register devices", err)
		}
	}
	return results, nil
}

// accept takes back what an earlier run of the transaction wrote.
func (r *ImportedDevice) accept() {
	r.Status, r.Registration, r.ErrorCode, r.ErrorName, r.ErrorMessage = ImportComplete, "", 0, "", ""
}

func (r *ImportedDevice) refuse(code int, name, message string) {
	r.Status, r.ErrorCode, r.ErrorName, r.ErrorMessage = ImportError, code, name, message
}

// checkRow looks at what can be seen in the row alone and in its file.
func (s *Service) checkRow(r *ImportedDevice, row *ImportRow, at int, seen map[ClaimKey]int) (candidate, bool) {
	if row.HardwareHash == "" {
		name, message, remedy := hwhash.Meaning(codeMissingSerial)
		r.refuse(codeMissingSerial, name, "The row has no hardware hash. "+message+" "+remedy)
		return candidate{}, false
	}
	if n := len([]rune(r.GroupTag)); n > MaxGroupTag {
		r.refuse(0, "GroupTagTooLong", fmt.Sprintf("The group tag has %d characters; 512 are allowed. Shorten it.", n))
		return candidate{}, false
	}
	h, err := hwhash.Parse(row.HardwareHash)
	if err != nil {
		detail := err.Error()
		if e, ok := errors.AsType[*hwhash.Error](err); ok {
			detail = e.Message + " " + e.Remedy
		}
		r.refuse(codeInvalidHash, hwhash.CodeName(codeInvalidHash), detail)
		return candidate{}, false
	}
	serial := strings.TrimSpace(h.SystemSerial)
	if serial == "" || strings.TrimSpace(h.SystemManufacturer) == "" {
		r.refuse(codeInvalidHash, hwhash.CodeName(codeInvalidHash), "The hardware hash holds no serial number or no manufacturer. Set them in the firmware and capture the hash again.")
		return candidate{}, false
	}
	if r.SerialNumber == "" {
		r.SerialNumber = serial
	}
	if !strings.EqualFold(r.SerialNumber, serial) {
		r.refuse(codeSerialMismatch, "SerialNumberMismatch", "The serial number '"+r.SerialNumber+"' differs from '"+serial+"' inside the hardware hash. Correct the row or capture the hash on that PC.")
		return candidate{}, false
	}
	c := candidate{result: r, row: row, hash: h, claims: ClaimsOf(h)}
	for _, k := range c.claims {
		if first, dup := seen[k.Key]; dup && k.Exclusive {
			r.refuse(0, "ZtdDeviceDuplicated", fmt.Sprintf("The same PC stands in row %d already; only that row was processed. Remove the duplicate.", first+1))
			return candidate{}, false
		}
	}
	for _, k := range c.claims {
		if k.Exclusive {
			seen[k.Key] = at
		}
	}
	return c, true
}

// register writes one batch in one transaction: what the directory must know
// about the rows is checked here, under its locks.
func (s *Service) register(ctx context.Context, t directory.TenantID, results []ImportedDevice, good []candidate) error {
	var objects []directory.ObjectID
	var foreign int
	err := s.Store.InTx(ctx, func(tx Tx) error {
		objects, foreign = nil, 0
		for _, c := range good {
			c.result.accept()
		}
		known, err := s.checkUsers(ctx, tx, t, good)
		if err != nil {
			return err
		}
		waiting, err := s.lockHashless(ctx, tx, t, known)
		if err != nil {
			return err
		}
		adopts := map[int]*hashless{} // rows whose PC waits for its hash
		regs := make([]Registration, len(known))
		at := make(map[ClaimKey]int, 2*len(known))
		for i, c := range known {
			regs[i] = s.registration(t, c)
			serial := strings.ToLower(regs[i].SerialNumber)
			if w, ok := waiting[serial]; ok {
				delete(waiting, serial) // one row for one PC
				adopts[i], regs[i] = &w, w.completed(regs[i])
			}
			for _, k := range regs[i].Claims {
				if k.Exclusive {
					at[k.Key] = i
				}
			}
		}
		held, err := tx.Claim(ctx, t, regs)
		if err != nil {
			return err
		}
		taken := map[int]bool{}
		for _, h := range held {
			i, ok := at[h.Key]
			if !ok || taken[i] {
				continue
			}
			taken[i] = true
			if h.Tenant == t {
				known[i].result.Registration = h.Device
				known[i].result.refuse(codeAlreadyAssigned, hwhash.CodeName(codeAlreadyAssigned), "This PC is registered in this tenant already. Skip it, or delete the registration first.")
				continue
			}
			foreign++
			known[i].result.refuse(codeOtherTenant, hwhash.CodeName(codeOtherTenant), "This PC is registered elsewhere. Its present owner must deregister it first.")
			if err := s.audit(ctx, tx, h.Tenant, "Refuse registration elsewhere", "windowsAutopilotDeviceIdentity", string(h.Device), known[i].result.SerialNumber); err != nil {
				return err
			}
		}
		adopted := 0
		fresh := make([]Registration, 0, len(regs))
		var made []directory.Device
		var changes []directory.Change
		for i := range known {
			if taken[i] {
				continue
			}
			r, c := regs[i], known[i]
			c.result.Registration = r.ID
			if w := adopts[i]; w != nil {
				if err := w.save(ctx, tx, t, r); err != nil {
					return err
				}
				adopted++
			} else {
				fresh = append(fresh, r)
				made = append(made, deviceObject(&r.Device))
			}
			objects = append(objects, r.Object)
			changes = append(changes, directory.Change{Property: string(r.ID), New: r.SerialNumber})
		}
		if err := tx.CreateDevices(ctx, t, made); err != nil {
			return err
		}
		if err := tx.CreateRegistrations(ctx, t, fresh); err != nil {
			return err
		}
		if err := tx.CreateImports(ctx, t, results); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, directory.TopicDevice, objects, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Import Autopilot devices", "importedWindowsAutopilotDeviceIdentity", results[0].Batch, fmt.Sprintf("%d of %d rows registered", len(fresh)+adopted, len(results)), changes...)
	})
	if err != nil {
		return err
	}
	s.foreign.add(t, s.Clock.Real(), foreign)
	s.Settler.SettleObjects(ctx, t, directory.TopicDevice, objects)
	return nil
}

// checkUsers refuses rows whose assigned user is not in the directory.
func (s *Service) checkUsers(ctx context.Context, tx Tx, t directory.TenantID, good []candidate) ([]candidate, error) {
	var upns []string
	for _, c := range good {
		if c.result.AssignedUser != "" {
			upns = append(upns, strings.ToLower(c.result.AssignedUser))
		}
	}
	if len(upns) == 0 {
		return good, nil
	}
	users, err := tx.UsersByUPN(ctx, t, upns)
	if err != nil {
		return nil, err
	}
	kept := make([]candidate, 0, len(good))
	for _, c := range good {
		u, ok := users[strings.ToLower(c.result.AssignedUser)]
		if c.result.AssignedUser != "" && !ok {
			c.result.refuse(0, "AssignedUserNotFound", "There is no user '"+c.result.AssignedUser+"' in this tenant. Correct the address or create the user first.")
			continue
		}
		if ok {
			c.row.AssignedUser, c.row.AssignedUserName = u.UserPrincipalName, u.DisplayName
		}
		kept = append(kept, c)
	}
	return kept, nil
}

func (s *Service) registration(t directory.TenantID, c candidate) Registration {
	h := c.hash
	d := Device{
		ID: DeviceID(s.NewID()), SerialNumber: strings.TrimSpace(h.SystemSerial), Manufacturer: strings.TrimSpace(h.SystemManufacturer), Model: strings.TrimSpace(h.ProductName),
		ProductKey: c.result.ProductKey, SKUNumber: strings.TrimSpace(h.SKU), SystemFamily: strings.TrimSpace(h.Family),
		GroupTag: c.result.GroupTag, PurchaseOrder: strings.TrimSpace(c.row.PurchaseOrder), Type: DeviceTypeOf(h),
		Object: directory.ObjectID(s.NewID()), EntraDeviceID: directory.DeviceID(s.NewID()),
		UserPrincipalName: c.row.AssignedUser, AddressableUserName: c.row.AssignedUserName,
		Enrollment: EnrollmentNotContacted, Decided: StatusNotAssigned, Status: StatusPending, Detail: DetailNone,
		Remediation: RemediationNone, CreatedAt: s.Clock.Now(t), Version: 1,
	}
	if c.result.AssignedUser == "" {
		d.UserPrincipalName, d.AddressableUserName = "", ""
	}
	return Registration{Device: d, Hash: h.Raw(), Claims: c.claims}
}

// deviceObject is the device object that a registration stands on: it is there
// from the first moment, not enabled until the PC joins, and carries the ids
// that group rules look for.
func deviceObject(d *Device) directory.Device {
	o := directory.Device{
		ID: d.Object, DeviceID: d.EntraDeviceID, DisplayName: d.SerialNumber, OperatingSystem: "Windows", TrustType: "AzureAd",
		Attributes: map[string]string{"deviceManufacturer": d.Manufacturer, "deviceModel": d.Model, "profileType": "RegisteredDevice"},
		CreatedAt:  d.CreatedAt, Version: 1,
	}
	o.SetPhysicalID(directory.PhysicalZTDID, string(d.ID))
	o.SetPhysicalID(directory.PhysicalOrderID, d.GroupTag)
	o.SetPhysicalID(directory.PhysicalPurchaseOrder, d.PurchaseOrder)
	return o
}

// DeleteImport removes an import row, not the device it registered.
func (s *Service) DeleteImport(ctx context.Context, t directory.TenantID, id ImportID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.DeleteImport(ctx, t, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete import", "importedWindowsAutopilotDeviceIdentity", string(id), "")
	})
	return fault.Wrap("delete import", err)
}
