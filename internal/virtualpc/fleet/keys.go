package fleet

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"runtime"
	"sync"
)

// Keys of PCs are RSA of 2048 bits with the usual exponent.
const (
	primeBits   = 1024
	keyExponent = 65537
	keysPerPC   = 3 // its TPM's, of the join, of the enrolment
)

// Keys gives every PC keys that no other PC has. A key is two primes of a pool,
// and each pair of the pool makes one: 111 primes are 6,105 keys. That costs a
// fraction of what as many primes would. Keys that share a prime protect nothing
// from somebody who has two of them, which is of no concern for PCs that do not
// exist. It is safe for concurrent use.
type Keys struct {
	mu     sync.Mutex
	primes []*big.Int
	i, j   int // the pair that is drawn next, i < j
}

// NewKeys makes a pool of so many primes, on all processors; 0 makes as many as
// so many PCs need. A pool that is used up grows.
func NewKeys(primes, pcs int) (*Keys, error) {
	if primes <= 0 {
		primes = 2
		for primes*(primes-1)/2 < pcs*keysPerPC {
			primes++
		}
	}
	k := &Keys{primes: make([]*big.Int, max(primes, 2)), j: 1}
	var (
		wg   sync.WaitGroup
		errs = make([]error, runtime.GOMAXPROCS(0))
	)
	for w := range errs {
		wg.Go(func() {
			for n := w; n < len(k.primes) && errs[w] == nil; n += len(errs) {
				k.primes[n], errs[w] = newPrime()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return k, nil
}

// newPrime draws a prime that a key with the usual exponent can have. Its two
// highest bits are set, so that the product of two has 2048 bits.
func newPrime() (*big.Int, error) {
	for {
		p, err := rand.Prime(rand.Reader, primeBits)
		if err != nil {
			return nil, fmt.Errorf("draw a prime: %w", err)
		}
		if less := new(big.Int).Sub(p, big.NewInt(1)); new(big.Int).Mod(less, big.NewInt(keyExponent)).Sign() != 0 {
			return p, nil
		}
	}
}

// Size is how many primes the pool has now.
func (k *Keys) Size() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.primes)
}

// Draw gives a key that was not drawn before.
func (k *Keys) Draw() (*rsa.PrivateKey, error) {
	p, q, err := k.pair()
	if err != nil {
		return nil, err
	}
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: keyExponent},
		D:         new(big.Int).ModInverse(big.NewInt(keyExponent), phi), Primes: []*big.Int{new(big.Int).Set(p), new(big.Int).Set(q)},
	}
	key.Precompute()
	if err := key.Validate(); err != nil {
		return nil, fmt.Errorf("make a key of two primes: %w", err)
	}
	return key, nil
}

// pair is the next one; a pool without any grows by a prime.
func (k *Keys) pair() (p, q *big.Int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.j == len(k.primes) {
		fresh, err := newPrime()
		if err != nil {
			return nil, nil, err
		}
		k.primes = append(k.primes, fresh)
	}
	p, q = k.primes[k.i], k.primes[k.j]
	if k.i++; k.i == k.j {
		k.i, k.j = 0, k.j+1
	}
	return p, q, nil
}
