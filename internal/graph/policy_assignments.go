package graph

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// policyAssignment is Graph's enrollmentConfigurationAssignment and
// deviceConfigurationAssignment.
type policyAssignment struct {
	ID       string           `json:"id"`
	Source   string           `json:"source"`
	SourceID string           `json:"sourceId"`
	Target   assignmentTarget `json:"target"`
}

func policyAssignmentTable(name string) *odata.Table {
	return &odata.Table{
		Name: "microsoft.graph." + name,
		Properties: []odata.Property{
			prop("id", odata.String, readOnly),
			enum("source", "microsoft.graph.deviceAndAppManagementAssignmentSource", readOnly|onBeta, "direct", "policySets"),
			prop("sourceId", odata.String, readOnly|onBeta),
			nested("target", "microsoft.graph.deviceAndAppManagementAssignmentTarget", 0),
		},
	}
}

// assignable is a family of policies with assignments.
type assignable struct {
	path  string // of the collection
	table *odata.Table
	kinds []enrollment.PolicyKind
	list  string // what the assign action calls its list
	what  string // for errors
}

// policy reads the policy that the path names.
func (c *call) policy(f *assignable) (enrollment.Policy, error) {
	missed := notFound(f.what, c.keys["id"], "List "+strings.TrimPrefix(f.path, "deviceManagement/")+" to find the right id.")
	id, ok := enrollment.ParseGraphID(c.tenant, c.keys["id"])
	if !ok {
		return enrollment.Policy{}, missed
	}
	p, err := c.h.Policies.FindPolicy(c.ctx(), c.tenant, id)
	if fault.Is(err, fault.NotFound) || err == nil && (!slices.Contains(f.kinds, p.Kind) || !strings.EqualFold(p.GraphID(c.tenant), c.keys["id"])) {
		return p, missed
	}
	return p, err
}

func policyAssignmentWire(policy string, a *enrollment.Assignment) policyAssignment {
	return policyAssignment{ID: a.GraphID(policy), Source: "direct", SourceID: policy, Target: policyTargetWire(a)}
}

func policyTargetWire(a *enrollment.Assignment) assignmentTarget {
	return assignmentTarget{Type: profileTypePrefix + string(a.Target), FilterType: "none", GroupID: string(a.Group)}
}

// policyAssignments are a policy's assignments as they are shown.
func (c *call) policyAssignments(p *enrollment.Policy) ([]policyAssignment, error) {
	of, err := c.assignmentsOf(p.Kind)
	if err != nil {
		return nil, err
	}
	return of(p), nil
}

// assignmentsOf reads the assignments of all policies of these kinds at once.
func (c *call) assignmentsOf(kinds ...enrollment.PolicyKind) (func(*enrollment.Policy) []policyAssignment, error) {
	all, err := c.h.Policies.AssignmentsOf(c.ctx(), c.tenant, kinds...)
	if err != nil {
		return nil, err
	}
	return func(p *enrollment.Policy) []policyAssignment {
		id := p.GraphID(c.tenant)
		out := make([]policyAssignment, len(all[p.ID]))
		for i := range all[p.ID] {
			out[i] = policyAssignmentWire(id, &all[p.ID][i])
		}
		return out
	}, nil
}

// answerAssignments answers all of a policy's assignments on one page.
func (c *call) answerAssignments(f *assignable) error {
	p, err := c.policy(f)
	if err != nil {
		return err
	}
	q, err := odata.ParseQuery(c.r.URL.RawQuery, f.table, odata.Options{Beta: c.beta, MaxTop: intunePaging.max, ClampTop: true})
	if err != nil {
		return err
	}
	return c.assignmentPage(f, &p, q, c.path)
}

func (c *call) assignmentPage(f *assignable, p *enrollment.Policy, q *odata.Query, fragment string) error {
	all, err := c.policyAssignments(p)
	if err != nil {
		return err
	}
	views := make([]*view, len(all))
	for i := range all {
		views[i] = &view{wire: &all[i], table: f.table, query: q, call: c}
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL(fragment), Value: views})
	return nil
}

