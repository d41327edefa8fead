package signin

import (
	"time"

	"taxiway/internal/directory"
)

// Attempt is a sign-in under way: what was asked for and how far the person
// has come. It lives ten minutes, bound to a cookie, and ends once. The pages
// keep nothing in hidden fields.
type Attempt struct {
	Request Request `json:"request"`
	// Tenant is empty until the person is known, when common was asked.
	Tenant  directory.TenantID `json:"tenant,omitempty"`
	Name    string             `json:"name,omitempty"` // user principal name as typed, known or not
	User    directory.ObjectID `json:"user,omitempty"` // set when the password was right
	Methods []string           `json:"methods,omitempty"`
	// MustChange: the password has to be replaced before the sign-in goes on.
	MustChange bool      `json:"mustChange,omitempty"`
	NeedMFA    bool      `json:"needMfa,omitempty"` // a second factor was asked for (prompt, claims, policy, or the person has one)
	SetupMFA   bool      `json:"setupMfa,omitempty"`
	Consented  bool      `json:"consented,omitempty"`
	Session    string    `json:"session,omitempty"`
	UserCode   string    `json:"userCode,omitempty"`  // a device code is being approved instead of a redirect
	Confirmed  bool      `json:"confirmed,omitempty"` // the person said that the app of the device code is the one
	Return     string    `json:"return,omitempty"`    // a page of this server is being opened instead: its path
	AuthTime   time.Time `json:"authTime"`
	// Flaw is what was wrong with the last thing typed, for the page that is
	// shown next: a form is answered by a redirect.
	Flaw *Flaw `json:"flaw,omitempty"`
	// Antiforgery is repeated by every form of this sign-in.
	Antiforgery string    `json:"antiforgery"`
	ExpiresAt   time.Time `json:"-"`
	Version     int64     `json:"-"` // of the row; Save refuses an older one
}

// Flaw is one mistake of the person, in words for them that repeat nothing typed.
type Flaw struct {
	Page  string `json:"page"`            // where it was made
	Field string `json:"field,omitempty"` // name of the input, empty for the whole form
	Text  string `json:"text"`
}

// Request is a validated authorize request (OpenID Connect Core 3.1.2.1).
type Request struct {
	Path         string `json:"path"` // tenant as the address named it: an id, common or organizations
	Version      int    `json:"version"`
	AppID        string `json:"appId"`
	AppName      string `json:"appName"`
	RedirectURI  string `json:"redirectUri"`
	Public       bool   `json:"public,omitempty"`
	SPA          bool   `json:"spa,omitempty"`
	ResponseType string `json:"responseType"`
	ResponseMode string `json:"responseMode"`
	State        string `json:"state,omitempty"`
	Nonce        string `json:"nonce,omitempty"`
	Challenge    string `json:"challenge,omitempty"`
	Resource     string `json:"resource"`
	// Scopes are the names asked of the resource, without the OpenID ones;
	// Asked is the scope parameter as spelled.
	Scopes     []string `json:"scopes,omitempty"`
	Asked      string   `json:"asked"`
	OpenID     bool     `json:"openid,omitempty"`
	Profile    bool     `json:"profile,omitempty"`
	Email      bool     `json:"email,omitempty"`
	Offline    bool     `json:"offline,omitempty"`
	Prompt     string   `json:"prompt,omitempty"`
	LoginHint  string   `json:"loginHint,omitempty"`
	ClientInfo bool     `json:"clientInfo,omitempty"`
	MFA        bool     `json:"mfa,omitempty"` // claims or amr_values ask for a second factor
	// MaxAge is how many seconds ago the person may have proved themselves; nil: any.
	MaxAge *int `json:"maxAge,omitempty"`
}
