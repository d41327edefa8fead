package machine_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/machine"
)

func TestEventsStayInOrderThroughRestarts(t *testing.T) {
	t.Parallel()
	r := random(t)
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	var want []machine.Event
	for i := range 400 {
		e := machine.Event{Time: noon.Add(time.Duration(i) * time.Second), Channel: machine.ChannelMDM, ID: i, Level: machine.Warning, Message: "m", Data: map[string]string{"n": "1"}}
		if err := m.Events().Add(e); err != nil {
			t.Fatal(err)
		}
		want = append(want, e)
		if r.IntN(20) == 0 {
			m = open(t, disk)
		}
	}
	got, err := open(t, disk).Events().All()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("events, %v (-want +got):\n%s", err, diff)
	}
}

func TestOfALongLogTheOldestGoes(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	const total = 3000
	for i := range total {
		if err := m.Events().Add(machine.Event{Time: noon, ID: i}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := open(t, disk).Events().All()
	if err != nil || len(got) < 1900 || len(got) > 2100 {
		t.Fatalf("%d events, %v", len(got), err)
	}
	for i, e := range got {
		if e.ID != total-len(got)+i {
			t.Fatalf("event %d of %d is %d", i, len(got), e.ID)
		}
	}
	if names, err := disk.Names(); err != nil || len(names) > 40 {
		t.Errorf("the log has %d files, %v", len(names), err)
	}
}

func TestAnEventSaysWhereItBelongsWhenNobodyDid(t *testing.T) {
	t.Parallel()
	l := create(t, machine.NewMemory(), machine.Spec{}).Events()
	local := time.FixedZone("", 3600)
	if err := l.Add(machine.Event{Time: noon.In(local), ID: machine.EventDownloadBegins, Message: "Begins."}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := l.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = "2026-03-02 12:00:00.000Z  Information   160  Microsoft-Windows-ModernDeployment-Diagnostics-Provider/Autopilot: Begins.\n"
	if b.String() != want {
		t.Errorf("the log is %q, want %q", b.String(), want)
	}
}

func TestSeveralGoroutinesWriteOneLog(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 50 {
				if err := m.Events().Add(machine.Event{Time: noon, ID: i*50 + n}); err != nil {
					t.Error(err)
				}
				if err := m.Registry().Set(machine.KeyTracking, "n", n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, err := open(t, disk).Events().All()
	seen := map[int]bool{}
	for _, e := range got {
		seen[e.ID] = true
	}
	if err != nil || len(got) != 200 || len(seen) != 200 {
		t.Errorf("%d events, %d different, %v", len(got), len(seen), err)
	}
}

func TestTheTraceTellsEachExchangeAndCutsLongOnes(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	m := create(t, disk, machine.Spec{})
	long := strings.Repeat("é", 40<<10) // 80 KiB
	for _, e := range []machine.Exchange{
		{
			Time: noon, Step: "profile", Method: "POST", URL: "https://localhost/ztd/profile", RequestHeader: map[string][]string{"Content-Type": {"application/json"}},
			Request: "{\n}", Status: 200, Response: "ok", Duration: 20 * time.Millisecond,
		},
		{Time: noon, Step: "join", Method: "POST", URL: "https://localhost/EnrollmentServer/device", Problem: "connection refused"},
		{Time: noon, Step: "app", Method: "GET", URL: "https://localhost/app", Status: 200, Response: long},
	} {
		if err := m.Trace().Add(e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := open(t, disk).Trace().All()
	if err != nil || len(got) != 3 {
		t.Fatalf("%d exchanges, %v", len(got), err)
	}
	cut, said, _ := strings.Cut(got[2].Response, "\n")
	if len(cut) != 64<<10 || !strings.HasPrefix(long, cut) || said != "… 16384 further bytes" {
		t.Errorf("a long body has %d bytes and ends %q", len(cut), said)
	}
	var b strings.Builder
	if err := m.Trace().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = `#1  2026-03-02 12:00:00.000Z  profile
POST https://localhost/ztd/profile
   Content-Type: application/json

   {
   }
=> 200 after 20ms

   ok

#2  2026-03-02 12:00:00.000Z  join
POST https://localhost/EnrollmentServer/device
!! connection refused

`
	if text := b.String(); !strings.HasPrefix(text, want) {
		t.Errorf("the trace begins (-want +got):\n%s", cmp.Diff(want, text[:min(len(text), len(want))]))
	}
}
