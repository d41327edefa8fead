package servertest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

// What a person changes at the account page nobody makes them change: each of
// its forms has to be the page's own, of this session.
func TestFormsOfTheAccountPageAreThisSessionsOwn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		account := servertest.BaseURL + "/" + d.home.ID + "/account"
		b, theirs := d.p.NewBrowser(t), d.p.NewBrowser(t)
		page := b.SignIn(t, d.bob, account)
		canaryOf := func(p *servertest.Page) string {
			m := canaryTag.FindStringSubmatch(p.Body)
			if m == nil {
				t.Fatalf("%s (%d) has no antiforgery value: %s", p.Address, p.Status, p.Body)
			}
			return m[1]
		}
		own, other := canaryOf(page), canaryOf(theirs.SignIn(t, d.ann, account))
		session := []*http.Cookie{{Name: "__Host-taxiway-session", Value: b.Session()}}
		mine := map[string]string{"Origin": servertest.BaseURL, "Sec-Fetch-Site": "same-origin"}
		forms := map[string]url.Values{
			"/signout":  {"where": {"everywhere"}},
			"/password": {"passwd": {d.bob.Password}, "newpasswd": {"seven brave otters"}, "confirm": {"seven brave otters"}},
			"/setup":    {"otc": {"123456"}},
			"/recovery": {},
			"/remove":   {"passwd": {d.bob.Password}},
		}
		for below, form := range forms {
			for _, c := range []struct {
				name, canary string
				header       map[string]string
				status       int
			}{
				{"without the antiforgery value", "", mine, http.StatusBadRequest},
				{"with another one", "A" + own[1:] + "A", mine, http.StatusBadRequest},
				{"with that of somebody else's session", other, mine, http.StatusBadRequest},
				{"from another site", own, map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
				{"from a sibling of the site", own, map[string]string{"Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
			} {
				values := altered(form, "canary", c.canary)
				d.unchanged(below+" "+c.name, func() {
					if status, header, body := d.post(rawForm{account + below, values, session, c.header}); status != c.status || header.Get("Set-Cookie") != "" {
						t.Errorf("%s %s: %d %v %s", below, c.name, status, header["Set-Cookie"], body)
					}
				})
			}
		}
		// Nothing came of them: same session, same password.
		if again := b.Open(t, account); again.Title() != "Your account" || !strings.Contains(again.Body, d.bob.UPN) {
			t.Errorf("the session is gone: %d %s", again.Status, again.Body)
		}
		d.code(d.visit(webRedirect), d.bob)
		// With its own value the form is taken.
		if status, header, body := d.post(rawForm{account + "/signout", altered(forms["/signout"], "canary", own), session, mine}); status != http.StatusSeeOther {
			t.Errorf("the right form: %d %v %s", status, header, body)
		}
	})
}
