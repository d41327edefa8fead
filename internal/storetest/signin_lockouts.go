package storetest

import (
	"time"

	"taxiway/internal/signin"
)

var lockoutTests = []directoryTest{
	{"tries read back as they were counted, by network and by account", triesReadBack},
	{"a try that is refused stores nothing", triesRefused},
	{"trust keeps the network's row and forgets the account's", triesTrusted},
	{"tries at once are counted one after the other", triesTogether},
}

// tries reads the rows without changing them.
func (c *city) tries(account, network string) [2]signin.Lockout {
	c.Helper()
	var got [2]signin.Lockout
	c.ok(c.db.CountTry(c.ctx, []byte(account), network, func(n, a *signin.Lockout) bool {
		got = [2]signin.Lockout{*n, *a}
		return false
	}))
	return got
}

// putTries stores rows of the account "a".
func (c *city) putTries(network string, n, a signin.Lockout) {
	c.Helper()
	c.ok(c.db.CountTry(c.ctx, []byte("a"), network, func(byNetwork, byAccount *signin.Lockout) bool {
		*byNetwork, *byAccount = n, a
		return true
	}))
}

func triesReadBack(c *city) {
	n := signin.Lockout{Failures: 3, Until: c.now.Add(time.Minute), LastAt: c.now}
	a := signin.Lockout{Failures: 40, Until: c.now.Add(time.Second), LastAt: c.now}
	c.equal("of nothing", c.tries("a", "10.0.0.0/24"), [2]signin.Lockout{})
	c.putTries("10.0.0.0/24", n, a)
	c.equal("counted", c.tries("a", "10.0.0.0/24"), [2]signin.Lockout{n, a})
	c.equal("from another network", c.tries("a", "10.0.1.0/24"), [2]signin.Lockout{{}, a})
	c.equal("of another account", c.tries("b", "10.0.0.0/24"), [2]signin.Lockout{})
	n.Failures = -20
	c.putTries("10.0.0.0/24", n, a)
	c.equal("counted again", c.tries("a", "10.0.0.0/24"), [2]signin.Lockout{n, a})
}

func triesRefused(c *city) {
	n := signin.Lockout{Failures: 1, LastAt: c.now}
	c.putTries("net", n, n)
	c.ok(c.db.CountTry(c.ctx, []byte("a"), "net", func(byNetwork, byAccount *signin.Lockout) bool {
		byNetwork.Failures, byAccount.Failures = 99, 99
		return false
	}))
	c.equal("after a refusal", c.tries("a", "net"), [2]signin.Lockout{n, n})
}

func triesTrusted(c *city) {
	l := signin.Lockout{Failures: 7, Until: c.now, LastAt: c.now}
	c.putTries("one", l, l)
	c.putTries("two", l, l)
	trust := signin.Lockout{Failures: -20, LastAt: c.now}
	c.ok(c.db.PutTrust(c.ctx, []byte("a"), "one", trust))
	c.ok(c.db.PutTrust(c.ctx, []byte("b"), "new", trust))
	c.equal("the trusted network", c.tries("a", "one"), [2]signin.Lockout{trust, {}})
	c.equal("the other network", c.tries("a", "two"), [2]signin.Lockout{l, {}})
	c.equal("one that was not tried before", c.tries("b", "new"), [2]signin.Lockout{trust, {}})
}

func triesTogether(c *city) {
	for _, err := range c.together(12, func(i int) error {
		return c.db.CountTry(c.ctx, []byte("a"), string(rune('a'+i%3)), func(byNetwork, byAccount *signin.Lockout) bool {
			byNetwork.Failures++
			byAccount.Failures++
			return true
		})
	}) {
		c.ok(err)
	}
	for _, network := range []string{"a", "b", "c"} {
		c.equal(network, c.tries("a", network), [2]signin.Lockout{{Failures: 4}, {Failures: 12}})
	}
}
