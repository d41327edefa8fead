package main

import (
	"slices"
	"strings"
)

// kind names a licence by its SPDX identifier; empty means unknown or not
// allowed.
func kind(text string) string {
	words := strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(phrases ...string) bool {
		return !slices.ContainsFunc(phrases, func(p string) bool { return !strings.Contains(words, p) })
	}
	switch {
	case has("mozilla public license", "version 2.0"):
		return "MPL-2.0" // before the GNU licences, which its text names
	case has("gnu general public license"), has("gnu lesser general public license"), has("gnu affero general public license"):
		return ""
	case has("apache license", "version 2.0"):
		return "Apache-2.0"
	case has("permission is hereby granted, free of charge"):
		return "MIT"
	case has("permission to use, copy, modify, and", "distribute this software for any purpose with or without fee"):
		return "ISC"
	case has("redistribution and use in source and binary forms", "endorse or promote"):
		return "BSD-3-Clause"
	case has("redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	default:
		return ""
	}
}
