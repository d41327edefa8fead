package server

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/oidc"
	"taxiway/internal/sqlstore"
)

// AdminKey is a signing key on the private door.
type AdminKey = oidc.KeyUse

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

// ChangeMasterKey seals everything in the store with another key: the one in
// keyFile, or a random one. No server may hold the data directory: the error
// is fault.Conflict then. Other processes on the same PostgreSQL must be
// stopped too. A key from the environment needs keyFile.
func ChangeMasterKey(ctx context.Context, cfg config.Config, o Options, keyFile string) (done sqlstore.KeyChange, err error) {
	var fresh []byte
	if keyFile != "" {
		if fresh, err = sqlstore.ReadMasterKey(keyFile); err != nil {
			return done, err
		}
	}
	fromEnv := cfg.MasterKey.Reveal() != ""
	if fromEnv && fresh == nil {
		return done, fault.Field(fault.Invalid, "NewKeyNeeded", "new-key-file", "The master key comes from TAXIWAY_MASTER_KEY, so the new one has to be given.", "Write 32 random bytes in hexadecimal to a file of mode 0600 and name it.")
	}
	err = maintain(cfg, o, func(so sqlstore.Options) (err error) {
		if fromEnv {
			done.Sealed, err = sqlstore.ChangeMasterKey(ctx, so, fresh)
			return err
		}
		done, err = sqlstore.ChangeMasterKeyFile(ctx, so, fresh, so.Clock())
		return err
	})
	return done, err
}