// answerAssignment answers one assignment by its composed id.
func (c *call) answerAssignment(f *assignable) error {
	p, err := c.policy(f)
	if err != nil {
		return err
	}
	all, err := c.policyAssignments(&p)
	if err != nil {
		return err
	}
	for i := range all {
		if strings.EqualFold(all[i].ID, c.keys["assignment"]) {
			return c.object(http.StatusOK, c.view(&all[i], f.table, nil, f.path+"('"+p.GraphID(c.tenant)+"')/assignments/$entity", ""))
		}
	}
	return notFound("assignment of this "+f.what, c.keys["assignment"], "List its assignments to find the right id.")
}

// assign makes the list in the body the policy's assignments. Without the list
// nothing is changed: leaving it out by mistake must not end all of them.
func (c *call) assign(f *assignable) (enrollment.Policy, error) {
	o, err := c.body()
	if err != nil {
		return enrollment.Policy{}, err
	}
	if err := knownNames(o, "", f.list); err != nil {
		return enrollment.Policy{}, err
	}
	items, err := o.Objects(f.list)
	if err != nil {
		return enrollment.Policy{}, err
	}
	if !items.Set {
		return enrollment.Policy{}, fault.Field(fault.Invalid, "AssignmentsRequired", f.list, "The body has no list of assignments.", "Send "+f.list+", empty to end all assignments.")
	}
	as := make([]enrollment.Assignment, len(items.Value))
	for i, item := range items.Value {
		if as[i], err = readPolicyAssignment(item, f.list+"/"+strconv.Itoa(i)+"/"); err != nil {
			return enrollment.Policy{}, err
		}
	}
	p, err := c.policy(f)
	if err != nil {
		return p, err
	}
	return p, renamed(c.h.Policies.AssignPolicy(c.ctx(), c.tenant, p.ID, as), "assignments/", f.list+"/")
}

// renamed gives the targets of an error the name of the list they stand in.
func renamed(err error, was, is string) error {
	e, ok := fault.As(err)
	if !ok || was == is {
		return err
	}
	out := *e
	out.Details = make([]fault.Detail, len(e.Details))
	for i, d := range e.Details {
		if rest, ok := strings.CutPrefix(d.Target, was); ok {
			d.Target = is + rest
		}
		out.Details[i] = d
	}
	return &out
}

// readPolicyAssignment reads an assignment with its target. What Graph knows
// beside it and the server decides itself is passed over.
func readPolicyAssignment(o odata.Object, prefix string) (enrollment.Assignment, error) {
	if err := knownNames(o, prefix, "id", "source", "sourceId", "target", "intent"); err != nil {
		return enrollment.Assignment{}, err
	}
	r := reader{o: o, prefix: prefix}
	target, ok := r.inner("target")
	if r.err != nil {
		return enrollment.Assignment{}, r.err
	}
	if !ok {
		return enrollment.Assignment{}, fault.Field(fault.Invalid, "TargetRequired", prefix+"target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget, allDevicesAssignmentTarget or allLicensedUsersAssignmentTarget.")
	}
	return readPolicyTarget(target, prefix+"target/")
}

// readPolicyTarget reads a target; a type this server does not have is refused
// by the service, which says which there are.
func readPolicyTarget(o odata.Object, prefix string) (enrollment.Assignment, error) {
	var a enrollment.Assignment
	if err := knownNames(o, prefix, "groupId", "deviceAndAppManagementAssignmentFilterId", "deviceAndAppManagementAssignmentFilterType"); err != nil {
		return a, err
	}
	var kind, group, filterType string
	r := reader{o: o, prefix: prefix}
	r.text("@odata.type", &kind)
	r.text("groupId", &group)
	r.text("deviceAndAppManagementAssignmentFilterType", &filterType)
	if r.err != nil {
		return a, r.err
	}
	if filterType != "" && !strings.EqualFold(filterType, "none") {
		return a, fault.Field(fault.Invalid, "AssignmentFilterNotSupported", prefix+"deviceAndAppManagementAssignmentFilterType", "This server has no assignment filters.", "Leave the filter out and use a dynamic group.")
	}
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "#"), "microsoft.graph.")
	a.Target, a.Group = enrollment.Target(kind), directory.ObjectID(strings.ToLower(group))
	for _, known := range []enrollment.Target{enrollment.TargetGroup, enrollment.TargetExclusion, enrollment.TargetAllDevices, enrollment.TargetAllUsers} {
		if strings.EqualFold(kind, string(known)) {
			a.Target = known
		}
	}
	return a, nil
}
