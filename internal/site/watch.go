package site

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// kinds is a set of what changed, one bit a kind.
type kinds uint16

const (
	kindDevices kinds = 1 << iota
	kindProfiles
	kindGroups
	kindUsers
	kindSettings
	kindEnrolment
	kindApps
	kindDeployments
	kindAudit
	everything kinds = 1<<iota - 1
)

// kindNames are the names of the bits in their order, each with the permission
// that reads such things over Graph: who lacks it is told nothing about them.
var kindNames = []struct {
	name       string
	permission string
}{
	{"devices", access.DeviceManagementServiceConfigReadAll},
	{"profiles", access.DeviceManagementServiceConfigReadAll},
	{"groups", access.GroupReadAll},
	{"users", access.UserReadAll},
	{"settings", access.PolicyReadAll},
	{"enrollment", access.DeviceManagementConfigurationReadAll},
	{"apps", access.DeviceManagementAppsReadAll},
	{"deployments", access.DeviceManagementServiceConfigReadAll},
	{"audit", access.DeviceManagementAppsReadAll},
}

// ofObject is what a change of an audited object shows in.
var ofObject = map[string]kinds{
	"windowsAutopilotDeviceIdentity":         kindDevices,
	"importedWindowsAutopilotDeviceIdentity": kindDevices,
	"windowsAutopilotSettings":               kindSettings,
	"windowsAutopilotDeploymentProfile":      kindProfiles | kindDevices,
	"group":                                  kindGroups | kindDevices,
	"device":                                 kindDevices | kindGroups,
	"user":                                   kindUsers,
	"directoryRole":                          kindUsers,
	"deviceRegistrationPolicy":               kindSettings,
	"mobilityManagementPolicy":               kindSettings,
	"organization":                           kindSettings,
	"enrolmentSettings":                      kindSettings,
	"managedDevice":                          kindDevices | kindDeployments,
	"windows10EnrollmentCompletionPageConfiguration":       kindEnrolment,
	"deviceEnrollmentLimitConfiguration":                   kindEnrolment,
	"deviceEnrollmentPlatformRestrictionsConfiguration":    kindEnrolment,
	"deviceEnrollmentPlatformRestrictionConfiguration":     kindEnrolment,
	"deviceEnrollmentWindowsHelloForBusinessConfiguration": kindEnrolment,
	"windows10CustomConfiguration":                         kindEnrolment,
	"windowsMobileMSI":                                     kindApps,
}

// between is what changed from one reading to the next.
func between(a, b *directory.Signs) kinds {
	var k kinds
	if a.Config != b.Config {
		k |= kindDevices | kindProfiles | kindGroups
	}
	if a.Work != b.Work {
		k |= kindDevices | kindGroups
	}
	if a.Registration != b.Registration || a.Import != b.Import {
		k |= kindDevices
	}
	if a.Deployments != b.Deployments {
		k |= kindDeployments | kindDevices
	}
	known := make(map[string]bool, len(a.Recorded))
	for _, e := range a.Recorded {
		known[e.Event] = true
	}
	fresh := 0
	for _, e := range b.Recorded {
		if !known[e.Event] {
			fresh++
			k |= ofObject[e.Object] | kindAudit
		}
	}
	if fresh == directory.MostTouched {
		return everything // more happened than was looked at
	}
	return k
}

// visible leaves the kinds that a person may read.
func (k kinds) visible(p *access.Principal) kinds {
	for i, n := range kindNames {
		if !p.HasAny(n.permission) {
			k &^= 1 << i
		}
	}
	return k
}

func (k kinds) names() []string {
	out := []string{}
	for i, n := range kindNames {
		if k&(1<<i) != 0 {
			out = append(out, n.name)
		}
	}
	return out
}

// How many streams there may be in one process. A browser has one per window.
const (
	mostPerSession = 12
	mostPerTenant  = 250
	mostStreams    = 2000
	// lookEvery is how often a tenant that somebody watches is looked at.
	lookEvery = time.Second
)

