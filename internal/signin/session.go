package signin

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	// sessionTouch is how old the noted last use may be: a busy browser writes
	// once a minute.
	sessionTouch = time.Minute
	agentMost    = 200 // characters of a user agent that are kept
)

// StartSession signs a browser in. It gives the text of its cookie, which is
// not kept.
func (p *People) StartSession(ctx context.Context, t directory.TenantID, s Session) (cookie string, _ Session, err error) {
	now := p.Clock.Real()
	s.ID, s.CreatedAt, s.LastUsed, s.EndsAt = p.NewID(), now, now, now.Add(p.SessionLife)
	if s.AuthTime.IsZero() {
		s.AuthTime = now
	}
	s.Agent = cut(s.Agent, agentMost)
	cookie = newToken(t)
	if err := p.Store.CreateSession(ctx, t, hashOf(cookie), s); err != nil {
		return "", Session{}, fault.Wrap("start session", err)
	}
	return cookie, s, nil
}

func errSessionEnded() error {
	return fault.New(fault.Unauthenticated, "SessionEnded", "The session has ended; sign in again.")
}

// FindSession finds the signed-in person of a cookie. A session that ended, was
// idle too long, or whose person was disabled or signed out everywhere is
// fault.Unauthenticated with code SessionEnded.
func (p *People) FindSession(ctx context.Context, cookie string) (directory.TenantID, Session, directory.User, error) {
	t, s, u, err := p.PeekSession(ctx, cookie)
	if err != nil {
		return t, s, u, err
	}
	if now := p.Clock.Real(); now.Sub(s.LastUsed) >= sessionTouch {
		s.LastUsed = now
		if err := p.Store.TouchSession(ctx, t, hashOf(cookie), s); err != nil && !fault.Is(err, fault.NotFound) {
			return "", Session{}, directory.User{}, fault.Wrap("note the use of a session", err)
		}
	}
	return t, s, u, nil
}

// PeekSession is FindSession for a request that no person made, such as a page
// that looks for news by itself: it is no use of the session.
func (p *People) PeekSession(ctx context.Context, cookie string) (directory.TenantID, Session, directory.User, error) {
	t, hash, ok := tenantOf(cookie)
	if !ok || t == "" {
		return "", Session{}, directory.User{}, errSessionEnded()
	}
	s, err := p.Store.GetSession(ctx, t, hash)
	if fault.Is(err, fault.NotFound) {
		return "", Session{}, directory.User{}, errSessionEnded()
	}
	if err != nil {
		return "", Session{}, directory.User{}, fault.Wrap("find session", err)
	}
	if !p.alive(&s, p.Clock.Real()) {
		return "", Session{}, directory.User{}, errSessionEnded()
	}
	u, err := p.Users.GetUser(ctx, t, string(s.User))
	if fault.Is(err, fault.NotFound) || err == nil && (!u.AccountEnabled || s.AuthTime.Before(u.SessionsFrom)) {
		return "", Session{}, directory.User{}, errSessionEnded()
	}
	if err != nil {
		return "", Session{}, directory.User{}, fault.Wrap("find session", err)
	}
	return t, s, u, nil
}

func (p *People) alive(s *Session, now time.Time) bool {
	return now.Before(s.EndsAt) && now.Before(s.LastUsed.Add(p.SessionIdle))
}

// RenewSession notes that the person of a session proved themselves again, by
// these methods, which are added to the session's.
func (p *People) RenewSession(ctx context.Context, cookie string, methods []string) (Session, error) {
	t, s, _, err := p.FindSession(ctx, cookie)
	if err != nil {
		return Session{}, err
	}
	for _, m := range methods {
		if !slices.Contains(s.Methods, m) {
			s.Methods = append(s.Methods, m)
		}
	}
	s.AuthTime = p.Clock.Real()
	s.LastUsed = s.AuthTime
	err = p.Store.TouchSession(ctx, t, hashOf(cookie), s)
	if fault.Is(err, fault.NotFound) {
		return Session{}, errSessionEnded()
	}
	return s, fault.Wrap("renew session", err)
}

// EndSession signs a browser out; what its apps were given ends too. A cookie
// of no session is no error.
func (p *People) EndSession(ctx context.Context, cookie string) error {
	t, hash, ok := tenantOf(cookie)
	if !ok || t == "" {
		return nil
	}
	return fault.Wrap("end session", p.Store.EndSession(ctx, t, hash, p.Clock.Real()))
}

// Sessions lists where a person is signed in, the newest first.
func (p *People) Sessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]Session, error) {
	all, err := p.Store.ListSessions(ctx, t, user)
	now := p.Clock.Real()
	return slices.DeleteFunc(all, func(s Session) bool { return !p.alive(&s, now) }), fault.Wrap("list sessions", err)
}

// EndSessionByID signs one of a person's browsers out.
func (p *People) EndSessionByID(ctx context.Context, t directory.TenantID, user directory.ObjectID, id string) error {
	return fault.Wrap("end session", p.Store.EndSessionByID(ctx, t, user, id, p.Clock.Real()))
}

// EndUserSessions signs a person out everywhere (Graph: revokeSignInSessions):
// sessions, families and tokens from before now are dead.
func (p *People) EndUserSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) error {
	u, err := p.Users.GetUser(ctx, t, string(user))
	if err != nil {
		return fault.Wrap("end sessions", err)
	}
	return fault.Wrap("end sessions", p.Store.EndUserSessions(ctx, t, user, p.Clock.Real(), p.event(ctx, "Revoke user sign-in sessions", &u)))
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
