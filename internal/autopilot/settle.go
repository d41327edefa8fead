package autopilot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/rule"
)

// settleIn brings memberships and decisions of the given objects up to date
// inside tx, writes only differences and removes their marks. It returns how
// many objects changed. Objects that are gone only lose their marks.
func (e *Engine) settleIn(ctx context.Context, tx Tx, t directory.TenantID, cfg *tenantConfig, topic directory.Topic, ids []directory.ObjectID) (changed int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	s := &settling{e: e, tx: tx, t: t, cfg: cfg, topic: topic, now: e.Clock.Now(t)}
	switch topic {
	case directory.TopicUser:
		err = s.users(ctx, ids)
	default:
		err = s.devices(ctx, ids)
	}
	if err != nil {
		return 0, err
	}
	return s.changed, tx.ClearMarks(ctx, s.marks)
}

// settling is the state of one settleIn.
type settling struct {
	e       *Engine
	tx      Tx
	t       directory.TenantID
	cfg     *tenantConfig
	topic   directory.Topic
	now     time.Time
	marks   []directory.Mark
	scratch []int32
	changed int

	add, remove []directory.Membership
}

func (s *settling) users(ctx context.Context, ids []directory.ObjectID) error {
	users, err := s.tx.LockUsers(ctx, s.t, ids)
	if err != nil {
		return err
	}
	if s.marks, err = s.tx.MarksOf(ctx, s.t, s.topic, ids); err != nil {
		return err
	}
	present := make([]directory.ObjectID, len(users))
	for i := range users {
		present[i] = users[i].ID
	}
	have, err := s.memberships(ctx, present)
	if err != nil {
		return err
	}
	for i := range users {
		s.match(users[i].ID, directory.MemberUser, users[i].Object(), have[users[i].ID])
	}
	return s.tx.ApplyMemberships(ctx, s.t, s.add, s.remove)
}

func (s *settling) devices(ctx context.Context, ids []directory.ObjectID) error {
	devices, err := s.tx.LockDevices(ctx, s.t, ids)
	if err != nil {
		return err
	}
	present := make([]directory.ObjectID, len(devices))
	for i := range devices {
		present[i] = devices[i].ID
	}
	if s.marks, err = s.tx.MarksOf(ctx, s.t, s.topic, ids); err != nil {
		return err
	}
	regs, err := s.tx.LockRegistrations(ctx, s.t, present)
	if err != nil {
		return err
	}
	have, err := s.memberships(ctx, present)
	if err != nil {
		return err
	}
	groups := make(map[directory.ObjectID]GroupSet, len(devices))
	for i := range devices {
		id := devices[i].ID
		groups[id] = s.match(id, directory.MemberDevice, devices[i].Object(), have[id])
	}
	if err := s.tx.ApplyMemberships(ctx, s.t, s.add, s.remove); err != nil {
		return err
	}
	chains := make(map[directory.ObjectID]int, len(s.marks))
	for _, m := range s.marks {
		chains[m.Entity] = m.Chain
	}
	var decided []Device
	for i := range regs {
		if s.decide(&regs[i], groups[regs[i].Object], chains) {
			decided = append(decided, regs[i])
		}
	}
	s.changed += len(decided)
	return s.tx.ApplyDecisions(ctx, s.t, decided)
}

func (s *settling) memberships(ctx context.Context, ids []directory.ObjectID) (map[directory.ObjectID][]directory.Membership, error) {
	rows, err := s.tx.MembershipsOf(ctx, s.t, ids)
	if err != nil {
		return nil, err
	}
	have := make(map[directory.ObjectID][]directory.Membership, len(ids))
	for _, m := range rows {
		have[m.Member] = append(have[m.Member], m)
	}
	return have, nil
}

// match finds the groups of one object and notes the differences from the
// memberships it has. A frozen group keeps its members; a membership by rule
// in a group that is no longer there goes.
func (s *settling) match(id directory.ObjectID, kind directory.MemberKind, o *rule.Object, have []directory.Membership) GroupSet {
	var want []directory.ObjectID
	want, s.scratch = s.cfg.rules.Match(o, s.now, s.scratch)
	slices.SortFunc(have, func(a, b directory.Membership) int { return cmp.Compare(a.Group, b.Group) })
	var set GroupSet
	for _, m := range have {
		switch {
		case !m.ByRule, s.cfg.rules.Frozen(m.Group):
			set = append(set, m.Group)
		default:
			if _, ok := slices.BinarySearch(want, m.Group); !ok {
				s.remove = append(s.remove, m)
			}
		}
	}
	for _, g := range want {
		_, there := slices.BinarySearchFunc(have, g, func(m directory.Membership, id directory.ObjectID) int { return cmp.Compare(m.Group, id) })
		if !there {
			s.add = append(s.add, directory.Membership{Group: g, Member: id, Kind: kind, ByRule: true, RuleVersion: s.cfg.version})
		}
		set = append(set, g)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// decide writes what Decide says into d and reports whether that changes
// anything that is stored.
func (s *settling) decide(d *Device, groups GroupSet, chains map[directory.ObjectID]int) bool {
	chain, marked := chains[d.Object]
	if !marked {
		chain = d.Chain
	}
	if s.cfg.version != d.EvalVersion {
		chain = 0 // a person changed the configuration since the last decision
	}
	was := *d
	d.Chain = chain
	if chain > directory.MaxChain {
		// Not decided again: download and decision would go round for ever.
		d.Decided, d.Profile, d.AssignedAt, d.ByDefault = StatusFailed, "", time.Time{}, false
	} else {
		dec := Decide(d.Type, groups, s.cfg.config, nil)
		if dec.Profile != d.Profile {
			d.AssignedAt = time.Time{}
			if dec.Profile != "" {
				d.AssignedAt = s.now
			}
		}
		d.Profile, d.ByDefault, d.Decided, d.Detail = dec.Profile, dec.ByDefault, dec.Status, dec.Detail
	}
	if d.Profile == was.Profile && d.ByDefault == was.ByDefault && d.Decided == was.Decided && d.Detail == was.Detail && d.Chain == was.Chain {
		// An unchanged decision is stored only when an open fill would
		// otherwise hold the device at Assigning although it has been visited.
		stale := s.cfg.version > was.EvalVersion && was.Status == StatusPending
		d.EvalVersion = s.cfg.version
		return stale
	}
	d.EvalVersion = s.cfg.version
	return true
}
