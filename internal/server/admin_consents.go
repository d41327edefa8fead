package server

import (
	"context"
	"net/http"
	"slices"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// adminListConsents answers what the app may do for everybody in the tenant.
func (s *Server) adminListConsents(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return s.consentsOf(r, t.ID)
}

func (s *Server) consentsOf(r *http.Request, t directory.TenantID) ([]AdminConsent, error) {
	all, err := s.db.ListConsents(r.Context(), t, r.PathValue("app"), "")
	if err != nil {
		return nil, err
	}
	out := make([]AdminConsent, len(all))
	for i, c := range all {
		out[i] = AdminConsent{AppID: c.AppID, Resource: c.Resource, Scopes: c.Scopes}
	}
	return out, nil
}

// adminConsent lets the app do more for everybody; without a resource the
// scopes are Graph's delegated permissions.
func (s *Server) adminConsent(r *http.Request) (any, error) {
	var in struct {
		Resource string   `json:"resource"`
		Scopes   []string `json:"scopes"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if in.Resource == "" {
		in.Resource = access.GraphURL
	}
	if in.Resource == access.GraphURL {
		if err := knownScopes(in.Scopes); err != nil {
			return nil, err
		}
	}
	if err := s.grants.Consent(r.Context(), t.ID, signin.Consent{AppID: r.PathValue("app"), Resource: in.Resource, Scopes: in.Scopes}); err != nil {
		return nil, err
	}
	return s.consentsOf(r, t.ID)
}

// knownScopes refuses names that Graph does not have.
func knownScopes(scopes []string) error {
	known := access.Scopes()
	for _, name := range scopes {
		if slices.Contains(known, name) {
			continue
		}
		remedy := "Use a name of Microsoft Graph's permissions reference."
		if near := fault.Nearest(name, known); near != "" {
			remedy = "Did you mean " + near + "?"
		}
		return fault.Field(fault.Invalid, "UnknownPermission", name, "There is no permission '"+name+"'.", remedy)
	}
	return nil
}

func (s *Server) adminWithdrawConsent(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.grants.WithdrawConsent(r.Context(), t.ID, r.PathValue("app"), "")
}

// adminFirstPartyApps lists the apps that every tenant has.
func (s *Server) adminFirstPartyApps(*http.Request) (any, error) {
	var out []AdminClient
	for _, a := range signin.FirstPartyApps() {
		out = append(out, AdminClient{AppID: a.ID, DisplayName: a.Name})
	}
	return out, nil
}

// consentsForAll reads what every app may do for everybody, to outlive a reset.
func (s *Server) consentsForAll(ctx context.Context, t directory.TenantID, apps []directory.Application) ([]signin.Consent, error) {
	ids := make([]string, 0, len(apps))
	for i := range apps {
		ids = append(ids, apps[i].AppID)
	}
	for _, a := range signin.FirstPartyApps() {
		ids = append(ids, a.ID)
	}
	var all []signin.Consent
	for _, id := range ids {
		found, err := s.db.ListConsents(ctx, t, id, "")
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
