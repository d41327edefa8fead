package setup

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minWidth is the narrowest a screen is drawn.
const minWidth = 20

// Lines draws a page as text of at most width characters a line (20 at least), for
// terminals: the page first, then why it is there and what was passed over.
// Texts that came from elsewhere lose their control characters, so that no
// server writes to the terminal what only the PC may.
func (v *Screen) Lines(width int) []string {
	d := drawing{width: max(width, minWidth)}
	d.text("", v.Heading)
	d.line(strings.Repeat("=", min(utf8.RuneCountInString(clean(v.Heading)), d.width)))
	for part := range strings.SplitSeq(v.Text, "\n") {
		if part != "" {
			d.text("", part)
		}
	}
	d.rows(v.Rows)
	for i := range v.Fields {
		d.text("  ", v.Fields[i].line())
	}
	if len(v.Buttons) > 0 {
		buttons := make([]string, len(v.Buttons))
		for i, b := range v.Buttons {
			buttons[i] = "[ " + string(b) + " ]"
		}
		d.text("  ", strings.Join(buttons, "  "))
	}
	if v.Error != nil {
		d.line("")
		v.Error.draw(&d)
	}
	for _, note := range v.Notes {
		d.text("Note: ", note)
	}
	d.line("")
	d.text("", v.Why+".")
	for _, skipped := range v.Skipped {
		d.text("- ", skipped.Name.Title()+": "+skipped.Why+".")
	}
	return d.lines
}

func (p *Problem) draw(d *drawing) {
	code := p.Code
	if p.EventID != 0 {
		code += ", event " + strconv.Itoa(p.EventID)
	}
	d.text("! ", p.Words+" ("+code+")")
	if p.Said != "" {
		d.text("! ", "The service says: "+p.Said)
	}
	d.text("> ", p.Next)
}

func (f *Field) line() string {
	switch {
	case f.Secret:
		return f.Label + ": (not shown)"
	case f.Fixed:
		return f.Label + ": " + f.Value + " (fixed)"
	default:
		return f.Label + ": " + f.Value
	}
}

// drawing collects lines of one width.
type drawing struct {
	width int
	lines []string
}

// line adds a line; two empty ones in a row are one.
func (d *drawing) line(s string) {
	if n := len(d.lines); s == "" && n > 0 && d.lines[n-1] == "" {
		return
	}
	d.lines = append(d.lines, s)
}

// rows draws the status page: a phase, and its lines under it.
func (d *drawing) rows(rows []ProgressRow) {
	for i := range rows {
		d.line("")
		d.text(mark(rows[i].State)+" ", rows[i].Name+": "+string(rows[i].State))
		for _, r := range rows[i].Rows {
			d.text("    "+mark(r.State)+" ", r.Name+": "+r.progress())
		}
	}
	if len(rows) > 0 {
		d.line("")
	}
}

func (r *ProgressRow) progress() string {
	if r.Total == 0 {
		return string(r.State)
	}
	return fmt.Sprintf("%s (%d of %d)", r.State, r.Done, r.Total)
}

// mark is the icon of a state; the word stands beside it.
func mark(s RowState) string {
	switch s {
	case RowComplete:
		return "[x]"
	case RowError:
		return "[!]"
	case RowWorking:
		return "[~]"
	default:
		return "[ ]"
	}
}

// text writes a paragraph: lead before its first line, as much room before the
// others.
func (d *drawing) text(lead, text string) {
	room := d.width - utf8.RuneCountInString(lead)
	next := strings.Repeat(" ", utf8.RuneCountInString(lead))
	line := ""
	flush := func() {
		d.line(strings.TrimRight(lead+line, " "))
		lead, line = next, ""
	}
	for word := range strings.FieldsSeq(clean(text)) {
		for utf8.RuneCountInString(word) > room { // no line holds it: cut
			if line != "" {
				flush()
			}
			cut := []rune(word)
			line = string(cut[:room])
			flush()
			word = string(cut[room:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > room:
			flush()
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" || lead != next {
		flush()
	}
}

// clean leaves out what is not to be seen: control characters, and marks that
// turn the direction of writing.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r) || r == utf8.RuneError:
			return -1
		default:
			return r
		}
	}, text)
}
