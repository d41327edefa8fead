package signin

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	// freeTries may be wrong in a row before a network has to wait.
	freeTries = 10
	// freeAccountTries may be wrong from all networks together.
	freeAccountTries = 30
	// networkDelayMost bounds how long a network waits between two tries.
	networkDelayMost = 15 * time.Minute
	// passwordDelayMost bounds how long an account that is tried from many
	// networks waits: it slows a guesser and never locks the person out.
	passwordDelayMost = 3 * time.Second
	// codeDelayMost is the same for second factors. Only who has the password
	// comes so far, so strangers cannot slow anybody by it.
	codeDelayMost = 5 * time.Minute
	// trustTries is how many tries a network has, after a right one, which the
	// account's own delay does not touch.
	trustTries = 20
	// triesForgotten is how long after the last wrong one tries start afresh.
	triesForgotten = 24 * time.Hour
	// TriesKept is how long a network is trusted after the last right try, and
	// how long rows are kept.
	TriesKept = 30 * 24 * time.Hour
)

// delayFunc says how long to wait after so many wrong tries in a row.
type delayFunc func(failures int64, account bool) time.Duration

func passwordDelay(failures int64, account bool) time.Duration {
	if account {
		return growing(failures-freeAccountTries, passwordDelayMost)
	}
	return growing(failures-freeTries, networkDelayMost)
}

func codeDelay(failures int64, account bool) time.Duration {
	if account {
		return growing(failures-freeAccountTries, codeDelayMost)
	}
	return growing(failures-freeTries, networkDelayMost)
}

// guessDelay slows networks only: what is guessed is nobody's account.
func guessDelay(failures int64, account bool) time.Duration {
	if account {
		return 0
	}
	return growing(failures-freeTries, networkDelayMost)
}

// growing is nothing up to 0, then one second, doubled each time, up to most.
func growing(over int64, most time.Duration) time.Duration {
	if over <= 0 {
		return 0
	}
	return min(time.Duration(math.Exp2(float64(min(over-1, 30))))*time.Second, most)
}

// NetworkOf is what tries are counted by: the /24 of an IPv4 address, the /64
// of an IPv6 one, each with or without a port; any other text is itself.
func NetworkOf(address string) string {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		address = ap.Addr().String()
	}
	ip, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	network, err := ip.Prefix(bits)
	if err != nil {
		return address
	}
	return network.String()
}

// tries counts the tries at one thing from one network. They are counted
// before they are judged: many at once gain nothing.
type tries struct {
	store   LockoutStore
	clock   directory.Clock
	account []byte
	network string
	delay   delayFunc
}

// tries names what is tried by its kind and subject, known or not. Nothing of
// the subject can be read from the stored rows.
func (p *People) tries(kind, subject, network string, delay delayFunc) tries {
	return tries{p.Store, p.Clock, hashOf(kind + "\x00" + subject), NetworkOf(network), delay}
}

// count counts one try as wrong, or refuses it when it comes too early.
func (t tries) count(ctx context.Context) error {
	now := t.clock.Real()
	var wait time.Duration
	err := t.store.CountTry(ctx, t.account, t.network, func(byNetwork, byAccount *Lockout) bool {
		for _, l := range []*Lockout{byNetwork, byAccount} {
			if age := now.Sub(l.LastAt); age > TriesKept || l.Failures > 0 && age > triesForgotten {
				*l = Lockout{}
			}
		}
		trusted := byNetwork.Failures < 0
		if wait = byNetwork.Until.Sub(now); !trusted {
			wait = max(wait, byAccount.Until.Sub(now))
		}
		if wait > 0 {
			return false
		}
		add(byNetwork, now, t.delay(byNetwork.Failures+1, false))
		if !trusted {
			add(byAccount, now, t.delay(byAccount.Failures+1, true))
		}
		return true
	})
	if err != nil {
		return fault.Wrap("count tries", err)
	}
	if wait > 0 {
		return slowed(wait)
	}
	return nil
}

func add(l *Lockout, now time.Time, delay time.Duration) {
	l.Failures++
	l.Until, l.LastAt = now.Add(delay), now
}

// forget is called after a right try: the network is trusted from then on.
func (t tries) forget(ctx context.Context) error {
	return fault.Wrap("forget tries", t.store.PutTrust(ctx, t.account, t.network, Lockout{Failures: -trustTries, LastAt: t.clock.Real()}))
}

func slowed(wait time.Duration) error {
	seconds := max(int64(math.Ceil(wait.Seconds())), 1)
	return &fault.Error{
		Kind: fault.Throttled, Code: "SignInSlowed", RetryAfter: time.Duration(seconds) * time.Second,
		Message: "There were too many wrong tries. Try again " + inWords(seconds) + ".",
	}
}

func inWords(seconds int64) string {
	switch {
	case seconds == 1:
		return "in a second"
	case seconds < 120:
		return fmt.Sprintf("in %d seconds", seconds)
	default:
		return fmt.Sprintf("in %d minutes", (seconds+59)/60)
	}
}

// CountGuess counts one guess at something that is nobody's account, such as
// the code of a device, from one network; fault.Throttled with code
// SignInSlowed when there were too many in a row.
func (p *People) CountGuess(ctx context.Context, kind, network string) error {
	return p.tries(kind, "", network, guessDelay).count(ctx)
}

// ForgetGuesses is called after a right guess.
func (p *People) ForgetGuesses(ctx context.Context, kind, network string) error {
	return p.tries(kind, "", network, guessDelay).forget(ctx)
}
