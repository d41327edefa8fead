package servertest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"taxiway/internal/servertest"
)

// size is how big a storm is.
type size struct{ pcs, groups, byHand, profiles, chunk, edits int }

// sizes are small by default; TAXIWAY_TEST_LONG=1 asks for the full ones.
func sizes() size {
	if long() {
		return size{pcs: 10_000, groups: 60, byHand: 6, profiles: 12, chunk: 250, edits: 240}
	}
	if n, err := strconv.Atoi(os.Getenv("TAXIWAY_TEST_PCS")); err == nil {
		return size{pcs: n, groups: 60, byHand: 6, profiles: 12, chunk: max(24, n/20), edits: 60}
	}
	return size{pcs: 240, groups: 20, byHand: 3, profiles: 8, chunk: 24, edits: 60}
}

func long() bool { return os.Getenv("TAXIWAY_TEST_LONG") == "1" }

// seed is TAXIWAY_SEED or a new one; it is printed so that a run can be had again.
func seed(t testing.TB) uint64 {
	t.Helper()
	s := uint64(time.Now().UnixNano())
	if text := os.Getenv("TAXIWAY_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("TAXIWAY_SEED: %v", err)
		}
	}
	t.Logf("TAXIWAY_SEED=%d", s)
	return s
}

// storm is a tenant with its record, the administrators at work and an import.
type storm struct {
	t       testing.TB
	size    size
	r       *record
	tenant  *servertest.Tenant
	editors []*editor
	chunks  [][]*pcRecord
	clock   *heldClock
	onChunk func(i int) // hears of every chunk before it is sent; may be nil
}

// newStorm makes the tenant with its groups, profiles and assignments; the
// i-th administrator works at the i-th process.
func newStorm(t testing.TB, procs []*servertest.Process, z size, clock *heldClock) *storm {
	t.Helper()
	n := seed(t)
	r, err := newRecord(n, z.pcs)
	if err != nil {
		t.Fatal(err)
	}
	s := &storm{t: t, size: z, r: r, tenant: procs[0].NewTenant(t, "Contoso", true), clock: clock}
	for at := 0; at < len(r.pcs); at += z.chunk {
		s.chunks = append(s.chunks, r.pcs[at:min(at+z.chunk, len(r.pcs))])
	}
	for i, p := range procs {
		s.editors = append(s.editors, &editor{
			r: r, rnd: rand.New(rand.NewPCG(n, uint64(i))), p: p, token: s.tenant.Token, owner: i, owners: len(procs), clock: clock, kinds: map[string]int{},
		})
	}
	s.furnish()
	return s
}

// furnish makes what the import falls upon.
func (s *storm) furnish() {
	s.t.Helper()
	must := func(e *editor, edits ...edit) {
		s.t.Helper()
		for _, c := range edits {
			if changed, err := e.send(context.Background(), c); err != nil || !changed {
				s.t.Fatalf("furnish: %v, refused %s", err, e.lastRefusal)
			}
		}
	}
	who := func(i int) *editor { return s.editors[i%len(s.editors)] }
	everyPC, leftOut := condition{op: "registered"}, condition{op: "tag is", arg: "Plant-9"}
	must(who(0), s.r.createGroup(0, &leftOut), s.r.createGroup(0, &everyPC))
	for i := 2; i < s.size.groups; i++ {
		must(who(i), s.r.createGroup(who(i).owner, who(i).rule()))
	}
	for i := range s.size.byHand {
		must(who(i), s.r.createGroup(who(i).owner, nil))
	}
	for i := range s.size.profiles {
		e := who(i)
		if s.clock != nil && i%4 == 0 {
			s.clock.hold()
		}
		must(e, s.r.createProfile(e.owner))
		if s.clock != nil && i%4 == 3 {
			s.clock.release()
		}
	}
	all := s.r.livingGroups(anyGroup)
	for i, p := range s.r.livingProfiles(func(*profileRecord) bool { return true }) {
		e := who(p.owner)
		if i == 0 {
			continue // assigned to nothing
		}
		// Who is in the first group, gets no profile from the others, and All
		// devices is given in mid-storm only: somebody begins as Not assigned.
		from := 1 + e.rnd.IntN(len(all)-9)
		must(e, s.r.assign(p, all[0].id+exclude), s.r.assign(p, all[from].id+include), s.r.assign(p, all[from+7].id+include))
		if i%2 == 0 {
			must(e, s.r.assign(p, all[from+1].id+exclude))
		}
	}
}

