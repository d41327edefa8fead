package graph_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

var update = flag.Bool("update", false, "write the answers into testdata")

// Each file of testdata is one story: requests and the answers they get, in
// order, from an empty tenant. Its comment has a source line: the Graph page
// or the client the exchange follows.
//
// A request is a line "METHOD path", header lines, an empty line and the body.
// A line "as: name" among the headers gives the id in the answer a name, "as:
// name a.b" another property of it. ${hash SERIAL} is a hardware hash, ${name}
// the id of that name; answers write ids that way too, and ids that nobody
// named as ${guid-N}. A line "by: name" makes the person of that name the caller,
// with the roles they have and every scope, or those of a line "scopes:".
func TestExchangesAreAsRecorded(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			story, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !regexp.MustCompile(`(?m)^source: .{10}`).Match(story.Comment) {
				t.Error("the story names no source")
			}
			p := player{t: t, stack: newStack(t), names: map[string]string{}}
			var out []txtar.File
			for _, f := range story.Files {
				name, ok := strings.CutPrefix(f.Name, "request ")
				if !ok {
					continue
				}
				answer := p.play(f.Data)
				out = append(out, f, txtar.File{Name: "answer " + name, Data: answer})
			}
			fresh := txtar.Format(&txtar.Archive{Comment: story.Comment, Files: out})
			if *update {
				if err := os.WriteFile(file, fresh, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(story)), string(fresh)); diff != "" {
				t.Errorf("the answers changed (-recorded +now):\n%s", diff)
			}
		})
	}
}

// player plays a story against a stack and keeps the names of GUIDs.
type player struct {
	t     *testing.T
	stack *stack
	names map[string]string // GUID → name
}

var (
	guidPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	variable    = regexp.MustCompile(`\$\{([a-z0-9-]+)(?: ([^}]+))?\}`)
	tokenInLink = regexp.MustCompile(`\$skiptoken=[A-Za-z0-9_-]+`)
)

// fixedGUIDs have a meaning of their own and are shown as they are.
var fixedGUIDs = []string{"00000000-0000-0000-0000-000000000000", "adadadad-808e-44e2-905a-0b7873a8a531", "acacacac-9df4-4c7d-9d50-4ef0226f57a9", "00000000-0000-4000-8000-00000000abcd", "0000000a-0000-0000-c000-000000000000"}

// wellKnown are ids that are the same everywhere: of roles, passwords, licenses
// and the apps that every tenant has.
func wellKnown(guid string) bool {
	if _, err := directory.FindRole(guid); err == nil {
		return true
	}
	_, app := signin.FirstParty(guid)
	return app || slices.Contains(append(fixedGUIDs, passwordID, access.GraphAppID, signin.JoinResourceID, "061f9ace-7d42-4136-88ac-31dc755f143f"), guid)
}

func (p *player) fill(text string) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		m := variable.FindStringSubmatch(v)
		switch m[1] {
		case "hash":
			return hashOf(p.t, m[2])
		case "tenant":
			return tenant
		}
		for guid, name := range p.names {
			if name == m[1] {
				return guid
			}
		}
		p.t.Fatalf("no answer has shown %s yet", m[1])
		return ""
	})
}

func (p *player) scrub(text string) string {
	text = tokenInLink.ReplaceAllString(text, "$$skiptoken=…")
	return guidPattern.ReplaceAllStringFunc(text, func(guid string) string {
		switch {
		case guid == tenant:
			return "${tenant}"
		case wellKnown(guid):
			return guid
		case p.names[guid] == "":
			p.names[guid] = "guid-" + strconv.Itoa(len(p.names)+1)
		}
		return "${" + p.names[guid] + "}"
	})
}

func (p *player) play(request []byte) []byte {
	p.t.Helper()
	head, body, _ := strings.Cut(p.fill(string(request)), "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, ok := strings.Cut(lines[0], " ")
	if !ok {
		p.t.Fatalf("not a request: %q", lines[0])
	}
	var headers, wanted []string
	caller, scopes := everything(), access.Scopes()
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		if name == "as" {
			wanted = append(wanted, value)
			continue
		}
		switch name {
		case "by":
			caller = p.stack.acting(p.fill("${"+value+"}"), scopes)
		case "scopes": // stands before by
			scopes = strings.Fields(value)
		default:
			headers = append(headers, name, value)
		}
	}
	var sent any
	if text := strings.TrimSpace(body); text != "" {
		sent = text
	}
	w := send(p.t, p.stack, caller, method, path, sent, headers...)
	for _, want := range wanted {
		name, property, ok := strings.Cut(want, " ")
		if !ok {
			property = "id"
		}
		p.name(w, name, property)
	}
	return []byte(p.show(w))
}

// name remembers a GUID in the answer; of a list, in its first item.
func (p *player) name(w *httptest.ResponseRecorder, name, property string) {
	p.t.Helper()
	at := any(decode[map[string]any](p.t, w))
	if list, ok := at.(map[string]any)["value"].([]any); ok && len(list) > 0 {
		at = list[0]
	}
	for part := range strings.SplitSeq(property, ".") {
		object, _ := at.(map[string]any)
		at = object[part]
	}
	guid, ok := at.(string)
	if !ok || !guidPattern.MatchString(guid) {
		p.t.Fatalf("the answer has no %s to be called %s: %s", property, name, w.Body)
	}
	p.names[guid] = name
}

// show writes what a client cares about: status, the headers it reads, body.
func (p *player) show(w *httptest.ResponseRecorder) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(w.Code) + " " + http.StatusText(w.Code) + "\n")
	for _, name := range []string{"ETag", "Location", "Allow", "Preference-Applied", "WWW-Authenticate"} {
		if v := w.Header().Get(name); v != "" {
			b.WriteString(name + ": " + v + "\n")
		}
	}
	if w.Body.Len() > 0 {
		b.WriteString("\n")
		var pretty bytes.Buffer
		if json.Indent(&pretty, w.Body.Bytes(), "", "  ") == nil {
			b.Write(pretty.Bytes())
		} else {
			b.WriteString(w.Body.String())
		}
		b.WriteString("\n")
	}
	text := b.String()
	// Request ids are new each time and mean nothing to the story.
	text = regexp.MustCompile(`"(client-)?request-id": "[^"]+"`).ReplaceAllString(text, `"${1}request-id": "…"`)
	return p.scrub(text)
}

func guidFrom(b []byte) string {
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:32]
}

func TestNoGoldenHoldsAHashOrAToken(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	long := regexp.MustCompile(`[A-Za-z0-9+/]{200,}`)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if long.Match(data) || bytes.Contains(data, []byte("eyJ")) {
			t.Errorf("%s holds a hash or a token", f)
		}
	}
}
