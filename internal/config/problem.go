package config

import (
	"fmt"
	"reflect"
	"strings"

	"taxiway/internal/fault"
)

// problem is one fault of the configuration.
type problem struct {
	source string // file and line, environment variable or flag; empty for a default
	key    string
	value  string // as text; stars for secrets
	code   string
	what   string
	remedy string
}

func (p problem) String() string {
	var b strings.Builder
	if p.source != "" {
		b.WriteString(p.source + ": ")
	}
	if p.key != "" {
		fmt.Fprintf(&b, "%s = %q: ", p.key, p.value)
	}
	b.WriteString(p.what + ". " + p.remedy)
	return b.String()
}

func unknown(source, name string, known []string) problem {
	p := problem{
		source: source, code: "UnknownKey",
		what:   fmt.Sprintf("%q is no known key", name),
		remedy: "Remove it, or see config.example.toml for every key.",
	}
	if near := fault.Nearest(name, known); near != "" {
		p.remedy = fmt.Sprintf("Did you mean %q?", near)
	}
	return p
}

// unusable is a value of the wrong type; a secret's value is not repeated.
func unusable(source string, k Key, value any, err error) problem {
	shown := fmt.Sprint(value)
	if reflect.TypeFor[Config]().FieldByIndex(k.index).Type == reflect.TypeFor[Secret]() {
		shown = stars
	}
	return problem{
		source: source, key: k.Name, value: shown, code: "WrongType",
		what:   "the value does not fit, " + err.Error(),
		remedy: fmt.Sprintf("Change it, or remove it for the default %q.", k.Default),
	}
}

// report joins all faults to one error, nil when there are none.
func report(faults []problem) error {
	if len(faults) == 0 {
		return nil
	}
	var b strings.Builder
	if len(faults) == 1 {
		b.WriteString("The configuration has a fault:")
	} else {
		fmt.Fprintf(&b, "The configuration has %d faults:", len(faults))
	}
	details := make([]fault.Detail, 0, len(faults))
	for _, p := range faults {
		b.WriteString("\n  " + p.String())
		target := p.key
		if target == "" {
			target = p.source
		}
		details = append(details, fault.Detail{Target: target, Code: p.code, Message: p.what, Remedy: p.remedy})
	}
	return &fault.Error{Kind: fault.Invalid, Code: "InvalidConfiguration", Message: b.String(), Details: details}
}
