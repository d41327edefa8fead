package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"taxiway/internal/rule"
)

const (
	manyRules   = 10_000
	fewRules    = 1_000
	ruleDevices = 2_000
	naiveSample = 50 // devices a round that meet every rule one by one
)

// rules measures one device against many rules. The objects are made before,
// as is the index: what is timed is what an evaluation repeats.
func (r *run) rules(ctx context.Context) error {
	random := rand.New(rand.NewPCG(r.Seed, 1)) //nolint:gosec // a repeatable sample
	mix, err := mixedRules(random, manyRules)
	if err != nil {
		return err
	}
	few, err := r.padded(mix[:fewRules], fewRules)
	if err != nil {
		return err
	}
	same, err := r.padded(mix[:fewRules], manyRules)
	if err != nil {
		return err
	}
	large, err := r.padded(mix[:fewRules], max(r.Size, fewRules))
	if err != nil {
		return err
	}
	b := &ruleBench{run: r, list: mix, mixed: rule.NewIndex(mix), few: rule.NewIndex(few), same: rule.NewIndex(same), large: rule.NewIndex(large), now: r.Now()}
	devices := sampleDevices(random, ruleDevices)
	b.objects, b.ids = make([]*rule.Object, len(devices)), make([][]string, len(devices))
	for i := range devices {
		b.objects[i] = devices[i].Object()
		for _, id := range devices[i].PhysicalIDs {
			b.ids[i] = append(b.ids[i], rule.Fold(id))
		}
	}
	b.probes = map[string][]int32{}
	for i, x := range mix {
		anchors, _ := x.Anchors()
		for _, a := range anchors {
			if a.Op == rule.Equal {
				b.probes[a.Value] = append(b.probes[a.Value], int32(i))
			}
		}
	}
	if err := b.agree(); err != nil {
		return err
	}
	return b.measure(ctx)
}

// padded fills rules up to n with some that match nothing here.
func (r *run) padded(rules []*rule.Rule, n int) ([]*rule.Rule, error) {
	rest, err := absentRules(n - len(rules))
	return append(slices.Clone(rules), rest...), err
}

type ruleBench struct {
	*run
	list                     []*rule.Rule
	mixed, few, same, large  *rule.Index
	objects                  []*rule.Object
	ids                      [][]string         // folded physical ids of each object
	probes                   map[string][]int32 // what rules want to be equal to
	now                      time.Time
	matches, probed, checked int
	scratch                  []int32
}

// agree compares the index with every rule tried by itself.
func (b *ruleBench) agree() error {
	for i := range min(naiveSample, len(b.objects)) {
		var want []int32
		for k, x := range b.list {
			if x.Match(b.objects[i], b.now) {
				want = append(want, int32(k))
			}
		}
		if got := b.mixed.Match(b.objects[i], b.now, nil); !slices.Equal(got, want) {
			return fmt.Errorf("the index finds %d rules for device %d, one by one %d hold", len(got), i, len(want))
		}
	}
	return nil
}

// one times single devices, whole the mean over all of them, which is free of
// the watch's own cost.
func (b *ruleBench) one(x *rule.Index, into samples) {
	for _, o := range b.objects {
		start := b.Now()
		b.scratch = x.Match(o, b.now, b.scratch[:0])
		into.add(b.Now().Sub(start))
		b.matches += len(b.scratch)
		b.checked++
	}
}

func (b *ruleBench) whole(x *rule.Index) float64 {
	start := b.Now()
	for _, o := range b.objects {
		b.scratch = x.Match(o, b.now, b.scratch[:0])
	}
	return micros(b.Now().Sub(start), len(b.objects))
}

// bare looks the ids up and does nothing with what it finds. It repeats, or
// the watch would be too coarse.
func (b *ruleBench) bare() float64 {
	const times = 10
	start := b.Now()
	for range times {
		for _, ids := range b.ids {
			for _, id := range ids {
				b.probed += len(b.probes[id])
			}
		}
	}
	return micros(b.Now().Sub(start), times*len(b.ids))
}

func (b *ruleBench) naive() float64 {
	n := min(naiveSample, len(b.objects))
	start := b.Now()
	for _, o := range b.objects[:n] {
		for _, x := range b.list {
			if x.Match(o, b.now) {
				b.probed++
			}
		}
	}
	return micros(b.Now().Sub(start), n)
}

func micros(d time.Duration, n int) float64 {
	return float64(max(d, 1)) / float64(time.Microsecond) / float64(n)
}

func (b *ruleBench) measure(ctx context.Context) error {
	var mean, few, same, large, probe, naive []float64
	single := make(samples, 0, b.Rounds)
	bar := b.progress("rules", b.Rounds)
	defer bar.Done()
	for range b.Rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		single = append(single, nil)
		probe = append(probe, b.bare())
		mean = append(mean, b.whole(b.mixed))
		few = append(few, b.whole(b.few))
		same = append(same, b.whole(b.same))
		large = append(large, b.whole(b.large))
		b.one(b.mixed, single)
		naive = append(naive, b.naive())
		bar.Add(1)
	}
	perMatch := float64(b.matches) / float64(b.checked)
	row := func(what string, figure []float64, limitWhat string, limit []float64, by string) Row {
		return Row{Benchmark: "rules", What: what, Unit: "µs", Figure: median(figure), LimitWhat: limitWhat, Limit: median(limit), LimitedBy: by}.ratios(figure, limit)
	}
	probes := "hash look-ups of the device's ids"
	p50 := row("one device against 10,000 rules, p50", single.each(50, time.Microsecond), probes, probe, fmt.Sprintf("verifying candidates: %.0f rules hold for a device, %.0f ns each", perMatch, 1_000*median(mean)/max(perMatch, 1)))
	p50.Figure = single.percentile(50, time.Microsecond)
	p50.Ratio = p50.Figure / p50.Limit
	p99 := row("one device against 10,000 rules, p99", single.each(99, time.Microsecond), probes, probe, "devices for which many rules hold, and interruptions by the machine")
	p99.Figure = single.percentile(99, time.Microsecond)
	p99.Ratio = p99.Figure / p99.Limit
	b.add(p50.figureAtMost(8))
	b.add(p99)
	b.add(row("the same 10,000 rules tried one by one, mean", naive, "the index, mean", mean, "every rule is evaluated"))
	b.add(row("1,000 rules and 9,000 that match nothing, mean", same, "the 1,000 rules alone", few, "cache misses in larger tables").atMost(1.5))
	b.add(row(fmt.Sprintf("1,000 rules and %s that match nothing, mean", thousands(max(b.Size, fewRules)-fewRules)), large, "the 1,000 rules alone", few, "cache misses in larger tables").atMost(3))
	return nil
}

func median(all []float64) float64 {
	s := slices.Sorted(slices.Values(all))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
