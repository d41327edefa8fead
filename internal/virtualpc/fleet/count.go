package fleet

import (
	"maps"
	"sync"

	"taxiway/internal/virtualpc"
)

// Counts is how far a fleet is.
type Counts struct {
	Waiting  int                    `json:"waiting"` // not switched on yet
	On       int                    `json:"on"`
	Outcomes map[Outcome]int        `json:"outcomes"` // of those that ended
	Passed   map[virtualpc.Step]int `json:"passed"`   // steps that went well, of all boots
	Again    int                    `json:"again"`    // how often a PC was switched on again
}

// Ended is how many PCs have ended.
func (c *Counts) Ended() int {
	n := 0
	for _, of := range c.Outcomes {
		n += of
	}
	return n
}

// counter keeps Counts while PCs run.
type counter struct {
	mu      sync.Mutex
	waiting int
	on      int
	ended   map[Outcome]int
	passed  map[virtualpc.Step]int
	boots   int
}

func (c *counter) begins() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting--
	c.on++
}

func (c *counter) ends(how Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on--
	if c.ended == nil {
		c.ended = map[Outcome]int{}
	}
	c.ended[how]++
}

func (c *counter) step(s virtualpc.StepReport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.OK {
		c.passed[s.Step]++
	}
}

func (c *counter) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.boots++
}

func (c *counter) now() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := Counts{Waiting: c.waiting, On: c.on, Outcomes: maps.Clone(c.ended), Passed: maps.Clone(c.passed), Again: c.boots}
	if out.Outcomes == nil {
		out.Outcomes = map[Outcome]int{}
	}
	return out
}
