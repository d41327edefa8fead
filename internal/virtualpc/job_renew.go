package virtualpc

import (
	"context"
	"crypto/rsa"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/wire"
)

// renewWhenDue gets the PC's certificate of the management a successor, by
// itself, when its last days have begun or the management wants it
// ("Certificate Renewal": ROBO; "CertificateStore CSP": RenewPeriod, RenewNow).
// What keeps the renewal from coming about keeps nobody from working: the PC
// tries again before its next session, for as long as the present certificate
// is good.
func (s *session) renewWhenDue(ctx context.Context) error {
	pair, err := s.m.Keys().Get(machine.KeyMDM)
	if machine.Is(err, machine.CodeNoKey) || machine.Is(err, machine.CodeKeyLost) {
		return nil // the session says what is wrong
	}
	if err != nil {
		return err
	}
	renew := s.kept.MDM.Renew
	opens := pair.Certificate.NotAfter.Add(-time.Duration(renew.PeriodDays) * 24 * time.Hour)
	if !s.renews && (!renew.ROBOSupport || s.pc.clock.wire().Before(opens)) {
		return nil
	}
	s.renews = false
	s.doing("renews its certificate of the management")
	key, err := s.pc.o.NewKey()
	if err != nil {
		return err
	}
	err = s.net.Renew(ctx, s.kept.MDM, s.introduction(s.kept.MDM.DeviceID), key)
	if p := wire.ProblemOf(err); p != nil && ctx.Err() == nil {
		return s.mdmEvent(machine.EventProvisioningFailed, machine.Warning, "MDM Enroll: the certificate was not renewed: "+p.Message+" ("+p.Code+")")
	}
	if err != nil {
		return err
	}
	return s.keepRenewed(key, pair.InTPM)
}

// keepRenewed keeps the certificate that the renewal put into the enrolment.
func (s *session) keepRenewed(key *rsa.PrivateKey, inTPM bool) error {
	certificate, err := s.kept.MDM.Certificate()
	if err != nil {
		return err
	}
	// The certificate first: a PC whose power goes here has it, and its old
	// enrolment says nothing that is wrong.
	if err := s.m.Keys().Put(machine.KeyMDM, machine.Pair{Key: key, Certificate: certificate, InTPM: inTPM}); err != nil {
		return err
	}
	s.kept.Device.Enrolment = s.kept.MDM // read from the disk, they are two
	if err := s.save(); err != nil {
		return err
	}
	return s.mdmEvent(machine.EventProvisioned, machine.Information, "MDM Enroll: the certificate was renewed, until "+certificate.NotAfter.UTC().Format(time.DateOnly)+".")
}
