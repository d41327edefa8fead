package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taxiway/internal/graphclient"
)

// pollEvery is how often a benchmark looks whether work beside a request has
// ended; it bounds how exactly its end is known.
const pollEvery = 2 * time.Millisecond

// waitLimit ends a wait for work that does not end.
const waitLimit = 30 * time.Minute

// wait polls until done.
func (r *run) wait(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// filled waits until no walk over the group is open.
func (r *run) filled(ctx context.Context, group string) error {
	query := r.served.sql("SELECT count(*) FROM fills WHERE tenant_id = $1 AND group_id = $2")
	err := r.wait(ctx, func() (bool, error) {
		var open int
		err := r.served.pool.QueryRowContext(ctx, query, r.served.id(string(r.tenant.ID)), r.served.id(group)).Scan(&open)
		return open == 0, err
	})
	if err != nil {
		return fmt.Errorf("wait for the group: %w", err)
	}
	return nil
}

// newRule creates a group and waits until it is filled.
func (r *run) newRule(ctx context.Context, text string) (group string, took time.Duration, err error) {
	took, err = r.timed(func() error {
		g, err := r.graph.CreateGroup(ctx, graphclient.Group{DisplayName: "New rule", MailNickname: "newrule", MembershipRule: text})
		if err != nil {
			return fmt.Errorf("make a group: %w", err)
		}
		group = g.ID
		return r.filled(ctx, group)
	})
	return group, took, err
}

func (r *run) dropRule(ctx context.Context, group string) error {
	if err := r.graph.DeleteGroup(ctx, group); err != nil {
		return fmt.Errorf("delete a group: %w", err)
	}
	return r.filled(ctx, group)
}

func (r *run) members(ctx context.Context, group string) (tableRows, error) {
	d := r.served
	return d.readRows(ctx, copied{"memberships", "member_id", ""}, d.sql("SELECT * FROM memberships WHERE tenant_id = $1 AND group_id = $2 ORDER BY member_id"), d.id(string(r.tenant.ID)), d.id(group))
}

// newRules measures a new rule from its creation to the filled group, for one
// that few PCs satisfy and one that all do.
func (r *run) newRules(ctx context.Context) error {
	if _, err := r.registered(ctx); err != nil {
		return err
	}
	return errors.Join(r.selective(ctx), r.broad(ctx))
}

// selective creates a rule whose candidates an index gives.
func (r *run) selective(ctx context.Context) error {
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	const times = 5 // groups per round
	var work, query, limit samples
	bar := r.progress("newrule, selective", r.Rounds*times)
	defer bar.Done()
	found := 0
	for range r.Rounds {
		work, query = append(work, nil), append(query, nil)
		for range times {
			group, took, err := r.newRule(ctx, tagRule("Pilot01"))
			if err != nil {
				return err
			}
			work.add(took)
			rows, err := r.members(ctx, group)
			if err != nil {
				return err
			}
			took, err = r.timed(func() (err error) {
				found, err = r.indexed(ctx, "pilot01")
				return err
			})
			if err != nil {
				return err
			}
			if len(rows.rows) != found {
				return fmt.Errorf("the group has %d members, the index %d", len(rows.rows), found)
			}
			query.add(took)
			if err := r.dropRule(ctx, group); err != nil {
				return err
			}
			bar.Add(1)
		}
		if err := commits.round(ctx, 20); err != nil {
			return err
		}
		limit = append(limit, nil)
		commit := time.Duration(percentile(commits.took[len(commits.took)-1], 50, 1))
		for _, q := range query[len(query)-1] {
			limit.add(q + commit)
		}
	}
	ms := time.Millisecond
	r.add(Row{
		Benchmark: "newrule", What: fmt.Sprintf("rule for %d of %s PCs, created to filled, p50", found, thousands(r.Count)), Unit: "ms", Figure: work.percentile(50, ms),
		LimitWhat: "indexed query and one durable commit", Limit: limit.percentile(50, ms),
		LimitedBy: fmt.Sprintf("two durable commits (group, members), %.0f %%; then TLS, compiling all rules again, matching and writing the members", 100*2*commits.took.percentile(50, ms)/work.percentile(50, ms)),
	}.ratios(work.each(50, ms), limit.each(50, ms)).atMost(3))
	return nil
}

// indexed reads the ids of the devices that carry a tag.
func (r *run) indexed(ctx context.Context, tag string) (n int, err error) {
	d := r.served
	rows, err := d.pool.QueryContext(ctx, d.sql("SELECT id FROM devices WHERE tenant_id = $1 AND order_key = $2 ORDER BY id"), d.id(string(r.tenant.ID)), tag)
	if err != nil {
		return 0, fmt.Errorf("query the index: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var id any
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return n, fmt.Errorf("query the index: %w", err)
		}
		n++
	}
	return n, rows.Err()
}

// broad creates a rule that every PC satisfies.
func (r *run) broad(ctx context.Context) (err error) {
	in, err := r.bare.inserter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	var work, limit rates
	bar := r.progress("newrule, broad", r.Rounds)
	defer bar.Done()
	for range r.Rounds {
		group, took, err := r.newRule(ctx, `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`)
		if err != nil {
			return err
		}
		rows, err := r.members(ctx, group)
		if err != nil {
			return err
		}
		if len(rows.rows) != r.Count {
			return fmt.Errorf("the group has %d members instead of %d", len(rows.rows), r.Count)
		}
		work.add(r.Count, took)
		parts := (r.Count + importChunk - 1) / importChunk
		if took, err = r.timed(func() error { return in.insertAll(ctx, []tableRows{rows}, parts) }); err != nil {
			return err
		}
		limit.add(r.Count, took)
		if err := r.dropRule(ctx, group); err != nil {
			return err
		}
		d := r.bare
		if _, err := d.pool.ExecContext(ctx, d.sql("DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2"), d.id(string(r.tenant.ID)), d.id(group)); err != nil {
			return fmt.Errorf("remove the bare members: %w", err)
		}
		bar.Add(1)
	}
	r.add(Row{
		Benchmark: "newrule", What: fmt.Sprintf("rule for all of %s PCs, created to filled", thousands(r.Count)), Unit: "rows/s", Figure: work.perSecond(),
		LimitWhat: "bare insert of the same members", Limit: limit.perSecond(),
		LimitedBy: "every PC is locked, read whole, matched against all rules and decided, in the transaction that writes its membership",
	}.ratios(work.rounds, limit.rounds).atLeastHalf())
	return nil
}
