package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// ofNPM marks a package of the admin site.
const ofNPM = " (npm)"

// bundled lists what the built admin site contains of others, as its build
// wrote it down; no file, no packages.
func bundled(file string) ([]module, error) {
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file) // #nosec G304 -- named on the command line
	if err != nil {
		return nil, err
	}
	var packages []struct{ Name, Version, Text string }
	if err := json.Unmarshal(content, &packages); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	modules := make([]module, 0, len(packages))
	for _, p := range packages {
		m := module{path: p.Name + ofNPM, version: p.Version, kind: kind(p.Text), texts: []text{{"LICENSE", p.Text}}}
		if m.kind == "" {
			return nil, fmt.Errorf("%s %s: no licence of an allowed kind: do not ship it, replace the package", p.Name, p.Version)
		}
		modules = append(modules, m)
	}
	return modules, nil
}
