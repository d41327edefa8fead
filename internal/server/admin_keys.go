package server

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/sqlstore"
)

// AdminRotation is the outcome of a rotation of the signing keys.
type AdminRotation struct {
	KeyID     string    `json:"kid"`
	SignsFrom time.Time `json:"signsFromDateTime"`
	// Replaced: the older keys are gone and no token they signed is good.
	Replaced bool `json:"replaced"`
}

func (s *Server) adminListKeys(r *http.Request) (any, error) {
	return s.keys.Uses(r.Context())
}

// adminRotateKeys makes the next signing key, or replaces all of them at once.
func (s *Server) adminRotateKeys(r *http.Request) (any, error) {
	var in struct {
		Replace bool `json:"replace"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Replace {
		id, err := s.keys.Replace(r.Context())
		return AdminRotation{KeyID: id, SignsFrom: s.clock.Real(), Replaced: true}, err
	}
	id, at, err := s.keys.Rotate(r.Context())
	return AdminRotation{KeyID: id, SignsFrom: at}, err
}

// ChangeMasterKey seals everything in the store with fresh. No server may hold
// the data directory: the error is fault.Conflict then. Other processes on the
// same PostgreSQL must be stopped too.
func ChangeMasterKey(ctx context.Context, cfg config.Config, o Options, fresh []byte) (done sqlstore.Rekeyed, err error) {
	err = maintain(cfg, o, func(so sqlstore.Options) (err error) {
		done, err = sqlstore.ChangeMasterKey(ctx, so, fresh)
		return err
	})
	return done, err
}
