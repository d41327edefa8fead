package enrollment

import (
	"context"
	"time"
)

// Renewals tells PCs to renew their certificate that have not done so by
// themselves in the first half of the window (CertificateStore CSP, RenewNow).
// A PC whose certificate has ended could only be enrolled again.
type Renewals struct {
	Service *Service
}

const (
	// renewRemind is how long before the end a PC is told.
	renewRemind = RenewWindow / 2
	// renewAgain is how long it has before it is told again.
	renewAgain = 24 * time.Hour

	renewKey  = "renew"
	renewNode = "./Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow"
)

// Plan implements CommandOwner.
func (o *Renewals) Plan(ctx context.Context, tx Tx, v *Visit) error {
	d := v.Device
	if !v.Begins || d.State != Managed || d.CertEnds.IsZero() || v.Real.Before(d.CertEnds.Add(-renewRemind)) {
		return nil
	}
	last, told, err := tx.LastCommand(ctx, v.Tenant, d.ID, renewKey)
	if err != nil || told && v.Now.Before(last.CreatedAt.Add(renewAgain)) {
		return err
	}
	_, err = o.Service.Enqueue(ctx, tx, v.Tenant, d.ID, Command{Owner: OwnerEnrolment, Of: "certificate", Key: renewKey, Op: Operation{Verb: Exec, URI: renewNode}})
	return err
}

// Ended implements CommandOwner. A PC that cannot renew is told again.
func (o *Renewals) Ended(context.Context, Tx, *Visit, *Command) error { return nil }
