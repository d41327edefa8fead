package access

import (
	"encoding/json"
	"strings"
	"time"
)

// Resource names under which this server is Graph, beside its own base URL.
const (
	GraphURL   = "https://graph.microsoft.com"
	GraphAppID = "00000003-0000-0000-c000-000000000000"
)

// claims is an access token of version 1.0 as package oidc issues it for Graph
// (access token claims reference). aud is one string; a list is refused.
type claims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	Tenant    string   `json:"tid"`
	NotBefore *int64   `json:"nbf"`
	Expires   *int64   `json:"exp"`
	AppID     string   `json:"appid"`
	ObjectID  string   `json:"oid"`
	TokenType string   `json:"idtyp"`
	Roles     []string `json:"roles"`
	TokenID   string   `json:"uti"`
	Version   string   `json:"ver"`
	keyID     string
}

func parseClaims(payload []byte, keyID string) (*claims, error) {
	c := &claims{keyID: keyID}
	if err := json.Unmarshal(payload, c); err != nil {
		return nil, refuse(TokenMalformed, "The token's claims cannot be read.", err)
	}
	if c.Version != "1.0" || c.TokenType != "app" || c.Expires == nil || c.NotBefore == nil || c.AppID == "" || c.ObjectID == "" {
		return nil, refuse(TokenMalformed, "The token is not an app's access token for this resource.", nil)
	}
	return c, nil
}

// checkPlace checks who issued the token, for which tenant and resource.
func (c *claims) checkPlace(base string, audiences []string) error {
	tenant, ours := strings.CutPrefix(c.Issuer, base+"/")
	if !ours {
		return refuse(TokenIssuer, "The token was issued by another server.", nil)
	}
	tenant, v1 := strings.CutSuffix(tenant, "/")
	if !v1 {
		return refuse(TokenIssuer, "The token is not an access token for this resource.", nil)
	}
	if tenant == "" || tenant != c.Tenant {
		return refuse(TokenTenant, "The token's issuer and tenant do not agree.", nil)
	}
	for _, a := range audiences {
		if c.Audience == a && a != "" {
			return nil
		}
	}
	return refuse(TokenAudience, "The token is for another resource; ask for one with the scope "+GraphURL+"/.default.", nil)
}

// checkTime allows for clocks that differ by leeway.
func (c *claims) checkTime(now time.Time, leeway time.Duration) error {
	if !now.Before(c.expires().Add(leeway)) {
		return refuse(TokenExpired, "The token has expired; ask for a new one.", nil)
	}
	if now.Before(time.Unix(*c.NotBefore, 0).Add(-leeway)) {
		return refuse(TokenNotYetValid, "The token is not valid yet; compare the clocks of client and server.", nil)
	}
	return nil
}

func (c *claims) expires() time.Time { return time.Unix(*c.Expires, 0) }
