package odata_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/odata"
)

var directory = func() *odata.Table {
	d := *table
	d.Name, d.Directory = "microsoft.graph.device", true
	return &d
}()

// leading knows that the first navigation leads to one more of the table's own
// kind; leadingToMany, that the second one leads to a collection of them.
var (
	leading       = odata.Options{Target: leads("deploymentProfile", false)}
	leadingToMany = odata.Options{Target: leads("intendedDeploymentProfile", true)}
)

func leads(navigation string, many bool) func(*odata.Table, string) odata.Target {
	return func(t *odata.Table, n string) odata.Target {
		if n != navigation {
			return odata.Target{}
		}
		return odata.Target{Table: t, Many: many}
	}
}

// esc percent-encodes all but the option names, so that cases stay readable.
func esc(options ...string) string {
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		options[i] = name + "=" + url.QueryEscape(value)
	}
	return strings.Join(options, "&")
}

func TestQueriesAsClientsSendThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, raw string
		opt       odata.Options
		table     *odata.Table
		want      odata.Query
		filter    string
	}{
		{name: "no query", want: odata.Query{Top: 100}},
		{name: "dollar sign escaped, plus for a space", raw: "%24filter=displayName+eq+%27a%27", filter: "displayName eq 'a'", want: odata.Query{Top: 100, Raw: "$filter=displayName%20eq%20%27a%27"}},
		{name: "no dollar sign", raw: "filter=displayName%20eq%20'a'&top=5", filter: "displayName eq 'a'", want: odata.Query{Top: 5, Raw: "$filter=displayName%20eq%20%27a%27&$top=5"}},
		{name: "raw text with semicolon", raw: "$filter=displayName eq 'a;b'", filter: "displayName eq 'a;b'", want: odata.Query{Top: 100, Raw: "$filter=displayName%20eq%20%27a%3Bb%27"}},
		{name: "option names in any case", raw: "$Top=7&$ORDERBY=DisplayName DESC, serialnumber asc", want: odata.Query{Top: 7, OrderBy: []odata.Order{{"displayName", true}, {"serialNumber", false}}, Raw: "$orderby=displayName%20desc%2CserialNumber&$top=7"}},
		{name: "select in Graph's spelling, once each", raw: "$select=ID,displayname,id,state/deviceImportStatus,state/x", want: odata.Query{Top: 100, Select: []string{"id", "displayName", "state/deviceImportStatus", "state"}, Raw: "$select=id%2CdisplayName%2Cstate%2FdeviceImportStatus%2Cstate"}},
		{name: "select behind a cast, and a navigation", raw: "$select=microsoft.graph.device/displayName,deploymentProfile", want: odata.Query{Top: 100, Select: []string{"displayName", "deploymentProfile"}, Raw: "$select=displayName%2CdeploymentProfile"}},
		{name: "select everything", raw: "$select=*,id", want: odata.Query{Top: 100}},
		{name: "expand two", raw: "$expand=deploymentProfile,intendedDeploymentProfile", want: odata.Query{Top: 100, Expand: []string{"deploymentProfile", "intendedDeploymentProfile"}, Raw: "$expand=deploymentProfile%2CintendedDeploymentProfile"}},
		{name: "expand with a nested select", raw: "$expand=DeploymentProfile($select=id, displayName),intendedDeploymentProfile", opt: leading, want: odata.Query{Top: 100, Expand: []string{"deploymentProfile", "intendedDeploymentProfile"}, Expanded: map[string]*odata.Query{"deploymentProfile": {Top: 20, Select: []string{"id", "displayName"}}}, Raw: "$expand=deploymentProfile%28%24select%3Did%2CdisplayName%29%2CintendedDeploymentProfile"}},
		{name: "expand a collection with all it takes", raw: esc("$expand=intendedDeploymentProfile(select=id;$filter=displayName eq 'a;b)';$orderby=displayName desc;$top=3;$count=true)"), opt: leadingToMany, want: odata.Query{
			Top: 100, Expand: []string{"intendedDeploymentProfile"},
			Expanded: map[string]*odata.Query{"intendedDeploymentProfile": {Top: 3, Count: true, Select: []string{"id"}, OrderBy: []odata.Order{{Property: "displayName", Desc: true}}}},
			Raw:      strings.ReplaceAll(esc("$expand=intendedDeploymentProfile($filter=displayName eq 'a;b)';$orderby=displayName desc;$select=id;$top=3;$count=true)"), "+", "%20"),
		}},
		{name: "expand all that leads somewhere", raw: "$expand=*", opt: leading, want: odata.Query{Top: 100, Expand: []string{"deploymentProfile", "intendedDeploymentProfile"}, Expanded: map[string]*odata.Query{"deploymentProfile": {Top: 20}}, Raw: "$expand=deploymentProfile%2CintendedDeploymentProfile"}},
		{name: "expand all", raw: "$expand=*", want: odata.Query{Top: 100, Expand: []string{"deploymentProfile", "intendedDeploymentProfile"}, Raw: "$expand=deploymentProfile%2CintendedDeploymentProfile"}},
		{name: "custom options are ignored", raw: "api-version=1.0&_=17&x&apply=1", want: odata.Query{Top: 100}},
		{name: "format", raw: "$format=application/json;odata.metadata=none", want: odata.Query{Top: 100}},
		{name: "page sizes of the resource", opt: odata.Options{DefaultTop: 1000, MaxTop: 1000}, want: odata.Query{Top: 1000}},
		{name: "a larger page is lowered where the resource says so", raw: "$top=5000", opt: odata.Options{MaxTop: 1000, ClampTop: true}, want: odata.Query{Top: 1000, Raw: "$top=1000"}},
		{name: "count and skip", raw: "$count=TRUE&$skip=20", want: odata.Query{Top: 100, Count: true, Skip: 20, Raw: "$skip=20&$count=true"}},
		{name: "count is ignored on directory objects without the header", raw: "$count=true", table: directory, want: odata.Query{Top: 100, Raw: "$count=true"}},
		{name: "count with the header", raw: "$count=true", table: directory, opt: odata.Options{Eventual: true}, want: odata.Query{Top: 100, Count: true, Raw: "$count=true"}},
		{name: "a single object", raw: "$select=id&$expand=deploymentProfile", opt: odata.Options{Single: true}, want: odata.Query{Top: 100, Select: []string{"id"}, Expand: []string{"deploymentProfile"}, Raw: "$select=id&$expand=deploymentProfile"}},
		{name: "beta properties under beta", raw: "$select=joinType", opt: odata.Options{Beta: true}, want: odata.Query{Top: 100, Select: []string{"joinType"}, Raw: "$select=joinType"}},
		{name: "by any, the recommended query", raw: "$filter=physicalIds/any(p:startswith(p,'[ZTDID]'))", table: directory, filter: "physicalIds/any(p:startswith(p,'[ZTDID]'))", want: odata.Query{Top: 100, Raw: "$filter=physicalIds%2Fany%28p%3Astartswith%28p%2C%27%5BZTDID%5D%27%29%29"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.table == nil {
				c.table = table
			}
			q, err := odata.ParseQuery(c.raw, c.table, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if c.filter != "" && (q.Filter == nil || q.Filter.String() != c.filter) {
				t.Errorf("filter is %v, want %s", q.Filter, c.filter)
			}
			if diff := cmp.Diff(&c.want, q, cmpopts.IgnoreUnexported(odata.Query{}), cmpopts.IgnoreFields(odata.Query{}, "Filter")); diff != "" {
				t.Errorf("query (-want +got):\n%s", diff)
			}
			again, err := odata.ParseQuery(q.Raw, c.table, c.opt)
			if err != nil || again.Raw != q.Raw {
				t.Errorf("the canonical form %q is not stable: %v", q.Raw, err)
			}
		})
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	eventual := odata.Options{Eventual: true}
	for _, c := range []struct {
		name, raw    string
		opt          odata.Options
		table        *odata.Table
		code, option string
		says         string
	}{
		{"unknown option", "$foo=1", odata.Options{}, table, odata.CodeUnsupportedQueryOption, "$foo", "$foo"},
		{"known option we do not serve", "$apply=x", odata.Options{}, table, odata.CodeUnsupportedQueryOption, "$apply", ""},
		{"another format", "$format=xml", odata.Options{}, table, odata.CodeUnsupportedQueryOption, "$format", "JSON"},
		{"twice, once without the dollar", "$top=1&top=2", odata.Options{}, table, odata.CodeInvalidQuery, "$top", "twice"},
		{"broken escape", "$filter=%zz", odata.Options{}, table, odata.CodeInvalidQuery, "$filter", "escape"},
		{"broken escape in a name", "%zz=1", odata.Options{}, table, odata.CodeInvalidQuery, "", "escape"},
		{"top zero", "$top=0", odata.Options{}, table, odata.CodeInvalidTop, "$top", "999"},
		{"top too large", "$top=1000", odata.Options{}, table, odata.CodeInvalidTop, "$top", "999"},
		{"top not a number", "$top=all", odata.Options{}, table, odata.CodeInvalidTop, "$top", "'all'"},
		{"skip negative", "$skip=-1", odata.Options{}, table, odata.CodeInvalidSkip, "$skip", ""},
		{"skip too deep", "$skip=10001", odata.Options{}, table, odata.CodeInvalidSkip, "$skip", "nextLink"},
		{"skip on directory objects", "$skip=1", odata.Options{}, directory, odata.CodeUnsupportedQueryOption, "$skip", "nextLink"},
		{"count not a Boolean", "$count=yes", odata.Options{}, table, odata.CodeInvalidCount, "$count", "'yes'"},
		{"select of nothing known", "$select=id,colour", odata.Options{}, table, odata.CodeUnknownProperty, "$select", "'colour'"},
		{"select of a beta property", "$select=joinType", odata.Options{}, table, odata.CodeUnknownProperty, "$select", "'joinType'"},
		{"select with a hole", "$select=id,,displayName", odata.Options{}, table, odata.CodeInvalidSelect, "$select", ""},
		{"order by unknown", "$orderby=colour", odata.Options{}, table, odata.CodeUnknownProperty, "$orderby", "'colour'"},
		{"order by what cannot be sorted", "$orderby=osYear", odata.Options{}, table, odata.CodePropertyNotSortable, "$orderby", "'osYear'"},
		{"order by with another word", "$orderby=displayName down", odata.Options{}, table, odata.CodeInvalidOrderBy, "$orderby", "'down'"},
		{"order by three words", "$orderby=displayName desc nulls", odata.Options{}, table, odata.CodeInvalidOrderBy, "$orderby", ""},
		{"order by twice", "$orderby=displayName,displayname desc", odata.Options{}, table, odata.CodeInvalidOrderBy, "$orderby", "twice"},
		{"order by an advanced property", "$orderby=groupTag", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$orderby", "$count=true"},
		{"expand unknown", "$expand=owner", odata.Options{}, table, odata.CodeInvalidExpand, "$expand", "deploymentProfile"},
		{"expand with levels", "$expand=deploymentProfile($levels=2)", leading, table, odata.CodeInvalidExpand, "$expand", "$select"},
		{"expand of an object with a page size", "$expand=deploymentProfile($top=2)", leading, table, odata.CodeInvalidExpand, "$expand", "$select"},
		{"expand in an expand", "$expand=intendedDeploymentProfile($expand=deploymentProfile)", leadingToMany, table, odata.CodeInvalidExpand, "$expand", "$filter"},
		{"expand with an option twice", "$expand=deploymentProfile($select=id;select=id)", leading, table, odata.CodeInvalidExpand, "$expand", "twice"},
		{"expand twice", "$expand=deploymentProfile($select=id),deploymentProfile($select=id)", leading, table, odata.CodeInvalidExpand, "$expand", "twice"},
		{"expand with a property that is not there", "$expand=deploymentProfile($select=colour)", leading, table, odata.CodeUnknownProperty, "$expand", "Inside deploymentProfile"},
		{"expand with a filter that is none", esc("$expand=intendedDeploymentProfile($filter=displayName like 'a')"), leadingToMany, table, odata.CodeInvalidFilter, "$expand", "Inside intendedDeploymentProfile"},
		{"expand with options that lead nowhere known", "$expand=deploymentProfile($select=id)", odata.Options{}, table, odata.CodeInvalidExpand, "$expand", "without parentheses"},
		{"expand with an open parenthesis", "$expand=deploymentProfile($select=id", leading, table, odata.CodeInvalidExpand, "$expand", ""},
		{"filter on a single object", "$filter=osYear eq 1", odata.Options{Single: true}, table, odata.CodeUnsupportedQueryOption, "$filter", ""},
		{"skiptoken without paging", "$skiptoken=abc", odata.Options{}, table, odata.CodeUnsupportedQueryOption, "$skiptoken", ""},
		{"ne without the header", "$filter=displayName ne 'x'&$count=true", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$filter", "ne"},
		{"ne without count", "$filter=displayName ne 'x'", eventual, directory, odata.CodeAdvancedQueryRequired, "$filter", "$count=true"},
		{"not", "$filter=not (displayName eq 'x')", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$filter", "not"},
		{"not by comparing with false", "$filter=startswith(displayName,'x') eq false", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$filter", "not"},
		{"endswith", "$filter=endswith(displayName,'x')", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$filter", "endswith"},
		{"an advanced property", "$filter=isManaged eq true", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$filter", "isManaged"},
		{"filter and order together", "$filter=displayName eq 'x'&$orderby=displayName", odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$orderby", ""},
		{"search without the header", `$search="displayName:x"`, odata.Options{}, directory, odata.CodeAdvancedQueryRequired, "$search", "ConsistencyLevel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := odata.ParseQuery(c.raw, c.table, c.opt)
			got := asError(t, err)
			if got.Code != c.code || got.Option != c.option || !strings.Contains(got.Error(), c.says) {
				t.Errorf("got %s on %q: %v", got.Code, got.Option, got)
			}
		})
	}
}

func TestAdvancedQueriesPassWithHeaderAndCount(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"$filter=displayName ne 'x'&$count=true",
		"$filter=not contains(displayName,'x')&$count=true&$orderby=groupTag desc",
		`$search="displayName:x"`,
	} {
		if _, err := odata.ParseQuery(raw, directory, odata.Options{Eventual: true}); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, raw := range []string{"$filter=displayName ne 'x'", "$filter=osYear eq 1&$orderby=displayName"} {
		if _, err := odata.ParseQuery(raw, table, odata.Options{}); err != nil {
			t.Errorf("not a directory object: %s: %v", raw, err)
		}
	}
}

func TestSearchBecomesAFilter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ search, want string }{
		{`"displayName:pc"`, "contains(displayName,'pc')"},
		{`"DisplayName: pc one "`, "contains(displayName,'pc one')"},
		{`"deviceId:11111111-2222-3333-4444-55555555ABCD"`, "deviceId eq 11111111-2222-3333-4444-55555555abcd"},
		{`"displayName:a" OR "serialNumber:b" AND "serialNumber:c"`, "contains(displayName,'a') or contains(serialNumber,'b') and contains(serialNumber,'c')"},
		{`("displayName:a" OR "displayName:b") AND "serialNumber:c"`, "(contains(displayName,'a') or contains(displayName,'b')) and contains(serialNumber,'c')"},
		{`"displayName:say \"hi\" \\ o'k"`, `contains(displayName,'say "hi" \ o''k')`},
		{`pc-one`, "contains(displayName,'pc-one') or contains(serialNumber,'pc-one')"},
		{`"00:1A:2B"`, "contains(displayName,'00:1A:2B') or contains(serialNumber,'00:1A:2B')"},
		{`11111111-2222-3333-4444-555555555555`, "contains(displayName,'11111111-2222-3333-4444-555555555555') or contains(serialNumber,'11111111-2222-3333-4444-555555555555') or deviceId eq 11111111-2222-3333-4444-555555555555"},
	} {
		q, err := odata.ParseQuery(esc("$search="+c.search), table, odata.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.search, err)
			continue
		}
		if got := q.Where().String(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.search, got, c.want)
		}
	}
	q, err := odata.ParseQuery(esc("$search=x", "$filter=osYear eq 1"), table, odata.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := q.Where().String(), "osYear eq 1 and (contains(displayName,'x') or contains(serialNumber,'x'))"; got != want {
		t.Errorf("search and filter: got %s, want %s", got, want)
	}
}

func TestSearchesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ search, code string }{
		{``, odata.CodeInvalidSearch},
		{`""`, odata.CodeInvalidSearch},
		{`"displayName:"`, odata.CodeInvalidSearch},
		{`"displayName:x`, odata.CodeInvalidSearch},
		{`"displayName:x" "displayName:y"`, odata.CodeInvalidSearch},
		{`"displayName:x" AND`, odata.CodeInvalidSearch},
		{`("displayName:x"`, odata.CodeInvalidSearch},
		{`"deviceId:1111"`, odata.CodeInvalidSearch},
		{`"colour:red"`, odata.CodeUnknownProperty},
		{`"groupTag:x"`, odata.CodePropertyNotSearchable},
		{strings.Repeat("(", 51) + `"displayName:x"` + strings.Repeat(")", 51), odata.CodeTooDeep},
		{strings.Repeat(`"displayName:x" OR `, 500) + `"displayName:x"`, odata.CodeTooComplex},
	} {
		_, err := odata.ParseQuery(esc("$search="+c.search), table, odata.Options{})
		if err == nil {
			t.Errorf("%.60q passed", c.search)
		} else if got := asError(t, err); got.Code != c.code {
			t.Errorf("%.60q: got %v, want %s", c.search, got, c.code)
		}
	}
}

func TestWantsFollowsSelect(t *testing.T) {
	t.Parallel()
	all, err := odata.ParseQuery("", table, odata.Options{})
	if err != nil {
		t.Fatal(err)
	}
	some, err := odata.ParseQuery("$select=hardwareHash&$expand=deploymentProfile", table, odata.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := []bool{all.Wants("id"), all.Wants("hardwareHash"), some.Wants("hardwarehash"), some.Wants("id"), some.Expands("deploymentprofile"), all.Expands("deploymentProfile")}
	if diff := cmp.Diff([]bool{true, false, true, false, true, false}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPagingByNextLink(t *testing.T) {
	t.Parallel()
	signer, err := odata.NewSigner([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	opt := odata.Options{Signer: signer, Tenant: "t1", Principal: "p1", Resource: "/groups", Now: now, Eventual: true}
	q, err := odata.ParseQuery("$count=true&$filter=DisplayName eq 'ä'&$orderby=displayName desc&$top=2", directory, opt)
	if err != nil {
		t.Fatal(err)
	}
	cursor := odata.Cursor{Values: []string{"ä&=\x00", ""}, ID: "id1"}
	next := q.Next(cursor)
	page2, err := odata.ParseQuery(next, directory, opt)
	if err != nil {
		t.Fatalf("%s: %v", next, err)
	}
	if diff := cmp.Diff(&cursor, page2.After); diff != "" {
		t.Error(diff)
	}
	if page2.Raw != q.Raw || page2.Count || !q.Count || page2.Top != 2 {
		t.Errorf("page 2 is another query: %+v", page2)
	}
	change := func(f func(*odata.Options)) odata.Options { o := opt; f(&o); return o }
	for name, c := range map[string]struct {
		raw string
		opt odata.Options
	}{
		"another tenant":    {next, change(func(o *odata.Options) { o.Tenant = "t2" })},
		"another person":    {next, change(func(o *odata.Options) { o.Principal = "p2" })},
		"another list":      {next, change(func(o *odata.Options) { o.Resource = "/users" })},
		"another filter":    {strings.Replace(next, "%C3%A4", "b", 1), opt},
		"another page size": {strings.Replace(next, "top=2", "top=3", 1), opt},
		"too late":          {next, change(func(o *odata.Options) { o.Now = now.Add(24 * time.Hour) })},
		"no token":          {"$skiptoken=", opt},
	} {
		_, err := odata.ParseQuery(c.raw, directory, c.opt)
		if err == nil {
			t.Errorf("%s: passed", name)
		} else if got := asError(t, err).Code; got != odata.CodeInvalidSkipToken {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if _, err := odata.ParseQuery(next, directory, change(func(o *odata.Options) { o.Now = now.Add(24*time.Hour - time.Second); o.Resource = "/Groups" })); err != nil {
		t.Errorf("one second before the end: %v", err)
	}
}
