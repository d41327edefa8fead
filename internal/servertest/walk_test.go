package servertest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// walk is a tenant that is changed by one random step after the other, through
// Graph, and the record of it.
type walk struct {
	*estateRecord
	f      *findings
	p      *servertest.Process
	tenant *servertest.Tenant
	taken  []string // what was done, for people
	counts map[string]int
	judged int
}

// The steps of an ordinary run; half of them are of a seed that never changes.
const (
	walkSteps = 2_000
	fixedSeed = 20_260_101
	// judgeEvery is how many steps lie between two looks at everything.
	judgeEvery = 40
	// shrinkSteps is how many steps may be taken to make a failure shorter.
	shrinkSteps = 3 * walkSteps
)

func TestRandomWritesThroughGraphEndAsTheOracleSays(t *testing.T) {
	t.Parallel()
	steps := walkSteps
	if long() {
		steps = 100_000
	}
	fresh := seed(t)
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		// Reads after a write are true without waiting for anything, so a write
		// may wait for its own evaluation as long as that takes.
		p := servertest.Start(t, db, servertest.WithConfig(func(c *config.Config) { c.Engine.SettleTimeout.Duration = 5 * time.Minute })).First()
		tenants := &atomic.Int64{}
		present := 0
		for _, n := range []uint64{fixedSeed, fresh} {
			present += walked(t, p, tenants, n, steps/2)
		}
		if t.Failed() {
			return // the walks taken again left what verify does not know of
		}
		verify(t, p, present)
	})
}

// walked walks and returns how many PCs are left. When the oracle disagrees, it
// prints as short a way to the disagreement as it finds.
func walked(t *testing.T, p *servertest.Process, tenants *atomic.Int64, n uint64, steps int) (present int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(n, 1))
	kinds := walkKinds()
	var all []step
	next := func() step {
		s := draw(rnd, kinds)
		all = append(all, s)
		return s
	}
	w := newWalk(t, p, tenants, n)
	lines, found := w.until(steps, next, judgeEvery)
	if len(found) == 0 {
		t.Logf("seed %d: %d looks at everything, steps %v", n, w.judged, w.counts)
		for _, k := range kinds {
			if w.counts[k.name] == 0 {
				t.Errorf("seed %d: no step was of the kind %q", n, k.name)
			}
		}
		return len(w.present())
	}
	t.Errorf("TAXIWAY_SEED=%d: after step %d of %d:\n%s", n, len(lines), steps, strings.Join(found[:min(len(found), 5)], "\n"))
	again := func(some []step) (lines, found []string) {
		w.release()
		rest := some
		w = newWalk(t, p, tenants, n)
		return w.until(len(some), func() step {
			s := rest[0]
			rest = rest[1:]
			return s
		}, 0)
	}
	shortest := shrink(all, shrinkSteps, func(some []step) bool {
		l, f := again(some)
		if len(f) > 0 {
			lines, found = l, f
		}
		return len(f) > 0
	})
	t.Errorf("the shortest way found has %d steps:\n  %s\nand ends in\n%s", len(shortest), strings.Join(lines, "\n  "), strings.Join(found[:min(len(found), 5)], "\n"))
	return 0
}

// shrink leaves out ever smaller parts of a sequence that fails, as long as
// what is left fails, taking budget steps in all at most.
func shrink(all []step, budget int, fails func([]step) bool) []step {
	for part := len(all) / 2; part > 0; part /= 2 {
		for at := 0; at < len(all); {
			less := slices.Concat(all[:at], all[min(at+part, len(all)):])
			if budget -= len(less); budget < 0 {
				return all
			}
			if len(less) > 0 && fails(less) {
				all = less
			} else {
				at += part
			}
		}
	}
	return all
}

func draw(rnd *rand.Rand, kinds []walkKind) step {
	sum := 0
	for _, k := range kinds {
		sum += k.weight
	}
	n, s := rnd.IntN(sum), step{}
	for n >= kinds[s.kind].weight {
		n -= kinds[s.kind].weight
		s.kind++
	}
	for i := range s.pick {
		s.pick[i] = rnd.Uint32()
	}
	return s
}

func newWalk(t testing.TB, p *servertest.Process, tenants *atomic.Int64, seed uint64) *walk {
	t.Helper()
	m, err := newEstateRecord(seed, walkPCs)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{estateRecord: m, f: &findings{TB: t}, p: p, counts: map[string]int{}, tenant: p.NewTenant(t, fmt.Sprintf("Walk%d", tenants.Add(1)), false)}
	m.domain = w.tenant.Domain
	return w
}

