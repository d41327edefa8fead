package directory

import (
	"context"

	"taxiway/internal/fault"
	"taxiway/internal/rule"
)

// Evaluation is what a rule says about one object and why (Graph:
// evaluateDynamicMembershipResult).
type Evaluation struct {
	Rule    string
	Result  bool
	Details rule.Explanation
}

// Evaluate tries a rule on one user or device without changing anything. With
// a group its stored rule is tried, else the given text.
func (s *Service) Evaluate(ctx context.Context, t TenantID, group ObjectID, text string, member ObjectID) (Evaluation, error) {
	kind := GroupKind("")
	if group != "" {
		g, err := s.Store.GetGroup(ctx, t, group)
		if err != nil {
			return Evaluation{}, err
		}
		if !g.Dynamic() {
			return Evaluation{}, fault.Field(fault.Invalid, "GroupIsNotDynamic", "id", "The group "+quote(g.DisplayName)+" has no membership rule.", "Choose a dynamic group or send a rule.")
		}
		kind, text = g.Kind, g.Rule
	}
	r, err := CheckRule(kind, text)
	if err != nil {
		return Evaluation{}, err
	}
	o, err := s.object(ctx, t, r.Kind(), member)
	if err != nil {
		return Evaluation{}, err
	}
	now := s.Clock.Now(t)
	return Evaluation{Rule: text, Result: r.Match(o, now), Details: r.Explain(o, now)}, nil
}

func (s *Service) object(ctx context.Context, t TenantID, kind rule.Kind, id ObjectID) (*rule.Object, error) {
	if kind == rule.User {
		u, err := s.Store.GetUser(ctx, t, string(id))
		if err != nil {
			return nil, memberFault(err, id, "user")
		}
		return u.Object(), nil
	}
	d, err := s.Store.GetDevice(ctx, t, id)
	if err != nil {
		return nil, memberFault(err, id, "device")
	}
	return d.Object(), nil
}

func memberFault(err error, id ObjectID, kind string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.Field(fault.NotFound, "ResourceNotFound", "memberId", "There is no "+kind+" with the id "+quote(string(id))+"; the rule is about "+kind+"s.", "Give the object id of a "+kind+".")
}

// OrderTagOf is the one group tag a rule's members must carry, or "". Only then
// an index serves the candidates; other rules walk the table.
func OrderTagOf(text string) string {
	r, err := rule.Parse(text)
	if err != nil {
		return ""
	}
	anchors, ok := r.Anchors()
	if !ok || len(anchors) != 1 || anchors[0].Op != rule.Equal {
		return ""
	}
	prefix := rule.Fold(PhysicalOrderID)
	value := anchors[0].Value
	if len(value) <= len(prefix) || value[:len(prefix)] != prefix {
		return ""
	}
	return value[len(prefix):]
}
