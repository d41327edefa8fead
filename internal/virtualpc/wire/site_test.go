package wire_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc/wire"
)

// Where an administrator sets things up (Graph).
const (
	groups         = "/v1.0/groups"
	devices        = "/v1.0/devices"
	managedDevices = "/v1.0/deviceManagement/managedDevices"
	identities     = "/beta/deviceManagement/windowsAutopilotDeviceIdentities"
	imports        = "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities"
	profiles       = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles"
	configurations = "/beta/deviceManagement/deviceEnrollmentConfigurations"
	customs        = "/beta/deviceManagement/deviceConfigurations"
	apps           = "/beta/deviceAppManagement/mobileApps"
	joinPolicy     = "/beta/policies/deviceRegistrationPolicy"
	mdmScope       = "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000"

	agentCode = "{11111111-2222-4333-8444-555555555555}"
	osVersion = "10.0.26100.1742"
)

type object = map[string]any

// clock is the time of the server and of the PC.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// wait moves the clock instead of waiting.
func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// site is a tenant with everything the tutorial sets up, and one registered PC.
type site struct {
	*servertest.Tenant

	t        *testing.T
	p        *servertest.Process
	clock    *clock
	pc       *servertest.PC
	hash     string
	identity string // registration of pc
}

func newSite(t *testing.T, db servertest.Database) *site {
	t.Helper()
	c := &clock{now: time.Now()}
	p := servertest.Start(t, db, servertest.WithClock(c.read)).First()
	s := &site{Tenant: p.NewTenant(t, "Contoso", false), t: t, p: p, clock: c, pc: servertest.NewPC(t, "PF-0001")}
	s.hash = s.pc.Hash(t)
	s.set(http.MethodPatch, mdmScope, object{"appliesTo": "all"}, http.StatusNoContent)
	row := s.set(http.MethodPost, imports, object{"serialNumber": s.pc.Hardware.SystemSerial, "hardwareIdentifier": s.hash, "groupTag": "Sales"}, http.StatusCreated)
	state, _ := row["state"].(object)
	s.identity, _ = state["deviceRegistrationId"].(string)
	if s.identity == "" {
		t.Fatalf("the import came to %v", row)
	}
	profile := s.set(http.MethodPost, profiles, object{
		"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": "Sales", "locale": "os-default", "deviceType": "windowsPc",
		"deviceNameTemplate": "XW-%SERIAL%",
		"outOfBoxExperienceSetting": object{
			"eulaHidden": true, "privacySettingsHidden": true, "escapeLinkHidden": true, "keyboardSelectionPageSkipped": true,
			"userType": "administrator", "deviceUsageType": "singleUser",
		},
	}, http.StatusCreated)
	s.set(http.MethodPost, profiles+"/"+idOf(t, profile)+"/assignments", object{"target": everyDevice}, http.StatusCreated)
	return s
}

