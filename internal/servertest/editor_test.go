package servertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"

	"taxiway/internal/servertest"
)

// editor is an administrator in a hurry: random changes, one after the other.
// Several work at once, each on PCs, groups and profiles of its own, so that
// the record knows what every change meant; assignments go across.
type editor struct {
	r             *record
	rnd           *rand.Rand
	p             *servertest.Process
	token         string
	owner, owners int
	clock         *heldClock // nil: the server's clock is not ours
	queue         []edit
	steps         int
	after         bool // the import is over: no new tags, no new things
	refused       int
	lastRefusal   string
	kinds         map[string]int
	// doubt is the edit whose answer was lost with its server.
	doubt *edit
}

// errLost is that a server died before it answered.
type errLost struct{ error }

// step sends one edit and reports whether it changed anything.
func (e *editor) step(ctx context.Context) (changed bool, err error) {
	if len(e.queue) == 0 {
		kind, edits, err := e.next(ctx)
		if err != nil || len(edits) == 0 {
			return false, err
		}
		e.kinds[kind]++
		e.queue = edits
	}
	next := e.queue[0]
	e.queue = e.queue[1:]
	return e.send(ctx, next)
}

// finish sends what belongs to a change that was begun.
func (e *editor) finish(ctx context.Context) error {
	for len(e.queue) > 0 {
		if _, err := e.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (e *editor) send(ctx context.Context, c edit) (changed bool, err error) {
	if c.before != nil {
		c.before()
	}
	a, err := e.p.Graph(ctx, e.token, c.method, c.path, c.body)
	if err == nil && a.Status == http.StatusServiceUnavailable {
		err = errors.New("the server stops")
	}
	if err != nil {
		e.doubt, e.queue = &c, nil
		return false, errLost{fmt.Errorf("%s %s: %w", c.method, c.path, err)}
	}
	if a.Status != c.want {
		// Two administrators may meet: a group is gone, somebody else holds
		// All devices. Anything else is not the server's to say.
		switch a.Status {
		case http.StatusNotFound, http.StatusBadRequest, http.StatusConflict:
			e.refused++
			e.lastRefusal = fmt.Sprintf("%s %s %v: %d %s", c.method, c.path, c.body, a.Status, a.Raw)
			return false, nil
		default:
			return false, fmt.Errorf("%s %s: status %d: %s", c.method, c.path, a.Status, a.Raw)
		}
	}
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	c.apply(a.JSON)
	return true, nil
}

func (e *editor) mine(want func(*groupRecord) bool) []*groupRecord {
	return e.r.livingGroups(func(g *groupRecord) bool { return g.owner == e.owner && want(g) })
}

func (e *editor) profiles() []*profileRecord {
	return e.r.livingProfiles(func(p *profileRecord) bool { return p.owner == e.owner })
}

func dynamic(g *groupRecord) bool { return g.rule != nil }
func byHand(g *groupRecord) bool  { return g.rule == nil }
func anyGroup(*groupRecord) bool  { return true }

// next draws a change; none when what it needs is not there yet.
func (e *editor) next(ctx context.Context) (kind string, edits []edit, err error) {
	pcs, groups, profiles := e.r.registered(e.owner, e.owners), e.mine(dynamic), e.profiles()
	if len(pcs) == 0 || len(groups) < 3 || len(profiles) < 2 {
		return "begin", append(e.newProfile(), e.r.createGroup(e.owner, e.rule())), nil
	}
	pc, g, p := pick(e.rnd, pcs), pick(e.rnd, groups), pick(e.rnd, profiles)
	if e.steps++; e.steps == 20 {
		return "all devices", e.moveAllDevices(p), nil
	}
	n := e.rnd.IntN(100)
	if e.after {
		n = pick(e.rnd, []int{30, 30, 30, 42, 42, 42, 42, 71, 79, 82, 92})
	}
	switch {
	case n < 30:
		tag := randomTag(e.rnd)
		if e.rnd.IntN(12) == 0 {
			tag = ""
		}
		return "tag", []edit{e.r.retag(pc, tag)}, nil
	case n < 42:
		return "rule", []edit{e.r.changeRule(g, e.rule())}, nil
	case n < 60:
		return e.assignment(p)
	case n < 65:
		return "all devices", e.moveAllDevices(p), nil
	case n < 71:
		return "new profile", e.newProfile(), nil
	case n < 75:
		return "delete profile", e.dropProfile(p), nil
	case n < 79:
		return "new group", []edit{e.r.createGroup(e.owner, e.rule())}, nil
	case n < 82:
		return "delete group", []edit{e.r.deleteGroup(pick(e.rnd, e.mine(anyGroup)))}, nil
	case n < 92:
		return e.membership(ctx, pc)
	case n < 98:
		return "pause", []edit{e.r.pause(g, !g.paused)}, nil
	default:
		return "deregister", []edit{e.r.deregister(pc)}, nil
	}
}

func (e *editor) rule() *condition {
	c := randomCondition(e.rnd, e.r.pcs, 2)
	return &c
}

func (e *editor) assignment(p *profileRecord) (kind string, edits []edit, err error) {
	targets := slices.Sorted(maps.Keys(p.targets))
	if len(targets) > 0 && e.rnd.IntN(2) == 0 {
		return "unassign", []edit{e.r.unassign(p, pick(e.rnd, targets))}, nil
	}
	g := pick(e.rnd, e.r.livingGroups(anyGroup))
	if !p.all && e.rnd.IntN(3) == 0 {
		return "exclude", []edit{e.r.assign(p, g.id+exclude)}, nil
	}
	return "assign", []edit{e.r.assign(p, g.id+include)}, nil
}

// moveAllDevices gives All devices to p; who of this editor holds it loses it.
func (e *editor) moveAllDevices(p *profileRecord) (edits []edit) {
	for _, holder := range e.profiles() {
		if holder.all {
			edits = append(edits, e.r.unassign(holder, allDevices+include))
		}
	}
	return append(edits, e.r.assign(p, allDevices+include))
}

// newProfile makes one profile, or two of the same moment.
func (e *editor) newProfile() []edit {
	one := e.r.createProfile(e.owner)
	if e.clock == nil || e.rnd.IntN(2) == 0 {
		return []edit{one}
	}
	two := e.r.createProfile(e.owner)
	one.before = e.clock.hold
	last := two.apply
	two.apply = func(a map[string]any) { e.clock.release(); last(a) }
	return []edit{one, two}
}

// dropProfile takes everything from a profile and deletes it at once: devices
// that had it may still have to be decided again.
func (e *editor) dropProfile(p *profileRecord) (edits []edit) {
	for _, target := range slices.Sorted(maps.Keys(p.targets)) {
		edits = append(edits, e.r.unassign(p, target))
	}
	if p.all {
		edits = append(edits, e.r.unassign(p, allDevices+include))
	}
	return append(edits, e.r.deleteProfile(p))
}

func (e *editor) membership(ctx context.Context, pc *pcRecord) (kind string, edits []edit, err error) {
	groups := e.mine(byHand)
	if len(groups) == 0 {
		return "new group", []edit{e.r.createGroup(e.owner, nil)}, nil
	}
	g := pick(e.rnd, groups)
	var members []*pcRecord
	for m := range g.members {
		if !m.gone {
			members = append(members, m)
		}
	}
	if len(members) > 0 && e.rnd.IntN(3) == 0 {
		slices.SortFunc(members, func(a, b *pcRecord) int { return cmpText(a.serial, b.serial) })
		return "remove member", []edit{e.r.removeMember(g, pick(e.rnd, members))}, nil
	}
	if pc.object == "" {
		if err := e.findObject(ctx, pc); err != nil {
			return "", nil, err
		}
	}
	return "add member", []edit{e.r.addMember(g, pc)}, nil
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// findObject asks for the device object of a registered PC.
func (e *editor) findObject(ctx context.Context, pc *pcRecord) error {
	a, err := e.p.Graph(ctx, e.token, http.MethodGet, identitiesPath+"/"+pc.id, nil)
	if err != nil {
		return errLost{err}
	}
	d, err := e.p.Graph(ctx, e.token, http.MethodGet, fmt.Sprintf("/v1.0/devices(deviceId='%v')", a.JSON["azureActiveDirectoryDeviceId"]), nil)
	if err != nil {
		return errLost{err}
	}
	var device struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	}
	if err := json.Unmarshal(d.Raw, &device); err != nil || device.DisplayName != pc.serial {
		return fmt.Errorf("the device object of %s is %s", pc.serial, d.Raw)
	}
	pc.object = device.ID
	return nil
}

// pace keeps an import and the edits going side by side: neither gets a chunk
// ahead of the other.
type pace struct {
	mu            sync.Mutex
	moved         *sync.Cond
	chunks, edits int // of the whole storm
	begun, done   int // chunks begun, edits done
	over          bool
}

func newPace(chunks, edits int) *pace {
	p := &pace{chunks: chunks, edits: edits}
	p.moved = sync.NewCond(&p.mu)
	return p
}

// chunk waits until chunk i may begin.
func (p *pace) chunk(i int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.over && p.done*p.chunks < (i-1)*p.edits {
		p.moved.Wait()
	}
	p.begun = max(p.begun, i+1)
	p.moved.Broadcast()
	return !p.over
}

// edit waits until one more edit may be sent; false when there were enough.
func (p *pace) edit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.over && p.done < p.edits && p.done*p.chunks > p.begun*p.edits {
		p.moved.Wait()
	}
	return !p.over && p.done < p.edits
}

func (p *pace) edited() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.moved.Broadcast()
}

// stop lets everybody go.
func (p *pace) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.moved.Broadcast()
}
