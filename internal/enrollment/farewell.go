package enrollment

import "context"

// farewell lets a PC go that said it leaves: its certificates stop, what it was
// told to do is cancelled, and its row stays as it was. The device object is
// locked already.
func (s *Service) farewell(ctx context.Context, tx Tx, v *Visit) error {
	d := v.Device
	d.State, d.LastSync = Unenrolled, v.Now
	if err := tx.UpdateManagedDevice(ctx, v.Tenant, *d); err != nil {
		return err
	}
	if err := tx.RevokeCertificates(ctx, v.Tenant, d.ID, nil, v.Real); err != nil {
		return err
	}
	if _, err := tx.CancelCommands(ctx, v.Tenant, d.ID, "", "", v.Now); err != nil {
		return err
	}
	return tx.DeleteMDMSessions(ctx, v.Tenant, d.ID)
}
