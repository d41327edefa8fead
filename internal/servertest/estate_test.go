package servertest_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

// Collections that many tests name.
const (
	identities = "/beta/deviceManagement/windowsAutopilotDeviceIdentities"
	imports    = "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities"
	profiles   = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles"
	audits     = "/beta/deviceManagement/auditEvents"
	joinPolicy = "/beta/policies/deviceRegistrationPolicy"
	mdmScope   = "/beta/policies/mobileDeviceManagementPolicies"
	mamScope   = "/beta/policies/mobileAppManagementPolicies"
	screens    = "/beta/deviceManagement/deviceEnrollmentConfigurations"
	customs    = "/beta/deviceManagement/deviceConfigurations"
	scopeID    = "0000000a-0000-0000-c000-000000000000" // of both policies, in every tenant
	passwordID = "28c10230-6103-485e-b985-444c60001490" // of everybody's password

	roleAssignments  = "/v1.0/roleManagement/directory/roleAssignments"
	permissionGrants = "/v1.0/oauth2PermissionGrants"

	unknownID = "00000000-1111-2222-3333-444444444444"
)

type object = map[string]any

// estate is one object of every kind in a tenant.
type estate struct {
	*servertest.Tenant

	user, upn   string
	group       string // assigned
	dynamic     string // of devices, by the group tag Sales
	profile     string // assigned to dynamic
	assignment  string // of profile
	all         string // a profile that holds All devices
	excluding   string // a profile that holds an exclusion only
	spare       string // a profile without assignments
	pc          *servertest.PC
	hash        string
	identity    string // registration of pc
	row         string // the import row it came from
	device      string // its device object, a member of group
	deviceID    string // the device id of that object
	gone        string // a group that was deleted
	audit       string // an audit event
	displayName string // of the tenant
	assigned    string // the role assignment of user
	grant       string // what the app may do for user
	principal   string // service principal of the app
	factor      string // authenticator app of user
	person      string // a token of user's, with every scope
	statusPage  string // an Enrollment Status Page, assigned to group
	custom      string // a custom configuration, assigned to group

	// after manage:
	managed    string // the managed device of pc
	deployment string // how pc was deployed
	msi        string // an app for every PC
}

// furnish makes a tenant with one object of every kind. The tag Sales puts its
// PC into the dynamic group, which has a profile.
func furnish(t *testing.T, p *servertest.Process, name string) *estate {
	t.Helper()
	e := furnishIn(t, p, name, true)
	e.person = p.SignIn(t, e.Tenant, e.upn, servertest.Password, access.Scopes()...)
	e.factor = p.AddFactor(t, e.ID, e.user)
	e.audit, _ = p.All(t, e.Token, audits)[0]["id"].(string)
	return e
}

