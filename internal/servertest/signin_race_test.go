package servertest_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"taxiway/internal/servertest"
)

// races is how often eight run against each other: fifty times in the long tests.
func races() int {
	if long() {
		return 50
	}
	return 5
}

// atOnce runs eight of them together, held back until all are ready.
func atOnce(do func(i int) servertest.Tokens) []servertest.Tokens {
	answers := make([]servertest.Tokens, 8)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(len(answers))
	for i := range answers {
		done.Go(func() {
			ready.Done()
			<-start
			answers[i] = do(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return answers
}

// newRaceDesk is a desk with a second process where the database allows one.
func newRaceDesk(t *testing.T, db servertest.Database) *desk {
	t.Helper()
	d := newDesk(t, db)
	if db.Engine == "postgres" {
		d.w.Join(t)
	}
	return d
}

// tokenOf asks the processes in turn.
func (d *desk) tokenOf(i int, f url.Values) servertest.Tokens {
	d.t.Helper()
	return d.w.Processes[i%len(d.w.Processes)].Exchange(d.t, "/"+d.home.ID+"/oauth2/v2.0/token", f)
}

func TestOfEightThatRedeemOneCodeAtOnceOneIsServed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newRaceDesk(t, db)
		b := d.p.NewBrowser(t)
		rounds := 0
		for range races() {
			v := d.visit(webRedirect)
			f := d.form(v, b.SignIn(t, d.bob, v.address()).Answer(t).Get("code"))
			before := d.w.SignInRows(t)
			var served []servertest.Tokens
			for _, a := range atOnce(func(i int) servertest.Tokens { return d.tokenOf(i, f) }) {
				if a.Status == http.StatusOK {
					served = append(served, a)
					continue
				}
				d.refused("one of eight", a, 400, "invalid_grant", 54005)
			}
			if len(served) != 1 {
				t.Fatalf("%d of eight were served", len(served))
			}
			if made := d.w.SignInRows(t)["refresh_tokens"] - before["refresh_tokens"]; made != 1 {
				t.Fatalf("%d refresh tokens of one code", made)
			}
			// The seven revoked what the one got (RFC 6749 section 4.1.2).
			dead := url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {served[0].RefreshToken}}
			d.refused("the refresh token of the one", d.token(dead), 400, "invalid_grant", 70000)
			rounds++
		}
		t.Logf("%d rounds of eight, one served in each", rounds)
	})
}

func TestOfEightThatPollOneDeviceCodeAtOnceOneIsServed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newRaceDesk(t, db)
		b := d.p.NewBrowser(t)
		rounds := 0
		for range races() {
			begun := d.p.Exchange(t, "/"+d.home.ID+"/oauth2/v2.0/devicecode", url.Values{"client_id": {d.public}, "scope": {"openid offline_access"}})
			user, _ := begun.All["user_code"].(string)
			device, _ := begun.All["device_code"].(string)
			page := b.Open(t, servertest.BaseURL+"/"+d.home.ID+"/oauth2/deviceauth")
			b.GoOn(t, d.bob, b.Send(t, page, url.Values{"otc": {user}}))
			f := url.Values{"grant_type": {"device_code"}, "client_id": {d.public}, "device_code": {device}}
			served := 0
			for _, a := range atOnce(func(i int) servertest.Tokens { return d.tokenOf(i, f) }) {
				if a.Status == http.StatusOK && a.RefreshToken != "" {
					served++
					continue
				}
				d.refused("one of eight", a, 400, "expired_token", 70020)
			}
			if served != 1 {
				t.Fatalf("%d of eight were served", served)
			}
			rounds++
		}
		t.Logf("%d rounds of eight, one served in each", rounds)
	})
}

func TestEightThatRefreshAtOnceAllGoOn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newRaceDesk(t, db)
		v := d.visit(webRedirect)
		a := d.token(d.form(v, d.code(v, d.bob)))
		f := url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {a.RefreshToken}}
		for range races() {
			var last string
			for _, b := range atOnce(func(i int) servertest.Tokens { return d.tokenOf(i, f) }) {
				if b.Status != http.StatusOK {
					t.Fatalf("refresh: %v", b.All)
				}
				last = b.RefreshToken
			}
			f.Set("refresh_token", last)
		}
	})
}
