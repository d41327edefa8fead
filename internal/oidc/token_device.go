package oidc

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// deviceAnswer is RFC 8628 section 3.2. Version 1 calls the address otherwise
// and says its numbers as strings.
type deviceAnswer struct {
	UserCode   string `json:"user_code"`
	DeviceCode string `json:"device_code"`
	Address    string `json:"verification_uri,omitempty"`
	AddressV1  string `json:"verification_url,omitempty"`
	ExpiresIn  any    `json:"expires_in"`
	Interval   any    `json:"interval"`
	Message    string `json:"message"`
}

// deviceCode begins a sign-in on another device.
func (h *Handler) deviceCode(v version) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := h.tokenRequest(w, r, v)
		if err != nil {
			return err
		}
		app, err := h.deviceClient(r.Context(), q)
		if err != nil {
			return err
		}
		a, err := h.readScopes(r.Context(), q.place, v, q.form)
		if err != nil {
			return err
		}
		request := signin.Request{Path: q.place.name(), Version: int(v), AppID: app.AppID, AppName: app.Name, Public: app.proof == proofNone, MFA: asksMFA(q.form)}
		a.into(&request)
		text, d, err := h.Grants.BeginDeviceCode(r.Context(), q.place.id, request)
		if err != nil {
			return fault.Wrap("begin device code", err)
		}
		address := h.Base + "/" + q.place.name() + "/oauth2/deviceauth"
		seconds, interval := int64(d.ExpiresAt.Sub(h.Clock.Real())/time.Second), int64(d.Interval/time.Second)
		answer := deviceAnswer{
			UserCode: d.UserCode, DeviceCode: text, Address: address, ExpiresIn: seconds, Interval: interval,
			Message: fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.", address, d.UserCode),
		}
		if v == v1 {
			answer.AddressV1 = address
			answer.ExpiresIn, answer.Interval = strconv.FormatInt(seconds, 10), strconv.FormatInt(interval, 10)
		}
		echoCorrelation(w, r)
		return writeJSON(w, http.StatusOK, answer)
	}
}

// deviceClient checks who asks for or with a device code: a public client, or
// an app that proves itself.
func (h *Handler) deviceClient(ctx context.Context, q *tokenRequest) (caller, error) {
	app, err := h.caller(ctx, q, q.place.id)
	if err != nil {
		return app, err
	}
	if !app.May(signin.GrantDeviceCode) {
		return app, grantRefused
	}
	return app, app.mustProve(app.PublicAllowed)
}

var unknownDeviceCode = byCode["DeviceCodeUnknown"]

// redeemDeviceCode is RFC 8628 section 3.4: the client asks until the person
// has decided.
func (h *Handler) redeemDeviceCode(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	text := q.form["device_code"]
	if text == "" {
		text = q.form["code"] // as some command lines call it
	}
	if text == "" {
		return tokenAnswer{}, missing("device_code")
	}
	app, err := h.callerHere(ctx, q)
	if err != nil {
		return tokenAnswer{}, err
	}
	var u directory.User
	var now signin.Grant
	g, err := h.Grants.PollDeviceCode(ctx, text, func(d signin.DeviceCode) (err error) {
		if d.Request.AppID != appID(q.client.id) || d.Tenant != "" && q.place.elsewhere(d.Tenant) {
			return &unknownDeviceCode
		}
		if err := h.callerOf(ctx, q, d.Tenant, &app); err != nil {
			return err
		}
		if err := app.mustProve(d.Request.Public); err != nil {
			return err
		}
		if d.Grant == nil {
			return nil
		}
		if u, err = h.person(ctx, d.Grant); err != nil {
			return err
		}
		now, err = h.settled(ctx, *d.Grant)
		return err
	})
	if err != nil {
		return tokenAnswer{}, err
	}
	now.Family = g.Family
	return h.tokensFor(ctx, q, &app, now, &u, "")
}
