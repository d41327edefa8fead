package wire

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Discovery is where a tenant's people sign in and its PCs join.
type Discovery struct {
	TenantID     string // "" when it is not known yet: the person's address tells
	TenantDomain string
	TenantName   string
	Authorize    string // address of the sign-in
	Token        string // address of the token endpoint
	Join         string // address of the device registration
	Resource     string // that a token for joining is for
}

var tenantForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// Discover asks device registration for the contract of a tenant, named by its
// id or domain; "" is a PC that knows no tenant. An answer for another tenant
// than was asked for is refused.
func (c *Client) Discover(ctx context.Context, tenant string) (*Discovery, error) {
	address := c.below("/EnrollmentServer/contract?api-version=1.9")
	if tenant != "" {
		address = c.below("/" + url.PathEscape(tenant) + "/Discover?api-version=1.9")
	}
	a, err := c.send(ctx, request{
		step: StepDiscover, method: http.MethodGet, address: address, header: http.Header{"Accept": {"application/json"}}, most: mostJSON, wants: kindJSON,
		told: func(a *answer) string { return "the contract of " + tenant },
	})
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, refusedJoin(StepDiscover, a)
	}
	var doc struct {
		AuthenticationService struct {
			OAuth2 struct {
				AuthCodeEndpoint string
				TokenEndpoint    string
			}
		}
		DeviceJoinService struct {
			JoinEndpoint   string
			JoinResourceID string `json:"JoinResourceId"`
		}
		TenantInfo struct {
			TenantID    string `json:"TenantId"`
			TenantName  string
			DisplayName string
		}
	}
	if err := json.Unmarshal(a.body, &doc); err != nil {
		return nil, unreadable(StepDiscover, a, err)
	}
	d := &Discovery{
		TenantID: doc.TenantInfo.TenantID, TenantDomain: doc.TenantInfo.TenantName, TenantName: doc.TenantInfo.DisplayName,
		Authorize: doc.AuthenticationService.OAuth2.AuthCodeEndpoint, Token: doc.AuthenticationService.OAuth2.TokenEndpoint,
		Join: doc.DeviceJoinService.JoinEndpoint, Resource: doc.DeviceJoinService.JoinResourceID,
	}
	if tenantForm.MatchString(tenant) && !strings.EqualFold(tenant, d.TenantID) {
		return nil, trouble(StepDiscover, CodeForeign, "The server describes another organisation than the PC's profile names.", nextServer).at(a)
	}
	for _, to := range []string{d.Authorize, d.Token, d.Join} {
		if _, p := secure(StepDiscover, to); p != nil {
			return nil, p.at(a)
		}
	}
	if d.Resource == "" {
		return nil, unreadable(StepDiscover, a, nil)
	}
	return d, nil
}

// secure takes an address that a server named: https, and nothing odd in it.
func secure(step Step, address string) (*url.URL, *Problem) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, trouble(step, CodeAddress, "The server names an address that is no https address of a host.", nextServer).because(err)
	}
	return u, nil
}

// refusedJoin reads the error of device registration ([MS-DVRJ] 2.2.3.1).
func refusedJoin(step Step, a *answer) error {
	var body struct {
		ErrorType string
		Message   string
		Code      string `json:"code"`
		Subcode   string `json:"subcode"`
		Remedy    string `json:"remedy"`
	}
	p := refusedHTTP(step, a)
	if err := json.Unmarshal(a.body, &body); err != nil {
		return p.because(err)
	}
	if body.Code != "" {
		p.Code = body.Code
	}
	if body.Message != "" {
		p.Message = body.Message
	}
	if body.Remedy != "" {
		p.Next = body.Remedy
	}
	if p.Reason = body.Subcode; p.Reason == "" {
		p.Reason = body.ErrorType
	}
	return p
}
