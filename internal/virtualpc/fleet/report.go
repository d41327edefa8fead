package fleet

import (
	"maps"
	"slices"
	"strings"
	"time"

	"taxiway/internal/virtualpc"
)

// Report is what became of a fleet.
type Report struct {
	Count    int             `json:"count"`
	Seed     uint64          `json:"seed"`
	Primes   int             `json:"primes"` // in the pool of keys
	Outcomes map[Outcome]int `json:"outcomes"`
	Again    int             `json:"again"` // how often a PC was switched on again because its network failed
	Took     time.Duration   `json:"took"`  // from the first power-on to the last end, in nanoseconds
	PerMin   float64         `json:"deploymentsPerMinute"`
	Steps    []StepTimes     `json:"steps"`
	Failures []Failure       `json:"failures"`
	// Differences are between the PCs and the server's record; empty is good.
	Differences []Difference `json:"differences"`
	Compared    bool         `json:"compared"` // with the server's record
	Results     []Result     `json:"pcs"`
}

// StepTimes are how long a step took, in real time, of all PCs that went through
// it: with the server at the other end and this machine shared by all.
type StepTimes struct {
	Step  virtualpc.Step `json:"step"`
	Count int            `json:"count"`
	P50   time.Duration  `json:"p50"` // in nanoseconds
	P99   time.Duration  `json:"p99"`
	Max   time.Duration  `json:"max"`
}

// Failure is a reason for which PCs are not at their desktop.
type Failure struct {
	Injected string  `json:"injected,omitempty"` // name of the fault; empty: nobody injected it
	Outcome  Outcome `json:"outcome"`
	Reason   string  `json:"reason"`
	Count    int     `json:"count"`
}

// Report sums up a run that took so long.
func (f *Fleet) Report(took time.Duration) *Report {
	c := f.Counts()
	r := &Report{
		Count: len(f.PCs), Seed: f.o.Seed, Primes: f.Primes(), Outcomes: map[Outcome]int{}, Again: c.Again, Took: took,
		Failures: []Failure{}, Differences: []Difference{}, Steps: times(f.PCs),
	}
	reasons := map[Failure]int{}
	for _, pc := range f.PCs {
		r.Outcomes[pc.Outcome]++
		r.Results = append(r.Results, pc.Result)
		if pc.Outcome != Desktop && pc.Outcome != NotStarted {
			reasons[Failure{Injected: pc.Injected, Outcome: pc.Outcome, Reason: pc.Reason}]++
		}
	}
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b Failure) int {
		return strings.Compare(string(a.Outcome)+a.Injected+a.Reason, string(b.Outcome)+b.Injected+b.Reason)
	}) {
		n := reasons[reason]
		reason.Count = n
		r.Failures = append(r.Failures, reason)
	}
	if took > 0 {
		r.PerMin = float64(r.Outcomes[Desktop]) / took.Minutes()
	}
	return r
}

// Good tells whether every PC that was switched on ended as it had to, and
// nothing differs.
func (r *Report) Good() bool {
	return r.Outcomes[Failed]+r.Outcomes[Escaped] == 0 && len(r.Differences) == 0
}

// times sorts the steps that went well; a step in several parts counts each.
func times(pcs []*PC) []StepTimes {
	took := map[virtualpc.Step][]time.Duration{}
	for _, pc := range pcs {
		for _, s := range pc.Steps {
			if s.OK {
				took[s.Step] = append(took[s.Step], s.Real)
			}
		}
	}
	out := []StepTimes{}
	for _, step := range virtualpc.Steps() {
		all := took[step]
		if len(all) == 0 {
			continue
		}
		slices.Sort(all)
		out = append(out, StepTimes{Step: step, Count: len(all), P50: quantile(all, 50), P99: quantile(all, 99), Max: all[len(all)-1]})
	}
	return out
}

// quantile is the value that p of a hundred are at or below: the nearest rank.
func quantile(sorted []time.Duration, p int) time.Duration {
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}
