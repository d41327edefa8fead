package servertest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/servertest"
)

// heldClock is the real clock, which can be held so that two things are made
// in the same moment. Holds nest.
type heldClock struct {
	mu    sync.Mutex
	holds int
	at    time.Time
}

func (c *heldClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds > 0 {
		return c.at
	}
	return time.Now()
}

func (c *heldClock) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds == 0 {
		c.at = time.Now()
	}
	c.holds++
}

func (c *heldClock) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holds--
}

// the three statuses a PC passes through.
var statuses = []string{"pending", "notAssigned", "assignedInSync"}

// watch reads along until each status was seen, as an administrator does who
// keeps reloading the page.
type watch struct {
	seen   [3]atomic.Bool
	reads  atomic.Int64
	cancel context.CancelFunc
	done   chan error
}

func startWatch(p *servertest.Process, token string) *watch {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watch{cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- w.run(ctx, p, token) }()
	return w
}

func (w *watch) run(ctx context.Context, p *servertest.Process, token string) error {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !w.all() {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
		for i, status := range statuses {
			if w.seen[i].Load() {
				continue
			}
			a, err := p.Graph(ctx, token, http.MethodGet, identitiesPath+"?$top=1&$select=id,deploymentProfileAssignmentStatus&$filter=deploymentProfileAssignmentStatus%20eq%20%27"+status+"%27", nil)
			switch {
			case errors.Is(err, context.Canceled):
				return nil
			case err != nil:
				return err
			case a.Status != http.StatusOK:
				return fmt.Errorf("list devices by status: %d: %s", a.Status, a.Raw)
			}
			w.reads.Add(1)
			if found, _ := a.JSON["value"].([]any); len(found) > 0 {
				if d, _ := found[0].(map[string]any); d["deploymentProfileAssignmentStatus"] != status {
					return fmt.Errorf("asked for %s the list has %v", status, d)
				}
				w.seen[i].Store(true)
			}
		}
	}
	return nil
}

func (w *watch) all() bool {
	for i := range w.seen {
		if !w.seen[i].Load() {
			return false
		}
	}
	return true
}

func (w *watch) stop(t testing.TB) {
	t.Helper()
	w.cancel()
	if err := <-w.done; err != nil {
		t.Errorf("read along: %v", err)
	}
}

// within bounds everything a test waits for; far above what it takes.
func within() time.Duration {
	if long() {
		return time.Hour
	}
	return 3 * time.Minute
}

// waitFor asks again and again until ok.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(within())
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("%s: not within %s", what, within())
		case <-again.C:
		}
	}
}

// metric reads one number of a process' metrics.
func metric(t testing.TB, p *servertest.Process, name string) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://private/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatalf("read metrics: %v", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read metrics: %v", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatalf("metric %s: %v", name, err)
			}
			return n
		}
	}
	return 0
}

// quiet waits until no mark and no fill is left in the database of p.
func quiet(t testing.TB, p *servertest.Process) {
	t.Helper()
	waitFor(t, "the engine comes to rest", func() bool {
		return metric(t, p, "taxiway_marks_waiting") == 0 && metric(t, p, "taxiway_fills_open") == 0
	})
}
