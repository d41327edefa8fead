package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The table of docs/architecture.md, by hand: what each folder may import of
// ours. "*" is everything. A folder that is not named here fails.
var mayImport = map[string][]string{
	// leaves
	"fault":   {},
	"rule":    {},
	"odata":   {},
	"soap":    {},
	"syncml":  {},
	"wapdoc":  {},
	"hwhash":  {},
	"seal":    {},
	"labdata": {"hwhash"},
	"access":  {"fault"},
	// subjects
	"directory":  {"fault", "rule"},
	"signin":     {"fault", "directory"},
	"autopilot":  {"fault", "rule", "hwhash", "seal", "directory"},
	"enrollment": {"fault", "directory", "autopilot"},
	// edges
	"graph": belowEdges,
	"oidc":  belowEdges,
	"drs":   belowEdges,
	"mdm":   belowEdges,
	"oobe":  belowEdges,
	"site":  append([]string{"web"}, belowEdges...),
	"jobs":  belowEdges,
	// machinery
	"config":              {"fault"},
	"sqlstore":            {"fault", "rule", "odata", "directory", "signin", "autopilot", "enrollment", "sqlstore/migrations"},
	"sqlstore/migrations": {},
	"storetest":           {"fault", "rule", "odata", "hwhash", "directory", "signin", "autopilot", "enrollment", "sqlstore"},
	"graphclient":         {},
	"virtualpc":           {"virtualpc/machine", "virtualpc/setup", "virtualpc/wire", "syncml", "hwhash"},
	"virtualpc/fleet":     {"virtualpc", "virtualpc/machine", "virtualpc/setup", "graphclient", "hwhash"},
	"virtualpc/machine":   {"hwhash"},
	"virtualpc/screen":    {"virtualpc", "virtualpc/machine", "virtualpc/setup", "virtualpc/wire", "hwhash"},
	"virtualpc/setup":     {},
	"virtualpc/wire":      {"soap", "syncml", "wapdoc", "hwhash"},
	"server":              {"*"},
	"servertest":          {"*"},
	"bench":               {"*"},
	"cli":                 {"server", "bench", "graphclient", "virtualpc", "virtualpc/machine", "virtualpc/setup", "virtualpc/wire", "virtualpc/fleet", "virtualpc/screen", "web", "config", "fault", "rule", "hwhash", "labdata"},
}

var belowEdges = []string{
	"directory", "signin", "autopilot", "enrollment", "access",
	"fault", "rule", "odata", "soap", "syncml", "wapdoc", "hwhash", "seal",
}

// What each pure folder may import of others; the standard library is free.
// Folders that are not named are watched by depguard alone.
var thirdParty = map[string][]string{
	"fault": {}, "rule": {}, "odata": {}, "soap": {}, "syncml": {}, "wapdoc": {}, "hwhash": {}, "seal": {}, "labdata": {}, "graphclient": {},
	"directory": {}, "autopilot": {}, "enrollment": {},
	"access":    {"github.com/go-jose/go-jose/v4"},
	"signin":    {"golang.org/x/crypto/argon2"},
	"config":    {"github.com/pelletier/go-toml/v2"},
	"virtualpc": {}, "virtualpc/fleet": {}, "virtualpc/machine": {}, "virtualpc/screen": {}, "virtualpc/setup": {},
	"virtualpc/wire": {"golang.org/x/net/html"},
}

// Folders whose production files may import these packages of the standard library.
var restricted = map[string][]string{
	"database/sql": {"sqlstore", "sqlstore/migrations", "storetest", "server", "servertest", "bench"},
	"testing":      {"storetest", "servertest"},
}

const (
	mostLines   = 500
	medianLines = 150
	mostMethods = 7
)

// refusal says why a production file of folder may not import a package, or "".
func refusal(folder, imported string) string {
	if free, ok := restricted[imported]; ok && !slices.Contains(free, folder) {
		return fmt.Sprintf("only %s may import %s", strings.Join(free, ", "), imported)
	}
	if ours, ok := strings.CutPrefix(imported, "taxiway/"); ok {
		ours = strings.TrimPrefix(ours, "internal/")
		allowed := mayImport[folder]
		if slices.Contains(allowed, "*") || slices.Contains(allowed, ours) {
			return ""
		}
		return fmt.Sprintf("%s may import of ours: %v", folder, allowed)
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return "" // standard library
	}
	allowed, watched := thirdParty[folder]
	if watched && !slices.ContainsFunc(allowed, func(p string) bool { return imported == p || strings.HasPrefix(imported, p+"/") }) {
		return fmt.Sprintf("%s may import of others: %v", folder, allowed)
	}
	return ""
}

