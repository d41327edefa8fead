package setup_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/setup"
)

var (
	seedFlag = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")
	pcsFlag  = flag.Int("pcs", 100, "how many PCs the random test sends through setup")
)

func randomSource(t testing.TB) *rand.Rand {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d: repeat with -seed=%d", seed, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// rank is the documented order of the pages; a sign-in is gone back to.
var rank = []setup.ScreenName{
	setup.ScreenRegion, setup.ScreenKeyboard, setup.ScreenLayout, setup.ScreenNetwork, setup.ScreenProfile, setup.ScreenEULA, setup.ScreenRename,
	setup.ScreenPlain, setup.ScreenAccount, setup.ScreenPassword, setup.ScreenMFA, setup.ScreenTerms,
	setup.ScreenDeviceESP, setup.ScreenWindowsSignIn, setup.ScreenPrivacy, setup.ScreenUserESP, setup.ScreenHello, setup.ScreenDesktop,
}

// mayGoBackTo are the pages that a person or a refusal leads back to.
var mayGoBackTo = []setup.ScreenName{setup.ScreenPlain, setup.ScreenAccount, setup.ScreenMFA}

// TestWhateverHappensSetupKeepsItsPromises sends PCs through random events, those
// that cannot happen too. After each: a page with a reason and a next step, in
// the documented order; a state that survives the disk; and a way to the desktop.
func TestWhateverHappensSetupKeepsItsPromises(t *testing.T) {
	t.Parallel()
	random := randomSource(t)
	events, refused, desktops := 0, 0, 0
	for range *pcsFlag {
		m := newMonkey(random)
		for range 60 {
			e := m.event()
			before := encode(t, m.state)
			s, screen, job, err := setup.Next(m.state, e)
			events++
			if encode(t, m.state) != before {
				t.Fatalf("the event %+v changed the state it was given", e)
			}
			checkScreen(t, &s, &screen)
			var impossible *setup.EventError
			switch {
			case errors.As(err, &impossible):
				refused++
				if encode(t, s) != before {
					t.Fatalf("the refused event %+v changed the state:\n%s", e, cmp.Diff(m.state, s))
				}
				if impossible.Kind != e.Kind || impossible.Why == "" {
					t.Fatalf("the event %+v is refused with %+v", e, impossible)
				}
				continue
			case err != nil:
				t.Fatalf("event %+v: %v", e, err)
			case !slices.Contains(m.screen.Events, e.Kind):
				t.Fatalf("the page %+v took the event %+v, which is none of its own", m.screen, e)
			}
			m.checkOrder(t, &e, &screen)
			m.checkDisk(t, &s, &screen, job)
			m.state, m.screen = s, screen
			if screen.Name == setup.ScreenDesktop {
				desktops++
			}
		}
		m.checkWayOut(t)
	}
	if refused == 0 || desktops == 0 {
		t.Errorf("of %d events %d were refused, and %d times a desktop was seen: too few to show anything", events, refused, desktops)
	}
	t.Logf("%d events, %d refused, %d desktops", events, refused, desktops)
}

// monkey is somebody who presses everything.
type monkey struct {
	random  *rand.Rand
	world   world
	state   setup.State
	screen  setup.Screen
	highest int
}

func newMonkey(random *rand.Rand) *monkey {
	all := everySetting()
	m := &monkey{random: random}
	coin := func() bool { return random.IntN(2) == 0 }
	m.world = world{
		network:  []setup.Network{setup.NoNetwork, setup.WiFi, setup.Wired}[random.IntN(3)],
		settings: all[random.IntN(len(all))], mfa: coin(), terms: coin(), hello: coin(),
		esp: setup.ESP{ShowDevice: coin(), ShowUser: coin(), TimeoutMinutes: random.IntN(90), Block: random.IntN(8), CollectLogs: coin()},
	}
	m.state = setup.New(m.world.facts())
	m.screen, _ = setup.View(m.state)
	return m
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// event is mostly one that the page takes, sometimes any.
func (m *monkey) event() setup.Event {
	r := m.random
	kind := pick(r, m.screen.Events...)
	for kind == setup.PowerOn || kind == setup.Disconnected { // less often, or nothing else happens
		if r.IntN(6) == 0 {
			break
		}
		if kind = pick(r, m.screen.Events...); len(m.screen.Events) < 3 {
			break
		}
	}
	if r.IntN(10) == 0 {
		kind = pick(r, everyKind...)
	}
	e := setup.Event{
		Kind: kind, Network: pick(r, "", setup.Wired, setup.WiFi, setup.NoNetwork, "none of them"),
		Value:  pick(r, "", "de-DE", adele, "nobody", setup.Work, setup.Personal, string(setup.ScreenAccount), "\x1b[2J"),
		Code:   pick(r, "", "807", "809", "815", "908", "999", "0x801c0003", "801C000E", "0x80180018", "0x801c0006", setup.CodeMFARefused, setup.CodeTPMIdentity),
		Reason: pick(r, "", "SerialNumberMismatch", setup.ReasonAssignedUser), Text: pick(r, "", "words", "\x1b]0;title\x07 words", "Adele"),
		UPN: pick(r, adele, adele, "eve@fabrikam.com", ""), Tenant: pick(r, tenantID, tenantID, otherID, ""), Organization: pick(r, "", "Contoso"),
		DeviceID: "device-1", Administrator: r.IntN(2) == 0, Button: pick(r, everyButton...), Restart: r.IntN(4) == 0, On: r.IntN(2) == 0,
		Elapsed: time.Duration(r.IntN(40)) * time.Minute, Phase: pick(r, "", setup.PhasePreparation, setup.PhaseDevice, setup.PhaseAccount),
	}
	if len(m.screen.Buttons) > 0 && r.IntN(2) == 0 {
		e.Button = pick(r, m.screen.Buttons...)
	}
	if r.IntN(3) > 0 {
		p, err := setup.ParseProfile(encodeDocument(&m.world.settings))
		if err == nil {
			p.Hybrid, p.SelfDeploying, p.OnlyAssignedUser, p.Preprovisioning = r.IntN(8) == 0, r.IntN(8) == 0, r.IntN(8) == 0, r.IntN(2) == 0
			p.AssignedUser = pick(r, "", adele)
			e.Profile = p
		}
	}
	if r.IntN(3) > 0 {
		e.ESP = &m.world.esp
	}
	if r.IntN(2) == 0 {
		total := r.IntN(4)
		e.Rows = []setup.ProgressRow{{Name: "Apps", State: pick(r, setup.RowIdentifying, setup.RowWorking, setup.RowComplete, setup.RowError, "?"), Done: total, Total: total + r.IntN(3) - 1}}
	}
	return e
}

// checkOrder: from a start of the PC to the next one, pages come in their order.
func (m *monkey) checkOrder(t testing.TB, e *setup.Event, screen *setup.Screen) {
	t.Helper()
	at := slices.Index(rank, screen.Name)
	switch {
	case e.Kind == setup.PowerOn || e.Kind == setup.Restarted || slices.Contains(mayGoBackTo, screen.Name):
		m.highest = at
	case at < 0: // a page that is in no order
	case at < m.highest && m.screen.Name != setup.ScreenPreprovision:
		t.Fatalf("the event %+v leads back from %s to %s", *e, rank[m.highest], screen.Name)
	default:
		m.highest = at
	}
}

// checkDisk: the state is the same after it was written down and read again.
func (m *monkey) checkDisk(t testing.TB, s *setup.State, screen *setup.Screen, job setup.Job) {
	t.Helper()
	var back setup.State
	if err := json.Unmarshal([]byte(encode(t, *s)), &back); err != nil {
		t.Fatalf("%v: %s", err, encode(t, *s))
	}
	if encode(t, back) != encode(t, *s) {
		t.Fatalf("read back (-was +is):\n%s", cmp.Diff(*s, back))
	}
	again, job2 := setup.View(back)
	if !reflect.DeepEqual(*screen, again) || job != job2 {
		t.Fatalf("the page after reading back, job %s and %s:\n%s", job, job2, cmp.Diff(*screen, again))
	}
}

// checkWayOut: whatever happened, somebody who does what the pages say reaches
// the desktop.
func (m *monkey) checkWayOut(t testing.TB) {
	t.Helper()
	j := newJourney(m.state)
	m.world.change = func(p *setup.Profile) { p.AssignedUser = adele }
	m.world.goOn(t, &j)
	r := j.state.Report()
	checkLines(t, r.Lines(60), 60)
	if !r.Finished || r.Problem != nil || r.AccountType == "" {
		t.Fatalf("the report of a PC at its desktop: %+v", r)
	}
}

func encode(t testing.TB, s setup.State) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func encodeDocument(s *settings) []byte {
	text, err := json.Marshal(s.document())
	if err != nil {
		return nil
	}
	return text
}

var everyKind = []setup.EventKind{
	setup.PowerOn, setup.Chosen, setup.Connected, setup.Disconnected, setup.ProfileArrived, setup.ProfileRefused, setup.ProfileUnreachable, setup.Updated,
	setup.Accepted, setup.Declined, setup.SignedIn, setup.SignInFailed, setup.MFANeeded, setup.TermsShown, setup.NoTerms, setup.Joined, setup.JoinRefused,
	setup.Enrolled, setup.EnrolRefused, setup.NotManaged, setup.HelloPolicy, setup.ESPProgress, setup.ESPDone, setup.ESPFailed, setup.Pressed,
	setup.Restarted, setup.LogsCollected, setup.PreprovisionAsked, setup.TimePassed, "something else",
}

var everyButton = []setup.Button{
	setup.ButtonYes, setup.ButtonNext, setup.ButtonSkip, setup.ButtonBack, setup.ButtonCancel, setup.ButtonChangeAccount, setup.ButtonPersonal,
	setup.ButtonTryAgain, setup.ButtonReset, setup.ButtonContinue, setup.ButtonCollectLogs, "nothing",
}
