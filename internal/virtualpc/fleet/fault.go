package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// Injection is something that goes wrong at a PC for good, with the end that the
// PC has to come to.
type Injection struct {
	Name    string // as reports name it
	Script  string // of package virtualpc
	Outcome virtualpc.Outcome
	Code    string // that the PC shows; empty when nobody sees a screen
	// Screen is the one it shows it on; empty for any. It tells a network that was
	// taken away from one that fails elsewhere.
	Screen setup.ScreenName
}

// Injections are those that need nothing special in the tenant.
func Injections() []Injection {
	const gone = "0x80072efd" // ERROR_INTERNET_CANNOT_CONNECT
	return []Injection{
		{"no network at the profile", "at profile lose for 90m", virtualpc.OutcomeFailed, gone, setup.ScreenProfile},
		{"no network at the join", "at join lose for 90m", virtualpc.OutcomeFailed, gone, setup.ScreenError},
		{"terms declined", "at terms decline", virtualpc.OutcomeFailed, setup.CodeTermsDeclined, ""},
		{"clock years ahead", "clock 200000h", virtualpc.OutcomeFailed, "0x80072f05", ""}, // ERROR_INTERNET_SEC_CERT_DATE_INVALID
		{"disk full at the profile", "at profile disk-full", virtualpc.OutcomeFailed, full, ""},
		{"disk full at the join", "at join disk-full", virtualpc.OutcomeFailed, full, ""},
		{"disk full at the enrolment", "at enrol disk-full", virtualpc.OutcomeFailed, full, ""},
		{"switched off at the join", "at join power-off", virtualpc.OutcomeOff, "", ""},
	}
}

// full is ERROR_DISK_FULL.
const full = "0x80070070"

// PageInjections are those of a tenant whose status page is shown, waits for an
// app, and lets people try again.
func PageInjections() []Injection {
	const code = "0x80070652" // ERROR_INSTALL_ALREADY_RUNNING
	return []Injection{
		{"app not installed", "at any app-fails code " + code, virtualpc.OutcomeFailed, code, ""},
		{"disk full at the user's status page", "at user-esp disk-full", virtualpc.OutcomeFailed, full, ""},
	}
}

// ended tells whether a boot ended as injected, and only so.
func (in *Injection) ended(r *virtualpc.Report) bool {
	switch {
	case r.Outcome != in.Outcome:
		return false
	case in.Code == "":
		return r.Problem == nil
	}
	return r.Problem != nil && r.Problem.Code == in.Code && (in.Screen == "" || in.Screen == r.Setup.Reached)
}

// inject chooses which of n PCs get a fault: a share of them, at least one when
// there is a share, each kind about as often.
func inject(rnd *rand.Rand, n int, share float64, kinds []Injection) []*Injection {
	out := make([]*Injection, n)
	if share <= 0 || len(kinds) == 0 || n == 0 {
		return out
	}
	faulty := min(max(int(share*float64(n)+0.5), 1), n)
	order := rnd.Perm(len(kinds))
	for k, at := range rnd.Perm(n)[:faulty] {
		out[at] = &kinds[order[k%len(kinds)]]
	}
	return out
}

// parse reads the scripts of all kinds, so that a wrong one is told at once.
func parse(kinds []Injection) error {
	for i := range kinds {
		if _, err := kinds[i].script(); err != nil {
			return err
		}
	}
	return nil
}

// script is a fresh copy: a boot uses it up.
func (in *Injection) script() (virtualpc.Script, error) {
	if in == nil {
		return virtualpc.Script{}, nil
	}
	s, err := virtualpc.ParseScript(strings.NewReader(in.Script))
	if err != nil {
		return virtualpc.Script{}, fmt.Errorf("the script of the fault %q: %w", in.Name, err)
	}
	return *s, nil
}

// passing are the codes of trouble that comes from the way to the server or from
// a server that is just away (wininet.h, HTTP_E_STATUS_… of urlmon.h).
var passing = []string{
	setup.CodeNoNetwork, setup.CodeUnreachable, "0x80072ee2", "0x80072ee7", "0x80072efd", "0x80072efe", "0x80072eff",
	"0x801901ad", "0x801901f4", "0x801901f6", "0x801901f7", "0x801901f8", // 429, 500, 502, 503, 504
}

// passes tells whether switching the PC on again may help.
func passes(r *virtualpc.Report) bool {
	return r.Outcome == virtualpc.OutcomeFailed && r.Problem != nil && slices.Contains(passing, r.Problem.Code)
}
