package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// systems are those that a release is built for; some modules are compiled in
// on one of them only.
var systems = []string{"linux", "windows", "darwin"}

// module is one dependency with its licence.
type module struct {
	path, version string
	dir           string
	kind          string
	texts         []text
}

// text is one licence or notice file.
type text struct{ name, content string }

// listed is the part of "go list -json" that is used here.
type listed struct {
	Module *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
}

// compiledIn lists the modules below the packages on any of the systems,
// sorted by path.
func compiledIn(ctx context.Context, packages []string) ([]module, error) {
	found := map[string]module{}
	for _, system := range systems {
		cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=Module"}, packages...)...) // #nosec G204 -- packages come from the Makefile
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w\n%s", system, err, stderr.String())
		}
		if err := collect(found, out); err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
	}
	modules := make([]module, 0, len(found))
	for _, m := range found {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return modules, nil
}

func collect(found map[string]module, out []byte) error {
	packages := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		m := module{path: p.Module.Path, version: p.Module.Version, dir: p.Module.Dir}
		if r := p.Module.Replace; r != nil {
			m.version, m.dir = r.Version+" of "+r.Path, r.Dir
		}
		found[m.path] = m
	}
}

// readTexts fills in licence kind and texts from the files at the module's
// root. The error says why the module must not be shipped.
func (m *module) readTexts() error {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		isText := strings.HasPrefix(upper, "LICEN") || strings.HasPrefix(upper, "COPYING") || strings.HasPrefix(upper, "NOTICE")
		// A .go file of that name is code, an .idx or .html is no text.
		if e.IsDir() || !isText || !slices.Contains([]string{"", ".TXT", ".MD"}, filepath.Ext(upper)) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(m.dir, e.Name())) // #nosec G304 -- below the module cache
		if err != nil {
			return fmt.Errorf("%s: %w", m.path, err)
		}
		m.texts = append(m.texts, text{e.Name(), string(content)})
	}
	for _, t := range m.texts {
		if strings.HasPrefix(strings.ToUpper(t.name), "NOTICE") {
			continue
		}
		if m.kind = kind(t.content); m.kind != "" {
			return nil
		}
	}
	return fmt.Errorf("%s %s: no licence file of an allowed kind (%d read): do not ship it, replace the module", m.path, m.version, len(m.texts))
}
