package servertest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/site"
	"taxiway/internal/virtualpc/screen"
	"taxiway/internal/virtualpc/setup"
	pcwire "taxiway/internal/virtualpc/wire"
)

// seat is somebody at the site with a virtual PC in front of them.
type seat struct {
	t    *testing.T
	b    *servertest.Browser
	csrf string
	pc   string
	seen strings.Builder // every frame, as it came
	last screen.Frame
}

func newSeat(t *testing.T, p *servertest.Process, who *servertest.Person) *seat {
	t.Helper()
	b := p.NewBrowser(t)
	return &seat{t: t, b: b, csrf: enter(t, b, who), pc: "desk"}
}

func (s *seat) ask(method, path string, body any) servertest.Answer {
	s.t.Helper()
	return s.b.Script(s.t, method, "/ui/pcs"+path, body, csrfHeader, s.csrf)
}

// do is an action that has to be done.
func (s *seat) do(action object) {
	s.t.Helper()
	if a := s.ask(http.MethodPost, "/"+s.pc, action); a.Status != http.StatusNoContent {
		s.t.Fatalf("%v: %d %s", action, a.Status, a.Raw)
	}
	s.last.Turn, s.last.Page = 0, nil // what there was to answer is answered
}

// until looks at frames until one is as it should be.
func (s *seat) until(what string, fits func(f *screen.Frame) bool) {
	s.t.Helper()
	if s.last.Version > 0 && fits(&s.last) {
		return
	}
	for end := time.Now().Add(time.Minute); ; {
		a := s.ask(http.MethodGet, "/"+s.pc+"?after="+version(s.last.Version), nil)
		if a.Status != http.StatusOK {
			s.t.Fatalf("%s: %d %s", what, a.Status, a.Raw)
		}
		s.seen.Write(a.Raw)
		s.last = screen.Frame{}
		if err := json.Unmarshal(a.Raw, &s.last); err != nil {
			s.t.Fatal(err)
		}
		if fits(&s.last) {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s: never; the last frame is %s", what, a.Raw[:min(len(a.Raw), 3000)])
		}
	}
}

func version(n int64) string {
	text, _ := json.Marshal(n) //nolint:errchkjson // a number
	return string(text)
}

// answer waits for a page of setup and does something there.
func (s *seat) answer(name setup.ScreenName, action object) {
	s.t.Helper()
	s.until("the page "+string(name), func(f *screen.Frame) bool {
		return f.Screen != nil && f.Screen.Name == name && f.Turn != 0 && f.Page == nil
	})
	action["do"], action["turn"] = "answer", s.last.Turn
	s.do(action)
}

// fill waits for a page of the web view and does something there.
func (s *seat) fill(kind pcwire.PageKind, action object) {
	s.t.Helper()
	s.until("the web page "+string(kind), func(f *screen.Frame) bool { return f.Page != nil && f.Page.Kind == kind && f.Turn != 0 })
	action["do"], action["turn"] = "page", s.last.Turn
	s.do(action)
}

// register exports the PC's hash at the site and imports it through Graph.
func (s *seat) register(d *school, tag string) {
	s.t.Helper()
	a := s.ask(http.MethodPost, "/"+s.pc+"/hash", nil)
	file, _ := a.JSON["content"].(string)
	rows := strings.Split(strings.TrimSpace(file), "\r\n")
	if a.Status != http.StatusOK || len(rows) != 2 {
		s.t.Fatalf("the hash: %d %s", a.Status, a.Raw)
	}
	cells := strings.Split(rows[1], ",")
	d.p.Must(s.t, d.Token, http.MethodPost, "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", object{
		"serialNumber": cells[0], "hardwareIdentifier": cells[2], "groupTag": tag,
	}, http.StatusCreated)
}

