package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// tokenLifetime is how long an access token is good.
const tokenLifetime = time.Hour

// appClaims is an access token of version 1.0 for an app (access token claims
// reference): the version follows the resource, and Graph's is 1.0 whichever
// endpoint was asked.
type appClaims struct {
	Audience         string   `json:"aud"`
	Issuer           string   `json:"iss"`
	IssuedAt         int64    `json:"iat"`
	NotBefore        int64    `json:"nbf"`
	Expires          int64    `json:"exp"`
	AppName          string   `json:"app_displayname"`
	AppID            string   `json:"appid"`
	Proof            string   `json:"appidacr"` // 1: a secret
	IdentityProvider string   `json:"idp"`
	TokenType        string   `json:"idtyp"`
	ObjectID         string   `json:"oid"`
	Roles            []string `json:"roles,omitempty"`
	Subject          string   `json:"sub"`
	Tenant           string   `json:"tid"`
	TokenID          string   `json:"uti"`
	Version          string   `json:"ver"`
}

// issued is a signed token and what the answer tells about it.
type issued struct {
	text, resource    string
	issuedAt, expires int64 // seconds since 1970
}

func (h *Handler) issueForApp(ctx context.Context, t directory.TenantID, app directory.Application, resource string) (issued, error) {
	now := h.Clock.Real()
	issuer := h.Base + "/" + string(t) + "/"
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return issued{}, fault.Wrap("make token id", err)
	}
	c := appClaims{
		Audience: resource, Issuer: issuer, IdentityProvider: issuer, Tenant: string(t),
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(tokenLifetime).Unix(),
		AppName: app.DisplayName, AppID: app.AppID, Proof: "1", TokenType: "app",
		ObjectID: string(app.ServicePrincipal), Subject: string(app.ServicePrincipal), Roles: app.Permissions,
		TokenID: base64.RawURLEncoding.EncodeToString(id[:]), Version: "1.0",
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return issued{}, fault.Wrap("write claims", err)
	}
	text, err := h.Keys.Sign(ctx, payload)
	if err != nil {
		return issued{}, fault.Wrap("sign token", err)
	}
	return issued{text: text, resource: resource, issuedAt: c.IssuedAt, expires: c.Expires}, nil
}
