package graphclient_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/graphclient"
)

// graph is a server that a test scripts, with a token endpoint of its own.
type graph struct {
	*httptest.Server
	mu     sync.Mutex
	tokens int
	now    time.Time
}

func (g *graph) Now() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *graph) asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tokens
}

// serve answers /beta with handle; tokens are token-1, token-2, … and live an hour.
func serve(t *testing.T, handle http.HandlerFunc) (*graph, *graphclient.Client) {
	t.Helper()
	g := &graph{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /contoso.example/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("client_id") != "app" || r.PostFormValue("client_secret") != "se&cret" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"AADSTS7000215: The secret is wrong. Trace ID: x Correlation ID: y","trace_id":"trace"}`)
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.tokens++
		fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600}`, g.tokens)
	})
	mux.Handle("/beta/", handle)
	g.Server = httptest.NewTLSServer(mux)
	t.Cleanup(g.Close)
	return g, client(t, g, "se&cret")
}

func client(t *testing.T, g *graph, secret string) *graphclient.Client {
	t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate().Raw})
	c, err := graphclient.New(graphclient.Config{BaseURL: g.URL + "/", Tenant: "contoso.example", ClientID: "app", ClientSecret: secret, CA: ca, Now: g.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

const organization = `{"value":[{"id":"t","displayName":"Contoso"}]}`

func TestATokenIsAskedForOnceAndAgainBeforeItEnds(t *testing.T) {
	t.Parallel()
	var seen []string
	g, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		fmt.Fprint(w, organization)
	})
	for _, later := range []time.Duration{0, 57 * time.Minute, 2 * time.Minute} {
		g.mu.Lock()
		g.now = g.now.Add(later)
		g.mu.Unlock()
		if _, err := c.Organization(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"Bearer token-1", "Bearer token-1", "Bearer token-2"}; !slices.Equal(seen, want) {
		t.Errorf("tokens %q, want %q", seen, want)
	}
}

func TestARefusedTokenIsReplacedOnceAndThenTheRefusalIsTold(t *testing.T) {
	t.Parallel()
	good := "Bearer token-2"
	g, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != good {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"InvalidAuthenticationToken","message":"The token is not good."}}`)
			return
		}
		fmt.Fprint(w, organization)
	})
	if _, err := c.Organization(t.Context()); err != nil {
		t.Fatal(err)
	}
	good = "Bearer none"
	_, err := c.Organization(t.Context())
	var e *graphclient.Error
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || e.Code != "InvalidAuthenticationToken" {
		t.Errorf("err = %v", err)
	}
	if got := g.asked(); got != 3 {
		t.Errorf("%d tokens were asked for, want 3", got)
	}
}

func TestAWrongSecretIsToldWithoutItsTrace(t *testing.T) {
	t.Parallel()
	g, _ := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("Graph was called without a token") })
	_, err := client(t, g, "wrong").Organization(t.Context())
	var e *graphclient.Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v", err)
	}
	want := &graphclient.Error{Status: 401, Code: "invalid_client", Message: "AADSTS7000215: The secret is wrong.", RequestID: "trace"}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestARefusalKeepsCodeTargetAndRemedy(t *testing.T) {
	t.Parallel()
	_, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"error":{"code":"Taken","message":"It is taken.","innerError":{"request-id":"r1"},
			"details":[{"code":"Taken","target":"displayName","message":"Taken.","remedy":"Choose another."}]}}`)
	})
	_, err := c.CreateProfile(t.Context(), graphclient.Profile{})
	var e *graphclient.Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v", err)
	}
	want := &graphclient.Error{
		Status: 409, Code: "Taken", Message: "It is taken.", RequestID: "r1",
		Details: []graphclient.Detail{{Code: "Taken", Target: "displayName", Message: "Taken.", Remedy: "Choose another."}},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnAnswerThatIsNotGraphsIsStillAnError(t *testing.T) {
	t.Parallel()
	_, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "bad gateway\nof some proxy", http.StatusBadGateway)
	})
	_, err := c.Organization(t.Context())
	if err == nil || err.Error() != "HTTP502: bad gateway" {
		t.Errorf("err = %v", err)
	}
}

