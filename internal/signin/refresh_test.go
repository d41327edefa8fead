package signin_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestARefreshTokenIsReplacedAndKeepsItsGrant(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	g := d.grant()
	code, err := d.IssueCode(d.ctx, g)
	d.ok(err)
	g, first, err := d.redeem(code, anything)
	d.ok(err)
	if _, _, err := d.Refresh(d.ctx, first, nothing); !errors.Is(err, errWrongClient) {
		t.Errorf("error = %v, want the check's own", err)
	}
	got, second, err := d.Refresh(d.ctx, first, anything)
	d.ok(err)
	g.RedirectURI, g.Challenge, g.Nonce = "", "", ""
	if diff := cmp.Diff(g, got); diff != "" || second == first {
		t.Errorf("refreshed (-granted +refreshed):\n%s", diff)
	}
	for _, text := range []string{"", "x", second[:len(second)-1] + "A", "1." + officeID() + second[38:]} {
		if text == second {
			continue
		}
		_, _, err = d.Refresh(d.ctx, text, anything)
		d.refused(err, "RefreshDead")
	}
	// Of its own family alone.
	other, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	d.clock.advance(31 * time.Second)
	_, _, err = d.Refresh(d.ctx, first, anything)
	d.refused(err, "RefreshDead")
	_, _, err = d.Refresh(d.ctx, second, anything)
	d.refused(err, "RefreshDead")
	_, _, err = d.Refresh(d.ctx, other, anything)
	d.ok(err)
}

func TestParallelRefreshesAreAllAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	for _, err := range atOnce(8, func() error { _, _, err := d.Refresh(d.ctx, token, anything); return err }) {
		d.ok(err)
	}
	d.clock.advance(30 * time.Second)
	_, next, err := d.Refresh(d.ctx, token, anything) // the eighth use in grace
	d.ok(err)
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	_, _, err = d.Refresh(d.ctx, next, anything)
	d.refused(err, "RefreshDead")
}

func TestARefreshTokenSlidesButNeverPastItsFamily(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const day = 24 * time.Hour
	token, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	for range 4 {
		d.clock.advance(90*day - time.Microsecond)
		_, token, err = d.Refresh(d.ctx, token, anything)
		d.ok(err)
	}
	// 360 days have gone; the year ends before the token's 90 days do.
	_, r, live, err := d.Introspect(d.ctx, token)
	d.ok(err)
	if left := r.ExpiresAt.Sub(d.clock.Real()); !live || left > 5*day+time.Second {
		t.Errorf("live %v, %v left", live, left)
	}
	d.clock.advance(5*day + time.Second)
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")

	unused, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	d.clock.advance(90 * day)
	_, _, err = d.Refresh(d.ctx, unused, anything)
	d.refused(err, "RefreshDead")

	g := d.grant()
	g.EndsAt = d.clock.Real().Add(time.Hour)
	short, err := d.IssueRefresh(d.ctx, g)
	d.ok(err)
	d.clock.advance(time.Hour - time.Microsecond)
	_, short, err = d.Refresh(d.ctx, short, anything)
	d.ok(err)
	d.clock.advance(time.Microsecond)
	_, _, err = d.Refresh(d.ctx, short, anything)
	d.refused(err, "RefreshDead")
}

func TestARefreshTokenIsRevokedByItsOwnAppAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	g := d.grant()
	token, err := d.IssueRefresh(d.ctx, g)
	d.ok(err)
	for _, text := range []string{"", "no token", "1." + officeID() + token[38:]} {
		d.ok(d.Revoke(d.ctx, text, g.AppID))
	}
	d.ok(d.Revoke(d.ctx, token, officeID()))
	got, _, live, err := d.Introspect(d.ctx, token)
	if err != nil || !live || got.User != g.User {
		t.Fatalf("Introspect = %+v, %v, %v", got, live, err)
	}
	d.ok(d.Revoke(d.ctx, token, g.AppID))
	got, r, live, err := d.Introspect(d.ctx, token)
	if err != nil || live || got.User != "" || r.Hash != nil {
		t.Errorf("Introspect = %+v, %+v, %v, %v, want nothing", got, r, live, err)
	}
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	d.ok(d.Revoke(d.ctx, token, g.AppID))
}

func TestADisabledAppLosesItsRefreshTokens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	apps := appService(d)
	token, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	d.ok(apps.SetEnabled(d.ctx, d.tenant, d.app.AppID, false))
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	d.ok(apps.SetEnabled(d.ctx, d.tenant, d.app.AppID, true))
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	token, err = d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	d.ok(apps.Delete(d.ctx, d.tenant, d.app.AppID))
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	_, err = d.Client(d.ctx, d.tenant, d.app.AppID)
	d.refused(err, "UnknownApplication")
}

func TestReplacedTokensAreIntrospectedAsDead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token, err := d.IssueRefresh(d.ctx, d.grant())
	d.ok(err)
	_, next, err := d.Refresh(d.ctx, token, anything)
	d.ok(err)
	for text, want := range map[string]bool{token: false, next: true} {
		if _, _, live, err := d.Introspect(d.ctx, text); err != nil || live != want {
			t.Errorf("live = %v, %v, want %v", live, err, want)
		}
	}
}
