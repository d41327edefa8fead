package signin_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// desk is where programs are let in: Grants over a real database, in an office
// with one app.
type desk struct {
	*office
	*signin.Grants
	app directory.Application
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	o := newOffice(t)
	d := &desk{office: o, Grants: &signin.Grants{Store: o.db, Apps: o.db, Clock: o.clock, NewID: officeID}}
	d.app = directory.Application{
		ID: directory.ObjectID(officeID()), AppID: officeID(), ServicePrincipal: directory.ObjectID(officeID()), DisplayName: "Portal", Enabled: true, Version: 1,
		Redirects: []directory.Redirect{{URI: "https://portal.example/signin", Platform: directory.PlatformWeb}},
	}
	d.ok(o.db.CreateApplication(o.ctx, o.tenant, d.app, nil, directory.AuditEvent{ID: officeID(), Activity: "Create application"}))
	return d
}

func (d *desk) grant() signin.Grant {
	return signin.Grant{
		Tenant: d.tenant, User: directory.ObjectID(officeID()), AppID: d.app.AppID, Session: officeID(), Methods: []string{signin.MethodPassword}, AuthTime: d.clock.Real(),
		Resource: "https://graph.microsoft.com", Scopes: []string{"User.Read"}, Asked: "User.Read offline_access", Offline: true,
		RedirectURI: "https://portal.example/signin", Challenge: "challenge", Nonce: "nonce", Version: 2,
	}
}

// refused checks kind and code of a refusal.
func (d *desk) refused(err error, code string) {
	d.t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Unauthenticated || e.Code != code {
		d.t.Fatalf("error = %v, want a refusal %s", err, code)
	}
}

func anything(signin.Grant) error { return nil }

var errWrongClient = errors.New("another client")

func nothing(signin.Grant) error { return errWrongClient }

// redeem redeems a code of an app that may refresh.
func (d *desk) redeem(code string, check func(signin.Grant) error) (signin.Grant, string, error) {
	return d.RedeemCode(d.ctx, code, func(g signin.Grant) (bool, error) { return true, check(g) })
}

// atOnce runs fn n times, all beginning together.
func atOnce(n int, fn func() error) []error {
	var ready, done sync.WaitGroup
	ready.Add(n)
	errs := make([]error, n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = fn()
		})
	}
	done.Wait()
	return errs
}

func TestASignInLivesTenMinutesAndEndsOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie, begun, err := d.Begin(d.ctx, signin.Attempt{Request: signin.Request{AppID: d.app.AppID, State: "s"}})
	d.ok(err)
	if len(begun.Antiforgery) != 43 {
		t.Errorf("antiforgery text = %q", begun.Antiforgery)
	}
	got, err := d.Load(d.ctx, cookie)
	d.ok(err)
	if diff := cmp.Diff(begun, got); diff != "" {
		t.Errorf("loaded (-begun +loaded):\n%s", diff)
	}
	other := got
	got.Tenant, got.Name = d.tenant, "ada@contoso.example"
	d.ok(d.Save(d.ctx, cookie, &got))
	got.NeedMFA = true
	d.ok(d.Save(d.ctx, cookie, &got))
	if err := d.Save(d.ctx, cookie, &other); !fault.Is(err, fault.Precondition) {
		t.Errorf("saving an older state: %v", err)
	}
	d.clock.advance(10*time.Minute - time.Microsecond)
	if got, err = d.Load(d.ctx, cookie); err != nil || !got.NeedMFA {
		t.Errorf("just before the end: %+v, %v", got, err)
	}
	d.clock.advance(time.Microsecond)
	_, err = d.Load(d.ctx, cookie)
	d.refused(err, "AttemptEnded")

	cookie, begun, err = d.Begin(d.ctx, signin.Attempt{Antiforgery: "given"})
	d.ok(err)
	if begun.Antiforgery != "given" {
		t.Errorf("antiforgery text = %q", begun.Antiforgery)
	}
	for _, want := range []bool{true, false} {
		if ended, err := d.End(d.ctx, cookie); err != nil || ended != want {
			t.Errorf("End = %v, %v, want %v", ended, err, want)
		}
	}
	d.refused(d.Save(d.ctx, cookie, &begun), "AttemptEnded")
	for _, text := range []string{"", "no token", cookie} {
		_, err = d.Load(d.ctx, text)
		d.refused(err, "AttemptEnded")
	}
}

func TestACodeIsCheckedBeforeItIsSpent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	g := d.grant()
	code, err := d.IssueCode(d.ctx, g)
	d.ok(err)
	for range 3 {
		if _, _, err := d.redeem(code, nothing); !errors.Is(err, errWrongClient) {
			t.Fatalf("error = %v, want the check's own", err)
		}
	}
	got, token, err := d.redeem(code, anything)
	d.ok(err)
	g.Family = got.Family
	if diff := cmp.Diff(g, got); diff != "" || got.Family == "" {
		t.Errorf("redeemed (-granted +redeemed):\n%s", diff)
	}
	// Whoever holds the wrong client's credentials revokes nothing either.
	if _, _, err := d.redeem(code, nothing); !errors.Is(err, errWrongClient) {
		t.Errorf("error = %v, want the check's own", err)
	}
	_, token, err = d.Refresh(d.ctx, token, anything)
	d.ok(err)
	_, _, err = d.redeem(code, anything)
	d.refused(err, "CodeUsed")
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	_, err = d.IssueRefresh(d.ctx, got)
	d.refused(err, "RefreshDead")
}

