package main

import (
	"maps"
	"slices"
	"strings"
)

// databases are the elements of a test's name that say where it ran.
var databases = []string{"sqlite", "postgres"}

// onDatabase gives the database a test ran on and its name with that element
// replaced, so that the same test has the same name on both.
func onDatabase(t *test) (database, common string, ok bool) {
	elements := strings.Split(t.name, "/")
	for i, element := range elements {
		if slices.Contains(databases, element) {
			elements[i] = "*"
			return element, t.pkg + " " + strings.Join(elements, "/"), true
		}
	}
	return "", "", false
}

// ranOn gives, per database, the common names of the tests that ran there.
func (r *results) ranOn() map[string]map[string]bool {
	ran := map[string]map[string]bool{}
	for _, d := range databases {
		ran[d] = map[string]bool{}
	}
	for _, t := range r.order {
		if database, common, ok := onDatabase(t); ok && t.end != skipped {
			ran[database][common] = true
		}
	}
	return ran
}

// onlyIn gives the names of a that b does not have, sorted.
func onlyIn(a, b map[string]bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(name string) bool { return b[name] })
}
