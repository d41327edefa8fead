package graph

import (
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

const appsPath = "deviceAppManagement/mobileApps"

var mobileApps = policies(assignable{
	resource: resource[enrollment.Policy]{path: appsPath, table: appTable, read: stored(Lists.ListApps)},
	kinds:    []enrollment.PolicyKind{enrollment.PolicyMSI}, what: "app",
	wire: appWire, tells: true,
	parse: func(o odata.Object) (enrollment.Policy, error) {
		p := enrollment.Policy{Kind: enrollment.PolicyMSI, App: &enrollment.App{}}
		if err := readAppType(o, true); err != nil {
			return p, err
		}
		return p, readApp(o, &p)
	},
	apply: func(o odata.Object, p *enrollment.Policy) error {
		if err := readAppType(o, false); err != nil {
			return err
		}
		return readApp(o, p)
	},
	drop: func(c *call, id enrollment.PolicyID, match int64) error {
		return c.h.Apps.DeleteApp(c.ctx(), c.tenant, id, match)
	},
	assign: assigning{table: appAssignmentTable, list: "mobileAppAssignments", wire: appAssignmentWire, read: readAppAssignment},
})
