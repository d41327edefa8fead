package servertest_test

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"taxiway/internal/servertest"
)

// Twenty PCs join at once for a person who may have a few: never more, and who
// comes too late hears why.
func TestTwentyJoinsAtOnceNeverPassTheQuota(t *testing.T) {
	t.Parallel()
	rounds := 3
	if os.Getenv("TAXIWAY_TEST_LONG") != "" {
		rounds = 50
	}
	const pcs, quota = 20, 7
	joiners := make([]*servertest.Joiner, pcs)
	var wg sync.WaitGroup
	for i := range joiners {
		wg.Go(func() { joiners[i] = servertest.NewJoiner(t) })
	}
	wg.Wait()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		if db.Engine == "postgres" {
			w.Join(t)
		}
		for round := range rounds {
			// A key is certified once in a tenant, so each round has its own.
			c := w.First().NewTenant(t, fmt.Sprintf("Contoso%d", round), false)
			p := w.First()
			ann := newJoining(t, p, c, "ann")
			p.Must(t, c.Token, http.MethodPut, joinPolicy, with(policyBody(), "userDeviceQuota", quota), http.StatusOK)
			token := p.JoinSignIn(t, ann, false)
			bodies := make([]object, pcs)
			for i, j := range joiners {
				bodies[i] = j.Body(t, fmt.Sprintf("PC-%d", i), nil)
			}
			answers := make([]servertest.Answer, pcs)
			var wg sync.WaitGroup
			for i := range joiners {
				wg.Go(func() {
					a, err := w.Processes[i%len(w.Processes)].Graph(t.Context(), token, http.MethodPost, servertest.JoinPath, bodies[i])
					if err != nil {
						t.Errorf("join %d: %v", i, err)
					}
					answers[i] = a
				})
			}
			wg.Wait()
			in := 0
			for _, a := range answers {
				if a.Status == http.StatusOK {
					in++
					continue
				}
				checkRefusal(t, "too late", a, quotaFull)
			}
			if owned := p.All(t, c.Token, "/v1.0/users/"+string(ann.ID)+"/ownedDevices"); in != quota || len(owned) != quota {
				t.Fatalf("round %d: %d were let in and the person owns %d, the quota is %d", round, in, len(owned), quota)
			}
		}
	})
}
