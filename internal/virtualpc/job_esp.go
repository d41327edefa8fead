package virtualpc

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// espRun is how far the PC is with the part of the status page that is shown.
type espRun struct {
	job    setup.Job
	due    bool // a session
	told   map[setup.Phase][]setup.ProgressRow
	page   setup.ESP
	failed bool // the person was shown that something failed
	again  bool // the person pressed Try again
}

// statusPage goes one step with the Enrollment Status Page: a session when one
// is due, then what changed on the page, then a wait. The time limit of the page
// is setup's to watch.
func (s *session) statusPage(ctx context.Context) (setup.Event, error) {
	user := s.job == setup.JobUserESP
	run := &s.esp
	if run.job != s.job {
		// The device's part begins with what the enrolment's session said.
		*run = espRun{job: s.job, due: user || s.report.Sessions == 0 || len(s.finished) > 0, told: map[setup.Phase][]setup.ProgressRow{}, page: s.page(), again: run.again}
	}
	if run.failed || run.again {
		run.failed, run.again, run.due = false, false, true
		s.installAnew(ctx)
	}
	if run.due {
		run.due = false
		s.doing("talks with the management")
		if err := s.espSession(ctx, user); err != nil {
			return s.espTrouble(ctx, err)
		}
		if len(s.finished) > 0 {
			run.due = true // what was installed is told at once
		}
	}
	if e, ok := s.progress(user); ok {
		return e, nil
	}
	switch failure := s.failedApp(user); {
	case failure != "" && !run.due: // the management has heard of it
		run.failed = true
		s.tell("an app was not installed (%s)", failure)
		return setup.Event{Kind: setup.ESPFailed, Code: failure}, nil
	case s.espDone(user):
		s.tell("%s", s.espSum(user))
		return setup.Event{Kind: setup.ESPDone}, nil
	case run.due:
		return setup.Event{Kind: setup.TimePassed}, nil
	}
	run.due = true
	wait := s.pollInterval()
	s.doing("talks with the management again in " + strings.TrimSuffix(wait.String(), "0s"))
	return setup.Event{Kind: setup.TimePassed, Elapsed: wait}, s.pc.clock.wait(ctx, wait)
}

func (s *session) espSession(ctx context.Context, user bool) error {
	s.kept.Device.SignedIn = ""
	if user {
		s.kept.Device.SignedIn = s.kept.Setup.UPN
	}
	return s.manage(ctx)
}

// espTrouble is a session that did not come about. The page goes on: its time
// limit says when it is enough, unless the management refuses the PC for good.
func (s *session) espTrouble(ctx context.Context, err error) (setup.Event, error) {
	p := wire.ProblemOf(err)
	if p == nil || ctx.Err() != nil {
		return setup.Event{}, err
	}
	if !p.Temporary {
		s.esp.failed = true
		s.tell("%s (%s)", p.Message, p.Code)
		return setup.Event{Kind: setup.ESPFailed, Code: p.Code, Text: p.Message}, nil
	}
	s.esp.due = true
	wait := s.pollInterval()
	return setup.Event{Kind: setup.TimePassed, Elapsed: wait}, s.pc.clock.wait(ctx, wait)
}

// usualPoll is how often a PC asks when the management did not say.
const usualPoll = 15 * time.Minute

// pollInterval is how long the PC waits between two sessions while the page is
// shown (DMClient CSP, Poll: the first set).
func (s *session) pollInterval() time.Duration {
	if n := s.kept.MDM.Poll.First.Minutes; n > 0 {
		return time.Duration(n) * time.Minute
	}
	return usualPoll
}

