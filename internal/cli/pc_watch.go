package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"taxiway/internal/virtualpc"
)

// watcher shows what happens at a virtual PC.
type watcher interface {
	show(v virtualpc.View)
}

// newWatcher draws the PC's screen on a terminal that can do so, and writes
// lines elsewhere.
func (a *app) newWatcher(out io.Writer, title string) watcher {
	if f, ok := out.(*os.File); ok && a.canDraw(f) {
		return &drawn{out: out, title: title, size: func() (width, height int) {
			width, height, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return narrowest, lowest
			}
			return width, height
		}}
	}
	return &lined{out: out, told: map[string]string{}}
}

// canDraw tells a terminal on which the cursor can be moved. One that does not
// say what it is (TERM), or that says it is dumb, may show the sequences
// themselves.
func (a *app) canDraw(f *os.File) bool {
	kind := a.lookup("TERM")
	if kind == "" || kind == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	return err == nil && width > narrowest && height > lowest
}

// lined writes a line for everything that changes.
type lined struct {
	out   io.Writer
	began time.Time
	told  map[string]string // lines of the status page, and pages passed over
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
	tell := func(what, kind, text string) {
		if l.told[what] != text {
			l.told[what] = text
			out = append(out, kind+": "+what+text)
		}
	}
	for _, s := range v.Screen.Skipped {
		tell(s.Name.Title(), "not shown", ". "+s.Why)
	}
	for i := range v.Screen.Rows {
		phase := &v.Screen.Rows[i]
		tell(phase.Name, "screen", ": "+string(phase.State))
		for _, r := range phase.Rows {
			if r.Total > 0 {
				tell(phase.Name+", "+r.Name, "screen", fmt.Sprintf(": %s (%d of %d)", r.State, r.Done, r.Total))
			}
		}
	}
	if len(v.Screen.Rows) == 0 {
		out = append(out, "screen: "+strings.TrimRight(v.Screen.Heading, "…")+". "+v.Screen.Why)
	}
	if p := v.Screen.Error; p != nil {
		out = append(out, "problem: "+problemWords(p), "what to do: "+p.Next)
	}
	return out
}
