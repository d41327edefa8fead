package graph

import (
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const configurationsPath = "deviceManagement/deviceEnrollmentConfigurations"

var enrolmentConfigurations = &assignable{
	path: configurationsPath, table: policyAssignmentTable("enrollmentConfigurationAssignment"), kinds: enrollment.EnrolmentKinds(),
	list: "enrollmentConfigurationAssignments", what: "enrollment configuration",
}

func (h *Handler) listEnrolmentConfigurations(c *call) error {
	return list(c, configurationTable, intunePaging, configurationsPath, c.enrolmentConfigurationPage, c.configurationWires)
}

func (h *Handler) countEnrolmentConfigurations(c *call) error {
	return count(c, configurationTable, c.enrolmentConfigurationPage)
}

func (c *call) enrolmentConfigurationPage(q *odata.Query) (odata.List[enrollment.Policy], error) {
	if err := c.h.Policies.EnsureDefaults(c.ctx(), c.tenant); err != nil {
		return odata.List[enrollment.Policy]{}, err
	}
	if q.Filter != nil {
		plain := *q
		plain.Filter = withoutDefaultTypes(q.Filter)
		q = &plain
	}
	return c.h.Lists.ListEnrolmentConfigurations(c.ctx(), c.tenant, q)
}

// withoutDefaultTypes says a filter in the types that objects have. Graph's
// list of types has others for the tenant's own ones, defaultLimit and so on,
// while Intune's clients find those by the plain type and priority 0: both
// filters find them.
func withoutDefaultTypes(e *odata.Expr) *odata.Expr {
	if e.Property == nil {
		out := *e
		out.Args = make([]*odata.Expr, len(e.Args))
		for i, a := range e.Args {
			out.Args[i] = withoutDefaultTypes(a)
		}
		return &out
	}
	if e.Property.Name != configurationTypeName {
		return e
	}
	switch e.Op {
	case odata.Eq:
		return ofType(e.Property, e.Value)
	case odata.Ne:
		return &odata.Expr{Op: odata.Not, Args: []*odata.Expr{ofType(e.Property, e.Value)}}
	case odata.In:
		either := &odata.Expr{Op: odata.Or}
		for _, v := range e.Values {
			either.Args = append(either.Args, ofType(e.Property, v))
		}
		if len(either.Args) == 1 {
			return either.Args[0]
		}
		return either
	default: // a list of names knows no other comparison
		return e
	}
}

// ofType is the filter for one value of deviceEnrollmentConfigurationType.
func ofType(p *odata.Property, v odata.Literal) *odata.Expr {
	plain, byDefault := strings.CutPrefix(v.String, "default")
	if !byDefault {
		return &odata.Expr{Op: odata.Eq, Property: p, Value: v}
	}
	v.String = strings.ToLower(plain[:1]) + plain[1:]
	priority, _ := configurationTable.Find("priority")
	return &odata.Expr{Op: odata.And, Args: []*odata.Expr{
		{Op: odata.Eq, Property: p, Value: v},
		{Op: odata.Eq, Property: priority, Value: odata.Literal{Kind: odata.KindInt}},
	}}
}

// configurationWires maps a page; assignments of all its items are one read.
func (c *call) configurationWires(q *odata.Query, items []enrollment.Policy) ([]any, error) {
	assignments := func(*enrollment.Policy) []policyAssignment { return []policyAssignment{} }
	if q != nil && q.Expands("assignments") && len(items) > 0 {
		of, err := c.assignmentsOf(enrollment.EnrolmentKinds()...)
		if err != nil {
			return nil, err
		}
		assignments = of
	}
	out := make([]any, len(items))
	for i := range items {
		w := configurationWire(c.tenant, &items[i])
		w.Assignments = assignments(&items[i])
		out[i] = &w
	}
	return out, nil
}

func (c *call) configurationAnswer(status int, p *enrollment.Policy, q *odata.Query) error {
	wires, err := c.configurationWires(q, []enrollment.Policy{*p})
	if err != nil {
		return err
	}
	return c.object(status, c.view(wires[0], configurationTable, q, configurationsPath+selected(q)+"/$entity", etagOf(p.Version)))
}

func (h *Handler) getEnrolmentConfiguration(c *call) error {
	q, err := c.single(configurationTable)
	if err != nil {
		return err
	}
	p, err := c.policy(enrolmentConfigurations)
	if err != nil {
		return err
	}
	return c.configurationAnswer(http.StatusOK, &p, q)
}

func (h *Handler) createEnrolmentConfiguration(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	p, err := newConfiguration(o)
	if err != nil {
		return err
	}
	if err := readConfiguration(o, &p, true); err != nil {
		return err
	}
	made, err := h.Policies.CreatePolicy(c.ctx(), c.tenant, p)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+configurationsPath+"/"+made.GraphID(c.tenant))
	return c.configurationAnswer(http.StatusCreated, &made, nil)
}