// page is what the management has told the PC of its status page.
func (s *session) page() setup.ESP {
	d := s.kept.Device
	is := func(name, value string) bool {
		v, _ := d.FirstSync(false, name)
		return strings.EqualFold(v, value)
	}
	number := func(name string) int {
		v, _ := d.FirstSync(false, name)
		n, _ := strconv.Atoi(v) // a node that is missing or odd is zero
		return n
	}
	text, _ := d.FirstSync(false, "CustomErrorText")
	return setup.ESP{
		ShowDevice: is("SkipDeviceStatusPage", "false"), ShowUser: is("SkipUserStatusPage", "false"),
		TimeoutMinutes: number("TimeOutUntilSyncFailure"), Block: number("BlockInStatusPage"), CollectLogs: is("AllowCollectLogsButton", "true"), ErrorText: text,
	}
}

// progress is what changed on the page since the person saw it last.
func (s *session) progress(user bool) (setup.Event, bool) {
	run := &s.esp
	page := s.page()
	phases := []setup.Phase{setup.PhasePreparation, setup.PhaseDevice}
	if user {
		phases = []setup.Phase{setup.PhaseAccount}
	}
	for _, phase := range phases {
		rows := s.rows(phase)
		if reflect.DeepEqual(run.told[phase], rows) && page == run.page {
			continue
		}
		run.told[phase], run.page = rows, page
		return setup.Event{Kind: setup.ESPProgress, Phase: phase, Rows: rows, ESP: &page}, true
	}
	return setup.Event{}, false
}

// rows are the lines of a phase. The lines of policies, certificates and network
// connections stand for what no PC waits for here: a policy is there when the
// session is over, certificates and connections are not delivered.
func (s *session) rows(phase setup.Phase) []setup.ProgressRow {
	if phase == setup.PhasePreparation {
		last := setup.RowWorking
		if s.known(false) {
			last = setup.RowComplete
		}
		return []setup.ProgressRow{
			{Name: "Secure your hardware", State: setup.RowComplete},
			{Name: "Join your organization's network", State: setup.RowComplete},
			{Name: "Register your device for mobile management", State: setup.RowComplete},
			{Name: "Find out what to wait for", State: last},
		}
	}
	user := phase == setup.PhaseAccount
	if !s.known(user) {
		return []setup.ProgressRow{
			{Name: "Security policies", State: setup.RowIdentifying},
			{Name: "Certificates", State: setup.RowIdentifying},
			{Name: "Network connections", State: setup.RowIdentifying},
			{Name: "Apps", State: setup.RowIdentifying},
		}
	}
	apps := setup.ProgressRow{Name: "Apps", State: setup.RowWorking}
	for _, uri := range s.expectedApps(user) {
		apps.Total++
		switch s.tree(user, uri) {
		case strconv.Itoa(wire.MSIInstalled):
			apps.Done++
		case strconv.Itoa(wire.MSIInstallFailed), strconv.Itoa(wire.MSIDownloadFailed):
			apps.State = setup.RowError
		}
	}
	if apps.Done == apps.Total {
		apps.State = setup.RowComplete
	}
	return []setup.ProgressRow{
		{Name: "Security policies", State: setup.RowComplete, Done: 1, Total: 1},
		{Name: "Certificates", State: setup.RowComplete},
		{Name: "Network connections", State: setup.RowComplete},
		apps,
	}
}

func (s *session) tree(user bool, uri string) string {
	t := s.kept.Device.Tree
	if user {
		t = s.kept.Device.User(s.kept.MDM.UPN)
	}
	v, _ := t.Value(uri)
	return v
}

// known tells whether the PC knows what to wait for: the management has said so,
// or that it is finished.
func (s *session) known(user bool) bool {
	if s.firstSync(user, "ServerHasFinishedProvisioning") == "true" || len(s.expectedApps(user)) > 0 {
		return true
	}
	return !user && s.tree(false, "./Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/"+s.kept.MDM.ProviderID+"/InstallationState") == "3"
}

func (s *session) firstSync(user bool, name string) string {
	v, _ := s.kept.Device.FirstSync(user, name)
	return v
}

// expectedApps are the Status nodes of the apps that the page waits for
// (DMClient CSP, ExpectedMSIAppPackages: LocURI;count, separated by U+F000).
func (s *session) expectedApps(user bool) []string {
	var out []string
	for part := range strings.SplitSeq(s.firstSync(user, "ExpectedMSIAppPackages"), "\uf000") {
		if uri, _, _ := strings.Cut(part, ";"); uri != "" {
			out = append(out, uri)
		}
	}
	return out
}