func TestAHostedPCComesToItsDesktopAndNobodyWhoWatchesSeesAPassword(t *testing.T) {
	t.Parallel()
	d := newSchool(t, servertest.Database{Engine: "sqlite"}, nil)
	s := d.world.Services(t)
	ida := s.NewPerson(t, d.Tenant, "Ida", directory.IntuneAdministrator)
	wes := s.NewPerson(t, d.Tenant, "Wes", directory.GlobalReader)
	desk := newSeat(t, d.p, ida)
	if a := desk.ask(http.MethodPost, "", object{"name": "Desk", "network": "wifi"}); a.Status != http.StatusOK {
		t.Fatalf("create: %d %s", a.Status, a.Raw)
	}
	desk.register(d, "Sales")

	watcher := newSeat(t, d.p, wes)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watcher.until("the outcome", func(f *screen.Frame) bool { return f.Outcome != nil })
	}()
	desk.do(object{"do": "pace", "pace": "instant"})
	desk.do(object{"do": "on"})
	desk.answer(setup.ScreenRegion, object{"event": "chosen", "value": "en-US"})
	desk.answer(setup.ScreenKeyboard, object{"event": "chosen", "value": "00000409"})
	desk.answer(setup.ScreenLayout, object{"event": "pressed", "button": "Skip"})
	desk.answer(setup.ScreenNetwork, object{"event": "connected", "value": "Contoso"})
	desk.answer(setup.ScreenAccount, object{"event": "chosen", "value": "nobody"})
	desk.answer(setup.ScreenAccount, object{"event": "chosen", "value": d.adele.UPN})
	desk.fill(pcwire.PagePassword, object{"button": "Back"})
	desk.answer(setup.ScreenAccount, object{"event": "chosen", "value": d.adele.UPN})
	const wrong = "a wrong one, typed first"
	desk.fill(pcwire.PagePassword, object{"typed": wrong})
	desk.until("the page's complaint", func(f *screen.Frame) bool { return f.Page != nil && f.Page.Error != "" && f.Turn != 0 })
	desk.fill(pcwire.PagePassword, object{"typed": d.adele.Password})
	desk.answer(setup.ScreenTerms, object{"event": "accepted"})
	desk.until("the outcome", func(f *screen.Frame) bool { return f.Outcome != nil })
	<-watched

	o := desk.last.Outcome
	if !o.Joined || !o.Managed || o.Account != d.adele.UPN || o.AccountType != setup.Administrator || !slices.Contains(o.Groups, "Administrators") || o.Profile != "Sales" {
		t.Errorf("the outcome: %+v", o)
	}
	if len(o.Checks) < 5 {
		t.Errorf("only %d checks", len(o.Checks))
	}
	for _, c := range o.Checks {
		if !c.OK {
			t.Errorf("%s: want %s, got %s", c.Setting, c.Want, c.Got)
		}
	}
	if len(desk.last.Calls) == 0 || len(watcher.last.Visits) < 5 {
		t.Errorf("%d calls, %d pages", len(desk.last.Calls), len(watcher.last.Visits))
	}
	for who, text := range map[string]string{"who drives": desk.seen.String(), "who watches": watcher.seen.String()} {
		if strings.Contains(text, wrong) || strings.Contains(text, d.adele.Password) {
			t.Errorf("%s sees a password", who)
		}
		if !strings.Contains(text, "types the password") && !strings.Contains(text, string(pcwire.PagePassword)) {
			t.Errorf("%s saw no sign-in", who)
		}
	}
	devices := d.p.Must(t, d.Token, http.MethodGet, "/v1.0/devices?$filter=displayName+eq+'"+o.Computer+"'", nil, http.StatusOK)
	if got := devices.JSON["value"].([]any); len(got) != 1 {
		t.Errorf("devices: %v", got)
	}
	if a := desk.ask(http.MethodGet, "/desk/diagnostics", nil); a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/zip" || strings.Contains(string(a.Raw), d.adele.Password) {
		t.Errorf("diagnostics: %d", a.Status)
	}
	// The disk is in the data directory: another process on it has the PC, off.
	d.p.Stop(t)
	desk.b, desk.last = nil, screen.Frame{}
	p := d.world.Join(t)
	later := newSeat(t, p, ida)
	later.until("the PC", func(f *screen.Frame) bool { return f.Power == screen.PowerOff })
	later.do(object{"do": "pace", "pace": "instant"})
	later.do(object{"do": "on"})
	later.until("the desktop", func(f *screen.Frame) bool { return f.Outcome != nil && f.Outcome.Account == d.adele.UPN })
	if a := later.ask(http.MethodDelete, "/desk", nil); a.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", a.Status, a.Raw)
	}
	wants(t, "a PC that is gone", later.ask(http.MethodGet, "/desk", nil), http.StatusNotFound, "PCMissing")
}

