package signin_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

func TestNetworksAreWhatOneGuesserHas(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.17": "192.0.2.0/24", "192.0.2.17:51234": "192.0.2.0/24", "::ffff:192.0.2.17": "192.0.2.0/24", "192.0.2.0/24": "192.0.2.0/24",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "[2001:db8:1:2::9]:443": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "2001:db8::/64": "2001:db8::/64",
		"": "", "unix": "unix",
	} {
		if got := signin.NetworkOf(address); got != want {
			t.Errorf("NetworkOf(%q) = %q, want %q", address, got, want)
		}
	}
}

// guess tries a wrong password until it is slowed, and says how often it was
// looked at and for how long it has to wait.
func (o *office) guess(name, network string, most int) (looked int, wait time.Duration) {
	o.t.Helper()
	for range most {
		_, err := o.CheckPassword(o.ctx, o.tenant, name, "wrong", network)
		e, ok := fault.As(err)
		switch {
		case !ok:
			o.t.Fatal(err)
		case e.Kind == fault.Throttled:
			if e.Code != "SignInSlowed" || e.RetryAfter <= 0 {
				o.t.Fatalf("slowed with %+v", e)
			}
			return looked, e.RetryAfter
		case e.Code != "WrongPassword":
			o.t.Fatal(err)
		}
		looked++
	}
	return looked, 0
}

func TestWrongTriesWaitLongerAndLonger(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("adele.vance", goodPassword)
	for _, name := range []string{"adele.vance@contoso.example", "nobody@contoso.example", "nobody@nowhere.example"} {
		looked, wait := o.guess(name, home, 100)
		if looked != 11 || wait != time.Second {
			t.Errorf("%s: %d tries, then %v; want 11 and a second", name, looked, wait)
		}
		for _, want := range []time.Duration{2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
			o.clock.advance(wait)
			looked, wait = o.guess(name, home, 100)
			if looked != 1 || wait != want*time.Second {
				t.Errorf("%s: %d tries, then %v; want 1 and %v", name, looked, wait, want*time.Second)
			}
		}
		// The spelling makes no difference, and the right password none either.
		_, err := o.CheckPassword(o.ctx, "", "  "+name, goodPassword, "192.0.2.200")
		o.fails(err, fault.Throttled, "SignInSlowed")
	}
	o.clock.advance(24*time.Hour + time.Second)
	if looked, _ := o.guess("adele.vance@contoso.example", home, 100); looked != 11 {
		t.Errorf("%d tries a day later, want 11", looked)
	}
}

func TestAGuesserOnManyNetworksSlowsAndNeverLocks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	_, err := o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, home)
	o.ok(err)
	looked := 0
	for n := range 200 {
		got, wait := o.guess(u.UserPrincipalName, fmt.Sprintf("203.0.%d.1", n), 10)
		looked += got
		if wait > 3*time.Second {
			t.Fatalf("the account waits %v", wait)
		}
	}
	if looked != 31 {
		t.Errorf("%d guesses at once from 200 networks, want 31", looked)
	}
	// Who waits each time gets one more guess, and the wait stays one of seconds.
	for n := range 20 {
		_, wait := o.guess(u.UserPrincipalName, fmt.Sprintf("203.3.%d.1", n), 2)
		if wait > 3*time.Second {
			t.Fatalf("after %d more guesses the account waits %v", n, wait)
		}
		o.clock.advance(wait)
	}
	// Where the person was signed in before, nothing is slowed.
	_, err = o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, home)
	o.ok(err)
	o.clock.advance(29 * 24 * time.Hour) // less than a month later all the same
	for n := range 60 {
		o.guess(u.UserPrincipalName, fmt.Sprintf("203.2.%d.1", n), 10)
	}
	_, err = o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, home)
	o.ok(err)
	// Elsewhere it takes seconds.
	for n := range 60 {
		o.guess(u.UserPrincipalName, fmt.Sprintf("203.1.%d.1", n), 10)
	}
	_, err = o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, away)
	o.fails(err, fault.Throttled, "SignInSlowed")
	o.clock.advance(3 * time.Second)
	_, err = o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, away)
	o.ok(err)
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	var mu sync.Mutex
	looked := 0
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, "wrong", home)
			mu.Lock()
			defer mu.Unlock()
			if fault.Is(err, fault.Unauthenticated) {
				looked++
			} else if !fault.Is(err, fault.Throttled) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if looked != 11 {
		t.Errorf("%d guesses were looked at, want 11", looked)
	}
}

func TestGuessesAtNobodysAccountSlowTheirNetworkOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 11 {
		o.ok(o.CountGuess(o.ctx, "device code", home))
	}
	o.fails(o.CountGuess(o.ctx, "device code", home), fault.Throttled, "SignInSlowed")
	o.ok(o.CountGuess(o.ctx, "something else", home))
	for n := range 50 {
		o.ok(o.CountGuess(o.ctx, "device code", fmt.Sprintf("203.0.%d.1", n)))
	}
	o.clock.advance(time.Second)
	o.ok(o.ForgetGuesses(o.ctx, "device code", home))
	for range 11 {
		o.ok(o.CountGuess(o.ctx, "device code", home))
	}
}
