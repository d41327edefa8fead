package oidc

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// Scopes that are no permission of the resource.
const (
	// everything asks for what was consented to already, whatever it is.
	everything = ".default"
	// ownScope is the one permission of an app of the tenant as a resource.
	ownScope  = "user_impersonation"
	maxScopes = 100
)

// asked is what a request wants: a resource and what may be done there.
type asked struct {
	resource                        string
	scopes                          []string // without the OpenID ones
	text                            string   // the scope parameter as spelled
	openid, profile, email, offline bool
}

func (a *asked) into(q *signin.Request) {
	q.Resource, q.Scopes, q.Asked = a.resource, a.scopes, a.text
	q.OpenID, q.Profile, q.Email, q.Offline = a.openid, a.profile, a.email, a.offline
}

// again is a grant for what is asked now: a refresh may name another resource.
func (a *asked) again(g signin.Grant) signin.Grant {
	g.Resource, g.Scopes, g.Asked = a.resource, a.scopes, a.text
	return g
}

// openIDToo adds the OpenID scopes that are asked for now: they need no consent,
// and MSAL for Go asks for them at the token endpoint only.
func (a *asked) openIDToo(g *signin.Grant) {
	g.OpenID, g.Profile, g.Email, g.Offline = g.OpenID || a.openid, g.Profile || a.profile, g.Email || a.email, g.Offline || a.offline
}

// readScopes reads what a person's token is asked for. Version 1 names a
// resource and takes everything consented to; version 2 spells permissions,
// Graph's without a resource in front.
func (h *Handler) readScopes(ctx context.Context, at place, v version, f form) (asked, error) {
	if v == v1 {
		// Version 1 always answers an id token and a refresh token.
		a := asked{resource: access.GraphURL, scopes: []string{everything}, openid: true, profile: true, offline: true}
		if name := f["resource"]; name != "" {
			var err error
			if a.resource, err = h.resourceOf(ctx, at, name); err != nil {
				return asked{}, err
			}
		}
		return a, nil
	}
	a := asked{text: f["scope"]}
	if a.text == "" {
		return a, missing("scope")
	}
	words := strings.Fields(a.text)
	if len(words) > maxScopes {
		return a, refusedScope("The request asks for more than 100 scopes.")
	}
	for _, word := range words {
		if !a.openID(word) {
			if err := h.addScope(ctx, at, &a, word); err != nil {
				return a, err
			}
		}
	}
	if a.resource == "" {
		a.resource = access.GraphURL
	}
	if len(a.scopes) > 1 && slices.Contains(a.scopes, everything) {
		return a, refusedScope("The scope .default stands for everything consented to. Ask for it alone, or for single permissions.")
	}
	return a, nil
}

// openID notes an OpenID scope.
func (a *asked) openID(word string) bool {
	switch word {
	case "openid":
		a.openid = true
	case "profile":
		a.profile = true
	case "email":
		a.email = true
	case "offline_access":
		a.offline = true
	default:
		return false
	}
	return true
}

func (h *Handler) addScope(ctx context.Context, at place, a *asked, word string) error {
	resource, name := access.GraphURL, word
	if cut := strings.LastIndexByte(word, '/'); cut >= 0 {
		var err error
		if resource, err = h.resourceOf(ctx, at, word[:cut]); err != nil {
			return err
		}
		name = word[cut+1:]
	}
	if a.resource != "" && a.resource != resource {
		return twoResources
	}
	a.resource = resource
	if err := h.knownScope(resource, name); err != nil {
		return err
	}
	if !slices.Contains(a.scopes, name) {
		a.scopes = append(a.scopes, name)
	}
	return nil
}

var twoResources = &problem{http.StatusBadRequest, invalidScope, 28000, "A token is for one resource. Ask for each with a request of its own."}

func refusedScope(text string) *problem {
	return &problem{http.StatusBadRequest, invalidScope, 70011, text}
}

var scopeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,99}$`)

// knownScope refuses a permission that the resource does not have: a token
// would not do what the app expects.
func (h *Handler) knownScope(resource, name string) error {
	if name == everything {
		return nil
	}
	var known []string
	switch h.kindOf(resource) {
	case kindGraph:
		known = access.Scopes()
	case kindJoin:
		known = []string{signin.JoinScope}
	case kindEnrol:
		known = []string{signin.EnrolScope}
	default:
		known = []string{ownScope}
	}
	if slices.Contains(known, name) {
		return nil
	}
	if !scopeName.MatchString(name) {
		return refusedScope("A scope is not the name of a permission, for example User.Read.")
	}
	text := "The resource has no permission " + name + "."
	if near := fault.Nearest(name, known); near != "" {
		text += " Did you mean " + near + "?"
	}
	return refusedScope(text)
}

// kind is what sort of resource a token is for: it decides the token's version.
type kind int

const (
	kindGraph kind = iota
	kindJoin
	kindEnrol
	kindOwn // an app of the tenant: access tokens of version 2.0
)

func (h *Handler) kindOf(resource string) kind {
	switch {
	case slices.Contains(access.Audiences(h.Base), resource):
		return kindGraph
	case slices.Contains(access.JoinAudiences, resource):
		return kindJoin
	case slices.Contains(access.EnrolAudiences, resource):
		return kindEnrol
	default:
		return kindOwn
	}
}

// consentName is under which name consents for a resource are kept: Graph has
// several.
func (h *Handler) consentName(resource string) string {
	if h.kindOf(resource) == kindGraph {
		return access.GraphURL
	}
	return resource
}

// resourceOf returns the audience for a resource's name: ours, the services that
// join and enrol PCs, or an app of the tenant by its client id. A final slash makes no
// difference.
func (h *Handler) resourceOf(ctx context.Context, at place, name string) (string, error) {
	name = strings.TrimRight(name, "/")
	for _, known := range slices.Concat(access.Audiences(h.Base), access.JoinAudiences, access.EnrolAudiences) {
		if strings.EqualFold(name, known) {
			return known, nil
		}
	}
	id := strings.ToLower(strings.TrimPrefix(name, "api://"))
	if uuid.Validate(id) != nil || len(id) != 36 || at.id == "" {
		return "", unknownResource
	}
	app, err := h.Grants.Client(ctx, at.id, id)
	if e, ok := fault.As(err); ok && e.Code == "UnknownApplication" || err == nil && (app.FirstParty || !app.Enabled) {
		return "", unknownResource
	}
	return app.AppID, fault.Wrap("find a resource", err)
}

var unknownResource = &problem{http.StatusBadRequest, invalidResource, 500011, "This resource is not in the tenant. Ask for " + access.GraphURL + ", or for an app of the tenant by its client id."}

// granted turns what was asked for into the permissions a token carries, and
// says which of them nobody agreed to yet.
func (h *Handler) granted(ctx context.Context, t directory.TenantID, user directory.ObjectID, appID, resource string, scopes []string) (all, missing []string, err error) {
	if len(scopes) == 0 {
		return nil, nil, nil
	}
	agreed, err := h.Grants.Consented(ctx, t, appID, user, h.consentName(resource))
	if err != nil {
		return nil, nil, fault.Wrap("read consents", err)
	}
	if !slices.Contains(scopes, everything) {
		return scopes, without(scopes, agreed), nil
	}
	if len(agreed) > 0 {
		return agreed, nil, nil
	}
	least := []string{ownScope}
	switch h.kindOf(resource) {
	case kindGraph:
		least = []string{access.UserRead}
	case kindJoin:
		least = []string{signin.JoinScope}
	case kindEnrol:
		least = []string{signin.EnrolScope}
	case kindOwn:
	}
	return least, least, nil
}

// missingScopes are those of the request that nobody agreed to.
func (h *Handler) missingScopes(ctx context.Context, t directory.TenantID, user directory.ObjectID, q *signin.Request) ([]string, error) {
	_, lacking, err := h.granted(ctx, t, user, q.AppID, q.Resource, q.Scopes)
	return lacking, err
}

// without are the names of all that are not in some.
func without(all, some []string) []string {
	var rest []string
	for _, name := range all {
		if !slices.Contains(some, name) {
			rest = append(rest, name)
		}
	}
	return rest
}

var needsConsent = &problem{http.StatusBadRequest, invalidGrant, 65001, "Neither the person nor an administrator has allowed the application what it asks for. Send the person through the sign-in page once."}

// settled is the grant with the permissions it carries; needsConsent when some
// are not agreed to (any more).
func (h *Handler) settled(ctx context.Context, g signin.Grant) (signin.Grant, error) {
	all, lacking, err := h.granted(ctx, g.Tenant, g.User, g.AppID, g.Resource, g.Scopes)
	if err != nil {
		return g, err
	}
	if len(lacking) > 0 {
		return g, needsConsent
	}
	g.Scopes = all
	return g, nil
}
