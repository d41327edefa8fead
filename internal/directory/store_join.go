package directory

import (
	"context"
	"time"
)

// JoinReader finds the PCs that have joined. Each Get of a missing row is
// fault.NotFound.
type JoinReader interface {
	// FindDevice returns the device object with this device id.
	FindDevice(ctx context.Context, t TenantID, id DeviceID) (Device, error)
	// GetDeviceCertificate returns a certificate by its SHA-256, revoked or
	// not, with the device object it is for, read together; fault.NotFound
	// when that is gone.
	GetDeviceCertificate(ctx context.Context, t TenantID, sha256 []byte) (DeviceCertificate, Device, error)
}

// JoinTx joins PCs. The person is locked before devices are counted, so that
// joins at once cannot pass the quota together.
type JoinTx interface {
	// JoinPolicyNow reads the policy without locking it.
	JoinPolicyNow(ctx context.Context, t TenantID) (JoinPolicy, error)
	// GroupsAround returns the living groups that an object is in, through
	// other groups too.
	GroupsAround(ctx context.Context, t TenantID, member ObjectID) ([]ObjectID, error)
	// CountOwned counts the devices a person owns, without except.
	CountOwned(ctx context.Context, t TenantID, user, except ObjectID) (int, error)
	// PutDeviceOwner makes one person the only owner and user of a device object.
	PutDeviceOwner(ctx context.Context, t TenantID, device, user ObjectID, at time.Time) error
	// ReplaceDeviceCertificate revokes the device's certificates and adds this
	// one; fault.Conflict with code DeviceKeyUsed when its key was certified before.
	ReplaceDeviceCertificate(ctx context.Context, t TenantID, c DeviceCertificate) error
	// EndDeviceRegistration revokes a device's certificates and takes its
	// owners and users away. Deleting the device object does the same.
	EndDeviceRegistration(ctx context.Context, t TenantID, device ObjectID, at time.Time) error
	// SpendOnce is fault.Conflict with code AlreadyUsed when the value was used before.
	SpendOnce(ctx context.Context, o Once) error
}
