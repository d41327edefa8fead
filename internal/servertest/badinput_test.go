package servertest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// refusal is one bad request and the whole of what must come back.
type refusal struct {
	name    string
	method  string
	path    string
	body    any
	headers []string // pairs
	token   string   // empty: an app of the tenant that may do everything

	status int
	code   string // of the error
	target string // of its first detail
	says   string // in the message
	remedy string // in the remedy, a word of the next action
}

// noToken sends a request without an Authorization header.
const noToken = "none"

// refusals is every kind of bad input, by what it is about.
func (f *field) refusals(t *testing.T) map[string][]refusal {
	t.Helper()
	c := f.crew(t)
	return map[string][]refusal{
		"passwords":       f.badPasswords(&c),
		"roles":           f.badRoles(&c),
		"consents":        f.badGrants(&c),
		"people":          f.badTokensOfPeople(t),
		"deleted objects": f.badDeleted(t),
		"rules":           f.badRules(),
		"groups":          f.badGroups(),
		"profiles":        f.badProfiles(),
		"policies":        f.badPolicies(),
		"settings by URI": f.badSettings(),
		"assignments":     f.badAssignments(),
		"settings":        f.badJoinSettings(),
		"users":           f.badUsers(c.boss),
		"devices":         f.badDevices(t),
		"bodies":          f.badBodies(t),
		"queries":         f.badQueries(t),
		"addresses":       f.badAddresses(),
		"batches":         f.badBatches(),
		"tokens":          f.badTokens(t),
	}
}

// How many rows there are, so that none is lost unseen.
const (
	wantRefusals = 481
	wantBadRows  = 13
)

// field is where bad requests are tried: one tenant that is looked at, and two
// others.
type field struct {
	*estate

	w                   *servertest.World
	p                   *servertest.Process
	fabrikam, northwind *estate
}

func newField(t *testing.T, db servertest.Database, options ...servertest.Option) *field {
	t.Helper()
	w := servertest.Start(t, db, options...)
	p := w.First()
	return &field{w: w, p: p, estate: furnish(t, p, "Contoso"), fabrikam: furnish(t, p, "Fabrikam"), northwind: furnish(t, p, "Northwind")}
}

func TestBadInputIsRefusedWithCodeTargetAndRemedyAndWritesNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		f := newField(t, db, servertest.WithConfig(func(c *config.Config) { c.Limits.ImportBytes = importLimit }))
		rows := 0
		refusals := f.refusals(t)
		before, writes := f.state(t, f.p), f.writes(t, f.p)
		names := map[string]bool{}
		for about, list := range refusals {
			rows += len(list)
			for _, r := range list {
				if names[r.name] {
					t.Errorf("two rows are called %q", r.name)
				}
				names[r.name] = true
				f.refuse(t, about, &r)
				// Every write has its line in the audit trail.
				if after := f.writes(t, f.p); !bytes.Equal(writes, after) {
					t.Errorf("%s: %s: something was written:\n%s", about, r.name, firstDifference(writes, after))
					writes = after
				}
			}
			if after := f.state(t, f.p); !bytes.Equal(before, after) {
				t.Errorf("%s: something changed:\n%s", about, firstDifference(before, after))
				before = after
			}
		}
		if rows != wantRefusals {
			t.Errorf("%d bad requests were tried, want %d", rows, wantRefusals)
		}
	})
}

// refuse sends the request and checks every part of the answer.
func (f *field) refuse(t *testing.T, about string, r *refusal) {
	t.Helper()
	token := f.Token
	switch r.token {
	case "":
	case noToken:
		token = ""
	default:
		token = r.token
	}
	a, err := f.p.Graph(t.Context(), token, r.method, r.path, r.body, r.headers...)
	if err != nil {
		t.Errorf("%s: %s: %v", about, r.name, err)
		return
	}
	wrong := func(format string, args ...any) {
		t.Errorf("%s: %s: "+format+"\n%s", append(append([]any{about, r.name}, args...), a.Raw)...)
	}
	if a.Status != r.status {
		wrong("status %d, want %d", a.Status, r.status)
		return
	}
	e, ok := a.JSON["error"].(object)
	if !ok {
		wrong("the answer is not an error of Graph")
		return
	}
	if inner, ok := e["innerError"].(object); !ok || inner["request-id"] != a.Header.Get("request-id") || inner["request-id"] == "" {
		wrong("innerError does not repeat the request id")
	}
	if e["code"] != r.code {
		wrong("code %v, want %s", e["code"], r.code)
	}
	message, _ := e["message"].(string)
	if message == "" || !strings.Contains(message, r.says) {
		wrong("message %q does not say %q", message, r.says)
	}
	details, _ := e["details"].([]any)
	if len(details) == 0 {
		wrong("no details")
		return
	}
	for i, d := range details {
		d, _ := d.(object)
		for _, part := range []string{"code", "message", "target", "remedy"} {
			if s, _ := d[part].(string); s == "" {
				wrong("details[%d] has no %s", i, part)
			}
		}
	}
	first, _ := details[0].(object)
	if first["target"] != r.target {
		wrong("target %v, want %s", first["target"], r.target)
	}
	if remedy, _ := first["remedy"].(string); r.remedy == "" || !strings.Contains(remedy, r.remedy) {
		wrong("remedy %q does not say %q", remedy, r.remedy)
	}
	if r.status == http.StatusUnauthorized && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
		wrong("no WWW-Authenticate")
	}
}
