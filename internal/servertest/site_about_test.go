package servertest_test

import (
	"net/http"
	"testing"

	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/sqlstore"
)

func TestTheSiteTellsWhatProgramItIsAndHowItsPartsAre(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDesk(t, db)
		b, member := d.p.NewBrowser(t), d.p.NewBrowser(t)
		enter(t, b, d.s.NewPerson(t, d.home, "Rita", directory.GlobalReader))
		enter(t, member, d.bob)
		a := b.Script(t, http.MethodGet, "/ui/about", nil)
		if a.Status != http.StatusOK || a.JSON["database"] != db.Engine || a.JSON["schema"] != float64(sqlstore.SchemaVersion) {
			t.Fatalf("about: %d %s", a.Status, a.Raw)
		}
		parts, _ := a.JSON["parts"].([]any)
		for _, p := range parts {
			if part, _ := p.(map[string]any); part["state"] != "good" {
				t.Errorf("the part %v is %v", part["name"], part["state"])
			}
		}
		if len(parts) != 3 {
			t.Errorf("%d parts: %s", len(parts), a.Raw)
		}
		wants(t, "a member", member.Script(t, http.MethodGet, "/ui/about", nil), http.StatusForbidden, "Authorization_RequestDenied")
		wants(t, "nobody signed in", d.p.NewBrowser(t).Script(t, http.MethodGet, "/ui/about", nil), http.StatusUnauthorized, "SignedOut")
	})
}
