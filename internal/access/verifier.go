package access

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/fault"
)

// maxToken is the longest token looked at, in bytes; ours have about 1,500.
const maxToken = 16 << 10

// KeySource knows the public keys tokens are signed with. A lookup of an
// unknown id reloads the keys, rate-limited by the source; ok is false when
// there is no such key then.
type KeySource interface {
	Key(ctx context.Context, keyID string) (key *rsa.PublicKey, ok bool, err error)
}

// AppState is what the directory says about an app now.
type AppState struct {
	Name        string
	Enabled     bool
	ObjectID    string // of the service principal
	Permissions []string
	Version     int64
}

// UserState is what the directory says about a person now.
type UserState struct {
	UPN          string
	Name         string
	Enabled      bool
	SessionsFrom time.Time // tokens issued before it are dead; zero: none are
	Roles        []string  // template ids of the person's directory roles
}

// Verifier checks access tokens for one resource. It is safe for concurrent
// use and must not be copied. All fields but User, Device and Recheck are
// required.
type Verifier struct {
	Issuer    string           // base URL without a final slash
	Audiences []string         // the names of this resource, compared exactly: Audiences(base) or JoinAudiences
	Keys      KeySource        // public keys by kid
	Now       func() time.Time // the server's own clock, never a lab's
	Leeway    time.Duration    // how far clocks may differ; 5 minutes
	// App returns the app's state now, fault.NotFound when app or tenant is
	// gone. For a person's token it may be an app that every tenant has, with
	// no object id and no permissions.
	App func(ctx context.Context, tenant, appID string) (AppState, error)
	// User returns a person's state now, fault.NotFound when the person is
	// gone. With nil, people's tokens are refused.
	User func(ctx context.Context, tenant, objectID string) (UserState, error)
	// Device tells whether the PC a person signed in on is enabled now,
	// fault.NotFound when it is gone. With nil, tokens that name one are refused.
	Device func(ctx context.Context, tenant, deviceID string) (enabled bool, err error)
	// Recheck is how long these states may be taken from memory; zero asks on
	// every request. At most a second keeps the promise on revocation.
	Recheck time.Duration

	tokens  cache[[sha256.Size]byte, *claims]
	apps    cache[stateKey, AppState]
	users   cache[stateKey, UserState]
	devices cache[stateKey, bool]
}

type stateKey struct{ tenant, id string }

// Audiences returns the names under which Graph is asked for at this base URL.
func Audiences(base string) []string { return []string{GraphURL, GraphAppID, base} }

// Verify checks a token and returns who it stands for. A bad token is
// fault.Unauthenticated with code InvalidAuthenticationToken whose one detail
// names the reason (the Token… constants); other kinds are the server's trouble.
func (v *Verifier) Verify(ctx context.Context, token string) (*Principal, error) {
	now := v.Now()
	c, err := v.claims(ctx, token, now)
	if err != nil {
		return nil, err
	}
	if err := c.checkTime(now, v.Leeway); err != nil {
		return nil, err
	}
	return v.principal(ctx, c, now)
}

// principal completes what a good token says with what the directory says now.
func (v *Verifier) principal(ctx context.Context, c *claims, now time.Time) (*Principal, error) {
	app, err := recheck(ctx, v, &v.apps, v.App, stateKey{c.Tenant, c.AppID}, now, "The app this token was issued to is gone.", remedyApp)
	if err != nil {
		return nil, err
	}
	if !app.Enabled || c.TokenType == typeApp && app.ObjectID != c.ObjectID {
		return nil, refuseWith(TokenRevoked, "The app this token was issued to is disabled.", remedyApp, nil)
	}
	p := &Principal{
		Tenant: c.Tenant, Kind: App, AppID: c.AppID, AppName: app.Name, AppVersion: app.Version, ObjectID: c.ObjectID,
		TokenID: c.TokenID,
	}
	if c.Expires != nil {
		p.Expires = c.expires()
	}
	if c.TokenType == typeUser {
		if err := v.person(ctx, c, p, now); err != nil {
			return nil, err
		}
		return p, nil
	}
	p.Permissions = both(c.Roles, app.Permissions)
	return p, nil
}

// Forget drops what was remembered of apps, people and devices, so that a
// change made by this process counts at the next request.
func (v *Verifier) Forget() {
	v.apps.clear()
	v.users.clear()
	v.devices.clear()
}

// claims returns what a token with a good signature says, for the right place.
func (v *Verifier) claims(ctx context.Context, token string, now time.Time) (*claims, error) {
	if token == "" {
		return nil, refuse(TokenMissing, "The request carries no access token; send it in the header Authorization: Bearer.", nil)
	}
	if len(token) > maxToken {
		return nil, refuse(TokenMalformed, "The token is longer than 16 KB.", nil)
	}
	sum := sha256.Sum256([]byte(token))
	if c, ok := v.tokens.get(sum, now); ok {
		// A key that was withdrawn takes its tokens with it.
		if _, err := v.key(ctx, c.keyID); err != nil {
			return nil, err
		}
		return c, nil
	}
	// The list of algorithms is ours, never the header's (RFC 8725 section 3.1).
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		if _, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
			return nil, refuse(TokenAlgorithm, "The token is not signed with RS256.", err)
		}
		return nil, refuse(TokenMalformed, "The token is not a signed JWT in compact form.", err)
	}
	keyID := signed.Signatures[0].Header.KeyID
	key, err := v.key(ctx, keyID)
	if err != nil {
		return nil, err
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, refuse(TokenSignature, "The token's signature does not verify.", err)
	}
	c, err := parseClaims(payload, keyID)
	if err != nil {
		return nil, err
	}
	if err := c.checkPlace(v.Issuer, v.Audiences); err != nil {
		return nil, err
	}
	v.tokens.put(sum, c, now, c.expires().Add(v.Leeway))
	return c, nil
}

func (v *Verifier) key(ctx context.Context, keyID string) (*rsa.PublicKey, error) {
	key, ok, err := v.Keys.Key(ctx, keyID)
	if err != nil {
		return nil, fault.Wrap("look up signing key", err)
	}
	if !ok {
		return nil, refuse(TokenSignature, "The token is signed with a key this server does not have.", nil)
	}
	return key, nil
}

// both keeps the roles the app is still granted.
func both(roles, granted []string) []string {
	kept := make([]string, 0, len(roles))
	for _, r := range roles {
		if slices.Contains(granted, r) {
			kept = append(kept, r)
		}
	}
	return kept
}
