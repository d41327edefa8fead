package oidc_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/oidc"
)

// spent remembers nonces as a database does.
type spent map[string]bool

func (s spent) SpendNonce(_ context.Context, nonce []byte, _ time.Time) (bool, error) {
	known := s[string(nonce)]
	s[string(nonce)] = true
	return !known, nil
}

func TestANonceIsGoodOnceForFiveMinutesAtTheServerThatMadeIt(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	store := spent{}
	issue := func(h *oidc.Handler) string {
		t.Helper()
		p.handler = h
		answer := p.do(formRequest("/common/oauth2/token", "grant_type=srv_challenge"))
		if answer.Code != http.StatusOK {
			t.Fatalf("srv_challenge: %d %s", answer.Code, answer.Body)
		}
		return read[struct{ Nonce string }](t, answer).Nonce
	}
	with := func(key string) *oidc.Handler {
		c := p.handler.Config
		c.Nonces, c.NonceKey = store, []byte(strings.Repeat(key, 32))
		return oidc.New(c)
	}
	ours, theirs := with("a"), with("b")
	refused := func(name, nonce string) {
		t.Helper()
		if err := ours.VerifyNonce(t.Context(), nonce); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	nonce := issue(ours)
	changed := []byte(nonce)
	changed[len(changed)/2] ^= 1
	refused("of another server", issue(theirs))
	refused("changed", string(changed))
	refused("none", "")
	refused("with a line end", nonce+"\n")
	if len(store) != 0 {
		t.Errorf("%d nonces were spent that were not good", len(store))
	}
	if err := ours.VerifyNonce(t.Context(), nonce); err != nil {
		t.Errorf("a fresh one: %v", err)
	}
	refused("used before", nonce)
	late := issue(ours)
	p.clock.advance(5 * time.Minute)
	refused("after five minutes", late)
}
