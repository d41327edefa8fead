package oidc_test

import (
	"testing"
	"time"

	"taxiway/internal/oidc"
)

func states(t *testing.T, p *provider) (out []string) {
	t.Helper()
	uses, err := p.ring.Uses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uses {
		out = append(out, u.State)
	}
	return out
}

func TestAKeysUseIsToldThroughItsWholeLife(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	same := func(step string, want ...string) {
		t.Helper()
		got := states(t, p)
		if len(got) != len(want) {
			t.Fatalf("%s: %v, want %v", step, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%s: %v, want %v", step, got, want)
			}
		}
	}
	same("fresh", "signing")
	if _, _, err := p.ring.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	same("rotated", "waiting", "signing")
	p.clock.advance(24 * time.Hour)
	same("a day later", "signing", "published")
	p.clock.advance(2 * time.Hour)
	same("when its tokens ended", "signing", "ended")
	if n, err := p.ring.Forget(t.Context()); err != nil || n != 0 {
		t.Errorf("forgot %d, %v: it was published a moment ago", n, err)
	}
	p.clock.advance(2 * time.Hour)
	if n, err := p.ring.Forget(t.Context()); err != nil || n != 1 {
		t.Errorf("forgot %d, %v, want 1", n, err)
	}
	same("forgotten", "signing")
}

func TestAReplacedKeyIsGoodForNothingAtOnce(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	leaked := p.store.rows[0].KeyID
	other, err := oidc.OpenKeyRing(t.Context(), p.store, p.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.ring.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh, err := p.ring.Replace(t.Context())
	if err != nil || fresh == leaked {
		t.Fatalf("Replace = %s, %v", fresh, err)
	}
	if _, ids := p.published(); len(ids) != 1 || ids[0] != fresh {
		t.Errorf("published %v, want %s alone", ids, fresh)
	}
	if _, ok, err := p.ring.Key(t.Context(), leaked); ok || err != nil {
		t.Errorf("the leaked key is still good here: %v", err)
	}
	// Another process meets the new key and drops the old ones with it.
	p.clock.advance(time.Second)
	if _, ok, err := other.Key(t.Context(), fresh); !ok || err != nil {
		t.Fatalf("another process does not know the new key: %v", err)
	}
	if _, ok, err := other.Key(t.Context(), leaked); ok || err != nil {
		t.Errorf("the leaked key is still good in another process: %v", err)
	}
}
