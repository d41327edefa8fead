package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/jobs"
	"taxiway/internal/oobe"
)

// devicesHandler is the listener for PCs.
func (s *Server) devicesHandler() http.Handler {
	h := &oobe.Handler{Devices: s.autopilot, Sightings: s.sightings, Proof: s.proof, Tickets: s.joining.tickets, Timeline: s.management, Clock: s.clock, Log: s.log}
	join := s.joinHandler()
	joining := s.forgetting(join, touchesAnything)
	managing := s.mdmHandler()
	files := s.appFiles()
	return limited(s.newLimiter("limits.device_rate", s.cfg.Limits.DeviceRate, 0), refusePC, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/ztd/"):
			h.ServeHTTP(w, r)
		case join.Owns(r.URL.Path):
			joining.ServeHTTP(w, r)
		case managing.Owns(r.URL.Path):
			managing.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, enrollment.ContentPath):
			files.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
}

// deviceJobs write behind what PCs caused.
func (s *Server) deviceJobs() []jobs.Job {
	return append(s.sessionJobs(), []jobs.Job{
		{Name: "store_sightings", Every: time.Second, RunOnce: func(ctx context.Context) (jobs.Result, error) {
			n, err := s.sightings.Flush(ctx)
			return jobs.Result{Done: n}, err
		}},
		{Name: "forget_nonces", Every: time.Minute, RunOnce: func(ctx context.Context) (jobs.Result, error) {
			return jobs.Result{}, s.db.ForgetNonces(ctx, s.clock.Real())
		}},
		{Name: "forget_authorities", Every: time.Minute, RunOnce: func(context.Context) (jobs.Result, error) {
			return jobs.Result{Done: s.management.ForgetAuthorities()}, nil
		}},
	}...)
}
