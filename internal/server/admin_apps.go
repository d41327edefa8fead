package server

import (
	"net/http"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// secretLife is how long a client secret is good when nobody says otherwise,
// as in the Entra portal's longest choice.
const secretLife = 2 * 365 * 24 * time.Hour

func adminApp(a *directory.Application) AdminApp {
	return AdminApp{AppID: a.AppID, ObjectID: string(a.ID), DisplayName: a.DisplayName, Permissions: a.Permissions, Enabled: a.Enabled, CreatedAt: a.CreatedAt}
}

func lifetime(text string) (time.Duration, error) {
	if text == "" {
		return secretLife, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fault.Field(fault.Invalid, "InvalidDuration", "lifetime", "'"+text+"' is not a positive duration.", "Give one such as 720h.")
	}
	return d, nil
}

func (s *Server) adminListApps(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	apps, err := s.db.ListApplications(r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	out := make([]AdminApp, len(apps))
	for i := range apps {
		out[i] = adminApp(&apps[i])
		secrets, err := s.db.ListSecrets(r.Context(), t.ID, apps[i].ID)
		if err != nil {
			return nil, err
		}
		for _, k := range secrets {
			out[i].Secrets = append(out[i].Secrets, AdminSecret{KeyID: k.KeyID, Hint: k.Hint, DisplayName: k.DisplayName, ExpiresAt: k.ExpiresAt})
		}
	}
	return out, nil
}

func (s *Server) adminCreateApp(r *http.Request) (any, error) {
	var in struct {
		DisplayName string   `json:"displayName"`
		Permissions []string `json:"permissions"`
		Lifetime    string   `json:"lifetime"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	life, err := lifetime(in.Lifetime)
	if err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	a, secret, err := s.apps.Create(r.Context(), t.ID, in.DisplayName, in.Permissions, life)
	if err != nil {
		return nil, err
	}
	out := adminApp(&a)
	out.Secret = secret
	return out, nil
}

func (s *Server) adminUpdateApp(r *http.Request) (any, error) {
	var in struct {
		Permissions *[]string `json:"permissions"`
		Enabled     *bool     `json:"enabled"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	app := r.PathValue("app")
	if in.Permissions != nil {
		if err := s.apps.SetPermissions(r.Context(), t.ID, app, *in.Permissions); err != nil {
			return nil, err
		}
	}
	if in.Enabled != nil {
		if err := s.apps.SetEnabled(r.Context(), t.ID, app, *in.Enabled); err != nil {
			return nil, err
		}
	}
	a, err := s.db.GetApplication(r.Context(), t.ID, app)
	if err != nil {
		return nil, err
	}
	return adminApp(&a), nil
}

func (s *Server) adminDeleteApp(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.apps.Delete(r.Context(), t.ID, r.PathValue("app"))
}

func (s *Server) adminAddSecret(r *http.Request) (any, error) {
	var in struct {
		DisplayName string `json:"displayName"`
		Lifetime    string `json:"lifetime"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	life, err := lifetime(in.Lifetime)
	if err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	k, secret, err := s.apps.AddSecret(r.Context(), t.ID, r.PathValue("app"), in.DisplayName, life)
	if err != nil {
		return nil, err
	}
	return struct {
		AdminSecret
		Secret string `json:"secret"`
	}{AdminSecret{KeyID: k.KeyID, Hint: k.Hint, DisplayName: k.DisplayName, ExpiresAt: k.ExpiresAt}, secret}, nil
}

func (s *Server) adminRemoveSecret(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.apps.RemoveSecret(r.Context(), t.ID, r.PathValue("app"), r.PathValue("key"))
}
