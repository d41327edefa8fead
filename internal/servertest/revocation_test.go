package servertest_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

// What ends a person's token ends it at the next request in the process that
// was told, and within a second in every other.
func TestWhatEndsATokenEndsItInEveryProcessWithinASecond(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var ahead atomic.Int64
		start := time.Now()
		now := func() time.Time { return start.Add(time.Duration(ahead.Load())) }
		w := servertest.Start(t, db, servertest.WithClock(now))
		processes := []*servertest.Process{w.First()}
		if db.Engine == "postgres" {
			processes = append(processes, w.Join(t))
		}
		p := w.First()
		c := p.NewTenant(t, "Contoso", true)
		admin := c.Token
		// One more app, whose end does not end the one that makes the changes.
		other := &servertest.Tenant{ID: c.ID, Domain: c.Domain}
		other.App, other.Token = p.NewApp(t, c, access.Permissions()...)
		type end struct {
			name string
			end  func(who servertest.Member)
		}
		joined := ""
		for i, how := range []end{
			{"the person is disabled", func(who servertest.Member) {
				p.Must(t, admin, http.MethodPatch, "/v1.0/users/"+who.ID, object{"accountEnabled": false}, http.StatusNoContent)
			}},
			{"the person is deleted", func(who servertest.Member) {
				p.Must(t, admin, http.MethodDelete, "/v1.0/users/"+who.ID, nil, http.StatusNoContent)
			}},
			{"the sign-ins are ended", func(who servertest.Member) {
				p.Must(t, admin, http.MethodPost, "/v1.0/users/"+who.ID+"/revokeSignInSessions", nil, http.StatusOK)
			}},
			{"the password is reset", func(who servertest.Member) {
				p.Must(t, admin, http.MethodPatch, "/v1.0/users/"+who.ID, object{"passwordProfile": object{"password": "Another-Horse-9-Stable"}}, http.StatusNoContent)
			}},
			{"the app is disabled", func(servertest.Member) {
				if err := p.Admin.Call(t.Context(), http.MethodPatch, "/tenants/"+c.ID+"/apps/"+other.App.AppID, object{"enabled": false}, nil); err != nil {
					t.Fatal(err)
				}
			}},
			{"the device is disabled", func(servertest.Member) {
				p.Must(t, admin, http.MethodPatch, "/v1.0/devices(deviceId='"+joined+"')", object{"accountEnabled": false}, http.StatusNoContent)
			}},
			{"the device is deleted", func(servertest.Member) {
				p.Must(t, admin, http.MethodDelete, "/v1.0/devices(deviceId='"+joined+"')", nil, http.StatusNoContent)
			}},
		} {
			who := p.NewMember(t, c, "Person"+strconv.Itoa(i))
			app := other
			if strings.HasPrefix(how.name, "the device") {
				app = c
			}
			token := p.SignIn(t, app, who.UPN, servertest.Password, access.UserRead)
			if app == c {
				pc := servertest.NewJoiner(t)
				joined = pc.Take(t, p.Join(t, p.JoinPassword(t, c.ID, who.UPN, servertest.Password), pc.Body(t, "PC-1", nil), http.StatusOK))
				on := claims(t, token)
				on["deviceid"] = joined
				token = w.Sign(t, on)
			}
			for _, q := range processes {
				q.Must(t, token, http.MethodGet, "/v1.0/me", nil, http.StatusOK)
			}
			ahead.Add(int64(time.Microsecond))
			how.end(who)
			for n, q := range processes {
				if n > 0 {
					ahead.Add(int64(time.Second)) // it was not told
				}
				a, err := q.Graph(t.Context(), token, http.MethodGet, "/v1.0/me", nil)
				if err != nil || a.Status != http.StatusUnauthorized {
					t.Errorf("%s: process %d answers %d %v %s", how.name, n, a.Status, err, a.Raw)
				}
			}
		}
	})
}

// A role that is taken away takes what it allowed with it; the token stays good.
func TestARoleTakenAwayEndsWhatItAllowed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		who := p.NewMember(t, c, "Megan", directory.IntuneAdministrator)
		token := p.SignIn(t, c, who.UPN, servertest.Password, access.Scopes()...)
		p.Must(t, token, http.MethodGet, identities, nil, http.StatusOK)
		p.Must(t, c.Token, http.MethodDelete, "/v1.0/directoryRoles/"+string(directory.IntuneAdministrator)+"/members/"+who.ID+"/$ref", nil, http.StatusNoContent)
		p.Must(t, token, http.MethodGet, identities, nil, http.StatusForbidden)
		p.Must(t, token, http.MethodGet, "/v1.0/me", nil, http.StatusOK)
	})
}

// A sign-in right after the password changed is good, however fast it comes.
func TestASignInRightAfterANewPasswordCounts(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		still := time.Now()
		p := servertest.Start(t, db, servertest.WithClock(func() time.Time { return still })).First()
		c := p.NewTenant(t, "Contoso", true)
		who := p.NewMember(t, c, "Megan")
		before := p.SignIn(t, c, who.UPN, servertest.Password, access.UserRead)
		p.Must(t, before, http.MethodGet, "/v1.0/me", nil, http.StatusOK)
	})
}
