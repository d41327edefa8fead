package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password hash: argon2id with 19 MiB, two passes, one lane, as
// OWASP's Password Storage Cheat Sheet recommends. RFC 9106 is the function.
const (
	hashMemory = 19456 // KiB
	hashTime   = 2
	hashLanes  = 1
	hashSalt   = 16
	hashKey    = 32
)

// Hasher hashes passwords, a few at a time: each takes 19 MiB and a processor
// for some milliseconds, which a flood of sign-ins would otherwise multiply.
type Hasher struct {
	slots chan struct{}
	cost  HashCost
	// none is verified when there is no password to compare with, so that an
	// unknown name takes as long as a known one. It is all zeros.
	none string
}

// NewHasher makes a hasher that works on up to parallel passwords at once.
func NewHasher(parallel int) *Hasher {
	return NewHasherAt(parallel, HashCost{hashMemory, hashTime, hashLanes})
}

// NewHasherAt is NewHasher at another cost, for tests, which make many accounts.
func NewHasherAt(parallel int, cost HashCost) *Hasher {
	return &Hasher{make(chan struct{}, max(parallel, 1)), cost, encodeHash(cost, make([]byte, hashSalt), make([]byte, hashKey))}
}

// Hash makes the argon2id hash of a password in PHC string form. It waits for
// its turn as long as ctx lives.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, hashSalt)
	_, _ = rand.Read(salt) // never fails: the program would have stopped
	sum, err := h.sum(ctx, h.cost, password, salt, hashKey)
	if err != nil {
		return "", err
	}
	return encodeHash(h.cost, salt, sum), nil
}

// Verify reports whether the password has this hash. An empty hash is no
// password's, and costs the same.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.none
	}
	cost, salt, want, err := decodeHash(phc)
	if err != nil {
		return false, err
	}
	got, err := h.sum(ctx, cost, password, salt, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (h *Hasher) sum(ctx context.Context, c HashCost, password string, salt []byte, length int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Lanes, uint32(length)), nil //nolint:gosec // 16 to 64
}

// HashCost is what stands in a hash before its salt: KiB of memory, passes over
// it, and how many lanes work on it at once.
type HashCost struct {
	Memory, Time uint32
	Lanes        uint8
}

var hashText = base64.RawStdEncoding.Strict()

func encodeHash(c HashCost, salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Lanes, hashText.EncodeToString(salt), hashText.EncodeToString(sum))
}

var errHash = errors.New("the stored password hash is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash within its bounds")

// decodeHash reads what encodeHash wrote, now or with another cost.
func decodeHash(phc string) (c HashCost, salt, sum []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return c, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(parts[3]+"\n", "m=%d,t=%d,p=%d\n", &c.Memory, &c.Time, &c.Lanes); err != nil || n != 3 {
		return c, nil, nil, errHash
	}
	salt, saltErr := hashText.DecodeString(parts[4])
	sum, sumErr := hashText.DecodeString(parts[5])
	bounded := c.Memory >= 8 && c.Memory <= 1<<17 && c.Time >= 1 && c.Time <= 16 && c.Lanes >= 1 && c.Lanes <= 8 &&
		len(salt) >= 8 && len(salt) <= 64 && len(sum) >= 16 && len(sum) <= 64
	if saltErr != nil || sumErr != nil || !bounded {
		return c, nil, nil, errHash
	}
	return c, salt, sum, nil
}
