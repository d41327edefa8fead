package directory_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

type ringOfOne struct {
	directory.KeyStore

	stored []byte
}

func (r *ringOfOne) Secret(_ context.Context, _ string, fresh []byte) ([]byte, error) {
	if r.stored == nil {
		r.stored = fresh
	}
	return r.stored, nil
}

type oneDevice struct {
	directory.JoinReader

	certificate directory.DeviceCertificate
	device      directory.Device
}

func (o *oneDevice) GetDeviceCertificate(_ context.Context, t directory.TenantID, sum []byte) (directory.DeviceCertificate, directory.Device, error) {
	if t != tenantOfPC || !bytes.Equal(sum, o.certificate.SHA256) {
		return directory.DeviceCertificate{}, directory.Device{}, fault.New(fault.NotFound, "ResourceNotFound", "None.")
	}
	return o.certificate, o.device, nil
}

type stopped struct{ at time.Time }

func (c *stopped) Now(directory.TenantID) time.Time { return c.at }
func (c *stopped) Real() time.Time                  { return c.at }

const (
	tenantOfPC directory.TenantID = "01020304-0506-0708-090a-0b0c0d0e0f10"
	deviceOfPC directory.DeviceID = "a1a2a3a4-b1b2-c1c2-d1d2-e1e2e3e4e5e6"
	userOfPC   directory.ObjectID = "00000001-0000-0002-0300-000004000000"
)

func TestADeviceCertificateSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock := &stopped{time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	store, ring := &oneDevice{}, &ringOfOne{}
	a, err := directory.OpenDeviceAuthority(ctx, ring, store, clock)
	if err != nil {
		t.Fatal(err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	row, der, err := a.Certify(directory.Subject{Tenant: tenantOfPC, Device: deviceOfPC, User: userOfPC}, &key.PublicKey, &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject.String() != "CN="+string(deviceOfPC) || c.IsCA {
		t.Errorf("the subject is %s", c.Subject)
	}
	// Octet strings; GUIDs with their first three fields little-endian.
	want := map[string]string{
		"1.2.840.113556.1.5.284.2": "0410a4a3a2a1b2b1c2c1d1d2e1e2e3e4e5e6",
		"1.2.840.113556.1.5.284.3": "041001000000000002000300000004000000",
		"1.2.840.113556.1.5.284.5": "04100403020106050807090a0b0c0d0e0f10",
		"1.2.840.113556.1.5.284.7": "040131",
		"1.2.840.113556.1.5.284.8": "04024e41",
	}
	for _, e := range c.Extensions {
		if value, ok := want[e.Id.String()]; ok && hex.EncodeToString(e.Value) == value {
			delete(want, e.Id.String())
		}
	}
	if len(want) > 0 {
		t.Errorf("extensions that are missing or differ: %v", want)
	}
	sum, thumbprint := sha256.Sum256(der), sha1.Sum(der)
	if !bytes.Equal(row.SHA256, sum[:]) || row.Thumbprint() != strings.ToUpper(hex.EncodeToString(thumbprint[:])) {
		t.Error("the row is not about this certificate")
	}
	if got := userOfPC.SID(); got != "S-1-12-1-1-131072-3-4" {
		t.Errorf("the SID is %s", got)
	}

	store.certificate, store.device = row, directory.Device{DeviceID: deviceOfPC, AccountEnabled: true, RegisteredAt: clock.at}
	check := func(what, code string) {
		t.Helper()
		d, err := a.Check(ctx, c)
		e, ok := fault.As(err)
		if code == "" && (err != nil || d.Tenant != tenantOfPC) || code != "" && (!ok || e.Code != code) {
			t.Errorf("%s: %v, want %q", what, err, code)
		}
	}
	check("a good certificate", "")
	good := *store
	store.device.AccountEnabled = false
	check("a disabled device", directory.CodeDeviceDisabled)
	*store = good
	store.device.RegisteredAt = time.Time{}
	check("a device that has left", directory.CodeDeviceCertificateRevoked)
	*store = good
	store.certificate.RevokedAt = clock.at
	check("a revoked certificate", directory.CodeDeviceCertificateRevoked)
	*store = oneDevice{}
	check("a device that is gone", directory.CodeDeviceCertificateRevoked)
	*store = good
	clock.at = clock.at.Add(-6 * time.Minute)
	check("before it begins", directory.CodeDeviceCertificateExpired)
	clock.at = clock.at.AddDate(10, 0, 0)
	check("ten years later", directory.CodeDeviceCertificateExpired)

	other, err := directory.OpenDeviceAuthority(ctx, &ringOfOne{}, store, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Check(ctx, c); err == nil {
		t.Error("another server's authority takes the certificate")
	}
	same, err := directory.OpenDeviceAuthority(ctx, ring, store, &stopped{good.device.RegisteredAt})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := same.Check(ctx, c); err != nil {
		t.Errorf("another process with the same key: %v", err)
	}
}
