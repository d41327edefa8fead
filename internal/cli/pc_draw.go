package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// The sizes of a picture. A smaller terminal gets lines.
const (
	narrowest  = 40
	widest     = 96
	lowest     = 12
	frameLines = 4 // around the screen: above, between, what happens now, below
	bodyLines  = 16
)

// drawn draws the screen in place, over and over, in one colour. Only the lines
// that changed are written, so that nothing flickers. The cursor stays on the
// line below the picture.
type drawn struct {
	out           io.Writer
	title         string
	size          func() (width, height int)
	began         time.Time
	width, height int
	lines         []string // of the last picture
}

// Escape sequences of ECMA-48, and DEC's to hide the cursor.
const (
	eraseRest  = "\x1b[K" // of the line
	eraseBelow = "\x1b[J"
	eraseAll   = "\x1b[H\x1b[2J"
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
)

func (d *drawn) show(v virtualpc.View) {
	if d.began.IsZero() {
		d.began = v.At
	}
	var b strings.Builder
	b.WriteString(hideCursor)
	width, height := d.size()
	if d.lines != nil && (width != d.width || height != d.height) { // nobody knows where the old picture is now
		b.WriteString(eraseAll)
		d.lines = nil
	}
	d.width, d.height = width, height
	picture := drawView(&v, d.title, passed(v.At.Sub(d.began)), min(max(width-1, narrowest), widest), height-1)
	if n := len(d.lines); n > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA", n) // up to the picture's first line
	}
	for i, line := range picture {
		if i >= len(d.lines) || d.lines[i] != line {
			b.WriteString(line + eraseRest)
		}
		b.WriteString("\r\n")
	}
	b.WriteString(eraseBelow + showCursor)
	d.lines = picture
	_, _ = io.WriteString(d.out, b.String()) // a terminal that is gone shows nothing
}

// drawView is the PC's screen as a picture of so many columns and at most so
// many lines.
func drawView(v *virtualpc.View, title, clock string, width, height int) []string {
	inner := width - 4
	room := max(height-frameLines, 1)
	lines := fit(v.Screen, inner, room)
	for len(lines) < min(bodyLines, room) {
		lines = append(lines, "")
	}
	out := []string{rule("┌", "┐", title, clock, width)}
	for _, line := range lines {
		out = append(out, "│ "+pad(line, inner)+" │")
	}
	return append(out, rule("├", "┤", "", "", width), "│ "+pad(now(v), inner)+" │", rule("└", "┘", "", "", width))
}

// now is what happens at the PC, in a sentence.
func now(v *virtualpc.View) string {
	switch {
	case v.Answer != "":
		return "The person " + v.Answer + "."
	case v.Doing != "":
		return "The PC " + v.Doing + "."
	case v.Screen.Name == setup.ScreenDesktop:
		return "The person can work."
	case v.Waits:
		return "The screen waits for the person."
	}
	return "The PC goes on by itself."
}

// fit is the screen in so many lines: where it has more, first those phases of
// the status page are folded that are over or not begun, as Windows does, then the
// pages that were passed over and empty lines are left out.
func fit(s *setup.Screen, width, room int) []string {
	lines := s.Lines(width)
	if len(lines) <= room {
		return lines
	}
	less := *s
	less.Rows = slices.Clone(s.Rows)
	for i := range less.Rows {
		if s := less.Rows[i].State; s == setup.RowComplete || s == setup.RowWaiting {
			less.Rows[i].Rows = nil
		}
	}
	if lines = less.Lines(width); len(lines) <= room {
		return lines
	}
	less.Skipped = nil
	if lines = less.Lines(width); len(lines) <= room {
		return lines
	}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	if len(lines) <= room {
		return lines
	}
	return append(lines[:room-1], "…")
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
