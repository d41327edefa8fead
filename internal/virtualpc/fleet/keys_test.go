package fleet_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/fleet"
)

func TestAPoolOfPrimesMakesADifferentKeyForEveryDraw(t *testing.T) {
	t.Parallel()
	keys, err := fleet.NewKeys(4, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	const draws = 8 // 4 primes are 6 pairs, so that the pool has to grow
	for range draws {
		key, err := keys.Draw()
		if err != nil {
			t.Fatal(err)
		}
		if key.N.BitLen() != 2048 || seen[key.N.String()] {
			t.Fatalf("a key of %d bits, drawn before: %t", key.N.BitLen(), seen[key.N.String()])
		}
		seen[key.N.String()] = true
		sum := sha256.Sum256([]byte("taxiway"))
		signed, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signed); err != nil {
			t.Error(err)
		}
	}
	if keys.Size() != 5 {
		t.Errorf("the pool has %d primes after %d draws, want 5", keys.Size(), draws)
	}
}

func options(seed uint64) fleet.Options {
	return fleet.Options{
		Count: 20, Faults: 0.2, Seed: seed, Ramp: time.Minute, Jitter: 1,
		PC: virtualpc.Options{BaseURL: "https://taxiway.test", Now: time.Now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
	}
}

func TestTheSameSeedChoosesTheSamePCsAndFaults(t *testing.T) {
	t.Parallel()
	injected := func(seed uint64) (out []string) {
		f, err := fleet.New(options(seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, pc := range f.PCs {
			out = append(out, pc.Injected)
		}
		return out
	}
	first := injected(7)
	n := len(slices.DeleteFunc(slices.Clone(first), func(name string) bool { return name == "" }))
	if n != 4 {
		t.Errorf("%d of 20 PCs have a fault, want a fifth", n)
	}
	if !slices.Equal(first, injected(7)) {
		t.Error("the same seed chose other PCs or faults")
	}
	if slices.Equal(first, injected(8)) {
		t.Error("another seed chose the same PCs and faults")
	}
}

func TestAFleetThatIsStoppedBeforeItBeginsSwitchesNothingOn(t *testing.T) {
	t.Parallel()
	f, err := fleet.New(options(1))
	if err != nil {
		t.Fatal(err)
	}
	stop, cancel := context.WithCancel(t.Context())
	cancel()
	f.Deploy(t.Context(), stop)
	r := f.Report(time.Minute)
	if r.Outcomes[fleet.NotStarted] != 20 || len(r.Failures) > 0 || !r.Good() {
		t.Errorf("the outcomes are %v", r.Outcomes)
	}
	if c := f.Counts(); c.Waiting != 20 || c.On != 0 || c.Ended() != 0 {
		t.Errorf("the counts are %+v", c)
	}
}
