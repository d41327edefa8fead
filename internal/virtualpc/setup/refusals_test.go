package setup_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/virtualpc/setup"
)

// arrive goes to a page as a PC to which everything goes well.
func arrive(t testing.TB, w *world, page setup.ScreenName, job setup.Job) setup.State {
	t.Helper()
	j := newJourney(setup.New(w.facts()))
	for range 80 {
		screen, doing := setup.View(j.state)
		if screen.Name == page && doing == job {
			return j.state
		}
		if page == setup.ScreenPreprovision && screen.Name == setup.ScreenEULA {
			s, _, _, err := setup.Next(j.state, setup.Event{Kind: setup.PreprovisionAsked})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s, next, _, err := setup.Next(j.state, w.answer(t, &j.last))
		if err != nil {
			t.Fatal(err)
		}
		j.note(s, next)
	}
	t.Fatalf("no page %s with the job %s", page, job)
	return j.state
}

// TestEachRefusalHasItsCodeWordsAndNextStep holds the codes and event ids of
// the public lists, and where a PC stands after each.
func TestEachRefusalHasItsCodeWordsAndNextStep(t *testing.T) {
	t.Parallel()
	const (
		download, signIn, join, enrol, esp = setup.JobDownloadProfile, setup.JobSignIn, setup.JobJoin, setup.JobEnrol, setup.JobDeviceESP
		refused, unreachable               = setup.ProfileRefused, setup.ProfileUnreachable
	)
	moment := setup.ScreenMoment
	tests := []struct {
		page  setup.ScreenName
		job   setup.Job
		event setup.Event
		shown setup.ScreenName
		code  string
		id    int
		words string
	}{
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "807"}, setup.ScreenProfile, "807", 807, "not registered"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "809"}, setup.ScreenProfile, "809", 809, "does not exist any more"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "815"}, setup.ScreenProfile, "815", 815, "No profile is assigned"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "908", Reason: "HardwareMismatchDetected"}, setup.ScreenProfile, "908", 908, "hardware"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "908", Reason: "SerialNumberMismatch"}, setup.ScreenProfile, "908", 908, "serial number"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "908", Reason: "ProductKeyIdMismatch"}, setup.ScreenProfile, "908", 908, "product key"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "808"}, setup.ScreenProfile, "808", 0, "another organization"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused, Code: "12345"}, setup.ScreenProfile, "12345", 172, "12345"},
		{setup.ScreenProfile, download, setup.Event{Kind: refused}, setup.ScreenProfile, "172", 172, "172"},
		{setup.ScreenProfile, download, setup.Event{Kind: unreachable}, setup.ScreenProfile, setup.CodeUnreachable, 100, "did not answer"},
		{setup.ScreenProfile, download, setup.Event{Kind: unreachable, Code: setup.CodeTPMIdentity}, setup.ScreenProfile, setup.CodeTPMIdentity, 171, "TPM"},
		{setup.ScreenProfile, download, setup.Event{Kind: unreachable, Code: setup.CodeProfileDamaged}, setup.ScreenProfile, setup.CodeProfileDamaged, 172, "no profile"},
		{setup.ScreenEULA, "", setup.Event{Kind: setup.Declined}, setup.ScreenEULA, setup.CodeDeclined, 0, "declined"},
		{setup.ScreenPreprovision, download, setup.Event{Kind: refused, Code: "2149056517"}, setup.ScreenPreprovision, "0x80180005", 0, "Allow pre-provisioned deployment = No"},
		{setup.ScreenPreprovision, download, setup.Event{Kind: refused, Code: "815"}, setup.ScreenPreprovision, "815", 815, "No profile is assigned"},
		{setup.ScreenPreprovision, download, setup.Event{Kind: setup.ProfileArrived, Profile: &setup.Profile{TenantID: tenantID, TenantDomain: domain}}, setup.ScreenPreprovision, "0x80180005", 0, "says nothing"},
		{setup.ScreenPassword, signIn, setup.Event{Kind: setup.SignInFailed, Code: "50126"}, setup.ScreenPassword, "50126", 0, "refused"},
		{setup.ScreenPassword, signIn, setup.Event{Kind: setup.SignInFailed, Value: "account"}, setup.ScreenAccount, setup.CodeSignIn, 0, "refused"},
		{setup.ScreenPassword, signIn, setup.Event{Kind: setup.SignInFailed, Reason: setup.ReasonAssignedUser}, setup.ScreenAccount, setup.CodeAssignedUser, 0, "Only the assigned user may sign in = Yes"},
		{setup.ScreenMFA, signIn, setup.Event{Kind: setup.SignInFailed, Code: "500121"}, setup.ScreenMFA, "500121", 0, "refused"},
		{setup.ScreenMFA, signIn, setup.Event{Kind: setup.SignInFailed, Code: setup.CodeMFARefused}, setup.ScreenAccount, setup.CodeMFARefused, 0, "second factor"},
		{setup.ScreenMFA, signIn, setup.Event{Kind: setup.SignedIn, UPN: "eve@fabrikam.com", Tenant: otherID}, setup.ScreenError, "0x801c0003", 0, "eve@fabrikam.com is not of contoso.com"},
		{setup.ScreenTerms, "", setup.Event{Kind: setup.Declined}, setup.ScreenError, "rejectedTermsOfUse", 0, "declined"},
		{moment, setup.JobTerms, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180018"}, setup.ScreenError, "0x80180018", 0, "license"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "801c0003"}, setup.ScreenError, "0x801c0003", 0, "This user isn't authorized to enroll."},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x801C000E"}, setup.ScreenError, "0x801c000e", 0, "as many devices"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x801c0003", Reason: setup.ReasonAssignedUser}, setup.ScreenError, setup.CodeAssignedUser, 0, "assigned"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x801c0002", Reason: setup.ReasonMFA}, setup.ScreenError, "0x801c0002", 0, "does not accept this sign-in"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x801c00ff"}, setup.ScreenError, "0x801c00ff", 0, "0x801c00ff"},
		{moment, join, setup.Event{Kind: setup.JoinRefused}, setup.ScreenError, "0x801c0006", 0, "fault of its own"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x80072EFD"}, setup.ScreenError, "0x80072efd", 0, "The directory could not be reached."},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x80072f05"}, setup.ScreenError, "0x80072f05", 0, "no certificate that this PC trusts"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "0x801901f7"}, setup.ScreenError, "0x801901f7", 0, "The directory has a fault of its own"},
		{moment, join, setup.Event{Kind: setup.JoinRefused, Code: "AnswerIsPage"}, setup.ScreenError, "AnswerIsPage", 0, "no answer that this PC can use"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180003"}, setup.ScreenError, "0x80180003", 0, "not allowed"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180012"}, setup.ScreenError, "0x80180012", 0, "not one that this PC trusts"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180013"}, setup.ScreenError, "0x80180013", 0, "as many devices"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180014"}, setup.ScreenError, "0x80180014", 0, "does not let this PC enrol"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0x80180018"}, setup.ScreenError, "0x80180018", 0, "license"},
		{moment, enrol, setup.Event{Kind: setup.EnrolRefused, Code: "0xC1036501"}, setup.ScreenError, "0xc1036501", 0, "several managements"},
		{setup.ScreenDeviceESP, esp, setup.Event{Kind: setup.ESPFailed}, setup.ScreenDeviceESP, setup.CodeESP, 0, setup.DefaultErrorText},
		{setup.ScreenDeviceESP, esp, setup.Event{Kind: setup.TimePassed, Elapsed: time.Hour}, setup.ScreenDeviceESP, "0x800705b4", 0, setup.DefaultErrorText},
		{setup.ScreenWindowsSignIn, signIn, setup.Event{Kind: setup.SignInFailed, Code: "50126"}, setup.ScreenWindowsSignIn, "50126", 0, "refused"},
		{setup.ScreenWindowsSignIn, signIn, setup.Event{Kind: setup.SignedIn, UPN: "alex@contoso.com", Tenant: tenantID}, setup.ScreenWindowsSignIn, setup.CodeAnotherUser, 0, adele},
	}
	for _, tt := range tests {
		t.Run(string(tt.event.Kind)+" "+tt.code+" at "+string(tt.page), func(t *testing.T) {
			t.Parallel()
			w := longest()
			s, screen, _, err := setup.Next(arrive(t, &w, tt.page, tt.job), tt.event)
			if err != nil {
				t.Fatal(err)
			}
			checkScreen(t, &s, &screen)
			p := screen.Error
			if screen.Name != tt.shown || p == nil || p.Code != tt.code || p.EventID != tt.id || !strings.Contains(p.Words, tt.words) {
				t.Errorf("the page %s with %+v, want %s with %s, event %d, %q", screen.Name, p, tt.shown, tt.code, tt.id, tt.words)
			}
			if kept := s.Report().Problems; len(kept) == 0 || kept[len(kept)-1].Code != tt.code {
				t.Errorf("the report has the problems %+v", kept)
			}
			w.goOn(t, &journey{state: s, last: screen, why: map[setup.ScreenName]string{}, skipped: map[setup.ScreenName]string{}})
		})
	}
}

