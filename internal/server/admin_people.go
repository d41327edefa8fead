package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// AdminPerson is somebody who may sign in, on the private door.
type AdminPerson struct {
	ID                string `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	Enabled           bool   `json:"accountEnabled"`
	// Roles are the names of the directory roles.
	Roles             []string   `json:"roles"`
	HasPassword       bool       `json:"hasPassword"`
	PasswordChangedAt *time.Time `json:"passwordChangedDateTime,omitempty"`
	HasAuthenticator  bool       `json:"hasAuthenticator"`
	// Password is given once, when it was generated.
	Password string `json:"password,omitempty"`
}

// AdminNewPerson asks for somebody who may sign in.
type AdminNewPerson struct {
	UserPrincipalName string   `json:"userPrincipalName"`
	DisplayName       string   `json:"displayName"`
	Department        string   `json:"department,omitempty"`
	JobTitle          string   `json:"jobTitle,omitempty"`
	Unlicensed        bool     `json:"unlicensed,omitempty"`
	Roles             []string `json:"roles,omitempty"` // by name or template id
	Password          string   `json:"password,omitempty"`
	MustChange        bool     `json:"mustChange,omitempty"`
}

// AdminLink is a one-time link. Its address lets in who has it.
type AdminLink struct {
	Tenant    directory.TenantID `json:"tenant"`
	Person    string             `json:"userPrincipalName,omitempty"` // empty for the first administrator's
	URL       string             `json:"url"`
	ExpiresAt time.Time          `json:"expiresDateTime"`
}

// adminPeopleRoutes are the private door's routes for people.
//
//	POST   /tenants/{tenant}/people
//	GET    /tenants/{tenant}/people/{user}
//	POST   /tenants/{tenant}/people/{user}/password, /roles, /reset
//	POST   /tenants/{tenant}/first-admin
func (s *Server) adminPeopleRoutes() map[string]func(*http.Request) (any, error) {
	return map[string]func(*http.Request) (any, error){
		"POST /tenants/{tenant}/people":                 s.adminCreatePerson,
		"GET /tenants/{tenant}/people/{user}":           s.adminGetPerson,
		"POST /tenants/{tenant}/people/{user}/password": s.adminSetPassword,
		"POST /tenants/{tenant}/people/{user}/roles":    s.adminSetRoles,
		"POST /tenants/{tenant}/people/{user}/reset":    s.adminResetLink,
		"POST /tenants/{tenant}/first-admin":            s.adminFirstAdmin,
	}
}

// adminCreatePerson makes a user with password and roles. What is asked for is
// checked before anything is made.
func (s *Server) adminCreatePerson(r *http.Request) (any, error) {
	var in AdminNewPerson
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	roles, err := rolesNamed(in.Roles)
	if err != nil {
		return nil, err
	}
	if in.Password != "" {
		if err := signin.CheckNewPassword(in.UserPrincipalName, in.DisplayName, in.Password); err != nil {
			return nil, err
		}
	}
	u := directory.User{
		UserPrincipalName: in.UserPrincipalName, DisplayName: in.DisplayName, AccountEnabled: true, MDMLicensed: !in.Unlicensed, Attributes: map[string]string{},
	}
	for name, value := range map[string]string{"department": in.Department, "jobTitle": in.JobTitle} {
		if value != "" {
			u.Attributes[name] = value
		}
	}
	ctx := r.Context()
	if u, err = s.directory.CreateUser(ctx, t.ID, u); err != nil {
		return nil, err
	}
	if in.Password != "" {
		if err := s.people.SetPassword(ctx, t.ID, u.ID, in.Password, in.MustChange); err != nil {
			return nil, err
		}
	}
	if err := s.giveRoles(ctx, t.ID, u.ID, roles); err != nil {
		return nil, err
	}
	return s.adminPerson(ctx, t.ID, &u)
}

// rolesNamed finds roles by name or template id, without regard to case.
func rolesNamed(names []string) ([]directory.RoleID, error) {
	all := directory.Roles()
	var ids []directory.RoleID
	for _, name := range names {
		i := slices.IndexFunc(all, func(r directory.Role) bool {
			return strings.EqualFold(r.Name, name) || strings.EqualFold(string(r.ID), name)
		})
		if i < 0 {
			known := make([]string, len(all))
			for i := range all {
				known[i] = all[i].Name
			}
			remedy := "Use one of: " + strings.Join(known, ", ") + "."
			if near := fault.Nearest(name, known); near != "" {
				remedy = "Did you mean '" + near + "'?"
			}
			return nil, fault.Field(fault.Invalid, "UnknownRole", "roles", "There is no directory role '"+name+"'.", remedy)
		}
		ids = append(ids, all[i].ID)
	}
	return ids, nil
}

func (s *Server) giveRoles(ctx context.Context, t directory.TenantID, user directory.ObjectID, roles []directory.RoleID) error {
	for _, role := range roles {
		_, err := s.directory.AssignRole(ctx, t, role, user)
		if e, ok := fault.As(err); ok && e.Code == "RoleAssigned" {
			continue // that is what was asked for
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// personOf finds the tenant and the user that a path names.
func (s *Server) personOf(r *http.Request) (directory.Tenant, directory.User, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return t, directory.User{}, err
	}
	name := r.PathValue("user")
	u, err := s.db.GetUser(r.Context(), t.ID, name)
	if fault.Is(err, fault.NotFound) {
		err = fault.Field(fault.NotFound, "UserNotFound", "user", "There is no user '"+name+"' in the tenant "+t.DisplayName+".", "Give a user principal name or an id; 'taxiway user list' shows them.")
	}
	return t, u, err
}

func (s *Server) adminPerson(ctx context.Context, t directory.TenantID, u *directory.User) (AdminPerson, error) {
	out := AdminPerson{ID: string(u.ID), UserPrincipalName: u.UserPrincipalName, DisplayName: u.DisplayName, Enabled: u.AccountEnabled, Roles: []string{}}
	methods, err := s.people.Methods(ctx, t, u.ID)
	if err != nil {
		return out, err
	}
	out.HasPassword, out.HasAuthenticator = methods.HasPassword, methods.TOTP != nil
	if methods.HasPassword {
		out.PasswordChangedAt = &methods.PasswordChangedAt
	}
	ids, err := s.directory.RolesOf(ctx, t, u.ID)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		if role, err := directory.FindRole(string(id)); err == nil {
			out.Roles = append(out.Roles, role.Name)
		}
	}
	slices.Sort(out.Roles)
	return out, nil
}

func (s *Server) adminGetPerson(r *http.Request) (any, error) {
	t, u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	return s.adminPerson(r.Context(), t.ID, &u)
}

func (s *Server) adminSetPassword(r *http.Request) (any, error) {
	var in struct {
		Password   string `json:"password"`
		Generate   bool   `json:"generate"` // instead of a password: make one and answer it
		MustChange bool   `json:"mustChange"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	if in.Generate {
		in.Password = signin.GeneratePassword()
	}
	if err := s.people.SetPassword(r.Context(), t.ID, u.ID, in.Password, in.MustChange); err != nil {
		return nil, err
	}
	out, err := s.adminPerson(r.Context(), t.ID, &u)
	if in.Generate {
		out.Password = in.Password
	}
	return out, err
}

