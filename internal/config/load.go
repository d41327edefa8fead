package config

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// Load reads the configuration: defaults, then the file at path (none when
// path is empty), then environ in the form of os.Environ, then flags by key
// name. The error is a *fault.Error of kind Invalid that lists every fault,
// with where the value came from; on error the Config must not be used.
func Load(path string, environ []string, flags map[string]string) (Config, error) {
	c := Default()
	var faults []problem
	sources := map[string]string{}
	if path != "" {
		content, err := os.ReadFile(path) // #nosec G304 -- the operator names the file
		if err != nil {
			return c, &fault.Error{
				Kind: fault.Invalid, Code: "ConfigurationUnreadable", Cause: err,
				Message: fmt.Sprintf("The configuration file %s cannot be read. Name an existing file, or leave --config out to use the defaults.", path),
			}
		}
		fileFaults, fileSources := applyFile(&c, path, content)
		faults = append(faults, fileFaults...)
		maps.Copy(sources, fileSources)
	}
	faults = append(faults, applyEnvironment(&c, environ, sources)...)
	faults = append(faults, applyFlags(&c, flags, sources)...)
	for _, p := range c.problems() {
		p.source = sources[p.key]
		faults = append(faults, p)
	}
	if err := report(faults); err != nil {
		return c, err
	}
	return c, nil
}

// applyEnvironment takes TAXIWAY_ variables. A name inside a part that no key
// has is refused; other TAXIWAY_ names belong to other programs, for example
// those that container platforms add for a service called taxiway.
func applyEnvironment(c *Config, environ []string, sources map[string]string) []problem {
	byEnv := map[string]Key{}
	for _, k := range Keys() {
		byEnv[k.Env] = k
	}
	var faults []problem
	for _, entry := range environ {
		name, value, ok := strings.Cut(entry, "=")
		if !ok || !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if name == envMasterKey {
			c.MasterKey = NewSecret(value)
			continue
		}
		k, known := byEnv[name]
		if !known {
			if inPart(name) {
				faults = append(faults, unknown(name, name, slices.Sorted(maps.Keys(byEnv))))
			}
			continue
		}
		if err := k.set(c, value); err != nil {
			faults = append(faults, unusable(name, k, value, err))
			continue
		}
		sources[k.Name] = name
	}
	return faults
}

func inPart(env string) bool {
	return slices.ContainsFunc(parts(), func(part string) bool {
		return strings.HasPrefix(env, envPrefix+strings.ToUpper(part)+"_")
	})
}

func applyFlags(c *Config, flags, sources map[string]string) []problem {
	byName := map[string]Key{}
	for _, k := range Keys() {
		byName[k.Name] = k
	}
	var faults []problem
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		source := "flag " + name
		k, known := byName[name]
		if !known {
			faults = append(faults, unknown(source, name, slices.Sorted(maps.Keys(byName))))
			continue
		}
		if err := k.set(c, flags[name]); err != nil {
			faults = append(faults, unusable(source, k, flags[name], err))
			continue
		}
		sources[k.Name] = source
	}
	return faults
}
