package servertest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/labdata"
	"taxiway/internal/servertest"
)

// listening opens a stream and waits until it misses nothing more.
func listening(t *testing.T, b *servertest.Browser) *servertest.Stream {
	t.Helper()
	s := b.Listen(t)
	if s.Status != http.StatusOK || s.Header.Get("Content-Type") != "text/event-stream" || s.Header.Get("Content-Encoding") != "" {
		t.Fatalf("the stream: %d %v", s.Status, s.Header)
	}
	if name, _ := s.Next(t); name != "ready" {
		t.Fatalf("the stream begins with %q", name)
	}
	return s
}

// hears waits until every kind was told, and gives all that were.
func hears(t *testing.T, s *servertest.Stream, want ...string) []string {
	t.Helper()
	var all []string
	for {
		name, kinds := s.Next(t)
		if name != "changed" {
			t.Fatalf("the stream says %q, want changes of %v after %v", name, want, all)
		}
		all = append(all, kinds...)
		if !slices.ContainsFunc(want, func(k string) bool { return !slices.Contains(all, k) }) {
			return all
		}
	}
}

func TestPagesHearWhatAnyProcessChanges(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDesk(t, db)
		maker := d.p
		if db.Engine == "postgres" {
			maker = d.w.Join(t)
		}
		b, member, stranger := d.p.NewBrowser(t), d.p.NewBrowser(t), d.p.NewBrowser(t)
		enter(t, b, d.ann)
		enter(t, member, d.bob)
		enter(t, stranger, d.eve)
		ann, bob, eve := listening(t, b), listening(t, member), listening(t, stranger)

		made := maker.Must(t, d.home.Token, http.MethodPost, "/v1.0/groups", object{
			"displayName": "PCs", "mailNickname": "pcs", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated)
		hears(t, ann, "groups", "audit")
		pcs, err := labdata.Fleet(2, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, pc := range pcs {
			maker.Must(t, d.home.Token, http.MethodPost, importsPath, object{"serialNumber": pc.Row.SerialNumber, "hardwareIdentifier": pc.Row.HardwareHash}, http.StatusCreated)
		}
		hears(t, ann, "devices")
		profile := maker.Must(t, d.home.Token, http.MethodPost, profilesPath, tutorialProfile("Live"), http.StatusCreated)
		id, _ := profile.JSON["id"].(string)
		maker.Must(t, d.home.Token, http.MethodPost, profilesPath+"/"+id+"/assignments", object{"target": object{
			"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": made.JSON["id"],
		}}, http.StatusCreated)
		hears(t, ann, "profiles", "devices")

		// A member may read groups and people, and hears of nothing else.
		maker.Must(t, d.home.Token, http.MethodPatch, "/v1.0/users/"+string(d.ann.ID), object{"jobTitle": "Pilot"}, http.StatusNoContent)
		for _, k := range hears(t, bob, "groups", "users") {
			if k != "groups" && k != "users" {
				t.Errorf("a member hears of %s", k)
			}
		}
		// Another tenant hears its own changes, and these are the first it hears.
		maker.Must(t, d.other.Token, http.MethodPatch, "/v1.0/users/"+string(d.eve.ID), object{"jobTitle": "Pilot"}, http.StatusNoContent)
		if name, kinds := eve.Next(t); name != "changed" || !slices.Equal(kinds, []string{"users", "audit"}) {
			t.Errorf("the first that another tenant hears: %s %v", name, kinds)
		}
	})
}

func TestStreamsAreForWhoIsSignedInAndEndWithTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	if s := d.p.NewBrowser(t).Listen(t); s.Status != http.StatusUnauthorized {
		t.Errorf("a stream for nobody: %d", s.Status)
	}
	b := d.p.NewBrowser(t)
	csrf := enter(t, b, d.ann)
	open := make([]*servertest.Stream, 0, 12)
	for range cap(open) {
		open = append(open, listening(t, b))
	}
	if s := b.Listen(t); s.Status != http.StatusTooManyRequests || s.Header.Get("Retry-After") == "" {
		t.Errorf("one window too many: %d %v", s.Status, s.Header)
	}
	other := d.p.NewBrowser(t)
	enter(t, other, d.eve)
	listening(t, other)
	if out := b.Script(t, http.MethodPost, "/ui/signout", nil, csrfHeader, csrf); out.Status != http.StatusOK {
		t.Fatalf("sign-out: %d", out.Status)
	}
	for {
		name, _ := open[0].Next(t)
		if name == "" {
			t.Fatal("the stream breaks off")
		}
		if name == "over" {
			break
		}
	}
}

func TestAServerWithOpenStreamsStopsAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b := d.p.NewBrowser(t)
	enter(t, b, d.ann)
	s := listening(t, b)
	begun := time.Now()
	d.p.Stop(t)
	if name, _ := s.Next(t); name != "over" {
		t.Errorf("the stream ends with %q", name)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("the stop took %v: it waited for a stream", took)
	}
}

func TestAStreamKeepsNoIdleSessionAlive(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b := d.p.NewBrowser(t)
	enter(t, b, d.bob)
	half := config.Default().Sessions.Idle.Duration/2 + time.Minute
	d.clock.advance(half)
	listening(t, b).Close()
	d.clock.advance(half)
	if s := b.Listen(t); s.Status != http.StatusUnauthorized {
		t.Errorf("a session that nobody used for longer than it may be idle: %d", s.Status)
	}
}