func TestACodeIsGoodForFiveMinutes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, err := d.IssueCode(d.ctx, d.grant())
	d.ok(err)
	second, err := d.IssueCode(d.ctx, d.grant())
	d.ok(err)
	d.clock.advance(5*time.Minute - time.Microsecond)
	_, _, err = d.redeem(first, anything)
	d.ok(err)
	d.clock.advance(time.Microsecond)
	_, _, err = d.redeem(second, anything)
	d.refused(err, "CodeExpired")
	for _, text := range []string{"", "1.x.y", first[:len(first)-1] + "A", "1.00000000-0000-0000-0000-000000000000" + first[38:], "1." + officeID() + first[38:]} {
		if text == first {
			continue
		}
		_, _, err = d.redeem(text, anything)
		d.refused(err, "CodeExpired")
	}
}

func TestACodeOfSomebodySignedOutEverywhereIsDead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	g := d.grant()
	code, err := d.IssueCode(d.ctx, g)
	d.ok(err)
	n, err := d.RevokeFamilies(d.ctx, d.tenant, signin.FamilyFilter{User: g.User})
	if err != nil || n != 1 {
		t.Fatalf("revoked %d, %v", n, err)
	}
	_, _, err = d.redeem(code, anything)
	d.refused(err, "CodeExpired")
	if _, err := d.RevokeFamilies(d.ctx, d.tenant, signin.FamilyFilter{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty filter: %v", err)
	}
}

func TestOfEightRedemptionsOneIsServed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 20 {
		code, err := d.IssueCode(d.ctx, d.grant())
		d.ok(err)
		won := make(chan string, 8)
		for _, err := range atOnce(8, func() error {
			_, refresh, err := d.redeem(code, anything)
			if err == nil {
				won <- refresh
			}
			return err
		}) {
			if err != nil {
				d.refused(err, "CodeUsed")
			}
		}
		if len(won) != 1 {
			t.Fatalf("%d redemptions were answered", len(won))
		}
		// What the one got was revoked by the others.
		_, _, err = d.Refresh(d.ctx, <-won, anything)
		d.refused(err, "RefreshDead")
	}
}

func TestACodeGivesARefreshTokenOnlyWhenItIsWanted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, err := d.IssueCode(d.ctx, d.grant())
	d.ok(err)
	_, refresh, err := d.RedeemCode(d.ctx, code, func(signin.Grant) (bool, error) { return false, nil })
	if err != nil || refresh != "" {
		t.Errorf("refresh token %q, %v", refresh, err)
	}
}

func TestConsentsAddUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ada, bob := directory.ObjectID(officeID()), directory.ObjectID(officeID())
	const graph = "https://graph.microsoft.com"
	d.ok(d.Consent(d.ctx, d.tenant, signin.Consent{AppID: d.app.AppID, User: ada, Resource: graph, Scopes: []string{"User.Read", "Mail.Read", "User.Read"}}))
	d.ok(d.Consent(d.ctx, d.tenant, signin.Consent{AppID: d.app.AppID, Resource: graph, Scopes: []string{"Group.Read.All", "User.Read"}}))
	has := func(app string, user directory.ObjectID, resource string, want ...string) {
		t.Helper()
		if got, err := d.Consented(d.ctx, d.tenant, app, user, resource); err != nil || !slices.Equal(got, want) {
			t.Errorf("consented = %v, %v, want %v", got, err, want)
		}
	}
	has(d.app.AppID, ada, graph, "Group.Read.All", "Mail.Read", "User.Read")
	has(d.app.AppID, bob, graph, "Group.Read.All", "User.Read")
	has(d.app.AppID, ada, "urn:other")
	has(signin.AppBroker, ada, signin.JoinResource, signin.JoinScope)
	has(signin.AppBroker, ada, graph)
	d.ok(d.Consent(d.ctx, d.tenant, signin.Consent{AppID: signin.AppGraphCommandLine, User: ada, Resource: graph, Scopes: []string{"User.Read"}}))
	has(signin.AppGraphCommandLine, ada, graph, "User.Read")

	g := d.grant()
	g.User = ada
	token, err := d.IssueRefresh(d.ctx, g)
	d.ok(err)
	if err := d.WithdrawConsent(d.ctx, d.tenant, d.app.AppID, bob); !fault.Is(err, fault.NotFound) {
		t.Errorf("a consent that was never given: %v", err)
	}
	_, token, err = d.Refresh(d.ctx, token, anything)
	d.ok(err)
	d.ok(d.WithdrawConsent(d.ctx, d.tenant, d.app.AppID, ada))
	has(d.app.AppID, ada, graph, "Group.Read.All", "User.Read")
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.refused(err, "RefreshDead")
	if err := d.WithdrawConsent(d.ctx, d.tenant, d.app.AppID, ada); !fault.Is(err, fault.NotFound) {
		t.Errorf("withdrawn twice: %v", err)
	}

	for code, c := range map[string]signin.Consent{
		"UnknownApplication": {AppID: officeID(), Resource: graph, Scopes: []string{"User.Read"}},
		"ResourceRequired":   {AppID: d.app.AppID, Scopes: []string{"User.Read"}},
		"ScopeRequired":      {AppID: d.app.AppID, Resource: graph},
		"InvalidScope":       {AppID: d.app.AppID, Resource: graph, Scopes: []string{"User.Read Mail.Read"}},
	} {
		if e, ok := fault.As(d.Consent(d.ctx, d.tenant, c)); !ok || e.Code != code {
			t.Errorf("error = %v, want %s", e, code)
		}
	}
}
