package sqlstore

import (
	"context"
	"slices"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// CreateRegistrations stores new registrations with their hashes; their keys
// must have been claimed. A taken id or device object is fault.Conflict.
func (tx *Tx) CreateRegistrations(ctx context.Context, t directory.TenantID, regs []autopilot.Registration) error {
	d := tx.dialect()
	rows, hashes := make([][]any, len(regs)), make([][]any, len(regs))
	for i := range regs {
		r := &regs[i]
		rows[i] = []any{
			idArg(d, t), idArg(d, r.ID), r.SerialNumber, odata.Fold(r.SerialNumber), r.Manufacturer, r.Model, r.ProductKey, r.SKUNumber, r.SystemFamily,
			r.GroupTag, odata.Fold(r.GroupTag), r.PurchaseOrder, deviceTypes.arg(deviceTypes.orFirst(r.Type)),
			idArg(d, r.Object), idArg(d, r.EntraDeviceID), idArg(d, r.ManagedDeviceID), r.UserPrincipalName, r.AddressableUserName, r.DisplayName,
			enrollmentStates.arg(enrollmentStates.orFirst(r.Enrollment)), timeArg(r.LastContact),
			assignmentStatuses.arg(assignmentStatuses.orFirst(r.Decided)), assignmentDetails.arg(assignmentDetails.orFirst(r.Detail)),
			idArg(d, r.Profile), boolArg(r.ByDefault), timeArg(r.AssignedAt),
			remediationStates.arg(remediationStates.orFirst(r.Remediation)), timeArg(r.RemediationAt), r.EvalVersion, r.Chain, timeArg(r.CreatedAt), max(r.Version, 1),
		}
		hash := r.Hash
		if hash == nil {
			hash = []byte{} // not NULL: the hash is still to come
		}
		hashes[i] = []any{idArg(d, t), idArg(d, r.ID), hash}
	}
	err := insertRows(ctx, tx, "INSERT INTO autopilot_identities (tenant_id, id, serial_number, serial_key, manufacturer, model, product_key, sku_number, system_family,"+
		" group_tag, group_tag_key, purchase_order, device_type, device_object_id, entra_device_id, managed_device_id, user_principal_name, addressable_user_name, display_name,"+
		" enrollment_state, last_contact, decided, detail, profile_id, by_default, assigned_at, remediation, remediation_at, eval_version, chain, created_at, version) VALUES ", rows, "")
	if err != nil {
		return fault.Wrap("create registrations", conflictAs(err, "RegistrationExists", "A device with this id or device object is registered already."))
	}
	return fault.Wrap("store hardware hashes", insertRows(ctx, tx, "INSERT INTO autopilot_hashes (tenant_id, autopilot_id, hash) VALUES ", hashes, ""))
}

// UpdateRegistration stores everything but the decision.
func (tx *Tx) UpdateRegistration(ctx context.Context, t directory.TenantID, r autopilot.Device) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE autopilot_identities SET serial_number = $3, serial_key = $4, manufacturer = $5, model = $6, product_key = $7, sku_number = $8,"+
		" system_family = $9, group_tag = $10, group_tag_key = $11, purchase_order = $12, device_type = $13, device_object_id = $14, entra_device_id = $15,"+
		" managed_device_id = $16, user_principal_name = $17, addressable_user_name = $18, display_name = $19, enrollment_state = $20, last_contact = $21,"+
		" remediation = $22, remediation_at = $23, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, r.ID), r.SerialNumber, odata.Fold(r.SerialNumber), r.Manufacturer, r.Model, r.ProductKey, r.SKUNumber,
		r.SystemFamily, r.GroupTag, odata.Fold(r.GroupTag), r.PurchaseOrder, deviceTypes.arg(deviceTypes.orFirst(r.Type)), idArg(d, r.Object), idArg(d, r.EntraDeviceID),
		idArg(d, r.ManagedDeviceID), r.UserPrincipalName, r.AddressableUserName, r.DisplayName, enrollmentStates.arg(enrollmentStates.orFirst(r.Enrollment)), timeArg(r.LastContact),
		remediationStates.arg(remediationStates.orFirst(r.Remediation)), timeArg(r.RemediationAt))
	if err != nil {
		return fault.Wrap("update registered device "+string(r.ID), err)
	}
	if n == 0 {
		return missing("Autopilot device", string(r.ID))
	}
	return nil
}

