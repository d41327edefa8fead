package server

import (
	"context"
	"fmt"

	"taxiway/internal/enrollment"
	"taxiway/internal/jobs"
	"taxiway/internal/mdm"
)

// openApps builds the store of apps' files and what installs them on PCs.
func (s *Server) openApps(ctx context.Context) error {
	key, err := s.db.Secret(ctx, "app-address", freshKey())
	if err != nil {
		return fmt.Errorf("read the key of apps' addresses: %w", err)
	}
	m := s.management
	s.contents = &enrollment.Contents{Service: m, Key: key, Limit: int64(s.cfg.Limits.AppBytes)}
	m.Owners[enrollment.OwnerESP] = &enrollment.StatusPage{Service: m}
	m.Owners[enrollment.OwnerApp] = &enrollment.Apps{Service: m, Address: s.contents.Address}
	return nil
}

// appFiles serves the files of apps to PCs.
func (s *Server) appFiles() *mdm.AppFiles {
	return &mdm.AppFiles{Files: s.contents, Log: s.log, RequestID: requestID}
}

// appJobs end what nobody came for.
func (s *Server) appJobs() []jobs.Job {
	page := &enrollment.StatusPage{Service: s.management}
	return []jobs.Job{
		jobs.OverduePages(page.Overdue, s.db.Directory()),
		jobs.SweepContents(s.contents.Sweep, s.db.Directory()),
	}
}
