package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// guard is one entry of guards.txt.
type guard struct {
	name string
	file string // from the root of the repository
	find string // text of the guard, once in the file
	with string // what stands there instead
	pkg  string // package of the test
	test string // its name, as for go test -run
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "guards:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	all, err := read(filepath.Join(root, "tools", "guards", "guards.txt"))
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "guards")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) //nolint:errcheck // a temporary directory
	failed, tried := 0, 0
	passed := map[string]bool{} // tests, with the guards in place
	for _, g := range all {
		if len(names) > 0 && !slices.Contains(names, g.name) {
			continue
		}
		tried++
		if err := try(ctx, root, work, g, passed); err != nil {
			failed++
			fmt.Fprintf(os.Stdout, "FAIL  %s: %v\n", g.name, err)
		}
	}
	fmt.Fprintf(os.Stdout, "%d guards taken away, %d not missed\n", tried, failed)
	if failed > 0 || tried == 0 {
		return errors.New("not every guard has a test that fails without it")
	}
	return nil
}

// try runs the test with the guard, which must pass, once for all guards that it
// notices, and without, which must not.
func try(ctx context.Context, root, work string, g guard, passed map[string]bool) error {
	path := filepath.Join(root, filepath.FromSlash(g.file))
	text, err := os.ReadFile(path) //nolint:gosec // named in the repository
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), g.find); n != 1 {
		return fmt.Errorf("the guard's text is %d times in %s", n, g.file)
	}
	if !passed[g.pkg+" "+g.test] {
		if out, err := test(ctx, root, g, ""); err != nil {
			return fmt.Errorf("the test fails with the guard in place:\n%s", out)
		}
		passed[g.pkg+" "+g.test] = true
	}
	changed := filepath.Join(work, "changed.go")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), g.find, g.with, 1)), 0o600); err != nil { //nolint:gosec // in a directory of our own
		return err
	}
	overlay := filepath.Join(work, "overlay.json")
	plan, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(overlay, plan, 0o600); err != nil {
		return err
	}
	out, err := test(ctx, root, g, overlay)
	if err == nil {
		return fmt.Errorf("%s passes without it", g.test)
	}
	if strings.Contains(out, "[build failed]") || !strings.Contains(out, "--- FAIL") {
		return fmt.Errorf("without it the code does not build:\n%s", out)
	}
	fmt.Fprintf(os.Stdout, "ok    %s (%s)\n", g.name, g.test)
	for _, line := range failures(out) {
		fmt.Fprintf(os.Stdout, "        %s\n", line)
	}
	return nil
}

func test(ctx context.Context, root string, g guard, overlay string) (string, error) {
	args := []string{"test", "-vet=off", "-count=1", "-run", "^" + g.test + "$"}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, g.pkg)...) //nolint:gosec // the go command with words of guards.txt
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil && strings.Contains(string(out), "no tests to run") {
		return "", errors.New("there is no such test")
	}
	return string(out), err
}

// failures are the first lines in which a test says what is wrong.
func failures(out string) (lines []string) {
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "_test.go:") && len(lines) < 2 {
			if len(line) > 200 {
				line = line[:200] + "…"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// read parses entries of "name:", "file:", "find:", "with:", "test:" lines, one
// empty line between them. A find or with of several lines repeats its key.
func read(path string) ([]guard, error) {
	text, err := os.ReadFile(path) //nolint:gosec // beside this file
	if err != nil {
		return nil, err
	}
	var all []guard
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var g guard
		var find, with []string
		for line := range strings.Lines(block) {
			line = strings.TrimSuffix(line, "\n")
			key, value, _ := strings.Cut(line, ": ")
			switch {
			case strings.HasPrefix(line, "#"):
			case key == "name":
				g.name = value
			case key == "file":
				g.file = value
			case strings.HasPrefix(line, "find:"):
				find = append(find, value)
			case strings.HasPrefix(line, "with:"):
				with = append(with, value)
			case key == "test":
				g.pkg, g.test, _ = strings.Cut(value, " ")
			default:
				return nil, fmt.Errorf("%s: the line %q is none of name, file, find, with, test", path, line)
			}
		}
		g.find, g.with = strings.Join(find, "\n"), strings.Join(with, "\n")
		if g.name == "" {
			continue
		}
		if g.file == "" || g.find == "" || g.test == "" {
			return nil, fmt.Errorf("%s: the entry %q needs file, find and test", path, g.name)
		}
		all = append(all, g)
	}
	return all, nil
}
