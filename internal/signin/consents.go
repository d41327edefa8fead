package signin

import (
	"context"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Consented is what the app may do for the person at the resource, in order:
// what the person agreed to, what an administrator agreed to for everybody, and
// what an app that every tenant has brings with it.
func (s *Grants) Consented(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID, resource string) ([]string, error) {
	all, err := s.Store.ListConsents(ctx, t, appID, user)
	if err != nil {
		return nil, fault.Wrap("list consents", err)
	}
	var scopes []string
	if app, ok := s.FirstParty(appID); ok {
		scopes = append(scopes, app.Scopes[resource]...)
	}
	for _, c := range all {
		if c.Resource == resource {
			scopes = append(scopes, c.Scopes...)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), nil
}

// Consent records that the app may do more: for one person, or for everybody
// when c.User is empty, which the caller has checked to be an administrator's
// wish. What was agreed to before stays. The app must be one of the tenant's
// or one that every tenant has.
func (s *Grants) Consent(ctx context.Context, t directory.TenantID, c Consent) error {
	app, err := s.Client(ctx, t, c.AppID)
	if err != nil {
		return fault.Wrap("consent", err)
	}
	if c.Resource == "" {
		return fault.Field(fault.Invalid, "ResourceRequired", "resourceId", "A consent is for one resource.", "Name the API the permissions are of.")
	}
	if len(c.Scopes) == 0 {
		return fault.Field(fault.Invalid, "ScopeRequired", "scope", "A consent needs at least one permission.", "Name the permissions, for example User.Read.")
	}
	for _, scope := range c.Scopes {
		if scope == "" || len(scope) > 200 || strings.ContainsAny(scope, " \t\r\n") {
			return fault.Field(fault.Invalid, "InvalidScope", "scope", "'"+scope+"' is not the name of a permission.", "Names have no spaces, as in User.Read.")
		}
	}
	c.AppID, c.Scopes = app.AppID, slices.Compact(slices.Sorted(slices.Values(c.Scopes)))
	if c.ID == "" {
		c.ID = s.NewID()
	}
	c.CreatedAt = s.Clock.Real()
	return fault.Wrap("consent", s.Store.PutConsent(ctx, t, c, s.event(ctx, "Consent to application", c, app.Name, consentChanges(c)...)))
}

// WithdrawConsent takes back everything an app may do for a person, or what an
// administrator agreed to for everybody when user is empty, and revokes the
// tokens that live on it.
func (s *Grants) WithdrawConsent(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID) error {
	app, err := s.Client(ctx, t, appID)
	if err != nil {
		return fault.Wrap("withdraw consent", err)
	}
	c := Consent{AppID: app.AppID, User: user}
	err = s.Store.DeleteConsents(ctx, t, app.AppID, user, s.event(ctx, "Remove consent of application", c, app.Name, directory.Change{Property: "consentedFor", Old: forWhom(c)}))
	if err != nil {
		return fault.Wrap("withdraw consent", err)
	}
	_, err = s.RevokeFamilies(ctx, t, FamilyFilter{AppID: app.AppID, User: user})
	return err
}

func consentChanges(c Consent) []directory.Change {
	return []directory.Change{
		{Property: "consentedFor", New: forWhom(c)},
		{Property: "resource", New: c.Resource},
		{Property: "scope", New: strings.Join(c.Scopes, " ")},
	}
}

// forWhom is Graph's oAuth2PermissionGrant.consentType, or whom it is for.
func forWhom(c Consent) string {
	if c.User == "" {
		return "AllPrincipals"
	}
	return string(c.User)
}
