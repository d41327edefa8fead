package bench

import (
	"math"
	"slices"
	"time"
)

// timed tells how long fn takes.
func (o *Options) timed(fn func() error) (time.Duration, error) {
	start := o.Now()
	err := fn()
	return o.Now().Sub(start), err
}

// samples are durations of single operations, one list per round.
type samples [][]time.Duration

// add appends to the last round.
func (s samples) add(d time.Duration) { s[len(s)-1] = append(s[len(s)-1], d) }

// percentile is that of all rounds together, in the unit.
func (s samples) percentile(p float64, unit time.Duration) float64 {
	return percentile(slices.Concat(s...), p, unit)
}

// each is the percentile of every round.
func (s samples) each(p float64, unit time.Duration) []float64 {
	out := make([]float64, len(s))
	for i := range s {
		out[i] = percentile(s[i], p, unit)
	}
	return out
}

// percentile takes the nearest rank: a value that was really measured.
func percentile(all []time.Duration, p float64, unit time.Duration) float64 {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	rank := int(math.Ceil(p / 100 * float64(len(all))))
	return float64(all[min(max(rank, 1), len(all))-1]) / float64(unit)
}

// rates collects amounts of work with the time they took, per round.
type rates struct {
	amount  float64
	took    time.Duration
	rounds  []float64
	seconds []float64
}

func (r *rates) add(amount int, took time.Duration) {
	took = max(took, time.Nanosecond)
	r.amount += float64(amount)
	r.took += took
	r.rounds = append(r.rounds, float64(amount)/took.Seconds())
	r.seconds = append(r.seconds, took.Seconds())
}

// perSecond is the rate over all rounds.
func (r *rates) perSecond() float64 { return r.amount / r.took.Seconds() }
