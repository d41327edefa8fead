package servertest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/syncml"
)

const (
	apps           = "/beta/deviceAppManagement/mobileApps"
	configurations = "/beta/deviceManagement/deviceEnrollmentConfigurations"
	firstSync      = "/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/"
	agentCode      = "{11111111-2222-4333-8444-555555555555}"
	mailCode       = "{66666666-7777-4888-8999-aaaaaaaaaaaa}"
)

var everyDevice = object{"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}

// installerFile is what a Windows Installer package begins like, and some more.
func installerFile(name string) string {
	return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat(name, 300_000)
}

// app makes an app with its file, for every PC.
func (e *estate) app(t *testing.T, p *servertest.Process, name, code string, more object) string {
	t.Helper()
	body := object{"@odata.type": "#microsoft.graph.windowsMobileMSI", "displayName": name, "publisher": "Contoso", "fileName": strings.ToLower(name) + ".msi", "productCode": code, "productVersion": "1.0"}
	maps.Copy(body, more)
	app := id(t, p.Must(t, e.Token, http.MethodPost, apps, body, http.StatusCreated))
	p.Must(t, e.Token, http.MethodPut, apps+"/"+app+"/content", installerFile(name), http.StatusOK, "Content-Type", "application/octet-stream")
	p.Must(t, e.Token, http.MethodPost, apps+"/"+app+"/assign", object{"mobileAppAssignments": []object{{"intent": "required", "target": everyDevice}}}, http.StatusNoContent)
	return app
}

// page makes a status page for every PC.
func (e *estate) page(t *testing.T, p *servertest.Process, more object) {
	t.Helper()
	body := object{
		"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": "Reception", "showInstallationProgress": true,
		"blockDeviceSetupRetryByUser": false, "installProgressTimeoutInMinutes": 60, "customErrorMessage": "Call 4711.",
	}
	maps.Copy(body, more)
	made := id(t, p.Must(t, e.Token, http.MethodPost, configurations, body, http.StatusCreated))
	p.Must(t, e.Token, http.MethodPost, configurations+"/"+made+"/assign", object{"enrollmentConfigurationAssignments": []object{{"target": everyDevice}}}, http.StatusNoContent)
	p.Must(t, e.Token, http.MethodPost, configurations+"/"+made+"/setPriority", object{"priority": 1}, http.StatusNoContent)
}

// installed is the alert of a PC whose installation is over.
var installed = syncml.Command{Kind: syncml.Alert, CmdID: "90", Data: syncml.CodeData(syncml.AlertGeneric), Items: []syncml.Item{{Type: syncml.TypeMSIInstall, Data: syncml.TextData("1")}}}

func (e *estate) session(t *testing.T, d *servertest.MDMDevice, alerts ...syncml.Command) *servertest.MDMSession {
	t.Helper()
	s, err := d.Session(t.Context(), servertest.MDMScript{Alerts: alerts})
	if err != nil {
		t.Fatalf("session: %v", err)
	}
	return s
}

// node is what the PC has at its status page.
func node(d *servertest.MDMDevice, name string) string {
	value, _ := d.Device.Value("." + firstSync + name)
	return value
}

func TestAPCShowsTheStatusPageUntilItsAppsAreInstalled(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		p := servertest.Start(t, db, servertest.WithClock(clock.read)).First()
		e := furnish(t, p, "Contoso")
		ann := e.member(t, p, "ann")
		e.page(t, p, nil)
		e.app(t, p, "Agent", agentCode, nil)
		e.app(t, p, "Mail", mailCode, object{"useDeviceContext": false})
		d := e.deployed(t, p, ann)

		first := e.session(t, d)
		if node(d, "SkipDeviceStatusPage") != "false" || node(d, "SkipUserStatusPage") != "false" || node(d, "TimeOutUntilSyncFailure") != "60" ||
			node(d, "BlockInStatusPage") != "2" || node(d, "CustomErrorText") != "Call 4711." {
			t.Errorf("after the first session the PC's page is %v", d.Effects)
		}
		want := "./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-4333-8444-555555555555%7D/Status;1"
		if got := node(d, "ExpectedMSIAppPackages"); got != want {
			t.Errorf("expected are %q, want %q", got, want)
		}
		if node(d, "ServerHasFinishedProvisioning") == "true" {
			t.Error("the PC may go on before anybody knows that the app is installed")
		}
		address := contentURL(t, first)
		e.ranges(t, p, address)

		clock.advance(time.Second)
		e.session(t, d, installed)
		if node(d, "ServerHasFinishedProvisioning") != "true" || d.Effects["Install "+agentCode] != 1 {
			t.Errorf("with the app installed %d times the PC hears %q", d.Effects["Install "+agentCode], node(d, "ServerHasFinishedProvisioning"))
		}
		d.SignedIn = ann.UPN
		e.session(t, d)
		clock.advance(3 * time.Minute)
		e.session(t, d)
		if got, _ := d.UserTree(ann.UPN).Value("." + firstSync + "ServerHasFinishedProvisioning"); got != "true" {
			t.Errorf("the user's page hears %q", got)
		}
		summary, events := e.timeline(t, p)
		if summary["deploymentState"] != "success" || summary["deviceSetupStatus"] != "success" || summary["accountSetupStatus"] != "success" ||
			summary["windows10EnrollmentCompletionPageConfigurationDisplayName"] != "Reception" {
			t.Errorf("the deployment reads %v", summary)
		}
		after := events[slices.Index(events, "enrolled")+1:]
		if got := strings.Join(after, " "); got != "phaseBegan waiting phaseEnded phaseBegan installed waiting installed phaseEnded waiting phaseBegan waiting installed phaseEnded desktop" {
			t.Errorf("after enrolment the timeline tells %s", got)
		}
		details := p.Must(t, e.Token, http.MethodGet, autopilotEvents+"/"+summary["id"].(string)+"/policyStatusDetails", nil, http.StatusOK).JSON["value"].([]any)
		for _, one := range details {
			if a := one.(object); a["complianceStatus"] != "installed" && a["complianceStatus"] != "compliant" || a["trackedOnEnrollmentStatus"] != true {
				t.Errorf("an app reads %v", a)
			}
		}
		if len(details) != 3 {
			t.Errorf("%d apps and configurations are told of", len(details))
		}
	})
}

