package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/storetest"
)

// A page of a million devices must be read from the index of its order, or the
// whole million is read and sorted for it; and what a search looks into must
// stand in the index that it walks, which SQLite says by its name alone.
func TestPagesOfDevicesComeFromTheIndexOfTheirOrder(t *testing.T) {
	t.Parallel()
	contains := func(property string) *odata.Expr {
		return &odata.Expr{Op: odata.Contains, Property: &odata.Property{Name: property, Type: odata.String}, Value: odata.Literal{Kind: odata.KindString, String: "x"}}
	}
	search := &odata.Expr{Op: odata.Or}
	for _, p := range []string{"groupTag", "purchaseOrderIdentifier", "serialNumber", "manufacturer", "model", "userPrincipalName", "displayName"} {
		search.Args = append(search.Args, contains(p))
	}
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		db := e.Open(t)
		tenant := directory.TenantID(uuid.NewString())
		for _, c := range []struct {
			order  string
			search *odata.Expr
			index  string
		}{
			{"serialNumber", nil, "serial"},
			{"serialNumber", search, "serial"},
			{"groupTag", nil, "tag"},
			{"manufacturer", nil, "manufacturer"},
			{"model", nil, "model"},
			{"purchaseOrderIdentifier", nil, "order"},
			{"userPrincipalName", nil, "user"},
			{"displayName", nil, "name"},
		} {
			lines, looking, err := db.DeviceListPlans(t.Context(), tenant, &odata.Query{Top: 200, OrderBy: []odata.Order{{Property: c.order}}, SearchExpr: c.search})
			if err != nil {
				t.Fatal(err)
			}
			plan := strings.Join(lines, "\n")
			if !strings.Contains(plan, "autopilot_identities_"+c.index) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("by %s (search: %t) the plan is\n%s", c.order, c.search != nil, plan)
			}
			if how := strings.Join(looking, "\n"); c.search != nil && e.Name == "sqlite" && !strings.Contains(how, "COVERING INDEX autopilot_identities_serial") {
				t.Errorf("a search reads more than its index:\n%s", how)
			}
		}
	})
}
