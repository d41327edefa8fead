package autopilot_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// decideCase is one block of testdata/decide.txt.
type decideCase struct {
	name        string
	profiles    []autopilot.Profile
	assignments []autopilot.Assignment
	kind        autopilot.DeviceType
	groups      autopilot.GroupSet
	want        string
	byDefault   bool
	detail      autopilot.AssignmentDetail
	verdicts    map[string]string
}

func readDecideCases(t *testing.T) []*decideCase {
	t.Helper()
	text, err := os.ReadFile("testdata/decide.txt")
	if err != nil {
		t.Fatal(err)
	}
	var cases []*decideCase
	for n, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if words[0] == "case" {
			cases = append(cases, &decideCase{name: strings.Join(words[1:], " "), kind: autopilot.TypeWindowsPC, detail: autopilot.DetailNone, verdicts: map[string]string{}})
			continue
		}
		c := cases[len(cases)-1]
		switch words[0] {
		case "profile":
			minute, err := strconv.Atoi(words[3])
			if err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
			p := autopilot.Profile{ID: autopilot.ProfileID(words[1]), DisplayName: words[1], DeviceType: autopilot.TypeWindowsPC, CreatedAt: time.Unix(int64(60*minute), 0)}
			if len(words) > 5 {
				p.DeviceType = autopilot.DeviceType(words[5])
			}
			c.profiles = append(c.profiles, p)
		case "assign":
			a := autopilot.Assignment{Profile: autopilot.ProfileID(words[1]), Target: autopilot.TargetAllDevices}
			if words[2] != "all" {
				a.Target, a.Group = autopilot.TargetGroup, directory.ObjectID(words[3])
			}
			if words[2] == "exclude" {
				a.Target = autopilot.TargetExclusion
			}
			c.assignments = append(c.assignments, a)
		case "device":
			if words[1] == "type" {
				c.kind, words = autopilot.DeviceType(words[2]), words[2:]
			}
			for _, g := range words[2:] {
				c.groups = append(c.groups, directory.ObjectID(g))
			}
			slices.Sort(c.groups)
		case "want":
			c.want = words[1]
			c.byDefault = slices.Contains(words, "default")
			if i := slices.Index(words, "detail"); i > 0 {
				c.detail = autopilot.AssignmentDetail(words[i+1])
			}
		case "verdict":
			c.verdicts[words[1]] = words[2]
		default:
			t.Fatalf("line %d: unknown word %q", n+1, words[0])
		}
	}
	return cases
}

func TestDecideGivesEachCaseItsProfileAndSaysWhy(t *testing.T) {
	t.Parallel()
	cases := readDecideCases(t)
	if len(cases) < 22 {
		t.Fatalf("testdata/decide.txt has %d cases, want at least 22", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := autopilot.NewConfig(1, c.profiles, c.assignments)
			trace := autopilot.Trace{}
			got := autopilot.Decide(c.kind, c.groups, config, &trace)
			want := c.want
			status := autopilot.StatusAssignedInSync
			if want == "none" {
				want, status = "", autopilot.StatusNotAssigned
			}
			if string(got.Profile) != want || got.ByDefault != c.byDefault || got.Detail != c.detail || got.Status != status {
				t.Errorf("decided %+v, want profile %q, by default %v, detail %s, status %s", got, want, c.byDefault, c.detail, status)
			}
			if quiet := autopilot.Decide(c.kind, c.groups, config, nil); quiet != got {
				t.Errorf("without a trace it decides %+v, with one %+v", quiet, got)
			}
			if len(trace.Considered) != len(c.profiles) {
				t.Errorf("the trace has %d lines for %d profiles", len(trace.Considered), len(c.profiles))
			}
			for _, line := range trace.Considered {
				if want, ok := c.verdicts[line.Name]; ok && string(line.Verdict) != want {
					t.Errorf("verdict on %s is %s, want %s", line.Name, line.Verdict, want)
				}
			}
		})
	}
}