func TestAnAppThatFailsIsShownOnThePageAndMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		p := servertest.Start(t, db, servertest.WithClock(clock.read)).First()
		e := furnish(t, p, "Contoso")
		e.page(t, p, object{"allowDeviceResetOnInstallFailure": true, "allowDeviceUseOnInstallFailure": true, "allowLogCollectionOnInstallFailure": true})
		e.app(t, p, "Agent", agentCode, nil)
		d := e.deployed(t, p, e.member(t, p, "ann"))
		d.Install = func(string) (int, int64) { return servertest.MSIInstallFailed, -2147023293 }
		e.session(t, d)
		clock.advance(time.Second)
		e.session(t, d, installed)
		if node(d, "TimeOutUntilSyncFailure") != "1" || node(d, "BlockInStatusPage") != "7" || node(d, "AllowCollectLogsButton") != "true" || node(d, "ServerHasFinishedProvisioning") == "true" {
			t.Errorf("the page does not show the error: %v", d.Effects)
		}
		summary, _ := e.timeline(t, p)
		failure, _ := summary["enrollmentFailureDetails"].(string)
		if summary["deploymentState"] != "failure" || !strings.HasPrefix(failure, "0x80070643: Agent was not installed: ") {
			t.Errorf("the deployment reads %v", summary)
		}
		d.Install = nil
		e.session(t, d)
		clock.advance(time.Minute)
		e.session(t, d)
		if node(d, "TimeOutUntilSyncFailure") != "60" || node(d, "ServerHasFinishedProvisioning") != "true" {
			t.Errorf("after the retry the page is %v", d.Effects)
		}
		if summary, _ := e.timeline(t, p); summary["deviceSetupStatus"] != "successOnRetry" {
			t.Errorf("the deployment reads %v", summary)
		}
	})
}

