package cli

import (
	"context"
	"errors"
	"fmt"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

// host is a server that runs inside this process.
type host struct {
	server  *server.Server
	admin   *server.Admin
	address string // of the listener for people, to reach it whatever base_url says
}

// hosted runs a server while fn does, and ends it with fn. fn's context ends
// when the server does.
func (a *app) hosted(ctx context.Context, cfg config.Config, fn func(ctx context.Context, h *host) error) error {
	srv, err := server.New(ctx, cfg, server.Options{Log: a.logger(cfg.Log), Version: a.Version})
	if err != nil {
		return err
	}
	h := &host{server: srv, address: srv.Address("people")}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	work, abort := context.WithCancelCause(serving)
	defer abort(nil)
	served := make(chan error, 1)
	go func() {
		err := srv.Run(serving)
		abort(err)
		served <- err
	}()
	err = func() error {
		if h.admin, err = server.ConnectAdmin(work, cfg); err != nil {
			return err
		}
		if h.admin == nil {
			return errors.New("the server does not answer on its own socket " + cfg.AdminSocket())
		}
		defer h.admin.Close() //nolint:errcheck // a connection
		return fn(work, h)
	}()
	stop()
	end := <-served
	if errors.Is(err, context.Canceled) && (end != nil || ctx.Err() != nil) {
		return end // a signal, or the server's own trouble, ended the work
	}
	if end != nil {
		return errors.Join(err, fmt.Errorf("run the server: %w", end))
	}
	return err
}
