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
	out := AdminApp{
		AppID: a.AppID, ObjectID: string(a.ID), DisplayName: a.DisplayName, Permissions: a.Permissions, Enabled: a.Enabled,
		PublicClient: a.PublicClient, Redirects: a.Redirects, CreatedAt: a.CreatedAt,
	}
	for i := range a.Certificates {
		out.Certificates = append(out.Certificates, adminCertificate(&a.Certificates[i]))
	}
	return out
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
		DisplayName  string          `json:"displayName"`
		Permissions  []string        `json:"permissions"`
		Lifetime     string          `json:"lifetime"`
		NoSecret     bool            `json:"noSecret"`
		PublicClient bool            `json:"publicClient"`
		Redirects    []AdminRedirect `json:"redirects"`
		Certificates []newCert       `json:"certificates"`
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
	n := directory.NewApp{
		DisplayName: in.DisplayName, Permissions: in.Permissions, Lifetime: life, NoSecret: in.NoSecret, PublicClient: in.PublicClient, Redirects: in.Redirects,
	}
	for _, c := range in.Certificates {
		n.Certificates = append(n.Certificates, directory.NewCertificate(c))
	}
	a, secret, err := s.apps.Register(r.Context(), t.ID, n)
	if err != nil {
		return nil, err
	}
	out := adminApp(&a)
	out.Secret = secret
	return out, nil
}

func (s *Server) adminUpdateApp(r *http.Request) (any, error) {
	var in struct {
		Permissions  *[]string `json:"permissions"`
		Enabled      *bool     `json:"enabled"`
		PublicClient *bool     `json:"publicClient"`
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
	if in.PublicClient != nil {
		if err := s.apps.SetPublicClient(r.Context(), t.ID, app, *in.PublicClient); err != nil {
			return nil, err
		}
	}
	return s.adminAppNow(r, t.ID)
}

// adminAppNow answers the app as it is after a change.
func (s *Server) adminAppNow(r *http.Request, t directory.TenantID) (any, error) {
	a, err := s.db.GetApplication(r.Context(), t, r.PathValue("app"))
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
