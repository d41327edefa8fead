package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stderr))
}

// run is main with its surroundings named; it returns the exit code.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("notices", flag.ContinueOnError)
	flags.SetOutput(stderr)
	check := flags.Bool("check", false, "only say whether the file is up to date")
	site := flags.String("site", "", "`file` with what the admin site contains")
	out := flags.String("out", "THIRD_PARTY_NOTICES.md", "the `file`")
	bill := flags.String("sbom", "", "write a CycloneDX document to this `file` instead")
	version := flags.String("version", "dev", "the program's version in that document")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	packages := flags.Args()
	if len(packages) == 0 {
		packages = []string{"./cmd/taxiway"}
	}
	if err := write(ctx, *out, *site, *check, *bill, *version, packages); err != nil {
		fmt.Fprintln(stderr, "notices:", err)
		return 1
	}
	return 0
}

func write(ctx context.Context, file, site string, check bool, bill, version string, packages []string) error {
	modules, err := compiledIn(ctx, packages)
	if err != nil {
		return err
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	modules = append([]module{{path: standardLibrary, dir: strings.TrimSpace(string(goroot))}}, modules...)
	var faults []error
	for i := range modules {
		faults = append(faults, modules[i].readTexts())
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	pages, err := bundled(site)
	if err != nil {
		return err
	}
	modules = append(modules, pages...)
	if bill != "" {
		var document bytes.Buffer
		if err := writeBill(ctx, &document, version, modules); err != nil {
			return err
		}
		return os.WriteFile(bill, document.Bytes(), 0o644) // #nosec G306 -- a public document
	}
	content := render(modules)
	if check {
		old, err := os.ReadFile(file) // #nosec G304 -- named on the command line
		if err != nil {
			return err
		}
		if string(old) != content {
			return fmt.Errorf("%s is not up to date: run make notices", file)
		}
		return nil
	}
	return os.WriteFile(file, []byte(content), 0o644) // #nosec G306 -- a public document
}

func render(modules []module) string {
	var b strings.Builder
	b.WriteString("# Third-party notices\n\nThe taxiway program contains the following. This file is made by `make notices`.\n\n| module | version | licence |\n|---|---|---|\n")
	for _, m := range modules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.path, m.version, m.kind)
	}
	for _, m := range modules {
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSpace(m.path+" "+m.version))
		for _, t := range m.texts {
			fmt.Fprintf(&b, "\n%s:\n\n", t.name)
			for line := range strings.Lines(t.content) {
				// Four blanks make it a literal block whatever it contains.
				b.WriteString(strings.TrimRight("    "+strings.TrimRight(line, "\r\n"), " ") + "\n")
			}
		}
	}
	return b.String()
}
