package autopilot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// away is a store that fails so many times.
type away struct {
	fails  int
	stored map[directory.TenantID]map[autopilot.DeviceID]time.Time
}

// NoteAsked implements autopilot.SightingStore.
func (a *away) NoteAsked(_ context.Context, t directory.TenantID, at map[autopilot.DeviceID]time.Time) error {
	if a.fails > 0 {
		a.fails--
		return errors.New("the database is away")
	}
	a.stored[t] = at
	return nil
}

func TestASightingThatWasNotStoredIsStoredTheNextTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	store := &away{fails: 1, stored: map[directory.TenantID]map[autopilot.DeviceID]time.Time{}}
	s := &autopilot.Sightings{Store: store}
	want := map[directory.TenantID]map[autopilot.DeviceID]time.Time{}
	for _, tenant := range []directory.TenantID{"A", "B", "C"} {
		s.Note(tenant, autopilot.DeviceID("old "+tenant), at)
		s.Note(tenant, autopilot.DeviceID("both "+tenant), at)
		want[tenant] = map[autopilot.DeviceID]time.Time{
			autopilot.DeviceID("old " + tenant): at, autopilot.DeviceID("both " + tenant): at.Add(time.Hour), autopilot.DeviceID("new " + tenant): at.Add(time.Hour),
		}
	}
	if _, err := s.Flush(t.Context()); err == nil {
		t.Fatal("nobody heard that the database is away")
	}
	for _, tenant := range []directory.TenantID{"A", "B", "C"} {
		if _, ok := store.stored[tenant]; ok {
			delete(want[tenant], autopilot.DeviceID("old "+tenant)) // this tenant's went before the failure
		}
		s.Note(tenant, autopilot.DeviceID("both "+tenant), at.Add(time.Hour))
		s.Note(tenant, autopilot.DeviceID("new "+tenant), at.Add(time.Hour))
	}
	if _, err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, store.stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}
