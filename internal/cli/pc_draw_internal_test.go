package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// statusPage is the longest page there is, with the phase that is worked on.
func statusPage(phase int) *setup.Screen {
	s := &setup.Screen{
		Name: setup.ScreenUserESP, Heading: "Setting up your device for work", Text: "This may take a while, and the device may restart.",
		Why: "Shown because Show app and profile configuration progress = Yes",
		Skipped: []setup.Skip{
			{Name: setup.ScreenWindowsSignIn, Why: "Skipped because there was no restart since the sign-in"},
			{Name: setup.ScreenPrivacy, Why: "Skipped because Privacy settings = Hide"},
		},
	}
	for i, name := range []string{"Device preparation", "Device setup", "Account setup"} {
		row := setup.ProgressRow{Name: name, State: setup.RowWaiting}
		if i < phase {
			row.State = setup.RowComplete
		} else if i == phase {
			row.State = setup.RowWorking
		}
		for n := range 4 {
			row.Rows = append(row.Rows, setup.ProgressRow{Name: fmt.Sprintf("Part %d of %s", n, name), State: row.State})
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func TestAPictureFitsTheTerminalAndKeepsWhatGoesOn(t *testing.T) {
	t.Parallel()
	for _, width := range []int{narrowest, 60, 79, widest} {
		for height := lowest; height < 40; height++ {
			for phase := range 4 {
				v := virtualpc.View{Screen: statusPage(phase), Doing: "talks with the management"}
				picture := drawView(&v, "desk · a PC with a name that is very long, so that it has to be cut", "+1h2m3s", width, height)
				if len(picture) > height {
					t.Fatalf("%d×%d, phase %d: %d lines", width, height, phase, len(picture))
				}
				for _, line := range picture {
					if utf8.RuneCountInString(line) != width {
						t.Fatalf("%d×%d, phase %d: this line has another width:\n%s", width, height, phase, line)
					}
				}
			}
		}
	}
	// On a usual terminal nothing that goes on is left out.
	picture := strings.Join(drawView(&virtualpc.View{Screen: statusPage(1)}, "desk", "+3s", 79, 23), "\n")
	for _, want := range []string{"[x] Device preparation: Complete", "[~] Device setup: Working on it", "Part 3 of Device setup", "Account setup", "Shown because", "Privacy settings", "goes on by itself"} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture has no %q:\n%s", want, picture)
		}
	}
	if strings.Contains(picture, "of Device preparation") || strings.Contains(picture, "…") {
		t.Errorf("a finished phase is not folded, or something is cut:\n%s", picture)
	}
}

func TestOnlyLinesThatChangedAreDrawn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	width := 80
	d := &drawn{out: &out, title: "desk", size: func() (int, int) { return width, 24 }}
	shows := func(at time.Duration, doing string) string {
		out.Reset()
		d.show(virtualpc.View{At: time.Unix(0, 0).Add(at), Screen: statusPage(1), Doing: doing})
		return out.String()
	}
	first := shows(0, "restarts")
	if !strings.Contains(first, "Setting up") || !strings.Contains(first, "restarts") {
		t.Errorf("at first: %q", first)
	}
	again := shows(0, "works")
	if strings.Contains(again, "Setting up") || !strings.Contains(again, "works") || !strings.HasPrefix(again, hideCursor+"\r\x1b[") || !strings.HasSuffix(again, eraseBelow+showCursor) {
		t.Errorf("changed in one line: %q", again)
	}
	width = 60
	if resized := shows(0, "works"); !strings.Contains(resized, eraseAll) || !strings.Contains(resized, "Setting up") {
		t.Errorf("on a smaller terminal: %q", resized)
	}
}

func TestTextIsWrappedWhereATerminalEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		room int
		want []string
	}{
		{"as long as it has to be", 0, []string{"as long as it has to be"}},
		{"as long as it has to be", 16, []string{"as long as it", "has to be"}},
		{"a 01a21e4e-38a2-73f0-81d2 b", 16, []string{"a", "01a21e4e-38a2-73", "f0-81d2 b"}},
		{"exactly sixteen.", 16, []string{"exactly sixteen."}},
	} {
		if got := wrapped(c.text, c.room); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d columns is %q", c.text, c.room, got)
		}
	}
}
