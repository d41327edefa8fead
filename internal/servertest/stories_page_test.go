package servertest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

const logsFile = "Users/Public/Documents/MDMDiagnostics/MDMDiagReport.zip"

// failsOnce boots a PC whose app fails once, and returns the page that says so.
func (s *school) failsOnce(pc *servertest.VirtualPC, presses string) (*virtualpc.Report, *setup.Screen) {
	s.t.Helper()
	var e eyes
	r := pc.Boot(s.t, "network wired\nat any app-fails code 0x80070652\n"+presses, e.open)
	return r, e.page(s.t, setup.ScreenDeviceESP, failing)
}

// collected wants the PC's logs to be there.
func collected(t *testing.T, pc *servertest.VirtualPC) {
	t.Helper()
	m, err := machine.Open(pc.Machine.Disk())
	if err != nil {
		t.Fatal(err)
	}
	if logs, err := m.Drive().Read(logsFile); err != nil || !strings.HasPrefix(string(logs), "PK") {
		t.Errorf("the logs have %d bytes (%v)", len(logs), err)
	}
}

// afterReset wants a PC that was reset at its desktop, and what was before the
// reset to be over.
func (s *school) afterReset(r *virtualpc.Report, registration string) {
	s.t.Helper()
	s.arrived("reset", r, registration, "success")
	s.only("reset", 1, 1)
	if all := s.setUps(registration); len(all) != 2 || all[1]["deploymentState"] != "failure" || all[1]["deploymentEndDateTime"] == nil {
		s.t.Errorf("the PC's deployments are %v", all)
	}
}

// allButtons wants the page to have every button.
func (s *school) allButtons(page *setup.Screen) {
	s.t.Helper()
	if all := []setup.Button{setup.ButtonTryAgain, setup.ButtonReset, setup.ButtonContinue, setup.ButtonCollectLogs}; !slices.Equal(page.Buttons, all) {
		s.t.Errorf("the page has the buttons %q, want %q", page.Buttons, all)
	}
}

// triedAgain wants a PC at its desktop that has the agent at last.
func (s *school) triedAgain(r *virtualpc.Report, registration string) {
	s.t.Helper()
	s.arrived("tried again", r, registration, "successOnRetry")
	if !slices.Equal(r.Apps, []string{agentCode}) {
		s.t.Errorf("the PC has %q", r.Apps)
	}
}

// changePage changes the status page.
func (s *school) changePage(with object) {
	s.t.Helper()
	with["@odata.type"] = statusPage("")["@odata.type"]
	s.p.Must(s.t, s.Token, http.MethodPatch, screens+"/"+s.page, with, http.StatusOK)
}

// An app fails while the Enrollment Status Page waits for it, and the person
// presses each of the buttons that the tenant allows.
func TestStoriesOfTheEnrollmentStatusPage(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{name: "Try again", tell: func(s *school) {
			s.wantsAgent()
			s.changePage(object{"customErrorMessage": "Call 4711."})
			pc, registration := s.pc("desk")
			r, page := s.failsOnce(pc, "press try-again")
			if page.Error.Code != "0x80070652" || page.Error.Words != "Call 4711." {
				s.t.Errorf("the page says %+v", page.Error)
			}
			s.allButtons(page)
			s.triedAgain(r, registration)
		}},
		{name: "Reset device", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, _ := s.failsOnce(pc, "press reset-device")
			s.afterReset(r, registration)
		}},
		{name: "Continue anyway", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, _ := s.failsOnce(pc, "press continue-anyway")
			if r.Outcome != virtualpc.OutcomeDesktop || len(r.Setup.Problems) == 0 {
				s.t.Fatalf("the boot ended as %s: %+v", r.Outcome, r.Setup.Problems)
			}
			s.only("continued", 1, 1)
			if summary, _ := s.record(registration); summary["deploymentState"] == "success" || summary["userPrincipalName"] != s.adele.UPN {
				s.t.Errorf("the deployment is %v", summary)
			}
		}},
		{name: "Collect logs, and then go away", tell: func(s *school) {
			s.wantsAgent()
			pc, _ := s.pc("desk")
			r, _ := s.failsOnce(pc, "press collect-logs")
			s.stuck(r, setup.ScreenDeviceESP, "0x80070652", setup.DefaultErrorText)
			collected(s.t, pc)
		}},
		{name: "Try again alone is allowed", tell: func(s *school) {
			s.wantsAgent()
			s.changePage(object{"allowDeviceUseOnInstallFailure": false, "allowDeviceResetOnInstallFailure": false, "allowLogCollectionOnInstallFailure": false})
			pc, registration := s.pc("desk")
			r, page := s.failsOnce(pc, "press continue-anyway")
			s.stuck(r, setup.ScreenDeviceESP, "0x80070652", setup.DefaultErrorText)
			if !slices.Equal(page.Buttons, []setup.Button{setup.ButtonTryAgain}) {
				s.t.Errorf("the page has the buttons %q", page.Buttons)
			}
			if summary, _ := s.record(registration); summary["deploymentState"] == "success" {
				s.t.Errorf("the deployment is %v", summary)
			}
		}},
		{name: "the page is not shown", tell: func(s *school) {
			s.wantsAgent()
			s.changePage(object{"showInstallationProgress": false})
			pc, registration := s.pc("desk")
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("at the desktop", r, registration, "success")
			showed(s.t, r, nil, []setup.ScreenName{setup.ScreenDeviceESP, setup.ScreenUserESP})
		}},
	})
}
