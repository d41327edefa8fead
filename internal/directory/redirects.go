package directory

import (
	"context"
	"fmt"
	"slices"

	"taxiway/internal/fault"
)

// AddRedirect lets people be sent back to an address after a sign-in. One that
// the app has already, on the same platform, is no change; on another platform
// it is fault.Conflict with code RedirectExists.
func (s *AppService) AddRedirect(ctx context.Context, t TenantID, appID string, r Redirect) error {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return fault.Wrap("add redirect", err)
	}
	if slices.Contains(a.Redirects, r) {
		return nil
	}
	if _, err := withRedirects(a.Redirects, []Redirect{r}); err != nil {
		return err
	}
	return fault.Wrap("add redirect", s.Store.ReplaceRedirects(ctx, t, a.ID, []Redirect{r}, nil, s.event(ctx, "Add application redirect", a, redirectChange(r, true))))
}

// RemoveRedirect takes an address away, in the exact spelling it was added.
func (s *AppService) RemoveRedirect(ctx context.Context, t TenantID, appID, uri string) error {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return fault.Wrap("remove redirect", err)
	}
	i := slices.IndexFunc(a.Redirects, func(r Redirect) bool { return r.URI == uri })
	if i < 0 {
		return fault.Field(fault.NotFound, "RedirectNotFound", "uri", "The app has no redirect address "+quote(uri)+".", "List the app's redirect addresses; they are compared character by character.")
	}
	return fault.Wrap("remove redirect", s.Store.ReplaceRedirects(ctx, t, a.ID, nil, []string{uri}, s.event(ctx, "Remove application redirect", a, redirectChange(a.Redirects[i], false))))
}

// withRedirects adds addresses to those an app has, each checked.
func withRedirects(had, add []Redirect) ([]Redirect, error) {
	for _, r := range add {
		if err := r.Validate(); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(had, func(x Redirect) bool { return x.URI == r.URI }); i >= 0 {
			return nil, fault.Field(fault.Conflict, "RedirectExists", "uri", "The app has the redirect address "+quote(r.URI)+" already, for platform "+string(had[i].Platform)+".", "Remove it first to change its platform.")
		}
		if len(had) >= MaxRedirects {
			return nil, fault.Field(fault.Invalid, "TooManyRedirects", "redirectUris", fmt.Sprintf("An app has at most %d redirect addresses.", MaxRedirects), "Remove those that are no longer used.")
		}
		had = append(slices.Clip(had), r)
	}
	return had, nil
}

func redirectChange(r Redirect, added bool) Change {
	text := string(r.Platform) + "=" + r.URI
	if added {
		return Change{Property: "redirectUri", New: text}
	}
	return Change{Property: "redirectUri", Old: text}
}
