package autopilot

import (
	"slices"
	"strings"
)

// Text is a sentence for people: in English, and with what it takes to say the
// same in another language, a code that does not change and the values in it.
type Text struct {
	Code    string // empty: there is English alone
	Args    map[string]string
	English string
}

// Wording is the English sentences of a subject by their codes; {name} stands
// for a value.
type Wording map[string]string

// Say gives the sentence of a code; args are names and values in turn.
func (w Wording) Say(code string, args ...string) Text {
	t := Text{Code: code, Args: map[string]string{}}
	pairs := make([]string, 0, len(args))
	for pair := range slices.Chunk(args, 2) {
		t.Args[pair[0]] = pair[1]
		pairs = append(pairs, "{"+pair[0]+"}", pair[1])
	}
	t.English = strings.NewReplacer(pairs...).Replace(w[code])
	return t
}
