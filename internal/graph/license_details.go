package graph

import (
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// licenseDetails is Graph's licenseDetails: a license with what is in it.
type licenseDetails struct {
	ID            string        `json:"id"`
	SKUID         string        `json:"skuId"`
	SKUPartNumber string        `json:"skuPartNumber"`
	ServicePlans  []servicePlan `json:"servicePlans"`
}

// servicePlan is Graph's servicePlanInfo.
type servicePlan struct {
	ID                 string `json:"servicePlanId"`
	Name               string `json:"servicePlanName"`
	ProvisioningStatus string `json:"provisioningStatus"`
	AppliesTo          string `json:"appliesTo"`
}

// intunePlan is the service plan of the one license (Microsoft's list of
// product names and service plan identifiers).
const intunePlan = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"

var licenseDetailsTable = &odata.Table{
	Name: "microsoft.graph.licenseDetails",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("skuId", odata.GUID, readOnly),
		prop("skuPartNumber", odata.String, readOnly),
		nested("servicePlans", "microsoft.graph.servicePlanInfo", readOnly),
	},
}

// listLicenseDetails answers what the person in the path may use.
func (h *Handler) listLicenseDetails(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return list(c, licenseDetailsTable, directoryPaging, "users('"+string(u.ID)+"')/licenseDetails", func(_ *call, q *odata.Query) (odata.List[licenseDetails], error) {
		return local(q, licenseDetailsOf(&u), func(l *licenseDetails) string { return l.ID }, nil), nil
	}, each(func(l *licenseDetails) licenseDetails { return *l }))
}

func licenseDetailsOf(u *directory.User) []licenseDetails {
	var all []licenseDetails
	for _, l := range licensesWire(u) {
		all = append(all, licenseDetails{
			ID: l.SKUID, SKUID: l.SKUID, SKUPartNumber: "INTUNE_A",
			ServicePlans: []servicePlan{{ID: intunePlan, Name: "INTUNE_A", ProvisioningStatus: "Success", AppliesTo: "User"}},
		})
	}
	return all
}
