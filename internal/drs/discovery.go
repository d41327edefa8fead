package drs

import (
	"taxiway/internal/access"
)

// discovery is the contract: where a PC and its person find everything
// ([MS-DVRD] 2.2; the names are those clients read). Services this server does
// not have are absent.
type discovery struct {
	AuthenticationService   authenticationService `json:"AuthenticationService"`
	IdentityProviderService identityProvider      `json:"IdentityProviderService"`
	DeviceJoinService       joinService           `json:"DeviceJoinService"`
	NonceService            *endpointService      `json:"NonceService,omitempty"`
	TenantInfo              *tenantInfo           `json:"TenantInfo,omitempty"`
}

type joinService struct {
	Endpoint string `json:"JoinEndpoint"`
	Resource string `json:"JoinResourceId"`
	Version  string `json:"ServiceVersion"`
}

type endpointService struct {
	Endpoint string `json:"Endpoint"`
	Resource string `json:"ResourceId"`
	Version  string `json:"ServiceVersion"`
}

type authenticationService struct {
	OAuth2 oauth2Endpoints `json:"OAuth2"`
}

type oauth2Endpoints struct {
	AuthCode string `json:"AuthCodeEndpoint"`
	Token    string `json:"TokenEndpoint"`
}

type identityProvider struct {
	Federated           bool   `json:"Federated"`
	PassiveAuthEndpoint string `json:"PassiveAuthEndpoint"`
}

type tenantInfo struct {
	ID          string `json:"TenantId"`
	Name        string `json:"TenantName"`
	DisplayName string `json:"DisplayName"`
}

// Versions of the services, as clients send them in api-version.
const (
	joinVersion  = "2.0"
	nonceVersion = "1.0"
)

// document is the contract for a tenant's part of the sign-in addresses.
func (h *Handler) document(place string) discovery {
	device, signIn := h.DeviceBase+"/EnrollmentServer/", h.Base+"/"+place+"/"
	resource := access.JoinAudiences[0]
	return discovery{
		AuthenticationService:   authenticationService{oauth2Endpoints{signIn + "oauth2/authorize", signIn + "oauth2/token"}},
		IdentityProviderService: identityProvider{PassiveAuthEndpoint: signIn + "oauth2/authorize"},
		DeviceJoinService:       joinService{device + "device/", resource, joinVersion},
	}
}

// discover answers for one tenant, named by its id or its domain.
func (h *Handler) discover(c *call) (any, error) {
	t, err := h.tenant(c.ctx(), c.keys["tenant"])
	if err != nil {
		return nil, err
	}
	d := h.document(string(t.ID))
	d.NonceService = &endpointService{h.DeviceBase + "/EnrollmentServer/nonce/" + string(t.ID) + "/", access.JoinAudiences[0], nonceVersion}
	d.TenantInfo = &tenantInfo{string(t.ID), t.Domain, t.DisplayName}
	return d, nil
}

// contract answers before the tenant is known: the person's sign-in finds it.
func (h *Handler) contract(*call) (any, error) { return h.document("common"), nil }