// TestTheStatusPagesButtonsAreThoseItsSettingsAllow reads the flags of the
// DMClient CSP: 1 reset, 2 try again, 4 continue, 0 the page may be left.
func TestTheStatusPagesButtonsAreThoseItsSettingsAllow(t *testing.T) {
	t.Parallel()
	again, reset, on, logs := setup.ButtonTryAgain, setup.ButtonReset, setup.ButtonContinue, setup.ButtonCollectLogs
	tests := []struct {
		block int
		logs  bool
		want  []setup.Button
	}{
		{0, false, []setup.Button{on}},
		{1, false, []setup.Button{reset}},
		{2, false, []setup.Button{again}},
		{3, true, []setup.Button{again, reset, logs}},
		{4, false, []setup.Button{on}},
		{5, false, []setup.Button{reset, on}},
		{7, true, []setup.Button{again, reset, on, logs}},
	}
	for _, tt := range tests {
		w := longest()
		w.restart, w.esp.Block, w.esp.CollectLogs = false, tt.block, tt.logs
		s, screen, job, err := setup.Next(arrive(t, &w, setup.ScreenDeviceESP, setup.JobDeviceESP), setup.Event{Kind: setup.ESPFailed})
		if err != nil || job != setup.JobNone || !slices.Equal(screen.Buttons, tt.want) {
			t.Errorf("flags %d, logs %v: buttons %q, want %q (%v)", tt.block, tt.logs, screen.Buttons, tt.want, err)
		}
		for b, leadsTo := range map[setup.Button]setup.Job{again: setup.JobDeviceESP, reset: setup.JobReset, on: setup.JobNone, logs: setup.JobCollectLogs} {
			_, after, job, err := setup.Next(s, setup.Event{Kind: setup.Pressed, Button: b})
			switch {
			case !slices.Contains(tt.want, b):
				if err == nil {
					t.Errorf("flags %d: the button %q, which is not shown, was pressed", tt.block, b)
				}
			case err != nil || job != leadsTo || b == on && after.Name != setup.ScreenPrivacy:
				t.Errorf("flags %d: %q leads to the page %s and the job %q (%v)", tt.block, b, after.Name, job, err)
			}
		}
	}
}