func TestAThrottledRequestIsSentAgainAsLongAsTheServerSays(t *testing.T) {
	t.Parallel()
	calls := 0
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"userPrincipalName":"a@b.example"}` {
			t.Errorf("call %d has the body %q, %v", calls, body, err)
		}
		if calls < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[calls-1])
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := c.AssignUser(t.Context(), "id", "a@b.example", ""); err != nil || calls != 3 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestThrottlingWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	calls := 0
	_, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := c.Organization(t.Context())
	var e *graphclient.Error
	if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || calls != 6 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "Sun, 01 Mar 2026 13:00:00 GMT") // an hour, cut to half a minute
		w.WriteHeader(http.StatusServiceUnavailable)
		cancel()
	})
	if _, err := c.Organization(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestALargeBodyIsSentAsGzip(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("A", 4000)
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var in io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			in = unzipped
		} else {
			t.Error("the body is not gzip")
		}
		var body struct {
			Rows []struct {
				Serial string `json:"serialNumber"`
				Hash   string `json:"hardwareIdentifier"`
			} `json:"importedWindowsAutopilotDeviceIdentities"`
		}
		if err := json.NewDecoder(in).Decode(&body); err != nil || len(body.Rows) != 20 || body.Rows[7].Serial != "S7" || body.Rows[7].Hash != hash {
			t.Errorf("%d rows, %v", len(body.Rows), err)
		}
		fmt.Fprint(w, `{"value":[{"state":{"deviceImportStatus":"complete"}},{"state":{"deviceImportStatus":"error","deviceErrorCode":806}},{"state":{"deviceImportStatus":"error","deviceErrorCode":808}}]}`)
	})
	rows := make([]graphclient.ImportRow, 20)
	for i := range rows {
		rows[i] = graphclient.ImportRow{SerialNumber: fmt.Sprintf("S%d", i), HardwareHash: hash}
	}
	got, err := c.Import(t.Context(), rows)
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	for i, want := range [][2]bool{{true, false}, {false, true}, {false, false}} {
		if got[i].Done() != want[0] || got[i].AlreadyHere() != want[1] {
			t.Errorf("row %d: done %v, already here %v", i, got[i].Done(), got[i].AlreadyHere())
		}
	}
}

func TestPagesAreFollowedOnTheConfiguredServerOnly(t *testing.T) {
	t.Parallel()
	var asked []string
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		if r.URL.Query().Get("$skiptoken") == "" {
			fmt.Fprint(w, `{"value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"https://elsewhere.example/beta/groups?$skiptoken=abc"}`)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"3"}]}`)
	})
	var ids []string
	for g, err := range c.Groups(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, g.ID)
	}
	if want := []string{"1", "2", "3"}; !slices.Equal(ids, want) {
		t.Errorf("ids %q, want %q", ids, want)
	}
	if want := []string{"/beta/groups?%24orderby=displayName", "/beta/groups?$skiptoken=abc"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestANameFindsExactlyOne(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"serialNumber eq 'ONE'":     `{"value":[{"id":"a","serialNumber":"ONE"}]}`,
		"serialNumber eq 'O''NEIL'": `{"value":[]}`,
		"serialNumber eq 'TWO'":     `{"value":[{"id":"a"},{"id":"b"}]}`,
	}
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Query().Get("$filter")]
		if !ok || r.URL.Query().Get("$expand") != "deploymentProfile" {
			t.Errorf("asked %s", r.URL)
		}
		fmt.Fprint(w, body)
	})
	if d, err := c.DeviceIdentity(t.Context(), "ONE"); err != nil || d.ID != "a" {
		t.Errorf("%v, %v", d, err)
	}
	for name, want := range map[string]int{"O'NEIL": http.StatusNotFound, "TWO": http.StatusConflict} {
		_, err := c.DeviceIdentity(t.Context(), name)
		var e *graphclient.Error
		if !errors.As(err, &e) || e.Status != want || e.Details[0].Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
		if want == http.StatusConflict && !strings.Contains(e.Details[0].Remedy, "a, b") {
			t.Errorf("the remedy does not list the ids: %q", e.Details[0].Remedy)
		}
	}
}

func TestAServerThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	g, c := serve(t, func(http.ResponseWriter, *http.Request) {})
	g.Close()
	_, err := c.Organization(t.Context())
	var e *graphclient.UnreachableError
	if !errors.As(err, &e) || e.BaseURL != g.URL {
		t.Errorf("err = %v", err)
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "localhost:8443", "ftp://x", "https://", "://"} {
		if _, err := graphclient.New(graphclient.Config{BaseURL: url}); err == nil {
			t.Errorf("%q is accepted", url)
		}
	}
	if _, err := graphclient.New(graphclient.Config{BaseURL: "https://x", CA: []byte("no PEM")}); err == nil {
		t.Error("an authority that is no PEM is accepted")
	}
}

// Microsoft Graph, windowsAutopilotProfileAssignmentStatus and
// windowsAutopilotDeviceRemediationState: every pair of members has its word.
func TestEveryStateHasItsWord(t *testing.T) {
	t.Parallel()
	remediation := map[string]graphclient.Status{
		"unknown": "", "noRemediationRequired": "", "unknownFutureValue": "",
		"automaticRemediationRequired": "Fix pending", "manualRemediationRequired": "Attention required",
	}
	assignment := map[string]graphclient.Status{
		"unknown": "Not assigned", "notAssigned": "Not assigned", "failed": "Not assigned", "pending": "Assigning",
		"assignedInSync": "Assigned", "assignedOutOfSync": "Assigned", "assignedUnkownSyncState": "Assigned",
	}
	for r, hidden := range remediation {
		for a, want := range assignment {
			if hidden != "" {
				want = hidden
			}
			d := graphclient.DeviceIdentity{RemediationState: r, AssignmentStatus: a}
			if got := d.Status(); got != want {
				t.Errorf("%s, %s: %q, want %q", r, a, got, want)
			}
		}
	}
}
