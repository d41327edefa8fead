package enrollment_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/enrollment"
)

func TestEveryCombinationOfSettingsAndFatesEndsAsTheOracleSays(t *testing.T) {
	t.Parallel()
	all := rows()
	for i := range all {
		r := &all[i]
		r.expect()
		s := r.play(t)
		got := row{
			setup: string(s.progress.Device.State), accountState: string(s.progress.Account.State), sum: string(s.progress.Outcome),
			skipDevice: s.tree["./Device"+firstSync+"SkipDeviceStatusPage"], skipUser: s.tree["./Device"+firstSync+"SkipUserStatusPage"],
			buttons: s.tree[pageButtons], finishedDevice: s.tree[deviceFinish] == "true", finishedFor: s.tree[userFinish] == "true",
		}
		for _, e := range s.events {
			if e.Kind != enrollment.EventWaiting {
				got.kinds = append(got.kinds, string(e.Kind))
			}
		}
		want := row{
			setup: r.setup, accountState: r.accountState, sum: r.sum, kinds: r.kinds, skipDevice: r.skipDevice, skipUser: r.skipUser,
			buttons: r.buttons, finishedDevice: r.finishedDevice, finishedFor: r.finishedFor,
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
			t.Fatalf("row %d %+v: (-oracle +engine)\n%s", i, *r, diff)
		}
	}
	t.Logf("%d combinations", len(all))
}

// play runs a row: a session every five minutes.
func (r *row) play(t *testing.T) *screen {
	t.Helper()
	p := enrollment.ESPProgress{ForUser: r.forUser, Config: enrollment.ESP{
		ShowProgress: r.show, OnlyOOBE: r.onlyOOBE, OnlyFirstUser: r.onlyFirst, Blocks: r.block, AllowReset: r.reset, AllowUse: r.use, TimeoutMinutes: r.limit,
	}}
	switch r.selected {
	case "A":
		p.Config.SelectedApps = []enrollment.PolicyID{"A"}
	case "A+U":
		p.Config.SelectedApps = []enrollment.PolicyID{"A", "U"}
	}
	d, a := fates[r.device], fates[r.account]
	s := newScreen(t, p, r.inOOBE, r.hasUser, 0,
		thing{name: "K", kind: enrollment.PolicyCustom, at: 5, made: 5, fail: never},
		thing{name: "A", kind: enrollment.PolicyMSI, at: 10, fail: never},
		thing{name: "B", kind: enrollment.PolicyMSI, at: d.at, fail: d.fail, code: 0x80070643},
		thing{name: "U", kind: enrollment.PolicyMSI, account: true, at: a.at, fail: a.fail, code: -2147023293})
	for minute := 0; minute <= 240; minute += 5 {
		s.press = d.press
		if s.came >= 0 {
			s.press = a.press
		}
		s.visit(minute)
		s.waits(minute)
	}
	return s
}

// waits checks that a page which is neither over nor failed says who has to do
// what until when.
func (s *screen) waits(minute int) {
	s.t.Helper()
	p := &s.progress
	if p.Outcome != "" || p.Reached {
		return
	}
	if w := p.Wait; w == nil || w.Owner == "" || w.Of == "" || w.Text == "" || w.Until.IsZero() {
		s.t.Fatalf("minute %d: the page waits for %+v", minute, w)
	}
}

// lines are a timeline as text, in minutes since its beginning.
func lines(events []enrollment.Event) []string {
	out := make([]string, len(events))
	minute := func(at time.Time) string { return strconv.FormatFloat(at.Sub(events[0].At).Minutes(), 'f', 0, 64) }
	for i, e := range events {
		line := minute(e.At) + " " + string(e.Kind)
		if e.Phase != "" {
			line += " [" + string(e.Phase) + "]"
		}
		line += " " + e.Text
		if e.Kind == enrollment.EventWaiting {
			line += " <" + e.Owner + " until " + minute(e.Until) + ">"
		}
		if e.Code != "" {
			line += " " + e.Code + ": " + e.Remedy
		}
		out[i] = line
	}
	return out
}
