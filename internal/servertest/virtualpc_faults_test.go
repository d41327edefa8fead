package servertest_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// What goes wrong at a PC ends at the desktop when Windows gets over it, and
// else at a page that says what is wrong and what to do.
func TestWhatGoesWrongAtAPCEndsAsAPersonWouldUnderstand(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w, draw := servertest.Start(t, db), servertest.Keys(t)
		for i, c := range []struct {
			name   string
			script string
			with   func(s *school) // what else is so in the tenant
			// stuck is the code that the PC shows when the person goes away; empty: it
			// comes to its desktop. again is the script of the next boot.
			stuck  string
			screen setup.ScreenName
			again  string
			state  string // of the deployment at the end; empty is success
		}{
			{name: "the network is away for a while at every step", script: "at profile lose for 8s\nat sign-in lose x1\nat terms lose x2\nat join lose x2\nat enrol lose x2\nat user-esp lose for 50s\nat desktop lose x1"},
			{name: "a slow network", script: "at any slow for 900ms"},
			{name: "a busy server", script: "at profile status 429 x2 for 20s\nat sign-in status 503 x2 for 1s\nat join status 503 x3 for 5s\nat enrol status 503 x2\nat user-esp status 503 x4 for 30s"},
			{name: "no network for good", script: "at profile lose for 90m", stuck: "0x80072efd", screen: setup.ScreenProfile},
			{name: "no network for good, and back when the person tries again", script: "at profile lose for 80s\npress try-again\npress try-again\npress try-again"},
			{name: "the network is gone while it joins", script: "at join lose for 90m", stuck: "0x80072efd", screen: setup.ScreenError},
			{name: "a wrong password once", script: "at sign-in password"},
			{name: "a wrong password over and over", script: "at sign-in password x20", stuck: "sign-in-failed", screen: setup.ScreenPassword},
			{name: "the terms declined", script: "at terms decline", stuck: setup.CodeTermsDeclined, screen: setup.ScreenError},
			{name: "the terms declined, then accepted", script: "at terms decline\npress try-again"},
			{name: "the second factor refused", script: "at sign-in mfa", with: (*school).wantsMFA, stuck: setup.CodeMFARefused, screen: setup.ScreenAccount},
			{name: "a clock that is years ahead", script: "clock 200000h", stuck: "0x80072f05", screen: setup.ScreenProfile},
			{name: "a restart in the middle of the status page", script: "at device-esp restart", with: (*school).wantsAgent},
			{name: "switched off while it joins", script: "at join power-off"},
			{name: "an app that fails", script: "at enrol app-fails code 0x80070652", with: (*school).wantsAgent, stuck: "0x80070652", screen: setup.ScreenDeviceESP, state: "successOnRetry"},
			{name: "an app that fails, and works when the person tries again", script: "at any app-fails\npress try-again", with: (*school).wantsAgent, state: "successOnRetry"},
			{name: "a full disk while it downloads its profile", script: "at profile disk-full", stuck: "0x80070070", screen: setup.ScreenProfile},
			{name: "a full disk while it joins", script: "at join disk-full", stuck: "0x80070070"},
			{name: "a full disk while it enrols", script: "at enrol disk-full", stuck: "0x80070070"},
			{name: "a full disk at the status page", script: "at user-esp disk-full", stuck: "0x80070070"},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := schoolIn(t, w, fmt.Sprintf("School%d", i), draw, nil)
				if c.with != nil {
					c.with(s)
				}
				pc, registration := s.pc("desk")
				r := pc.Boot(t, c.script, nil)
				if c.stuck != "" {
					if r.Outcome != virtualpc.OutcomeFailed || r.Problem == nil || r.Problem.Code != c.stuck || r.Problem.Words == "" || r.Problem.Next == "" {
						t.Fatalf("the boot ended as %s with %+v, want %s and what to do\nsteps %+v", r.Outcome, r.Problem, c.stuck, r.Steps)
					}
					if c.screen != "" && r.Setup.Reached != c.screen {
						t.Errorf("the PC shows %s, want %s", r.Setup.Reached, c.screen)
					}
				}
				if r.Outcome != virtualpc.OutcomeDesktop {
					r = pc.Boot(t, c.again, nil) // what was wrong is over
				}
				state := c.state
				if state == "" {
					state = "success"
				}
				s.arrived("at the end", r, registration, state)
			})
		}
	})
}

