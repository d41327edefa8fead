package signin

import (
	"maps"
	"slices"
	"strings"

	"taxiway/internal/directory"
)

// Grant types of the token endpoint (RFC 6749, RFC 8628; the short name of the
// device code grant is Entra's older one).
const (
	GrantCode              = "authorization_code"
	GrantRefresh           = "refresh_token"
	GrantDeviceCode        = "urn:ietf:params:oauth:grant-type:device_code"
	GrantPassword          = "password"
	GrantClientCredentials = "client_credentials"
)

// The resources a PC is joined with: the name that Windows asks for and the
// client id of the same service.
const (
	JoinResource   = "urn:ms-drs:enterpriseregistration.windows.net"
	JoinResourceID = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
	// JoinScope is the delegated permission of a token for them.
	JoinScope = "adrs_access"
)

// The resources that enrol a PC into management: the app id and the name that
// clients of Windows enrolment ask for.
const (
	EnrolResource     = "0000000a-0000-0000-c000-000000000000"
	EnrolResourceName = "https://enrollment.manage.microsoft.com"
	// EnrolScope is the delegated permission of a token for them.
	EnrolScope = "mdm_delegation"
)

// The apps that every tenant has, by client id.
const (
	AppBroker             = "29d9ed98-a469-4536-ade2-f981bc1d605e"
	AppWindowsSignIn      = "38aa3b87-a06d-4817-b275-7a316988d93b" //nolint:gosec // a client id, no secret
	AppDeviceRegistration = "dd762716-544d-4aeb-a526-687b73838a22"
	AppGraphCommandLine   = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
	AppAzureCLI           = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	AppAzurePowerShell    = "1950a258-227b-4e31-a9cf-717495945fc2"
	// AppSite is the admin site of this server: no client id of Microsoft's.
	AppSite = "7461786f-7761-4079-8000-61646d696e00"
)

// App is a program that every tenant has without registering it: what Windows
// and Microsoft's command lines sign in as. All are public clients.
type App struct {
	ID        string
	Name      string
	Redirects []directory.Redirect
	Grants    []string // grant types it may use, and no other
	// Scopes are what it may ask of a resource without anybody's consent. Of
	// Graph none may anything but by consent.
	Scopes map[string][]string
}

// firstParty builds the table anew each time, so that no caller changes it for
// another.
func firstParty() map[string]App {
	loopback := directory.Redirect{URI: "http://localhost", Platform: directory.PlatformPublic}
	join := directory.Redirect{URI: "ms-aadj-redir://auth/drs", Platform: directory.PlatformPublic}
	mdm := directory.Redirect{URI: "ms-aadj-redir://auth/mdm", Platform: directory.PlatformPublic}
	mayJoin := map[string][]string{JoinResource: {JoinScope}, JoinResourceID: {JoinScope}}
	mayEnrol := maps.Clone(mayJoin)
	mayEnrol[EnrolResource], mayEnrol[EnrolResourceName] = []string{EnrolScope}, []string{EnrolScope}
	commandLine := []string{GrantCode, GrantRefresh, GrantDeviceCode}
	apps := []App{
		{
			ID: AppBroker, Name: "Microsoft Authentication Broker", Redirects: []directory.Redirect{join, mdm},
			Grants: []string{GrantCode, GrantRefresh, GrantDeviceCode, GrantPassword}, Scopes: mayEnrol,
		},
		{
			ID: AppDeviceRegistration, Name: "Device Registration Client", Redirects: []directory.Redirect{join},
			Grants: []string{GrantCode, GrantRefresh, GrantDeviceCode}, Scopes: mayJoin,
		},
		// Windows asks with it in exchange for what it holds already; it has no
		// page to be sent back to.
		{ID: AppWindowsSignIn, Name: "Windows Sign In", Grants: []string{GrantRefresh}},
		{ID: AppGraphCommandLine, Name: "Microsoft Graph Command Line Tools", Redirects: []directory.Redirect{loopback}, Grants: commandLine},
		{ID: AppAzureCLI, Name: "Microsoft Azure CLI", Redirects: []directory.Redirect{loopback}, Grants: commandLine},
		{ID: AppAzurePowerShell, Name: "Microsoft Azure PowerShell", Redirects: []directory.Redirect{loopback}, Grants: commandLine},
	}
	byID := make(map[string]App, len(apps))
	for _, a := range apps {
		byID[a.ID] = a
	}
	return byID
}

// FirstParty finds an app that every tenant has by its client id.
func FirstParty(appID string) (App, bool) {
	a, ok := firstParty()[strings.ToLower(appID)]
	return a, ok
}

// SitePath is where the admin site takes the answer of a sign-in.
const SitePath = "/ui/signin/done"

// SiteApp is the admin site as a program that signs people in, at the server's
// base URL and no other place. What it asks of the resource named graph needs
// nobody's consent: it is this server's own page, and what it may do is still
// bounded by the roles of the person. It gets no refresh token.
func SiteApp(base, graph string, scopes []string) App {
	return App{
		ID: AppSite, Name: "taxiway admin site", Redirects: []directory.Redirect{{URI: base + SitePath, Platform: directory.PlatformPublic}},
		Grants: []string{GrantCode}, Scopes: map[string][]string{graph: scopes},
	}
}

// FirstParty finds an app that every tenant has, this server's own among them.
func (s *Grants) FirstParty(appID string) (App, bool) {
	for _, a := range s.Own {
		if strings.EqualFold(a.ID, appID) {
			return a, true
		}
	}
	return FirstParty(appID)
}

// FirstPartyApps lists them by name.
func FirstPartyApps() []App {
	return slices.SortedFunc(maps.Values(firstParty()), func(a, b App) int { return strings.Compare(a.Name, b.Name) })
}
