package signin

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// userCodeLetters leaves out what is misread for another: 0 O, 1 I L, 2 Z (Z
// stays), 5 S (S stays), 8 B (B stays).
const (
	userCodeLetters = "ABCDEFGHJKMNPQRSTUVWXYZ34679"
	userCodeLength  = 9
)

// pollSlack: a client that keeps the interval exactly must not be slowed
// because one request was faster on its way than the one before.
const pollSlack = time.Second

// userCodeTries is how often another user code is made after a taken one.
const userCodeTries = 5

// BeginDeviceCode starts a sign-in on another device (RFC 8628 section 3.2).
// The tenant is the one the address named; empty when it said common. The text
// is for the client, UserCode for the person.
func (s *Grants) BeginDeviceCode(ctx context.Context, t directory.TenantID, r Request) (code string, d DeviceCode, err error) {
	code = newToken(t)
	d = DeviceCode{Tenant: t, Request: r, State: DeviceWaiting, Interval: PollInterval, ExpiresAt: s.Clock.Real().Add(DeviceCodeLife)}
	for try := 1; ; try++ {
		d.UserCode = newUserCode()
		err = s.Store.CreateDeviceCode(ctx, hashOf(code), d)
		if !fault.Is(err, fault.Conflict) || try == userCodeTries {
			break
		}
	}
	if err != nil {
		return "", DeviceCode{}, fault.Wrap("begin a device code", err)
	}
	return code, d, nil
}

// FindUserCode finds what a person was told to type, whatever its case and
// with spaces and hyphens in it. One that is unknown, decided or too old is
// fault.NotFound with code UserCodeNotFound. The caller limits the tries.
func (s *Grants) FindUserCode(ctx context.Context, userCode string) (DeviceCode, error) {
	typed, ok := normalUserCode(userCode)
	if !ok {
		return DeviceCode{}, userCodeNotFound()
	}
	d, err := s.Store.GetUserCode(ctx, typed)
	if err == nil && (d.State != DeviceWaiting || !s.Clock.Real().Before(d.ExpiresAt)) || fault.Is(err, fault.NotFound) {
		return DeviceCode{}, userCodeNotFound()
	}
	return d, fault.Wrap("find a user code", err)
}

// Approve lets the waiting client sign in with this grant, whose tenant and
// app must be those of the code.
func (s *Grants) Approve(ctx context.Context, userCode string, g Grant) error {
	d, err := s.FindUserCode(ctx, userCode)
	if err != nil {
		return err
	}
	if d.Tenant != "" && d.Tenant != g.Tenant || d.Request.AppID != g.AppID {
		return userCodeNotFound()
	}
	return s.decide(ctx, d.UserCode, DeviceApproved, &g)
}

// Decline answers the waiting client that the person said no.
func (s *Grants) Decline(ctx context.Context, userCode string) error {
	d, err := s.FindUserCode(ctx, userCode)
	if err != nil {
		return err
	}
	return s.decide(ctx, d.UserCode, DeviceDeclined, nil)
}

func (s *Grants) decide(ctx context.Context, userCode string, state DeviceState, g *Grant) error {
	decided, err := s.Store.DecideDeviceCode(ctx, userCode, state, g)
	if err == nil && !decided {
		return userCodeNotFound()
	}
	return fault.Wrap("decide a device code", err)
}

// PollDeviceCode answers a client that waits. check compares client and tenant
// and runs first; its refusal comes back as it is. Refusals of this function
// are fault.Unauthenticated: DeviceCodeUnknown, DeviceCodeExpired (also for one
// that was used), AuthorizationDeclined, AuthorizationPending, or SlowDown for
// a client that asked before its interval was over.
func (s *Grants) PollDeviceCode(ctx context.Context, code string, check func(DeviceCode) error) (Grant, error) {
	_, hash, ok := tenantOf(code)
	if !ok {
		return Grant{}, deviceCodeUnknown()
	}
	d, err := s.Store.GetDeviceCode(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return Grant{}, deviceCodeUnknown()
	}
	if err != nil {
		return Grant{}, fault.Wrap("poll a device code", err)
	}
	if err := check(d); err != nil {
		return Grant{}, err
	}
	now := s.Clock.Real()
	switch {
	case !now.Before(d.ExpiresAt):
		return Grant{}, deviceCodeExpired()
	case d.State == DeviceApproved && d.Grant != nil:
		return s.useDeviceCode(ctx, hash, *d.Grant)
	case d.State == DeviceDeclined:
		return Grant{}, refuse("AuthorizationDeclined", "The person declined this sign-in.")
	case d.State != DeviceWaiting:
		return Grant{}, deviceCodeExpired()
	}
	early, err := s.Store.PollDeviceCode(ctx, hash, now, pollSlack, PollInterval)
	switch {
	case err != nil:
		return Grant{}, fault.Wrap("poll a device code", err)
	case early:
		return Grant{}, refuse("SlowDown", "You ask too often. Wait five seconds longer between two requests.")
	}
	return Grant{}, refuse("AuthorizationPending", "Nobody has signed in with the code yet. Ask again after the interval.")
}

// useDeviceCode answers the grant once and begins its family.
func (s *Grants) useDeviceCode(ctx context.Context, hash []byte, g Grant) (Grant, error) {
	f := s.newFamily(g)
	fresh, err := s.Store.UseDeviceCode(ctx, hash, f)
	if err != nil {
		return Grant{}, fault.Wrap("use a device code", err)
	}
	if !fresh {
		return Grant{}, deviceCodeExpired()
	}
	return f.Grant, nil
}

func deviceCodeUnknown() error {
	return refuse("DeviceCodeUnknown", "There is no such device code. Start the sign-in again.")
}

func deviceCodeExpired() error {
	return refuse("DeviceCodeExpired", "The device code has expired or was used. Start the sign-in again.")
}

func userCodeNotFound() error {
	return fault.Field(fault.NotFound, "UserCodeNotFound", "code", "There is no sign-in waiting with this code.", "Compare it with the one your device shows; a code is good for 15 minutes.")
}

// newUserCode draws each letter with the same chance.
func newUserCode() string {
	const even = 256 / len(userCodeLetters) * len(userCodeLetters)
	var out strings.Builder
	var b [2 * userCodeLength]byte
	for out.Len() < userCodeLength {
		_, _ = rand.Read(b[:]) // never fails: the program would have stopped
		for _, c := range b {
			if int(c) < even && out.Len() < userCodeLength {
				out.WriteByte(userCodeLetters[int(c)%len(userCodeLetters)])
			}
		}
	}
	return out.String()
}

// normalUserCode is the code as it was made; false when no code looks so.
func normalUserCode(typed string) (string, bool) {
	if len(typed) > 4*userCodeLength {
		return "", false
	}
	code := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\t' || r == '\u00a0' || r == '\u2010' || r == '\u2011' || r == '\u2013':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, typed)
	if len(code) != userCodeLength || strings.Trim(code, userCodeLetters) != "" {
		return "", false
	}
	return code, true
}
