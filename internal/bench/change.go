package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"taxiway/internal/graphclient"
)

// commits measures what one durable commit costs: one row, one transaction.
type commits struct {
	*run
	statement string
	next      int
	took      samples
}

func (r *run) newCommits(ctx context.Context) (*commits, error) {
	if _, err := r.bare.pool.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS bench_commits (id BIGINT NOT NULL PRIMARY KEY, note TEXT NOT NULL)"); err != nil {
		return nil, fmt.Errorf("make the table for single commits: %w", err)
	}
	if _, err := r.bare.pool.ExecContext(ctx, "DELETE FROM bench_commits"); err != nil {
		return nil, fmt.Errorf("empty the table for single commits: %w", err)
	}
	return &commits{run: r, statement: r.bare.sql("INSERT INTO bench_commits (id, note) VALUES ($1, $2)")}, nil
}

func (c *commits) round(ctx context.Context, n int) (err error) {
	s, err := c.bare.pool.PrepareContext(ctx, c.statement)
	if err != nil {
		return fmt.Errorf("prepare a single insert: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	c.took = append(c.took, nil)
	for range n {
		took, err := c.timed(func() error {
			_, err := s.ExecContext(ctx, c.next, "one durable commit")
			return err
		})
		if err != nil {
			return fmt.Errorf("commit one row: %w", err)
		}
		c.next++
		c.took.add(took)
	}
	return nil
}

// changes measures a new group tag, from the request to the answer after which
// the PC's status is true, against one durable commit.
func (r *run) changes(ctx context.Context) error {
	f, err := r.registered(ctx)
	if err != nil {
		return err
	}
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(r.Seed, 2)) //nolint:gosec // a repeatable order
	var work, read samples
	bar := r.progress("change", r.Rounds*r.Calls)
	defer bar.Done()
	for range r.Rounds {
		work, read = append(work, nil), append(read, nil)
		for range r.Calls {
			if err := r.changeOne(ctx, f, random.IntN(len(f.ids)), work, read); err != nil {
				return err
			}
			bar.Add(1)
		}
		if err := commits.round(ctx, r.Calls); err != nil {
			return err
		}
	}
	ms := time.Millisecond
	commit := commits.took.percentile(50, ms)
	by := fmt.Sprintf("two durable commits (change, decision), %.0f %%; the rest is TLS, some 20 statements and the answer", 100*2*commit/work.percentile(50, ms))
	row := func(what string, s samples, p float64) Row {
		return Row{
			Benchmark: "change", What: what, Unit: "ms", Figure: s.percentile(p, ms), LimitWhat: fmt.Sprintf("one durable commit, p%g", p), Limit: commits.took.percentile(p, ms), LimitedBy: by,
		}.ratios(s.each(p, ms), commits.took.each(p, ms))
	}
	r.add(row("new group tag to true status, p50", work, 50).atMost(3))
	// The target for the slowest is in commits of the usual length.
	slow := row("new group tag to true status, p99", work, 99)
	slow.LimitWhat, slow.Limit = "one durable commit, p50", commit
	r.add(slow.ratios(work.each(99, ms), commits.took.each(50, ms)).atMost(10))
	reading := row("reading the PC with its profile, p50", read, 50)
	reading.LimitedBy = "TLS, a few indexed reads, JSON"
	r.add(reading)
	return nil
}

// changeOne moves a PC to the next tag and checks that the new profile is
// there as soon as the change is answered.
func (r *run) changeOne(ctx context.Context, f *fleet, i int, work, read samples) error {
	tag := fmt.Sprintf("Tag%02d", i%plainTags+1)
	if tag == f.tags[i] {
		tag = fmt.Sprintf("Tag%02d", (i+1)%plainTags+1)
	}
	took, err := r.timed(func() error {
		return r.graph.UpdateDeviceIdentity(ctx, f.ids[i], graphclient.DeviceChange{GroupTag: &tag})
	})
	if err != nil {
		return fmt.Errorf("change a group tag: %w", err)
	}
	work.add(took)
	f.tags[i] = tag
	var d graphclient.DeviceIdentity
	took, err = r.timed(func() (err error) {
		d, err = r.graph.DeviceIdentity(ctx, f.ids[i])
		return err
	})
	if err != nil {
		return fmt.Errorf("read a PC: %w", err)
	}
	read.add(took)
	if want := f.profiles[tag]; d.Status() != graphclient.Assigned || d.ProfileName() != want {
		return fmt.Errorf("after the answer %s is %s with profile %q instead of Assigned with %q", d.SerialNumber, d.Status(), d.ProfileName(), want)
	}
	return nil
}