// failedApp is the error of an app that the page waits for, "" for none.
func (s *session) failedApp(user bool) string {
	for _, uri := range s.expectedApps(user) {
		switch s.tree(user, uri) {
		case strconv.Itoa(wire.MSIInstallFailed), strconv.Itoa(wire.MSIDownloadFailed):
			code, _ := strconv.ParseInt(s.tree(user, strings.TrimSuffix(uri, "Status")+"LastError"), 10, 64)
			return fmt.Sprintf("0x%08x", uint32(code)) //nolint:gosec // an HRESULT has 32 bits
		}
	}
	return ""
}

// espDone tells whether the part of the page that is shown is over: the
// management says that nothing more will come, and everything is there.
func (s *session) espDone(user bool) bool {
	if s.firstSync(user, "ServerHasFinishedProvisioning") != "true" {
		return false
	}
	for _, uri := range s.expectedApps(user) {
		if s.tree(user, uri) != strconv.Itoa(wire.MSIInstalled) {
			return false
		}
	}
	return true
}

func (s *session) espSum(user bool) string {
	if n := len(s.expectedApps(user)); n > 0 {
		return "complete; apps installed: " + strconv.Itoa(n)
	}
	return "complete; nothing to install"
}

// skipped is what a page that was not shown leaves in the registry.
const skipped = 0xffffffff

// pageLeft writes down that the person is past a part of the page, which the
// management may ask for (IsSyncDone).
func (s *session) pageLeft(user bool) error {
	if s.kept.Device == nil {
		return nil
	}
	t, name := s.kept.Device.Tree, "SkipDeviceStatusPage"
	if user {
		t, name = s.kept.Device.User(s.kept.MDM.UPN), "SkipUserStatusPage"
	}
	t.Set("./Vendor/MSFT/DMClient/Provider/"+s.kept.MDM.ProviderID+"/FirstSyncStatus/IsSyncDone", "bool", "true")
	shown := 0
	if s.firstSync(false, name) == "true" {
		shown = skipped
	}
	return s.m.Registry().SetAll(machine.KeyEnrollments+`\{`+strings.ToUpper(s.kept.MDM.EntDMID)+`}\FirstSync`, map[string]any{name: shown, "IsSyncDone": 1})
}

// installed is the alert of a PC whose installations are over ("Win32 and
// Desktop Bridge app installation": Reversed-Domain-Name:com.microsoft.mdm.win32csp_install).
func installed(products []string) []syncml.Command {
	var out []syncml.Command
	for _, p := range products {
		out = append(out, syncml.Command{Kind: syncml.Alert, Data: syncml.CodeData(syncml.AlertGeneric), Items: []syncml.Item{{
			Source: "./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + p, Type: syncml.TypeMSIInstall, Data: syncml.TextData("0"),
		}}})
	}
	return out
}

// desktop is the end of setup: the PC talks with the management once more, now
// with the person signed in.
func (s *session) desktop(ctx context.Context) error {
	s.openStep(StepDesktop)
	who := s.kept.Setup.UPN
	if s.joinLost {
		who += "; the join's key was in a TPM that is gone"
	}
	s.tell("%s", who)
	for s.kept.Device != nil {
		s.doing("talks with the management")
		err := s.espSession(ctx, true)
		if p := wire.ProblemOf(err); p != nil && ctx.Err() == nil {
			s.tell("%s; the management: %s (%s)", who, p.Message, p.Code)
			s.report.Unheard = p.Code
			return nil // a desktop needs no management
		}
		if err != nil || s.wiped {
			return err
		}
		if s.restarts {
			s.restarts = false
			if _, err := s.restart(ctx); err != nil {
				return err
			}
			continue // the next session tells the new name
		}
		if len(s.finished) == 0 {
			return nil
		}
	}
	return nil
}
