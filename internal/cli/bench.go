package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/bench"
	"taxiway/internal/fault"
)

type benchOptions struct {
	*app
	bench.Options
}

func (a *app) newBench() *cobra.Command {
	o := &benchOptions{app: a}
	cmd := &cobra.Command{
		Use: "bench [benchmark...]", Short: "Measure this program against what the machine can do at best", ValidArgs: bench.Names(),
		Long: `Measures rules, import, change, newrule, list, filter, batch, profile, enrol and
checkin, or only those that are named, each against its limit in the same run: the least work
that could give the same result. Everything is made in a throw-away directory,
or in throw-away databases of a PostgreSQL, and removed again; no data of yours
is touched.

  taxiway bench
  taxiway bench import change --database sqlite --database postgres
  taxiway bench newrule --database postgres://user:password@host:5432/postgres --count 100000`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Names = args
			return o.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Databases, "database", nil, "sqlite (default), postgres (at TEST_POSTGRES_URL), or the address of a PostgreSQL; may be repeated")
	f.IntVar(&o.Count, "count", 0, "registered PCs (default 2000)")
	f.IntVar(&o.Size, "size", 0, "rules in the largest index (default 50000)")
	f.IntVar(&o.Rounds, "rounds", 0, "turns of work and limit (default 5)")
	f.IntVar(&o.Calls, "calls", 0, "requests in one turn (default 100)")
	f.IntVar(&o.Clients, "clients", 0, "PCs that ask, enrol or check in at the same time (default 4)")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the sample data")
	f.StringVar(&o.Dir, "dir", "", "where the throw-away directory is made (default: the system's)")
	return cmd
}

func (o *benchOptions) run(ctx context.Context) error {
	for i, d := range o.Databases {
		if d != "postgres" {
			continue
		}
		if o.Databases[i] = o.lookup("TEST_POSTGRES_URL"); o.Databases[i] == "" {
			return fault.Field(fault.Invalid, "NoPostgres", "database", "It is not known which PostgreSQL to measure on.",
				"Give its address, as in --database postgres://user:password@host:5432/postgres, or set TEST_POSTGRES_URL.")
		}
	}
	o.Options.Version, o.Options.Now = o.app.Version, o.app.Now //nolint:staticcheck // both embedded structs have these two
	o.Command = withoutPasswords(o.Args)
	o.Progress = func(what string, steps int) bench.Progress { return benchProgress{o.newProgress(what, steps)} }
	report, err := bench.Run(ctx, o.Options)
	if err != nil {
		return err
	}
	return o.show(report, report.WriteTable)
}

// benchProgress is the command line's progress bar as package bench knows it.
type benchProgress struct{ bar progress }

// Add implements bench.Progress.
func (p benchProgress) Add(steps int) { p.bar.add(steps) }

// Done implements bench.Progress.
func (p benchProgress) Done() { p.bar.done() }

// withoutPasswords is a command line as it may be shown.
func withoutPasswords(args []string) string {
	shown := append([]string{"taxiway"}, args[1:]...)
	for i, arg := range shown {
		scheme, rest, ok := strings.Cut(arg, "://")
		if !ok {
			continue
		}
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			user, _, _ := strings.Cut(rest[:at], ":")
			shown[i] = scheme + "://" + user + rest[at:]
		}
	}
	return strings.Join(shown, " ")
}
