package oidc

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"taxiway/internal/access"
)

// clientCredentials is RFC 6749 section 4.4: an app asks for itself.
func (h *Handler) clientCredentials(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	if q.place.common != "" {
		return tokenAnswer{}, &problem{http.StatusBadRequest, invalidRequest, 50059, "An app signs in to one tenant. Use the tenant's id or domain in the address instead of " + q.place.common + "."}
	}
	resource, err := h.resource(q)
	if err != nil {
		return tokenAnswer{}, err
	}
	if q.client.secret == "" {
		return tokenAnswer{}, &problem{http.StatusUnauthorized, invalidClient, 7000216, "The app must prove who it is. Send its client_secret in the body or by HTTP Basic."}
	}
	app, err := h.Apps.Authenticate(ctx, q.place.id, appID(q.client.id), q.client.secret)
	if err != nil {
		return tokenAnswer{}, err
	}
	t, err := h.issueForApp(ctx, q.place.id, app, resource)
	if err != nil {
		return tokenAnswer{}, err
	}
	return q.answer(t), nil
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

// resource is what the token is asked for: version 1 names it, version 2 puts
// it before "/.default". Client libraries add OpenID scopes even for an app;
// they mean nothing here.
func (h *Handler) resource(q *tokenRequest) (string, error) {
	if q.version == v1 {
		if q.form["resource"] == "" {
			return "", missing("resource")
		}
		return h.ours(q.form["resource"])
	}
	if q.form["scope"] == "" {
		return "", missing("scope")
	}
	found := ""
	for scope := range strings.FieldsSeq(q.form["scope"]) {
		switch scope {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		name, ok := strings.CutSuffix(scope, "/.default")
		if !ok {
			return "", notDefault()
		}
		resource, err := h.ours(name)
		if err != nil {
			return "", err
		}
		if found != "" && found != resource {
			return "", &problem{http.StatusBadRequest, invalidScope, 28000, "A token is for one resource. Ask for each with a request of its own."}
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

// ours returns the audience for a resource of this server; a final slash makes
// no difference.
func (h *Handler) ours(resource string) (string, error) {
	resource = strings.TrimRight(resource, "/")
	for _, name := range access.Audiences(h.Base) {
		if strings.EqualFold(resource, name) {
			return name, nil
		}
	}
	return "", &problem{http.StatusBadRequest, invalidResource, 500011, "This resource is not in the tenant. Ask for " + access.GraphURL + "."}
}