// wantsAgent is an app that the status page waits for.
func (s *school) wantsAgent() { s.app("Agent", agentCode) }

// wantsMFA asks for a second factor of who joins, and gives Adele an app.
func (s *school) wantsMFA() {
	s.p.Must(s.t, s.Token, http.MethodPut, joinPolicy, with(policyBody(), "multiFactorAuthConfiguration", "required"), http.StatusOK)
}

// Wherever the power goes, the next boot goes on, and nothing is there twice.
func TestAPCThatIsSwitchedOffAtAnyPointGoesOn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		profile := tutorialProfile("Sales")
		profile["deviceNameTemplate"] = "CT-%RAND:5%"
		s := newSchool(t, db, profile)
		s.wantsAgent()
		pc, registration := s.pc("desk")
		const enough = 200
		for n := 1; ; n++ {
			ctx, off := context.WithCancel(t.Context())
			seen := 0
			r, err := pc.TryBoot(ctx, t, "", func(b *virtualpc.Boot) {
				b.Watch = func(virtualpc.View) {
					if seen++; seen == n {
						off()
					}
				}
			})
			off()
			if r.Outcome == virtualpc.OutcomeDesktop {
				s.arrived("at the end", r, registration, "success")
				if r.Setup.Boots < 5 {
					t.Errorf("the PC was switched off %d times only", r.Setup.Boots)
				}
				return
			}
			if err == nil || r.Outcome != virtualpc.OutcomeOff {
				t.Fatalf("switched off after %d views, the boot ended as %s with %v: %+v", n, r.Outcome, err, r.Problem)
			}
			if n == enough {
				t.Fatalf("the PC does not come to its desktop: %+v", r)
			}
		}
	})
}

// A server that is restarted while PCs are set up costs them nothing but time.
func TestAServerRestartedWhileAPCIsSetUpIsNoTrouble(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newSchool(t, db, nil)
		s.wantsAgent()
		pc, registration := s.pc("desk")
		at := []string{"profile", "password", "terms", "moment", "device-esp", "user-esp"}
		r := pc.Boot(t, "", func(b *virtualpc.Boot) {
			b.Watch = func(v virtualpc.View) {
				i := slices.Index(at, string(v.Screen.Name))
				if v.Doing == "" && v.Answer == "" || i < 0 {
					return
				}
				at = slices.Delete(at, i, i+1)
				s.p.Stop(t)
				s.p = s.world.Join(t)
				pc.At(s.p)
			}
		})
		if len(at) > 0 {
			t.Errorf("the server was not restarted at %q", at)
		}
		s.refresh()
		s.arrived("after the restarts", r, registration, "success")
	})
}

// Somebody who is slowed, because others typed wrong passwords for their
// account, reads what the page says and types again after it.
func TestAPersonWhoIsAskedToWaitDoesSo(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now().Truncate(time.Second)}
		s := newSchool(t, db, nil, servertest.WithClock(clock.read))
		pc, registration := s.pc("desk")
		pc.Wait = func(_ context.Context, d time.Duration) error { clock.advance(d); return nil }
		pc.Person.Reads = 0 // they are as quick as can be
		slowed := ""
		for range 20 {
			if _, slowed = s.p.TrySignIn(t, s.Tenant, s.adele.UPN, "a wrong password"); strings.Contains(slowed, "too many") {
				break
			}
		}
		if !strings.Contains(slowed, "too many") {
			t.Fatalf("twenty wrong passwords came to %q", slowed)
		}
		shown := 0
		r := pc.Boot(t, "", func(b *virtualpc.Boot) {
			b.Watch = func(v virtualpc.View) {
				if strings.Contains(v.Doing, "Too many tries. Wait 1 second") {
					shown++
				}
			}
		})
		s.arrived("at the end", r, registration, "success")
		if shown != 1 {
			t.Errorf("the PC was slowed %d times, want once", shown)
		}
	})
}
