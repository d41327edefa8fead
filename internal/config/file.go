package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// applyFile sets every key of a TOML text. Faults carry "name:line" as their
// source; from a text that is no TOML at all only the first can be told.
func applyFile(c *Config, name string, content []byte) (faults []problem, sources map[string]string) {
	var tree map[string]any
	if err := toml.Unmarshal(content, &tree); err != nil {
		var broken *toml.DecodeError
		if !errors.As(err, &broken) {
			return []problem{{source: name, what: err.Error(), remedy: "Mend the file."}}, nil
		}
		line, column := broken.Position()
		return []problem{{
			source: fmt.Sprintf("%s:%d", name, line),
			what:   fmt.Sprintf("this is not TOML at column %d: %s", column, strings.TrimPrefix(broken.Error(), "toml: ")),
			remedy: "Mend the line; text values stand in double quotes.",
		}}, nil
	}
	lines := keyLines(content)
	byName := map[string]Key{}
	for _, k := range Keys() {
		byName[k.Name] = k
	}
	sources = map[string]string{}
	for _, entry := range leaves("", tree) {
		source := name
		if line, ok := lines[entry.name]; ok {
			source = fmt.Sprintf("%s:%d", name, line)
		}
		k, known := byName[entry.name]
		if !known {
			faults = append(faults, unknown(source, entry.name, slices.Sorted(maps.Keys(byName))))
			continue
		}
		if err := k.set(c, entry.value); err != nil {
			faults = append(faults, unusable(source, k, entry.value, err))
			continue
		}
		sources[k.Name] = source
	}
	return faults, sources
}

type leaf struct {
	name  string
	value any
}

// leaves flattens the file's tables to dotted names. A table where no part has
// that name is one leaf, so that it is reported once and not per key.
func leaves(prefix string, table map[string]any) []leaf {
	known := parts()
	var out []leaf
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if inner, ok := table[name].(map[string]any); ok && prefix == "" && slices.Contains(known, name) {
			out = append(out, leaves(name+".", inner)...)
			continue
		}
		out = append(out, leaf{prefix + name, table[name]})
	}
	return out
}

// keyLines finds the line of each key. The decoder reports the position of
// what it cannot place, so it is given tables that have no keys at all.
func keyLines(content []byte) map[string]int {
	var probe struct {
		Listen, Database, TLS, Limits, Engine, Log struct{}
	}
	lines := map[string]int{}
	var missing *toml.StrictMissingError
	err := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields().Decode(&probe)
	if !errors.As(err, &missing) {
		return lines
	}
	for _, e := range missing.Errors {
		line, _ := e.Position()
		lines[strings.Join(e.Key(), ".")] = line
	}
	return lines
}
