package oidc

import (
	"context"
	"net/http"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// permission is one scope in words for people.
type permission struct{ Title, Text string }

// consentPage is what the consent page and the one in its place show.
type consentPage struct {
	frame
	Permissions []permission
	FirstParty  bool
	CanForAll   bool // the person may agree for everybody
}

// asks are the scopes that the page names: those nobody agreed to yet, or all
// when the app wants to be asked again.
func (i *Interaction) asks(ctx context.Context) ([]string, error) {
	q := &i.Request
	all, missing, err := i.h.granted(ctx, i.Tenant, i.User, q.AppID, q.Resource, q.Scopes)
	if q.Prompt == "consent" {
		return all, err
	}
	return missing, err
}

func (h *Handler) showConsent(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	scopes, err := i.asks(r.Context())
	if err != nil {
		return err
	}
	admin, err := h.isAdministrator(r.Context(), i.Tenant, i.User)
	if err != nil {
		return err
	}
	title, page := "Permissions requested", "consent"
	if !admin && needsAdministrator(scopes) {
		title, page = "Need admin approval", "approval"
	}
	f, err := h.stepFrame(r.Context(), i, StepConsent, title)
	if err != nil {
		return err
	}
	p := consentPage{frame: f, CanForAll: admin && len(scopes) > 0}
	_, p.FirstParty = signin.FirstParty(i.Request.AppID)
	for _, s := range scopes {
		p.Permissions = append(p.Permissions, scopeText(s))
	}
	p.Permissions = append(p.Permissions, openIDTexts(&i.Request)...)
	return h.show(w, http.StatusOK, page, i.FormOrigin(), p)
}

func (h *Handler) takeConsent(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	switch f[fieldDecision] {
	case "accept":
	case "cancel":
		return h.cancel(w, r, i)
	default:
		seeOther(w, i.Address(StepConsent))
		return nil
	}
	scopes, err := i.asks(r.Context())
	if err != nil {
		return err
	}
	admin, err := h.isAdministrator(r.Context(), i.Tenant, i.User)
	if err != nil {
		return err
	}
	if !admin && needsAdministrator(scopes) {
		seeOther(w, i.Address(StepConsent))
		return nil
	}
	if len(scopes) > 0 {
		c := signin.Consent{AppID: i.Request.AppID, User: i.User, Resource: h.consentName(i.Request.Resource), Scopes: scopes}
		if admin && f["forall"] != "" {
			c.User = ""
		}
		actor := directory.Actor{AppID: i.Request.AppID, AppName: i.Request.AppName, ObjectID: i.User, Principal: i.Name, Address: h.Network(r)}
		if err := h.Grants.Consent(directory.WithActor(r.Context(), actor), i.Tenant, c); err != nil {
			return fault.Wrap("consent", err)
		}
	}
	i.Consented = true
	if err := i.Save(r.Context()); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

// isAdministrator reports whether the person may agree for everybody.
func (h *Handler) isAdministrator(ctx context.Context, t directory.TenantID, user directory.ObjectID) (bool, error) {
	roles, err := h.Roles.RolesOf(ctx, t, user)
	return slices.Contains(roles, directory.GlobalAdministrator), fault.Wrap("read roles", err)
}
