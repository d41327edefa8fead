package sqlstore

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// forgetDevices is how many PCs' commands are looked through at once.
const forgetDevices = 100

// ForgetCommands removes commands of a tenant's PCs that have ended before a
// time on the tenant's clock, and were queued before one on the server's. Of
// each action the newest run stays: it is shown as the action's result. One
// call looks at the PCs behind after and removes at most limit commands. Calls
// of several processes do no harm to each other.
func (db *DB) ForgetCommands(ctx context.Context, t directory.TenantID, after enrollment.DeviceID, queued, ended time.Time, limit int) (enrollment.Forgotten, error) {
	var out enrollment.Forgotten
	q := db.reader()
	devices, err := collect(ctx, q, scanID[enrollment.DeviceID], "SELECT d.id FROM managed_devices d WHERE d.tenant_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3",
		idArg(db.d, t), idArg(db.d, after), forgetDevices)
	if err != nil || len(devices) == 0 {
		return out, fault.Wrap("find PCs with old commands", err)
	}
	b := &builder{d: db.d}
	old, err := collect(ctx, q, scanCommandKey, "SELECT c.device_id, c.id FROM mdm_commands c WHERE c.tenant_id = "+bindID(b, t)+" AND c.device_id IN ("+bindIDs(b, devices)+")"+
		" AND c.id < "+bindID(b, firstID(queued))+" AND c.state > 2 AND c.done_at < "+b.arg(timeArg(ended))+
		" AND (c.owner <> "+b.arg(commandOwners.arg(enrollment.OwnerAction))+" OR "+runAfter+")"+
		" ORDER BY c.device_id, c.id LIMIT "+b.arg(limit), b.args...)
	if err != nil {
		return out, fault.Wrap("find old commands", err)
	}
	if out.Commands, err = db.dropCommands(ctx, t, old); err != nil {
		return out, fault.Wrap("forget old commands", err)
	}
	if len(old) == limit { // these PCs may have more
		out.Next, out.More = after, true
	} else if len(devices) == forgetDevices {
		out.Next, out.More = devices[len(devices)-1], true
	}
	return out, nil
}

// commandKey names a command beside its tenant.
type commandKey struct {
	device enrollment.DeviceID
	id     string
}

func scanCommandKey(r row, k *commandKey) error { return r.Scan(asID(&k.device), asID(&k.id)) }

// dropCommands removes commands that are listed by PC, in one transaction.
func (db *DB) dropCommands(ctx context.Context, t directory.TenantID, old []commandKey) (n int, err error) {
	if len(old) == 0 {
		return 0, nil
	}
	of := map[enrollment.DeviceID][]string{}
	var order []enrollment.DeviceID
	for _, k := range old {
		if of[k.device] == nil {
			order = append(order, k.device)
		}
		of[k.device] = append(of[k.device], k.id)
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		n = 0
		for _, d := range order {
			b := &builder{d: tx.dialect()}
			gone, err := tx.exec(ctx, "DELETE FROM mdm_commands WHERE tenant_id = "+bindID(b, t)+" AND device_id = "+bindID(b, d)+" AND id IN ("+bindIDs(b, of[d])+") AND state > 2", b.args...)
			if err != nil {
				return err
			}
			n += int(gone)
		}
		return nil
	})
	return n, err
}

// firstID is the first version 7 UUID of a time (RFC 9562, 5.7): ids below it
// were made before.
func firstID(at time.Time) string {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(max(at.UnixMilli(), 0))<<16)
	return u.String()
}
