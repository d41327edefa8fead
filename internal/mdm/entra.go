package mdm

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	// entraLeeway is how far the clocks of Entra and this server may differ.
	entraLeeway = 5 * time.Minute
	maxToken    = 16 << 10 // bytes; Entra's have about 2,000
)

// Entra checks access tokens of real Entra tenants that send their PCs here, in
// the shapes of both versions (Microsoft identity platform, "Access token
// claims reference"). All fields are required.
type Entra struct {
	// Authority begins the issuer of version 2 and the address of the keys,
	// without a final slash: https://login.microsoftonline.com.
	Authority string
	// Issuer begins the issuer of version 1: https://sts.windows.net.
	Issuer  string
	Tenants EntraTenants
	Keys    *EntraKeys
	Clock   directory.Clock
}

// EntraPerson is whom a token was issued for.
type EntraPerson struct {
	Tenant directory.TenantID // of this server, which takes that Entra tenant's PCs
	UPN    string
}

// entraClaims are what is read of a token. Device and object ids in it are
// those of another directory.
type entraClaims struct {
	Audience      string          `json:"aud"`
	Issuer        string          `json:"iss"`
	Tenant        string          `json:"tid"`
	NotBefore     *int64          `json:"nbf"`
	Expires       *int64          `json:"exp"`
	Version       string          `json:"ver"`
	TokenType     string          `json:"idtyp"`
	Scopes        string          `json:"scp"`
	ObjectID      string          `json:"oid"`
	UPN           string          `json:"upn"`
	PreferredName string          `json:"preferred_username"`
	Provider      string          `json:"idp"`
	Account       json.RawMessage `json:"acct"` // 1: a guest
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// Entra's refusals; the code is in the one detail, as for this server's tokens.
func refuseToken(code, message string, cause error) error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "InvalidAuthenticationToken", Message: message, Cause: cause,
		Details: []fault.Detail{{Target: "BinarySecurityToken", Code: code, Message: message, Remedy: "Sign in again; if that does not help, compare the organisation's Entra tenants and their audiences with the token."}},
	}
}

// claims reports whether a token says that Entra issued it and not this server.
// Nothing is believed of it yet.
func (e *Entra) claims(token, base string) bool {
	_, c, err := peek(token)
	return err == nil && !strings.HasPrefix(c.Issuer, base+"/") && (strings.HasPrefix(c.Issuer, e.Issuer+"/") || strings.HasPrefix(c.Issuer, e.Authority+"/"))
}

// peek reads a token without checking it, to know whose keys check it.
func peek(token string) (*jose.JSONWebSignature, entraClaims, error) {
	if len(token) > maxToken {
		return nil, entraClaims{}, refuseToken("TokenMalformed", "The token is longer than 16 KB.", nil)
	}
	// The list of algorithms is ours, never the header's (RFC 8725 section 3.1).
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, entraClaims{}, refuseToken("TokenMalformed", "The token is no JWT signed with RS256.", err)
	}
	var c entraClaims
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &c); err != nil {
		return nil, c, refuseToken("TokenMalformed", "The token's claims cannot be read.", err)
	}
	return signed, c, nil
}

// Verify checks a token and finds whose PCs enrol with it.
func (e *Entra) Verify(ctx context.Context, token string) (EntraPerson, error) {
	signed, said, err := peek(token)
	if err != nil {
		return EntraPerson{}, err
	}
	tid := strings.ToLower(said.Tenant)
	if !guid.MatchString(tid) {
		return EntraPerson{}, refuseToken("TokenTenant", "The token names no Entra tenant.", nil)
	}
	// Only tenants that were told to this server make it fetch anything.
	tenant, config, err := e.Tenants.FindEntraTenant(ctx, tid)
	if fault.Is(err, fault.NotFound) {
		return EntraPerson{}, refuseToken("TokenTenant", "No organisation of this server takes the PCs of this Entra tenant.", err)
	}
	if err != nil {
		return EntraPerson{}, fault.Wrap("find an Entra tenant", err)
	}
	key, err := e.Keys.find(ctx, tid, e.Authority, signed.Signatures[0].Header.KeyID)
	if err != nil {
		return EntraPerson{}, err
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return EntraPerson{}, refuseToken("TokenSignature", "The token's signature does not verify.", err)
	}
	var c entraClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return EntraPerson{}, refuseToken("TokenMalformed", "The token's claims cannot be read.", err)
	}
	if err := e.check(&c, tid, config.Audiences); err != nil {
		return EntraPerson{}, err
	}
	upn, err := c.name()
	return EntraPerson{tenant, upn}, err
}

// check holds the claims to what the tenant is configured for.
func (e *Entra) check(c *entraClaims, tid string, audiences []string) error {
	issuer := e.Issuer + "/" + tid + "/"
	if c.Version == "2.0" {
		issuer = e.Authority + "/" + tid + "/v2.0"
	}
	switch {
	case c.Version != "1.0" && c.Version != "2.0", c.Expires == nil, c.NotBefore == nil, c.ObjectID == "":
		return refuseToken("TokenMalformed", "The token is not an access token of Entra.", nil)
	case !strings.EqualFold(c.Tenant, tid), c.Issuer != issuer:
		return refuseToken("TokenIssuer", "The token's issuer is not its Entra tenant.", nil)
	case !slices.ContainsFunc(audiences, func(a string) bool { return a != "" && strings.TrimRight(a, "/") == strings.TrimRight(c.Audience, "/") }):
		return refuseToken("TokenAudience", "The token is for another resource than this server's app in the Entra tenant.", nil)
	case c.TokenType == "app" || c.Scopes == "":
		return refuseToken("TokenMalformed", "The token is a program's, and only a person can enrol a PC.", nil)
	}
	now := e.Clock.Real()
	switch {
	case !now.Before(time.Unix(*c.Expires, 0).Add(entraLeeway)):
		return refuseToken("TokenExpired", "The token has expired.", nil)
	case now.Before(time.Unix(*c.NotBefore, 0).Add(-entraLeeway)):
		return refuseToken("TokenNotYetValid", "The token is not valid yet.", nil)
	}
	return nil
}

// name is the person's user principal name. A guest's name is chosen elsewhere:
// it could be that of somebody here.
func (c *entraClaims) name() (string, error) {
	if c.Provider != "" && c.Provider != c.Issuer && !strings.HasSuffix(strings.TrimRight(c.Provider, "/"), "/"+strings.ToLower(c.Tenant)) || strings.Trim(string(c.Account), `"`) == "1" {
		return "", fault.Field(fault.Denied, "GuestsDoNotEnrol", "BinarySecurityToken", "A guest of the Entra tenant cannot enrol a PC.", "Sign in with an account of the organisation.")
	}
	name := c.UPN
	if name == "" {
		name = c.PreferredName
	}
	if !strings.Contains(name, "@") || len(name) > 256 || strings.Contains(strings.ToUpper(name), "#EXT#") {
		return "", refuseToken("TokenMalformed", "The token names no person of the organisation.", nil)
	}
	return name, nil
}
