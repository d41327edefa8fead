package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238's default; authenticator apps know no other for certain
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	totpPeriod = 30 * time.Second
	totpDigits = 6
	totpSecret = 20 // bytes, as RFC 4226 section 4 recommends
	// totpWindow is how many steps before and after the present one are good:
	// a telephone's clock may be off, and typing takes time.
	totpWindow = 1
)

// TOTPSetup is what an authenticator app is told.
type TOTPSetup struct {
	Secret string // base32, to type
	URI    string // otpauth://…, to scan
}

// BeginTOTP makes a secret for the person's authenticator app. It counts for
// nothing before ConfirmTOTP. fault.Conflict with code AuthenticatorExists when
// the person has a confirmed one.
func (p *People) BeginTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) (TOTPSetup, error) {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return TOTPSetup{}, fault.Wrap("set up authenticator", err)
	}
	tenant, err := p.Tenants.GetTenant(ctx, t)
	if err != nil {
		return TOTPSetup{}, fault.Wrap("set up authenticator", err)
	}
	there, err := p.factor(ctx, t, user)
	if err != nil {
		return TOTPSetup{}, err
	}
	if !there.ConfirmedAt.IsZero() {
		return TOTPSetup{}, errAuthenticatorExists()
	}
	f := TOTP{ID: p.NewID(), Secret: make([]byte, totpSecret), CreatedAt: p.Clock.Real()}
	_, _ = rand.Read(f.Secret) // never fails: the program would have stopped
	if err := p.Store.PutTOTP(ctx, t, user, f, nil, p.event(ctx, "Begin authenticator setup", &u)); err != nil {
		return TOTPSetup{}, fault.Wrap("set up authenticator", err)
	}
	return TOTPSetup{Secret: totpText.EncodeToString(f.Secret), URI: totpURI(tenant.DisplayName, u.UserPrincipalName, f.Secret)}, nil
}

func errAuthenticatorExists() error {
	return fault.Field(fault.Conflict, "AuthenticatorExists", "authenticator", "An authenticator app is set up already.", "Remove it first.")
}

// ConfirmTOTP ends the setup with the app's first code and gives the recovery
// codes, which are not shown again. A wrong code is fault.Unauthenticated with
// code WrongCode; without a setup that was begun it is fault.NotFound.
func (p *People) ConfirmTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, code string) ([]string, error) {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return nil, fault.Wrap("confirm authenticator", err)
	}
	f, err := p.Store.GetTOTP(ctx, t, user)
	if err != nil {
		return nil, fault.Wrap("confirm authenticator", err)
	}
	if !f.ConfirmedAt.IsZero() {
		return nil, errAuthenticatorExists()
	}
	now := p.Clock.Real()
	step, ok := matchTOTP(f.Secret, digitsOf(code), now)
	if !ok {
		return nil, errWrongCode()
	}
	f.ConfirmedAt, f.LastStep = now, step
	return p.putRecovery(ctx, t, &u, f, "Set up authenticator")
}

// RemoveTOTP removes the authenticator app and the recovery codes; fault.NotFound
// when there is none.
func (p *People) RemoveTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) error {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return fault.Wrap("remove authenticator", err)
	}
	return fault.Wrap("remove authenticator", p.Store.DeleteTOTP(ctx, t, user, p.event(ctx, "Remove authenticator", &u)))
}

func errWrongCode() error {
	return fault.New(fault.Unauthenticated, "WrongCode", "The code is wrong, was used already or is not good any more.")
}

// CheckCode checks a code of the authenticator app, or one of the recovery
// codes. Each is good once. It gives the method as it stands in amr and how
// many recovery codes are left. Wrong: fault.Unauthenticated with code
// WrongCode; too many in a row: fault.Throttled with code SignInSlowed.
func (p *People) CheckCode(ctx context.Context, t directory.TenantID, user directory.ObjectID, code, network string) (method string, recoveryLeft int, err error) {
	tries := p.tries("code", string(t)+"/"+string(user), network, codeDelay)
	if err := tries.count(ctx); err != nil {
		return "", 0, err
	}
	f, err := p.factor(ctx, t, user)
	if err != nil {
		return "", 0, err
	}
	if f.ConfirmedAt.IsZero() {
		return "", 0, errWrongCode()
	}
	fresh, left := false, f.RecoveryLeft
	if digits := digitsOf(code); len(digits) == totpDigits {
		if step, ok := matchTOTP(f.Secret, digits, p.Clock.Real()); ok {
			fresh, err = p.Store.UseStep(ctx, t, user, step)
		}
	} else {
		fresh, left, err = p.Store.UseRecovery(ctx, t, user, recoveryHash(t, user, code), p.Clock.Real())
	}
	if err != nil {
		return "", 0, fault.Wrap("check code", err)
	}
	if !fresh {
		return "", 0, errWrongCode()
	}
	return MethodOTP, left, tries.forget(ctx)
}

// matchTOTP finds the step whose code this is. All steps of the window are
// tried, so that the time says nothing.
func matchTOTP(secret []byte, code string, now time.Time) (step int64, ok bool) {
	present := now.Unix() / int64(totpPeriod/time.Second)
	for s := present - totpWindow; s <= present+totpWindow; s++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpCode is RFC 6238's TOTP of a time step: RFC 4226's HOTP of its number.
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // steps since 1970
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[offset:offset+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, number%1_000_000)
}

var totpText = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpURI is the text of the code to scan, in the form that authenticator apps
// agree on (Google Authenticator's Key URI Format).
func totpURI(issuer, account string, secret []byte) string {
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: "secret=" + totpText.EncodeToString(secret) + "&issuer=" + url.PathEscape(issuer) + "&algorithm=SHA1&digits=6&period=30",
	}
	return u.String()
}

// digitsOf is a code without the spaces that apps show in it; empty when it is
// no code of an app.
func digitsOf(code string) string {
	code = strings.Join(strings.Fields(code), "")
	if strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return code
}
