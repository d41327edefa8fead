package signin_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"taxiway/internal/signin"
)

func TestAHashIsArgon2idOfTheRecommendedCost(t *testing.T) {
	t.Parallel()
	h := signin.NewHasher(2)
	one, err := h.Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") || one == two {
		t.Errorf("hashes: %s, %s", one, two)
	}
	for password, want := range map[string]bool{goodPassword: true, goodPassword + " ": false, "": false, "Correct horse battery": false} {
		if got, err := h.Verify(t.Context(), one, password); err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v", password, got, err)
		}
	}
}

// The vector of RFC 9106 section 5.3 needs a secret and associated data, which
// passwords do not have; this one was made with the reference implementation's
// command line: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e.
func TestAHashOfTheReferenceImplementationIsVerified(t *testing.T) {
	t.Parallel()
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := signin.NewHasher(1)
	for password, want := range map[string]bool{"password": true, "passwore": false} {
		if got, err := h.Verify(t.Context(), reference, password); err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v", password, got, err)
		}
	}
}

func TestADamagedHashIsAnErrorAndNeverARightPassword(t *testing.T) {
	t.Parallel()
	h := signin.NewHasher(1)
	for _, phc := range []string{
		"x", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=19456,t=2,p=1,x=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=19456,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		if right, err := h.Verify(t.Context(), phc, ""); err == nil || right {
			t.Errorf("Verify with %s = %v, %v", phc, right, err)
		}
	}
	if right, err := h.Verify(t.Context(), "", ""); err != nil || right {
		t.Errorf("no hash and no password: %v, %v", right, err)
	}
}

func TestHashingWaitsForItsTurnAsLongAsTheCallerDoes(t *testing.T) {
	t.Parallel()
	busy := signin.NewBusyHasher()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := busy.Hash(ctx, goodPassword); !errors.Is(err, context.Canceled) {
				t.Errorf("error = %v, want canceled", err)
			}
		})
	}
	cancel()
	wg.Wait()
}
