package graph

import (
	"net/http"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
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

func (h *Handler) listOrganizations(c *call) error {
	return list(c, organizationTable, directoryPaging, "organization", func(*call, *odata.Query) (odata.List[directory.Tenant], error) {
		t, err := h.Objects.GetTenant(c.ctx(), c.tenant)
		return odata.List[directory.Tenant]{Items: []directory.Tenant{t}, Count: 1}, err
	}, each(organizationWire))
}

func (h *Handler) getOrganization(c *call) error {
	q, err := c.single(organizationTable)
	if err != nil {
		return err
	}
	if !strings.EqualFold(c.keys["id"], string(c.tenant)) {
		return fault.Field(fault.NotFound, codeNotFound, "id", "There is no organization with the id '"+short(c.keys["id"])+"' for this token.", "Use the tenant id of the token: "+string(c.tenant)+".")
	}
	t, err := h.Objects.GetTenant(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	w := organizationWire(&t)
	return c.object(http.StatusOK, c.view(&w, organizationTable, q, "organization"+selected(q)+"/$entity", ""))
}
