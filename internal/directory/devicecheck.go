package directory

import (
	"context"
	"crypto/sha256"
	"crypto/x509"

	"taxiway/internal/fault"
)

// JoinedDevice is a PC that proved which one it is.
type JoinedDevice struct {
	Tenant TenantID
	Device Device
	// Certificate is the one it showed.
	Certificate DeviceCertificate
}

// Why a device certificate is refused: fault.Unauthenticated, for a disabled
// device fault.Denied.
const (
	CodeDeviceCertificateUntrusted = "DeviceCertificateUntrusted"
	CodeDeviceCertificateExpired   = "DeviceCertificateExpired"
	CodeDeviceCertificateRevoked   = "DeviceCertificateRevoked"
	CodeDeviceDisabled             = "DeviceDisabled"
)

// Check finds the PC a certificate was issued to. The caller has seen that the
// PC holds the key: TLS did, or a signature. Nothing is taken from memory, so a
// device disabled, deleted or joined anew is refused by the next request in
// every process.
func (a *DeviceAuthority) Check(ctx context.Context, c *x509.Certificate) (JoinedDevice, error) {
	if c.CheckSignatureFrom(a.cert) != nil {
		return JoinedDevice{}, refusedCertificate(fault.Unauthenticated, CodeDeviceCertificateUntrusted, "The certificate was not issued by this server's directory.", "Join the PC to get its certificate.")
	}
	now := a.clock.Real()
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return JoinedDevice{}, refusedCertificate(fault.Unauthenticated, CodeDeviceCertificateExpired, "The certificate is not valid at this time.", "Compare the clocks of PC and server; a certificate that has ended is replaced by joining anew.")
	}
	subject, ok := subjectOf(c)
	if !ok {
		return JoinedDevice{}, refusedCertificate(fault.Unauthenticated, CodeDeviceCertificateUntrusted, "The certificate names no device of this directory.", "Join the PC to get its certificate.")
	}
	sum := sha256.Sum256(c.Raw)
	row, device, err := a.store.GetDeviceCertificate(ctx, subject.Tenant, sum[:])
	if err != nil && !fault.Is(err, fault.NotFound) {
		return JoinedDevice{}, fault.Wrap("check a device certificate", err)
	}
	switch {
	case err != nil, !row.RevokedAt.IsZero(), row.DeviceID != subject.Device, device.DeviceID != subject.Device, !device.Joined():
		return JoinedDevice{}, refusedCertificate(fault.Unauthenticated, CodeDeviceCertificateRevoked, "The certificate is not the device's any more: the device was deleted, has left, or joined anew.", "Join the PC again.")
	case !device.AccountEnabled:
		return JoinedDevice{}, refusedCertificate(fault.Denied, CodeDeviceDisabled, "The device is disabled.", "Ask an administrator to enable it.")
	}
	return JoinedDevice{Tenant: subject.Tenant, Device: device, Certificate: row}, nil
}

func refusedCertificate(kind fault.Kind, code, message, remedy string) error {
	return fault.Field(kind, code, "certificate", message, remedy)
}
