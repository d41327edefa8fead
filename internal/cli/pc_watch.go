package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// watcher shows what happens at a virtual PC.
type watcher interface {
	show(v virtualpc.View)
}

// newWatcher draws the PC's screen on a terminal, and writes lines elsewhere.
func (a *app) newWatcher(out io.Writer, title string, draw bool) watcher {
	if f, ok := out.(*os.File); ok && draw && term.IsTerminal(int(f.Fd())) {
		return &drawn{out: out, title: title, width: func() int { return widthOf(f) }}
	}
	return &lined{out: out, told: map[string]string{}}
}

const (
	narrowest = 60
	widest    = 96
)

func widthOf(f *os.File) int {
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return narrowest
	}
	return min(max(w-1, narrowest), widest)
}

// lined writes a line for everything that changes.
type lined struct {
	out   io.Writer
	began time.Time
	told  map[string]string // lines of the status page
}

func (l *lined) show(v virtualpc.View) {
	if l.began.IsZero() {
		l.began = v.At
	}
	for _, text := range l.lines(&v) {
		fmt.Fprintf(l.out, "%8s  %s\n", passed(v.At.Sub(l.began)), text)
	}
}

// passed is a time since the power button, to the second.
func passed(d time.Duration) string { return "+" + d.Round(time.Second).String() }

// lines are what is new in a view.
func (l *lined) lines(v *virtualpc.View) []string {
	switch {
	case v.Answer != "":
		return []string{"person: " + v.Answer}
	case v.Doing != "":
		return []string{"PC: " + v.Doing}
	case !v.Fresh:
		return nil
	}
	var out []string
	for _, s := range v.Screen.Skipped {
		out = append(out, "not shown: "+string(s.Name)+". "+s.Why)
	}
	if len(v.Screen.Rows) > 0 {
		for _, r := range v.Screen.Rows {
			if l.told[r.Name] != string(r.State) {
				l.told[r.Name] = string(r.State)
				out = append(out, "screen: "+r.Name+": "+string(r.State))
			}
		}
	} else {
		out = append(out, "screen: "+v.Screen.Heading+". "+v.Screen.Why)
	}
	if p := v.Screen.Error; p != nil {
		out = append(out, "problem: "+p.Words+" ("+p.Code+")", "what to do: "+p.Next)
	}
	return out
}

// drawn draws the screen in place, over and over.
type drawn struct {
	out   io.Writer
	title string
	width func() int
	began time.Time
	lines int // of the last picture
}

func (d *drawn) show(v virtualpc.View) {
	if d.began.IsZero() {
		d.began = v.At
	}
	picture := drawView(&v, d.title, passed(v.At.Sub(d.began)), d.width())
	var b strings.Builder
	if d.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", d.lines) // up to the picture's first line
	}
	for _, line := range picture {
		b.WriteString("\x1b[2K" + line + "\n")
	}
	b.WriteString("\x1b[J") // what is left of a longer one
	d.lines = len(picture)
	_, _ = io.WriteString(d.out, b.String()) // a terminal that is gone shows nothing
}

// bodyLines is the height of the screen inside its frame; longer ones grow.
const bodyLines = 16

// drawView is the PC's screen as a picture of so many columns.
func drawView(v *virtualpc.View, title, clock string, width int) []string {
	inner := width - 4
	lines := v.Screen.Lines(inner)
	for len(lines) < bodyLines {
		lines = append(lines, "")
	}
	now := "The screen waits for the person."
	switch {
	case v.Answer == "" && v.Doing == "" && v.Screen.Name == setup.ScreenDesktop:
		now = "The person can work."
	case v.Answer != "":
		now = "The person " + v.Answer + "."
	case v.Doing != "":
		now = "The PC " + v.Doing + "."
	}
	out := []string{rule("┌", "┐", title, clock, width)}
	for _, line := range lines {
		out = append(out, "│ "+pad(line, inner)+" │")
	}
	return append(out, rule("├", "┤", "", "", width), "│ "+pad(now, inner)+" │", rule("└", "┘", "", "", width))
}

// rule is a line of the frame with a text at each end.
func rule(left, right, title, clock string, width int) string {
	if title != "" {
		title = "─ " + cut(title, width-utf8.RuneCountInString(clock)-10) + " "
	}
	if clock != "" {
		clock = " " + clock + " ─"
	}
	n := width - 2 - utf8.RuneCountInString(title) - utf8.RuneCountInString(clock)
	return left + title + strings.Repeat("─", max(n, 0)) + clock + right
}

// pad makes a text so many columns wide.
func pad(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s))
}

// cut shortens a text to so many columns.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(width-1, 0)]) + "…"
}
