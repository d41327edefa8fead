package mdm

import (
	"context"
	"crypto/x509"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/signin"
)

// Tenants finds tenants; a missing one is fault.NotFound.
type Tenants interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	// FindTenant finds one by a verified domain, in lower case.
	FindTenant(ctx context.Context, domain string) (directory.Tenant, error)
}

// Users reads people; a missing one is fault.NotFound.
type Users interface {
	GetUser(ctx context.Context, t directory.TenantID, idOrUPN string) (directory.User, error)
}

// People checks passwords; signin.People is one.
type People interface {
	CheckPassword(ctx context.Context, t directory.TenantID, upn, password, network string) (signin.Person, error)
}

// Enrolments takes PCs in; enrollment.Service is one.
type Enrolments interface {
	Enrol(ctx context.Context, r enrollment.EnrolRequest) (enrollment.Enrolled, error)
	Renew(ctx context.Context, r enrollment.RenewRequest) (enrollment.Enrolled, error)
	// Check finds the managed device of a certificate whose key was proved.
	Check(ctx context.Context, c *x509.Certificate) (directory.TenantID, enrollment.Holder, enrollment.Certificate, error)
	GetSettings(ctx context.Context, t directory.TenantID) (enrollment.Settings, error)
}

// EntraTenants tells which tenant takes the tokens of a real Entra tenant; one
// that nobody takes is fault.NotFound.
type EntraTenants interface {
	FindEntraTenant(ctx context.Context, tid string) (directory.TenantID, enrollment.EntraTenant, error)
}

// JoinedDevices finds the joined PC of a certificate whose key was proved;
// directory.DeviceAuthority is one.
type JoinedDevices interface {
	Check(ctx context.Context, c *x509.Certificate) (directory.JoinedDevice, error)
}

// Spent notes what may be used once.
type Spent interface {
	// SpendNonce is false when the value was spent before; it may be forgotten
	// after expires.
	SpendNonce(ctx context.Context, nonce []byte, expires time.Time) (fresh bool, err error)
}
