package directory

import (
	"strings"
	"time"

	"taxiway/internal/fault"
)

// TenantID is the Entra tenant id, a lower-case GUID.
type TenantID string

// ObjectID is the object id of a user, group, device object or service
// principal in a tenant's directory. It is not the Entra device id.
type ObjectID string

// Tenant is one organisation. Everything else belongs to exactly one.
type Tenant struct {
	ID          TenantID
	DisplayName string
	Domain      string // default verified domain, lower case, for example contoso.example
	// Lab marks a tenant made for practice: only there do the fast clock and
	// the reset exist. It is set at creation and never changes.
	Lab         bool
	ClockOffset time.Duration // lab only: how far its clock is ahead of the server's
	// ProfileWithoutTPM lets a PC whose registered hash holds no TPM key have
	// its profile, without the assigned user's name.
	ProfileWithoutTPM bool
	CreatedAt         time.Time
}

// Clock tells two times: the tenant's moves timers, report windows and dated
// rules; the server's is for tokens, certificates, leases and audit.
type Clock interface {
	Now(tenant TenantID) time.Time
	Real() time.Time
}

// NewID makes a fresh UUIDv7 in lower-case text.
type NewID func() string

// Validate checks the fields a person sets.
func (t *Tenant) Validate() error {
	if n := len([]rune(strings.TrimSpace(t.DisplayName))); n == 0 || n > 256 {
		return fault.Field(fault.Invalid, "InvalidTenantName", "displayName", "A tenant needs a name of 1 to 256 characters.", "Give the organisation's name.")
	}
	if !validDomain(t.Domain) {
		return fault.Field(fault.Invalid, "InvalidDomain", "domain", "The domain "+quote(t.Domain)+" is not a DNS name with at least one dot.", "Give a domain such as contoso.example.")
	}
	return nil
}

func validDomain(d string) bool {
	if len(d) > 253 || !strings.Contains(d, ".") {
		return false
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

func quote(s string) string { return "'" + s + "'" }
