package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

const slowest = 10

// report prints failures, skips, slow tests, databases and totals, and tells
// whether all is well. Its last line is "N passed, N failed, N skipped".
func (r *results) report(out io.Writer, needDatabases bool) bool {
	var passes, failures, skips []*test
	for _, t := range r.order {
		switch t.end {
		case passed:
			passes = append(passes, t)
		case skipped:
			skips = append(skips, t)
		default:
			failures = append(failures, t)
		}
	}
	failures = append(failures, r.failedPackages(failures)...)
	for _, t := range failures {
		r.printFailure(out, t)
	}
	for _, t := range skips {
		fmt.Fprintf(out, "\nSKIP %s %s: a skipped test hides something\n%s", t.pkg, t.name, indent(t.output))
	}
	printSlowest(out, slices.Concat(passes, failures))
	same := r.printDatabases(out, needDatabases)
	total := len(passes) + len(failures) + len(skips)
	if total == 0 {
		fmt.Fprintln(out, "\nno test ran at all")
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", len(passes), len(failures), len(skips))
	return total > 0 && len(failures) == 0 && len(skips) == 0 && same
}

// failedPackages are those that failed without any test to blame: they did not
// build, or their process ended outside a test.
func (r *results) failedPackages(blamed []*test) []*test {
	var out []*test
	for _, name := range r.pkgOrder {
		p := r.packages[name]
		has := slices.ContainsFunc(blamed, func(t *test) bool { return t.pkg == name })
		if (p.end == failed || p.end == running) && !has {
			out = append(out, p)
		}
	}
	return out
}

func (r *results) printFailure(out io.Writer, t *test) {
	words := indent(t.output)
	if t.parent && words == "" {
		return // its subtests have said it
	}
	name := strings.TrimSpace(t.pkg + " " + t.name)
	switch t.end {
	case running:
		fmt.Fprintf(out, "\nFAIL %s: did not end", name)
	default:
		fmt.Fprintf(out, "\nFAIL %s: %.2fs", name, t.elapsed)
	}
	if seed := r.seeds[t.pkg]; seed != "" {
		fmt.Fprintf(out, " (again in this order: go test -shuffle=%s %s)", seed, t.pkg)
	}
	fmt.Fprintf(out, "\n%s", words)
}

// indent leaves out the framing lines that every test prints.
func indent(output []string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.Join(output, "")) {
		trimmed := strings.TrimSpace(line)
		framing := strings.HasPrefix(trimmed, "=== ") || strings.HasPrefix(trimmed, "--- ") || strings.HasPrefix(trimmed, "FAIL\t") || trimmed == "FAIL"
		if trimmed == "" || framing {
			continue
		}
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

// printSlowest names the slowest tests that have no subtests.
func printSlowest(out io.Writer, tests []*test) {
	leaves := slices.DeleteFunc(slices.Clone(tests), func(t *test) bool { return t.parent || t.name == "" })
	slices.SortStableFunc(leaves, func(a, b *test) int {
		return cmp.Or(cmp.Compare(b.elapsed, a.elapsed), cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
	if len(leaves) == 0 {
		return
	}
	leaves = leaves[:min(slowest, len(leaves))]
	fmt.Fprintf(out, "\nslowest %d tests\n", len(leaves))
	for _, t := range leaves {
		fmt.Fprintf(out, "%8.2fs %s %s\n", t.elapsed, t.pkg, t.name)
	}
}

// printDatabases compares what ran on each database.
func (r *results) printDatabases(out io.Writer, need bool) bool {
	ran := r.ranOn()
	ok := true
	fmt.Fprintln(out)
	for _, d := range databases {
		fmt.Fprintf(out, "%s: %d tests ran\n", d, len(ran[d]))
		if need && len(ran[d]) == 0 {
			ok = false
			fmt.Fprintf(out, "FAIL no test ran on %s\n", d)
		}
	}
	for i, d := range databases {
		for _, name := range onlyIn(ran[d], ran[databases[1-i]]) {
			ok = false
			fmt.Fprintf(out, "FAIL ran on %s only: %s\n", d, name)
		}
	}
	return ok
}
