package enrollment

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ContentPath is where the device listener serves the files of apps.
const ContentPath = "/AppContent/"

// addressLife is how long an address is good: the tries of an installation with
// a night and a day between.
const addressLife = 48 * time.Hour

// Ticket is what an address says: this device may get this file of this app
// until then. The PC has nothing else to prove itself with, as Windows Installer
// downloads without a client certificate.
type Ticket struct {
	Tenant  directory.TenantID
	App     PolicyID
	File    string
	Device  DeviceID
	Expires int64 // Unix seconds, the server's clock
	MAC     string
}

// Address signs an address for a device. now is the server's clock.
func (c *Contents) Address(t directory.TenantID, d DeviceID, app *Policy, now time.Time) string {
	k := Ticket{Tenant: t, App: app.ID, File: app.App.Content, Device: d, Expires: now.Add(addressLife).Unix()}
	name := app.App.FileName
	if name == "" {
		name = "app.msi"
	}
	return c.Service.DeviceURL + ContentPath + strings.Join([]string{
		string(k.Tenant), string(k.App), k.File, string(k.Device), strconv.FormatInt(k.Expires, 10), base64.RawURLEncoding.EncodeToString(c.mac(&k)), url.PathEscape(name),
	}, "/")
}

// mac binds everything that a ticket says.
func (c *Contents) mac(k *Ticket) []byte {
	h := hmac.New(sha256.New, c.Key)
	for _, part := range []string{"app content 1", string(k.Tenant), string(k.App), k.File, string(k.Device), strconv.FormatInt(k.Expires, 10)} {
		_, _ = h.Write([]byte(part + "\x00")) // never fails
	}
	return h.Sum(nil)
}

// ParseTicket reads the path of an address behind ContentPath; false means that
// it is none.
func ParseTicket(path string) (Ticket, bool) {
	parts := strings.Split(path, "/")
	const all = 7
	if len(parts) != all {
		return Ticket{}, false
	}
	expires, err := strconv.ParseInt(parts[4], 10, 64)
	k := Ticket{Tenant: directory.TenantID(parts[0]), App: PolicyID(parts[1]), File: parts[2], Device: DeviceID(parts[3]), Expires: expires, MAC: parts[5]}
	for _, id := range parts[:4] {
		if !isGUID(id) {
			return Ticket{}, false
		}
	}
	return k, err == nil
}

// The codes of a download that is refused: fault.Denied for an address that is
// not one of this server or is too old, fault.NotFound for a file that is here
// no more.
const (
	CodeAddressInvalid = "AddressInvalid"
	CodeAddressExpired = "AddressExpired"
	CodeContentGone    = "ContentGone"
)

// Open returns the file that a ticket is for. The device has to be managed
// still and not disabled, and the app has to have the same file.
func (c *Contents) Open(ctx context.Context, k Ticket) (*File, error) {
	mac, err := base64.RawURLEncoding.Strict().DecodeString(k.MAC)
	if err != nil || !hmac.Equal(mac, c.mac(&k)) {
		return nil, fault.New(fault.Denied, CodeAddressInvalid, "The address is not one that this server made.")
	}
	if c.Service.Clock.Real().Unix() >= k.Expires {
		return nil, fault.New(fault.Denied, CodeAddressExpired, "The address is too old. Sync the PC to get a new one.")
	}
	d, err := c.Service.Store.GetManagedDevice(ctx, k.Tenant, k.Device)
	if fault.Is(err, fault.NotFound) || err == nil && !d.State.Live() {
		return nil, fault.New(fault.Denied, CodeNotManaged, "The device is not managed here any more.")
	}
	if err != nil {
		return nil, fault.Wrap("find the device of a download", err)
	}
	disabled, err := c.Service.disabled(ctx, k.Tenant, &d)
	if err != nil {
		return nil, err
	}
	if disabled {
		return nil, fault.New(fault.Denied, directory.CodeDeviceDisabled, "The device is disabled.")
	}
	p, err := c.app(ctx, k.Tenant, k.App)
	if fault.Is(err, fault.NotFound) || err == nil && p.App.Content != k.File {
		return nil, fault.New(fault.NotFound, CodeContentGone, "The app has another file now, or none. Sync the PC to get its address.")
	}
	if err != nil {
		return nil, err
	}
	return &File{ctx: ctx, contents: c, tenant: k.Tenant, id: k.File, Name: p.App.FileName, Size: p.App.Size, SHA256: p.App.SHA256, ModifiedAt: p.ModifiedAt}, nil
}
