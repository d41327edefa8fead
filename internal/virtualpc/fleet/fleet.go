package fleet

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// Options are what a fleet is like. Count and PC are required.
type Options struct {
	Count    int
	Parallel int           // how many PCs are on at once; 0 is 32
	Ramp     time.Duration // over which the PCs are switched on, evenly
	Jitter   float64       // by how much of the distance to the next PC each is late, at random; 0 to 1
	Faults   float64       // share of the PCs at which something goes wrong, 0 to 1
	Kinds    []Injection   // of faults; nil: Injections
	Seed     uint64        // of who gets which fault, and of the jitter
	Primes   int           // of the pool of keys; 0: as many as are needed
	// Again is how often a PC is switched on again whose network failed without
	// having been told to, or whose management has not heard of its desktop; 0 is
	// never.
	Again int
	// PC is what every PC is given; NewKey, Seed and Script are set for each.
	PC      virtualpc.Options
	Network setup.Network
	Reads   time.Duration // how long people look at a screen, on the PC's clock
}

const usualParallel = 32

// Fleet is a number of PCs that have not been switched on yet. Its PCs belong to
// the fleet while Deploy runs.
type Fleet struct {
	PCs []*PC

	o      Options
	keys   *Keys
	counts counter
}

// New builds the PCs and their keys.
func New(o Options) (*Fleet, error) {
	if o.Count < 1 || o.PC.Wait == nil || o.PC.Now == nil {
		return nil, errors.New("a fleet needs PCs, a clock and a way to wait")
	}
	if o.Parallel < 1 {
		o.Parallel = usualParallel
	}
	if o.Kinds == nil {
		o.Kinds = Injections()
	}
	if err := parse(o.Kinds); err != nil {
		return nil, err
	}
	keys, err := NewKeys(o.Primes, o.Count)
	if err != nil {
		return nil, err
	}
	f := &Fleet{o: o, keys: keys, counts: counter{waiting: o.Count, passed: map[virtualpc.Step]int{}}}
	rnd := mathrand.New(mathrand.NewPCG(o.Seed, 0)) //nolint:gosec // a seed makes the same faults again
	faults := inject(rnd, o.Count, o.Faults, o.Kinds)
	apart := o.Ramp / time.Duration(o.Count)
	serials := map[string]bool{}
	for i := range o.Count {
		pc, err := f.build(i, serials)
		if err != nil {
			return nil, fmt.Errorf("build PC %d: %w", i+1, err)
		}
		pc.fault = faults[i]
		if pc.fault != nil {
			pc.Injected = pc.fault.Name
		}
		pc.starts = time.Duration(i)*apart + time.Duration(rnd.Float64()*o.Jitter*float64(apart))
		f.PCs = append(f.PCs, pc)
	}
	return f, nil
}

// build makes one PC with a serial number that no other of the fleet has. Its
// models take turns.
func (f *Fleet) build(i int, serials map[string]bool) (*PC, error) {
	models := machine.Models()
	name := fmt.Sprintf("fleet-%05d", i+1)
	for {
		ek, err := f.keys.Draw()
		if err != nil {
			return nil, err
		}
		m, err := machine.Create(machine.NewMemory(), machine.Spec{Name: name, Model: models[i%len(models)].ID, EK: ek})
		if err != nil {
			return nil, err
		}
		if serial := m.Hardware.SystemSerial; !serials[serial] {
			serials[serial] = true
			return &PC{Result: Result{Name: name, Serial: serial, Outcome: NotStarted}, machine: m, seed: drawn()}, nil
		}
	}
}

// drawn is a seed for the names that Windows draws.
func drawn() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:]) | 1
}

// Primes is how many the pool of keys has.
func (f *Fleet) Primes() int { return f.keys.Size() }

// Counts tells how far the PCs are; it may be called while Deploy runs.
func (f *Fleet) Counts() Counts { return f.counts.now() }

// Deploy switches the PCs on, one after the other along the ramp and Parallel at
// a time at most, and returns when all have ended. When stop ends no further PC
// is switched on, and those that are on go on to their end; when ctx ends they
// are switched off.
func (f *Fleet) Deploy(ctx, stop context.Context) {
	began := f.o.PC.Now()
	free := make(chan struct{}, f.o.Parallel)
	var wg sync.WaitGroup
	defer wg.Wait()
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(stop, cancel)()
	order := slices.Clone(f.PCs)
	slices.SortStableFunc(order, func(a, b *PC) int { return cmp.Compare(a.starts, b.starts) })
	for _, pc := range order {
		if late := pc.starts - f.o.PC.Now().Sub(began); late > 0 && f.o.PC.Wait(starting, late) != nil {
			return
		}
		select {
		case <-starting.Done():
		case free <- struct{}{}:
		}
		if stop.Err() != nil || ctx.Err() != nil {
			return
		}
		f.counts.begins()
		wg.Go(func() {
			f.deploy(ctx, pc)
			f.counts.ends(pc.Outcome)
			<-free
		})
	}
}
