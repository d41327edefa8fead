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

func TestOfEightThatRedeemOneCodeAtOnceOneIsServed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		b := d.p.NewBrowser(t)
		for range races() {
			v := d.visit(webRedirect)
			f := d.form(v, b.SignIn(t, d.bob, v.address()).Answer(t).Get("code"))
			before := d.w.SignInRows(t)
			served, late := 0, 0
			for _, a := range atOnce(func(int) servertest.Tokens { return d.token(f) }) {
				switch {
				case a.Status == http.StatusOK:
					served++
				case len(a.Codes) == 1 && a.Codes[0] == 70008:
					// The first of all, when a second ended the family before it
					// was answered.
					d.refused("the first of eight", a, 400, "invalid_grant", 70008)
					late++
				default:
					d.refused("one of eight", a, 400, "invalid_grant", 54005)
				}
			}
			if served+late > 1 {
				t.Fatalf("%d of eight were served, %d found their family ended", served, late)
			}
			if made := d.w.SignInRows(t)["refresh_tokens"] - before["refresh_tokens"]; made > 1 {
				t.Fatalf("%d refresh tokens of one code", made)
			}
		}
	})
}

func TestOfEightThatPollOneDeviceCodeAtOnceOneIsServed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		b := d.p.NewBrowser(t)
		for range races() {
			begun := d.p.Exchange(t, "/"+d.home.ID+"/oauth2/v2.0/devicecode", url.Values{"client_id": {d.public}, "scope": {"openid offline_access"}})
			user, _ := begun.All["user_code"].(string)
			device, _ := begun.All["device_code"].(string)
			page := b.Open(t, servertest.BaseURL+"/"+d.home.ID+"/oauth2/deviceauth")
			b.GoOn(t, d.bob, b.Send(t, page, url.Values{"otc": {user}}))
			f := url.Values{"grant_type": {"device_code"}, "client_id": {d.public}, "device_code": {device}}
			served := 0
			for _, a := range atOnce(func(int) servertest.Tokens { return d.token(f) }) {
				if a.Status == http.StatusOK {
					served++
					continue
				}
				d.refused("one of eight", a, 400, "expired_token", 70020)
			}
			if served != 1 {
				t.Fatalf("%d of eight were served", served)
			}
		}
	})
}

func TestEightThatRefreshAtOnceAllGoOn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		v := d.visit(webRedirect)
		a := d.token(d.form(v, d.code(v, d.bob)))
		f := url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {a.RefreshToken}}
		for range races() {
			var last string
			for _, b := range atOnce(func(int) servertest.Tokens { return d.token(f) }) {
				if b.Status != http.StatusOK {
					t.Fatalf("refresh: %v", b.All)
				}
				last = b.RefreshToken
			}
			f.Set("refresh_token", last)
		}
	})
}
