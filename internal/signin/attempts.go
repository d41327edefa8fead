package signin

import (
	"context"

	"taxiway/internal/fault"
)

// Begin starts a sign-in. The text is for a cookie of the browser that asked;
// whoever holds it is that browser.
func (s *Grants) Begin(ctx context.Context, a Attempt) (cookie string, begun Attempt, err error) {
	cookie = newToken(a.Tenant)
	a.ExpiresAt, a.Version = s.Clock.Real().Add(AttemptLife), 1
	if a.Antiforgery == "" {
		a.Antiforgery = randomText()
	}
	if err := s.Store.CreateAttempt(ctx, hashOf(cookie), a); err != nil {
		return "", Attempt{}, fault.Wrap("begin a sign-in", err)
	}
	return cookie, a, nil
}

// Load finds the sign-in of a cookie. One that is over, or never was, is
// fault.Unauthenticated with code AttemptEnded.
func (s *Grants) Load(ctx context.Context, cookie string) (Attempt, error) {
	_, hash, ok := tenantOf(cookie)
	if !ok {
		return Attempt{}, attemptEnded()
	}
	a, err := s.Store.GetAttempt(ctx, hash)
	switch {
	case fault.Is(err, fault.NotFound):
		return Attempt{}, attemptEnded()
	case err != nil:
		return Attempt{}, fault.Wrap("load a sign-in", err)
	case !s.Clock.Real().Before(a.ExpiresAt):
		return Attempt{}, attemptEnded()
	}
	return a, nil
}

// Save stores how far the person has come. When another request of the same
// browser was faster the error is fault.Precondition: load again.
func (s *Grants) Save(ctx context.Context, cookie string, a *Attempt) error {
	_, hash, ok := tenantOf(cookie)
	if !ok {
		return attemptEnded()
	}
	err := s.Store.UpdateAttempt(ctx, hash, *a)
	if fault.Is(err, fault.NotFound) {
		return attemptEnded()
	}
	if err == nil {
		a.Version++
	}
	return fault.Wrap("save a sign-in", err)
}

// End closes a sign-in, once: of two requests that end the same one, only one
// is answered true and may issue a code.
func (s *Grants) End(ctx context.Context, cookie string) (ended bool, err error) {
	_, hash, ok := tenantOf(cookie)
	if !ok {
		return false, nil
	}
	ended, err = s.Store.EndAttempt(ctx, hash)
	return ended, fault.Wrap("end a sign-in", err)
}

func attemptEnded() error {
	return refuse("AttemptEnded", "This sign-in has ended or took longer than ten minutes. Go back to the app and sign in again.")
}
