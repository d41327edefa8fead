package enrollment_test

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
)

const (
	agentCode  = "{11111111-1111-4111-8111-111111111111}"
	officeCode = "{22222222-2222-4222-8222-222222222222}"
	mailCode   = "{33333333-3333-4333-8333-333333333333}"
	agent      = "%7B11111111-1111-4111-8111-111111111111%7D"
	office     = "%7B22222222-2222-4222-8222-222222222222%7D"
	mail       = "%7B33333333-3333-4333-8333-333333333333%7D"
)

var everyDevice = to(enrollment.TargetAllDevices, enrollment.IntentRequired)

func TestAPCIsHeldUntilItsAppsAreInstalledOneAfterTheOther(t *testing.T) {
	t.Parallel()
	runShop(t, "a whole deployment", func(s *shop) {
		s.page(enrollment.ESP{ShowProgress: true, Blocks: true, AllowReset: true, TimeoutMinutes: 45, AllowLogCollection: true, CustomErrorMessage: "Call 4711."})
		s.app("Agent", agentCode, nil, everyDevice)
		s.app("Office", officeCode, nil, everyDevice)
		s.app("Mail", mailCode, func(a *enrollment.App) { a.UserContext = true }, everyDevice)
		m := s.machine
		m.apps[agent], m.apps[office] = &installation{steps: []int{20, 50, 70}}, &installation{steps: []int{70}}
		m.apps[mail] = &installation{steps: []int{50, 70}}
		m.login = enrollment.LoginNone
		m.session()
		s.equal("first message", m.first, []string{
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/SkipDeviceStatusPage",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/SkipUserStatusPage",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/AllowCollectLogsButton",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/CustomErrorText",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/BlockInStatusPage",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/TimeOutUntilSyncFailure",
			"Add ./Device/Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/taxiway",
			"Replace ./Device/Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/taxiway/InstallationState",
			"Add ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + agent + "/DownloadInstall",
			"Add ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + office + "/DownloadInstall",
		})
		s.equal("expected", m.tree["./Device"+firstSync+"ExpectedMSIAppPackages"],
			"./Device"+msiRoot+agent+"/Status;1\uf000./Device"+msiRoot+office+"/Status;1")
		for range 5 {
			m.after(3 * time.Minute)
		}
		s.equal("released", m.tree[deviceFinish], "true")
		s.equal("order", m.executed, []string{agent, office})
		m.login = enrollment.LoginUser
		for range 4 {
			m.after(3 * time.Minute)
		}
		y, events, became := s.outcome()
		s.equal("apps", became, map[string]string{
			"Agent": "installed 70 0x0 tracked=true", "Office": "installed 70 0x0 tracked=true", "Mail": "installed 70 0x0 tracked=true",
		})
		s.equal("summary", []any{y.State, y.Setup, y.Account, y.ESPName, y.Failure, y.EndedAt.IsZero()},
			[]any{enrollment.DeploymentSuccess, enrollment.DeploymentSuccess, enrollment.DeploymentSuccess, "Reception", "", false})
		s.equal("timeline", lines(events), []string{
			"0 phaseBegan [Device preparation] The status page is shown.",
			"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 45>",
			"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
			"0 phaseBegan [Device setup] 2 apps and configurations are waited for.",
			"0 waiting [Device setup] Agent has to be installed. <app until 45>",
			"9 installed [Device setup] Agent is installed.",
			"9 waiting [Device setup] Office has to be installed. <app until 45>",
			"12 installed [Device setup] Office is installed.",
			"12 phaseEnded [Device setup] Everything is there.",
			"12 waiting [Device setup] The user has to sign in to the PC. <user until 10092>",
			"18 phaseBegan [Account setup] One app or configuration is waited for.",
			"18 waiting [Account setup] Mail has to be installed. <app until 63>",
			"24 installed [Account setup] Mail is installed.",
			"24 phaseEnded [Account setup] Everything is there.",
			"24 desktop The PC is released to the desktop.",
		})
	})
}

func TestAnAppThatFailsShowsTheErrorAndSucceedsWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	runShop(t, "a retry", func(s *shop) {
		s.page(enrollment.ESP{ShowProgress: true, Blocks: true, TimeoutMinutes: 60, CustomErrorMessage: "Call 4711."})
		s.app("Agent", agentCode, nil, everyDevice)
		m := s.machine
		m.apps[agent] = &installation{steps: []int{60}, lastError: -2147023293}
		m.session()
		m.after(3 * time.Minute)
		y, _, became := s.outcome()
		s.equal("apps", became, map[string]string{"Agent": "error 60 0x80070643 tracked=true"})
		s.equal("summary", []any{y.State, y.Setup, y.EndedAt.IsZero()}, []any{enrollment.DeploymentFailure, enrollment.DeploymentFailure, false})
		if !strings.HasPrefix(y.Failure, "0x80070643: Agent was not installed: Windows Installer reports a fatal error (1603). Install the package by hand") {
			s.Errorf("failure = %q", y.Failure)
		}
		s.equal("page", []string{m.tree[pageTimeLimit], m.tree[pageButtons], m.tree[deviceFinish], m.tree["./Device"+firstSync+"CustomErrorText"]}, []string{"1", "2", "", "Call 4711."})
		m.apps[agent].steps = []int{70}
		for range 3 {
			m.after(3 * time.Minute)
		}
		y, _, became = s.outcome()
		s.equal("apps", became, map[string]string{"Agent": "installed 70 0x0 tracked=true"})
		s.equal("summary", []any{y.State, y.Setup}, []any{enrollment.DeploymentInProgress, enrollment.DeploymentSuccessRetry})
		s.equal("page", []string{m.tree[pageTimeLimit], m.tree[deviceFinish]}, []string{"60", "true"})
	})
}

