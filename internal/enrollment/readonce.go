package enrollment

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
)

// visitTx is the transaction of one message. It does not ask the store for what
// is known not to be there: while the device is locked nobody else adds
// commands or states to it.
type visitTx struct {
	Tx
	device DeviceID
	idle   bool // no command is open
	blank  bool // nothing became of policies and apps
}

// Queue implements CommandTx.
func (x *visitTx) Queue(ctx context.Context, t directory.TenantID, cs []Command) ([]Command, error) {
	if len(cs) > 0 {
		x.idle = false
	}
	return x.Tx.Queue(ctx, t, cs)
}

// OpenCommandsAfter implements CommandTx.
func (x *visitTx) OpenCommandsAfter(ctx context.Context, t directory.TenantID, d DeviceID, after string, limit int) ([]Command, error) {
	if x.idle && d == x.device {
		return nil, nil
	}
	return x.Tx.OpenCommandsAfter(ctx, t, d, after, limit)
}

// UpdateCommands implements CommandTx: a command may be opened once more.
func (x *visitTx) UpdateCommands(ctx context.Context, t directory.TenantID, cs []Command) error {
	if len(cs) > 0 {
		x.idle = false
	}
	return x.Tx.UpdateCommands(ctx, t, cs)
}

// CancelCommands implements CommandTx.
func (x *visitTx) CancelCommands(ctx context.Context, t directory.TenantID, d DeviceID, o OwnerKind, of string, at time.Time) (int, error) {
	if x.idle && d == x.device {
		return 0, nil
	}
	return x.Tx.CancelCommands(ctx, t, d, o, of, at)
}

// PutStates implements StateTx.
func (x *visitTx) PutStates(ctx context.Context, t directory.TenantID, ss []PolicyState) error {
	if len(ss) > 0 {
		x.blank = false
	}
	return x.Tx.PutStates(ctx, t, ss)
}

// StatesOf implements StateTx.
func (x *visitTx) StatesOf(ctx context.Context, t directory.TenantID, d DeviceID) ([]PolicyState, error) {
	if x.blank && d == x.device {
		return nil, nil
	}
	return x.Tx.StatesOf(ctx, t, d)
}

// enrolKinds are the kinds of policies that an enrolment asks for.
var enrolKinds = []PolicyKind{PolicySingle, PolicyPlatform, PolicyLimit, PolicyESP}

// enrolTx is the transaction of one enrolment, which changes neither groups nor
// policies and asks for both several times: they are read once.
type enrolTx struct {
	Tx
	around   map[directory.ObjectID][]directory.ObjectID
	read     bool // policies and assigned are enrolKinds
	policies []Policy
	assigned []Assignment
}

// GroupsAround implements directory.JoinTx.
func (x *enrolTx) GroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID) ([]directory.ObjectID, error) {
	if ids, ok := x.around[member]; ok {
		return slices.Clone(ids), nil
	}
	ids, err := x.Tx.GroupsAround(ctx, t, member)
	if err != nil {
		return nil, err
	}
	if x.around == nil {
		x.around = map[directory.ObjectID][]directory.ObjectID{}
	}
	x.around[member] = ids
	return slices.Clone(ids), nil
}

// PoliciesNow implements PolicyTx.
func (x *enrolTx) PoliciesNow(ctx context.Context, t directory.TenantID, kinds ...PolicyKind) (ps []Policy, as []Assignment, err error) {
	if len(kinds) == 0 || slices.ContainsFunc(kinds, func(k PolicyKind) bool { return !slices.Contains(enrolKinds, k) }) {
		return x.Tx.PoliciesNow(ctx, t, kinds...)
	}
	if !x.read {
		if x.policies, x.assigned, err = x.Tx.PoliciesNow(ctx, t, enrolKinds...); err != nil {
			return nil, nil, err
		}
		x.read = true
	}
	of := map[PolicyID]bool{}
	for i := range x.policies {
		if p := &x.policies[i]; slices.Contains(kinds, p.Kind) {
			of[p.ID] = true
			ps = append(ps, *p)
		}
	}
	for _, a := range x.assigned {
		if of[a.Policy] {
			as = append(as, a)
		}
	}
	return ps, as, nil
}
