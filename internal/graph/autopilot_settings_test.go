package graph_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/directory"
)

func TestALabMayHaveASecondSyncRefusedForTenMinutes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	dir, ok := s.Directory.(*directory.Service)
	if !ok {
		t.Fatalf("the directory is a %T", s.Directory)
	}
	sync := func(want int, wait string) {
		t.Helper()
		w := send(t, s, everything(), http.MethodPost, "/beta/deviceManagement/windowsAutopilotSettings/sync", nil)
		if w.Code != want || w.Header().Get("Retry-After") != wait {
			t.Errorf("%d %q, Retry-After %q; want %d and %q", w.Code, w.Body, w.Header().Get("Retry-After"), want, wait)
		}
	}
	quirk := func(on bool) {
		t.Helper()
		if err := dir.SetQuirk(t.Context(), tenant, directory.QuirkSync429, on); err != nil {
			t.Fatal(err)
		}
	}
	manual := func() string {
		t.Helper()
		w := send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/windowsAutopilotSettings", nil)
		return decode[struct{ LastManualSyncTriggerDateTime string }](t, w).LastManualSyncTriggerDateTime
	}
	at := func(later time.Duration) {
		dir.Clock, s.Clock = fixedClock{noon.Add(later)}, fixedClock{noon.Add(later)}
	}

	sync(http.StatusNoContent, "")
	sync(http.StatusNoContent, "")
	quirk(true)
	sync(http.StatusNoContent, "") // what was before it was on does not count
	sync(http.StatusTooManyRequests, "600")
	at(9*time.Minute + 59*time.Second + 500*time.Millisecond)
	sync(http.StatusTooManyRequests, "1")
	if got := manual(); got != "2026-03-04T12:00:00Z" {
		t.Errorf("the last request was at %s: a refused one is none", got)
	}
	w := send(t, s, everything(), http.MethodPost, "/beta/deviceManagement/windowsAutopilotSettings/sync", nil)
	e := decode[errorBody](t, w).Error
	if e.Code != "TooManyRequests" || len(e.Details) != 1 || e.Details[0].Target != "sync" || e.Details[0].Remedy == "" {
		t.Errorf("the refusal says %+v", e)
	}
	at(10 * time.Minute)
	sync(http.StatusNoContent, "")
	sync(http.StatusTooManyRequests, "600")
	if got := manual(); got != "2026-03-04T12:10:00Z" {
		t.Errorf("the last request was at %s", got)
	}
	quirk(false)
	sync(http.StatusNoContent, "")
	sync(http.StatusNoContent, "")
}
