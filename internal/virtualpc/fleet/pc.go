package fleet

import (
	"context"
	"crypto/rsa"
	"math/rand/v2"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
)

// Outcome is how a PC of a fleet ended.
type Outcome string

// The outcomes.
const (
	Desktop    Outcome = "desktop"    // its person works
	AsInjected Outcome = "asInjected" // exactly the failure that was injected
	Failed     Outcome = "failed"     // another failure, or a failure that nobody injected
	Escaped    Outcome = "escaped"    // at the desktop in spite of what was injected
	Stopped    Outcome = "stopped"    // switched off because the run was ended
	NotStarted Outcome = "notStarted" // never switched on
)

// Outcomes lists them.
func Outcomes() []Outcome {
	return []Outcome{Desktop, AsInjected, Failed, Escaped, Stopped, NotStarted}
}

// Result is what became of one PC, as the PC knows it.
type Result struct {
	Name         string  `json:"name"`
	Serial       string  `json:"serialNumber"`
	Registration string  `json:"registration"`       // id in Graph, empty before it is registered
	User         string  `json:"userPrincipalName"`  // whom it is for
	Injected     string  `json:"injected,omitempty"` // name of the fault, empty for none
	Outcome      Outcome `json:"outcome"`
	Reason       string  `json:"reason,omitempty"` // why it is not at its desktop: a code and words
	Boots        int     `json:"boots"`            // how often it was switched on
	Unanswered   int     `json:"unanswered"`       // requests of which it never saw an answer

	// Steps are all its steps, those of earlier boots first.
	Steps []virtualpc.StepReport `json:"steps,omitempty"`
	// Report is of the last boot, nil when there was none.
	Report *virtualpc.Report `json:"-"`
	// Real is from its first power-on to its end.
	Real time.Duration `json:"real"`
}

// PC is one machine of a fleet with what became of it.
type PC struct {
	Result

	machine  *machine.Machine
	fault    *Injection
	starts   time.Duration // after the begin of the run
	seed     uint64
	password string
}

// deploy switches a PC on until it is at its desktop or has failed for good.
func (f *Fleet) deploy(ctx context.Context, pc *PC) {
	began := f.o.PC.Now()
	for again := 0; ; again++ {
		r, err := f.boot(ctx, pc)
		pc.judge(r, err, ctx.Err() != nil)
		if again == f.o.Again || r == nil || (pc.Outcome != Failed || !passes(r)) && r.Unheard == "" {
			break
		}
		f.counts.again()
		if f.o.PC.Wait(ctx, comeback(again)) != nil {
			pc.Outcome = Stopped
			break
		}
	}
	pc.Real = f.o.PC.Now().Sub(began)
	pc.machine = nil // its disk is not needed any more
}

// comeback is how long somebody waits before they switch a PC on again whose
// network failed: about a second at first, then longer, in real time.
func comeback(again int) time.Duration {
	least := time.Second << min(again, 4)
	return least + rand.N(least) //nolint:gosec // a wait is no secret
}

func (f *Fleet) boot(ctx context.Context, pc *PC) (*virtualpc.Report, error) {
	o := f.o.PC
	o.Seed, o.NewKey = pc.seed, func() (*rsa.PrivateKey, error) { return f.keys.Draw() }
	var err error
	if o.Script, err = pc.fault.script(); err != nil {
		return nil, err
	}
	on, err := virtualpc.New(pc.machine, o)
	if err != nil {
		return nil, err
	}
	pc.Boots++
	r, err := on.Boot(ctx, virtualpc.Boot{
		Network: f.o.Network,
		Person:  virtualpc.Person{UPN: pc.User, Reads: f.o.Reads, Password: func(context.Context, string) (string, error) { return pc.password, nil }},
		Done:    func(s virtualpc.StepReport) { f.counts.step(s) },
	})
	pc.Steps = append(pc.Steps, r.Steps...)
	if unanswered, traceErr := count(pc.machine); traceErr == nil {
		pc.Unanswered = unanswered
	} else if err == nil {
		err = traceErr
	}
	return r, err
}

// count is how many requests of the PC have no answer.
func count(m *machine.Machine) (int, error) {
	all, err := m.Trace().All()
	n := 0
	for i := range all {
		if all[i].Status == 0 {
			n++
		}
	}
	return n, err
}

// judge says how a boot ended, measured by what was injected.
func (pc *PC) judge(r *virtualpc.Report, err error, off bool) {
	pc.Report, pc.Reason = r, ""
	switch {
	case off:
		pc.Outcome = Stopped
		return
	case err != nil || r == nil:
		pc.Outcome, pc.Reason = Failed, "program: "+errText(err)
		return
	case r.Problem != nil:
		pc.Reason = r.Problem.Code + " " + r.Problem.Words
	case r.Outcome != virtualpc.OutcomeDesktop:
		pc.Reason = string(r.Outcome) + " at " + string(r.Setup.Reached)
	}
	atDesktop := r.Outcome == virtualpc.OutcomeDesktop && r.Problem == nil
	switch {
	case pc.fault == nil && atDesktop:
		pc.Outcome = Desktop
	case pc.fault != nil && pc.fault.ended(r):
		pc.Outcome = AsInjected
	case atDesktop:
		pc.Outcome = Escaped
	default:
		pc.Outcome = Failed
	}
}

func errText(err error) string {
	if err == nil {
		return "no report"
	}
	return err.Error()
}
