package autopilot

import (
	"context"
	"maps"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// sightingEvery is how often a device's "asked at" time is stored at most.
const sightingEvery = time.Minute

// Sightings notes when PCs asked and writes it behind, so that the device path
// does not write.
type Sightings struct {
	Store SightingStore

	mu      sync.Mutex
	waiting map[directory.TenantID]map[DeviceID]time.Time
	stored  map[DeviceID]time.Time
}

// Note remembers that a device asked at this time.
func (s *Sightings) Note(t directory.TenantID, id DeviceID, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.stored[id]; ok && at.Sub(last) < sightingEvery {
		return
	}
	if s.waiting == nil {
		s.waiting, s.stored = map[directory.TenantID]map[DeviceID]time.Time{}, map[DeviceID]time.Time{}
	}
	if s.waiting[t] == nil {
		s.waiting[t] = map[DeviceID]time.Time{}
	}
	s.waiting[t][id], s.stored[id] = at, at
}

// Flush stores what was noted and returns how many devices that were. What
// cannot be stored waits for the next time.
func (s *Sightings) Flush(ctx context.Context) (int, error) {
	s.mu.Lock()
	waiting := s.waiting
	s.waiting = map[directory.TenantID]map[DeviceID]time.Time{}
	if len(s.stored) > 100_000 {
		s.stored = map[DeviceID]time.Time{} // bounds memory; a few devices are stored early
	} else if s.stored == nil {
		s.stored = map[DeviceID]time.Time{}
	}
	s.mu.Unlock()
	n := 0
	for t, at := range waiting {
		if err := s.Store.NoteAsked(ctx, t, at); err != nil {
			s.putBack(waiting)
			return n, fault.Wrap("store sightings", err)
		}
		n += len(at)
		delete(waiting, t)
	}
	return n, nil
}

// putBack lets sightings wait again, but for devices that asked since.
func (s *Sightings) putBack(waiting map[directory.TenantID]map[DeviceID]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t, at := range waiting {
		maps.Copy(at, s.waiting[t])
		s.waiting[t] = at
	}
}