// furnishIn is furnish without a token of the person's, which only a lab gives.
func furnishIn(t *testing.T, p *servertest.Process, name string, lab bool) *estate {
	t.Helper()
	e := &estate{Tenant: p.NewTenant(t, name, lab), displayName: name}
	e.upn = "meg@" + e.Domain
	e.user = id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/users", object{
		"userPrincipalName": e.upn, "displayName": "Megan of " + name, "accountEnabled": true, "passwordProfile": object{"password": servertest.Password},
	}, http.StatusCreated))
	e.principal = p.ServicePrincipal(t, e.Tenant)
	e.assigned = id(t, p.Must(t, e.Token, http.MethodPost, roleAssignments, assignment(string(directory.JoinedDeviceLocalAdministrator), e.user), http.StatusCreated))
	e.grant = id(t, p.Must(t, e.Token, http.MethodPost, permissionGrants, object{
		"clientId": e.principal, "consentType": "Principal", "principalId": e.user, "resourceId": access.GraphAppID, "scope": "User.Read",
	}, http.StatusCreated))
	e.group = id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/groups", plainGroup("Pilot of "+name), http.StatusCreated))
	e.dynamic = id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Sales PCs of "+name, `(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`), http.StatusCreated))
	e.gone = id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/groups", plainGroup("Former pilot of "+name), http.StatusCreated))
	p.Must(t, e.Token, http.MethodDelete, "/v1.0/groups/"+e.gone, nil, http.StatusNoContent)
	for at, title := range map[*string]string{&e.profile: "Sales", &e.all: "Everyone", &e.excluding: "Excluding", &e.spare: "Spare"} {
		*at = id(t, p.Must(t, e.Token, http.MethodPost, profiles, tutorialProfile(title+" profile of "+name), http.StatusCreated))
	}
	e.assignment = id(t, p.Must(t, e.Token, http.MethodPost, profiles+"/"+e.profile+"/assignments", target("groupAssignmentTarget", e.dynamic), http.StatusCreated))
	p.Must(t, e.Token, http.MethodPost, profiles+"/"+e.all+"/assignments", target("allDevicesAssignmentTarget", ""), http.StatusCreated)
	p.Must(t, e.Token, http.MethodPost, profiles+"/"+e.excluding+"/assignments", target("exclusionGroupAssignmentTarget", e.dynamic), http.StatusCreated)
	e.statusPage = id(t, p.Must(t, e.Token, http.MethodPost, screens, statusPage("Status page of "+name), http.StatusCreated))
	p.Must(t, e.Token, http.MethodPost, screens+"/"+e.statusPage+"/assign", object{"enrollmentConfigurationAssignments": []object{target("groupAssignmentTarget", e.group)}}, http.StatusNoContent)
	e.custom = id(t, p.Must(t, e.Token, http.MethodPost, customs, customSettings("Settings of "+name), http.StatusCreated))
	p.Must(t, e.Token, http.MethodPost, customs+"/"+e.custom+"/assign", object{"assignments": []object{target("groupAssignmentTarget", e.group)}}, http.StatusOK)
	e.pc = servertest.NewPC(t, "PF-"+strings.ToUpper(name))
	e.hash = e.pc.Hash(t)
	e.row, e.identity = register(t, p, e.Token, e.pc, e.hash, "Sales", e.upn)
	e.deviceID, _ = p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity, nil, http.StatusOK).JSON["azureAdDeviceId"].(string)
	e.device = id(t, p.Must(t, e.Token, http.MethodGet, "/v1.0/devices(deviceId='"+e.deviceID+"')", nil, http.StatusOK))
	p.Must(t, e.Token, http.MethodPost, "/v1.0/groups/"+e.group+"/members/$ref", reference(e.device), http.StatusNoContent)
	return e
}

// register imports one PC and returns the ids of its row and registration.
func register(t *testing.T, p *servertest.Process, token string, pc *servertest.PC, hash, tag, upn string) (row, identity string) {
	t.Helper()
	a := p.Must(t, token, http.MethodPost, imports, object{
		"serialNumber": pc.Hardware.SystemSerial, "hardwareIdentifier": hash, "groupTag": tag, "assignedUserPrincipalName": upn,
	}, http.StatusCreated)
	state, _ := a.JSON["state"].(object)
	if state["deviceImportStatus"] != "complete" {
		t.Fatalf("import of %s: %v", pc.Hardware.SystemSerial, state)
	}
	identity, _ = state["deviceRegistrationId"].(string)
	return id(t, a), identity
}

func id(t *testing.T, a servertest.Answer) string {
	t.Helper()
	s, ok := a.JSON["id"].(string)
	if !ok {
		t.Fatalf("the answer has no id: %s", a.Raw)
	}
	return s
}

func plainGroup(name string) object {
	return object{"displayName": name, "mailNickname": "g", "mailEnabled": false, "securityEnabled": true, "groupTypes": []string{}}
}

func ruleGroup(name, rule string) object {
	g := plainGroup(name)
	g["groupTypes"], g["membershipRule"], g["membershipRuleProcessingState"] = []string{"DynamicMembership"}, rule, "On"
	return g
}

// with is o with one property changed; nil takes it out.
func with(o object, name string, value any) object {
	c := maps.Clone(o)
	if c[name] = value; value == nil {
		delete(c, name)
	}
	return c
}

// tutorialProfile is the profile the tutorial tells an admin to make.
func tutorialProfile(name string) object {
	return object{
		"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": name, "locale": "os-default", "deviceType": "windowsPc",
		"outOfBoxExperienceSetting": object{
			"eulaHidden": true, "privacySettingsHidden": true, "escapeLinkHidden": true, "keyboardSelectionPageSkipped": true,
			"userType": "administrator", "deviceUsageType": "singleUser",
		},
	}
}

