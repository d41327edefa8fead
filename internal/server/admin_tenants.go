package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

func adminTenant(t *directory.Tenant) AdminTenant {
	out := AdminTenant{ID: t.ID, DisplayName: t.DisplayName, Domain: t.Domain, Lab: t.Lab, ProfileWithoutTPM: t.ProfileWithoutTPM, CreatedAt: t.CreatedAt}
	if t.ClockOffset != 0 {
		out.ClockOffset = t.ClockOffset.String()
	}
	return out
}

func (s *Server) adminListTenants(r *http.Request) (any, error) {
	tenants, err := s.db.Directory().ListTenants(r.Context())
	if err != nil {
		return nil, err
	}
	out := make([]AdminTenant, len(tenants))
	for i := range tenants {
		out[i] = adminTenant(&tenants[i])
	}
	return out, nil
}

func (s *Server) adminCreateTenant(r *http.Request) (any, error) {
	var in struct {
		ID          directory.TenantID `json:"id"`
		DisplayName string             `json:"displayName"`
		Domain      string             `json:"domain"`
		Lab         bool               `json:"lab"`
		WithoutTPM  bool               `json:"profileWithoutTpm"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.directory.CreateTenant(r.Context(), directory.Tenant{ID: in.ID, DisplayName: in.DisplayName, Domain: in.Domain, Lab: in.Lab, ProfileWithoutTPM: in.WithoutTPM})
	if err != nil {
		return nil, err
	}
	return adminTenant(&t), nil
}

// adminUpdateTenant changes what was sent.
func (s *Server) adminUpdateTenant(r *http.Request) (any, error) {
	var in struct {
		DisplayName *string `json:"displayName"`
		WithoutTPM  *bool   `json:"profileWithoutTpm"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	t, err = s.directory.UpdateTenant(r.Context(), t.ID, func(t *directory.Tenant) {
		if in.DisplayName != nil {
			t.DisplayName = *in.DisplayName
		}
		if in.WithoutTPM != nil {
			t.ProfileWithoutTPM = *in.WithoutTPM
		}
	})
	if err != nil {
		return nil, err
	}
	return adminTenant(&t), nil
}

// tenantOf finds the tenant a path names by id or domain.
func (s *Server) tenantOf(r *http.Request) (directory.Tenant, error) {
	return s.findTenant(r.Context(), r.PathValue("tenant"))
}

func (s *Server) findTenant(ctx context.Context, name string) (directory.Tenant, error) {
	name = strings.ToLower(name)
	tenants, err := s.db.Directory().ListTenants(ctx)
	if err != nil {
		return directory.Tenant{}, err
	}
	for i := range tenants {
		if string(tenants[i].ID) == name || tenants[i].Domain == name {
			return tenants[i], nil
		}
	}
	return directory.Tenant{}, fault.Field(fault.NotFound, "TenantNotFound", "tenant", "There is no tenant '"+name+"'.", "Give its id or domain; 'taxiway tenant list' shows them.")
}

func (s *Server) adminDeleteTenant(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if err := s.directory.DeleteTenant(r.Context(), t.ID); err != nil {
		return nil, err
	}
	s.engine.Forget(t.ID)
	return adminTenant(&t), nil
}

// adminResetTenant empties a lab tenant. Its id, domain and apps with their
// secrets stay, so that tools need no new settings.
func (s *Server) adminResetTenant(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if !t.Lab {
		return nil, &fault.Error{
			Kind: fault.Denied, Code: "NotALabTenant", Message: "Only a lab tenant can be reset; '" + t.DisplayName + "' is an ordinary one.",
			Details: []fault.Detail{{Target: "tenant", Code: "NotALabTenant", Message: "The tenant was not created as a lab.", Remedy: "Create a lab tenant with 'taxiway tenant create --lab'."}},
		}
	}
	ctx := r.Context()
	apps, err := s.db.ListApplications(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	secrets := map[directory.ObjectID][]directory.Secret{}
	for i := range apps {
		if secrets[apps[i].ID], err = s.db.ListSecrets(ctx, t.ID, apps[i].ID); err != nil {
			return nil, err
		}
	}
	consents, err := s.consentsForAll(ctx, t.ID, apps)
	if err != nil {
		return nil, err
	}
	if err := s.directory.DeleteTenant(ctx, t.ID); err != nil {
		return nil, err
	}
	s.engine.Forget(t.ID)
	fresh, err := s.directory.CreateTenant(ctx, t)
	if err != nil {
		return nil, err
	}
	for i := range apps {
		if err := s.restoreApp(r, t.ID, apps[i], secrets[apps[i].ID]); err != nil {
			return nil, err
		}
	}
	for _, c := range consents {
		if err := s.grants.Consent(ctx, t.ID, c); err != nil {
			return nil, err
		}
	}
	return adminTenant(&fresh), nil
}

func (s *Server) restoreApp(r *http.Request, t directory.TenantID, a directory.Application, secrets []directory.Secret) error {
	event := func() directory.AuditEvent {
		return directory.AuditEvent{ID: s.newID(), At: s.clock.Real(), Actor: directory.ActorFrom(r.Context()), Activity: "Keep application through reset", Category: "application", TargetID: string(a.ID), TargetType: "application", TargetName: a.DisplayName}
	}
	if err := s.db.CreateApplication(r.Context(), t, a, nil, event()); err != nil {
		return err
	}
	for i := range secrets {
		if err := s.db.ReplaceSecrets(r.Context(), t, a.ID, &secrets[i], nil, event()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) adminAdvanceClock(r *http.Request) (any, error) {
	var in struct {
		By string `json:"by"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(in.By)
	if err != nil {
		return nil, fault.Field(fault.Invalid, "InvalidDuration", "by", "'"+in.By+"' is not a duration.", "Give one such as 24h or 90m.")
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if t, err = s.directory.AdvanceClock(r.Context(), t.ID, by); err != nil {
		return nil, err
	}
	if err := s.clock.reload(r.Context(), s.db.Directory()); err != nil {
		return nil, err
	}
	// Rules that look at the clock see the new time at once.
	if _, err := s.engine.RefillDated(r.Context(), t.ID); err != nil {
		return nil, err
	}
	return adminTenant(&t), nil
}

func (s *Server) adminAuthority(*http.Request) (any, error) {
	return map[string]string{"certificate": string(s.AuthorityPEM())}, nil
}

// adminRelease takes a registration away from whoever holds it.
func (s *Server) adminRelease(r *http.Request) (any, error) {
	var in struct {
		HardwareHash string `json:"hardwareHash"`
		To           string `json:"to"` // id or domain of the tenant that asked; may be empty
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	hash, err := autopilot.ParseHash("hardwareHash", in.HardwareHash)
	if err != nil {
		return nil, err
	}
	to := directory.TenantID("")
	if in.To != "" {
		t, err := s.findTenant(r.Context(), in.To)
		if err != nil {
			return nil, err
		}
		to = t.ID
	}
	return s.autopilot.Release(r.Context(), hash, to)
}

// AdminVerification is what the self-check of every tenant found.
type AdminVerification struct {
	Tenants       []autopilot.Verification `json:"tenants"`
	AuditEvents   int64                    `json:"auditEvents"`
	AuditProblems []string                 `json:"auditProblems"`
}

func (s *Server) adminVerify(r *http.Request) (any, error) {
	tenants, err := s.db.Directory().ListTenants(r.Context())
	if err != nil {
		return nil, err
	}
	out := AdminVerification{Tenants: []autopilot.Verification{}, AuditProblems: []string{}}
	for i := range tenants {
		v, err := s.engine.VerifyTenant(r.Context(), tenants[i].ID, nil)
		if err != nil {
			return nil, err
		}
		out.Tenants = append(out.Tenants, v)
		problems, n, err := s.db.VerifyAudit(r.Context(), tenants[i].ID)
		if err != nil {
			return nil, err
		}
		out.AuditProblems = append(out.AuditProblems, problems...)
		out.AuditEvents += n
	}
	return out, nil
}
