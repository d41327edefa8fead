package cli

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/fleet"
	"taxiway/internal/virtualpc/setup"
)

func (a *app) newFleet() *cobra.Command {
	return a.graphCommand("fleet", "Many virtual PCs at once, held against the server's record", func(t *target) []*cobra.Command {
		return []*cobra.Command{a.newFleetUp(t)}
	})
}

// fleetUpOptions is taxiway fleet up.
type fleetUpOptions struct {
	*app
	*target

	count    int
	parallel int
	ramp     time.Duration
	jitter   float64
	faults   string
	seed     uint64
	keys     int
	again    int
	speed    float64
	reads    time.Duration

	tag, group, profile string
	user, passwordFile  string
	deviceURL           string
}

func (a *app) newFleetUp(t *target) *cobra.Command {
	o := &fleetUpOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "up", Short: "Register virtual PCs, deploy them all, and compare with what the server recorded", Args: exactly(0),
		Long: `Makes virtual PCs whose disks are in memory, registers them by a CSV import through
Graph, and deploys them from bare metal to the desktop against a running server.
Then it tells how they ended, how long each step took, and compares what each PC
went through with what Graph tells of it: its registration, its deployment's
timeline, its managed device and its device object. Whatever is missing or
contradicts is listed. Ends with code 1 when something is, or when a PC ended
otherwise than it had to.

For a share of the PCs something is made to go wrong (--faults); each of them has
to end in exactly that failure. The same --seed chooses the same PCs.

People, a group for the tag and a profile are made when they are missing. PCs may
join and are enrolled only if the tenant lets everybody, as the lab does. What was
made stays; in a lab, 'taxiway lab reset' takes it away.

Ctrl+C lets the PCs that are on come to their end, switches no further one on, and
reports. A second Ctrl+C ends at once.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.IntVar(&o.count, "count", 100, "how many PCs")
	f.IntVar(&o.parallel, "parallel", 32, "how many are on at once")
	f.DurationVar(&o.ramp, "ramp", 0, "time over which they are switched on, evenly")
	f.Float64Var(&o.jitter, "jitter", 0.5, "how late each is at random, as a part of the distance to the next one")
	f.StringVar(&o.faults, "faults", "0%", "share of the PCs at which something goes wrong, as in 5%")
	f.Uint64Var(&o.seed, "seed", 0, "of faults and jitter; 0 is another every time")
	f.IntVar(&o.keys, "keys", 0, "primes made beforehand, whose pairs are the PCs' RSA keys; 0 is as many as are needed")
	f.IntVar(&o.again, "again", 5, "how often a PC is switched on again when the server is away")
	f.StringVar(&o.tag, "tag", "Fleet", "group tag of the PCs")
	f.StringVar(&o.group, "group", "Fleet PCs", "dynamic group of the tag, made when it is missing; empty for none")
	f.StringVar(&o.profile, "profile", "Fleet", "deployment profile for the group, made when it is missing; empty for what the tenant has")
	f.StringVar(&o.user, "user", "", "who signs in at every PC (default: people made for it, one for 15 PCs)")
	f.StringVar(&o.passwordFile, "password-file", "", "file whose first line is that user's password")
	f.StringVar(&o.deviceURL, "device-url", "", "the server's address for PCs (default: the key device_url)")
	f.Float64Var(&o.speed, "speed", pcSpeed, "how much faster than real time the PCs' time passes; 1 is real")
	f.DurationVar(&o.reads, "reads", time.Second, "how long people look at a screen, on the PC's clock")
	return cmd
}

// options are those of the fleet; registration is how it becomes known.
func (o *fleetUpOptions) options(ctx context.Context) (fleet.Options, fleet.Registration, error) {
	out, reg := fleet.Options{}, fleet.Registration{}
	share, err := parseShare(o.faults)
	if err != nil {
		return out, reg, err
	}
	for _, f := range []struct {
		wrong              bool
		name, text, remedy string
	}{
		{o.count < 1 || o.count > mostFleet, "count", fmt.Sprintf("There cannot be %d PCs.", o.count), fmt.Sprintf("Write a number from 1 to %d.", mostFleet)},
		{o.parallel < 1, "parallel", "No PC could be on.", "Write a number from 1 on."},
		{o.ramp < 0, "ramp", "Time does not run back.", "Write, for example, --ramp 60s."},
		{o.jitter < 0 || o.jitter > 1, "jitter", "It is a part of the distance between two PCs.", "Write a number from 0 to 1."},
		{o.speed <= 0, "speed", "Time has to pass.", "Write a number above 0; 1 is real time."},
		{o.again < 0, "again", "A PC cannot be switched on less than once.", "Write a number from 0 on."},
		{o.keys < 0, "keys", "There cannot be fewer than no primes.", "Write a number from 0 on; 0 is as many as are needed."},
		{o.profile != "" && o.group == "", "profile", "The profile is for the group, and no group is named.", "Name one with --group, or add --profile ''."},
		{strings.ContainsAny(o.tag, `"\`), "tag", "A group's rule cannot name this tag.", "Leave quotation marks and backslashes out."},
	} {
		if f.wrong {
			return out, reg, flagError(f.name, f.text, f.remedy)
		}
	}
	cfg, err := o.config()
	if err != nil {
		return out, reg, err
	}
	// One PC is told where its server is by the same rules.
	one := &pcBootOptions{pcs: &pcs{app: o.app}, caFile: o.caFile, deviceURL: o.deviceURL, passwordFile: o.passwordFile}
	roots, err := one.roots(ctx, cfg)
	if err != nil {
		return out, reg, err
	}
	address := cfg.DeviceURL
	if o.deviceURL != "" {
		address = o.deviceURL
	}
	seed := o.seed
	if seed == 0 {
		seed = uint64(rand.Uint32()) + 1 //nolint:gosec // which PCs fail is no secret
	}
	out = fleet.Options{
		Count: o.count, Parallel: o.parallel, Ramp: o.ramp, Jitter: o.jitter, Faults: share, Seed: seed, Primes: o.keys, Again: o.again,
		PC: virtualpc.Options{BaseURL: address, Roots: roots, Now: o.Now, Wait: pause, Speed: o.speed}, Network: setup.Wired, Reads: o.reads,
	}
	reg = fleet.Registration{Tag: o.tag, Group: o.group, Profile: o.profile, User: o.user, Now: o.Now}
	if o.user != "" {
		reg.Password, err = one.password(ctx, "")
	}
	return out, reg, err
}

// mostFleet is more than any machine that runs this can deploy at once.
const mostFleet = 100_000

// parseShare reads 5% or 0.05.
func parseShare(text string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	share, err := strconv.ParseFloat(number, 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fault.Field(fault.Invalid, "InvalidFlag", "--faults", fmt.Sprintf("'%s' is no share.", text), "Write, for example, --faults 5%.")
	}
	return share, nil
}
