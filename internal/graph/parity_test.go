package graph_test

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"taxiway/internal/graph"
	"taxiway/internal/odata"
)

const parityPage = "../../docs/parity-graph.md"

// The page of every route, property and option is made of the tables that the
// program runs by, the recorded exchanges, and testdata/parity.txt.
func TestTheParityPageSaysWhatRoutesAndTablesDo(t *testing.T) {
	t.Parallel()
	fresh := parityOf(t)
	if *update {
		if err := os.WriteFile(filepath.FromSlash(parityPage), []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	there, err := os.ReadFile(filepath.FromSlash(parityPage))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(fresh, string(there)); diff != "" {
		t.Errorf("docs/parity-graph.md is not what make gen writes (-fresh +there):\n%s", diff)
	}
}

// verdict is what is said of a route: same, better, different or ours, where
// ours is what Graph does not have.
type verdict struct{ word, test, note string }

var verdictLine = regexp.MustCompile(`^(same|better|different|ours) ([A-Z]+) (\S+)(?: (Test\w+))?(?:: (.+))?$`)

// verdicts reads testdata/parity.txt.
func verdicts(t *testing.T) map[string]verdict {
	t.Helper()
	f, err := os.Open("testdata/parity.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	out := map[string]verdict{}
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := verdictLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("parity.txt: this line is not of the form word METHOD path Test: note:\n%s", line)
			continue
		}
		if _, twice := out[m[2]+" "+m[3]]; twice {
			t.Errorf("parity.txt has %s %s twice", m[2], m[3])
		}
		out[m[2]+" "+m[3]] = verdict{m[1], m[4], m[5]}
	}
	return out
}

// recorded tells which stories of testdata send a request to each route.
func recorded(t *testing.T, routes []graph.Route) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, file := range files {
		story, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, f := range story.Files {
			line, _, _ := strings.Cut(string(f.Data), "\n")
			method, path, ok := strings.Cut(line, " ")
			if !ok || !strings.HasPrefix(f.Name, "request ") {
				continue
			}
			if r := routeOf(routes, method, path); r != "" && !slices.Contains(out[r], name) {
				out[r] = append(out[r], name)
			}
		}
	}
	return out
}

var inParentheses = regexp.MustCompile(`\(([^)]+)\)`)

// routeOf finds the route of a recorded request: a literal segment before a key.
func routeOf(routes []graph.Route, method, path string) string {
	path, _, _ = strings.Cut(strings.TrimSpace(path), "?")
	path = strings.ReplaceAll(inParentheses.ReplaceAllString(path, "/key"), "()", "")
	sent := strings.Split(strings.Trim(path, "/"), "/")[1:] // without the version
	best, keys := "", 1_000
	for i := range routes {
		parts := strings.Split(routes[i].Path, "/")
		if routes[i].Method != method || len(parts) != len(sent) {
			continue
		}
		n, fits := 0, true
		for k, part := range parts {
			if strings.HasPrefix(part, "{") {
				n++
				continue
			}
			fits = fits && (strings.EqualFold(part, sent[k]) || strings.EqualFold(part, strings.TrimPrefix(sent[k], "microsoft.graph.")))
		}
		if fits && n < keys {
			best, keys = method+" "+routes[i].Path, n
		}
	}
	return best
}

