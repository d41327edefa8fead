package signin

import (
	"slices"
	"time"

	"taxiway/internal/directory"
)

// Methods that a person proved themselves with, as they stand in a token's amr
// (authentication method references, RFC 8176, with Entra's rsa for a device).
const (
	MethodPassword = "pwd"
	MethodOTP      = "otp"
	MethodMFA      = "mfa" // beside the two methods that make it
	MethodDevice   = "rsa"
)

// Grant is what a person let an app do in one sign-in. It is written when the
// sign-in ends and read when a code, a device code or a refresh token is
// exchanged; nothing in it comes from the exchange itself.
type Grant struct {
	Tenant   directory.TenantID `json:"tenant"`
	User     directory.ObjectID `json:"user"`
	AppID    string             `json:"appId"`
	Session  string             `json:"session,omitempty"` // Session.ID of the browser, empty for a password grant
	Device   directory.DeviceID `json:"device,omitempty"`  // the joined PC it was made on
	Methods  []string           `json:"methods"`           // amr
	AuthTime time.Time          `json:"authTime"`          // when the person last proved themselves
	// Resource is the audience of the access token, Scopes the delegated
	// permissions that were consented to, by name.
	Resource string   `json:"resource"`
	Scopes   []string `json:"scopes"`
	// Asked is the scope parameter as the client spelled it: the answer repeats
	// that spelling, or clients miss their caches.
	Asked string `json:"asked"`
	// OpenID, Profile, Email and Offline are the OpenID scopes asked for.
	OpenID  bool `json:"openid,omitempty"`
	Profile bool `json:"profile,omitempty"`
	Email   bool `json:"email,omitempty"`
	Offline bool `json:"offline,omitempty"`
	// What the code is bound to; empty after a device code.
	RedirectURI string `json:"redirectUri,omitempty"`
	Challenge   string `json:"challenge,omitempty"` // PKCE S256, RFC 7636
	Nonce       string `json:"nonce,omitempty"`
	Version     int    `json:"version"`          // 1 or 2: which endpoint was asked
	Public      bool   `json:"public,omitempty"` // the redirect's platform is public or spa: no credential may be demanded
	SPA         bool   `json:"spa,omitempty"`    // a page that redeems by script, from its own origin
	Family      string `json:"family,omitempty"` // id of the token family
	// TellAuthTime: max_age was asked for, so the id token says when the person
	// proved themselves (OpenID Connect Core section 2).
	TellAuthTime bool `json:"tellAuthTime,omitempty"`
	// EndsAt ends the family early, for instance with the session of a page;
	// zero leaves it at FamilyLife.
	EndsAt time.Time `json:"endsAt,omitzero"`
}

// HasMFA reports whether the person proved themselves twice.
func (g *Grant) HasMFA() bool {
	return slices.Contains(g.Methods, MethodMFA)
}
