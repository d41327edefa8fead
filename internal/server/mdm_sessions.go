package server

import (
	"context"
	"fmt"
	"time"

	"taxiway/internal/jobs"
	"taxiway/internal/mdm"
)

// sessionIdle is how long a management session may be silent. What it had sent
// is decided when the PC comes again.
const sessionIdle = time.Hour

// openSessions builds what management sessions need besides their engine.
func (s *Server) openSessions(ctx context.Context) (*mdm.Sessions, error) {
	key, err := s.db.Secret(ctx, "mdm-nonces", freshKey())
	if err != nil {
		return nil, fmt.Errorf("read the key of management nonces: %w", err)
	}
	return &mdm.Sessions{
		Devices: s.management, Gate: mdm.NewGate(s.cfg.MDM.MaxMessages, s.clock.Real), Digests: mdm.NewDigests(key, s.db, s.clock),
		Count: func(why string) { s.metrics.mdmRefused.WithLabelValues(why).Inc() },
	}, nil
}

// countManagement is enrollment.Service.Count.
func (s *Server) countManagement(kind, what string, n int) {
	switch kind {
	case "messages":
		s.metrics.mdmMessages.WithLabelValues(what).Add(float64(n))
	case "commands":
		s.metrics.mdmCommands.WithLabelValues(what).Add(float64(n))
	}
}

// sessionJobs keep management sessions and their commands from piling up.
func (s *Server) sessionJobs() []jobs.Job {
	return []jobs.Job{
		jobs.ForgetSessions(s.db.ForgetMDMSessions, s.clock, sessionIdle),
		jobs.ForgetCommands(s.db, s.db.Directory(), s.clock, s.cfg.MDM.KeepCommands.Duration),
	}
}
