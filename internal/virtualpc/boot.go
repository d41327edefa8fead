package virtualpc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// session is one boot going on.
type session struct {
	pc      *PC
	b       Boot
	m       *machine.Machine
	net     *wire.Client
	answers answers

	kept   kept
	screen setup.Screen
	job    setup.Job

	found  *wire.Discovery
	ticket string // of the profile that was downloaded last; for one join
	blob   string // that the terms gave, for the enrolment
	tokens map[wire.Purpose]*wire.Tokens
	esp    espRun

	finished []string // products whose installation is over, well or not, since the last session

	report   Report
	real     time.Time   // when the boot began
	step     *openStep   // what the PC does now
	last     *StepReport // what it did before, as long as that may go on
	outcome  Outcome
	joinLost bool  // the key of the join was in a TPM that is gone
	restarts bool  // the management wants a restart
	renews   bool  // it wants the PC to renew its certificate
	wiped    bool  // it wants the PC as it came out of its box
	failed   bool  // the sign-in just now
	traceErr error // of the first exchange that could not be kept
}

// kept is what a PC's disk holds of its deployment. It is written as a whole,
// after every event: whenever the power goes, the disk has a state from which
// the next boot goes on.
type kept struct {
	Setup   setup.State     `json:"setup"`
	Profile json.RawMessage `json:"profile,omitempty"` // as it came
	Refused string          `json:"profileRefused,omitempty"`
	Asked   bool            `json:"profileAsked,omitempty"`
	MDM     *wire.Enrolment `json:"mdm,omitempty"`
	Device  *wire.Device    `json:"device,omitempty"`  // the trees of the management
	Apps    []string        `json:"apps,omitempty"`    // that were installed
	Hanging []wire.MSIJob   `json:"hanging,omitempty"` // installations that never ended
	NewName string          `json:"newName,omitempty"` // that the management gave; from the next restart on
	SIDs    []string        `json:"administratorSids,omitempty"`
}

// keptName is the file that kept is in (machine.SaveJSON).
const keptName = "deployment"

// Ends of a boot that are no error of the program.
var (
	errStopped = errors.New("the screen that was asked for is there")
	errAway    = errors.New("the person went away")
	errOff     = errors.New("the PC was switched off")
)

func newSession(pc *PC, b Boot) (*session, error) {
	script := &pc.o.Script
	b.Network = cmp.Or(setup.Network(script.Network), b.Network, setup.WiFi)
	b.Until = cmp.Or(setup.ScreenName(script.Until), b.Until)
	s := &session{
		pc: pc, b: b, m: pc.machine, answers: answers{by: script.Answers, presses: slices.Clone(script.Presses)},
		tokens: map[wire.Purpose]*wire.Tokens{}, real: pc.o.Now(),
	}
	s.report = Report{
		PC: s.m.Name, SerialNumber: s.m.Hardware.SystemSerial, Model: s.m.Hardware.ProductName, Steps: []StepReport{}, Began: pc.clock.now(),
	}
	var err error
	s.net, err = wire.New(wire.Options{
		BaseURL: pc.o.BaseURL, Roots: pc.o.Roots, Now: pc.clock.wire, Wait: pc.clock.wait, Trace: s.trace, Wrap: pc.faults.wrap, Dial: pc.o.Dial,
	})
	return s, err
}

// run boots until an end that is none of the program's errors, which are
// returned.
func (s *session) run(ctx context.Context) error {
	err := s.goOn(ctx)
	s.closeStep(err == nil || errors.Is(err, errStopped)) // the screen is beyond the step
	switch {
	case err == nil:
		s.outcome = OutcomeDesktop
		s.view(View{})
	case errors.Is(err, errStopped):
		s.outcome = OutcomeStopped
	case errors.Is(err, errAway):
		s.outcome = OutcomeFailed
	case errors.Is(err, errOff):
		s.outcome = OutcomeOff
	case machine.Is(err, machine.CodeFull):
		s.outcome, s.report.Problem = OutcomeFailed, fullProblem(err)
	default:
		s.outcome = OutcomeOff
		return err
	}
	return nil
}

// fullProblem is what Windows shows when nothing can be written.
func fullProblem(err error) *setup.Problem {
	full, _ := errors.AsType[*machine.Error](err)
	return &setup.Problem{Code: "0x80070070", Words: full.Message, Next: full.Remedy} // ERROR_DISK_FULL
}

