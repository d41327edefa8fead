package servertest

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/signin"
)

// clientKeys are those of everything outside the server: RSA keys take long to
// make, so a test begins with the keys that other tests had. No two things of one
// test on one database share a key.
var clientKeys struct {
	sync.Mutex
	all  []*rsa.PrivateKey
	next map[string]int
}

// Key is an RSA key of 2048 bits that nothing else in this test has.
func Key(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := drawKey(scope(t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Keys is Key for those that draw when the test's goroutine is not theirs.
func Keys(t testing.TB) func() (*rsa.PrivateKey, error) {
	name := scope(t.Name())
	return func() (*rsa.PrivateKey, error) { return drawKey(name) }
}

// quick hashes passwords: what they cost is for whoever guesses them, and the
// hasher's own tests.
var quick = signin.NewHasherAt(4, signin.HashCost{Memory: 64, Time: 1, Lanes: 1})

// scope is the part of a test's name under which its servers live.
func scope(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if part == "sqlite" || part == "postgres" {
			return strings.Join(parts[:i+1], "/")
		}
	}
	return parts[0]
}

func drawKey(scope string) (*rsa.PrivateKey, error) {
	clientKeys.Lock()
	defer clientKeys.Unlock()
	if clientKeys.next == nil {
		clientKeys.next = map[string]int{}
	}
	n := clientKeys.next[scope]
	clientKeys.next[scope]++
	for len(clientKeys.all) <= n {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		clientKeys.all = append(clientKeys.all, key)
	}
	return clientKeys.all[n], nil
}
