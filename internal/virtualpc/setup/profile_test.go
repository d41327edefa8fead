package setup_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/setup"
)

// tutorial is the profile that the tutorial recommends, for a standard user.
var tutorial = settings{language: setup.OSDefault, keyboard: true, hideEULA: true, hidePrivacy: true, hideEscape: true, standardUser: true}

func TestAProfileDocumentIsReadIntoTheTutorialsSettings(t *testing.T) {
	t.Parallel()
	hidden := setup.Profile{
		Name: "Contoso user-driven", TenantID: tenantID, TenantDomain: domain, Language: setup.OSDefault, Region: setup.OSDefault,
		HideKeyboard: true, HideEULA: true, HidePrivacy: true, HideEscape: true, StandardUser: true, UpdateDisabled: true,
	}
	tests := []struct {
		name  string
		apply map[string]any
		want  func(*setup.Profile)
	}{
		{"the tutorial's", nil, func(*setup.Profile) {}},
		{"1308 is an administrator", map[string]any{"CloudAssignedOobeConfig": 1308}, func(p *setup.Profile) { p.StandardUser = false }},
		{"286 shows the keyboard", map[string]any{"CloudAssignedOobeConfig": 286}, func(p *setup.Profile) { p.HideKeyboard = false }},
		{"28 is an older document's administrator", map[string]any{"CloudAssignedOobeConfig": 28}, func(p *setup.Profile) { p.StandardUser, p.HideKeyboard = false, false }},
		{"User select", map[string]any{"CloudAssignedLanguage": "", "CloudAssignedRegion": ""}, func(p *setup.Profile) { p.Language, p.Region = "", "" }},
		{"hybrid", map[string]any{"CloudAssignedDomainJoinMethod": 1}, func(p *setup.Profile) { p.Hybrid = true }},
		{"self-deploying", map[string]any{"AutopilotMode": 1}, func(p *setup.Profile) { p.SelfDeploying = true }},
		{"a template", map[string]any{"CloudAssignedDeviceName": "PC-%SERIAL%"}, func(p *setup.Profile) { p.NameTemplate = "PC-%SERIAL%" }},
		{"an assigned user", map[string]any{"CloudAssignedTenantUpn": adele}, func(p *setup.Profile) { p.AssignedUser = adele }},
		{"the tenant in capitals", map[string]any{"CloudAssignedTenantId": strings.ToUpper(tenantID)}, func(*setup.Profile) {}},
		{"what only this service says", map[string]any{"PreProvisioning": "NotOffered", "OnlyAssignedUserMaySignIn": true}, func(p *setup.Profile) { p.Preprovisioning, p.OnlyAssignedUser = true, true }},
		{"fields nobody knows", map[string]any{"DeviceTicket": "x", "AutopilotCorrelationVector": "y"}, func(*setup.Profile) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := tutorial.document()
			maps.Copy(doc, tt.apply)
			want := hidden
			tt.want(&want)
			if diff := cmp.Diff(&want, parse(t, doc)); diff != "" {
				t.Errorf("profile (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAConfigurationFileIsAProfileToo(t *testing.T) {
	t.Parallel()
	doc := tutorial.document()
	delete(doc, "DeploymentProfileName")
	maps.Copy(doc, map[string]any{
		"Comment_File": "Profile Contoso user-driven", "Version": 2049, "ZtdCorrelationId": otherID,
		"CloudAssignedAadServerData": `{"ZeroTouchConfig":{"CloudAssignedTenantUpn":"adele@contoso.com","ForcedEnrollment":1,"CloudAssignedTenantDomain":"contoso.com"}}`,
	})
	p := parse(t, doc)
	if p.Name != "Contoso user-driven" || p.AssignedUser != adele {
		t.Errorf("the file is read as profile %q for %q", p.Name, p.AssignedUser)
	}
}

func TestWhatIsNoProfileIsNamed(t *testing.T) {
	t.Parallel()
	without := func(field string) map[string]any {
		doc := tutorial.document()
		delete(doc, field)
		return doc
	}
	with := func(fieldsAndValues ...any) map[string]any {
		doc := tutorial.document()
		for i := 0; i < len(fieldsAndValues); i += 2 {
			field, ok := fieldsAndValues[i].(string)
			if !ok {
				t.Fatalf("%v is no field", fieldsAndValues[i])
			}
			doc[field] = fieldsAndValues[i+1]
		}
		return doc
	}
	tests := []struct {
		name, want string
		document   any
	}{
		{"a page instead of JSON", "invalid character", "<html>"},
		{"half a document", "", `{"CloudAssignedTenantId":`},
		{"a list", "is a array", `[]`},
		{"a stub without an organization", "names no organization", `{"AutopilotCreationDate":"2026-01-01T00:00:00Z","AutopilotMode":0,"CloudAssignedAadServerData":"{}"}`},
		{"no tenant id", "CloudAssignedTenantId is no GUID", with("CloudAssignedTenantId", "contoso")},
		{"no domain name", "CloudAssignedTenantDomain is no domain name", with("CloudAssignedTenantDomain", "con toso", "CloudAssignedAadServerData", `{"ZeroTouchConfig":{"CloudAssignedTenantDomain":"con toso","ForcedEnrollment":1}}`)},
		{"no bits", "CloudAssignedOobeConfig is missing", without("CloudAssignedOobeConfig")},
		{"impossible bits", "CloudAssignedOobeConfig is -1", with("CloudAssignedOobeConfig", -1)},
		{"bits as a text", "CloudAssignedOobeConfig is a string", with("CloudAssignedOobeConfig", "1310")},
		{"no join method", "CloudAssignedDomainJoinMethod", without("CloudAssignedDomainJoinMethod")},
		{"another join method", "CloudAssignedDomainJoinMethod", with("CloudAssignedDomainJoinMethod", 2)},
		{"forced or not is missing", "CloudAssignedForcedEnrollment", without("CloudAssignedForcedEnrollment")},
		{"a language that is none", "CloudAssignedLanguage is no language", with("CloudAssignedLanguage", "de_DE!")},
		{"a mode that is none", "AutopilotMode is 7", with("AutopilotMode", 7)},
		{"a user without a domain", "CloudAssignedTenantUpn", with("CloudAssignedTenantUpn", "adele")},
		{"inner text that is no JSON", "holds no JSON", with("CloudAssignedAadServerData", "{")},
		{"no inner text", "holds no JSON", without("CloudAssignedAadServerData")},
		{"inner text of another organization", "names another domain", with("CloudAssignedAadServerData", `{"ZeroTouchConfig":{"CloudAssignedTenantDomain":"fabrikam.com","ForcedEnrollment":1}}`)},
		{"inner text that forces otherwise", "says otherwise", with("CloudAssignedAadServerData", `{"ZeroTouchConfig":{"CloudAssignedTenantDomain":"contoso.com","ForcedEnrollment":0}}`)},
		{"more than any document", "bytes", strings.Repeat(" ", 300<<10)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, isText := tt.document.(string)
			if !isText {
				encoded, err := json.Marshal(tt.document)
				if err != nil {
					t.Fatal(err)
				}
				text = string(encoded)
			}
			p, err := setup.ParseProfile([]byte(text))
			var wrong *setup.DocumentError
			if p != nil || !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("read as %v with the error %v, want one that says %q", p, err, tt.want)
			}
		})
	}
}

func TestARefusalInTheDocumentsPlaceIsTheRefusal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"ErrorCode":807,"ErrorReason":"ZtdDeviceIsNotRegistered"}`, `{"ErrorCode":"807","ErrorReason":"ZtdDeviceIsNotRegistered"}`} {
		_, err := setup.ParseProfile([]byte(text))
		var refused *setup.RefusedError
		if !errors.As(err, &refused) || refused.Code != "807" || refused.Reason != "ZtdDeviceIsNotRegistered" {
			t.Errorf("%s is read as %v", text, err)
		}
	}
}

// FuzzParseProfile: whatever a server sends is a profile that setup takes, or an
// error.
func FuzzParseProfile(f *testing.F) {
	files, err := filepath.Glob("testdata/documents/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"ErrorCode":908,"ErrorReason":"HardwareMismatchDetected"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := setup.ParseProfile(text)
		if (p == nil) == (err == nil) {
			t.Fatalf("profile %v and error %v", p, err)
		}
		if p == nil {
			return
		}
		w := world{network: setup.Wired, change: func(q *setup.Profile) { *q = *p }}
		s, screen, _, err := setup.Next(setup.New(w.facts()), setup.Event{Kind: setup.PowerOn})
		if err != nil || !slices.Contains(screen.Events, setup.ProfileArrived) {
			t.Fatalf("power-on: %+v %v", screen, err)
		}
		s, screen, _, err = setup.Next(s, setup.Event{Kind: setup.ProfileArrived, Profile: p})
		if err != nil {
			t.Fatalf("setup does not take what it read: %v", err)
		}
		checkScreen(t, &s, &screen)
	})
}
