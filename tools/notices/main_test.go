package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheKindOfALicence(t *testing.T) {
	t.Parallel()
	const bsd = "Redistribution and use in source and binary\nforms, with or without modification, are permitted. "
	tests := map[string]struct{ text, want string }{
		"MIT, whatever it is called":      {"Copyright (c) X\n\nPermission is hereby granted,\n  free of charge, to any person", "MIT"},
		"ISC":                             {"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted", "ISC"},
		"BSD with two clauses":            {bsd + "THIS SOFTWARE IS PROVIDED AS IS", "BSD-2-Clause"},
		"BSD with three clauses":          {bsd + "Neither the name of X may be used to endorse or promote products", "BSD-3-Clause"},
		"Apache":                          {"Apache License\n Version 2.0, January 2004", "Apache-2.0"},
		"MPL, although it names the GPL":  {"Mozilla Public License Version 2.0\n\"Secondary License\" means the GNU General Public License", "MPL-2.0"},
		"GPL is refused":                  {"GNU GENERAL PUBLIC LICENSE Version 3", ""},
		"LGPL is refused":                 {"GNU LESSER GENERAL PUBLIC LICENSE Version 3", ""},
		"AGPL is refused":                 {"GNU AFFERO GENERAL PUBLIC LICENSE Version 3", ""},
		"GPL that quotes MIT is refused":  {"GNU General Public License. Parts: Permission is hereby granted, free of charge", ""},
		"words that are none are refused": {"All rights reserved.", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := kind(tt.text); got != tt.want {
				t.Errorf("kind = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAModuleWithoutAnAllowedLicenceIsNamed(t *testing.T) {
	t.Parallel()
	m := module{path: "example.org/m", version: "v1.0.0", dir: t.TempDir()}
	// A notice alone gives no permission.
	if err := os.WriteFile(filepath.Join(m.dir, "NOTICE"), []byte("Apache License Version 2.0"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.readTexts(); err == nil || !strings.Contains(err.Error(), "example.org/m v1.0.0") {
		t.Errorf("err = %v, want the module named", err)
	}
}

func TestTheFileIsWrittenCheckedAndFoundStale(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "NOTICES.md")
	var errs strings.Builder
	// This program needs the standard library and one module more.
	if code := run(t.Context(), []string{"-out", file, "."}, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), "| Go standard library |  | BSD-3-Clause |\n") {
		t.Errorf("the table lacks the standard library:\n%.300s", content)
	}
	if code := run(t.Context(), []string{"-check", "-out", file, "."}, &errs); code != 0 {
		t.Errorf("a fresh file is called stale: %s", errs.String())
	}
	if err := os.WriteFile(file, append(content, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"-check", "-out", file, "."}, &errs); code != 1 || !strings.Contains(errs.String(), "make notices") {
		t.Errorf("exit code %d and %q, want 1 and the command to run", code, errs.String())
	}
}

func TestThePackagesOfTheSiteAreNamedAndBadOnesRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var errs strings.Builder
	out := filepath.Join(dir, "NOTICES.md")
	good := write("good.json", `[{"name":"left","version":"1.2.3","text":"Permission is hereby granted, free of charge"}]`)
	if code := run(t.Context(), []string{"-site", good, "-out", out, "."}, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	content, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(content), "| left (npm) | 1.2.3 | MIT |\n") {
		t.Errorf("the table lacks the package: %v\n%.300s", err, content)
	}
	for name, text := range map[string]string{"none.json": "", "gpl.json": "GNU GENERAL PUBLIC LICENSE Version 3"} {
		bad := write(name, `[{"name":"right","version":"1.0.0","text":"`+text+`"}]`)
		if code := run(t.Context(), []string{"-site", bad, "-out", out, "."}, &errs); code != 1 || !strings.Contains(errs.String(), "right 1.0.0") {
			t.Errorf("%s: exit code %d and %q, want the package named", name, code, errs.String())
		}
	}
}
