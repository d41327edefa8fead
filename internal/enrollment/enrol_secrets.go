package enrollment

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"taxiway/internal/directory"
)

// Digest is what PC and server prove themselves with in the digest
// authentication of OMA-DM. It is derived, never stored, and another one after
// each enrolment. The client's nonce is the first in Device.Nonce; its name leads
// to tenant and device.
type Digest struct {
	ClientName, ClientSecret              string
	ServerName, ServerSecret, ServerNonce string
}

// serverName is what this server calls itself in the digest authentication.
const serverName = "taxiway"

// DigestOf derives the secrets of a device's present enrolment.
func (s *Service) DigestOf(t directory.TenantID, d *Device) Digest {
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, s.DigestKey)
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", purpose, t, d.ID)
		// As the store keeps it: in microseconds.
		_ = binary.Write(h, binary.BigEndian, d.EnrolledAt.UnixMicro()) // a hash takes everything
		return h.Sum(nil)
	}
	return Digest{
		ClientName: string(t) + "/" + string(d.ID), ClientSecret: base64.RawURLEncoding.EncodeToString(derive("client secret")),
		ServerName: serverName, ServerSecret: base64.RawURLEncoding.EncodeToString(derive("server secret")),
		ServerNonce: base64.StdEncoding.EncodeToString(derive("server nonce")[:nonceBytes]),
	}
}

const nonceBytes = 16

// newNonce is fresh and random, in base64.
func newNonce() (string, error) {
	b := make([]byte, nonceBytes)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b), nil
}
