package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"taxiway/internal/virtualpc/fleet"
)

func (o *fleetUpOptions) run(ctx context.Context) error {
	options, registration, err := o.options(ctx)
	if err != nil {
		return err
	}
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	live := o.newFleetLive()
	live.line("Making %s and their keys", plural(o.count, "PC"))
	f, err := fleet.New(options)
	if err != nil {
		return err
	}
	live.line("Seed %d, %s", options.Seed, plural(f.Primes(), "prime"))
	registration.Told = func(text string) { live.line("%s", text) }
	if err := f.Register(ctx, c, registration); err != nil {
		return err
	}
	// The first signal ends the starts; what is on goes on.
	work := context.WithoutCancel(ctx)
	began := o.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Deploy(work, ctx)
	}()
	live.follow(f, began, o.Now, ended)
	report := f.Report(o.Now().Sub(began))
	if ctx.Err() != nil {
		live.line("Ended early: no further PC was switched on")
	}
	records, err := f.ReadRecords(work, c)
	if err != nil {
		return err
	}
	report.Compared, report.Differences = true, append(report.Differences, f.Compare(records)...)
	if err := o.show(report, func(w io.Writer) error { return writeFleet(w, report) }); err != nil {
		return err
	}
	if !report.Good() {
		return exitError(1)
	}
	return nil
}

// fleetLive tells how far the PCs are: on a terminal in one line that is written
// over, else in a line now and then, and for programs not at all.
type fleetLive struct {
	out      io.Writer
	terminal bool
	every    time.Duration
}

// How often the live summary is written.
const (
	liveTerminal = 500 * time.Millisecond
	livePlain    = 10 * time.Second
)

func (o *fleetUpOptions) newFleetLive() *fleetLive {
	if o.json {
		return &fleetLive{out: io.Discard, every: livePlain}
	}
	if file, ok := o.Out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return &fleetLive{out: o.Out, terminal: true, every: liveTerminal}
	}
	return &fleetLive{out: o.Out, every: livePlain}
}

func (l *fleetLive) line(format string, args ...any) { fmt.Fprintf(l.out, format+"\n", args...) }

// follow writes the summary until all PCs have ended.
func (l *fleetLive) follow(f *fleet.Fleet, began time.Time, now func() time.Time, ended <-chan struct{}) {
	tick := time.NewTicker(l.every)
	defer tick.Stop()
	for going := true; going; {
		select {
		case <-tick.C:
		case <-ended:
			going = false
		}
		text := liveText(f.Counts(), now().Sub(began))
		switch {
		case !l.terminal:
			l.line("%s", text)
		case going:
			fmt.Fprintf(l.out, "\r\x1b[K%s", text) // ECMA-48 EL: erase to the end of the line
		default:
			fmt.Fprintf(l.out, "\r\x1b[K%s\n", text)
		}
	}
}

func liveText(c fleet.Counts, took time.Duration) string {
	parts := []string{fmt.Sprintf("%s: %d on, %d waiting", took.Round(time.Second), c.On, c.Waiting)}
	for _, how := range fleet.Outcomes() {
		if n := c.Outcomes[how]; n > 0 || how == fleet.Desktop {
			parts = append(parts, fmt.Sprintf("%d %s", n, fleetWords[how]))
		}
	}
	if c.Again > 0 {
		parts = append(parts, fmt.Sprintf("%d switched on again", c.Again))
	}
	if minutes := took.Minutes(); minutes > 0 {
		parts = append(parts, fmt.Sprintf("%.0f a minute", float64(c.Ended())/minutes))
	}
	return strings.Join(parts, ", ")
}

// fleetWords are the outcomes for people.
var fleetWords = map[fleet.Outcome]string{
	fleet.Desktop: "at the desktop", fleet.AsInjected: "failed as injected", fleet.Failed: "failed", fleet.Escaped: "got over what was injected",
	fleet.Stopped: "switched off", fleet.NotStarted: "not switched on",
}
