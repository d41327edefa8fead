package mdm

import (
	"net/http"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/soap"
)

// enrolmentVersion is what this server speaks. With 5.0 a PC would send what
// its TPM attests, which nothing here looks at.
const enrolmentVersion = "4.0"

// deviceTypePC is what Windows on a PC calls itself.
const deviceTypePC = "CIMClient_Windows"

// reachable answers the GET with which a PC looks whether somebody is there
// ([MS-MDE2] 3.1.4.1): an empty page.
func (h *Handler) reachable(c *call) error {
	send(c.w, http.StatusOK, "", nil)
	return nil
}

// discover answers where a PC enrols, and how its person proves who they are.
func (h *Handler) discover(c *call, in *soap.Message) (*soap.Message, error) {
	q, ok := in.Body.(*soap.Discover)
	if !ok {
		return nil, wrongMessage("Discover")
	}
	if q.DeviceType != "" && !strings.EqualFold(q.DeviceType, deviceTypePC) {
		return nil, fault.Field(fault.Denied, codeUnfit, "DeviceType", "Only Windows PCs are managed here.", "Enrol a PC with Windows 10 or 11.")
	}
	answer := &soap.DiscoverResponse{
		EnrollmentVersion:    soap.LowerVersion(q.RequestVersion, enrolmentVersion),
		PolicyServiceURL:     h.DeviceBase + "/" + pathPolicy,
		EnrollmentServiceURL: h.DeviceBase + "/" + pathEnrolment,
	}
	switch {
	case q.Accepts(soap.Federated):
		// A PC that joins the directory has its token and ignores the address.
		answer.AuthPolicy, answer.AuthenticationServiceURL = soap.Federated, h.DeviceBase+"/"+pathLogin
	case q.Accepts(soap.OnPremise):
		s, err := h.settingsOf(c, q.EmailAddress)
		if err != nil {
			return nil, err
		}
		if !s.AllowOnPremise {
			return nil, fault.Field(fault.Denied, codeCommon, "AuthPolicies", "The PC offers user name and password alone, and the organisation does not allow that.",
				"Enrol with the sign-in page, or have an administrator allow enrolment with a password.")
		}
		answer.AuthPolicy = soap.OnPremise
	default:
		return nil, fault.Field(fault.Denied, codeCommon, "AuthPolicies", "The PC offers no authentication that is known here.", "Offer Federated or OnPremise.")
	}
	return in.Answer(answer), nil
}

// settingsOf are those of the organisation of an address; nobody's are the
// zero value, so that an unknown domain is as one that allows nothing.
func (h *Handler) settingsOf(c *call, address string) (enrollment.Settings, error) {
	t, err := h.tenantOf(c, address)
	if fault.Is(err, fault.NotFound) {
		return enrollment.Settings{}, nil
	}
	if err != nil {
		return enrollment.Settings{}, err
	}
	return h.Enrolments.GetSettings(c.ctx(), t.ID)
}

// tenantOf finds the organisation of an e-mail address by its domain.
func (h *Handler) tenantOf(c *call, address string) (directory.Tenant, error) {
	domain := strings.ToLower(strings.TrimSpace(address[strings.LastIndexByte(address, '@')+1:]))
	if len(domain) > 253 || !strings.Contains(domain, ".") { // no DNS name
		return directory.Tenant{}, fault.New(fault.NotFound, "TenantNotFound", "This server has no organisation of that domain.")
	}
	t, err := h.Tenants.FindTenant(c.ctx(), domain)
	return t, fault.Wrap("find the organisation of an address", err)
}
