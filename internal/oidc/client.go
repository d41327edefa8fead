package oidc

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

var (
	disabledApp  = byCode["ApplicationDisabled"]
	grantRefused = &problem{status: http.StatusBadRequest, word: unauthorizedApp, number: 70001, text: "The application may not sign in this way."}
	needsProof   = &problem{status: http.StatusUnauthorized, word: invalidClient, number: 7000218, text: "The app must prove who it is. Send its client_secret or client_assertion in the body, or the secret by HTTP Basic."}
	publicProof  = &problem{status: http.StatusUnauthorized, word: invalidClient, number: 700025, text: "The application is a public client. Send no client_secret and no client_assertion."}
)

// client finds the app of a client id. Where no tenant is named only the apps
// that every tenant has are known: the others belong to one tenant.
func (h *Handler) client(ctx context.Context, t directory.TenantID, id string) (signin.ClientApp, error) {
	app, err := h.Grants.Client(ctx, t, appID(id))
	if err != nil {
		return app, err
	}
	if !app.Enabled {
		return app, &disabledApp
	}
	return app, nil
}

// appID is the client id in lower case. Every app's is a GUID, so anything else
// becomes the nil GUID, which no app has: it is answered like an unknown app
// and never reaches a database.
func appID(clientID string) string {
	id, err := uuid.Parse(clientID)
	if err != nil || len(clientID) != 36 {
		return uuid.Nil.String()
	}
	return id.String()
}

// How an app proved itself, as it stands in appidacr and azpacr.
const (
	proofNone        = "0"
	proofSecret      = "1"
	proofCertificate = "2"
)

// caller is the app of a request with what it proved itself by.
type caller struct {
	signin.ClientApp
	proof string
}

// caller finds the app and checks the credential it sent, if it sent one:
// whether one is needed the grant decides.
func (h *Handler) caller(ctx context.Context, q *tokenRequest, t directory.TenantID) (caller, error) {
	app, err := h.client(ctx, t, q.client.id)
	if err != nil {
		return caller{}, err
	}
	c := caller{app, proofNone}
	switch {
	case app.FirstParty && (q.client.secret != "" || q.client.assertion != ""):
		return caller{}, publicProof
	case q.client.secret != "":
		if _, err := h.Apps.Authenticate(ctx, t, app.AppID, q.client.secret); err != nil {
			return caller{}, err
		}
		c.proof = proofSecret
	case q.client.assertion != "":
		if err := h.checkAssertion(q, t, &app); err != nil {
			return caller{}, err
		}
		c.proof = proofCertificate
	}
	return c, nil
}

// callerHere checks who asks where the path names the tenant, before anything
// that was brought along is looked at; on common the zero caller, until what
// was brought along names the tenant and callerOf checks.
func (h *Handler) callerHere(ctx context.Context, q *tokenRequest) (caller, error) {
	if q.place.id == "" {
		return caller{}, nil
	}
	return h.caller(ctx, q, q.place.id)
}

func (h *Handler) callerOf(ctx context.Context, q *tokenRequest, t directory.TenantID, c *caller) (err error) {
	if c.AppID == "" {
		*c, err = h.caller(ctx, q, t)
	}
	return err
}

// mustProve refuses an app that sent no credential where its redirect address
// or its registration asks for one. An app may be both: what counts is how this
// sign-in began.
func (c *caller) mustProve(public bool) error {
	if c.proof == proofNone && !public {
		return needsProof
	}
	return nil
}

// person reads who a grant is for and refuses who may not be issued anything
// any more: a disabled or removed account, a sign-in that was ended, a PC that
// is disabled.
func (h *Handler) person(ctx context.Context, g *signin.Grant) (directory.User, error) {
	u, err := h.Users.GetUser(ctx, g.Tenant, string(g.User))
	switch {
	case fault.Is(err, fault.NotFound):
		return u, &problem{status: http.StatusBadRequest, word: invalidGrant, number: 50034, text: "The account this sign-in is for does not exist any more."}
	case err != nil:
		return u, fault.Wrap("read the person of a grant", err)
	case !u.AccountEnabled:
		return u, &problem{status: http.StatusBadRequest, word: invalidGrant, number: 50057, text: "The account is disabled. An administrator can enable it."}
	case g.AuthTime.Before(u.SessionsFrom):
		return u, &problem{status: http.StatusBadRequest, word: invalidGrant, number: 50173, text: "The sign-in was ended, for example by a new password. Sign in again."}
	}
	if g.Device == "" {
		return u, nil
	}
	enabled, err := h.Device(ctx, g.Tenant, g.Device)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return u, fault.Wrap("read the device of a grant", err)
	}
	if err != nil || !enabled {
		return u, &problem{status: http.StatusBadRequest, word: invalidGrant, number: 135011, text: "The device this sign-in was made on is disabled or was removed."}
	}
	return u, nil
}
