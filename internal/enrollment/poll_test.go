package enrollment_test

import (
	"fmt"
	"testing"

	"taxiway/internal/enrollment"
)

func TestPCsThatEnrolTogetherDoNotPollTogether(t *testing.T) {
	t.Parallel()
	byMinutes := map[int]int{}
	const pcs = 10_000
	for n := range pcs {
		id := enrollment.DeviceID(fmt.Sprintf("0198d0c1-0000-7000-8000-%012x", n))
		p := enrollment.DefaultPoll(id)
		if p != enrollment.DefaultPoll(id) {
			t.Fatalf("two schedules for %s", id)
		}
		if m := p.Remaining.Minutes; m < 432 || m > 528 {
			t.Fatalf("%s polls every %d minutes, want eight hours and a tenth at most", id, m)
		}
		byMinutes[p.Remaining.Minutes]++
	}
	if len(byMinutes) != 97 {
		t.Errorf("%d different intervals, want each from 432 to 528", len(byMinutes))
	}
	for m, n := range byMinutes {
		if n > 3*pcs/97 {
			t.Errorf("%d of %d PCs poll every %d minutes", n, pcs, m)
		}
	}
}

func TestAScheduleIsFastForTheStatusPageAndNeverEnds(t *testing.T) {
	t.Parallel()
	p := enrollment.DefaultPoll("0198d0c1-0000-7000-8000-000000000000")
	if hour := p.First.Count * p.First.Minutes; hour < 60 || hour > 240 {
		t.Errorf("the first set lasts %d minutes, want the status page's hour and a few hours at most", hour)
	}
	if p.Remaining.Count != 0 || p.Remaining.Minutes == 0 {
		t.Errorf("the last set is %+v, want one without an end", p.Remaining)
	}
	if !p.OnLogin || !p.AllUsersOnFirstLogin {
		t.Error("no session begins at sign-in, so the user phase would wait")
	}
}
