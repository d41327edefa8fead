package signin

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ClientApp is a program that asks for tokens: an app of the tenant or one that
// every tenant has.
type ClientApp struct {
	AppID            string
	Name             string
	Application      directory.ObjectID // of the registration; empty for a first-party app
	ServicePrincipal directory.ObjectID // empty for a first-party app
	Enabled          bool
	FirstParty       bool
	Redirects        []directory.Redirect
	Certificates     []directory.AppCertificate
	// PublicAllowed: it may use grants without a credential (device code, and
	// a password in a lab).
	PublicAllowed bool
	Permissions   []string // application permissions at Graph
	// Grants are the grant types it may use; nil for an app of the tenant,
	// which may use every one its credential and redirect allow.
	Grants []string
	// Scopes are what it may ask of a resource without consent.
	Scopes map[string][]string
}

// Client finds a program by its client id. One that is not there is
// fault.Unauthenticated with code UnknownApplication, a disabled one is
// returned with Enabled false. With no tenant only those that every tenant has
// are found.
func (s *Grants) Client(ctx context.Context, t directory.TenantID, appID string) (ClientApp, error) {
	appID = strings.ToLower(appID)
	if a, ok := s.FirstParty(appID); ok {
		return ClientApp{
			AppID: a.ID, Name: a.Name, Enabled: true, FirstParty: true, Redirects: a.Redirects,
			PublicAllowed: true, Grants: a.Grants, Scopes: a.Scopes,
		}, nil
	}
	if !isGUID(appID) || t == "" {
		return ClientApp{}, unknownApplication()
	}
	a, err := s.Apps.GetApplication(ctx, t, appID)
	if fault.Is(err, fault.NotFound) {
		return ClientApp{}, unknownApplication()
	}
	if err != nil {
		return ClientApp{}, fault.Wrap("find a client", err)
	}
	return ClientApp{
		AppID: a.AppID, Name: a.DisplayName, Application: a.ID, ServicePrincipal: a.ServicePrincipal, Enabled: a.Enabled,
		Redirects: a.Redirects, Certificates: a.Certificates, PublicAllowed: a.PublicClient, Permissions: a.Permissions,
	}, nil
}

func unknownApplication() error {
	return refuse("UnknownApplication", "There is no app with this client id in the tenant.")
}

// May reports whether the app may use a grant type.
func (c *ClientApp) May(grantType string) bool {
	if grantType == "device_code" {
		grantType = GrantDeviceCode
	}
	return c.Grants == nil || slices.Contains(c.Grants, grantType)
}

// Redirect finds the registered redirect address that the one asked for equals,
// character by character. The one exception is a loopback address of a public
// client, whose port is the client's to choose (RFC 8252 section 7.3): host and
// path are equal then. Send the browser to what was asked for, not to URI.
func (c *ClientApp) Redirect(asked string) (directory.Redirect, bool) {
	for _, r := range c.Redirects {
		if r.URI == asked || r.Platform == directory.PlatformPublic && sameButPort(r.URI, asked) {
			return r, true
		}
	}
	return directory.Redirect{}, false
}

// sameButPort compares two loopback addresses. No path and "/" are the same
// place (RFC 3986 section 6.2.3): client libraries send either.
func sameButPort(registered, asked string) bool {
	a, okA := loopback(registered)
	b, okB := loopback(asked)
	return okA && okB && a == b
}

// loopback splits an http address of the own machine; false for anything with
// more in it than host, port, path and query.
func loopback(address string) (parts [3]string, ok bool) {
	if len(address) > directory.MaxRedirect || strings.ContainsAny(address, "\\#@") {
		return parts, false
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Opaque != "" || !directory.IsLoopback(u.Hostname()) {
		return parts, false
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return parts, false
		}
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return [3]string{u.Hostname(), path, u.RawQuery}, true
}