func TestWhoIsALocalAdministratorIsDecidedByProfileAndJoin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		standard, joinSays bool
		want               setup.AccountType
		why                string
	}{
		{false, true, setup.Administrator, "User account type = Administrator"},
		{true, true, setup.StandardUser, "User account type = Standard user"},
		{false, false, setup.StandardUser, "the answer to the join"},
		{true, false, setup.StandardUser, "User account type = Standard user"},
	}
	for _, tt := range tests {
		w := world{network: setup.Wired, settings: settings{standardUser: tt.standard}}
		s, _, _, err := setup.Next(arrive(t, &w, setup.ScreenMoment, setup.JobJoin), setup.Event{Kind: setup.Joined, Administrator: tt.joinSays, DeviceID: "device-1"})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.Report(); r.AccountType != tt.want || !strings.Contains(r.AccountWhy, tt.why) || r.DeviceID != "device-1" {
			t.Errorf("profile standard %v, join %v: %q because %q", tt.standard, tt.joinSays, r.AccountType, r.AccountWhy)
		}
	}
}

// TestAChangedProfileTakesEffectAtTheNextStart also without a network at that
// start: the name that was given stays until then, a new template gives a new
// one, and a page that is shown now is come to.
func TestAChangedProfileTakesEffectAtTheNextStart(t *testing.T) {
	t.Parallel()
	for _, network := range []setup.Network{setup.Wired, setup.NoNetwork} {
		w := world{network: setup.Wired, settings: settings{language: setup.OSDefault, keyboard: true, hideEULA: true, template: "OLD-%SERIAL%"}}
		s := arrive(t, &w, setup.ScreenAccount, setup.JobNone)
		w.settings.template, w.settings.hideEULA = "NEW-%SERIAL%", false
		screen, _ := setup.View(s)
		if slices.Contains(screen.Events, setup.ProfileArrived) {
			t.Fatal("the account page takes a new profile")
		}
		s, screen, _, err := setup.Next(s, setup.Event{Kind: setup.PowerOn, Network: network})
		if err != nil {
			t.Fatal(err)
		}
		j := newJourney(s)
		j.note(s, screen)
		w.goOn(t, &j)
		want := []setup.ScreenName{setup.ScreenEULA, setup.ScreenRename, setup.ScreenAccount}
		if network == setup.NoNetwork {
			want = append([]setup.ScreenName{setup.ScreenNetwork, setup.ScreenProfile}, want...)
		}
		if len(j.shown) < len(want) || !slices.Equal(j.shown[:len(want)], want) || j.state.Name != "NEW-PF-4X2K9" {
			t.Errorf("network %s: pages after the change %v, name %s", network, j.shown, j.state.Name)
		}
	}
}

