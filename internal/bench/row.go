package bench

import (
	"fmt"
	"slices"
	"time"
)

// Report is everything one run found.
type Report struct {
	Version   string         `json:"version"`
	Command   string         `json:"command"`
	StartedAt time.Time      `json:"startedAt"`
	Seed      uint64         `json:"seed"`
	Rounds    int            `json:"rounds"`
	Machine   Machine        `json:"machine"`
	Databases []DatabaseInfo `json:"databases"`
	Rows      []Row          `json:"rows"`
}

// Row is one figure beside its limit.
type Row struct {
	Benchmark string  `json:"benchmark"`
	Database  string  `json:"database,omitempty"` // the engine; empty when none takes part
	What      string  `json:"what"`
	Unit      string  `json:"unit"` // of Figure and Limit
	Figure    float64 `json:"figure"`
	LimitWhat string  `json:"limitWhat"`
	Limit     float64 `json:"limit"`
	// Ratio is Figure by Limit; RatioLow and RatioHigh are those of single
	// rounds, which shows how far the figure can be trusted.
	Ratio     float64 `json:"ratio"`
	RatioLow  float64 `json:"ratioLow"`
	RatioHigh float64 `json:"ratioHigh"`
	Target    string  `json:"target,omitempty"` // empty: the row is only told
	Met       *bool   `json:"met,omitempty"`
	LimitedBy string  `json:"limitedBy"`
}

// ratios fills in the ratio of the whole and of each round.
func (r Row) ratios(work, limit []float64) Row {
	r.Ratio = r.Figure / r.Limit
	r.RatioLow, r.RatioHigh = r.Ratio, r.Ratio
	var each []float64
	for i := range min(len(work), len(limit)) {
		if limit[i] > 0 {
			each = append(each, work[i]/limit[i])
		}
	}
	if len(each) > 0 {
		r.RatioLow, r.RatioHigh = slices.Min(each), slices.Max(each)
	}
	return r
}

// atMost and atLeastHalf set the target for the ratio, figureAtMost and
// figureAtLeast one for the figure itself.
func (r Row) atMost(x float64) Row {
	return r.judged(fmt.Sprintf("ratio ≤ %g", x), r.Ratio <= x)
}

func (r Row) atLeastHalf() Row { return r.judged("ratio ≥ 0.5", r.Ratio >= 0.5) }

func (r Row) figureAtMost(x float64) Row {
	return r.judged(fmt.Sprintf("≤ %g %s", x, r.Unit), r.Figure <= x)
}

func (r Row) figureAtLeast(x float64) Row {
	return r.judged(fmt.Sprintf("≥ %g %s", x, r.Unit), r.Figure >= x)
}

func (r Row) judged(target string, met bool) Row {
	r.Target, r.Met = target, &met
	return r
}
