package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// Options say what to measure. A zero number takes the default that the
// comment names.
type Options struct {
	Names     []string // of benchmarks; none: all
	Databases []string // sqlite or postgres://…; none: sqlite
	Count     int      // registered PCs: 2,000
	Size      int      // rules in the largest index: 50,000
	Rounds    int      // turns of work and limit: 5
	Calls     int      // requests in a turn: 100
	Clients   int      // PCs that ask at the same time: 4
	Seed      uint64
	Dir       string // where the throw-away directory is made; empty: the system's
	Command   string // the command line, for the report
	Version   string // of the program, for the report
	Now       func() time.Time
	// Progress hears of long work; may be nil.
	Progress func(what string, steps int) Progress
}

// Progress shows how far one piece of work is.
type Progress interface {
	Add(steps int)
	Done()
}

type benchmark struct {
	name  string
	store bool // runs once per database
	run   func(r *run, ctx context.Context) error
}

func benchmarks() []benchmark {
	return []benchmark{
		{"rules", false, (*run).rules},
		{"import", true, (*run).imports},
		{"change", true, (*run).changes},
		{"newrule", true, (*run).newRules},
		{"list", true, (*run).lists},
		{"filter", true, (*run).filters},
		{"batch", true, (*run).batches},
		{"profile", true, (*run).profiles},
		{"enrol", true, (*run).enrolments},
		{"checkin", true, (*run).checkIns},
	}
}

// Names lists the benchmarks in the order in which they run.
func Names() []string {
	var names []string
	for _, b := range benchmarks() {
		names = append(names, b.name)
	}
	return names
}

// Run measures. Every outcome is checked on the way: a run that ends without
// an error did what it says. Everything it makes is removed again.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := o.complete(); err != nil {
		return Report{}, err
	}
	report = Report{
		Version: o.Version, Command: o.Command, StartedAt: o.Now().UTC().Truncate(time.Second),
		Seed: o.Seed, Rounds: o.Rounds, Machine: thisMachine(), Databases: []DatabaseInfo{}, Rows: []Row{},
	}
	dir, err := os.MkdirTemp(o.Dir, "taxiway-bench-") // short: the path of a Unix socket in it has 108 bytes at most
	if err != nil {
		return report, fmt.Errorf("make the throw-away directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, b := range o.chosen() {
		if !b.store {
			if err := b.run(&run{Options: &o, report: &report}, ctx); err != nil {
				return report, fmt.Errorf("benchmark %s: %w", b.name, err)
			}
		}
	}
	for i, url := range o.Databases {
		if err := runStore(ctx, &o, &report, url, filepath.Join(dir, strconv.Itoa(i))); err != nil {
			return report, err
		}
	}
	return report, nil
}

// runStore runs the benchmarks that need a database on one.
func runStore(ctx context.Context, o *Options, report *Report, url, dir string) (err error) {
	chosen := slices.DeleteFunc(o.chosen(), func(b benchmark) bool { return !b.store })
	if len(chosen) == 0 {
		return nil
	}
	w, err := startWorld(ctx, o, url, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	info, err := w.served.info(ctx)
	if err != nil {
		return err
	}
	report.Databases = append(report.Databases, info)
	r := &run{Options: o, report: report, world: w, database: info.Engine}
	for _, b := range chosen {
		if err := b.run(r, ctx); err != nil {
			return fmt.Errorf("benchmark %s on %s: %w", b.name, info.Engine, err)
		}
	}
	return nil
}

// run is one benchmark at work.
type run struct {
	*Options
	*world   // nil for those without a database
	report   *Report
	database string
}

func (r *run) add(row Row) {
	row.Database = r.database
	r.report.Rows = append(r.report.Rows, row)
}

func (o *Options) chosen() []benchmark {
	return slices.DeleteFunc(benchmarks(), func(b benchmark) bool { return !slices.Contains(o.Names, b.name) })
}

// complete checks the options and fills in defaults.
func (o *Options) complete() error {
	for _, name := range o.Names {
		if !slices.Contains(Names(), name) {
			return fault.Field(fault.Invalid, "UnknownBenchmark", "benchmark", "There is no benchmark '"+name+"'.", "Name any of "+strings.Join(Names(), ", ")+", or none for all.")
		}
	}
	if len(o.Names) == 0 {
		o.Names = Names()
	}
	if len(o.Databases) == 0 {
		o.Databases = []string{"sqlite"}
	}
	for _, d := range o.Databases {
		if d != "sqlite" && !strings.HasPrefix(d, "postgres://") && !strings.HasPrefix(d, "postgresql://") {
			return fault.Field(fault.Invalid, "InvalidDatabase", "database", "A database to measure on is sqlite, postgres, or an address such as postgres://user:password@host:5432/postgres.", "Correct it.")
		}
	}
	for _, n := range []struct {
		name       string
		value      *int
		normal     int
		least, max int
	}{
		{"count", &o.Count, 2_000, 20, 1_000_000},
		{"size", &o.Size, 50_000, 100, 1_000_000},
		{"rounds", &o.Rounds, 5, 1, 1_000},
		{"calls", &o.Calls, 100, 1, 100_000},
		{"clients", &o.Clients, 4, 1, 256},
	} {
		if *n.value == 0 {
			*n.value = n.normal
		}
		if *n.value < n.least || *n.value > n.max {
			return fault.Field(fault.Invalid, "InvalidNumber", n.name, fmt.Sprintf("%d is outside %d to %d.", *n.value, n.least, n.max), "Give a number in that range.")
		}
	}
	return nil
}

type silent struct{}

func (silent) Add(int) {}
func (silent) Done()   {}

func (o *Options) progress(what string, steps int) Progress {
	if o.Progress == nil {
		return silent{}
	}
	return o.Progress(what, steps)
}
