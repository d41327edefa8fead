package oidc

import (
	"context"
	"net/http"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/signin"
)

// clientCredentials is RFC 6749 section 4.4: an app asks for itself.
func (h *Handler) clientCredentials(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	if q.place.common != "" {
		return tokenAnswer{}, &problem{http.StatusBadRequest, invalidRequest, 50059, "An app signs in to one tenant. Use the tenant's id or domain in the address instead of " + q.place.common + "."}
	}
	resource, err := h.appResource(ctx, q)
	if err != nil {
		return tokenAnswer{}, err
	}
	if q.client.secret == "" && q.client.assertion == "" {
		return tokenAnswer{}, &problem{http.StatusUnauthorized, invalidClient, 7000216, "The app must prove who it is. Send its client_secret in the body or by HTTP Basic, or a client_assertion."}
	}
	app, err := h.caller(ctx, q, q.place.id)
	if err != nil {
		return tokenAnswer{}, err
	}
	if !app.May(signin.GrantClientCredentials) {
		return tokenAnswer{}, grantRefused
	}
	t, err := h.issueForApp(ctx, q.place.id, &app, resource)
	if err != nil {
		return tokenAnswer{}, err
	}
	return q.answer(t), nil
}

// appResource is what an app's token is asked for: version 1 names it, version
// 2 puts it before "/.default". Client libraries add OpenID scopes even for an
// app; they mean nothing here.
func (h *Handler) appResource(ctx context.Context, q *tokenRequest) (string, error) {
	if q.version == v1 {
		if q.form["resource"] == "" {
			return "", missing("resource")
		}
		return h.resourceOf(ctx, q.place, q.form["resource"])
	}
	if q.form["scope"] == "" {
		return "", missing("scope")
	}
	found := ""
	for scope := range strings.FieldsSeq(q.form["scope"]) {
		var a asked
		if a.openID(scope) {
			continue
		}
		name, ok := strings.CutSuffix(scope, "/"+everything)
		if !ok {
			return "", notDefault()
		}
		resource, err := h.resourceOf(ctx, q.place, name)
		if err != nil {
			return "", err
		}
		if found != "" && found != resource {
			return "", twoResources
		}
		found = resource
	}
	if found == "" {
		return "", notDefault()
	}
	return found, nil
}

func notDefault() *problem {
	return &problem{http.StatusBadRequest, invalidScope, 1002012, "An app's scope is the resource and /.default, for example " + access.GraphURL + "/.default."}
}
