package graph

import (
	"net/http"
	"regexp"
	"strings"

	"taxiway/internal/fault"
)

// exportedProfile is ours: a profile as AutopilotConfigurationFile.json.
type exportedProfile struct {
	Context  string `json:"@odata.context"`
	FileName string `json:"fileName"`
	Content  string `json:"content"` // ASCII; written as it is
}

var (
	guidForm   = regexp.MustCompile(`\A[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z`)
	domainForm = regexp.MustCompile(`\A([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z`)
)

// exportProfile answers GET autopilotConfigurationFile. The tenant is the
// one the PC will join: a real PC joins a real Entra tenant, so both its id and
// its domain may be asked for; without them they are this tenant's.
func (h *Handler) exportProfile(c *call) error {
	asked := c.r.URL.Query()
	tenant, domain := asked.Get("tenantId"), asked.Get("tenantDomain")
	switch {
	case (tenant == "") != (domain == ""):
		return fault.Field(fault.Invalid, "TenantIncomplete", "tenantDomain", "The id and the domain of a tenant come together.", "Send both tenantId and tenantDomain, or neither for this tenant.")
	case tenant == "":
		t, err := h.Objects.GetTenant(c.ctx(), c.tenant)
		if err != nil {
			return err
		}
		tenant, domain = string(t.ID), t.Domain
	case !guidForm.MatchString(tenant):
		return fault.Field(fault.Invalid, "InvalidTenantId", "tenantId", "The tenant id is not a GUID.", "Copy the tenant id from the Entra admin centre's overview.")
	case len(domain) > 253 || !domainForm.MatchString(domain):
		return fault.Field(fault.Invalid, "InvalidTenantDomain", "tenantDomain", "The tenant's domain is not a DNS name.", "Send a verified domain such as contoso.onmicrosoft.com.")
	}
	p, err := c.profile()
	if err != nil {
		return err
	}
	text, err := p.ConfigurationFile(strings.ToLower(tenant), strings.ToLower(domain))
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, exportedProfile{c.contextURL(profilesPath + "/autopilotConfigurationFile"), "AutopilotConfigurationFile.json", string(text)})
	return nil
}
