package servertest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// One app that asks too often keeps no other one from asking, and one tenant no
// other one. Whoever is refused hears how long to wait, and is served then.
func TestThrottlingIsByAppAndByTenantAndSaysHowLong(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now().Truncate(time.Second)}
		p := servertest.Start(t, db, servertest.WithClock(clock.read), servertest.WithConfig(func(c *config.Config) {
			c.Limits.RequestRate, c.Limits.RequestBurst = 2, 6
			c.Limits.TenantRate, c.Limits.TenantBurst = 4, 10
		})).First()
		contoso, fabrikam := p.NewTenant(t, "Contoso", false), p.NewTenant(t, "Fabrikam", false)
		_, second := p.NewApp(t, contoso, "Group.Read.All")
		ask := func(token string, want int) servertest.Answer {
			t.Helper()
			return p.Must(t, token, http.MethodGet, "/v1.0/groups", nil, want)
		}
		refused := func(token, setting string) {
			t.Helper()
			a := ask(token, http.StatusTooManyRequests)
			if a.Header.Get("Retry-After") != "1" || !strings.Contains(string(a.Raw), setting+" is used up") {
				t.Errorf("refused with Retry-After %q: %s", a.Header.Get("Retry-After"), a.Raw)
			}
		}
		for range 6 {
			ask(contoso.Token, http.StatusOK)
		}
		refused(contoso.Token, "limits.request_rate")
		for range 4 { // another app has its own allowance, until the tenant's is used up
			ask(second, http.StatusOK)
		}
		refused(second, "limits.tenant_rate")
		ask(fabrikam.Token, http.StatusOK)
		counted := func(setting string, want float64) {
			t.Helper()
			if got := metric(t, p, `taxiway_throttled_total{setting="`+setting+`"}`); got != want {
				t.Errorf("%v refusals are counted for %s, want %v", got, setting, want)
			}
		}
		counted("limits.request_rate", 1)
		counted("limits.tenant_rate", 1)

		clock.advance(time.Second)
		ask(contoso.Token, http.StatusOK)

		// Each request of a batch counts, and is refused on its own.
		clock.advance(time.Minute)
		var requests []object
		for i := range 8 {
			requests = append(requests, object{"id": strconv.Itoa(i), "method": "GET", "url": "/groups"})
		}
		answers, _ := p.Must(t, contoso.Token, http.MethodPost, "/v1.0/$batch", object{"requests": requests}, http.StatusOK).JSON["responses"].([]any)
		statuses := map[any]int{}
		for _, x := range answers {
			a, _ := x.(object)
			statuses[a["status"]]++
			headers, _ := a["headers"].(object)
			if a["status"] == 429.0 && headers["Retry-After"] != "1" {
				t.Errorf("a refusal in a batch has the headers %v", headers)
			}
		}
		if statuses[200.0] != 5 || statuses[429.0] != 3 { // the batch itself is the sixth
			t.Errorf("the requests of a batch are answered %v", statuses)
		}
	})
}

// The table of docs/limits.md shows what the program does without being told
// otherwise.
func TestTheLimitsInTheDocumentAreTheDefaults(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.FromSlash("../../docs/limits.md"))
	if err != nil {
		t.Fatal(err)
	}
	l := config.Default().Limits
	for setting, want := range map[string][2]int{
		"request_rate": {l.RequestRate, l.RequestBurst}, "tenant_rate": {l.TenantRate, l.TenantBurst},
		"token_rate": {l.TokenRate, l.TokenRate}, "device_rate": {l.DeviceRate, l.DeviceRate}, "foreign_device_rate": {l.ForeignDeviceRate, l.ForeignDeviceRate},
	} {
		row := regexp.MustCompile("(?m)^\\|[^|]*\\| `limits\\." + setting + "`[^|]*\\| ([0-9,]+)[^|]*\\| ([0-9,]+) \\|").FindStringSubmatch(string(text))
		if row == nil {
			t.Errorf("the document has no row for limits.%s", setting)
			continue
		}
		for i, shown := range row[1:] {
			if n, err := strconv.Atoi(strings.ReplaceAll(shown, ",", "")); err != nil || n != want[i] {
				t.Errorf("limits.%s: the document says %s, the program %d", setting, shown, want[i])
			}
		}
	}
	for what, want := range map[string]string{"body_bytes": "1 MiB", "import_bytes": "64 MiB", "app_bytes": "1 GiB", "page_max": "1,000"} {
		if !strings.Contains(string(text), "`limits."+what+"` | "+want+" |") {
			t.Errorf("the document does not say that limits.%s is %s", what, want)
		}
	}
	if l.BodyBytes != 1<<20 || l.ImportBytes != 64<<20 || l.AppBytes != 1<<30 || l.PageMax != 1000 {
		t.Errorf("the defaults are %+v, which the document does not say", l)
	}
}
