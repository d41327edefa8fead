package oobe

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/seal"
)

// proofLife is how long a PC may take to decrypt a nonce.
const proofLife = 2 * time.Minute

// Proof makes and checks challenges. A challenge is sealed with a key that all
// processes share, so any of them can check it; that it works once is kept in
// the store.
type Proof struct {
	key    *seal.Key // has this one purpose
	clock  directory.Clock
	nonces autopilot.NonceStore
}

// NewProof takes a 32-byte key.
func NewProof(key []byte, clock directory.Clock, nonces autopilot.NonceStore) (*Proof, error) {
	k, err := seal.New(key)
	if err != nil {
		return nil, fmt.Errorf("make challenges: %w", err)
	}
	return &Proof{key: k, clock: clock, nonces: nonces}, nil
}

// sealed is what a challenge holds: for which registration and which presented
// hash it was made, and the nonce's digest.
type sealed struct {
	Tenant  directory.TenantID `json:"t"`
	Device  autopilot.DeviceID `json:"d"`
	Hash    []byte             `json:"h"`
	Nonce   []byte             `json:"n"`
	Expires int64              `json:"e"` // Unix milliseconds, the server's clock
}

func (p *Proof) challenge(a *autopilot.Asked) (*challenge, error) {
	key, ok := a.Registered.EKPublic()
	if !ok {
		return nil, errors.New("make challenge: the registered hash holds no usable endorsement key")
	}
	nonce := make([]byte, 32)
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("make nonce: %w", err)
	}
	encrypted, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, key, nonce, nil)
	if err != nil {
		return nil, fmt.Errorf("encrypt nonce: %w", err)
	}
	text, err := p.key.Seal("", sealed{
		Tenant: a.Tenant, Device: a.Device.ID, Hash: digest(a.Presented.Raw()), Nonce: digest(nonce),
		Expires: p.clock.Real().Add(proofLife).UnixMilli(),
	})
	if err != nil {
		return nil, err
	}
	return &challenge{Challenge: text, EncryptedNonce: encrypted}, nil
}

func digest(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// check accepts the nonce of a challenge that was made for this registration
// and this presented hash, once and in time.
func (p *Proof) check(ctx context.Context, a *autopilot.Asked, token string, nonce []byte) error {
	var c sealed
	if _, err := p.key.Open("", token, &c); err != nil {
		return proofRefused("ProofWrong", "The challenge is not one of this server's.")
	}
	if !p.clock.Real().Before(time.UnixMilli(c.Expires)) {
		return proofRefused("ProofExpired", "The challenge has expired.")
	}
	same := c.Tenant == a.Tenant && c.Device == a.Device.ID && subtle.ConstantTimeCompare(c.Hash, digest(a.Presented.Raw())) == 1
	if !same || subtle.ConstantTimeCompare(c.Nonce, digest(nonce)) != 1 {
		return proofRefused("ProofWrong", "The nonce is not the one that was encrypted for this PC.")
	}
	fresh, err := p.nonces.SpendNonce(ctx, c.Nonce, time.UnixMilli(c.Expires))
	if err != nil {
		return fault.Wrap("spend nonce", err)
	}
	if !fresh {
		return proofRefused("ProofUsed", "The nonce was used already.")
	}
	return nil
}

func proofRefused(code, message string) error {
	return fault.Field(fault.Unauthenticated, code, "challenge", message, "Ask again without challenge and nonce to get a new one.")
}
