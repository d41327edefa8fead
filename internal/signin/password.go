package signin

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ChangePassword replaces a person's own password. The session with the id keep
// stays; every other session and every token of the person ends. Wrong tries at
// the old one count as those at signing in: fault.Unauthenticated with code
// WrongPassword, fault.Throttled with code SignInSlowed.
func (p *People) ChangePassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, old, fresh, keep, network string) error {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return fault.Wrap("change password", err)
	}
	who, err := p.CheckPassword(ctx, t, u.UserPrincipalName, old, network)
	if err != nil {
		return err
	}
	if who.User.ID != user {
		return errWrongPassword()
	}
	if old == fresh {
		return badPassword("PasswordNotChanged", "The new password is the old one.", "Choose another one.")
	}
	return p.putPassword(ctx, t, &u, fresh, false, keep, "Change user password")
}

// SetPassword gives a person a password without asking for the old one, as an
// administrator does. Every session and token of the person ends.
func (p *People) SetPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, fresh string, mustChange bool) error {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return fault.Wrap("set password", err)
	}
	return p.putPassword(ctx, t, &u, fresh, mustChange, "", "Reset user password")
}

func (p *People) putPassword(ctx context.Context, t directory.TenantID, u *directory.User, fresh string, mustChange bool, keep, activity string) error {
	if err := CheckNewPassword(u.UserPrincipalName, u.DisplayName, fresh); err != nil {
		return err
	}
	hash, err := p.Hasher.Hash(ctx, fresh)
	if err != nil {
		return fault.Wrap("set password", err)
	}
	changes := []directory.Change{{Property: "password", New: "changed"}}
	if mustChange {
		changes = append(changes, directory.Change{Property: "forceChangePasswordNextSignIn", New: "true"})
	}
	stored := Password{Hash: hash, MustChange: mustChange, ChangedAt: p.Clock.Real()}
	return fault.Wrap("set password", p.Store.PutPassword(ctx, t, u.ID, stored, keep, p.event(ctx, activity, u, changes...)))
}

// passwordAlphabet has no letter that is read as another one.
const passwordAlphabet = "abcdefghjkmnpqrstuvwxyz23456789"

// GeneratePassword makes a password for somebody who will change it: four
// groups of four characters, 79 random bits.
func GeneratePassword() string {
	for {
		password := randomGroups(passwordAlphabet, 4, 4)
		if CheckNewPassword("", "", password) == nil {
			return password
		}
	}
}

// randomGroups is so many groups of so many characters, with hyphens between.
func randomGroups(alphabet string, groups, size int) string {
	var b strings.Builder
	most := big.NewInt(int64(len(alphabet)))
	for g := range groups {
		if g > 0 {
			b.WriteByte('-')
		}
		for range size {
			n, _ := rand.Int(rand.Reader, most) // never fails: the program would have stopped
			b.WriteByte(alphabet[n.Int64()])
		}
	}
	return b.String()
}