// resourceOf is the collection that a route belongs to: the longest that is one,
// else what stands before the first key.
func resourceOf(path string) string {
	best := ""
	for c := range graph.Collections() {
		if (path == c || strings.HasPrefix(path, c+"/")) && len(c) > len(best) {
			best = c
		}
	}
	if best != "" {
		return best
	}
	best, _, _ = strings.Cut(path, "/{")
	parts := strings.Split(best, "/")
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

func parityOf(t *testing.T) string {
	t.Helper()
	routes := graph.Routes()
	said, stories := verdicts(t), recorded(t, routes)
	byResource := map[string][]*graph.Route{}
	for i := range routes {
		r := &routes[i]
		byResource[resourceOf(r.Path)] = append(byResource[resourceOf(r.Path)], r)
	}
	var b strings.Builder
	b.WriteString(parityHead)
	words := map[string]int{}
	for _, resource := range slices.Sorted(maps.Keys(byResource)) {
		fmt.Fprintf(&b, "\n## %s\n\n| route | versions | permission | | shown by |\n|---|---|---|---|---|\n", resource)
		for _, r := range byResource[resource] {
			name := r.Method + " " + r.Path
			v := said[name]
			delete(said, name)
			v.word = cmp.Or(v.word, "same")
			words[v.word]++
			var by []string
			for _, s := range stories[name] {
				by = append(by, "["+s+"](../internal/graph/testdata/"+s+".txtar)")
			}
			if v.test != "" {
				by = append(by, "`"+v.test+"`")
			}
			if len(by) == 0 {
				by = ofItsKind(r)
			}
			if len(by) == 0 {
				t.Errorf("%s is in no recorded exchange: record one, or name a test of it in testdata/parity.txt", name)
			}
			if v.note != "" {
				v.note = ": " + v.note
			}
			needs := strings.Join(short(r.Permissions), " or ")
			if len(r.Also) > 0 {
				needs += ", and " + strings.Join(r.Also, ", ")
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", routeCode(r), strings.ReplaceAll(strings.Join(versions(r), ", "), "/", ""), needs, v.word+v.note, strings.Join(by, ", "))
		}
		if table := graph.Collections()[resource]; table != nil {
			b.WriteString(propertiesOf(table))
		}
	}
	for name := range said {
		t.Errorf("parity.txt says something of %s, which is no route", name)
	}
	fmt.Fprintf(&b, "\n%d routes: %d same, %d better, %d different, %d ours.\n", len(routes), words["same"], words["better"], words["different"], words["ours"])
	return b.String()
}

// ofItsKind is the test that looks at every route that reads.
func ofItsKind(r *graph.Route) []string {
	switch {
	case r.Method != http.MethodGet:
		return nil
	case strings.HasSuffix(r.Path, "/$count"):
		return []string{"`TestEveryCountIsThatOfItsList`"}
	case strings.HasPrefix(r.Path, "me/"):
		return []string{"`TestEveryRouteRefusesAnotherTenantsObject`"}
	default:
		return []string{"`TestEveryRouteIsInTheMetadataAndEveryAnswerFitsIt`"}
	}
}

// What …/$count says is how many objects the list beside it has.
func TestEveryCountIsThatOfItsList(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	counted, some := 0, 0
	for _, r := range graph.Routes() {
		list, ok := strings.CutSuffix(r.Path, "/$count")
		if !ok {
			continue
		}
		parts := strings.Split(list, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				parts[i] = ids[keyOf[parts[i-1]]]
			}
		}
		path := "/beta/" + strings.Join(parts, "/")
		listed := send(t, s, everything(), http.MethodGet, path, nil)
		told := send(t, s, everything(), http.MethodGet, path+"/$count", nil, "ConsistencyLevel", "eventual")
		if listed.Code != http.StatusOK || told.Code != http.StatusOK {
			t.Errorf("%s: %d, and its count %d %s", path, listed.Code, told.Code, told.Body)
			continue
		}
		n := len(decode[struct{ Value []any }](t, listed).Value)
		if told.Body.String() != strconv.Itoa(n) {
			t.Errorf("%s lists %d and counts %s", path, n, told.Body)
		}
		counted++
		if n > 0 {
			some++
		}
	}
	if counted < 15 || some < 8 {
		t.Errorf("%d counts looked at, %d of lists with something in them", counted, some)
	}
}

const parityHead = `# Parity of the Graph surface, route by route

Made by ` + "`make gen`" + ` of the tables that the program runs by; do not edit it. What is not built, and why something differs, is told
in prose in [parity.md](parity.md). *Same* means that a client cannot tell from the documentation of Graph, *ours* that Graph has no such
route. A route is shown by the recorded exchanges named, which ` + "`TestExchangesAreAsRecorded`" + ` plays, or by a test. Each one is
also in ` + "`TestEveryRouteAsksForItsPermission`, `TestNoRouteTakesWhatIsWrong`, `TestNoRouteReachesAnObjectOfAnotherTenant`" + ` and
` + "`TestEveryRouteIsInTheMetadataAndEveryAnswerFitsIt`" + `; each filter and order in ` + "`TestEveryFilterAndOrderThatIsAllowedIsAnswered`" + `. How much a page far
down costs by each filter and order of registered PCs, ` + "`taxiway bench list filter`" + ` measures from the same table
([performance.md](performance.md)). Whoever names a property that is not here is refused, but for those of groups and users that clients
send and that mean nothing here, which are taken and not kept.
`

// short are the permissions of a route, or that any will do.
func short(all []string) []string {
	if len(all) > 6 {
		return []string{"any permission"}
	}
	return all
}

func routeCode(r *graph.Route) string {
	method := r.Method
	if method == http.MethodDelete {
		method = "DEL"
	}
	return "`" + method + " " + strings.ReplaceAll(r.Path, "|", ` or `) + "`"
}

// propertiesOf is a table of properties and what queries may do with them.
func propertiesOf(table *odata.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n| property of %s | `$filter` | `$orderby` | `$search` | |\n|---|---|---|---|---|\n", strings.TrimPrefix(table.Name, "microsoft.graph."))
	yes := func(is bool) string {
		if is {
			return "yes"
		}
		return ""
	}
	var plain []string
	for i := range table.Properties {
		p := &table.Properties[i]
		var notes []string
		for note, is := range map[string]bool{"beta only": p.BetaOnly, "read only": p.ReadOnly, "by `$select` only": p.OnSelect, "ordered by with `ConsistencyLevel: eventual`": p.AdvancedSort} {
			if is {
				notes = append(notes, note)
			}
		}
		slices.Sort(notes)
		if !p.Filter && !p.Sort && !p.Search && !p.BetaOnly && !p.OnSelect {
			plain = append(plain, p.Name)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", p.Name, yes(p.Filter), yes(p.Sort), yes(p.Search), strings.Join(notes, ", "))
	}
	if len(plain) > 0 {
		fmt.Fprintf(&b, "\nRead, and written where Graph does, without filter or order: %s.\n", strings.Join(plain, ", "))
	}
	return b.String()
}
