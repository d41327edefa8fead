package server

import (
	"net/http"
	"slices"
	"time"

	"taxiway/internal/directory"
)

// AdminQuirk is a quirk of a lab tenant on the private door.
type AdminQuirk struct {
	Quirk  directory.Quirk `json:"quirk"`
	Does   string          `json:"does"` // in a line
	On     bool            `json:"on"`
	UsedAt *time.Time      `json:"usedDateTime,omitempty"`
}

var quirkTexts = map[directory.Quirk]string{
	directory.QuirkSync429: "a second sync within 10 minutes is refused with 429",
}

func (s *Server) adminListQuirks(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return s.quirksOf(r, t.ID)
}

// adminSetQuirk switches one and answers with all.
func (s *Server) adminSetQuirk(r *http.Request) (any, error) {
	var in struct {
		On bool `json:"on"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if err := s.directory.SetQuirk(r.Context(), t.ID, directory.Quirk(r.PathValue("quirk")), in.On); err != nil {
		return nil, err
	}
	return s.quirksOf(r, t.ID)
}

func (s *Server) quirksOf(r *http.Request, t directory.TenantID) ([]AdminQuirk, error) {
	on, err := s.directory.ListQuirks(r.Context(), t)
	if err != nil {
		return nil, err
	}
	all := make([]AdminQuirk, len(directory.Quirks()))
	for i, q := range directory.Quirks() {
		all[i].Quirk, all[i].Does = q, quirkTexts[q]
		if at := slices.IndexFunc(on, func(u directory.QuirkUse) bool { return u.Quirk == q }); at >= 0 {
			all[i].On = true
			if used := on[at].UsedAt; !used.IsZero() {
				all[i].UsedAt = &used
			}
		}
	}
	return all, nil
}
