package signin

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Person is somebody whose password was right.
type Person struct {
	Tenant directory.TenantID
	User   directory.User
	// MustChange: the password is good for choosing another one only.
	MustChange bool
	// HasTOTP: an authenticator app is set up, so its code has to be asked for.
	HasTOTP bool
}

// errWrongPassword is the one answer to an unknown name, a wrong password, an
// account that is disabled or has none, and an unknown domain.
func errWrongPassword() error {
	return fault.New(fault.Unauthenticated, "WrongPassword", "The user name or password is wrong.")
}

// CheckPassword finds out who upn is and whether the password is theirs. An
// empty tenant is found by the name's domain. Whatever is wrong, the work and
// the answer are the same: fault.Unauthenticated with code WrongPassword. Too
// many tries in a row are fault.Throttled with code SignInSlowed; see
// [NetworkOf] for network.
func (p *People) CheckPassword(ctx context.Context, t directory.TenantID, upn, password, network string) (Person, error) {
	name := strings.TrimSpace(upn)
	tries := p.tries("password", strings.ToLower(name), network, passwordDelay)
	if err := tries.count(ctx); err != nil {
		return Person{}, err
	}
	known, stored, err := p.find(ctx, t, name)
	if err != nil {
		return Person{}, fault.Wrap("check password", err)
	}
	right, err := p.Hasher.Verify(ctx, stored.Hash, password)
	if err != nil {
		return Person{}, fault.Wrap("check password", err)
	}
	if !right || !known.User.AccountEnabled {
		return Person{}, errWrongPassword()
	}
	if err := tries.forget(ctx); err != nil {
		return Person{}, err
	}
	known.MustChange = stored.MustChange
	factor, err := p.factor(ctx, known.Tenant, known.User.ID)
	known.HasTOTP = !factor.ConfirmedAt.IsZero()
	return known, err
}

// find reads person and password. When something is not there the rest is read
// all the same, by ids that nothing has, and the hash is empty.
func (p *People) find(ctx context.Context, t directory.TenantID, name string) (Person, Password, error) {
	known := Person{Tenant: t}
	if t == "" {
		tenant, err := p.Tenants.FindTenant(ctx, domainOf(name))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return known, Password{}, err
		}
		known.Tenant = tenant.ID
	}
	if !strings.Contains(name, "@") {
		name = "@" // a person is never found by id here
	}
	user, err := p.Users.GetUser(ctx, known.Tenant, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return known, Password{}, err
	}
	known.User = user
	stored, err := p.Store.GetPassword(ctx, known.Tenant, user.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return known, Password{}, err
	}
	return known, stored, nil
}

// domainOf is what stands behind the last @, in lower case.
func domainOf(upn string) string { return strings.ToLower(upn[strings.LastIndexByte(upn, '@')+1:]) }

// factor is the person's authenticator app, the zero TOTP when there is none.
func (p *People) factor(ctx context.Context, t directory.TenantID, user directory.ObjectID) (TOTP, error) {
	f, err := p.Store.GetTOTP(ctx, t, user)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return TOTP{}, fault.Wrap("read second factor", err)
	}
	return f, nil
}

// MethodInfo is what a person has to sign in with.
type MethodInfo struct {
	HasPassword       bool
	MustChange        bool // at the next sign-in
	PasswordChangedAt time.Time
	// TOTP is the authenticator app without its secret, nil when none is set up.
	TOTP         *TOTP
	RecoveryLeft int
}

// Methods tells what a person has to sign in with.
func (p *People) Methods(ctx context.Context, t directory.TenantID, user directory.ObjectID) (MethodInfo, error) {
	var info MethodInfo
	stored, err := p.Store.GetPassword(ctx, t, user)
	switch {
	case err == nil:
		info = MethodInfo{HasPassword: true, MustChange: stored.MustChange, PasswordChangedAt: stored.ChangedAt}
	case !fault.Is(err, fault.NotFound):
		return info, fault.Wrap("read sign-in methods", err)
	}
	f, err := p.factor(ctx, t, user)
	if err != nil || f.ConfirmedAt.IsZero() {
		return info, err
	}
	f.Secret = nil
	info.TOTP, info.RecoveryLeft = &f, f.RecoveryLeft
	return info, nil
}
