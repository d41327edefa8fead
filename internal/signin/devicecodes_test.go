package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

func sameClient(signin.DeviceCode) error { return nil }

func (d *desk) request() signin.Request {
	return signin.Request{Path: "common", Version: 2, AppID: d.app.AppID, AppName: "Portal", Scopes: []string{"User.Read"}}
}

func (d *desk) notFound(err error) {
	d.t.Helper()
	if e, ok := fault.As(err); !ok || e.Kind != fault.NotFound || e.Code != "UserCodeNotFound" {
		d.t.Errorf("error = %v, want UserCodeNotFound", err)
	}
}

func TestADeviceCodeIsApprovedAndUsedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, begun, err := d.BeginDeviceCode(d.ctx, "", d.request())
	d.ok(err)
	if len(begun.UserCode) != 9 || begun.Interval != 5*time.Second || !begun.ExpiresAt.Equal(d.clock.Real().Add(15*time.Minute)) {
		t.Errorf("device code = %+v", begun)
	}
	_, err = d.PollDeviceCode(d.ctx, code, func(signin.DeviceCode) error { return errWrongClient })
	if !errors.Is(err, errWrongClient) {
		t.Errorf("error = %v, want the check's own", err)
	}
	_, err = d.PollDeviceCode(d.ctx, code, sameClient)
	d.refused(err, "AuthorizationPending")

	typed := " " + strings.ToLower(begun.UserCode[:3]) + "-" + begun.UserCode[3:6] + " " + begun.UserCode[6:] + "\u00a0"
	found, err := d.FindUserCode(d.ctx, typed)
	d.ok(err)
	if found.UserCode != begun.UserCode || found.Request.AppName != "Portal" {
		t.Errorf("found = %+v", found)
	}
	g := d.grant()
	g.RedirectURI, g.Challenge, g.Nonce = "", "", ""
	elsewhere := g
	elsewhere.AppID = officeID()
	d.notFound(d.Approve(d.ctx, typed, elsewhere))
	d.ok(d.Approve(d.ctx, typed, g))
	d.notFound(d.Approve(d.ctx, typed, g))
	d.notFound(d.Decline(d.ctx, typed))

	grants := make(chan signin.Grant, 8)
	var expired int
	for _, err := range atOnce(8, func() error {
		got, err := d.PollDeviceCode(d.ctx, code, sameClient)
		if err == nil {
			grants <- got
		}
		return err
	}) {
		if err != nil {
			d.refused(err, "DeviceCodeExpired")
			expired++
		}
	}
	if expired != 7 {
		t.Fatalf("%d of 8 uses were refused", expired)
	}
	got := <-grants
	g.Family = got.Family
	if diff := cmp.Diff(g, got); diff != "" || got.Family == "" {
		t.Errorf("grant (-approved +used):\n%s", diff)
	}
	token, err := d.IssueRefresh(d.ctx, got)
	d.ok(err)
	_, _, err = d.Refresh(d.ctx, token, anything)
	d.ok(err)
}

func TestADeviceCodeOfATenantIsApprovedInItAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, begun, err := d.BeginDeviceCode(d.ctx, d.tenant, d.request())
	d.ok(err)
	g := d.grant()
	g.Tenant = directory.TenantID(officeID())
	d.notFound(d.Approve(d.ctx, begun.UserCode, g))
	g.Tenant = d.tenant
	d.ok(d.Approve(d.ctx, begun.UserCode, g))
}

func TestADeviceCodeIsDeclinedOrExpires(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	declined, begun, err := d.BeginDeviceCode(d.ctx, d.tenant, d.request())
	d.ok(err)
	d.ok(d.Decline(d.ctx, begun.UserCode))
	_, err = d.PollDeviceCode(d.ctx, declined, sameClient)
	d.refused(err, "AuthorizationDeclined")

	late, begun, err := d.BeginDeviceCode(d.ctx, d.tenant, d.request())
	d.ok(err)
	d.ok(d.Approve(d.ctx, begun.UserCode, d.grant()))
	waiting, other, err := d.BeginDeviceCode(d.ctx, d.tenant, d.request())
	d.ok(err)
	d.clock.advance(15 * time.Minute)
	for _, text := range []string{late, waiting} {
		_, err = d.PollDeviceCode(d.ctx, text, sameClient)
		d.refused(err, "DeviceCodeExpired")
	}
	d.notFound(d.Approve(d.ctx, other.UserCode, d.grant()))
	for _, text := range []string{"", "no code", "1." + officeID() + late[38:]} {
		_, err = d.PollDeviceCode(d.ctx, text, sameClient)
		d.refused(err, "DeviceCodeUnknown")
	}
	for _, text := range []string{"", "ABCDEFGHJ", other.UserCode[:8], other.UserCode + "A", strings.Repeat("-", 100) + other.UserCode, "' OR 1=1 --"} {
		_, err := d.FindUserCode(d.ctx, text)
		d.notFound(err)
	}
}

func TestAClientThatPollsTooFastIsSlowed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, begun, err := d.BeginDeviceCode(d.ctx, d.tenant, d.request())
	d.ok(err)
	for _, step := range []struct {
		wait time.Duration
		want string
	}{
		{0, "AuthorizationPending"},
		{5 * time.Second, "AuthorizationPending"},
		{4 * time.Second, "AuthorizationPending"}, // a second of slack
		{time.Second, "SlowDown"},                 // from now on ten seconds
		{5 * time.Second, "SlowDown"},             // fifteen
		{15 * time.Second, "AuthorizationPending"},
	} {
		d.clock.advance(step.wait)
		_, err := d.PollDeviceCode(d.ctx, code, sameClient)
		d.refused(err, step.want)
	}
	// An answer that is there is given at once.
	d.ok(d.Approve(d.ctx, begun.UserCode, d.grant()))
	_, err = d.PollDeviceCode(d.ctx, code, sameClient)
	d.ok(err)
}