func TestAStatusPageThatIsNotShownHoldsNobody(t *testing.T) {
	t.Parallel()
	runShop(t, "hidden", func(s *shop) {
		s.app("Agent", agentCode, nil, everyDevice)
		m := s.machine
		m.session()
		s.equal("first message", m.first, []string{
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/SkipDeviceStatusPage",
			"Replace ./Device/Vendor/MSFT/DMClient/Provider/taxiway/FirstSyncStatus/SkipUserStatusPage",
			"Add ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + agent + "/DownloadInstall",
		})
		s.equal("skipped", []string{m.tree["./Device"+firstSync+"SkipDeviceStatusPage"], m.tree["./Device"+firstSync+"SkipUserStatusPage"]}, []string{"true", "true"})
		m.after(3 * time.Minute)
		y, events, became := s.outcome()
		s.equal("apps", became, map[string]string{"Agent": "installed 70 0x0 tracked=false"})
		s.equal("summary", []any{y.State, y.Setup, y.Account}, []any{enrollment.DeploymentSuccess, enrollment.DeploymentDisabled, enrollment.DeploymentDisabled})
		s.equal("timeline", lines(events), []string{"0 desktop The status page is not shown."})
	})
}

func TestTheEndOfAnInstallationIsAskedForWhenThePCTellsOfIt(t *testing.T) {
	t.Parallel()
	runShop(t, "an alert", func(s *shop) {
		s.app("Agent", agentCode, nil, everyDevice)
		m := s.machine
		m.session()
		m.after(5 * time.Second)
		_, _, became := s.outcome()
		s.equal("before", became, map[string]string{"Agent": "unknown 20 0x0 tracked=false"})
		m.alerts = []enrollment.Alert{{CmdID: "3", Code: 1226, Type: "Reversed-Domain-Name:com.microsoft.mdm.win32csp_install"}}
		m.after(5 * time.Second)
		_, _, became = s.outcome()
		s.equal("after", became, map[string]string{"Agent": "installed 70 0x0 tracked=false"})
	})
}

func TestAnAppIsRemovedOnceAndForgottenWhenItIsAssignedNoMore(t *testing.T) {
	t.Parallel()
	runShop(t, "removal", func(s *shop) {
		app := s.app("Agent", agentCode, nil, everyDevice)
		m := s.machine
		m.session()
		m.after(time.Minute)
		s.ok(s.AssignPolicy(s.ctx, s.tenant, app.ID, []enrollment.Assignment{to(enrollment.TargetAllDevices, enrollment.IntentUninstall)}))
		m.after(time.Hour)
		m.after(time.Hour)
		_, _, became := s.outcome()
		s.equal("removed", m.removed, []string{agent})
		s.equal("state", became, map[string]string{"Agent": "notInstalled 0 0x0 tracked=false"})
		s.ok(s.AssignPolicy(s.ctx, s.tenant, app.ID, nil))
		m.after(time.Hour)
		_, _, became = s.outcome()
		s.equal("state", became, map[string]string{})
	})
}

func TestAnAppThatNeverComesToAnEndMakesRoomForTheNext(t *testing.T) {
	t.Parallel()
	runShop(t, "patience", func(s *shop) {
		s.app("Agent", agentCode, func(a *enrollment.App) { a.TimeoutMinutes, a.RetryCount, a.RetryMinutes = 10, 1, 5 }, everyDevice)
		s.app("Office", officeCode, nil, everyDevice)
		m := s.machine
		m.apps[agent] = &installation{steps: []int{50}}
		m.session()
		for range 8 {
			m.after(10 * time.Minute)
		}
		s.equal("order", m.executed, []string{agent})
		m.apps[agent].running = false // it hangs, but lets others in
		for range 4 {
			m.after(10 * time.Minute)
		}
		_, _, became := s.outcome()
		s.equal("office", became["Office"], "installed 70 0x0 tracked=false")
		s.equal("order, with another try", m.executed, []string{agent, office, agent})
	})
}

