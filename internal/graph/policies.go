package graph

import (
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// assignable is a collection of policies, which are assigned to groups.
type assignable struct {
	resource[enrollment.Policy]
	kinds []enrollment.PolicyKind
	what  string // for errors
	// wire shows a policy. Its assignments are there when they are expanded;
	// when tells is set, always.
	wire   func(t directory.TenantID, p *enrollment.Policy, as []assignment) any
	tells  bool
	parse  func(o odata.Object) (enrollment.Policy, error)          // the body of POST
	apply  func(o odata.Object, p *enrollment.Policy) error         // the body of PATCH
	drop   func(c *call, id enrollment.PolicyID, match int64) error // when more than the policy goes
	assign assigning
}

// assigning is how the policies of a collection are assigned.
type assigning struct {
	table *odata.Table // of one assignment
	list  string       // what the action assign calls its list
	wire  func(policy string, a *enrollment.Assignment) assignment
	read  func(o odata.Object, prefix string) (enrollment.Assignment, error)
}

// policies fills in what all collections of policies do alike.
func policies(f assignable) *assignable {
	f.paging, f.find, f.show = intunePaging, f.policy, f.wires
	f.key = func(c *call, p *enrollment.Policy) (string, int64) { return p.GraphID(c.tenant), p.Version }
	f.create = func(c *call, o odata.Object) (enrollment.Policy, error) {
		p, err := f.parse(o)
		if err != nil {
			return p, err
		}
		return c.h.Policies.CreatePolicy(c.ctx(), c.tenant, p)
	}
	f.update = func(c *call, match int64, o odata.Object) (enrollment.Policy, error) {
		seen, err := f.policy(c)
		if err != nil {
			return seen, err
		}
		return c.h.Policies.UpdatePolicy(c.ctx(), c.tenant, seen.ID, match, func(p *enrollment.Policy) error { return f.apply(o, p) })
	}
	f.remove = func(c *call, match int64) error {
		p, err := f.policy(c)
		if err != nil {
			return err
		}
		if f.drop != nil {
			return f.drop(c, p.ID, match)
		}
		return c.h.Policies.DeletePolicy(c.ctx(), c.tenant, p.ID, match)
	}
	return &f
}

// policy reads the policy that the path names.
func (f *assignable) policy(c *call) (enrollment.Policy, error) {
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

// wires maps a page; assignments of all its policies are one read.
func (f *assignable) wires(c *call, q *odata.Query, items []enrollment.Policy) ([]any, error) {
	of := func(*enrollment.Policy) []assignment { return []assignment{} }
	if len(items) > 0 && (f.tells || q != nil && q.Expands("assignments")) {
		var err error
		if of, err = f.assignmentsOf(c, f.kinds...); err != nil {
			return nil, err
		}
	}
	out := make([]any, len(items))
	for i := range items {
		out[i] = f.wire(c.tenant, &items[i], of(&items[i]))
	}
	return out, nil
}

// assignmentsOf reads the assignments of all policies of these kinds at once.
func (f *assignable) assignmentsOf(c *call, kinds ...enrollment.PolicyKind) (func(*enrollment.Policy) []assignment, error) {
	all, err := c.h.Policies.AssignmentsOf(c.ctx(), c.tenant, kinds...)
	if err != nil {
		return nil, err
	}
	return func(p *enrollment.Policy) []assignment {
		id := p.GraphID(c.tenant)
		out := make([]assignment, len(all[p.ID]))
		for i := range all[p.ID] {
			out[i] = f.assign.wire(id, &all[p.ID][i])
		}
		return out
	}, nil
}

// assignments are those of the policy that the path names.
func (f *assignable) assignments(c *call) (enrollment.Policy, []assignment, error) {
	p, err := f.policy(c)
	if err != nil {
		return p, nil, err
	}
	of, err := f.assignmentsOf(c, p.Kind)
	if err != nil {
		return p, nil, err
	}
	return p, of(&p), nil
}

func (f *assignable) listAssignments(_ *Handler, c *call) error {
	_, all, err := f.assignments(c)
	if err != nil {
		return err
	}
	return c.answerAssignments(f.assign.table, all)
}

func (f *assignable) getAssignment(_ *Handler, c *call) error {
	p, all, err := f.assignments(c)
	if err != nil {
		return err
	}
	missed := notFound("assignment of this "+f.what, c.keys["assignment"], "List its assignments to find the right id.")
	return c.answerAssignment(f.assign.table, all, f.path+"('"+p.GraphID(c.tenant)+"')", missed)
}

// assignAll makes the list in the body the policy's assignments.
func (f *assignable) assignAll(_ *Handler, c *call) error {
	if _, err := f.replace(c); err != nil {
		return err
	}
	return c.noContent()
}

// assignAndShow is assignAll with the assignments for an answer, as Graph's
// page on some types of policies has it.
func (f *assignable) assignAndShow(_ *Handler, c *call) error {
	p, err := f.replace(c)
	if err != nil {
		return err
	}
	of, err := f.assignmentsOf(c, p.Kind)
	if err != nil {
		return err
	}
	return c.assignmentPage(f.assign.table, nil, of(&p), "Collection("+f.assign.table.Name+")")
}

// replace reads the action assign. Without the list nothing is changed: leaving
// it out by mistake must not end all assignments.
func (f *assignable) replace(c *call) (p enrollment.Policy, err error) {
	o, err := c.body()
	if err != nil {
		return p, err
	}
	name := f.assign.list
	if err := knownNames(o, "", name); err != nil {
		return p, err
	}
	items, err := o.Objects(name)
	if err != nil {
		return p, err
	}
	if !items.Set {
		return p, fault.Field(fault.Invalid, "AssignmentsRequired", name, "The body has no list of assignments.", "Send "+name+", empty to end all assignments.")
	}
	as := make([]enrollment.Assignment, len(items.Value))
	for i, item := range items.Value {
		if as[i], err = f.assign.read(item, name+"/"+strconv.Itoa(i)+"/"); err != nil {
			return p, err
		}
	}
	if p, err = f.policy(c); err != nil {
		return p, err
	}
	return p, renamed(c.h.Policies.AssignPolicy(c.ctx(), c.tenant, p.ID, as), "assignments/", name+"/")
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

// readPolicy reads what every policy has.
func readPolicy(r *reader, p *enrollment.Policy) {
	r.text("displayName", &p.DisplayName)
	r.text("description", &p.Description)
	r.texts("roleScopeTagIds", &p.ScopeTags)
	if len(p.ScopeTags) == 0 {
		p.ScopeTags = []string{"0"}
	}
}

// sameType refuses a body of another type than the object has.
func sameType(o odata.Object, kind enrollment.PolicyKind) error {
	f, err := o.Text("@odata.type")
	if err != nil {
		return err
	}
	if f.Value == "" || strings.EqualFold(typeName(f.Value), string(kind)) {
		return nil
	}
	return fault.Field(fault.Invalid, "TypeCannotChange", "@odata.type", "The object is a "+string(kind)+" and stays one for its life.", "Leave the type out, or make a new object.")
}

// plainAssigning is how policies are assigned that a group has or has not.
func plainAssigning(list, name string) assigning {
	return assigning{
		table: assignmentTable(name), list: list,
		wire: func(policy string, a *enrollment.Assignment) assignment {
			return &plainAssignment{ID: a.GraphID(policy), Source: "direct", SourceID: policy, Target: targetWire(a.Target, a.Group)}
		},
		read: readPolicyAssignment,
	}
}

// readPolicyAssignment reads an assignment with its target. What Graph knows
// beside it and the server decides itself is passed over.
func readPolicyAssignment(o odata.Object, prefix string) (enrollment.Assignment, error) {
	if err := knownNames(o, prefix, "id", "source", "sourceId", "target", "intent"); err != nil {
		return enrollment.Assignment{}, err
	}
	return readPolicyTarget(&reader{o: o, prefix: prefix})
}

// readPolicyTarget reads whom an assignment is for.
func readPolicyTarget(r *reader) (a enrollment.Assignment, err error) {
	target, ok := r.inner("target")
	if r.err != nil {
		return a, r.err
	}
	if !ok {
		return a, fault.Field(fault.Invalid, "TargetRequired", r.prefix+"target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget, allDevicesAssignmentTarget or allLicensedUsersAssignmentTarget.")
	}
	a.Target, a.Group, err = readTarget(target, r.prefix+"target/", "This server has no assignment filters.",
		enrollment.TargetGroup, enrollment.TargetExclusion, enrollment.TargetAllDevices, enrollment.TargetAllUsers)
	return a, err
}
