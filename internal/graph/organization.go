package graph

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// organization is Graph's organization: the caller's tenant, the only one a
// token can see.
type organization struct {
	ID              string           `json:"id"`
	DeletedDateTime *time.Time       `json:"deletedDateTime"`
	CreatedDateTime time.Time        `json:"createdDateTime"`
	DisplayName     string           `json:"displayName"`
	TenantType      string           `json:"tenantType"`
	VerifiedDomains []verifiedDomain `json:"verifiedDomains"`
}

type verifiedDomain struct {
	Capabilities string `json:"capabilities"`
	IsDefault    bool   `json:"isDefault"`
	IsInitial    bool   `json:"isInitial"`
	Name         string `json:"name"`
	Type         string `json:"type"`
}

var organizationTable = &odata.Table{
	Name: "microsoft.graph.organization",
	Properties: []odata.Property{
		prop("id", odata.GUID, readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("createdDateTime", odata.Time, readOnly),
		prop("displayName", odata.String, readOnly),
		prop("tenantType", odata.String, readOnly),
		nested("verifiedDomains", "microsoft.graph.verifiedDomain", readOnly),
	},
}

func organizationWire(t *directory.Tenant) organization {
	return organization{
		ID: string(t.ID), CreatedDateTime: t.CreatedAt.UTC(), DisplayName: t.DisplayName, TenantType: "AAD",
		VerifiedDomains: []verifiedDomain{{Capabilities: "Email, OfficeCommunicationsOnline", IsDefault: true, IsInitial: true, Name: t.Domain, Type: "Managed"}},
	}
}

// organizations are one: the caller's own.
var organizations = &resource[directory.Tenant]{
	path: "organization", table: organizationTable, paging: directoryPaging, show: each(organizationWire),
	read: func(c *call, _ *odata.Query) (odata.List[directory.Tenant], error) {
		t, err := c.h.Objects.GetTenant(c.ctx(), c.tenant)
		return odata.List[directory.Tenant]{Items: []directory.Tenant{t}, Count: 1}, err
	},
	find: func(c *call) (directory.Tenant, error) {
		if err := c.ownOrganization(); err != nil {
			return directory.Tenant{}, err
		}
		return c.h.Objects.GetTenant(c.ctx(), c.tenant)
	},
}