// importChunk sends rows and notes which registrations came of them. Rows that
// an earlier try had registered (806) count as registered.
func (s *storm) importChunk(ctx context.Context, p *servertest.Process, chunk []*pcRecord) error {
	rows := make([]map[string]any, len(chunk))
	bySerial := map[string]*pcRecord{}
	for i, pc := range chunk {
		rows[i] = map[string]any{"serialNumber": pc.serial, "hardwareIdentifier": pc.hash, "groupTag": pc.tag}
		bySerial[pc.serial] = pc
	}
	a, err := p.Graph(ctx, s.tenant.Token, http.MethodPost, importsPath+"/import", map[string]any{"importedWindowsAutopilotDeviceIdentities": rows})
	if err != nil {
		return errLost{err}
	}
	if a.Status == http.StatusServiceUnavailable {
		return errLost{errors.New("import: the server stops")}
	}
	if a.Status != http.StatusOK {
		return fmt.Errorf("import: status %d: %s", a.Status, a.Raw)
	}
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	answered, _ := a.JSON["value"].([]any)
	for _, v := range answered {
		row, _ := v.(map[string]any)
		state, _ := row["state"].(map[string]any)
		serial, _ := row["serialNumber"].(string)
		if state["deviceImportStatus"] != "complete" && state["deviceErrorCode"] != 806.0 {
			return fmt.Errorf("import of %s: %v", serial, state)
		}
		pc := bySerial[serial]
		if pc == nil {
			return fmt.Errorf("import answered for %q, which was not sent", serial)
		}
		pc.id, _ = state["deviceRegistrationId"].(string)
		delete(bySerial, serial)
	}
	if len(bySerial) > 0 {
		return fmt.Errorf("import answered for %d rows of %d", len(answered), len(chunk))
	}
	return nil
}

// blow imports everything while the administrators make their changes. It
// returns the first thing that went wrong; errLost when a server died.
func (s *storm) blow(ctx context.Context, procs []*servertest.Process) error {
	pace := newPace(len(s.chunks), s.size.edits)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		faults = append(faults, err)
		pace.stop()
	}
	wg.Go(func() {
		for i, chunk := range s.chunks {
			if !pace.chunk(i) {
				return
			}
			if s.onChunk != nil {
				s.onChunk(i)
			}
			if err := s.importChunk(ctx, procs[i%len(procs)], chunk); err != nil {
				failed(err)
				return
			}
		}
	})
	for _, e := range s.editors {
		wg.Go(func() {
			for pace.edit() {
				changed, err := e.step(ctx)
				if err != nil {
					failed(err)
					return
				}
				if changed {
					pace.edited()
				}
			}
			if err := e.finish(ctx); err != nil {
				failed(err)
			}
		})
	}
	wg.Wait()
	for _, err := range faults {
		if !errors.As(err, new(errLost)) {
			return err
		}
	}
	return errors.Join(faults...)
}

// count tells how many PCs are registered and not deregistered.
func (s *storm) count() (n int) {
	for _, pc := range s.r.pcs {
		if pc.id != "" && !pc.gone {
			n++
		}
	}
	return n
}

// report logs what the storm did.
func (s *storm) report(extra ...any) {
	s.t.Helper()
	refused, kinds := 0, map[string]int{}
	for _, e := range s.editors {
		refused += e.refused
		for k, n := range e.kinds {
			kinds[k] += n
		}
	}
	s.t.Logf("%d PCs, %d edits accepted at least, %d refused, kinds %v %s", s.size.pcs, s.size.edits, refused, kinds, fmt.Sprint(extra...))
}