// DeleteRegistrations removes registrations with their hashes, reports and
// claims; one that is not there is no error.
func (tx *Tx) DeleteRegistrations(ctx context.Context, t directory.TenantID, ids []autopilot.DeviceID) error {
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), maxList) {
		b := &builder{d: tx.dialect()}
		tenant, list := bindID(b, t), bindIDs(b, part)
		for _, statement := range []string{
			"DELETE FROM autopilot_identities WHERE tenant_id = " + tenant + " AND id IN (" + list + ")",
			"DELETE FROM autopilot_hashes WHERE tenant_id = " + tenant + " AND autopilot_id IN (" + list + ")",
			"DELETE FROM hardware_reports WHERE tenant_id = " + tenant + " AND autopilot_id IN (" + list + ")",
			"DELETE FROM autopilot_claims WHERE tenant_id = " + tenant + " AND autopilot_id IN (" + list + ")",
		} {
			if _, err := tx.exec(ctx, statement, b.args...); err != nil {
				return fault.Wrap("delete registrations", err)
			}
		}
	}
	return nil
}

// decision is what ApplyDecisions stores; devices decided alike share a
// statement, and a batch mostly holds a handful of decisions.
type decision struct {
	decided     autopilot.AssignmentStatus
	detail      autopilot.AssignmentDetail
	profile     autopilot.ProfileID
	byDefault   bool
	assignedAt  int64
	evalVersion int64
	chain       int
}

// ApplyDecisions stores the decided fields. The version grows only where a
// client can see a difference: not for EvalVersion and Chain.
func (tx *Tx) ApplyDecisions(ctx context.Context, t directory.TenantID, ds []autopilot.Device) error {
	alike := make(map[decision][]autopilot.DeviceID)
	var order []decision
	for i := range ds {
		r := &ds[i]
		k := decision{assignmentStatuses.orFirst(r.Decided), assignmentDetails.orFirst(r.Detail), r.Profile, r.ByDefault, timeArg(r.AssignedAt), r.EvalVersion, r.Chain}
		if alike[k] == nil {
			order = append(order, k)
		}
		alike[k] = append(alike[k], r.ID)
	}
	for _, k := range order {
		for part := range slices.Chunk(alike[k], maxList) {
			if err := tx.applyDecision(ctx, t, k, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) applyDecision(ctx context.Context, t directory.TenantID, k decision, ids []autopilot.DeviceID) error {
	b := &builder{d: tx.dialect()}
	decided, detail := b.arg(assignmentStatuses.number(k.decided)), b.arg(assignmentDetails.number(k.detail))
	profile, byDefault, at := bindID(b, k.profile), b.arg(boolArg(k.byDefault)), b.arg(k.assignedAt)
	n, err := tx.exec(ctx, "UPDATE autopilot_identities SET decided = "+decided+", detail = "+detail+", profile_id = "+profile+", by_default = "+byDefault+", assigned_at = "+at+
		", eval_version = "+b.arg(k.evalVersion)+", chain = "+b.arg(k.chain)+
		", version = version + CASE WHEN decided <> "+decided+" OR detail <> "+detail+" OR profile_id <> "+profile+" OR by_default <> "+byDefault+" OR assigned_at <> "+at+" THEN 1 ELSE 0 END"+
		" WHERE tenant_id = "+bindID(b, t)+" AND id IN ("+bindIDs(b, ids)+")", b.args...)
	if err != nil {
		return fault.Wrap("apply decisions", err)
	}
	if n != int64(len(ids)) {
		return fault.New(fault.NotFound, "ResourceNotFound", "A device that was decided is not registered any more.")
	}
	return nil
}
