package virtualpc

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/virtualpc/setup"
)

// Script is what a boot is like: the network the PC finds, what the person
// answers, and what goes wrong. The zero script is an ordinary boot.
type Script struct {
	Network string            // none, wifi, wired; empty: as the boot says
	Answers map[string]string // what the person chooses, by the screen's name
	Presses []string          // buttons of error pages, in the order they come
	Skew    time.Duration     // the PC's clock is ahead by this
	Until   string            // screen at which the boot ends
	Faults  []Fault
}

// ScriptError is a line of a script that cannot be understood.
type ScriptError struct {
	Line   int
	Text   string // what is wrong
	Remedy string // what to write instead
}

// Error says where and what.
func (e *ScriptError) Error() string { return fmt.Sprintf("line %d: %s %s", e.Line, e.Text, e.Remedy) }

// ParseScript reads a script, one statement a line; # begins a comment.
//
//	network none|wifi|wired
//	answer SCREEN VALUE…
//	press BUTTON                    the next error page's
//	clock DURATION                  as in -26h
//	until SCREEN
//	at STEP|any FAULT [STATUS] [xTIMES] [for DURATION] [code HRESULT] [app PRODUCT]
//
// An error is a *ScriptError, or that of reading.
func ParseScript(r io.Reader) (*Script, error) {
	s := &Script{Answers: map[string]string{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := s.line(words); err != nil {
			err.Line = n
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	return s, nil
}

// statements are the words that a line begins with, and how many follow.
var statements = map[string]struct{ least, most int }{
	"network": {1, 1}, "answer": {2, 100}, "press": {1, 1}, "clock": {1, 1}, "until": {1, 1}, "at": {2, 20},
}

func (s *Script) line(words []string) *ScriptError {
	verb, rest := words[0], words[1:]
	n, known := statements[verb]
	if !known {
		return &ScriptError{Text: fmt.Sprintf("There is no statement '%s'.", verb), Remedy: "Begin with network, answer, press, clock, until or at."}
	}
	if len(rest) < n.least || len(rest) > n.most {
		return &ScriptError{Text: fmt.Sprintf("'%s' has %d words after it.", verb, len(rest)), Remedy: usages[verb]}
	}
	switch verb {
	case "network":
		if !slices.Contains(networks, rest[0]) {
			return &ScriptError{Text: fmt.Sprintf("There is no network '%s'.", rest[0]), Remedy: usages[verb]}
		}
		s.Network = rest[0]
	case "answer":
		s.Answers[rest[0]] = strings.Join(rest[1:], " ")
	case "press":
		s.Presses = append(s.Presses, rest[0])
	case "until":
		if !slices.Contains(setup.Screens(), setup.ScreenName(rest[0])) {
			return &ScriptError{Text: fmt.Sprintf("There is no screen '%s'.", rest[0]), Remedy: usages[verb]}
		}
		s.Until = rest[0]
	case "clock":
		d, err := time.ParseDuration(rest[0])
		if err != nil {
			return &ScriptError{Text: fmt.Sprintf("'%s' is no length of time.", rest[0]), Remedy: usages[verb]}
		}
		s.Skew = d
	default:
		f, err := parseFault(rest)
		if err != nil {
			return err
		}
		s.Faults = append(s.Faults, f)
	}
	return nil
}

var networks = []string{"none", "wifi", "wired"}

var usages = map[string]string{
	"network": "Write network none, network wifi or network wired.",
	"answer":  "Write, for example, answer region Germany.",
	"press":   "Write, for example, press try-again.",
	"clock":   "Write, for example, clock 26h or clock -90m.",
	"until":   "Write, for example, until device-esp.",
	"at":      "Write, for example, at join lose for 40s.",
}

// faultKinds are the faults that a script can name.
var faultKinds = []FaultKind{
	FaultLose, FaultSlow, FaultStatus, FaultPassword, FaultMFA, FaultDecline, FaultApp, FaultAppHangs, FaultRestart, FaultPowerOff, FaultDiskFull,
}

// parseFault reads what stands after "at".
func parseFault(words []string) (f Fault, wrong *ScriptError) {
	if words[0] != "any" {
		f.At = Step(words[0])
		if !slices.Contains(Steps(), f.At) {
			return f, &ScriptError{Text: fmt.Sprintf("There is no step '%s'.", words[0]), Remedy: "Name one of " + list(Steps()) + ", or any."}
		}
	}
	f.Kind = FaultKind(words[1])
	if !slices.Contains(faultKinds, f.Kind) {
		return f, &ScriptError{Text: fmt.Sprintf("There is no fault '%s'.", words[1]), Remedy: "Name one of " + list(faultKinds) + "."}
	}
	for rest := words[2:]; len(rest) > 0; {
		used, err := f.option(rest)
		if err != nil {
			return f, err
		}
		rest = rest[used:]
	}
	switch {
	case f.Kind == FaultSlow && f.For == 0:
		return f, &ScriptError{Text: "It is not said how slow the network is.", Remedy: "Write, for example, at any slow for 400ms."}
	case f.Kind == FaultStatus && f.Code != 429 && f.Code != 503:
		return f, &ScriptError{Text: "It is not said what the server answers.", Remedy: "Write, for example, at enrol status 503 x2 for 30s."}
	}
	return f, nil
}

// option reads one option and says how many words it took.
func (f *Fault) option(words []string) (int, *ScriptError) {
	word := words[0]
	if times, ok := strings.CutPrefix(word, "x"); ok {
		n, err := strconv.Atoi(times)
		if err != nil || n < 1 {
			return 0, &ScriptError{Text: fmt.Sprintf("'%s' is no number of times.", word), Remedy: "Write, for example, x2."}
		}
		f.Times = n
		return 1, nil
	}
	if f.Kind == FaultStatus && f.Code == 0 {
		n, err := strconv.Atoi(word)
		if err == nil {
			f.Code = int64(n)
			return 1, nil
		}
	}
	if len(words) < 2 {
		return 0, &ScriptError{Text: fmt.Sprintf("'%s' says nothing here.", word), Remedy: "Options are xTIMES, for DURATION, code HRESULT and app PRODUCT."}
	}
	value := words[1]
	switch word {
	case "for":
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return 0, &ScriptError{Text: fmt.Sprintf("'%s' is no length of time.", value), Remedy: "Write, for example, for 90s."}
		}
		f.For = d
	case "code":
		n, err := strconv.ParseInt(value, 0, 64)
		if err != nil {
			return 0, &ScriptError{Text: fmt.Sprintf("'%s' is no error code.", value), Remedy: "Write, for example, code 0x80070643."}
		}
		f.Code = n
	case "app":
		f.App = value
	default:
		return 0, &ScriptError{Text: fmt.Sprintf("There is no option '%s'.", word), Remedy: "Options are xTIMES, for DURATION, code HRESULT and app PRODUCT."}
	}
	return 2, nil
}

func list[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = string(w)
	}
	return strings.Join(words, ", ")
}

// matches tells whether a product is the app that a fault names.
func matches(product, app string) bool {
	return app == "" || strings.Contains(strings.ToLower(product), strings.ToLower(app))
}