// statusPage is an Enrollment Status Page as the portal makes it.
func statusPage(name string) object {
	return object{
		"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": name, "showInstallationProgress": true,
		"installProgressTimeoutInMinutes": 60, "blockDeviceSetupRetryByUser": false, "allowDeviceResetOnInstallFailure": true, "allowLogCollectionOnInstallFailure": true,
	}
}

// customSettings is a custom configuration with one setting.
func customSettings(name string) object {
	return object{
		"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": name,
		"omaSettings": []object{{"@odata.type": "#microsoft.graph.omaSettingInteger", "omaUri": "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera", "value": 0}},
	}
}

// assignment is a body that gives a person a role in the whole tenant.
func assignment(role, person string) object {
	return object{"@odata.type": "#microsoft.graph.unifiedRoleAssignment", "roleDefinitionId": role, "principalId": person, "directoryScopeId": "/"}
}

func target(kind, group string) object {
	o := object{"@odata.type": "#microsoft.graph." + kind}
	if group != "" {
		o["groupId"] = group
	}
	return object{"target": o}
}

func reference(id string) object {
	return object{"@odata.id": servertest.BaseURL + "/v1.0/directoryObjects/" + id}
}

// policyBody is a whole join policy as clients send it: everyone may join.
func policyBody() object {
	return object{
		"userDeviceQuota": 50, "multiFactorAuthConfiguration": "notRequired",
		"azureADRegistration": object{"allowedToRegister": everyone()},
		"azureADJoin":         object{"allowedToJoin": everyone()},
		"localAdminPassword":  object{"isEnabled": false},
	}
}

func everyone() object {
	return object{"@odata.type": "#microsoft.graph.allDeviceRegistrationMembership"}
}

func enumerated(users, groups []string) object {
	return object{"@odata.type": "#microsoft.graph.enumeratedDeviceRegistrationMembership", "users": append([]string{}, users...), "groups": append([]string{}, groups...)}
}

// state is everything a tenant shows, so that two of them tell whether
// anything was written in between. The audit trail has a line for every write.
func (e *estate) state(t *testing.T, p *servertest.Process) []byte {
	t.Helper()
	var all []byte
	paths := []string{
		"/v1.0/users", "/v1.0/groups", "/v1.0/devices", identities, imports, profiles + "?$expand=assignments", audits, screens + "?$expand=assignments", customs + "?$expand=assignments",
		"/v1.0/groups/" + e.group + "/members", "/v1.0/groups/" + e.dynamic + "/members",
		"/v1.0/directory/deletedItems/microsoft.graph.group", "/v1.0/directory/deletedItems/microsoft.graph.user",
		roleAssignments, permissionGrants, "/v1.0/users/" + e.user + "/authentication/methods",
		joinPolicy, mdmScope, mamScope, mdmScope + "/" + scopeID + "/includedGroups", mamScope + "/" + scopeID + "/includedGroups",
	}
	for _, path := range paths {
		all = append(all, settled(p.Must(t, e.Token, http.MethodGet, path, nil, http.StatusOK))...)
		all = append(all, '\n')
	}
	return all
}

var lastContact = regexp.MustCompile(`"lastContactedDateTime":"[^"]*",`)

// settled is an answer without the times of last contact: they are written behind
// the answer to the PC and may come while a test compares.
func settled(a servertest.Answer) []byte { return lastContact.ReplaceAll(a.Raw, nil) }

// writes is the length of the tenant's audit trail and its newest line.
func (e *estate) writes(t *testing.T, p *servertest.Process) []byte {
	t.Helper()
	page := p.Must(t, e.Token, http.MethodGet, audits+"?$count=true&$top=1", nil, http.StatusOK).JSON
	return fmt.Append(nil, page["@odata.count"], page["value"])
}

// firstDifference shows where two states begin to differ.
func firstDifference(a, b []byte) string {
	lines := slices.Collect(bytes.Lines(b))
	i := 0
	for line := range bytes.Lines(a) {
		if i >= len(lines) || !bytes.Equal(line, lines[i]) {
			at := 0
			for i < len(lines) && at < min(len(line), len(lines[i])) && line[at] == lines[i][at] {
				at++
			}
			was, is := line[max(0, at-80):min(len(line), at+160)], []byte(nil)
			if i < len(lines) {
				is = lines[i][max(0, at-80):min(len(lines[i]), at+160)]
			}
			return "was …" + string(was) + "…\nis  …" + string(is) + "…"
		}
		i++
	}
	return "more lines than before"
}
