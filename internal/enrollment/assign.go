package enrollment

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// MaxAssignments bounds the targets of one policy.
const MaxAssignments = 1000

// AssignPolicy makes these the policy's assignments; those that were there
// before and are not among them end. PCs get it at their next check-in. A
// faulty one is named by its place in the list.
func (s *Service) AssignPolicy(ctx context.Context, t directory.TenantID, id PolicyID, as []Assignment) error {
	now := s.Clock.Now(t)
	fresh := slices.Clone(as)
	for i := range fresh {
		fresh[i].Policy, fresh[i].CreatedAt = id, now
		if !fresh[i].Target.grouped() {
			fresh[i].Group = ""
		}
	}
	if err := checkTargets(fresh); err != nil {
		return err
	}
	seen, err := s.FindPolicy(ctx, t, id) // the kind, which never changes
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		names, err := groupNames(ctx, tx, t, fresh)
		if err != nil {
			return err
		}
		all, err := tx.LockPolicies(ctx, t, seen.Kind)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(p Policy) bool { return p.ID == id })
		if at < 0 {
			return fault.Missing(seen.Kind.spoken(), string(id))
		}
		p := &all[at]
		if p.Default {
			return fault.Field(fault.Invalid, "DefaultCannotBeAssigned", "id", "The tenant's own "+p.Kind.spoken()+" goes to everybody already.", "Assign another one.")
		}
		if len(fresh) > 0 {
			if err := checkPublished(p); err != nil {
				return err
			}
		}
		_, before, err := tx.PoliciesNow(ctx, t, seen.Kind)
		if err != nil {
			return err
		}
		before = slices.DeleteFunc(before, func(a Assignment) bool { return a.Policy != id })
		for i := range fresh {
			if was := slices.IndexFunc(before, fresh[i].same); was >= 0 {
				fresh[i].CreatedAt = before[was].CreatedAt
			}
		}
		if err := tx.ReplaceAssignments(ctx, t, id, fresh); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Assign "+p.Kind.spoken(), string(p.Kind), string(id), p.DisplayName, assignmentChanges(before, fresh, names)...)
	})
	return fault.Wrap("assign policy", err)
}

// grouped reports whether the target is a group.
func (k Target) grouped() bool { return k == TargetGroup || k == TargetExclusion }

// same reports whether two assignments of a policy say the same.
func (a *Assignment) same(b Assignment) bool {
	return a.Target == b.Target && a.Group == b.Group && a.Intent == b.Intent
}

// at names a property of the i-th assignment.
func at(i int, property string) string { return fmt.Sprintf("assignments/%d/target/%s", i, property) }

// checkTargets checks a list of assignments without looking at the tenant.
func checkTargets(as []Assignment) error {
	if len(as) > MaxAssignments {
		return fault.Field(fault.Invalid, "TooManyAssignments", "assignments", fmt.Sprintf("%d assignments are more than the 1,000 that a policy can have.", len(as)), "Put groups into a group and assign that.")
	}
	type place struct {
		target Target
		group  directory.ObjectID
	}
	seen := map[place]bool{}
	for i := range as {
		a := &as[i]
		switch a.Target {
		case TargetGroup, TargetExclusion:
			if !isGUID(string(a.Group)) {
				return fault.Field(fault.Invalid, "InvalidGroupID", at(i, "groupId"), "'"+brief(string(a.Group))+"' is not the id of a group.", "Send the group's id, a GUID.")
			}
		case TargetAllDevices, TargetAllUsers:
		default:
			return fault.Field(fault.Invalid, "InvalidTarget", at(i, "@odata.type"), "The target type '"+brief(string(a.Target))+"' is not one that a policy can be assigned to.", "Use groupAssignmentTarget, exclusionGroupAssignmentTarget, allDevicesAssignmentTarget or allLicensedUsersAssignmentTarget.")
		}
		here, opposite := place{a.Target, a.Group}, place{TargetGroup, a.Group}
		if a.Target == TargetGroup {
			opposite.target = TargetExclusion
		}
		switch {
		case seen[here]:
			return fault.Field(fault.Invalid, "AssignedTwice", at(i, "groupId"), "The same target stands in the list twice.", "Name it once.")
		case a.Target.grouped() && seen[opposite]:
			return fault.Field(fault.Invalid, "IncludedAndExcluded", at(i, "groupId"), "The group '"+string(a.Group)+"' is included and excluded.", "Decide for one of the two.")
		}
		seen[here] = true
	}
	return nil
}

// groupNames finds the groups of assignments; one that is not there is an error
// that names its place.
func groupNames(ctx context.Context, tx directory.GroupTx, t directory.TenantID, as []Assignment) (map[directory.ObjectID]string, error) {
	order := make([]int, 0, len(as))
	for i := range as {
		if as[i].Target.grouped() {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(as[a].Group, as[b].Group) }) // the order in which all lock
	names := map[directory.ObjectID]string{}
	for _, i := range order {
		g, err := tx.LockGroup(ctx, t, as[i].Group)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Field(fault.Invalid, "GroupNotFound", at(i, "groupId"), "There is no group with the id '"+string(as[i].Group)+"' in this tenant.", "List the groups to find the right id.")
		}
		if err != nil {
			return nil, err
		}
		names[g.ID] = g.DisplayName
	}
	return names, nil
}

// assignmentChanges tells the audit trail what began and what ended.
func assignmentChanges(before, after []Assignment, names map[directory.ObjectID]string) []directory.Change {
	says := func(a *Assignment) string {
		text := cmp.Or(names[a.Group], string(a.Group))
		if a.Intent != IntentNone {
			text += " (" + string(a.Intent) + ")"
		}
		return text
	}
	var list []directory.Change
	for i := range before {
		if a := &before[i]; !slices.ContainsFunc(after, a.same) {
			list = append(list, directory.Change{Property: string(a.Target), Old: says(a)})
		}
	}
	for i := range after {
		if a := &after[i]; !slices.ContainsFunc(before, a.same) {
			list = append(list, directory.Change{Property: string(a.Target), New: says(a)})
		}
	}
	return list
}