func TestTheInstallJobIsAsWindowsReadsIt(t *testing.T) {
	t.Parallel()
	runShop(t, "golden", func(s *shop) {
		s.app("R&D <Tool>", agentCode, func(a *enrollment.App) {
			a.FileName, a.CommandLine, a.ProductVersion = "tool.msi", `/quiet ADDLOCAL="A&B"`, "1.2.3"
			a.TimeoutMinutes, a.RetryCount, a.RetryMinutes = 30, 2, 7
		}, everyDevice)
		s.machine.session()
		address := regexp.MustCompile(`<ContentURL>(https://devices\.contoso\.example/AppContent/[^<]+/tool\.msi)</ContentURL>`)
		if len(s.machine.jobs) != 1 || !address.MatchString(s.machine.jobs[0]) {
			s.Fatalf("jobs = %q", s.machine.jobs)
		}
		sum := sha256.Sum256(installer("R&D <Tool>"))
		s.equal("job", address.ReplaceAllString(s.machine.jobs[0], "<ContentURL>ADDRESS</ContentURL>"), `<MsiInstallJob id="{11111111-1111-4111-8111-111111111111}"><Product Version="1.2.3">`+
			`<Download><ContentURLList><ContentURL>ADDRESS</ContentURL></ContentURLList></Download>`+
			`<Validation><FileHash>`+strings.ToUpper(hex.EncodeToString(sum[:]))+`</FileHash></Validation>`+
			`<Enforcement><CommandLine>/quiet ADDLOCAL=&#34;A&amp;B&#34;</CommandLine><TimeOut>30</TimeOut><RetryCount>2</RetryCount><RetryInterval>7</RetryInterval></Enforcement>`+
			`</Product></MsiInstallJob>`)
	})
}

func TestAPCThatIsNeverHeardOfEndsItsDeploymentInTime(t *testing.T) {
	t.Parallel()
	runShop(t, "silence", func(s *shop) {
		s.page(enrollment.ESP{ShowProgress: true, Blocks: true, TimeoutMinutes: 30})
		page := &enrollment.StatusPage{Service: s.Service}
		s.app("Agent", agentCode, nil, everyDevice)
		s.tx(func(tx enrollment.Tx) error {
			d, err := tx.LockManagedDevice(s.ctx, s.tenant, s.device)
			if err != nil {
				return err
			}
			if err := page.Enrolled(s.ctx, tx, s.tenant, &d, false); err != nil {
				return err
			}
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		overdue := func() int {
			n, err := page.Overdue(s.ctx, s.tenant, 10)
			s.ok(err)
			return n
		}
		s.clock.advance(29 * time.Minute)
		s.equal("in time", overdue(), 0)
		s.clock.advance(time.Minute)
		s.equal("overdue", overdue(), 1)
		s.equal("once", overdue(), 0)
		y, events, _ := s.outcome()
		s.equal("summary", []any{y.State, y.Setup, y.Account, y.EndedAt.IsZero()}, []any{enrollment.DeploymentFailure, enrollment.DeploymentFailure, enrollment.DeploymentNotAttempted, false})
		s.equal("timeline", lines(events), []string{
			"0 phaseBegan [Device preparation] The status page is shown.",
			"0 failed [Device preparation] Device preparation did not finish within 30 minutes. The PC has to take the settings of the status page. 0x800705b4: See that the PC reaches this server: it asks every few minutes while the page is shown.",
		})
		// It comes after all: the page goes on, and the user has still to sign in.
		m := s.machine
		for range 3 {
			m.after(3 * time.Minute)
		}
		y, _, became := s.outcome()
		s.equal("apps", became, map[string]string{"Agent": "installed 70 0x0 tracked=true"})
		s.equal("summary", []any{y.State, y.Setup}, []any{enrollment.DeploymentInProgress, enrollment.DeploymentSuccessRetry})
		s.clock.advance(8 * 24 * time.Hour)
		s.equal("the user did not come", overdue(), 1)
		s.equal("once", overdue(), 0)
		m.session()
		y, _, _ = s.outcome()
		s.equal("summary", []any{y.State, y.Setup, y.Account, m.tree["./Device"+firstSync+"SkipUserStatusPage"]},
			[]any{enrollment.DeploymentSuccessRetry, enrollment.DeploymentSuccessRetry, enrollment.DeploymentNotAttempted, "true"})
	})
}

func TestAnInstallationThatIsUnderWayTimesOutWithItsPage(t *testing.T) {
	t.Parallel()
	runShop(t, "a slow app", func(s *shop) {
		s.page(enrollment.ESP{ShowProgress: true, Blocks: true, AllowUse: true, TimeoutMinutes: 30})
		s.app("Agent", agentCode, nil, everyDevice)
		m := s.machine
		m.apps[agent] = &installation{steps: []int{50}}
		m.session()
		m.after(3 * time.Minute)
		s.clock.advance(27 * time.Minute)
		n, err := (&enrollment.StatusPage{Service: s.Service}).Overdue(s.ctx, s.tenant, 10)
		s.ok(err)
		s.equal("overdue", n, 1)
		s.equal("not told yet", m.tree[pageTimeLimit], "30")
		m.session()
		s.equal("told", []string{m.tree[pageTimeLimit], m.tree[pageButtons], m.tree[deviceFinish]}, []string{"1", "6", ""})
		m.tree["./Device"+firstSync+"IsSyncDone"] = "true"
		m.after(3 * time.Minute)
		y, _, _ := s.outcome()
		s.equal("summary", []any{y.State, y.Setup}, []any{enrollment.DeploymentInProgress, enrollment.DeploymentSuccessTimeout})
	})
}
