package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// imports measures a file of PCs from CSV to Assigned, against inserting the
// very rows it left into the very tables, with nothing else done.
func (r *run) imports(ctx context.Context) (err error) {
	if r.fleet != nil {
		return errors.New("the PCs are registered already")
	}
	f, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	in, err := r.bare.inserter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	var work, ready, limit rates
	bar := r.progress("import", r.Count)
	defer bar.Done()
	for round := range r.Rounds {
		first, last := r.Count*round/r.Rounds, r.Count*(round+1)/r.Rounds
		if first == last {
			continue
		}
		file, err := r.csvFile(first, last-first)
		if err != nil {
			return err
		}
		since := uuid.Must(uuid.NewV7()).String()
		var answered time.Duration
		took, err := r.timed(func() error {
			start := r.Now()
			if err := r.upload(ctx, f, file); err != nil {
				return err
			}
			answered = r.Now().Sub(start)
			return r.assigned(ctx, last)
		})
		if err != nil {
			return err
		}
		work.add(last-first, answered)
		ready.add(last-first, took)
		tables, err := r.importedRows(ctx, since)
		if err != nil {
			return err
		}
		parts := (last - first + importChunk - 1) / importChunk
		if took, err = r.timed(func() error { return in.insertAll(ctx, tables, parts) }); err != nil {
			return err
		}
		limit.add(last-first, took)
		if err := commits.round(ctx, 20); err != nil {
			return err
		}
		bar.Add(last - first)
	}
	if err := r.checkAssigned(ctx, f, max(r.Count/20, 1)); err != nil {
		return err
	}
	r.fleet = f
	commit := commits.took.percentile(50, time.Microsecond) / 1e6
	perRow := 1 / work.perSecond()
	by := fmt.Sprintf("a PC takes %.0f µs: two durable commits per %d rows are %.0f %% of it, writing rows and indexes %.0f %%; the rest is client, TLS, JSON, hash checks, rules and decisions",
		perRow*1e6, importChunk, 100*2*commit/importChunk/perRow, 100*(1/limit.perSecond())/perRow)
	row := Row{Benchmark: "import", Unit: "rows/s", LimitWhat: "bare insert of the same rows", Limit: limit.perSecond(), LimitedBy: by}
	row.What, row.Figure = "CSV to answered import", work.perSecond()
	r.add(row.ratios(work.rounds, limit.rounds))
	row.What, row.Figure = "CSV to all Assigned", ready.perSecond()
	r.add(row.ratios(ready.rounds, limit.rounds).atLeastHalf())
	return nil
}

func (r *run) importedRows(ctx context.Context, since string) ([]tableRows, error) {
	out := make([]tableRows, len(importTables))
	for i, t := range importTables {
		var err error
		if out[i], err = r.served.newRows(ctx, t, string(r.tenant.ID), since); err != nil {
			return nil, err
		}
	}
	return out, nil
}
