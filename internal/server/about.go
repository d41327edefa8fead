package server

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"taxiway/internal/sqlstore"
)

// healthTimeout is how long the database may take to say that it is there.
const healthTimeout = 2 * time.Second

// States of a part.
const (
	partGood   = "good"
	partBusy   = "busy"   // it is behind, and works
	partFailed = "failed" // it needs somebody
)

// aboutAnswer is what program this is. Counts are left out: work is that of all
// tenants, and one's administrators need not know of the others.
type aboutAnswer struct {
	Version  string       `json:"version"`
	Commit   *string      `json:"commit"` // null: built outside a checkout
	Go       string       `json:"go"`
	Platform string       `json:"platform"`
	Database string       `json:"database"`
	Schema   int64        `json:"schema"`
	Parts    []healthPart `json:"parts"`
}

// healthPart is a part of this process; the pages know its name.
type healthPart struct {
	Name  string     `json:"name"`
	State string     `json:"state"`
	Until *time.Time `json:"until,omitempty"` // of a certificate
}

// about implements site.About.
func (s *Server) about(ctx context.Context) any {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	out := aboutAnswer{
		Version: s.version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Database: s.db.Engine(), Schema: sqlstore.SchemaVersion,
		Parts: []healthPart{{Name: "database", State: partGood}, {Name: "work", State: s.workState(ctx)}, s.authorityPart()},
	}
	if s.db.Ping(ctx) != nil {
		out.Parts[0].State = partFailed
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				out.Commit = &setting.Value
			}
		}
	}
	return out
}

// behindAfter is when work that waits is called late: a second after a change
// it is done, as a rule.
const behindAfter = time.Minute

func (s *Server) workState(ctx context.Context) string {
	b, err := s.db.Backlog(ctx, s.clock.Real())
	switch {
	case err != nil || b.FailedMarks > 0 || b.FailedFills > 0:
		return partFailed
	case b.OldestMark > behindAfter || b.OldestFill > behindAfter:
		return partBusy
	default:
		return partGood
	}
}

func (s *Server) authorityPart() healthPart {
	until := s.authority.cert.NotAfter.UTC()
	p := healthPart{Name: "authority", State: partGood, Until: &until}
	if s.clock.Real().After(until) {
		p.State = partFailed
	}
	return p
}
