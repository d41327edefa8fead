package graph

import (
	"slices"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const configurationsPath = "deviceManagement/deviceEnrollmentConfigurations"

var enrolmentConfigurations = policies(assignable{
	resource: resource[enrollment.Policy]{path: configurationsPath, table: configurationTable, read: enrolmentConfigurationPage},
	kinds:    enrollment.EnrolmentKinds(), what: "enrollment configuration",
	wire: configurationWire, parse: newConfiguration,
	apply: func(o odata.Object, p *enrollment.Policy) error {
		if err := sameType(o, p.Kind); err != nil {
			return err
		}
		return readConfiguration(o, p, false)
	},
	assign: plainAssigning("enrollmentConfigurationAssignments", "enrollmentConfigurationAssignment"),
})

func enrolmentConfigurationPage(c *call, q *odata.Query) (odata.List[enrollment.Policy], error) {
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
	p, err := enrolmentConfigurations.policy(c)
	if err != nil {
		return err
	}
	if err := h.Policies.SetPriority(c.ctx(), c.tenant, p.ID, int(min(max(n.Value, -1), 1<<30))); err != nil {
		return err
	}
	return c.noContent()
}

func newConfiguration(o odata.Object) (enrollment.Policy, error) {
	p, err := emptyConfiguration(o)
	if err != nil {
		return p, err
	}
	return p, readConfiguration(o, &p, true)
}

// emptyConfiguration is a policy of the type that a body names.
func emptyConfiguration(o odata.Object) (enrollment.Policy, error) {
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
