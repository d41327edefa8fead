package internal_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// testName is a test or fuzz target as the documents quote it.
var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)`")

// written are the documents that people read, by path from the root.
func written(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/adr/*.md", "../docs/clients/*.md"} {
		files, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.ToSlash(strings.TrimPrefix(file, ".."+string(filepath.Separator)))] = string(content)
		}
	}
	return out
}

func TestEveryTestThatADocumentNamesExists(t *testing.T) {
	t.Parallel()
	exists := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.isTest() {
				exists[f.Name.Name] = true
			}
		}
	}
	for file, content := range written(t) {
		for _, match := range testName.FindAllStringSubmatch(content, -1) {
			if !exists[match[1]] {
				t.Errorf("%s names %s, which no test file has", file, match[1])
			}
		}
	}
}

func TestEveryLineOfThreatModelAndParityNamesATestOrTheMissingPart(t *testing.T) {
	t.Parallel()
	documents := written(t)
	for _, file := range []string{"docs/threat-model.md", "docs/parity.md"} {
		rows := 0
		for line := range strings.Lines(documents[file]) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|-") || strings.HasPrefix(line, "| rule |") || strings.HasPrefix(line, "| Microsoft |") {
				continue
			}
			rows++
			cells := strings.Split(strings.Trim(line, "|"), "|")
			last := cells[len(cells)-1]
			if !testName.MatchString(last) && !strings.Contains(last, "not built yet: ") {
				t.Errorf("%s: this line names no test:\n%s", file, line)
			}
		}
		if rows < 20 {
			t.Errorf("%s has %d lines, want the whole list", file, rows)
		}
	}
}

// link is a relative link to a file of this repository.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// program is a block of code, in which brackets are no links.
var program = regexp.MustCompile("(?ms)^```.*?^```$")

func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for file, content := range written(t) {
		for _, match := range link.FindAllStringSubmatch(program.ReplaceAllString(content, ""), -1) {
			target := filepath.Join("..", filepath.Dir(file), match[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", file, match[1], err)
			}
		}
	}
}

// The lesson in docs/virtual-pc.md shows commands that a script runs, in this
// order; the script may add flags.
func TestTheLessonOfTheReplacedMainboardIsRunAsItIsWritten(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.FromSlash("cli/testdata/script/pc/boot.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, lesson, found := strings.Cut(written(t)["docs/virtual-pc.md"], "## The lesson of the replaced mainboard\n")
	lesson, _, ended := strings.Cut(lesson, "\n## ")
	if !found || !ended {
		t.Fatal("docs/virtual-pc.md has no lesson")
	}
	rest := strings.Split(string(script), "\n")
	shown := 0
	for line := range strings.Lines(lesson) {
		command, is := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !is {
			continue
		}
		shown++
		next := slices.IndexFunc(rest, func(l string) bool { return l == "exec "+command || strings.HasPrefix(l, "exec "+command+" --") })
		if next < 0 {
			t.Fatalf("no script runs, after what is shown before: %s", command)
		}
		rest = rest[next+1:]
	}
	if shown < 20 {
		t.Errorf("the lesson shows %d commands", shown)
	}
}