func (h *Handler) updateEnrolmentConfiguration(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	seen, err := c.policy(enrolmentConfigurations)
	if err != nil {
		return err
	}
	p, err := h.Policies.UpdatePolicy(c.ctx(), c.tenant, seen.ID, match, func(p *enrollment.Policy) error {
		if err := sameType(o, p.Kind); err != nil {
			return err
		}
		return readConfiguration(o, p, false)
	})
	if err != nil {
		return err
	}
	return c.configurationAnswer(http.StatusOK, &p, nil)
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

// typeName is the name of a type without #microsoft.graph.
func typeName(sent string) string {
	return strings.TrimPrefix(strings.TrimPrefix(sent, "#"), "microsoft.graph.")
}

func (h *Handler) deleteEnrolmentConfiguration(c *call) error {
	return c.deletePolicy(enrolmentConfigurations)
}

func (c *call) deletePolicy(f *assignable) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	p, err := c.policy(f)
	if err != nil {
		return err
	}
	if err := c.h.Policies.DeletePolicy(c.ctx(), c.tenant, p.ID, match); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) assignEnrolmentConfiguration(c *call) error {
	if _, err := c.assign(enrolmentConfigurations); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) listConfigurationAssignments(c *call) error {
	return c.answerAssignments(enrolmentConfigurations)
}

func (h *Handler) getConfigurationAssignment(c *call) error {
	return c.answerAssignment(enrolmentConfigurations)
}

// setPriority puts a configuration at another place among those of its type.
func (h *Handler) setPriority(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "priority"); err != nil {
		return err
	}
	n, err := o.Number("priority")
	if err != nil {
		return err
	}
	if !n.Set || n.Null {
		return fault.Field(fault.Invalid, "PriorityRequired", "priority", "The body has no priority.", "Send priority, a number from 1, which is tried first.")
	}
	p, err := c.policy(enrolmentConfigurations)
	if err != nil {
		return err
	}
	if err := h.Policies.SetPriority(c.ctx(), c.tenant, p.ID, int(min(max(n.Value, -1), 1<<30))); err != nil {
		return err
	}
	return c.noContent()
}

// newConfiguration is an empty policy of the type that a body names.
func newConfiguration(o odata.Object) (enrollment.Policy, error) {
	f, err := o.Text("@odata.type")
	if err != nil {
		return enrollment.Policy{}, err
	}
	sent := typeName(f.Value)
	at := slices.IndexFunc(configurationKinds, func(k enrollment.PolicyKind) bool { return strings.EqualFold(string(k), sent) })
	if at < 0 {
		names := make([]string, len(configurationKinds))
		for i, k := range configurationKinds {
			names[i] = string(k)
		}
		return enrollment.Policy{}, fault.Field(fault.Invalid, "InvalidConfigurationType", "@odata.type", "'"+short(sent)+"' is not a type of enrollment configuration that this server has.", "Send one of "+strings.Join(names, ", ")+", each with #microsoft.graph. before it.")
	}
	p := enrollment.Policy{Kind: configurationKinds[at]}
	switch p.Kind {
	case enrollment.PolicyESP:
		p.ESP = &enrollment.ESP{Blocks: true} // Graph's default of blockDeviceSetupRetryByUser, its inverse, is false
	case enrollment.PolicyLimit:
		p.Limit = new(enrollment.MaxDevicesPerUser)
	case enrollment.PolicyHello:
		p.Hello = enrollment.HelloDefaults()
	default:
		p.Platform = &enrollment.PlatformRestriction{}
	}
	return p, nil
}

var configurationKinds = enrollment.EnrolmentKinds()