func (s *session) goOn(ctx context.Context) error {
	s.openStep(StepPowerOn)
	s.tell("network: %s", s.b.Network)
	if err := s.load(); err != nil {
		return err
	}
	if err := s.started(); err != nil {
		return err
	}
	event := setup.Event{Kind: setup.PowerOn, Network: s.b.Network}
	for {
		if err := s.next(event); err != nil {
			return err
		}
		switch s.screen.Name {
		case s.b.Until:
			return errStopped
		case setup.ScreenDesktop:
			if err := s.desktop(ctx); err != nil || !s.wiped {
				return err
			}
		default:
		}
		var err error
		if s.wiped {
			event, err = s.wipe(ctx)
		} else {
			event, err = s.act(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// load reads how far the PC is; one that was never switched on begins.
func (s *session) load() error {
	err := s.m.LoadJSON(keptName, &s.kept)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.kept = kept{Setup: setup.New(setup.Facts{
			Serial: s.m.Hardware.SystemSerial, Language: s.m.OS.Language, Keyboard: s.m.OS.Keyboard, Network: s.b.Network, Look: s.m.OS.Look,
			TPM: s.m.HasTPM, Seed: s.pc.seed(),
		})}
		return nil
	case err != nil:
		return err
	}
	if err := s.identities(); err != nil {
		return err
	}
	return s.renamed()
}

// renamed gives the PC the name that the management chose, at a start.
func (s *session) renamed() error {
	if s.kept.NewName == "" {
		return nil
	}
	s.kept.Setup.Name, s.kept.Setup.NameWhy, s.kept.NewName = s.kept.NewName, "The management gave the name", ""
	return s.save()
}

// next lets an event happen, shows what is on the screen then, and keeps it.
func (s *session) next(e setup.Event) error {
	state, screen, job, err := setup.Next(s.kept.Setup, e)
	if err != nil {
		return fmt.Errorf("let %s happen: %w", e.Kind, err)
	}
	fresh := screen.Name != s.screen.Name || screen.Text != s.screen.Text || screen.Error != s.screen.Error || !reflect.DeepEqual(screen.Rows, s.screen.Rows)
	passed := s.kept.Setup.Passed
	s.kept.Setup, s.screen, s.job = state, screen, job
	for _, part := range []struct{ now, before, user bool }{{state.Passed.Device, passed.Device, false}, {state.Passed.User, passed.User, true}} {
		if part.now && !part.before {
			if err := s.pageLeft(part.user); err != nil {
				return err
			}
		}
	}
	if err := s.save(); err != nil {
		return err
	}
	s.view(View{Fresh: fresh, Waits: job == setup.JobNone})
	return nil
}

func (s *session) save() error { return s.m.SaveJSON(keptName, &s.kept) }

func (s *session) view(v View) {
	if s.b.Watch == nil {
		return
	}
	screen := s.screen
	v.At, v.Screen, v.Online, v.Visits = s.pc.clock.now(), &screen, s.kept.Setup.Online, s.kept.Setup.Visits
	s.b.Watch(v)
}

// doing tells who watches what the PC does by itself.
func (s *session) doing(text string) { s.view(View{Doing: text}) }

// act does the job of the state, or lets the person answer.
func (s *session) act(ctx context.Context) (setup.Event, error) {
	if err := ctx.Err(); err != nil {
		return setup.Event{}, err
	}
	if e, ok := s.plug(); ok {
		return e, nil
	}
	if s.job == setup.JobNone {
		s.closeStep(!s.stuck())
		return s.person(ctx)
	}
	if s.job == setup.JobSignIn && s.screen.Error != nil && s.failed {
		// The page waits to be filled in again, by somebody who knows no better.
		s.failed = false
		s.view(View{Waits: true})
		s.closeStep(false)
		e, err := s.person(ctx)
		if err != nil || e.Button != setup.ButtonTryAgain {
			return e, err
		}
	}
	j, ok := jobs[s.job]
	if !ok {
		return setup.Event{}, fmt.Errorf("setup has the job %s, which this PC does not know", s.job)
	}
	if j.step != "" {
		s.openStep(j.step)
		if s.pc.faults.happens(FaultPowerOff) {
			return setup.Event{}, errOff
		}
		if s.pc.faults.happens(FaultRestart) {
			return setup.Event{Kind: setup.PowerOn, Network: s.b.Network}, s.off()
		}
	}
	e, err := j.do(s, ctx)
	if err = cmp.Or(err, s.traceErr); err != nil {
		return e, err
	}
	s.failed = e.Kind == setup.SignInFailed
	if s.restarts && (s.job == setup.JobDeviceESP || s.job == setup.JobUserESP) {
		s.restarts = false
		return s.restart(ctx)
	}
	return e, nil
}

// off is what a PC forgets without power: its connections, who signed in on the
// web pages, their tokens.
func (s *session) off() error {
	clear(s.tokens)
	s.ticket, s.esp = "", espRun{}
	s.net.Close()
	return s.net.Forget()
}

// jobs are what a PC does by itself, and the step that a report counts it to.
var jobs = map[setup.Job]struct {
	step Step
	do   func(*session, context.Context) (setup.Event, error)
}{
	setup.JobDownloadProfile: {StepProfile, (*session).downloadProfile},
	setup.JobCheckUpdates:    {StepProfile, (*session).checkUpdates},
	setup.JobRenameRestart:   {StepRename, (*session).rename},
	setup.JobSignIn:          {StepSignIn, (*session).signIn},
	setup.JobTerms:           {StepTerms, (*session).terms},
	setup.JobJoin:            {StepJoin, (*session).join},
	setup.JobEnrol:           {StepEnrol, (*session).enrol},
	setup.JobDeviceESP:       {StepDeviceESP, (*session).statusPage},
	setup.JobUserESP:         {StepUserESP, (*session).statusPage},
	setup.JobRestart:         {"", (*session).restart},
	setup.JobCollectLogs:     {"", (*session).collectLogs},
	setup.JobReset:           {"", (*session).reset},
}

func (s *session) restart(ctx context.Context) (setup.Event, error) {
	if err := s.reboots(ctx); err != nil {
		return setup.Event{}, err
	}
	if err := s.renamed(); err != nil {
		return setup.Event{}, err
	}
	return setup.Event{Kind: setup.Restarted}, s.started()
}

// reboots lets a restart pass, with what is forgotten in it.
func (s *session) reboots(ctx context.Context) error {
	s.doing("restarts")
	if err := s.pc.clock.wait(ctx, restartTakes); err != nil {
		return err
	}
	return s.off()
}

// restartTakes is how long a restart of Windows takes.
const restartTakes = 45 * time.Second

// reset is what the button of the status page does: everything but the hardware
// goes, and what setup wants to tell of the time before.
func (s *session) reset(ctx context.Context) (setup.Event, error) {
	before := s.kept.Setup
	if err := s.takeAway(ctx, "resets itself: everything but the hardware goes"); err != nil {
		return setup.Event{}, err
	}
	s.kept.Setup = before
	return setup.Event{Kind: setup.PowerOn, Network: s.b.Network}, s.save()
}

// wipe is what the management does to a PC: it begins as it came out of its box.
func (s *session) wipe(ctx context.Context) (setup.Event, error) {
	s.wiped = false
	if err := s.takeAway(ctx, "is wiped by the management"); err != nil {
		return setup.Event{}, err
	}
	if err := s.load(); err != nil {
		return setup.Event{}, err
	}
	return setup.Event{Kind: setup.PowerOn, Network: s.b.Network}, s.started()
}

func (s *session) takeAway(ctx context.Context, doing string) error {
	s.doing(doing)
	if err := s.pc.clock.wait(ctx, resetTakes); err != nil {
		return err
	}
	if err := s.m.Reset(); err != nil {
		return err
	}
	s.net.UseDevice(nil)
	s.net.UseMDM(nil)
	s.kept, s.found, s.finished = kept{}, nil, nil
	return s.off()
}

const resetTakes = 15 * time.Minute

// openStep begins a step of the report; one that goes on is not begun twice.
func (s *session) openStep(step Step) {
	if s.step != nil && s.step.Step == step {
		return
	}
	s.closeStep(true)
	if s.last != nil && s.last.Step != step {
		s.flushStep()
	}
	s.pc.faults.at(step)
	s.step = &openStep{StepReport: StepReport{Step: step, Began: s.pc.clock.now()}, real: s.pc.o.Now()}
}

type openStep struct {
	StepReport

	real time.Time
}

// tell says what came of the step that is open.
func (s *session) tell(format string, args ...any) {
	if s.step != nil {
		s.step.Text = fmt.Sprintf(format, args...)
	}
}

func (s *session) closeStep(ok bool) {
	if s.step == nil {
		return
	}
	r := s.step.StepReport
	r.Took, r.Real, r.OK = s.pc.clock.now().Sub(r.Began), s.pc.o.Now().Sub(s.step.real), ok
	s.step = nil
	if last := s.last; last != nil && last.Step == r.Step && last.OK { // the person did something in between
		last.Took, last.Real, last.OK = r.Began.Add(r.Took).Sub(last.Began), last.Real+r.Real, r.OK
		last.Text = cmp.Or(r.Text, last.Text)
		return
	}
	s.flushStep()
	s.last = &r
}

// flushStep writes the step into the report that nothing more comes to.
func (s *session) flushStep() {
	if s.last == nil {
		return
	}
	s.report.Steps = append(s.report.Steps, *s.last)
	if s.b.Done != nil {
		s.b.Done(*s.last)
	}
	s.last = nil
}

// finish completes the report.
func (s *session) finish() *Report {
	s.flushStep()
	r := &s.report
	r.Outcome, r.Setup = s.outcome, s.kept.Setup.Report()
	r.ProfileStatus = s.profileStatus()
	r.LocalGroups = s.localGroups()
	r.Apps = s.kept.Apps
	if s.kept.MDM != nil {
		r.ManagedID = s.kept.MDM.EntDMID
	}
	if r.Problem == nil && s.screen.Error != nil && s.outcome == OutcomeFailed {
		r.Problem = s.screen.Error
	}
	r.Took, r.Real = s.pc.clock.now().Sub(r.Began), s.pc.o.Now().Sub(s.real)
	return r
}
