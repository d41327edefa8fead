package screen_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/screen"
	"taxiway/internal/virtualpc/setup"
)

// booth is a PC without a network, whose screen is offered.
type booth struct {
	t     *testing.T
	offer *screen.Offer
	at    string
}

func newBooth(t *testing.T) *booth {
	t.Helper()
	m, err := machine.Create(machine.NewMemory(), machine.Spec{Name: "desk", NoTPM: true})
	if err != nil {
		t.Fatal(err)
	}
	pause := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	h := screen.New(m, screen.Options{PC: virtualpc.Options{BaseURL: "https://nowhere.invalid", Now: time.Now, Wait: pause}, Network: setup.NoNetwork})
	t.Cleanup(h.Close)
	b := &booth{t: t}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.offer.ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	b.at = srv.Listener.Addr().String()
	b.offer = screen.NewOffer(h, fstest.MapFS{"oobe.html": {Data: []byte("<p>the page")}}, b.at, "https://taxiway.test", time.Now)
	if err := h.Do(screen.Action{Do: screen.On}); err != nil {
		t.Fatal(err)
	}
	return b
}

// browser is somebody's at the booth.
type browser struct {
	*booth

	http *http.Client
	csrf string
}

func (b *booth) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &browser{booth: b, http: &http.Client{Jar: jar}}
}

func (b *browser) ask(method, path, body string, change func(r *http.Request)) (status int, text string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.at+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("X-Taxiway-Csrf", b.csrf)
	if strings.HasPrefix(body, "code=") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(all)
}

func (b *browser) repeat(code string) int {
	b.t.Helper()
	status, _ := b.ask(http.MethodPost, "/ui/signin", url.Values{"code": {code}}.Encode(), nil)
	if _, text := b.ask(http.MethodGet, "/ui/session", "", nil); status == http.StatusOK {
		var s struct {
			Csrf string `json:"csrf"`
		}
		if err := json.Unmarshal([]byte(text), &s); err != nil || s.Csrf == "" {
			b.t.Fatalf("the session: %s", text)
		}
		b.csrf = s.Csrf
	}
	return status
}

func (b *browser) wants(what, method, path, body string, status int, change func(r *http.Request)) string {
	b.t.Helper()
	got, text := b.ask(method, path, body, change)
	if got != status {
		b.t.Errorf("%s: %d, want %d: %s", what, got, status, text)
	}
	return text
}

func TestAScreenIsShownToNobodyWhoDoesNotRepeatItsCode(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	watch, drive := b.offer.Codes()
	if watch == drive || len(watch) != 9 {
		t.Fatalf("codes %s and %s", watch, drive)
	}
	nobody := b.browser()
	nobody.wants("the page", http.MethodGet, "/oobe/desk", "", http.StatusOK, nil)
	for _, path := range []string{"/ui/session", "/ui/pcs/desk", "/ui/pcs/desk/diagnostics"} {
		if text := nobody.wants("no code", http.MethodGet, path, "", http.StatusUnauthorized, nil); strings.Contains(text, "serialNumber") {
			t.Errorf("%s without a code: %s", path, text)
		}
	}
	nobody.wants("no code", http.MethodPost, "/ui/pcs/desk", `{"do":"off"}`, http.StatusUnauthorized, nil)

	watcher, driver := b.browser(), b.browser()
	if got := watcher.repeat(strings.ToLower(watch)); got != http.StatusOK {
		t.Fatalf("the code for watching: %d", got)
	}
	if got := driver.repeat(drive); got != http.StatusOK {
		t.Fatalf("the code for driving: %d", got)
	}
	if text := watcher.wants("watching", http.MethodGet, "/ui/pcs/desk", "", http.StatusOK, nil); !strings.Contains(text, `"name":"desk"`) {
		t.Errorf("the frame: %s", text)
	}
	watcher.wants("driving with the code for watching", http.MethodPost, "/ui/pcs/desk", `{"do":"pace","pace":"instant"}`, http.StatusForbidden, nil)
	watcher.wants("the hash with the code for watching", http.MethodPost, "/ui/pcs/desk/hash", "", http.StatusForbidden, nil)
	driver.wants("driving", http.MethodPost, "/ui/pcs/desk", `{"do":"pace","pace":"instant"}`, http.StatusNoContent, nil)
	driver.wants("another PC", http.MethodGet, "/ui/pcs/other", "", http.StatusNotFound, nil)
	driver.wants("a file outside", http.MethodGet, "/admin/assets/%2e%2e/%2e%2e/oobe.html", "", http.StatusNotFound, nil)
	for what, change := range map[string]func(r *http.Request){
		"without the header":   func(r *http.Request) { r.Header.Del("X-Taxiway-Csrf") },
		"from another site":    func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
		"under another name":   func(r *http.Request) { r.Host = "elsewhere.example" },
		"with another's token": func(r *http.Request) { r.Header.Set("X-Taxiway-Csrf", watcher.csrf) },
	} {
		driver.wants(what, http.MethodPost, "/ui/pcs/desk", `{"do":"off"}`, http.StatusForbidden, change)
	}

	guesser := b.browser()
	for range 4 {
		if got := guesser.repeat("AAAA-AAAA"); got != http.StatusForbidden {
			t.Errorf("a wrong code: %d", got)
		}
	}
	if got := guesser.repeat(""); got != http.StatusGone {
		t.Errorf("the fifth wrong code: %d", got)
	}
	if got := guesser.repeat(drive); got != http.StatusGone {
		t.Errorf("the right code after five wrong ones: %d", got)
	}
	guesser.wants("after that", http.MethodGet, "/ui/pcs/desk", "", http.StatusUnauthorized, nil)
	driver.wants("who is in stays", http.MethodGet, "/ui/pcs/desk", "", http.StatusOK, nil)
}

func TestAPCWithoutANetworkShowsItsFirstPagesToWhoeverDrivesIt(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	h := b.offer.Host
	frame := screen.Frame{}
	at := func(name setup.ScreenName) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for frame.Screen == nil || frame.Screen.Name != name || frame.Turn == 0 {
			if frame = h.Frame(ctx, frame.Version, true); ctx.Err() != nil {
				t.Fatalf("the page %s never comes: %+v", name, frame.Screen)
			}
		}
	}
	do := func(a screen.Action) {
		t.Helper()
		a.Do, a.Turn = screen.Answer, frame.Turn
		if err := h.Do(a); err != nil {
			t.Fatal(err)
		}
	}
	at(setup.ScreenRegion)
	do(screen.Action{Event: setup.Chosen, Value: "fr-FR"})
	at(setup.ScreenKeyboard)
	if err := h.Do(screen.Action{Do: screen.Answer, Turn: frame.Turn - 1, Event: setup.Chosen, Value: "x"}); err == nil {
		t.Error("the answer to a page that is gone was taken")
	}
	// Switched off and on, it goes on where it was.
	if err := h.Do(screen.Action{Do: screen.Off}); err != nil {
		t.Fatal(err)
	}
	if f := h.Frame(t.Context(), 0, true); f.Power != screen.PowerOff || f.Screen != nil {
		t.Errorf("off: %+v", f)
	}
	if err := h.Do(screen.Action{Do: screen.On}); err != nil {
		t.Fatal(err)
	}
	frame = screen.Frame{}
	at(setup.ScreenKeyboard)
	if err := h.Do(screen.Action{Do: screen.Reset}); err != nil {
		t.Fatal(err)
	}
	if err := h.Do(screen.Action{Do: screen.On, Network: setup.NoNetwork}); err != nil {
		t.Fatal(err)
	}
	frame = screen.Frame{}
	at(setup.ScreenRegion)
}
