package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/graph"
	"taxiway/internal/odata"
)

// deep is one order or filter, with the time of its first page and of its last
// full one.
type deep struct {
	option      string // groupTag desc
	first, last samples
	pages       int
}

func (d *deep) ratio() float64 {
	return d.last.percentile(50, time.Microsecond) / d.first.percentile(50, time.Microsecond)
}

// properties are those of registered PCs that the table of Graph lets clients
// sort or filter by: a property that is added there is measured here.
func properties(want func(*odata.Property) bool) (out []odata.Property) {
	for _, p := range graph.Collections()[identitiesPath].Properties {
		if want(&p) {
			out = append(out, p)
		}
	}
	return out
}

func (r *run) deepOrders(ctx context.Context, g *reader) error {
	all := properties(func(p *odata.Property) bool { return p.Sort })
	var options []string
	for _, p := range all {
		options = append(options, p.Name+" desc")
	}
	return r.deepest(ctx, g, "list", "$orderby", "orders", options)
}

// deepFilters asks by each property for what nearly all PCs satisfy, so that
// there are pages far down.
func (r *run) deepFilters(ctx context.Context, g *reader) error {
	p, _, err := g.get(ctx, identitiesURL+"?$top=1")
	if err != nil {
		return fmt.Errorf("read a PC: %w", err)
	}
	if len(p.Value) == 0 {
		return errors.New("the list is empty")
	}
	var one map[string]any
	if err := json.Unmarshal(p.Value[0], &one); err != nil {
		return fmt.Errorf("read a PC: %w", err)
	}
	var options []string
	for _, p := range properties(func(p *odata.Property) bool { return p.Filter }) {
		options = append(options, p.Name+" "+broadly(&p, fmt.Sprint(one[p.Name])))
	}
	return r.deepest(ctx, g, "filter", "$filter", "filters", options)
}

// broadly is a comparison that a PC with this value, and most others, satisfy.
func broadly(p *odata.Property, value string) string {
	switch p.Type {
	case odata.Time:
		return "ge 0001-01-01T00:00:00Z"
	case odata.GUID:
		return "ne 00000000-0000-0000-0000-000000000001"
	case odata.Enum:
		for _, other := range p.Enum {
			if other != value {
				return "ne '" + other + "'"
			}
		}
	default:
	}
	return "ne 'no PC has this'"
}

// deepest measures the last full page by each option against the first, and
// tells of the dearest.
func (r *run) deepest(ctx context.Context, g *reader, name, parameter, plural string, options []string) error {
	bar := r.progress(name+", pages far down", len(options))
	defer bar.Done()
	var all []*deep
	for _, option := range options {
		d := &deep{option: option}
		if err := r.measureDeep(ctx, g, identitiesURL+"?$top="+strconv.Itoa(r.pageSize())+"&"+parameter+"="+url.QueryEscape(option), d); err != nil {
			return fmt.Errorf("%s %s: %w", parameter, option, err)
		}
		all = append(all, d)
		bar.Add(1)
	}
	slices.SortFunc(all, func(a, b *deep) int { return cmp.Compare(b.ratio(), a.ratio()) })
	ms := time.Millisecond
	worst := all[0]
	var told []string
	for _, d := range all[:min(len(all), 4)] {
		told = append(told, fmt.Sprintf("%s %.2f (%.1f and %.1f ms)", d.option, d.ratio(), d.last.percentile(50, ms), d.first.percentile(50, ms)))
	}
	r.add(Row{
		Benchmark: name, What: fmt.Sprintf("page %s of %s PCs by the dearest of %d %s, p50", thousands(worst.pages), thousands(r.Count), len(all), plural),
		Unit: "ms", Figure: worst.last.percentile(50, ms), LimitWhat: "the first page by the same", Limit: worst.first.percentile(50, ms),
		LimitedBy: "last page by first page: " + strings.Join(told, ", "),
	}.ratios(worst.last.each(50, ms), worst.first.each(50, ms)).atMost(2))
	return nil
}

// measureDeep walks to the last full page and reads it and the first in turns.
func (r *run) measureDeep(ctx context.Context, g *reader, first string, d *deep) error {
	last, rows := first, 0
	for address := first; address != ""; {
		p, _, err := g.get(ctx, address)
		if err != nil {
			return fmt.Errorf("walk the pages: %w", err)
		}
		rows += len(p.Value)
		if len(p.Value) == r.pageSize() {
			d.pages++
			last = address
		}
		address = p.Next
	}
	if d.pages < 2 || rows > r.Count {
		return fmt.Errorf("%d full pages with %d rows in all: too few to compare, or too many", d.pages, rows)
	}
	for range r.Rounds {
		d.first, d.last = append(d.first, nil), append(d.last, nil)
		for range 3 {
			for address, into := range map[string]samples{first: d.first, last: d.last} {
				_, took, err := g.get(ctx, address)
				if err != nil {
					return fmt.Errorf("read a page: %w", err)
				}
				into.add(took)
			}
		}
	}
	return nil
}

// filters measures the PCs of one group tag against the indexed query for them,
// and pages far down by every filter.
func (r *run) filters(ctx context.Context) error {
	f, err := r.registered(ctx)
	if err != nil {
		return err
	}
	g, err := r.newReader(ctx)
	if err != nil {
		return err
	}
	var work, limit samples
	rows := 0
	bar := r.progress("filter", r.Rounds)
	for round := range r.Rounds {
		work, limit = append(work, nil), append(limit, nil)
		for k := range pagesEach {
			tag := f.tags[(round*pagesEach+k)%len(f.tags)]
			p, took, err := g.get(ctx, identitiesURL+"?$filter="+url.QueryEscape("groupTag eq '"+tag+"'"))
			if err != nil {
				return fmt.Errorf("read by a group tag: %w", err)
			}
			work.add(took)
			rows += len(p.Value)
			b := &bareRead{run: r, query: r.served.sql("SELECT * FROM autopilot_identities WHERE tenant_id = $1 AND group_tag_key = '" + strings.ToLower(tag) + "' AND id > $2 ORDER BY id LIMIT 1000")}
			if took, _, err = b.round(ctx, p.Value, noID); err != nil {
				return err
			}
			limit.add(took)
		}
		bar.Add(1)
	}
	bar.Done()
	r.add(overBare("filter", fmt.Sprintf("PCs of one group tag, %d of %s, p50", rows/(r.Rounds*pagesEach), thousands(r.Count)), work, limit))
	return r.deepFilters(ctx, g)
}
