package graph

import (
	"net/http"

	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

const appsPath = "deviceAppManagement/mobileApps"

var mobileApps = &assignable{
	path: appsPath, table: appAssignmentTable, kinds: []enrollment.PolicyKind{enrollment.PolicyMSI},
	list: "mobileAppAssignments", what: "app",
}

func (h *Handler) listApps(c *call) error {
	return list(c, appTable, intunePaging, appsPath, c.appPage, c.appWires)
}

func (h *Handler) countApps(c *call) error { return count(c, appTable, c.appPage) }

func (c *call) appPage(q *odata.Query) (odata.List[enrollment.Policy], error) {
	return c.h.Lists.ListApps(c.ctx(), c.tenant, q)
}

// appWires maps a page; assignments of all its apps are one read.
func (c *call) appWires(q *odata.Query, items []enrollment.Policy) ([]any, error) {
	out := make([]any, len(items))
	if len(items) == 0 {
		return out, nil
	}
	of, err := c.h.Policies.AssignmentsOf(c.ctx(), c.tenant, enrollment.PolicyMSI)
	if err != nil {
		return nil, err
	}
	for i := range items {
		w := appWire(&items[i])
		w.IsAssigned = len(of[items[i].ID]) > 0
		w.Assignments = []appAssignment{}
		if q != nil && q.Expands("assignments") {
			w.Assignments = appAssignments(&items[i], of[items[i].ID])
		}
		out[i] = &w
	}
	return out, nil
}

func (c *call) appAnswer(status int, p *enrollment.Policy, q *odata.Query) error {
	wires, err := c.appWires(q, []enrollment.Policy{*p})
	if err != nil {
		return err
	}
	return c.object(status, c.view(wires[0], appTable, q, appsPath+selected(q)+"/$entity", etagOf(p.Version)))
}

func (h *Handler) getApp(c *call) error {
	q, err := c.single(appTable)
	if err != nil {
		return err
	}
	p, err := c.policy(mobileApps)
	if err != nil {
		return err
	}
	return c.appAnswer(http.StatusOK, &p, q)
}

func (h *Handler) createApp(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	p := enrollment.Policy{Kind: enrollment.PolicyMSI, App: &enrollment.App{}}
	if err := readAppType(o, true); err != nil {
		return err
	}
	if err := readApp(o, &p); err != nil {
		return err
	}
	made, err := h.Policies.CreatePolicy(c.ctx(), c.tenant, p)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+appsPath+"/"+string(made.ID))
	return c.appAnswer(http.StatusCreated, &made, nil)
}

func (h *Handler) updateApp(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	seen, err := c.policy(mobileApps)
	if err != nil {
		return err
	}
	if err := readAppType(o, false); err != nil {
		return err
	}
	p, err := h.Policies.UpdatePolicy(c.ctx(), c.tenant, seen.ID, match, func(p *enrollment.Policy) error { return readApp(o, p) })
	if err != nil {
		return err
	}
	return c.appAnswer(http.StatusOK, &p, nil)
}

func (h *Handler) deleteApp(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	p, err := c.policy(mobileApps)
	if err != nil {
		return err
	}
	if err := h.Apps.DeleteApp(c.ctx(), c.tenant, p.ID, match); err != nil {
		return err
	}
	return c.noContent()
}
