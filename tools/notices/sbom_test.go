package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheBillNamesWhatIsContainedByPackageURLAndLicence(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1767225600")
	dir := t.TempDir()
	site, file := filepath.Join(dir, "licences.json"), filepath.Join(dir, "bill.json")
	if err := os.WriteFile(site, []byte(`[{"name":"@scope/p","version":"2.0.1","text":"Permission is hereby granted, free of charge, to any person obtaining a copy"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	if code := run(t.Context(), []string{"-sbom", file, "-version", "1.2.3", "-site", site, "."}, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var bill struct {
		BOMFormat, SpecVersion string
		Metadata               struct {
			Timestamp string
			Component struct{ Name, Version string }
		}
		Components []struct {
			Name, Version, PURL string
			Licenses            []struct{ License struct{ ID string } }
		}
	}
	if err := json.Unmarshal(text, &bill); err != nil {
		t.Fatal(err)
	}
	if bill.BOMFormat != "CycloneDX" || bill.SpecVersion != "1.6" || bill.Metadata.Timestamp != "2026-01-01T00:00:00Z" || bill.Metadata.Component.Version != "1.2.3" {
		t.Errorf("head of the bill: %+v", bill)
	}
	got := map[string]string{}
	for _, c := range bill.Components {
		got[c.PURL] = c.Licenses[0].License.ID
		if c.Version == "" || strings.Contains(c.Name, " ") {
			t.Errorf("component %+v", c)
		}
	}
	if got["pkg:npm/%40scope/p@2.0.1"] != "MIT" {
		t.Errorf("the site's package is not named: %v", got)
	}
	libraries := 0
	for address, licence := range got {
		if strings.HasPrefix(address, "pkg:golang/std@1.") && licence == "BSD-3-Clause" || strings.HasPrefix(address, "pkg:golang/github.com/CycloneDX/cyclonedx-go@v") && licence == "Apache-2.0" {
			libraries++
		}
	}
	if libraries != 2 {
		t.Errorf("this program's own modules are not named: %v", got)
	}
}