func (s *Server) adminSetRoles(r *http.Request) (any, error) {
	var in struct {
		Add    []string `json:"add"`
		Remove []string `json:"remove"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	add, err := rolesNamed(in.Add)
	if err != nil {
		return nil, err
	}
	remove, err := rolesNamed(in.Remove)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	if err := s.giveRoles(ctx, t.ID, u.ID, add); err != nil {
		return nil, err
	}
	for _, role := range remove {
		if err := s.directory.UnassignRole(ctx, t.ID, role, u.ID); err != nil {
			return nil, err
		}
	}
	return s.adminPerson(ctx, t.ID, &u)
}

func (s *Server) adminResetLink(r *http.Request) (any, error) {
	t, u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	token, l, err := s.people.NewLink(r.Context(), t.ID, signin.LinkReset, u.ID)
	if err != nil {
		return nil, err
	}
	return AdminLink{Tenant: t.ID, Person: u.UserPrincipalName, URL: s.entryURL(t.ID, token), ExpiresAt: l.ExpiresAt}, nil
}

func (s *Server) adminFirstAdmin(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	token, l, err := s.people.NewLink(r.Context(), t.ID, signin.LinkFirstAdmin, "")
	if err != nil {
		return nil, err
	}
	return AdminLink{Tenant: t.ID, URL: s.entryURL(t.ID, token), ExpiresAt: l.ExpiresAt}, nil
}

// entryURL is where a one-time link leads: a form that uses it up when sent,
// so that a mail scanner that only looks does not.
func (s *Server) entryURL(t directory.TenantID, token string) string {
	return s.cfg.BaseURL + "/" + string(t) + "/entry/" + token
}
