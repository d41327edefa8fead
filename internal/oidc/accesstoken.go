package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// tokenLifetime is how long an access token or an id token is good.
const tokenLifetime = time.Hour

// Values of idtyp.
const (
	forApp  = "app"
	forUser = "user"
)

// accessClaims are those of an access token (access token claims reference).
// The version follows the resource, whichever endpoint was asked: 1.0 for Graph
// and for joining and enrolling PCs, 2.0 for an app of the tenant.
type accessClaims struct {
	Audience         string   `json:"aud"`
	Issuer           string   `json:"iss"`
	IssuedAt         int64    `json:"iat"`
	IssuedMicros     int64    `json:"iat_us,omitempty"` // ours, of a person's token: sign-ins end by the microsecond
	NotBefore        int64    `json:"nbf"`
	Expires          int64    `json:"exp"`
	Methods          []string `json:"amr,omitempty"`
	AppName          string   `json:"app_displayname,omitempty"` // 1.0
	AppID            string   `json:"appid,omitempty"`           // 1.0
	Proof            string   `json:"appidacr,omitempty"`        // 1.0; 0: public client, 1: a secret, 2: a certificate
	AuthorizedParty  string   `json:"azp,omitempty"`             // 2.0
	PartyProof       string   `json:"azpacr,omitempty"`          // 2.0
	DeviceID         string   `json:"deviceid,omitempty"`
	IdentityProvider string   `json:"idp,omitempty"` // 1.0
	TokenType        string   `json:"idtyp"`
	Name             string   `json:"name,omitempty"`
	ObjectID         string   `json:"oid"`
	PreferredName    string   `json:"preferred_username,omitempty"` // 2.0
	Roles            []string `json:"roles,omitempty"`
	Scopes           string   `json:"scp,omitempty"`
	Session          string   `json:"sid,omitempty"`
	Subject          string   `json:"sub"`
	Tenant           string   `json:"tid"`
	UniqueName       string   `json:"unique_name,omitempty"` // 1.0
	UPN              string   `json:"upn,omitempty"`         // 1.0
	TokenID          string   `json:"uti"`
	Version          string   `json:"ver"`
	DirectoryRoles   []string `json:"wids,omitempty"`
}

// issued is a signed token and what the answer tells about it.
type issued struct {
	text, resource    string
	issuedAt, expires int64 // seconds since 1970
}

// issueForApp signs a token that an app uses for itself.
func (h *Handler) issueForApp(ctx context.Context, t directory.TenantID, app *caller, resource string) (issued, error) {
	c := h.accessClaims(t, app, resource, h.Clock.Real().Unix())
	c.TokenType, c.ObjectID, c.Subject = forApp, string(app.ServicePrincipal), string(app.ServicePrincipal)
	if h.kindOf(resource) == kindGraph {
		c.Roles = app.Permissions
	}
	return h.signAccess(ctx, c)
}

// issueForPerson signs a token that an app uses for a person.
func (h *Handler) issueForPerson(ctx context.Context, app *caller, g *signin.Grant, u *directory.User) (issued, error) {
	roles, err := h.Roles.RolesOf(ctx, g.Tenant, g.User)
	if err != nil {
		return issued{}, fault.Wrap("read the roles of a person", err)
	}
	now := h.Clock.Real()
	c := h.accessClaims(g.Tenant, app, g.Resource, now.Unix())
	c.IssuedMicros = now.UnixMicro()
	c.TokenType, c.ObjectID, c.Subject = forUser, string(u.ID), h.pairwise(g.Tenant, g.AppID, u.ID)
	c.Methods, c.DeviceID, c.Session = g.Methods, string(g.Device), g.Session
	c.Name, c.Scopes = u.DisplayName, scopesOf(g)
	for _, r := range roles {
		c.DirectoryRoles = append(c.DirectoryRoles, string(r))
	}
	if c.Version == "1.0" {
		c.UPN, c.UniqueName = u.UserPrincipalName, u.UserPrincipalName
	} else {
		c.PreferredName = u.UserPrincipalName
	}
	return h.signAccess(ctx, c)
}

// scopesOf is scp: the permissions, and for Graph the OpenID scopes, which its
// userinfo address asks for.
func scopesOf(g *signin.Grant) string {
	names := slices.Clone(g.Scopes)
	for name, has := range map[string]bool{"openid": g.OpenID, "profile": g.Profile, "email": g.Email} {
		if has && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// accessClaims are what both kinds of tokens say.
func (h *Handler) accessClaims(t directory.TenantID, app *caller, resource string, now int64) accessClaims {
	c := accessClaims{
		Audience: resource, Tenant: string(t), IssuedAt: now, NotBefore: now, Expires: now + int64(tokenLifetime/time.Second), TokenID: tokenID(),
	}
	if h.kindOf(resource) == kindOwn {
		c.Issuer, c.Version = h.issuer(string(t), v2), "2.0"
		c.AuthorizedParty, c.PartyProof = app.AppID, app.proof
		return c
	}
	c.Issuer, c.Version = h.issuer(string(t), v1), "1.0"
	c.AppID, c.Proof, c.AppName, c.IdentityProvider = app.AppID, app.proof, app.Name, c.Issuer
	return c
}

func (h *Handler) signAccess(ctx context.Context, c accessClaims) (issued, error) {
	text, err := h.sign(ctx, c)
	return issued{text: text, resource: c.Audience, issuedAt: c.IssuedAt, expires: c.Expires}, err
}

func (h *Handler) sign(ctx context.Context, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fault.Wrap("write claims", err)
	}
	text, err := h.Keys.Sign(ctx, payload)
	return text, fault.Wrap("sign token", err)
}

// issuer is iss for a tenant.
func (h *Handler) issuer(tenant string, v version) string {
	if v == v1 {
		return h.Base + "/" + tenant + "/"
	}
	return h.Base + "/" + tenant + "/v2.0"
}

// tokenID is a fresh uti.
func tokenID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(id[:])
}