// source is one Go file of this module.
type source struct {
	path   string // from the root of the repository, with slashes
	folder string // below internal/, or the path's folder elsewhere
	lines  int
	file   *ast.File
}

func (s source) isTest() bool     { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isInternal() bool { return strings.HasPrefix(s.path, "internal/") }

// sources parses all Go files of the repository, on whatever system they build.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && name != "."
			if hidden || slices.Contains([]string{"testdata", "node_modules", "data", "bin", "dist"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, source{
			path:   name,
			folder: strings.TrimPrefix(path.Dir(name), "internal/"),
			lines:  strings.Count(string(content), "\n"),
			file:   file,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheImportRulesRefuseWhatArchitectureForbids(t *testing.T) {
	t.Parallel()
	tests := []struct {
		folder, imported string
		refused          bool
	}{
		{"directory", "taxiway/internal/fault", false},
		{"directory", "taxiway/internal/autopilot", true},
		{"graph", "taxiway/internal/autopilot", false},
		{"graph", "taxiway/internal/oidc", true},
		{"graph", "taxiway/internal/sqlstore", true},
		{"graph", "database/sql", true},
		{"sqlstore", "database/sql", false},
		{"cli", "taxiway/internal/sqlstore", true},
		{"server", "taxiway/internal/sqlstore", false},
		{"oobe", "taxiway/internal/virtualpc", true},
		{"virtualpc", "taxiway/internal/server", true},
		{"virtualpc", "taxiway/internal/virtualpc/wire", false},
		{"virtualpc/wire", "taxiway/internal/virtualpc/machine", true},
		{"virtualpc/setup", "taxiway/internal/virtualpc/wire", true},
		{"rule", "strings", false},
		{"rule", "github.com/google/uuid", true},
		{"access", "github.com/go-jose/go-jose/v4/jwt", false},
		{"access", "github.com/go-jose/go-jose/v4x", true},
		{"sqlstore", "testing", true},
		{"storetest", "testing", false},
		{"cli", "github.com/spf13/cobra", false},
	}
	for _, tt := range tests {
		if got := refusal(tt.folder, tt.imported); (got != "") != tt.refused {
			t.Errorf("%s imports %s: refusal %q, want refused = %v", tt.folder, tt.imported, got, tt.refused)
		}
	}
}

func TestEveryFolderIsNamedByARule(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.isInternal() || path.Dir(s.path) == "internal" {
			continue
		}
		if _, named := mayImport[s.folder]; !named {
			t.Errorf("%s: no rule names the folder %s; add it to docs/architecture.md and to mayImport", s.path, s.folder)
		}
	}
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.isInternal() || s.isTest() {
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := refusal(s.folder, imported); why != "" {
				t.Errorf("%s imports %s: %s", s.path, imported, why)
			}
		}
	}
}

func TestEveryPackageHasADocFileAsItsMap(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, s := range sources(t) {
		folder := path.Dir(s.path)
		if s.isTest() || folder == "internal" {
			continue
		}
		isDoc := path.Base(s.path) == "doc.go" && s.file.Doc.Text() != ""
		// A command is documented by its help text; its file is main.go alone.
		documented[folder] = documented[folder] || isDoc || strings.HasPrefix(folder, "cmd/")
	}
	for _, folder := range slices.Sorted(maps.Keys(documented)) {
		if !documented[folder] {
			t.Errorf("%s has no doc.go with a package comment", folder)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	var lines []int
	for _, s := range sources(t) {
		if ast.IsGenerated(s.file) {
			continue
		}
		if s.lines > mostLines {
			t.Errorf("%s has %d lines, at most %d: split it by subject", s.path, s.lines, mostLines)
		}
		if !s.isTest() {
			lines = append(lines, s.lines)
		}
	}
	slices.Sort(lines)
	if median := lines[len(lines)/2]; median >= medianLines {
		t.Errorf("half of the files have %d lines or more, want the median below %d", median, medianLines)
	}
}

func TestInterfacesAreSmallAndNothingRegistersItself(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if methods := ownMethods(n.Type); methods > mostMethods {
					t.Errorf("%s: interface %s has %d methods, at most %d: ask for less", s.path, n.Name.Name, methods, mostMethods)
				}
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s has an init function; call what is needed from the composition root", s.path)
				}
			}
			return true
		})
	}
}

// ownMethods counts the methods that an interface names itself; roles that it
// joins by embedding count where they are declared.
func ownMethods(t ast.Expr) int {
	face, ok := t.(*ast.InterfaceType)
	if !ok {
		return 0
	}
	methods := 0
	for _, field := range face.Methods.List {
		methods += len(field.Names)
	}
	return methods
}
