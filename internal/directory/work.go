package directory

import (
	"slices"
	"time"

	"taxiway/internal/rule"
)

// Topic is what a mark asks for.
type Topic int8

// A device mark means: match the rules, then decide the profile. Only it makes
// a registered device "Assigning". A user mark means: match the rules.
const (
	TopicDevice Topic = 1
	TopicUser   Topic = 2
)

// Mark says that an object changed and has not been settled yet. It is written
// in the transaction of the change and removed in the transaction that settles.
type Mark struct {
	Tenant   TenantID
	Topic    Topic
	Entity   ObjectID
	Version  int64 // grows each time the mark is written again
	Attempts int   // how often settling it ended in an error
	// Chain counts the changes that followed from decisions without a person
	// in between; past MaxChain the engine stops (engine.md: loops).
	Chain int
}

// MaxChain is how many evaluations of one device may follow from each other.
const MaxChain = 8

// Scope says which objects a fill visits.
type Scope int8

// ScopeRule visits a group's members and then the candidates of its rule,
// ScopeMembers the members alone, ScopeRegistered every registered device.
const (
	ScopeRule       Scope = 1
	ScopeMembers    Scope = 2
	ScopeRegistered Scope = 3
)

// Fill is the walk over all objects that one configuration change may touch.
// It advances in slices; each slice settles its objects and moves the cursor
// in one transaction, so that any process can take over.
type Fill struct {
	Tenant  TenantID
	ID      string
	Version int64 // configuration version that asked for it
	Scope   Scope
	Group   ObjectID // empty for ScopeRegistered
	Phase   int      // ScopeRule: 0 members, 1 candidates
	Cursor  ObjectID // last object visited in this phase
	Done    int64    // objects visited
	Reason  string   // for people: what changed
	// PurgeGroup: when the walk ends the group's rows are removed.
	PurgeGroup bool
	CreatedAt  time.Time
	Attempts   int
}

// Lease is how long a process may hold work, and its fencing token.
type Lease struct {
	Token string
	Until time.Time
}

// RuleSet is a tenant's living dynamic groups as of one configuration
// version, compiled. It is immutable.
type RuleSet struct {
	Version int64
	groups  []Group // in order of id
	active  []int   // positions in groups, parallel to the index's rules
	index   *rule.Index
	rules   []*rule.Rule
	broken  map[ObjectID]error
}

// NewRuleSet compiles groups. A stored rule that no longer parses freezes its
// group with the members it has; Broken tells.
func NewRuleSet(version int64, groups []Group) *RuleSet {
	s := &RuleSet{Version: version, groups: slices.Clone(groups), broken: map[ObjectID]error{}}
	slices.SortFunc(s.groups, func(a, b Group) int {
		if a.ID < b.ID {
			return -1
		}
		if a.ID > b.ID {
			return 1
		}
		return 0
	})
	for i := range s.groups {
		g := &s.groups[i]
		if !g.Dynamic() || g.Processing == ProcessingPaused {
			continue
		}
		r, err := rule.Parse(g.Rule)
		if err != nil {
			s.broken[g.ID] = err
			continue
		}
		s.active = append(s.active, i)
		s.rules = append(s.rules, r)
	}
	s.index = rule.NewIndex(s.rules)
	return s
}

// Group finds a living group of the set.
func (s *RuleSet) Group(id ObjectID) (*Group, bool) {
	i, ok := slices.BinarySearchFunc(s.groups, id, func(g Group, id ObjectID) int {
		if g.ID < id {
			return -1
		}
		if g.ID > id {
			return 1
		}
		return 0
	})
	if !ok {
		return nil, false
	}
	return &s.groups[i], true
}

// Frozen reports whether the group keeps its members whatever its rule says:
// it is paused, or its stored rule no longer parses.
func (s *RuleSet) Frozen(id ObjectID) bool {
	g, ok := s.Group(id)
	if !ok {
		return false
	}
	_, broken := s.broken[id]
	return broken || g.Processing == ProcessingPaused
}

// Broken returns why a group's stored rule does not compile, or nil.
func (s *RuleSet) Broken(id ObjectID) error { return s.broken[id] }

// Match returns the groups whose rule holds for o, in order of id.
func (s *RuleSet) Match(o *rule.Object, now time.Time, scratch []int32) (ids []ObjectID, used []int32) {
	used = s.index.Match(o, now, scratch[:0])
	for _, at := range used {
		ids = append(ids, s.groups[s.active[at]].ID)
	}
	return ids, used
}

// Dated lists the groups whose rule looks at the clock.
func (s *RuleSet) Dated() []ObjectID {
	var ids []ObjectID
	for i, r := range s.rules {
		if r.Dated() {
			ids = append(ids, s.groups[s.active[i]].ID)
		}
	}
	return ids
}
