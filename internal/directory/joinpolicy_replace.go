package directory

import (
	"context"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// JoinReplacement is a whole new join policy. nil is what was not sent: each
// of the five parts must be, the two settings of local administrators are kept
// as they are for clients that do not know them.
type JoinReplacement struct {
	DeviceQuota *int
	MFA         *MFARequirement
	Register    *Audience
	Join        *Audience
	LAPS        *bool

	RegisteringUsers *Audience
	GlobalAdmins     *bool
}

// policy makes the new policy. A missing part is refused, the quota above all:
// Graph takes a missing one for 0, after which nobody can join.
func (r *JoinReplacement) policy(was *JoinPolicy) (JoinPolicy, error) {
	if err := r.complete(); err != nil {
		return JoinPolicy{}, err
	}
	p := was.clone()
	p.DeviceQuota, p.MFA, p.LAPS = *r.DeviceQuota, *r.MFA, *r.LAPS
	p.Register, p.Join = r.Register.tidy(), r.Join.tidy()
	if r.RegisteringUsers != nil {
		p.RegisteringUsers = r.RegisteringUsers.tidy()
	}
	if r.GlobalAdmins != nil {
		p.GlobalAdmins = *r.GlobalAdmins
	}
	if p.DeviceQuota > MaxDeviceQuota && p.DeviceQuota < UnlimitedDevices {
		p.DeviceQuota = MaxDeviceQuota
	}
	return p, p.Validate()
}

func (r *JoinReplacement) complete() error {
	e := &fault.Error{Kind: fault.Invalid, Code: "PolicyPartRequired"}
	for _, part := range []struct {
		path string
		sent bool
	}{
		{quotaPath, r.DeviceQuota != nil},
		{mfaPath, r.MFA != nil},
		{registerPath, r.Register != nil},
		{joinPath, r.Join != nil},
		{lapsPath, r.LAPS != nil},
	} {
		if !part.sent {
			e.Details = append(e.Details, fault.Detail{Target: part.path, Code: e.Code, Message: "The property " + part.path + " is missing.", Remedy: "Read the policy, change what is to change and send all of it."})
		}
	}
	if len(e.Details) == 0 {
		return nil
	}
	names := make([]string, len(e.Details))
	for i, d := range e.Details {
		names[i] = d.Target
	}
	e.Message = "The policy is replaced as a whole, and this is missing: " + strings.Join(names, ", ") + "."
	return e
}

// tidy gives ids in lower case, each once, in the order sent.
func (a *Audience) tidy() Audience {
	out := Audience{Reach: a.Reach}
	for _, list := range []struct {
		from []ObjectID
		to   *[]ObjectID
	}{{a.Users, &out.Users}, {a.Groups, &out.Groups}} {
		for _, id := range list.from {
			if id = ObjectID(strings.ToLower(string(id))); !slices.Contains(*list.to, id) {
				*list.to = append(*list.to, id)
			}
		}
	}
	return out
}

const (
	joinPolicyType = "deviceRegistrationPolicy"
	joinPolicyName = "Device Registration Policy"
)

// GetJoinPolicy returns the tenant's join policy; there is always one.
func (s *Service) GetJoinPolicy(ctx context.Context, t TenantID) (JoinPolicy, error) {
	return s.Store.GetJoinPolicy(ctx, t)
}

// ReplaceJoinPolicy puts a new policy in the place of the old one. Users and
// groups that do not exist are refused by name: UserNotFound, GroupNotFound.
func (s *Service) ReplaceJoinPolicy(ctx context.Context, t TenantID, ifMatch int64, r JoinReplacement) (JoinPolicy, error) {
	standard := DefaultJoinPolicy()
	sent, err := r.policy(&standard)
	if err != nil {
		return JoinPolicy{}, err
	}
	var p JoinPolicy
	err = s.Store.InTx(ctx, func(tx Tx) error {
		if err := s.checkAudiences(ctx, tx, t, &sent); err != nil {
			return err
		}
		was, err := tx.LockJoinPolicy(ctx, t)
		if err != nil {
			return err
		}
		if err := fault.Match(was.Version, ifMatch); err != nil {
			return err
		}
		if p, err = r.policy(&was); err != nil {
			return err
		}
		return s.putJoinPolicy(ctx, tx, t, &was, &p)
	})
	return p, fault.Wrap("replace the join policy", err)
}

func (s *Service) putJoinPolicy(ctx context.Context, tx Tx, t TenantID, was, p *JoinPolicy) error {
	p.ModifiedAt = s.Clock.Now(t)
	if err := tx.PutJoinPolicy(ctx, t, *p); err != nil {
		return err
	}
	p.Version++
	return s.audit(ctx, tx, t, "Update device registration policy", joinPolicyType, joinPolicyType, joinPolicyName, joinChanges(was, p)...)
}

// checkAudiences refuses users and groups that are not there. They stay locked,
// so that one deleted at the same moment is taken out of the policy again.
func (s *Service) checkAudiences(ctx context.Context, tx Tx, t TenantID, p *JoinPolicy) error {
	var users, groups []ObjectID
	for _, a := range p.audiences() {
		users, groups = append(users, a.Users...), append(groups, a.Groups...)
	}
	found, err := tx.LockUsers(ctx, t, users)
	if err != nil {
		return err
	}
	there := map[ObjectID]bool{}
	for i := range found {
		there[found[i].ID] = true
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(groups))) {
		if _, err := tx.LockGroup(ctx, t, id); err == nil {
			there[id] = true
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	for path, a := range p.audiences() {
		for _, id := range a.Users {
			if !there[id] {
				return fault.Field(fault.Invalid, "UserNotFound", path+"/users", "There is no user with the id "+quote(string(id))+" in this tenant.", "List the users to find the right object id, or leave it out.")
			}
		}
		for _, id := range a.Groups {
			if !there[id] {
				return fault.Field(fault.Invalid, "GroupNotFound", path+"/groups", "There is no group with the id "+quote(string(id))+" in this tenant.", "List the groups to find the right object id, or leave it out.")
			}
		}
	}
	return nil
}

// forgetObject takes a user or group that is being deleted out of the join
// settings. The caller holds the object locked.
func (s *Service) forgetObject(ctx context.Context, tx Tx, t TenantID, id ObjectID) error {
	was, err := tx.LockJoinPolicy(ctx, t)
	if err != nil {
		return err
	}
	if p := was.clone(); p.forget(id) {
		if err := s.putJoinPolicy(ctx, tx, t, &was, &p); err != nil {
			return err
		}
	}
	for _, kind := range []MobilityKind{MDM, MAM} {
		was, err := tx.LockMobilityPolicy(ctx, t, kind)
		if err != nil {
			return err
		}
		if p := was.without(id); len(p.Groups) < len(was.Groups) {
			if err := s.putMobilityPolicy(ctx, tx, t, &was, &p, "Remove group from mobility management policy"); err != nil {
				return err
			}
		}
	}
	return nil
}
