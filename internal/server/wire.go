package server

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/graph"
	"taxiway/internal/jobs"
	"taxiway/internal/odata"
	"taxiway/internal/oidc"
	"taxiway/internal/oobe"
	"taxiway/internal/signin"
)

// leaseLife is how long a process may be silent before another takes its work.
const leaseLife = 15 * time.Second

// wire builds the subjects, the engine, the jobs and the edges over the store.
func (s *Server) wire(ctx context.Context) error {
	if err := s.clock.reload(ctx, s.db.Directory()); err != nil {
		return fmt.Errorf("read the tenants' clocks: %w", err)
	}
	lease := func() directory.Lease {
		return directory.Lease{Token: s.token, Until: s.clock.Real().Add(leaseLife)}
	}
	s.engine = &autopilot.Engine{
		Store: s.db.Autopilot(), Work: s.db, Clock: s.clock, Lease: lease, NewID: s.newID, Log: s.log,
		Notify: s.runner.Wake, InlineFill: int64(s.cfg.Engine.FillInline), Bound: s.cfg.Engine.SettleTimeout.Duration,
		Count: func(name string, n int) { s.metrics.engine.WithLabelValues(name).Add(float64(n)) },
	}
	s.directory = &directory.Service{Store: s.db.Directory(), Clock: s.clock, NewID: s.newID, Settler: s.engine, Lease: lease, DeviceURL: s.cfg.DeviceURL}
	s.autopilot = &autopilot.Service{Store: s.db.Autopilot(), Directory: s.db.Directory(), Joins: s.db, Clock: s.clock, NewID: s.newID, Settler: s.engine, Lease: lease, ForeignPerMinute: s.cfg.Limits.ForeignDeviceRate}
	s.apps = &directory.AppService{Store: s.db, Clock: s.clock, NewID: s.newID, Permissions: access.Permissions()}
	s.people, s.grants = s.openPeople(), s.openGrants()

	var err error
	if s.keys, err = oidc.OpenKeyRing(ctx, s.db, s.clock, s.newKey); err != nil {
		return fmt.Errorf("open the signing keys: %w", err)
	}
	s.verifier = &access.Verifier{
		Issuer: s.cfg.BaseURL, Audiences: access.Audiences(s.cfg.BaseURL), Keys: s.keys, Now: s.clock.Real, Leeway: 5 * time.Minute,
		App: s.clientState, User: s.userState, Device: s.deviceState, Recheck: time.Second,
	}
	if s.signIn, err = s.openSignIn(ctx); err != nil {
		return err
	}
	if s.skipKey, err = s.db.Secret(ctx, "skiptoken", freshKey()); err != nil {
		return fmt.Errorf("read the skiptoken key: %w", err)
	}
	proofKey, err := s.db.Secret(ctx, "ztd-challenge", freshKey())
	if err != nil {
		return fmt.Errorf("read the challenge key: %w", err)
	}
	if s.proof, err = oobe.NewProof(proofKey, s.clock, s.db); err != nil {
		return err
	}
	if s.joining, err = s.openJoining(ctx); err != nil {
		return err
	}
	if err := s.openManagement(ctx); err != nil {
		return err
	}
	if err := s.openApps(ctx); err != nil {
		return err
	}
	if s.enrolling, err = s.openEnrolling(ctx); err != nil {
		return err
	}
	s.sightings = &autopilot.Sightings{Store: s.db}
	s.requests = s.newLimiter("limits.request_rate", s.cfg.Limits.RequestRate, s.cfg.Limits.RequestBurst)
	s.tenants = s.newLimiter("limits.tenant_rate", s.cfg.Limits.TenantRate, s.cfg.Limits.TenantBurst)
	s.runner.Jobs = append(s.deviceJobs(), s.appJobs()...)
	for range s.workers() {
		s.runner.Jobs = append(s.runner.Jobs, jobs.SettleMarks(s.engine, s.db, s.clock, lease, s.log), jobs.RunFills(s.engine, s.db, s.clock, lease))
	}
	s.runner.Jobs = append(s.runner.Jobs, []jobs.Job{
		jobs.WarmConfig(s.engine, s.db),
		jobs.SealAudit(s.db.SealAudit),
		jobs.SweepSignIn(s.db.SweepSignIn, s.clock),
		jobs.RotateKeys(s.keys, s.clock, s.cfg.Signing.RotateEvery.Duration),
		jobs.DatedRules(s.engine, s.db.Directory(), s.clock),
		jobs.SweepDevices(s.engine, s.db.Directory(), s.cfg.Engine.SweepInterval.Duration, s.cfg.Engine.SweepSample, s.log, func(n int) { s.metrics.diffs.Add(float64(n)) }),
		{Name: "tenant_clocks", Every: time.Second, RunOnce: func(ctx context.Context) (jobs.Result, error) {
			return jobs.Result{}, s.clock.reload(ctx, s.db.Directory())
		}},
	}...)
	return nil
}

