package oidc_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/oidc"
)

func (p *provider) published() (set jwks, ids []string) {
	p.t.Helper()
	set = read[jwks](p.t, p.get("/"+tenantA+"/discovery/keys"))
	for _, k := range set.Keys {
		ids = append(ids, k.Kid)
	}
	return set, ids
}

func (p *provider) sign() string {
	p.t.Helper()
	token, err := p.ring.Sign(p.t.Context(), []byte(`{"a":1}`))
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// signer is the id of the key whose set alone verifies the token.
func signer(t *testing.T, token string, set jwks) string {
	t.Helper()
	for _, k := range set.Keys {
		one := jwks{Keys: set.Keys[:0:0]}
		one.Keys = append(one.Keys, k)
		if strings.Contains(headerOf(t, token), k.Kid) {
			verify(t, token, one)
			return k.Kid
		}
	}
	t.Fatal("signed with a key that is not published")
	return ""
}

func TestAKeyIsPublishedADayBeforeItSignsAndUntilItsTokensEnd(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	first := p.store.rows[0].KeyID
	next, at, err := p.ring.Rotate(t.Context())
	if err != nil || !at.Equal(p.clock.Real().Add(24*time.Hour)) || next == first {
		t.Fatalf("Rotate = %s, %v, %v", next, at, err)
	}
	if again, _, err := p.ring.Rotate(t.Context()); err != nil || again != next || len(p.store.rows) != 2 {
		t.Errorf("a second Rotate = %s, %v with %d keys, want the waiting key", again, err, len(p.store.rows))
	}
	steps := []struct {
		after   time.Duration
		signs   string
		publish []string
	}{
		{0, first, []string{next, first}},
		{24*time.Hour - time.Second, first, []string{next, first}},
		{time.Second, next, []string{next, first}},
		{time.Hour + 10*time.Minute - time.Second, next, []string{next, first}},
		{time.Second, next, []string{next}},
	}
	for i, s := range steps {
		p.clock.advance(s.after)
		set, ids := p.published()
		if !slices.Equal(ids, s.publish) {
			t.Errorf("step %d: published %v, want %v", i, ids, s.publish)
		}
		if got := signer(t, p.sign(), set); got != s.signs {
			t.Errorf("step %d: signed with %s, want %s", i, got, s.signs)
		}
	}
	if _, ok, err := p.ring.Key(t.Context(), first); ok || err != nil {
		t.Errorf("a key that ended is still found: %v, %v", ok, err)
	}
	since, err := p.ring.SigningSince(t.Context())
	if err != nil || !since.Equal(at) {
		t.Errorf("SigningSince = %v, %v, want %v", since, err, at)
	}
}

func TestTheFirstKeyIsMadeOnceAndNamedByItsThumbprint(t *testing.T) {
	t.Parallel()
	store := &keyStore{}
	c := &clock{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	for range 2 {
		if _, err := oidc.OpenKeyRing(t.Context(), store, c, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(store.rows) != 1 || !store.rows[0].ActiveAt.Equal(c.now) {
		t.Fatalf("%d keys", len(store.rows))
	}
	p := newProvider(t)
	set, _ := p.published()
	k := set.Keys[0]
	if k.Kid != thumbprint(k.E, k.N) || k.Kty != "RSA" || k.Use != "sig" || k.Alg != "RS256" || k.E != "AQAB" || len(k.N) != 342 {
		t.Errorf("key = %+v", k)
	}
	for _, private := range []string{`"d"`, `"p"`, `"q"`} {
		if body := p.get("/common/discovery/v2.0/keys").Body.String(); strings.Contains(body, private) {
			t.Errorf("the key set has %s", private)
		}
	}
}

func TestAnotherProcesssKeyIsFoundAtOnceAndForeignOnesAreNotAskedForOften(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	other, err := oidc.OpenKeyRing(t.Context(), p.store, p.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.clock.advance(2 * time.Second)
	next, _, err := other.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if key, ok, err := p.ring.Key(t.Context(), next); err != nil || !ok || key == nil {
		t.Errorf("another process's key: %v, %v", ok, err)
	}
	before := p.store.lists
	for range 1000 {
		if _, ok, err := p.ring.Key(t.Context(), "nobody's"); ok || err != nil {
			t.Fatalf("nobody's key: %v, %v", ok, err)
		}
	}
	if got := p.store.lists - before; got != 0 {
		t.Errorf("1000 unknown ids within a second read the store %d times", got)
	}
	p.clock.advance(time.Second)
	for range 1000 {
		_, _, _ = p.ring.Key(t.Context(), "nobody's")
	}
	if got := p.store.lists - before; got != 1 {
		t.Errorf("1000 unknown ids a second later read the store %d times, want 1", got)
	}
}

func TestWhileTheStoreIsAwayTheKeysAtHandGoOn(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	set, _ := p.published()
	p.store.away = errors.New("away")
	p.clock.advance(time.Hour)
	verify(t, p.sign(), set)
	if _, err := oidc.OpenKeyRing(t.Context(), p.store, p.clock, nil); err == nil {
		t.Error("a ring opens without a store")
	}
	p.store.away = nil
	p.store.rows = append(p.store.rows, directory.SigningKey{KeyID: "broken", Private: []byte("x")})
	if _, err := oidc.OpenKeyRing(t.Context(), p.store, p.clock, nil); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a broken key: %v, want an error that names it", err)
	}
}

func TestARetiredKeyNoLongerSigns(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.store.rows[0].RetiredAt = p.clock.Real().Add(time.Minute)
	p.clock.advance(2 * time.Minute)
	if _, err := p.ring.Sign(t.Context(), []byte(`{}`)); err == nil {
		t.Error("a retired key signs")
	}
	if _, ids := p.published(); len(ids) != 1 {
		t.Errorf("published %v, want the retired key while its tokens last", ids)
	}
	p.clock.advance(2 * time.Hour)
	if _, ids := p.published(); len(ids) != 0 {
		t.Errorf("published %v, want none", ids)
	}
}
