package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one line of "go test -json" (see "go doc test2json").
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string // on a package's fail: the ImportPath that did not build
}

// outcome is how a test ended.
type outcome string

const (
	running outcome = "" // no end was reported: the process died
	passed  outcome = "pass"
	failed  outcome = "fail"
	skipped outcome = "skip"
)

// test is one test, or with an empty name what a package said outside tests.
type test struct {
	pkg, name string
	end       outcome
	elapsed   float64
	output    []string
	parent    bool // has subtests
}

type results struct {
	tests    map[[2]string]*test // by package and name
	order    []*test             // as they began
	packages map[string]*test    // the packages' own lines
	pkgOrder []string
	seeds    map[string]string   // shuffle seed by package
	builds   map[string][]string // compiler's words by import path
}

func newResults() *results {
	return &results{
		tests:    map[[2]string]*test{},
		packages: map[string]*test{},
		seeds:    map[string]string{},
		builds:   map[string][]string{},
	}
}

// read takes events until the end and prints a line for each package that
// ended. Lines that are no events, such as the go command's own errors, are
// passed through.
func (r *results) read(in io.Reader, out *bufio.Writer) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			r.take(line, out)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *results) take(line string, out *bufio.Writer) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(out, strings.TrimRight(line, "\n")+"\n")
		return
	}
	switch {
	case e.Action == "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
	case e.Package == "":
	case e.Test == "":
		r.takePackage(e, out)
	default:
		r.takeTest(e)
	}
}

func (r *results) takePackage(e event, out *bufio.Writer) {
	p, known := r.packages[e.Package]
	if !known {
		p = &test{pkg: e.Package}
		r.packages[e.Package] = p
		r.pkgOrder = append(r.pkgOrder, e.Package)
	}
	switch e.Action {
	case "output":
		if seed, ok := strings.CutPrefix(e.Output, "-test.shuffle "); ok {
			r.seeds[e.Package] = strings.TrimSpace(seed)
			return
		}
		p.output = append(p.output, e.Output)
	case "pass", "fail", "skip":
		p.end, p.elapsed = outcome(e.Action), e.Elapsed
		if e.FailedBuild != "" {
			p.output = append(p.output, r.builds[e.FailedBuild]...)
		}
		r.printPackage(p, out)
	}
}

func (r *results) takeTest(e event) {
	key := [2]string{e.Package, e.Test}
	t, known := r.tests[key]
	if !known {
		t = &test{pkg: e.Package, name: e.Test}
		r.tests[key] = t
		r.order = append(r.order, t)
		if cut := strings.LastIndex(e.Test, "/"); cut > 0 {
			if parent := r.tests[[2]string{e.Package, e.Test[:cut]}]; parent != nil {
				parent.parent = true
			}
		}
	}
	switch e.Action {
	case "output":
		t.output = append(t.output, e.Output)
	case "pass", "fail", "skip":
		// With -count above one a test ends several times: a failure stays.
		if t.end != failed {
			t.end = outcome(e.Action)
		}
		t.elapsed = max(t.elapsed, e.Elapsed)
		if t.end == passed {
			t.output = nil
		}
	}
}

// printPackage is the line that shows progress.
func (r *results) printPackage(p *test, out *bufio.Writer) {
	ran := 0
	for _, t := range r.order {
		if t.pkg == p.pkg {
			ran++
		}
	}
	if p.end == skipped {
		fmt.Fprintf(out, "-     %s: no test files\n", p.pkg)
		return
	}
	word := map[outcome]string{passed: "ok", failed: "FAIL"}[p.end]
	fmt.Fprintf(out, "%-5s %s: %.1fs, %d tests", word, p.pkg, p.elapsed, ran)
	if seed := r.seeds[p.pkg]; seed != "" {
		fmt.Fprintf(out, ", shuffle %s", seed)
	}
	fmt.Fprintln(out)
	// Progress is for people who wait; a broken pipe is reported at the end.
	_ = out.Flush()
}
