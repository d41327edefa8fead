package graph

import (
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// domain is Graph's domain. A tenant has one, which its people's names end in.
type domain struct {
	ID                 string   `json:"id"`
	AuthenticationType string   `json:"authenticationType"`
	AvailabilityStatus *string  `json:"availabilityStatus"`
	IsAdminManaged     bool     `json:"isAdminManaged"`
	IsDefault          bool     `json:"isDefault"`
	IsInitial          bool     `json:"isInitial"`
	IsRoot             bool     `json:"isRoot"`
	IsVerified         bool     `json:"isVerified"`
	SupportedServices  []string `json:"supportedServices"`
}

var domainTable = &odata.Table{
	Name: "microsoft.graph.domain",
	Properties: []odata.Property{
		prop("id", odata.String, filter|readOnly),
		prop("authenticationType", odata.String, readOnly),
		prop("availabilityStatus", odata.String, readOnly),
		prop("isAdminManaged", odata.Bool, readOnly),
		prop("isDefault", odata.Bool, filter|readOnly),
		prop("isInitial", odata.Bool, filter|readOnly),
		prop("isRoot", odata.Bool, readOnly),
		prop("isVerified", odata.Bool, filter|readOnly),
		prop("supportedServices", odata.Strings, readOnly),
	},
}

func domainWire(t *directory.Tenant) domain {
	return domain{
		ID: t.Domain, AuthenticationType: "Managed", IsAdminManaged: true, IsDefault: true, IsInitial: true, IsRoot: true, IsVerified: true,
		SupportedServices: []string{"Email", "OfficeCommunicationsOnline", "Intune"},
	}
}

var domains = &resource[directory.Tenant]{
	path: "domains", table: domainTable, paging: directoryPaging, show: each(domainWire),
	read: func(c *call, q *odata.Query) (odata.List[directory.Tenant], error) {
		t, err := c.h.Objects.GetTenant(c.ctx(), c.tenant)
		if err != nil {
			return odata.List[directory.Tenant]{}, err
		}
		return local(q, []directory.Tenant{t}, func(t *directory.Tenant) string { return t.Domain }, func(t *directory.Tenant, name string) any {
			if name == "id" {
				return t.Domain
			}
			return true // the other properties that filters name
		}), nil
	},
	find: func(c *call) (directory.Tenant, error) {
		t, err := c.h.Objects.GetTenant(c.ctx(), c.tenant)
		if err == nil && !strings.EqualFold(t.Domain, c.keys["id"]) {
			// Not by its name: whether another tenant has it is nobody's business.
			err = fault.Field(fault.NotFound, codeNotFound, "id", "This tenant has no domain of that name.", "List the domains to find the right name.")
		}
		return t, err
	},
}
