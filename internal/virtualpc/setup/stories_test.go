package setup_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"taxiway/internal/virtualpc/setup"
)

var update = flag.Bool("update", false, "write what the stories see into testdata/stories")

// A story is a file: what the PC and its organization are, what happens, and all
// that is seen. An event is its kind and, in JSON, its fields; "until PAGE" lets
// everything go well until that page; "report" is the report.
type story struct {
	Network  setup.Network  `json:"network"`
	Look     int            `json:"look"`
	NoTPM    bool           `json:"noTpm"`
	Hello    bool           `json:"hello"`
	MFA      bool           `json:"mfa"`
	Terms    bool           `json:"terms"`
	Restart  bool           `json:"restart"`
	Refusal  string         `json:"refusal"`
	Document map[string]any `json:"document"` // over the tutorial's profile
	ESP      setup.ESP      `json:"esp"`
}

func (s *story) world(t testing.TB) (*world, setup.Facts) {
	t.Helper()
	doc := tutorial.document()
	maps.Copy(doc, s.Document)
	if s.Document["CloudAssignedForcedEnrollment"] != nil {
		doc["CloudAssignedAadServerData"] = strings.Replace(fmt.Sprint(doc["CloudAssignedAadServerData"]), `"ForcedEnrollment":1`, `"ForcedEnrollment":0`, 1)
	}
	w := &world{network: s.Network, refusal: s.Refusal, mfa: s.MFA, terms: s.Terms, restart: s.Restart, hello: s.Hello, esp: s.ESP, parsed: parse(t, doc)}
	w.settings.standardUser = w.parsed.StandardUser
	f := w.facts()
	f.Look, f.TPM = s.Look, !s.NoTPM
	return w, f
}

func TestStories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d stories: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) < 2 || archive.Files[0].Name != "pc" || archive.Files[1].Name != "events" {
				t.Fatalf("a story has the parts pc, events and seen: %v", err)
			}
			seen := tell(t, archive.Files[0].Data, string(archive.Files[1].Data))
			if *update {
				archive.Files = append(archive.Files[:2], txtar.File{Name: "seen", Data: []byte(seen)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 3 {
				t.Fatal("nothing was seen yet: write it with -update")
			}
			if diff := cmp.Diff(string(archive.Files[2].Data), seen); diff != "" {
				t.Errorf("seen (-story +now):\n%s", diff)
			}
		})
	}
}

// tell goes through a story and writes down all that is seen.
func tell(t *testing.T, pc []byte, events string) string {
	t.Helper()
	var s story
	decoder := json.NewDecoder(bytes.NewReader(pc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	w, facts := s.world(t)
	j := newJourney(setup.New(facts))
	var out strings.Builder
	for line := range strings.Lines(events) {
		line = strings.TrimSpace(line)
		command, rest, _ := strings.Cut(line, " ")
		fmt.Fprintf(&out, ">> %s\n", line)
		switch command {
		case "until":
			for range 80 {
				if j.last.Name == setup.ScreenName(rest) {
					break
				}
				step(t, &j, w.answer(t, &j.last))
			}
			if j.last.Name != setup.ScreenName(rest) {
				t.Fatalf("the story never comes to the page %s", rest)
			}
		case "report":
			r := j.state.Report()
			fmt.Fprintln(&out, strings.Join(r.Lines(76), "\n"))
			continue
		default:
			step(t, &j, w.told(t, command, rest))
		}
		draw(&out, &j)
	}
	return out.String()
}

func step(t *testing.T, j *journey, e setup.Event) {
	t.Helper()
	s, screen, _, err := setup.Next(j.state, e)
	if err != nil {
		t.Fatal(err)
	}
	checkScreen(t, &s, &screen)
	j.note(s, screen)
}

// told is the event of a line. What the line leaves out of a profile's arrival
// or a sign-in is the world's.
func (w *world) told(t *testing.T, kind, fields string) setup.Event {
	t.Helper()
	e := setup.Event{Kind: setup.EventKind(kind)}
	switch e.Kind {
	case setup.ProfileArrived:
		e.Profile = w.profile(t)
	case setup.SignedIn:
		e.UPN, e.Tenant, e.Organization = adele, tenantID, "Contoso"
	case setup.Enrolled:
		e.ESP = &w.esp
	case setup.Joined:
		e.DeviceID, e.Administrator = "device-1", true
	default: // the line says all
	}
	if fields != "" {
		decoder := json.NewDecoder(strings.NewReader(fields))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&e); err != nil {
			t.Fatalf("%s %s: %v", kind, fields, err)
		}
	}
	return e
}

func draw(out *strings.Builder, j *journey) {
	screen, job := setup.View(j.state)
	fmt.Fprintf(out, "(%s", screen.Name)
	if job != setup.JobNone {
		fmt.Fprintf(out, ", job %s", job)
	}
	fmt.Fprintln(out, ")")
	for _, line := range j.last.Lines(76) {
		fmt.Fprintln(out, strings.TrimRight("  "+line, " "))
	}
}
