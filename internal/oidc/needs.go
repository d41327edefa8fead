package oidc

import (
	"context"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

// Tenants finds tenants; directory.Reader is one. A missing row is
// fault.NotFound.
type Tenants interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	// FindTenant finds one by a verified domain, in lower case.
	FindTenant(ctx context.Context, domain string) (directory.Tenant, error)
}

// Users reads people; directory.Reader is one.
type Users interface {
	GetUser(ctx context.Context, t directory.TenantID, idOrUPN string) (directory.User, error)
}

// Apps checks client secrets; directory.AppService is one.
type Apps interface {
	Authenticate(ctx context.Context, t directory.TenantID, appID, secret string) (directory.Application, error)
}

// Roles reads a person's directory roles; directory.Service is one.
type Roles interface {
	RolesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]directory.RoleID, error)
}

// Verifier checks access tokens for Graph; access.Verifier is one.
type Verifier interface {
	Verify(ctx context.Context, token string) (*access.Principal, error)
}

// Grants is what programs may do for people; signin.Grants is one. Its refusals
// are fault.Unauthenticated with the codes of problem.go's table.
type Grants interface {
	Attempts
	Codes
	Refreshes
	DeviceCodes
	Consents
	// Client is fault.Unauthenticated with code UnknownApplication when the
	// tenant has no such app; a disabled one is answered.
	Client(ctx context.Context, t directory.TenantID, appID string) (signin.ClientApp, error)
}

// Attempts keeps sign-ins under way, each by the text of its cookie.
type Attempts interface {
	Begin(ctx context.Context, a signin.Attempt) (cookie string, stored signin.Attempt, err error)
	Load(ctx context.Context, cookie string) (signin.Attempt, error)
	Save(ctx context.Context, cookie string, a *signin.Attempt) error
	// End is false when another request ended it before.
	End(ctx context.Context, cookie string) (bool, error)
}

// Codes are authorization codes. check runs before the code is used up and says
// whether a refresh token is wanted, too.
type Codes interface {
	IssueCode(ctx context.Context, g signin.Grant) (string, error)
	RedeemCode(ctx context.Context, code string, check func(signin.Grant) (withRefresh bool, err error)) (g signin.Grant, refresh string, err error)
}

// Refreshes are refresh tokens and their families.
type Refreshes interface {
	IssueRefresh(ctx context.Context, g signin.Grant) (string, error)
	Refresh(ctx context.Context, token string, check func(signin.Grant) error) (g signin.Grant, next string, err error)
	// Revoke ends a token's family when the token is the app's (RFC 7009).
	Revoke(ctx context.Context, token, appID string) error
	Introspect(ctx context.Context, token string) (g signin.Grant, r signin.Refresh, live bool, err error)
}

// DeviceCodes are RFC 8628's. An empty tenant is common.
type DeviceCodes interface {
	BeginDeviceCode(ctx context.Context, t directory.TenantID, q signin.Request) (deviceCode string, d signin.DeviceCode, err error)
	FindUserCode(ctx context.Context, userCode string) (signin.DeviceCode, error)
	Approve(ctx context.Context, userCode string, g signin.Grant) error
	Decline(ctx context.Context, userCode string) error
	PollDeviceCode(ctx context.Context, deviceCode string, check func(signin.DeviceCode) error) (signin.Grant, error)
}

// Consents are what people and administrators agreed to.
type Consents interface {
	// Consented are the scopes of the resource agreed to by the person or for everybody.
	Consented(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID, resource string) ([]string, error)
	Consent(ctx context.Context, t directory.TenantID, c signin.Consent) error
}

// People is who can sign in; signin.People is one.
type People interface {
	Sessions
	Credentials
	Links
}

// Sessions are signed-in browsers, each by the text of its cookie.
type Sessions interface {
	StartSession(ctx context.Context, t directory.TenantID, s signin.Session) (cookie string, started signin.Session, err error)
	// FindSession is fault.Unauthenticated when it ended for whatever reason.
	FindSession(ctx context.Context, cookie string) (directory.TenantID, signin.Session, directory.User, error)
	// RenewSession notes that the person proved themselves again.
	RenewSession(ctx context.Context, cookie string, methods []string) (signin.Session, error)
	EndSession(ctx context.Context, cookie string) error
	EndUserSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) error
}