// workers is how many marks and fills are worked on at once. SQLite has one
// writer, so more than one would only wait.
func (s *Server) workers() int {
	switch {
	case s.cfg.UsesSQLite():
		return 1
	case s.cfg.Engine.Workers > 0:
		return s.cfg.Engine.Workers
	default:
		return runtime.GOMAXPROCS(0)
	}
}

// throttle counts a request against the allowances of its caller and of the
// caller's tenant. It names the one that is used up, and tells how long to wait.
func (s *Server) throttle(p *access.Principal) (setting string, wait time.Duration) {
	if wait, ok := s.requests.allow(p.Tenant + "/" + p.AppID + "/" + p.ObjectID); !ok {
		return s.requests.setting, wait
	}
	if wait, ok := s.tenants.allow(p.Tenant); !ok {
		return s.tenants.setting, wait
	}
	return "", 0
}

// appState tells the token check what an app is granted now.
func (s *Server) appState(ctx context.Context, tenant, appID string) (access.AppState, error) {
	a, err := s.db.GetApplication(ctx, directory.TenantID(tenant), appID)
	if err != nil {
		return access.AppState{}, err
	}
	return access.AppState{Name: a.DisplayName, Enabled: a.Enabled, ObjectID: string(a.ServicePrincipal), Permissions: a.Permissions, Version: a.Version}, nil
}

// peopleHandler is the listener for people and programs: sign-in, Graph and the
// admin site.
func (s *Server) peopleHandler(ctx context.Context) (http.Handler, error) {
	signer, err := odata.NewSigner(s.skipKey)
	if err != nil {
		return nil, fmt.Errorf("make the skiptoken signer: %w", err)
	}
	g := &graph.Handler{
		Base: s.cfg.BaseURL, Clock: s.clock, NewID: s.newID, Signer: signer,
		Directory: s.directory, Autopilot: s.autopilot, Lists: s.db, Objects: s.db.Directory(), Registrations: s.db.Autopilot(),
		People: s.people, Grants: s.grants, Brandings: &signin.Brandings{Store: s.db, Clock: s.clock, NewID: s.newID},
		Policies: s.management, Apps: s.contents, Managed: s.management, ManagedDevices: s.db,
		Log: s.log, RequestID: requestID, Address: requestAddress, Throttle: s.throttle,
		Limits: graph.Limits{BodyBytes: s.cfg.Limits.BodyBytes, ImportBytes: s.cfg.Limits.ImportBytes, PageMax: s.cfg.Limits.PageMax},
	}
	graphHandler := s.forgetting(g.Authenticated(s.verifier), touchesPeople)
	pages, err := s.openSite(ctx, s.forgetting(g, touchesPeople))
	if err != nil {
		return nil, err
	}
	s.stopPages = pages.Stop
	tokens := limited(s.newLimiter("limits.token_rate", s.cfg.Limits.TokenRate, 0), s.signIn.ServeThrottled, s.forgetting(s.signIn, touchesAccount))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case strings.EqualFold(first, "v1.0"), strings.EqualFold(first, "beta"):
			graphHandler.ServeHTTP(w, r)
		case pages.Owns(r.URL.Path):
			pages.ServeHTTP(w, r)
		case s.signIn.Owns(r.URL.Path):
			tokens.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}), nil
}
