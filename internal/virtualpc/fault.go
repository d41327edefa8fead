package virtualpc

import "time"

// Step is a part of a deployment in which the PC does something by itself.
type Step string

// The steps, in the order of a boot from bare metal to the desktop.
const (
	StepPowerOn   Step = "power-on"
	StepProfile   Step = "profile"    // the profile is downloaded
	StepRename    Step = "rename"     // the PC takes its name and restarts
	StepSignIn    Step = "sign-in"    // the person signs in with a work account
	StepTerms     Step = "terms"      // the terms of use of the management
	StepJoin      Step = "join"       // the PC joins the directory
	StepEnrol     Step = "enrol"      // the PC enrols for management
	StepDeviceESP Step = "device-esp" // Device preparation and Device setup
	StepUserESP   Step = "user-esp"   // Account setup
	StepDesktop   Step = "desktop"
)

// Steps lists them.
func Steps() []Step {
	return []Step{StepPowerOn, StepProfile, StepRename, StepSignIn, StepTerms, StepJoin, StepEnrol, StepDeviceESP, StepUserESP, StepDesktop}
}

// FaultKind is what goes wrong.
type FaultKind string

// What can go wrong at a step.
const (
	FaultLose     FaultKind = "lose"      // the network is away for a while
	FaultSlow     FaultKind = "slow"      // every answer comes later
	FaultStatus   FaultKind = "status"    // the server answers with an HTTP status, 429 or 503
	FaultPassword FaultKind = "password"  // the person types a wrong password
	FaultMFA      FaultKind = "mfa"       // the person refuses the second factor
	FaultDecline  FaultKind = "decline"   // the person declines the terms of use
	FaultApp      FaultKind = "app-fails" // an app's installation ends with an error
	FaultAppHangs FaultKind = "app-hangs" // an app's installation never ends
	FaultRestart  FaultKind = "restart"   // the PC restarts by itself and goes on
	FaultPowerOff FaultKind = "power-off" // somebody switches the PC off: the boot ends
	FaultDiskFull FaultKind = "disk-full" // nothing can be written any more
)

// Fault is something that goes wrong at one step of a boot.
type Fault struct {
	At    Step // empty: at every step
	Kind  FaultKind
	Times int           // how often; 0 is once, but for lose and slow, which last
	For   time.Duration // lose: how long, on the PC's clock; slow: how much later; status: what Retry-After says
	Code  int64         // status: the HTTP status; app-fails: the HRESULT, 0 for 0x80070643
	App   string        // app-…: a part of the product code; empty: every app
}

// armed is a fault with what it has done already.
type armed struct {
	Fault

	done  int
	until time.Time // of a network that is away
}

// left tells whether the fault still happens, and counts that it does.
func (f *armed) left() bool {
	if f.done >= max(f.Times, 1) {
		return false
	}
	f.done++
	return true
}
