package server

import (
	"context"
	"net/http"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// clientState is appState for tokens of people, who also use the apps that
// every tenant has.
func (s *Server) clientState(ctx context.Context, tenant, appID string) (access.AppState, error) {
	if app, ok := s.grants.FirstParty(appID); ok {
		return access.AppState{Name: app.Name, Enabled: true}, nil
	}
	return s.appState(ctx, tenant, appID)
}

// userState tells the token check what a person is now.
func (s *Server) userState(ctx context.Context, tenant, objectID string) (access.UserState, error) {
	u, err := s.db.GetUser(ctx, directory.TenantID(tenant), objectID)
	if err != nil {
		return access.UserState{}, err
	}
	roles, err := s.db.RolesOf(ctx, directory.TenantID(tenant), u.ID)
	if err != nil {
		return access.UserState{}, fault.Wrap("read a person's roles", err)
	}
	state := access.UserState{UPN: u.UserPrincipalName, Name: u.DisplayName, Enabled: u.AccountEnabled, SessionsFrom: u.SessionsFrom}
	for _, r := range roles {
		state.Roles = append(state.Roles, string(r))
	}
	return state, nil
}

// deviceState tells the token check whether the PC a person signed in on may
// still be used.
func (s *Server) deviceState(ctx context.Context, tenant, deviceID string) (bool, error) {
	d, err := s.db.FindDevice(ctx, directory.TenantID(tenant), directory.DeviceID(deviceID))
	return d.AccountEnabled && d.Joined(), err
}

// forgetting serves next and then forgets what the token checks remember of
// people, devices and apps, when the request may have changed them: what was
// revoked here is refused at the next request, elsewhere within a second.
func (s *Server) forgetting(next http.Handler, touches func(path string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || !touches(strings.ToLower(r.URL.Path)) {
			next.ServeHTTP(w, r)
			return
		}
		// The answer leaves when next returns: nobody has it before.
		defer s.forget()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) forget() {
	s.verifier.Forget()
	s.joining.verifier.Forget()
	s.enrolling.verifier.Forget()
}

// touchesPeople leaves out what is asked most and changes neither people, roles
// nor devices.
func touchesPeople(path string) bool {
	return !strings.Contains(path, "/devicemanagement/") && !strings.Contains(path, "/groups")
}

// touchesAccount is where people change their own password.
func touchesAccount(path string) bool { return strings.Contains(path, "/account") }

func touchesAnything(string) bool { return true }