// contentURL is where the PC was sent for a file.
func contentURL(t *testing.T, s *servertest.MDMSession) string {
	t.Helper()
	for _, m := range s.Received {
		for c := range m.All() {
			if c.Kind != syncml.Exec {
				continue
			}
			_, rest, _ := strings.Cut(c.Items[0].Data.Text, "<ContentURL>")
			if address, _, ok := strings.Cut(rest, "<"); ok {
				return address
			}
		}
	}
	t.Fatal("the PC was sent for no file")
	return ""
}

// ranges gets parts of a file as a download does that goes on where it was
// broken off, and tries what is not to be had.
func (e *estate) ranges(t *testing.T, p *servertest.Process, address string) {
	t.Helper()
	whole := installerFile("Agent")
	tag := p.Must(t, "", http.MethodHead, address, nil, http.StatusOK).Header.Get("ETag")
	for _, c := range []struct {
		method, wanted string
		headers        []string
		status         int
		body           string
	}{
		{http.MethodGet, "all", nil, http.StatusOK, whole},
		{http.MethodGet, "the first bytes", []string{"Range", "bytes=0-7"}, http.StatusPartialContent, whole[:8]},
		{http.MethodGet, "over a piece's end", []string{"Range", "bytes=1048570-1048590", "If-Range", tag}, http.StatusPartialContent, whole[1048570:1048591]},
		{http.MethodGet, "the last bytes", []string{"Range", "bytes=-5"}, http.StatusPartialContent, whole[len(whole)-5:]},
		{http.MethodGet, "the rest", []string{"Range", "bytes=1400000-"}, http.StatusPartialContent, whole[1400000:]},
		{http.MethodGet, "of another file", []string{"Range", "bytes=0-7", "If-Range", `"other"`}, http.StatusOK, whole},
		{http.MethodGet, "several ranges", []string{"Range", "bytes=0-1,5-6"}, http.StatusOK, whole},
		{http.MethodGet, "behind the end", []string{"Range", "bytes=9000000-"}, http.StatusRequestedRangeNotSatisfiable, ""},
		{http.MethodPost, "a change", nil, http.StatusMethodNotAllowed, ""},
	} {
		a := p.Must(t, "", c.method, address, nil, c.status, append([]string{"Accept-Encoding", "identity"}, c.headers...)...)
		if c.body != "" && string(a.Raw) != c.body {
			t.Errorf("%s: %d bytes came, want %d", c.wanted, len(a.Raw), len(c.body))
		}
		if a.Header.Get("Content-Length") == "" {
			t.Errorf("%s: the answer does not tell its length", c.wanted)
		}
	}
	parts := strings.Split(address, "/")
	for name, c := range map[string]struct {
		part   int
		value  string
		status int
	}{
		"another device": {7, "44444444-4444-4444-8444-444444444444", http.StatusForbidden},
		"another tenant": {4, "44444444-4444-4444-8444-444444444444", http.StatusForbidden},
		"a longer life":  {8, "9999999999", http.StatusForbidden},
		"a number less":  {8, "soon", http.StatusNotFound},
		"no signature":   {9, "", http.StatusForbidden},
		"a folder above": {5, "..", http.StatusNotFound},
	} {
		changed := slices.Clone(parts)
		changed[c.part] = c.value
		if a, err := p.Graph(t.Context(), "", http.MethodGet, strings.Join(changed, "/"), nil); err != nil || a.Status != c.status {
			t.Errorf("%s: %d %v, want %d", name, a.Status, err, c.status)
		}
	}
}
