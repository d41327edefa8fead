package enrollment_test

import (
	"strconv"
	"strings"

	"taxiway/internal/enrollment"
)

// answer reads one word of say.
func (p *pc) answer(last enrollment.Outgoing, word string) enrollment.Answer {
	p.Helper()
	at := strings.IndexAny(word, ".@:=")
	n, err := strconv.Atoi(word[:at])
	if err != nil || n < 1 || n > len(last.Commands) {
		p.Fatalf("%q: the answer has %d commands", word, len(last.Commands))
	}
	c := last.Commands[n-1]
	a := enrollment.Answer{MsgRef: strconv.Itoa(last.MsgID), CmdRef: c.CmdID, CmdID: word}
	rest := word[at+1:]
	end := strings.LastIndexByte(rest, '=')
	switch word[at] {
	case ':':
		a.Results = []enrollment.ResultOf{{URI: rest[:end], Data: rest[end+1:]}}
		return a
	case '.':
		part, err := strconv.Atoi(rest[:end])
		if err != nil || part < 1 || part > len(c.Parts) {
			p.Fatalf("%q: the command has %d parts", word, len(c.Parts))
		}
		a.CmdRef = c.Parts[part-1].CmdID
	case '@':
		a.Target = rest[:end]
	}
	if a.Status, err = strconv.Atoi(rest[end+1:]); err != nil {
		p.Fatalf("%q: %v", word, err)
	}
	return a
}
