package signin_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// signIn starts a session with a password.
func (o *office) signIn(u directory.User) string {
	o.t.Helper()
	cookie, _, err := o.StartSession(o.ctx, o.tenant, signin.Session{User: u.ID, Methods: []string{signin.MethodPassword}, Address: signin.NetworkOf(home), Agent: "browser"})
	o.ok(err)
	return cookie
}

func (o *office) signedIn(cookie string) bool {
	o.t.Helper()
	_, _, _, err := o.FindSession(o.ctx, cookie)
	if err != nil {
		o.fails(err, fault.Unauthenticated, "SessionEnded")
	}
	return err == nil
}

func TestASessionIsFoundByItsCookieOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	cookie, started, err := o.StartSession(o.ctx, o.tenant, signin.Session{User: u.ID, Methods: []string{"pwd"}, Address: "192.0.2.0/24", Agent: strings.Repeat("ä", 300)})
	o.ok(err)
	tenant, s, who, err := o.FindSession(o.ctx, cookie)
	o.ok(err)
	if tenant != o.tenant || who.ID != u.ID || s.ID != started.ID || s.Agent != strings.Repeat("ä", 200) || !s.AuthTime.Equal(o.clock.Real()) {
		t.Errorf("found %s, %+v, %+v", tenant, s, who)
	}
	last := cookie[:len(cookie)-1]
	for _, wrong := range []string{"", "x", last, last + "-", cookie + "x", strings.ToUpper(cookie), strings.Replace(cookie, string(o.tenant), "00000000-0000-0000-0000-000000000000", 1), strings.Replace(cookie, string(o.tenant), officeID(), 1)} {
		if wrong != cookie && o.signedIn(wrong) {
			t.Errorf("the cookie %q is let in", wrong)
		}
		o.ok(o.EndSession(o.ctx, wrong))
	}
	if !o.signedIn(cookie) {
		t.Error("wrong cookies ended the session")
	}
	o.ok(o.EndSession(o.ctx, cookie))
	if o.signedIn(cookie) {
		t.Error("the session lives after its end")
	}
}

func TestASessionEndsIdleAndInAnyCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	idle, used := o.signIn(u), o.signIn(u)
	o.clock.advance(8*time.Hour - time.Second)
	if !o.signedIn(used) {
		t.Error("it ended before it was idle for eight hours")
	}
	o.clock.advance(time.Second)
	if o.signedIn(idle) {
		t.Error("it was idle for eight hours and lives")
	}
	for range 2 {
		o.clock.advance(7 * time.Hour)
		if !o.signedIn(used) {
			t.Error("it was used and ended")
		}
	}
	o.clock.advance(2 * time.Hour)
	if o.signedIn(used) {
		t.Error("it lives after a day")
	}
	list, err := o.Sessions(o.ctx, o.tenant, u.ID)
	o.ok(err)
	if len(list) != 0 {
		t.Errorf("ended sessions are listed: %+v", list)
	}
}

func TestASessionEndsWithItsPersonsRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, end := range map[string]func(u directory.User){
		"disabled": func(u directory.User) {
			_, err := o.dir.UpdateUser(o.ctx, o.tenant, u.ID, 0, func(u *directory.User) error { u.AccountEnabled = false; return nil })
			o.ok(err)
		},
		"deleted":   func(u directory.User) { o.ok(o.dir.DeleteUser(o.ctx, o.tenant, u.ID, 0)) },
		"signedout": func(u directory.User) { o.ok(o.EndUserSessions(o.ctx, o.tenant, u.ID)) },
		"reset":     func(u directory.User) { o.ok(o.SetPassword(o.ctx, o.tenant, u.ID, otherPassword, true)) },
		"revoked elsewhere": func(u directory.User) { // another process set the time alone
			_, err := o.dir.UpdateUser(o.ctx, o.tenant, u.ID, 0, func(u *directory.User) error { u.SessionsFrom = o.clock.Real(); return nil })
			o.ok(err)
		},
	} {
		u := o.person(strings.ReplaceAll(name, " ", ""), goodPassword)
		cookie := o.signIn(u)
		o.clock.advance(time.Second)
		if !o.signedIn(cookie) {
			t.Errorf("%s: not signed in before", name)
		}
		end(u)
		if o.signedIn(cookie) {
			t.Errorf("%s: still signed in", name)
		}
	}
}

func TestABusySessionIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	cookie := o.signIn(u)
	counting := &touches{PeopleStore: o.Store}
	o.Store = counting
	for range 120 {
		o.clock.advance(time.Second)
		if !o.signedIn(cookie) {
			t.Fatal("signed out")
		}
	}
	if counting.n != 2 {
		t.Errorf("written %d times in two minutes, want 2", counting.n)
	}
}

func TestProvingOneselfAgainRenewsTheSession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	cookie := o.signIn(u)
	o.clock.advance(time.Hour)
	_, err := o.RenewSession(o.ctx, cookie, []string{signin.MethodPassword, signin.MethodOTP, signin.MethodMFA})
	o.ok(err)
	_, s, _, err := o.FindSession(o.ctx, cookie)
	o.ok(err)
	if strings.Join(s.Methods, " ") != "pwd otp mfa" || !s.AuthTime.Equal(o.clock.Real()) || !s.EndsAt.Equal(s.CreatedAt.Add(24*time.Hour)) {
		t.Errorf("renewed: %+v", s)
	}
	o.ok(o.EndSession(o.ctx, cookie))
	_, err = o.RenewSession(o.ctx, cookie, nil)
	o.fails(err, fault.Unauthenticated, "SessionEnded")
}

func TestAPersonEndsOneOfTheirOtherSessions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u, other := o.person("adele.vance", goodPassword), o.person("lee.gu", goodPassword)
	mine, lost := o.signIn(u), o.signIn(u)
	_, s, _, err := o.FindSession(o.ctx, lost)
	o.ok(err)
	o.ok(o.EndSessionByID(o.ctx, o.tenant, other.ID, s.ID))
	if !o.signedIn(lost) {
		t.Error("somebody else ended it")
	}
	o.ok(o.EndSessionByID(o.ctx, o.tenant, u.ID, s.ID))
	if o.signedIn(lost) || !o.signedIn(mine) {
		t.Errorf("signed in with the lost one: %v, with mine: %v", o.signedIn(lost), o.signedIn(mine))
	}
}

func TestWhoSignsInWhilePasswordChangesIsOldOrNew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	cookie := o.signIn(u)
	o.clock.advance(time.Second)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, _, _, err := o.FindSession(o.ctx, cookie)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := o.SetPassword(o.ctx, o.tenant, u.ID, otherPassword, false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if o.signedIn(cookie) {
		t.Error("a session from before the change lives")
	}
}
