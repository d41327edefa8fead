package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// standardLibrary is what the notices call the library that comes with Go.
const standardLibrary = "Go standard library"

// writeBill writes what the program contains as a CycloneDX document (version
// 1.6), the list that scanners of packages read. It is dated by
// SOURCE_DATE_EPOCH, so that the same commit gives the same file.
func writeBill(ctx context.Context, out io.Writer, version string, modules []module) error {
	release, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("go env GOVERSION: %w", err)
	}
	made, err := dated()
	if err != nil {
		return err
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: made.UTC().Format(time.RFC3339),
		Component: &cyclonedx.Component{
			Type: cyclonedx.ComponentTypeApplication, BOMRef: "taxiway", Name: "taxiway", Version: version,
			Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
		},
	}
	components := make([]cyclonedx.Component, len(modules))
	refs := make([]string, len(modules))
	for i, m := range modules {
		if m.path == standardLibrary {
			m.path, m.version = "std", strings.TrimPrefix(strings.TrimSpace(string(release)), "go")
		}
		components[i] = cyclonedx.Component{
			Type: cyclonedx.ComponentTypeLibrary, BOMRef: m.address(), Name: strings.TrimSuffix(m.path, ofNPM), Version: m.version, PackageURL: m.address(),
			Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: m.kind}}},
		}
		refs[i] = m.address()
	}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: "taxiway", Dependencies: &refs}}
	return cyclonedx.NewBOMEncoder(out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
}

// address is the module's package URL (github.com/package-url/purl-spec, types
// golang and npm).
func (m *module) address() string {
	if name, npm := strings.CutSuffix(m.path, ofNPM); npm {
		return "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + m.version
	}
	version, _, _ := strings.Cut(m.version, " ") // of a replaced module
	return "pkg:golang/" + m.path + "@" + strings.ReplaceAll(version, "+", "%2B")
}

func dated() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is no number of seconds since 1970: %q", text)
	}
	return time.Unix(seconds, 0), nil
}
