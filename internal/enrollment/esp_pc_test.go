package enrollment_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
)

var dawn = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// never is a minute that does not come.
const never = 1 << 20

// thing is an app or a configuration in the life of a test: the minutes of its
// phase at which it fails and at which it is there.
type thing struct {
	name           string
	kind           enrollment.PolicyKind
	account        bool
	made, fail, at int
	code           int64
}

// screen is a PC at its status page: what it was told, and what its user does.
// It knows the CSP's nodes by their LocURIs only.
type screen struct {
	t        *testing.T
	tree     map[string]string
	things   []thing
	press    int // minute of each phase at which the user presses "Continue anyway"
	progress enrollment.ESPProgress
	facts    enrollment.ESPFacts
	events   []enrollment.Event
	sent     []enrollment.ESPCommand
	refuses  func(node string) bool
	absent   bool // the user does not come
	deaf     bool // the PC answers nothing

	came   int // minute at which the user is at the PC, -1 before
	failed int // minute at which the page showed an error, -1 while it does not
	left   map[string]bool
}

func newScreen(t *testing.T, p enrollment.ESPProgress, inOOBE, hasUser bool, press int, things ...thing) *screen {
	t.Helper()
	s := &screen{t: t, tree: map[string]string{}, things: things, press: press, progress: p, came: -1, failed: -1, left: map[string]bool{}}
	s.facts.InOOBE, s.facts.HasUser = inOOBE, hasUser
	if !inOOBE && hasUser {
		s.came = 0
	}
	return s
}

const (
	firstSync     = "/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/"
	deviceFinish  = "./Device" + firstSync + "ServerHasFinishedProvisioning"
	userFinish    = "./User" + firstSync + "ServerHasFinishedProvisioning"
	pageTimeLimit = "./Device" + firstSync + "TimeOutUntilSyncFailure"
	pageButtons   = "./Device" + firstSync + "BlockInStatusPage"
)

// item tells how far a thing is at a minute of its phase, which is negative
// before the phase.
func (x *thing) item(minute int) enrollment.ESPItem {
	it := enrollment.ESPItem{Account: x.account, Tracked: enrollment.Tracked{
		Policy: enrollment.PolicyID(x.name), Kind: x.kind, Name: x.name, Nodes: []string{"./Vendor/" + x.name},
		Created: minute >= x.made, Done: minute >= x.at,
	}}
	if minute >= x.fail && minute < x.at {
		it.Failed, it.Error = true, x.code
	}
	return it
}

// visit is one session of the PC: message after message until there is nothing
// more to say.
func (s *screen) visit(minute int) {
	s.t.Helper()
	now := dawn.Add(time.Duration(minute) * time.Minute)
	s.facts.UserHere = s.came >= 0 && minute >= s.came
	s.facts.Items = nil
	for i := range s.things {
		since := minute
		if s.things[i].account {
			since = minute - s.came
			if !s.facts.UserHere {
				since = -1
			}
		}
		s.facts.Items = append(s.facts.Items, s.things[i].item(since))
	}
	s.user(minute)
	s.facts.Begins = true
	for range 20 {
		p, commands, events := enrollment.Step(s.progress, s.facts, now)
		s.progress, s.facts.Begins = p, false
		s.events = append(s.events, events...)
		s.obey(minute, commands)
		if len(commands) == 0 || s.deaf {
			s.arrives(minute)
			return
		}
	}
	s.t.Fatalf("minute %d: the server has something to say for ever", minute)
}

// obey does what the PC is told.
func (s *screen) obey(minute int, commands []enrollment.ESPCommand) {
	s.t.Helper()
	for _, c := range commands {
		if s.deaf {
			return
		}
		s.sent = append(s.sent, c)
		op := c.Operation()
		if strings.HasPrefix(op.URI, "./User/") && !s.facts.UserHere {
			continue // waits in the queue
		}
		if s.refuses != nil && s.refuses(op.URI) {
			s.progress.Hear(c.Node, op, false, nil)
			continue
		}
		switch op.Verb {
		case enrollment.Get:
			scope, _, _ := strings.Cut(op.URI, "/Vendor")
			answer := "false"
			if s.left[scope] {
				answer = "true"
			}
			s.progress.Hear(c.Node, op, true, []enrollment.ResultOf{{URI: op.URI, Data: answer}})
			continue
		case enrollment.Add:
			s.tree[op.URI] = ""
			if op.Data != nil {
				s.tree[op.URI] = *op.Data
			}
		default:
			s.tree[op.URI] = *op.Data
			s.check(op.URI, *op.Data)
		}
		s.progress.Hear(c.Node, op, true, nil)
	}
	if s.tree[pageTimeLimit] == "1" && s.failed < 0 {
		s.failed = minute
	}
	if s.tree[pageTimeLimit] != "1" {
		s.failed = -1
	}
}

// check holds what must be so at all times: what is expected has been created,
// and no failing page hears that the server has finished.
func (s *screen) check(uri, value string) {
	s.t.Helper()
	if strings.Contains(uri, "/Expected") {
		for node := range strings.SplitSeq(value, "\uf000") {
			node = strings.TrimSuffix(node, ";1")
			if !slices.ContainsFunc(s.facts.Items, func(i enrollment.ESPItem) bool { return i.Created && slices.Contains(i.Nodes, node) }) {
				s.t.Errorf("%s is expected before it was created", node)
			}
		}
	}
	if uri == deviceFinish && s.progress.Device.State == enrollment.DeploymentFailure || uri == userFinish && s.progress.Account.State == enrollment.DeploymentFailure {
		s.t.Errorf("a phase that failed is told that the server has finished")
	}
}

// user presses "Continue anyway" where the page has the button.
func (s *screen) user(minute int) {
	if s.failed < 0 || minute <= s.failed {
		return
	}
	scope, begin := "./Device", 0
	if s.came >= 0 {
		scope, begin = "./User", s.came
	}
	buttons := s.tree[pageButtons]
	if minute-begin >= s.press && (buttons == "0" || buttons >= "4") {
		s.left[scope] = true
	}
}

// arrives lets the user sign in, five minutes after the PC lets anybody.
func (s *screen) arrives(minute int) {
	if s.came < 0 && s.facts.HasUser && !s.absent && (s.tree[deviceFinish] == "true" || s.left["./Device"]) {
		s.came = minute + 5
	}
}

// copyJSON copies by way of the stored form.
func copyJSON(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatal(err)
	}
}
