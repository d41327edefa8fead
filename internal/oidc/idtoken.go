package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// idClaims are those of an id token (ID token claims reference; OpenID Connect
// Core section 2). The version follows the endpoint.
type idClaims struct {
	Audience      string   `json:"aud"`
	Issuer        string   `json:"iss"`
	IssuedAt      int64    `json:"iat"`
	NotBefore     int64    `json:"nbf"`
	Expires       int64    `json:"exp"`
	Methods       []string `json:"amr,omitempty"` // 1.0
	AuthTime      int64    `json:"auth_time,omitempty"`
	CodeHash      string   `json:"c_hash,omitempty"`
	Email         string   `json:"email,omitempty"`
	LoginHint     string   `json:"login_hint,omitempty"` // 2.0
	Name          string   `json:"name,omitempty"`
	Nonce         string   `json:"nonce,omitempty"`
	ObjectID      string   `json:"oid"`
	PreferredName string   `json:"preferred_username,omitempty"` // 2.0
	Session       string   `json:"sid,omitempty"`
	Subject       string   `json:"sub"`
	Tenant        string   `json:"tid"`
	UniqueName    string   `json:"unique_name,omitempty"` // 1.0
	UPN           string   `json:"upn,omitempty"`         // 1.0
	TokenID       string   `json:"uti"`
	Version       string   `json:"ver"`
	// Where Windows has the PC managed, for a person in the MDM user scope (Entra
	// page "Claims customization", restricted claim set).
	MDMEnrollmentURL string `json:"mdm_enrollment_url,omitempty"`
	MDMTermsURL      string `json:"mdm_terms_of_use_url,omitempty"`
	MDMComplianceURL string `json:"mdm_compliance_url,omitempty"`
	// TokenType is never written: an access token that is shown as an id token
	// is known by it.
	TokenType string `json:"idtyp,omitempty"`
}

// idToken tells the app who signed in. code is the one it comes with in a
// hybrid answer, else empty.
func (h *Handler) idToken(ctx context.Context, g *signin.Grant, u *directory.User, code string) (string, error) {
	now := h.Clock.Real()
	v := version(g.Version)
	c := idClaims{
		Audience: g.AppID, Issuer: h.issuer(string(g.Tenant), v), IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(tokenLifetime).Unix(),
		Nonce: g.Nonce, ObjectID: string(u.ID), Session: g.Session, Subject: h.pairwise(g.Tenant, g.AppID, u.ID), Tenant: string(g.Tenant),
		TokenID: tokenID(), Version: "2.0",
	}
	if g.TellAuthTime {
		c.AuthTime = g.AuthTime.Unix()
	}
	if code != "" {
		c.CodeHash = halfHash(code)
	}
	if g.Email {
		c.Email = u.Attributes["mail"]
	}
	switch {
	case v == v1:
		c.Version, c.Methods = "1.0", g.Methods
		c.Name, c.UPN, c.UniqueName = u.DisplayName, u.UserPrincipalName, u.UserPrincipalName
	case g.Profile:
		c.Name, c.PreferredName, c.LoginHint = u.DisplayName, u.UserPrincipalName, u.UserPrincipalName
	}
	if g.AppID == signin.AppBroker || g.AppID == signin.AppDeviceRegistration {
		m, err := h.Management(ctx, g.Tenant, g.User)
		if err != nil {
			return "", fault.Wrap("find where the person's PCs are managed", err)
		}
		if m != nil {
			c.MDMEnrollmentURL, c.MDMTermsURL, c.MDMComplianceURL = m.Enrol, m.Terms, m.Compliance
		}
	}
	return h.sign(ctx, c)
}

// halfHash is c_hash: the left half of the SHA-256 (OpenID Connect Core 3.3.2.11).
func halfHash(code string) string {
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}

// pairwise is a person's sub for one app (OpenID Connect Core section 8.1): apps
// cannot find out by it that they have the same person before them.
func (h *Handler) pairwise(t directory.TenantID, appID string, user directory.ObjectID) string {
	salt := hmac.New(sha256.New, h.PairwiseKey)
	salt.Write([]byte(t))
	sub := hmac.New(sha256.New, salt.Sum(nil))
	sub.Write([]byte(appID + string(user)))
	return base64.RawURLEncoding.EncodeToString(sub.Sum(nil))
}

// clientInfo is who signed in, in the clear: client libraries make their
// account id of it.
func clientInfo(g *signin.Grant) (string, error) {
	text, err := json.Marshal(struct {
		User   string `json:"uid"`
		Tenant string `json:"utid"`
	}{string(g.User), string(g.Tenant)})
	return base64.RawURLEncoding.EncodeToString(text), fault.Wrap("write client_info", err)
}

// spaRefresh is how long a page may refresh before it has to come by the
// sign-in page again: its tokens lie in a browser.
const spaRefresh = 24 * time.Hour
