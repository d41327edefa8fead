package directory

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strings"
)

// Extensions of a device certificate, below 1.2.840.113556.1.5.284. Device and
// user are those of [MS-DVRJ] 3.1.5.1.1.2, the others are Entra's. Each value
// is an octet string.
var (
	oidDevice   = asn1.ObjectIdentifier{1, 2, 840, 113556, 1, 5, 284, 2}
	oidUser     = asn1.ObjectIdentifier{1, 2, 840, 113556, 1, 5, 284, 3}
	oidTenant   = asn1.ObjectIdentifier{1, 2, 840, 113556, 1, 5, 284, 5}
	oidJoinType = asn1.ObjectIdentifier{1, 2, 840, 113556, 1, 5, 284, 7}
	oidRegion   = asn1.ObjectIdentifier{1, 2, 840, 113556, 1, 5, 284, 8}
)

// deviceRegion stands where Entra names the region of a tenant; a server of
// one's own has none.
const deviceRegion = "NA"

func (s *Subject) extensions() ([]pkix.Extension, error) {
	joined := "1"
	if s.Type == JoinRegister {
		joined = "0"
	}
	var list []pkix.Extension
	for _, e := range []struct {
		oid  asn1.ObjectIdentifier
		guid string
		text string
	}{
		{oidDevice, string(s.Device), ""},
		{oidUser, string(s.User), ""},
		{oidTenant, string(s.Tenant), ""},
		{oidJoinType, "", joined},
		{oidRegion, "", deviceRegion},
	} {
		value := []byte(e.text)
		if e.guid != "" {
			var ok bool
			if value, ok = guidBytes(e.guid); !ok {
				return nil, fmt.Errorf("certify a device: %q is no GUID", e.guid)
			}
		}
		der, err := asn1.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("encode an extension: %w", err)
		}
		list = append(list, pkix.Extension{Id: e.oid, Value: der})
	}
	return list, nil
}

// subjectOf reads tenant and device of a certificate that this server's
// authority signed; ok is false when it says something else than Certify does.
func subjectOf(c *x509.Certificate) (s Subject, ok bool) {
	if len(c.Subject.Names) != 1 {
		return s, false
	}
	s.Device = DeviceID(c.Subject.CommonName)
	device, tenant := "", ""
	for _, e := range c.Extensions {
		to := &device
		switch {
		case e.Id.Equal(oidDevice):
		case e.Id.Equal(oidTenant):
			to = &tenant
		default:
			continue
		}
		var value []byte
		if rest, err := asn1.Unmarshal(e.Value, &value); err != nil || len(rest) > 0 || len(value) != 16 {
			return s, false
		}
		*to = guidText(value)
	}
	s.Tenant = TenantID(tenant)
	return s, tenant != "" && device == string(s.Device)
}

// swapped is the order of a GUID's bytes in Windows' form ([MS-DTYP] 2.3.4.2):
// the first three fields are little-endian.
var swapped = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

func guidBytes(text string) ([]byte, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(raw) != len(swapped) {
		return nil, false
	}
	out := make([]byte, len(swapped))
	for i, from := range swapped {
		out[i] = raw[from]
	}
	return out, true
}

func guidText(b []byte) string {
	raw := make([]byte, len(swapped))
	for i, from := range swapped {
		raw[i] = b[from]
	}
	h := hex.EncodeToString(raw)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// SID is the security identifier of a directory object on the PCs of its
// directory: S-1-12-1 and the four parts of its id ([MS-DTYP] 2.4.2; Entra's
// authority 12). It is empty for what is no GUID.
func (id ObjectID) SID() string {
	b, ok := guidBytes(string(id))
	if !ok {
		return ""
	}
	part := func(at int) uint32 {
		return uint32(b[at]) | uint32(b[at+1])<<8 | uint32(b[at+2])<<16 | uint32(b[at+3])<<24
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", part(0), part(4), part(8), part(12))
}
