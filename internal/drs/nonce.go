package drs

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// nonceLife is how long a PC may take from a nonce to its join.
const nonceLife = 5 * time.Minute

// Nonces makes values for one join each. They are not stored: a nonce carries
// when it ends, authenticated with a key that all processes share, and is noted
// when it is used.
type Nonces struct {
	Key   []byte // 32 bytes
	Clock directory.Clock
}

const nonceRandom = 16

// New makes a nonce for a tenant.
func (n *Nonces) New(t directory.TenantID) (string, error) {
	raw := make([]byte, 8+nonceRandom, 8+nonceRandom+sha256.Size)
	binary.BigEndian.PutUint64(raw, uint64(n.Clock.Real().Add(nonceLife).Unix())) //nolint:gosec // not before 1970
	if _, err := rand.Read(raw[8:]); err != nil {
		return "", fmt.Errorf("make nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(raw, n.mac(t, raw)...)), nil
}

func (n *Nonces) mac(t directory.TenantID, raw []byte) []byte {
	m := hmac.New(sha256.New, n.Key)
	m.Write([]byte(t))
	m.Write(raw)
	return m.Sum(nil)
}

// check accepts a nonce of this server for this tenant that has not ended, and
// returns what its use is noted under.
func (n *Nonces) check(t directory.TenantID, text string) (directory.Once, error) {
	const again = "Ask for a new nonce."
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 8+nonceRandom+sha256.Size || !hmac.Equal(raw[8+nonceRandom:], n.mac(t, raw[:8+nonceRandom])) {
		return directory.Once{}, fault.Field(fault.Unauthenticated, "NonceWrong", "Nonce", "The nonce is not one of this server's for this organisation.", again)
	}
	end := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0) //nolint:gosec // ours, checked above
	if !n.Clock.Real().Before(end) {
		return directory.Once{}, fault.Field(fault.Unauthenticated, "NonceExpired", "Nonce", "The nonce has expired.", again)
	}
	sum := sha256.Sum256(raw)
	return directory.Once{Value: sum[:], Expires: end}, nil
}

type nonceAnswer struct {
	Value string `json:"Value"`
}

func (h *Handler) nonce(c *call) (any, error) {
	t, err := h.tenant(c.ctx(), c.keys["tenant"])
	if err != nil {
		return nil, err
	}
	value, err := h.Nonces.New(t.ID)
	return nonceAnswer{value}, err
}
