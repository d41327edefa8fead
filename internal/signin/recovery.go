package signin

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	recoveryCodes = 10
	// recoveryAlphabet is Crockford's base 32: what looks like another letter
	// is read as it. Sixteen of them are 80 bits, so a fast hash is enough.
	recoveryAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
)

// NewRecovery makes new recovery codes; the old ones are void. fault.NotFound
// without an authenticator app.
func (p *People) NewRecovery(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]string, error) {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return nil, fault.Wrap("make recovery codes", err)
	}
	f, err := p.factor(ctx, t, user)
	if err != nil {
		return nil, err
	}
	if f.ConfirmedAt.IsZero() {
		return nil, fault.New(fault.NotFound, "NoAuthenticator", "No authenticator app is set up.")
	}
	return p.putRecovery(ctx, t, &u, f, "Make recovery codes")
}

// putRecovery stores the factor with fresh recovery codes and gives them.
func (p *People) putRecovery(ctx context.Context, t directory.TenantID, u *directory.User, f TOTP, activity string) ([]string, error) {
	codes := make([]string, recoveryCodes)
	hashes := make([][]byte, recoveryCodes)
	for i := range codes {
		codes[i] = randomGroups(recoveryAlphabet, 4, 4)
		hashes[i] = recoveryHash(t, u.ID, codes[i])
	}
	if err := p.Store.PutTOTP(ctx, t, u.ID, f, hashes, p.event(ctx, activity, u)); err != nil {
		return nil, fault.Wrap("store recovery codes", err)
	}
	return codes, nil
}

var recoveryText = strings.NewReplacer("-", "", " ", "", "i", "1", "l", "1", "o", "0")

// recoveryHash is what is stored of a code, however it is typed. The person is
// in it: equal codes of two people have different hashes.
func recoveryHash(t directory.TenantID, user directory.ObjectID, code string) []byte {
	return hashOf(string(t) + "/" + string(user) + "/" + recoveryText.Replace(strings.ToLower(strings.TrimSpace(code))))
}
