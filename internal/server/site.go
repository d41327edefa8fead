package server

import (
	"context"
	"fmt"
	"net/http"

	"taxiway/internal/oidc"
	"taxiway/internal/site"
	"taxiway/web"
)

// openSite makes the admin site; graph is Graph for whoever was checked before.
func (s *Server) openSite(ctx context.Context, graph http.Handler) (*site.Handler, error) {
	key, err := s.db.Secret(ctx, "admin-site", freshKey())
	if err != nil {
		return nil, fmt.Errorf("read the key of the admin site: %w", err)
	}
	return site.New(site.Config{
		Base: s.cfg.BaseURL, Version: s.version, Files: web.Files(), Sessions: s.people, LoginCookie: oidc.SessionCookie,
		Tenants: s.db.Directory(), Signs: s.db, Facts: s.db, Streams: s.metrics.streams.Add, Verifier: s.verifier, SignIn: s.signIn, Graph: graph, Key: key,
		Clock: s.clock, NewID: s.newID, RequestID: requestID, Log: s.log, PCs: s.lab, Screens: s.screens, About: s.about, Throttle: s.throttle,
	})
}
