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

// JoinAudiences are the names of the resource that joins PCs (device
// registration service): what is asked for by URN and by app id.
var JoinAudiences = []string{"urn:ms-drs:enterpriseregistration.windows.net", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"}

// EnrolAudiences are the names of the resource that enrols PCs into management:
// the app id that stands for it in every tenant, and the name that clients of
// Windows enrolment ask for.
var EnrolAudiences = []string{"0000000a-0000-0000-c000-000000000000", "https://enrollment.manage.microsoft.com"}

// Values of idtyp: for whom a token was issued.
const (
	typeApp  = "app"
	typeUser = "user"
)

// claims is an access token of version 1.0 as package oidc issues it for Graph
// (access token claims reference). aud is one string; a list is refused.
type claims struct {
	Audience string `json:"aud"`
	Issuer   string `json:"iss"`
	Tenant   string `json:"tid"`
	IssuedAt *int64 `json:"iat"`
	// IssuedMicros is iat in microseconds, a claim of this server's own.
	IssuedMicros int64    `json:"iat_us"`
	NotBefore    *int64   `json:"nbf"`
	Expires      *int64   `json:"exp"`
	AppID        string   `json:"appid"`
	ObjectID     string   `json:"oid"`
	TokenType    string   `json:"idtyp"`
	Roles        []string `json:"roles"` // of an app
	Scopes       string   `json:"scp"`   // of a person, with spaces between
	Methods      []string `json:"amr"`
	DeviceID     string   `json:"deviceid"`
	TokenID      string   `json:"uti"`
	Version      string   `json:"ver"`
	keyID        string
	scopes       []string
}

func parseClaims(payload []byte, keyID string) (*claims, error) {
	c := &claims{keyID: keyID}
	if err := json.Unmarshal(payload, c); err != nil {
		return nil, refuse(TokenMalformed, "The token's claims cannot be read.", err)
	}
	if c.Version != "1.0" || c.TokenType != typeApp && c.TokenType != typeUser || c.Expires == nil || c.NotBefore == nil || c.AppID == "" || c.ObjectID == "" {
		return nil, refuse(TokenMalformed, "The token is not an access token for this resource.", nil)
	}
	// A token that says both who it is for is nobody's.
	if c.TokenType == typeUser && (c.IssuedAt == nil || len(c.Roles) > 0) || c.TokenType == typeApp && c.Scopes != "" {
		return nil, refuse(TokenMalformed, "The token's claims do not fit the kind of caller it names.", nil)
	}
	c.scopes = strings.Fields(c.Scopes)
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
	remedy := "Ask for a new token with the scope " + audiences[0] + "/.default."
	return refuseWith(TokenAudience, "The token is for another resource.", remedy, nil)
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

// issuedBefore reports whether a person's token was issued before from. iat
// tells whole seconds, and a sign-in may follow a new password within one, so
// our tokens say the microsecond beside.
func (c *claims) issuedBefore(from time.Time) bool {
	at := time.Unix(*c.IssuedAt, 0)
	if c.IssuedMicros != 0 {
		at = time.UnixMicro(c.IssuedMicros)
	}
	return at.Before(from.Truncate(time.Microsecond))
}
