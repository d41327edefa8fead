package graph_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/graph"
)

// nobody is an id that no object has.
const nobody = "00000000-1111-4222-8333-444444444444"

// typeFor is what a body begins with where the type decides which properties
// there are.
var typeFor = map[string]string{
	"deviceManagement/deviceEnrollmentConfigurations": `"@odata.type":"#microsoft.graph.windows10EnrollmentCompletionPageConfiguration",`,
	"deviceManagement/deviceConfigurations":           `"@odata.type":"#microsoft.graph.windows10CustomConfiguration",`,
	"deviceAppManagement/mobileApps":                  `"@odata.type":"#microsoft.graph.windowsMobileMSI",`,
}

// addressed is a route's path with the ids of what is there, or with one that
// nothing has.
func addressed(t *testing.T, r *graph.Route, ids map[string]string, there bool) string {
	t.Helper()
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		parts[i] = ownEverywhere[parts[i-1]]
		if parts[i] == "" {
			parts[i] = ids[keyOf[parts[i-1]]]
		}
		if parts[i] == "" {
			t.Fatalf("%s: no object for the key behind %s", r.Path, parts[i-1])
		}
		if !there {
			parts[i] = nobody
		}
	}
	return strings.Join(parts, "/")
}

// Whatever is wrong with a request, no route says yes and none breaks: the
// refusal is Graph's envelope, with what is wrong and what to do. Callers
// without a token, a permission or the right tenant are in the two tests that
// go over every route too.
func TestNoRouteTakesWhatIsWrong(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	s := newStack(t)
	s.Limits = graph.Limits{BodyBytes: limit, ImportBytes: limit}
	ids := registerOne(t, s)
	ids["tenant"], ids["hash"], ids["domain"] = tenant, hashOf(t, "PF-001"), domain
	before := snapshot(t, s)
	tooLong := `{"displayName":"` + strings.Repeat("x", 5<<20) + `"}`
	tried := 0
	refused := func(r *graph.Route, what, path string, body any, statuses []int, says string, headers ...string) {
		t.Helper()
		tried++
		w := send(t, s, everything(), r.Method, path, body, append(headers, "ConsistencyLevel", "eventual")...)
		if strings.HasPrefix(r.Path, "me") && w.Code == http.StatusBadRequest {
			return // an app is nobody
		}
		if !slices.Contains(statuses, w.Code) {
			t.Errorf("%s: %s %s: %d, want %v: %.300s", what, r.Method, path, w.Code, statuses, w.Body)
			return
		}
		e := decode[errorBody](t, w).Error
		if e.Code == "" || e.Message == "" || len(e.Details) == 0 || e.Details[0].Target == "" || e.Details[0].Remedy == "" || !strings.Contains(e.Details[0].Target, says) {
			t.Errorf("%s: %s %s is not refused with target %q and remedy: %.400s", what, r.Method, path, says, w.Body)
		}
	}
	for _, r := range graph.Routes() {
		there, missing := addressed(t, &r, ids, true), addressed(t, &r, ids, false)
		writes := r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut
		picture := strings.HasSuffix(r.Path, "/bannerLogo") || strings.HasSuffix(r.Path, "/backgroundImage") || strings.HasSuffix(r.Path, "/content")
		for _, v := range versions(&r) {
			refused(&r, "unknown query option", v+there+"?$colour=red", nil, []int{400}, "$colour")
			refused(&r, "query option without a use", v+there+"?$apply=groupby((id))", nil, []int{400}, "$apply")
			if writes {
				refused(&r, "over-long body", v+there, tooLong, []int{413, 415}, "")
			}
			if writes && !picture {
				refused(&r, "unknown property", v+there, `{`+typeFor[r.Path]+`"colour":"red"}`, []int{400}, "colour")
				refused(&r, "no JSON", v+there, `{"displayName":`, []int{400}, "body")
				refused(&r, "another content type", v+there, `<a/>`, []int{415}, "Content-Type", "Content-Type", "application/xml")
			}
			if strings.Contains(r.Path, "{") && !strings.Contains(r.Path, "{category") { // a function's argument names no object
				refused(&r, "unknown id", v+missing, bodyOf(&r, ids), []int{404}, "")
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d requests tried", tried)
	}
	if after := snapshot(t, s); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}
