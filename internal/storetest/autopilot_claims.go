package storetest

import (
	"fmt"
	"slices"
	"sync"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

var claimTests = []autopilotTest{
	{"a held key tells the tenant and device that hold it", claimHeld},
	{"nothing is taken for a registration of which any exclusive key is held", claimAllOrNothing},
	{"the second of two registrations with one key in a call is refused", claimTwiceInOneCall},
	{"shared keys are taken when free and never refuse", claimShared},
	{"claiming again for the same registration is no conflict", claimAgain},
	{"500 registrations are claimed in one call", claimBulk},
	{"two tenants that claim the same PCs at once never share one", claimRace},
}

// tryClaim claims in a transaction of its own and commits whatever was taken.
func (w *world) tryClaim(t directory.TenantID, regs ...autopilot.Registration) (held []autopilot.Claimed) {
	w.Helper()
	w.tx(func(tx autopilot.Tx) (err error) {
		held, err = tx.Claim(w.ctx, t, regs)
		return err
	})
	return held
}

func (w *world) claiming(claims ...autopilot.Claim) autopilot.Registration {
	r := w.registration("x")
	r.Claims = claims
	return r
}

func (w *world) holders(claims ...autopilot.Claim) []autopilot.Claimed {
	w.Helper()
	keys := make([]autopilot.ClaimKey, len(claims))
	for i, c := range claims {
		keys[i] = c.Key
	}
	held, err := w.store.FindClaims(w.ctx, keys)
	w.ok(err)
	return held
}

func claimHeld(w *world) {
	board := claim(1, "board", true)
	first, second := w.claiming(board), w.claiming(board)
	other := w.newTenant("fabrikam.example")
	w.equal("first claim", w.tryClaim(w.tenant, first), nilClaims)
	want := []autopilot.Claimed{{Key: board.Key, Tenant: w.tenant, Device: first.ID}}
	w.equal("again in the same tenant (806)", w.tryClaim(w.tenant, second), want)
	w.equal("from another tenant (808)", w.tryClaim(other, second), want)
	w.equal("holder", w.holders(board), want)
}

var nilClaims []autopilot.Claimed

func claimAllOrNothing(w *world) {
	a, b, c, d := claim(1, "a", true), claim(1, "b", true), claim(1, "c", true), claim(2, "d", false)
	holder := w.claiming(b)
	w.tryClaim(w.tenant, holder)
	bad, good := w.claiming(a, b, d), w.claiming(c)
	w.equal("held", w.tryClaim(w.tenant, bad, good), []autopilot.Claimed{{Key: b.Key, Tenant: w.tenant, Device: holder.ID}})
	w.equal("holders", w.holders(a, b, c, d), []autopilot.Claimed{
		{Key: b.Key, Tenant: w.tenant, Device: holder.ID}, {Key: c.Key, Tenant: w.tenant, Device: good.ID},
	})
}

func claimTwiceInOneCall(w *world) {
	a, b := claim(1, "a", true), claim(1, "b", true)
	first, second := w.claiming(a), w.claiming(b, a)
	w.equal("held", w.tryClaim(w.tenant, first, second), []autopilot.Claimed{{Key: a.Key, Tenant: w.tenant, Device: first.ID}})
	w.equal("holders", w.holders(a, b), []autopilot.Claimed{{Key: a.Key, Tenant: w.tenant, Device: first.ID}})
}

func claimShared(w *world) {
	serial := claim(3, "serial", false)
	first, second := w.claiming(claim(1, "a", true), serial), w.claiming(claim(1, "b", true), serial)
	w.equal("held", w.tryClaim(w.tenant, first, second), nilClaims)
	third := w.claiming(claim(1, "c", true), serial)
	w.equal("held by an earlier call", w.tryClaim(w.tenant, third), nilClaims)
	w.equal("holder", w.holders(serial), []autopilot.Claimed{{Key: serial.Key, Tenant: w.tenant, Device: first.ID}})
}

func claimAgain(w *world) {
	a, b := claim(1, "a", true), claim(1, "b", true)
	r := w.claiming(a)
	w.tryClaim(w.tenant, r)
	r.Claims = append(r.Claims, b)
	w.equal("held", w.tryClaim(w.tenant, r), nilClaims)
	w.equal("holders", w.holders(a, b), []autopilot.Claimed{{Key: a.Key, Tenant: w.tenant, Device: r.ID}, {Key: b.Key, Tenant: w.tenant, Device: r.ID}})
}

func claimBulk(w *world) {
	regs, claims := make([]autopilot.Registration, 500), []autopilot.Claim{}
	for i := range regs {
		regs[i] = w.claiming(claim(1, fmt.Sprint("board", i), true), claim(2, fmt.Sprint("disk", i), true), claim(3, fmt.Sprint("nic", i), false))
		claims = append(claims, regs[i].Claims...)
	}
	w.equal("held", w.tryClaim(w.tenant, regs...), nilClaims)
	w.equal("claims", len(w.holders(claims...)), 1500)
	w.equal("held the second time", len(w.tryClaim(w.newTenant("fabrikam.example"), regs...)), 1000)
}

// claimRace lets two tenants claim overlapping lists in opposite order.
func claimRace(w *world) {
	const pcs, rounds = 40, 8
	tenants := []directory.TenantID{w.tenant, w.newTenant("fabrikam.example")}
	calls := make([][]autopilot.Registration, len(tenants)*rounds)
	for c := range calls {
		for pc := range pcs {
			calls[c] = append(calls[c], w.claiming(claim(1, fmt.Sprint("board", pc), true), claim(2, fmt.Sprint("tpm", pc), true)))
		}
		if c%2 == 1 {
			slices.Reverse(calls[c])
		}
	}
	var all sync.WaitGroup
	refused := make([]map[autopilot.ClaimKey]bool, len(calls))
	for c := range calls {
		all.Go(func() {
			for part := range slices.Chunk(calls[c], 10) {
				err := w.store.InTx(w.ctx, func(tx autopilot.Tx) error {
					held, err := tx.Claim(w.ctx, tenants[c%2], part)
					if err != nil {
						return err
					}
					if refused[c] == nil {
						refused[c] = map[autopilot.ClaimKey]bool{}
					}
					for _, h := range held {
						refused[c][h.Key] = true
					}
					return nil
				})
				if err != nil {
					w.Errorf("claim: %v", err)
				}
			}
		})
	}
	all.Wait()
	winners := map[autopilot.ClaimKey]int{}
	for c := range calls {
		for _, r := range calls[c] {
			if !refused[c][r.Claims[0].Key] && !refused[c][r.Claims[1].Key] {
				winners[r.Claims[0].Key]++
				held := w.holders(r.Claims...)
				if len(held) != 2 || held[0].Device != r.ID || held[1].Device != r.ID || held[0].Tenant != tenants[c%2] {
					w.Errorf("%s was told it holds its PC, the store says %+v", r.ID, held)
				}
			}
		}
	}
	if len(winners) != pcs {
		w.Errorf("%d PCs have a holder, want %d", len(winners), pcs)
	}
	for key, n := range winners {
		if n != 1 {
			w.Errorf("%q has %d holders", key, n)
		}
	}
}