var everyDevice = object{"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}

// set changes something as the administrator does.
func (s *site) set(method, path string, body any, want int, headers ...string) object {
	s.t.Helper()
	return s.p.Must(s.t, s.Token, method, path, body, want, headers...).JSON
}

func idOf(t *testing.T, o object) string {
	t.Helper()
	text, _ := o["id"].(string)
	if text == "" {
		t.Fatalf("%v has no id", o)
	}
	return text
}

// settings give the PC an app, a status page and a setting.
func (s *site) settings() {
	s.t.Helper()
	app := idOf(s.t, s.set(http.MethodPost, apps, object{
		"@odata.type": "#microsoft.graph.windowsMobileMSI", "displayName": "Agent", "publisher": "Contoso", "fileName": "agent.msi", "productCode": agentCode, "productVersion": "1.0",
	}, http.StatusCreated))
	file := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("Agent", 300_000)
	s.set(http.MethodPut, apps+"/"+app+"/content", file, http.StatusOK, "Content-Type", "application/octet-stream")
	s.set(http.MethodPost, apps+"/"+app+"/assign", object{"mobileAppAssignments": []object{{"intent": "required", "target": everyDevice}}}, http.StatusNoContent)
	page := idOf(s.t, s.set(http.MethodPost, configurations, object{
		"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": "Reception", "showInstallationProgress": true,
		"blockDeviceSetupRetryByUser": false, "installProgressTimeoutInMinutes": 60,
	}, http.StatusCreated))
	s.set(http.MethodPost, configurations+"/"+page+"/assign", object{"enrollmentConfigurationAssignments": []object{{"target": everyDevice}}}, http.StatusNoContent)
	custom := idOf(s.t, s.set(http.MethodPost, customs, object{
		"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": "No camera",
		"omaSettings": []object{{"@odata.type": "#microsoft.graph.omaSettingInteger", "omaUri": "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera", "value": 0}},
	}, http.StatusCreated))
	s.set(http.MethodPost, customs+"/"+custom+"/assign", object{"assignments": []object{{"target": everyDevice}}}, http.StatusOK)
}

// network is a PC's, given nothing but the address and the roots; it hears what
// is traced.
func (s *site) network(trace func(wire.Exchange), more ...func(*wire.Options)) *wire.Client {
	s.t.Helper()
	inside, ok := s.p.HTTP.Transport.(*http.Transport)
	if !ok {
		s.t.Fatalf("the client's transport is %T", s.p.HTTP.Transport)
	}
	o := wire.Options{BaseURL: servertest.DeviceURL, Roots: inside.TLSClientConfig.RootCAs, Dial: inside.DialContext, Now: s.clock.read, Wait: s.clock.wait, Trace: trace}
	for _, change := range more {
		change(&o)
	}
	c, err := wire.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return c
}

// tpm is the PC's.
func (s *site) tpm(box []byte) ([]byte, error) {
	return rsa.DecryptOAEP(sha256.New(), nil, s.pc.EK, box, nil)
}

func (s *site) ask() wire.AskProfile {
	h := &s.pc.Hardware
	return wire.AskProfile{Hash: s.hash, Serial: h.SystemSerial, Manufacturer: h.SystemManufacturer, Model: h.ProductName, OSVersion: osVersion}
}

// person answers the pages as somebody with a password and a phone.
type person struct {
	upn, password string
	phone         *wire.Authenticator
	now           func() time.Time
	seen          []wire.PageView
	secrets       []string // typed or shown
	accepts       bool
	slips         int // times that a wrong password is typed first
}

func (p *person) see(v *wire.PageView) { p.seen = append(p.seen, *v) }

func (p *person) typed(text string) string {
	p.secrets = append(p.secrets, text)
	return text
}

// Address implements wire.Prompter.
func (p *person) Address(_ context.Context, v *wire.PageView) (string, error) {
	p.see(v)
	return p.upn, nil
}

// Password implements wire.Prompter.
func (p *person) Password(_ context.Context, v *wire.PageView) (string, error) {
	p.see(v)
	if p.slips--; p.slips >= 0 {
		return p.typed("not-the-password"), nil
	}
	return p.typed(p.password), nil
}

// Code implements wire.Prompter.
func (p *person) Code(_ context.Context, v *wire.PageView) (string, error) {
	p.see(v)
	if p.phone == nil {
		return "", errors.New("has no phone")
	}
	code, _ := p.phone.Code(p.now())
	return p.typed(code), nil
}

// NewPassword implements wire.Prompter.
func (p *person) NewPassword(_ context.Context, v *wire.PageView) (present, next string, err error) {
	p.see(v)
	present, p.password = p.password, "Much-Better-8-Stapler"
	return present, p.typed(p.password), nil
}

// EnrolAuthenticator implements wire.Prompter.
func (p *person) EnrolAuthenticator(ctx context.Context, v *wire.PageView) (code string, err error) {
	p.typed(v.Secret)
	if p.phone, err = wire.NewAuthenticator(v.Secret); err != nil {
		return "", err
	}
	return p.Code(ctx, v)
}

// Accept implements wire.Prompter.
func (p *person) Accept(_ context.Context, v *wire.PageView) (bool, error) {
	p.see(v)
	return p.accepts, nil
}

// Note implements wire.Prompter.
func (p *person) Note(_ context.Context, v *wire.PageView) error {
	p.see(v)
	p.secrets = append(p.secrets, v.Lines...)
	return nil
}

// headings are those of the pages that the person saw.
func (p *person) headings() (all []string) {
	for i := range p.seen {
		all = append(all, p.seen[i].Heading)
	}
	return all
}

func (s *site) person(name string) *person {
	s.t.Helper()
	m := s.p.NewMember(s.t, s.Tenant, name)
	return &person{upn: m.UPN, password: servertest.Password, now: s.clock.read, accepts: true}
}

func newKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// profileOf is what tests read of a profile document.
type profileOf struct {
	CloudAssignedTenantID     string `json:"CloudAssignedTenantId"`
	CloudAssignedTenantDomain string
	ZtdRegistrationID         string `json:"ZtdRegistrationId"`
	AadDeviceID               string `json:"AadDeviceId"`
}

func readProfile(t testing.TB, document []byte) (p profileOf) {
	t.Helper()
	if err := json.Unmarshal(document, &p); err != nil {
		t.Fatal(err)
	}
	return p
}
