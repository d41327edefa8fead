package graphclient

import (
	"context"
	"net/http"
)

// Organization is Graph's organization: the caller's tenant.
type Organization struct {
	ID              string `json:"id"`
	DisplayName     string `json:"displayName"`
	VerifiedDomains []struct {
		Name      string `json:"name"`
		IsDefault bool   `json:"isDefault"`
	} `json:"verifiedDomains"`
}

// Organization is the tenant the token is for. It is also the cheapest proof
// that the server, the tenant and the credentials are right.
func (c *Client) Organization(ctx context.Context) (Organization, error) {
	var out struct {
		Value []Organization `json:"value"`
	}
	if err := c.call(ctx, http.MethodGet, "/organization", nil, nil, &out); err != nil {
		return Organization{}, err
	}
	if len(out.Value) == 0 {
		return Organization{}, &Error{Status: http.StatusNotFound, Code: "NotFound", Message: "The token's tenant has no organization."}
	}
	return out.Value[0], nil
}
