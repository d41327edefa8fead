package graph

import (
	"reflect"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// navigations tells what each navigation that can be expanded leads to.
func navigations() map[*odata.Table]map[string]odata.Target {
	one := func(t *odata.Table) odata.Target { return odata.Target{Table: t} }
	some := func(t *odata.Table) odata.Target { return odata.Target{Table: t, Many: true, Most: odata.MostExpanded} }
	// Intune's collections below an object are whole: a client that expands
	// assignments takes them for all there are.
	all := func(t *odata.Table) odata.Target { return odata.Target{Table: t, Many: true, Most: intunePaging.max} }
	return map[*odata.Table]map[string]odata.Target{
		identityTable:       {"deploymentProfile": one(profileTable), "intendedDeploymentProfile": one(profileTable)},
		profileTable:        {"assignments": all(profileAssignmentTable)},
		configurationTable:  {"assignments": all(enrolmentConfigurations.assign.table)},
		customTable:         {"assignments": all(customConfigurations.assign.table)},
		appTable:            {"assignments": all(appAssignmentTable)},
		autopilotEventTable: {"policyStatusDetails": all(policyStatusTable)},
		userTable:           {"manager": one(userTable)},
		groupTable:          {"members": some(memberTable), "owners": some(userTable)},
	}
}

// leadsTo is odata.Options.Target.
func (h *Handler) leadsTo(t *odata.Table, navigation string) odata.Target {
	return h.targets[t][navigation]
}

// expansion is what the store gave of a collection that is expanded.
type expansion struct {
	items []any
	count int64
}

// inside shows what a navigation leads to: an object, a list that is there in
// whole, or what the store gave of one. The count is nil unless it was asked for.
func (v *view) inside(q *odata.Query, t *odata.Table, value reflect.Value) (shown any, count *int64) {
	one := func(wire any) any { return &view{wire: wire, table: t, query: q, call: v.call} }
	var items []any
	total := int64(0)
	e, stored := reflect.TypeAssert[*expansion](value)
	switch {
	case stored:
		items, total = e.items, e.count
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			items = append(items, value.Index(i).Interface())
		}
		total = int64(len(items))
		items = items[:min(len(items), q.Top)]
	case value.IsNil():
		return nil, nil
	default:
		return one(value.Interface()), nil
	}
	views := make([]any, len(items))
	for i, item := range items {
		views[i] = one(item)
	}
	if q.Count {
		count = &total
	}
	return views, count
}

// groupWires maps a page of groups, with members and owners where they are
// expanded: up to 20 of each.
func groupWires(c *call, q *odata.Query, items []directory.Group) ([]any, error) {
	if q != nil && q.Expand != nil {
		if err := holds(c.principal, mayReadMember...); err != nil {
			return nil, err
		}
	}
	out := make([]any, len(items))
	for i := range items {
		w := groupWire(&items[i])
		if q != nil && q.Expands("members") {
			page, err := c.h.Lists.ListMembers(c.ctx(), c.tenant, items[i].ID, q.Expanded["members"])
			if err != nil {
				return nil, err
			}
			w.Members = &expansion{count: page.Count}
			for j := range page.Items {
				w.Members.items = append(w.Members.items, memberWire(&page.Items[j]))
			}
		}
		if q != nil && q.Expands("owners") {
			page, err := c.h.Lists.ListOwners(c.ctx(), c.tenant, items[i].ID, q.Expanded["owners"])
			if err != nil {
				return nil, err
			}
			w.Owners = &expansion{count: page.Count}
			for j := range page.Items {
				owner := ownerWire(&page.Items[j])
				w.Owners.items = append(w.Owners.items, &owner)
			}
		}
		out[i] = &w
	}
	return out, nil
}