// until takes steps until so many were taken, or something is wrong. It looks
// at everything after so many of them, and at the end.
func (w *walk) until(steps int, next func() step, every int) (taken, found []string) {
	defer func() {
		if r := recover(); r != nil && r != any(stopped{}) {
			panic(r)
		}
		taken, found = w.taken, w.f.found
	}()
	kinds := walkKinds()
	for drawn := 0; len(w.taken) < steps && len(w.f.found) == 0; drawn++ {
		if every == 0 && drawn == steps {
			break // a sequence that is taken again has an end
		}
		before := len(w.taken)
		w.take(kinds, next())
		if every > 0 && len(w.taken) > before && len(w.taken)%every == 0 {
			w.judgeAll(false)
		}
	}
	if len(w.f.found) == 0 {
		w.judgeAll(true)
	}
	return w.taken, w.f.found
}

// release deregisters what is left, so that the same PCs can be registered by
// the next walk.
func (w *walk) release() {
	for _, pc := range w.present() {
		w.p.Must(w.f.TB, w.tenant.Token, http.MethodDelete, identitiesPath+"/"+pc.id, nil, http.StatusNoContent)
	}
}

// take takes one step, if there is anything that it can touch.
func (w *walk) take(kinds []walkKind, s step) {
	kind := kinds[s.kind]
	p, ok := kind.plan(w.estateRecord, s.pick)
	if !ok {
		return
	}
	w.taken = append(w.taken, fmt.Sprintf("%4d %s: %s", len(w.taken)+1, kind.name, p.says))
	w.counts[kind.name]++
	if p.want >= http.StatusBadRequest {
		w.counts["refused"]++
	}
	status, answer := w.send(&p.edit, s.pick[3])
	if status != p.want || p.code != "" && !strings.Contains(fmt.Sprint(answer), p.code) {
		w.f.Fatalf("%s: %s: answered %d %v, the oracle says %d %s", kind.name, p.says, status, answer, p.want, p.code)
	}
	w.mu.Lock()
	if p.apply != nil {
		p.apply(answer)
	}
	var err error
	if p.note != nil {
		err = p.note(answer)
	}
	w.mu.Unlock()
	if err != nil {
		w.f.Fatalf("%s: %s: %v", kind.name, p.says, err)
	}
	w.findObjects()
}

// send sends a request, under either version where both have it, and now and
// then as the only one of a batch.
func (w *walk) send(e *edit, n uint32) (status int, answer map[string]any) {
	path := e.path
	if n%2 == 0 {
		path = strings.Replace(path, "/v1.0/", "/beta/", 1)
	}
	if n%16 != 1 {
		a, err := w.p.Graph(context.Background(), w.tenant.Token, e.method, path, e.body)
		if err != nil {
			w.f.Fatalf("%s %s: %v", e.method, path, err)
		}
		return a.Status, a.JSON
	}
	at := strings.IndexByte(path[1:], '/') + 1
	version, rest := path[:at], path[at:]
	one := object{"id": "1", "method": e.method, "url": rest}
	if e.body != nil {
		one["body"], one["headers"] = e.body, object{"Content-Type": "application/json"}
	}
	a := w.p.Must(w.f, w.tenant.Token, http.MethodPost, version+"/$batch", object{"requests": []object{one}}, http.StatusOK)
	all, _ := a.JSON["responses"].([]any)
	if len(all) != 1 {
		w.f.Fatalf("a batch of one was answered by %s", a.Raw)
	}
	only, _ := all[0].(object)
	code, _ := only["status"].(float64)
	answer, _ = only["body"].(object)
	return int(code), answer
}

// findObjects asks for the device objects of PCs that were just registered.
func (w *walk) findObjects() {
	for _, pc := range w.present() {
		if pc.object != "" {
			continue
		}
		found := w.p.All(w.f, w.tenant.Token, "/v1.0/devices?$select=id,displayName&$filter="+url.QueryEscape("displayName eq '"+pc.serial+"'"))
		if len(found) != 1 {
			w.f.Fatalf("%s is registered and has %d device objects", pc.serial, len(found))
		}
		pc.object, _ = found[0]["id"].(string)
	}
}

// The oracle's own tools are tried on a fault that is made here.
func TestShrinkingFindsTheStepsThatMatter(t *testing.T) {
	t.Parallel()
	var all []step
	for i := range 100 {
		all = append(all, step{kind: i})
	}
	got := shrink(all, 10_000, func(some []step) bool {
		return slices.Contains(some, step{kind: 17}) && slices.Contains(some, step{kind: 80})
	})
	if want := []step{{kind: 17}, {kind: 80}}; !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
	if got := shrink(all, 0, func([]step) bool { return true }); len(got) != len(all) {
		t.Errorf("without a budget %d of %d steps are left", len(got), len(all))
	}
}
