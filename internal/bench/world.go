package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/config"
	"taxiway/internal/graphclient"
	"taxiway/internal/server"
)

// Names of the server; clients dial the listeners whatever the names say.
const (
	peopleURL = "https://taxiway.invalid"
	deviceURL = "https://devices.taxiway.invalid"
)

// world is a server in this process on a throw-away database, with a second
// database beside it for the limits.
type world struct {
	served *database // the server's
	bare   *database // same engine, settings and schema; no server
	graph  *graphclient.Client
	tenant server.AdminTenant
	app    server.AdminApp
	pcs    *http.Client // trusts the server and reaches its devices' listener
	// browsers reach the people's listener.
	browsers *http.Client
	devices  string // the devices' listener's address
	roots    *x509.CertPool

	fleet *fleet // registered so far
	stop  func() error
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// quietConfig is the default configuration on free ports, without rate limits.
func quietConfig(dir string) config.Config {
	c := config.Default()
	c.DataDir = dir
	c.BaseURL, c.DeviceURL = peopleURL, deviceURL
	c.Listen = config.Listen{People: "127.0.0.1:0", Devices: "127.0.0.1:0"}
	c.Limits.RequestRate, c.Limits.TenantRate, c.Limits.TokenRate, c.Limits.DeviceRate = 0, 0, 0, 0
	return c
}

func startWorld(ctx context.Context, o *Options, base, dir string) (w *world, err error) {
	w = &world{stop: func() error { return nil }}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.served, err = openDatabase(ctx, base, filepath.Join(dir, "served"), o.Now); err != nil {
		return w, err
	}
	if w.bare, err = openDatabase(ctx, base, filepath.Join(dir, "bare"), o.Now); err != nil {
		return w, err
	}
	if err := w.start(ctx, o.Now); err != nil {
		return w, err
	}
	return w, nil
}

// start runs the server and makes a tenant with an app that may do everything.
func (w *world) start(ctx context.Context, now func() time.Time) error {
	s, err := server.New(ctx, w.served.cfg, server.Options{Log: quietLog(), Now: now})
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	w.stop = func() error {
		cancel()
		return <-ended
	}
	authority := s.AuthorityPEM()
	admin, err := server.OpenAdmin(ctx, w.served.cfg, server.Options{Log: quietLog(), Now: now})
	if err != nil {
		return fmt.Errorf("reach the server's private door: %w", err)
	}
	defer admin.Close() //nolint:errcheck // a socket that is not needed any more
	if err := admin.Call(ctx, http.MethodPost, "/tenants", map[string]any{"displayName": "Bench", "domain": "bench.invalid", "lab": true}, &w.tenant); err != nil {
		return fmt.Errorf("make the tenant: %w", err)
	}
	if err := admin.Call(ctx, http.MethodPost, "/tenants/"+string(w.tenant.ID)+"/apps", map[string]any{"displayName": "bench", "permissions": access.Permissions()}, &w.app); err != nil {
		return fmt.Errorf("make the app: %w", err)
	}
	w.graph, err = graphclient.New(graphclient.Config{
		BaseURL: peopleURL, Tenant: string(w.tenant.ID), ClientID: w.app.AppID, ClientSecret: w.app.Secret,
		CA: authority, Address: s.Address("people"), Now: now,
	})
	if err != nil {
		return fmt.Errorf("make the Graph client: %w", err)
	}
	w.roots, w.devices = x509.NewCertPool(), s.Address("devices")
	w.roots.AppendCertsFromPEM(authority)
	w.pcs = w.pc()
	w.browsers = kept(&tls.Config{RootCAs: w.roots, MinVersion: tls.VersionTLS12}, s.Address("people"))
	return nil
}

// pc is a client of the devices' listener, with its certificate if it has one.
func (w *world) pc(certificates ...tls.Certificate) *http.Client {
	return kept(&tls.Config{RootCAs: w.roots, MinVersion: tls.VersionTLS12, Certificates: certificates}, w.devices)
}

// kept is a client that keeps one connection of HTTP/1.1 per request in
// flight, as so many PCs would, all to one address.
func kept(c *tls.Config, address string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: c, MaxIdleConnsPerHost: 256,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
	}}
}

func (w *world) close() error {
	if w.graph != nil {
		w.graph.Close()
	}
	for _, c := range []*http.Client{w.pcs, w.browsers} {
		if c != nil {
			c.CloseIdleConnections()
		}
	}
	errs := []error{w.stop()}
	for _, d := range []*database{w.served, w.bare} {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}