// listener is one stream: what changed since it was told last.
type listener struct {
	tenant  directory.TenantID
	session string
	wake    chan struct{} // holds one: there is something new, or it is over
	pending kinds
	over    bool
}

// watchers tells streams what changed. Each tenant is looked at by one
// goroutine per process, however many listen, and by none when nobody does.
type watchers struct {
	signs  directory.SignReader
	log    *slog.Logger
	opened func(n float64) // counts streams; may be nil

	mu        sync.Mutex
	tenants   map[directory.TenantID]map[*listener]struct{}
	sessions  map[string]int
	total     int
	stopped   bool
	stop      context.CancelFunc
	stopping  context.Context //nolint:containedctx // ends every look when the server stops
	lookEvery time.Duration
}

func newWatchers(signs directory.SignReader, log *slog.Logger, opened func(float64)) *watchers {
	w := &watchers{signs: signs, log: log, opened: opened, tenants: map[directory.TenantID]map[*listener]struct{}{}, sessions: map[string]int{}, lookEvery: lookEvery}
	w.stopping, w.stop = context.WithCancel(context.Background())
	return w
}

func tooManyStreams() error {
	e := fault.New(fault.Throttled, "TooManyStreams", "Too many windows listen for changes already; this one looks for them now and then.")
	e.RetryAfter = 30 * time.Second
	return e
}

// join begins to listen: what changes from now on is told. leave ends it.
func (w *watchers) join(ctx context.Context, t directory.TenantID, session string) (*listener, error) {
	first, err := w.signs.ReadSigns(ctx, t)
	if err != nil {
		return nil, err
	}
	l := &listener{tenant: t, session: session, wake: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
		return nil, fault.New(fault.Unavailable, "Stopping", "The server is stopping.")
	case w.total >= mostStreams, len(w.tenants[t]) >= mostPerTenant, w.sessions[session] >= mostPerSession:
		return nil, tooManyStreams()
	}
	if w.tenants[t] == nil {
		w.tenants[t] = map[*listener]struct{}{}
		go w.look(t, first)
	}
	w.tenants[t][l] = struct{}{}
	w.sessions[session]++
	w.count(1)
	return l, nil
}

func (w *watchers) leave(l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.tenants[l.tenant], l)
	if w.sessions[l.session]--; w.sessions[l.session] == 0 {
		delete(w.sessions, l.session)
	}
	w.count(-1)
}

func (w *watchers) count(n int) {
	w.total += n
	if w.opened != nil {
		w.opened(float64(n))
	}
}

// take is what changed since the last call; over means no more will come.
func (w *watchers) take(l *listener) (changed kinds, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed, l.pending = l.pending, 0
	return changed, l.over
}

// look compares readings until nobody listens. When the database cannot be
// read the streams end: a page that hears nothing must not believe that
// nothing happens.
func (w *watchers) look(t directory.TenantID, last directory.Signs) {
	tick := time.NewTicker(w.lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.stopping.Done():
			w.tell(t, 0, true)
			return
		case <-tick.C:
		}
		now, err := w.signs.ReadSigns(w.stopping, t)
		if err != nil && w.stopping.Err() == nil {
			w.log.LogAttrs(w.stopping, slog.LevelWarn, "changes cannot be read", slog.String("tenant", string(t)), slog.Any("error", err))
		}
		if err != nil {
			w.tell(t, 0, true)
			return
		}
		if !w.tell(t, between(&last, &now), false) {
			return
		}
		last = now
	}
}

// tell passes changes on to a tenant's listeners; it reports whether there are
// any, and forgets the tenant when there are none or it is over.
func (w *watchers) tell(t directory.TenantID, k kinds, over bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if k != 0 || over {
		for l := range w.tenants[t] {
			l.pending |= k
			l.over = l.over || over
			select {
			case l.wake <- struct{}{}:
			default:
			}
		}
	}
	if over || len(w.tenants[t]) == 0 {
		delete(w.tenants, t)
		return false
	}
	return true
}

// end ends every stream and takes no more.
func (w *watchers) end() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.stop()
}