// TestASignInThatBeginsAnewForgetsWhoWasThereBefore: somebody outside the MDM
// scope may not join; the next person is in it, and has terms to accept.
func TestASignInThatBeginsAnewForgetsWhoWasThereBefore(t *testing.T) {
	t.Parallel()
	w := world{network: setup.Wired, terms: true}
	j := newJourney(arrive(t, &w, setup.ScreenMoment, setup.JobTerms))
	for _, e := range []setup.Event{
		{Kind: setup.NotManaged, Text: "MDM user scope = None"},
		{Kind: setup.JoinRefused, Code: "0x801c0003"},
		{Kind: setup.Pressed, Button: setup.ButtonTryAgain},
	} {
		s, screen, _, err := setup.Next(j.state, e)
		if err != nil {
			t.Fatal(err)
		}
		j.note(s, screen)
	}
	if j.state.UPN != "" || j.last.Name != setup.ScreenAccount {
		t.Errorf("the page %s still knows %s", j.last.Name, j.state.UPN)
	}
	w.goOn(t, &j)
	if _, asked := j.why[setup.ScreenTerms]; !asked || !j.state.Report().Managed {
		t.Errorf("the next person saw terms: %v, and is managed: %v", asked, j.state.Report().Managed)
	}
}

// TestNoSecretHasAPlaceInASetup: neither events nor states have a field for
// what a person types into a secret field.
func TestNoSecretHasAPlaceInASetup(t *testing.T) {
	t.Parallel()
	for _, kind := range []reflect.Type{reflect.TypeFor[setup.Event](), reflect.TypeFor[setup.State](), reflect.TypeFor[setup.Profile]()} {
		for field := range kind.Fields() {
			name := strings.ToLower(field.Name)
			for _, secret := range []string{"password", "secret", "token", "pin", "ticket", "key"} {
				if strings.Contains(name, secret) && name != "keyboard" && name != "hidekeyboard" {
					t.Errorf("%s has the field %s", kind.Name(), field.Name)
				}
			}
		}
	}
	w := longest()
	s := arrive(t, &w, setup.ScreenPassword, setup.JobSignIn)
	screen, _ := setup.View(s)
	secrets := slices.DeleteFunc(slices.Clone(screen.Fields), func(f setup.Field) bool { return !f.Secret })
	text, err := json.Marshal(screen)
	if err != nil || len(secrets) != 1 || secrets[0].Value != "" {
		t.Errorf("the password page has the secret fields %+v: %s %v", secrets, text, err)
	}
}