func TestWatchingAVirtualPCAndDrivingItAreTwoPermissionsOfOneTenant(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	lab2 := d.p.NewTenant(t, "Lab2", true)
	people := map[string]*servertest.Person{
		"drives": d.lena, "watches": d.s.NewPerson(t, d.lab, "Wes", directory.GlobalReader), "nothing": d.s.NewPerson(t, d.lab, "Nora"),
		"elsewhere": d.s.NewPerson(t, lab2, "Eli", directory.GlobalAdministrator), "no lab": d.ann,
	}
	seats := map[string]*seat{}
	for name, who := range people {
		seats[name] = newSeat(t, d.p, who)
	}
	if a := seats["drives"].ask(http.MethodPost, "", object{"name": "desk", "serialNumber": "5CG7788"}); a.Status != http.StatusOK {
		t.Fatalf("create: %d %s", a.Status, a.Raw)
	}
	seats["drives"].do(object{"do": "on"})
	wants(t, "nobody signed in", d.p.NewBrowser(t).Script(t, http.MethodGet, "/ui/pcs/desk", nil), http.StatusUnauthorized, "SignedOut")
	wants(t, "without the header", seats["drives"].b.Script(t, http.MethodPost, "/ui/pcs/desk", object{"do": "off"}), http.StatusForbidden, "CsrfHeader")
	for _, r := range site.Routes() {
		if !strings.HasPrefix(r.Path, "/ui/pcs") {
			continue
		}
		path := strings.TrimPrefix(strings.Replace(r.Path, "{id}", "desk", 1), "/ui/pcs")
		what := r.Method + " " + r.Path
		wants(t, "without a role: "+what, seats["nothing"].ask(r.Method, path, object{"do": "off"}), http.StatusForbidden, "Authorization_RequestDenied")
		if r.Method != http.MethodGet || path == "/desk/diagnostics" {
			wants(t, "who watches: "+what, seats["watches"].ask(r.Method, path, object{"do": "off"}), http.StatusForbidden, "Authorization_RequestDenied")
		}
		wants(t, "in no lab: "+what, seats["no lab"].ask(r.Method, path, object{"do": "off", "name": "x"}), http.StatusForbidden, "NoLab")
		if path != "" {
			wants(t, "another lab: "+what, seats["elsewhere"].ask(r.Method, path, object{"do": "off"}), http.StatusNotFound, "PCMissing")
		}
	}
	if a := seats["elsewhere"].ask(http.MethodGet, "", nil); a.Status != http.StatusOK || strings.Contains(string(a.Raw), "5CG7788") {
		t.Errorf("the list of another lab: %d %s", a.Status, a.Raw)
	}
	seats["watches"].until("the first page", func(f *screen.Frame) bool { return f.Turn != 0 })
	turn := seats["watches"].last.Turn
	drives := seats["drives"]
	for what, c := range map[string]struct {
		action object
		status int
		code   string
	}{
		"another turn":     {object{"do": "answer", "turn": turn + 1, "event": "chosen", "value": "de-DE"}, http.StatusConflict, "PageChanged"},
		"no web page":      {object{"do": "page", "turn": turn, "typed": "x"}, http.StatusConflict, "PageChanged"},
		"a deed unknown":   {object{"do": "dance"}, http.StatusBadRequest, "InvalidAction"},
		"a field unknown":  {object{"do": "off", "x": 1}, http.StatusBadRequest, "InvalidBody"},
		"too long":         {object{"do": "answer", "turn": turn, "value": strings.Repeat("x", 1025)}, http.StatusBadRequest, "InvalidAction"},
		"far too long":     {object{"do": "answer", "value": strings.Repeat("x", 17<<10)}, http.StatusRequestEntityTooLarge, "RequestBodyTooLarge"},
		"a part while on":  {object{"do": "swap", "part": "tpm"}, http.StatusConflict, "PCIsOn"},
		"on already":       {object{"do": "on"}, http.StatusConflict, "PCIsOn"},
		"a person's fault": {object{"do": "inject", "fault": "password"}, http.StatusBadRequest, "InvalidAction"},
	} {
		wants(t, what, drives.ask(http.MethodPost, "/desk", c.action), c.status, c.code)
	}
	// What nobody can do by hand is refused on the screen, and the page waits on.
	drives.do(object{"do": "answer", "turn": turn, "event": "joined"})
	drives.until("the refusal", func(f *screen.Frame) bool { return f.Refused != "" && f.Turn > turn })
	for i := range 19 {
		if a := drives.ask(http.MethodPost, "", object{"name": "pc" + version(int64(i)), "tpm": "none"}); a.Status != http.StatusOK {
			t.Fatalf("PC %d: %d %s", i, a.Status, a.Raw)
		}
	}
	wants(t, "one too many", drives.ask(http.MethodPost, "", object{"name": "more"}), http.StatusConflict, "TooManyPCs")
	wants(t, "a name that is taken", drives.ask(http.MethodPost, "", object{"name": "DESK"}), http.StatusConflict, "PCExists")
	wants(t, "a name that leads away", drives.ask(http.MethodPost, "", object{"name": "../x"}), http.StatusBadRequest, "InvalidName")
}
