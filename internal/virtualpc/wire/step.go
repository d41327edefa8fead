package wire

import (
	"context"
	"time"
)

// Step is what the PC is doing when it sends a request.
type Step string

// The steps.
const (
	StepProfile     Step = "profile"
	StepHardware    Step = "hardware"
	StepDiscover    Step = "discover"
	StepSignIn      Step = "sign-in"
	StepToken       Step = "token"
	StepJoin        Step = "join"
	StepLeave       Step = "leave"
	StepTerms       Step = "terms"
	StepFind        Step = "enrol-discovery"
	StepPolicy      Step = "enrol-policy"
	StepCertificate Step = "enrol-certificate"
	StepRenew       Step = "renew"
	StepSession     Step = "session"
	StepDownload    Step = "download"
)

// manners is how a step is asked: how long one try may take, how often it is
// tried when the network fails, and how long a PC waits between. The wait
// doubles from first to most.
type manners struct {
	timeout     time.Duration
	tries       int
	first, most time.Duration
	// again: a request whose answer was lost may be sent once more. Where it
	// may not, only one that never reached the server is.
	again bool
}

// stepManners are those of all steps. Sessions are told theirs at enrolment
// (CONNRETRYFREQ 6, INITIALBACKOFFTIME 30 s, MAXBACKOFFTIME 120 s, "w7
// APPLICATION CSP"); those of setup follow what its screens wait for.
var stepManners = map[Step]manners{
	StepProfile:     {30 * time.Second, 5, 2 * time.Second, 30 * time.Second, true},
	StepHardware:    {30 * time.Second, 3, 2 * time.Second, 30 * time.Second, false},
	StepDiscover:    {30 * time.Second, 3, 2 * time.Second, 15 * time.Second, true},
	StepSignIn:      {time.Minute, 3, 2 * time.Second, 15 * time.Second, false},
	StepToken:       {time.Minute, 3, 2 * time.Second, 15 * time.Second, false},
	StepJoin:        {time.Minute, 3, 2 * time.Second, 15 * time.Second, false},
	StepLeave:       {30 * time.Second, 3, 2 * time.Second, 15 * time.Second, true},
	StepTerms:       {time.Minute, 3, 2 * time.Second, 15 * time.Second, true},
	StepFind:        {30 * time.Second, 3, 2 * time.Second, 15 * time.Second, true},
	StepPolicy:      {30 * time.Second, 3, 2 * time.Second, 15 * time.Second, true},
	StepCertificate: {time.Minute, 3, 5 * time.Second, 30 * time.Second, true},
	StepRenew:       {time.Minute, 3, 5 * time.Second, 30 * time.Second, false},
	StepSession:     {2 * time.Minute, 6, 30 * time.Second, 2 * time.Minute, true},
	StepDownload:    {30 * time.Minute, 4, 10 * time.Second, 2 * time.Minute, true},
}

// A server that is busy says when to come again; a PC does so busyTries times
// and never waits longer than busyMost.
const (
	busyTries = 20
	busyMost  = 10 * time.Minute
)

type stepKey struct{}

// StepOf tells in a transport of Options.Wrap which step a request belongs to.
func StepOf(ctx context.Context) Step {
	s, _ := ctx.Value(stepKey{}).(Step)
	return s
}
