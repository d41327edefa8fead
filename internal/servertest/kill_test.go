package servertest_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

// rounds is how often each kind of death is tried.
func rounds(full int) int {
	if long() {
		return full
	}
	return 1
}

func TestAServerKilledInTheMiddleOfAnImportLosesNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			for i := range rounds(10) {
				t.Run(fmt.Sprint("round ", i+1), func(t *testing.T) { killRound(t, engine, 1) })
			}
		})
	}
}

func TestOneOfTwoServersKilledInTheMiddleOfAnImportLosesNothing(t *testing.T) {
	t.Parallel()
	for i := range rounds(5) {
		t.Run(fmt.Sprint("round ", i+1), func(t *testing.T) { killRound(t, "postgres", 2) })
	}
}

func TestAServerStopsOnSIGTERMInTheMiddleOfAnImportAndGoesOnAfterIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDeath(t, db.Engine, db, 1)
		d.strike(func() { d.children[0].terminate(t) })
		d.comeBack()
		d.finish()
	})
}

func killRound(t *testing.T, engine string, processes int) {
	db := servertest.Database{Engine: engine}
	if engine == "postgres" {
		db = servertest.NewPostgres(t)
	}
	d := newDeath(t, engine, db, processes)
	d.strike(func() { d.children[0].kill(t) })
	d.comeBack()
	d.finish()
}

// death is a storm over server processes of which the first dies.
type death struct {
	t        *testing.T
	children []*child
	s        *storm
	rnd      *rand.Rand
}

func newDeath(t *testing.T, engine string, db servertest.Database, processes int) *death {
	t.Helper()
	z := sizes()
	if !long() && os.Getenv("TAXIWAY_TEST_PCS") == "" {
		z.pcs, z.groups, z.chunk, z.edits = 120, 14, 12, 24
	}
	d := &death{t: t}
	for i := range processes {
		spec := childSpec{DataDir: t.TempDir(), Database: db.URL, MasterKey: hex.EncodeToString(make([]byte, 31)) + "07"}
		if engine == "postgres" && i == 0 {
			if _, err := server.Migrate(context.Background(), spec.config(), server.Options{}); err != nil {
				t.Fatalf("migrate: %v", err)
			}
		}
		d.children = append(d.children, startChild(t, spec))
	}
	d.s = newStorm(t, d.processes(), z, nil)
	d.rnd = d.s.editors[0].rnd
	return d
}

func (d *death) processes() (out []*servertest.Process) {
	for _, c := range d.children {
		out = append(out, c.p)
	}
	return out
}

// strike begins the storm and ends the first process at a random moment of a
// chunk in its first half.
func (d *death) strike(end func()) {
	d.t.Helper()
	target := 2 + d.rnd.IntN(len(d.s.chunks)/2-2)
	part := d.rnd.Float64()
	var began time.Time
	struck := make(chan struct{})
	d.s.onChunk = func(i int) {
		switch i {
		case target - 1:
			began = time.Now()
		case target:
			// A chunk with its edits takes about as long as the one before.
			moment := time.NewTimer(time.Duration(part * float64(time.Since(began))))
			go func() {
				defer close(struck)
				<-moment.C
				end()
			}()
		}
	}
	err := d.s.blow(context.Background(), d.processes())
	<-struck
	d.s.onChunk = nil
	if !errors.As(err, new(errLost)) {
		d.t.Fatalf("the storm ended with %v; the server was to die in it", err)
	}
	if n := d.s.count(); n == 0 || n >= d.s.size.pcs {
		d.t.Errorf("%d of %d PCs were registered when the server died", n, d.s.size.pcs)
	}
}

// comeBack starts the dead process again, and holds what it shows against what
// was accepted before it died.
func (d *death) comeBack() {
	d.t.Helper()
	d.children[0] = startChild(d.t, d.children[0].spec)
	p := d.children[0].p
	d.s.editors[0].p = p
	total := len(p.All(d.t, d.s.tenant.Token, identitiesPath+"?$select=id"))
	d.t.Logf("after the restart %d of %d PCs are registered, %d of them answered for", total, d.s.size.pcs, d.s.count())
	if total == 0 || total >= d.s.size.pcs || total < d.s.count()-len(d.s.editors) {
		d.t.Errorf("%d of %d PCs are there after the restart, %d were answered for", total, d.s.size.pcs, d.s.count())
	}
	lost := d.s.missing()[0]
	if err := d.s.importChunk(context.Background(), p, lost); err != nil {
		d.t.Fatal(err)
	}
	state := readState(d.t, p, d.s.tenant.Token)
	happened := d.s.r.resolve(state, d.s.editors)
	d.t.Logf("%d edits without an answer took effect", happened)
	d.s.r.compare(d.t, state)
}

// finish imports the rest, makes the rest of the edits and judges.
func (d *death) finish() {
	d.t.Helper()
	d.s.chunks = d.s.missing()
	d.s.size.edits /= 2
	if err := d.s.blow(context.Background(), d.processes()); err != nil {
		d.t.Fatal(err)
	}
	for _, p := range d.processes() {
		quiet(d.t, p)
	}
	if n := len(d.s.missing()); n > 0 {
		d.t.Errorf("%d chunks are not registered", n)
	}
	d.s.report()
	d.s.verdict(d.processes())
}

// missing lists the chunks with PCs that nobody has answered for.
func (s *storm) missing() (out [][]*pcRecord) {
	for _, chunk := range s.chunks {
		for _, pc := range chunk {
			if pc.id == "" {
				out = append(out, chunk)
				break
			}
		}
	}
	return out
}
