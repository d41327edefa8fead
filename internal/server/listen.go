package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"taxiway/internal/config"
)

// Limits that hold on every listener.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	// deviceIdleTimeout is shorter: the messages of a session follow each other,
	// and a PC that has said all needs its connection no more.
	deviceIdleTimeout = 30 * time.Second
)

// door is one listener with what it serves.
type door struct {
	name string
	ln   net.Listener
	srv  *http.Server
}

// openDoors binds every configured listener, so that a taken port is told
// before anything runs.
func (s *Server) openDoors(ctx context.Context) error {
	inner, err := s.peopleHandler(ctx)
	if err != nil {
		return err
	}
	people := s.observed("people", inner)
	devices := s.observed("devices", s.devicesHandler())
	tlsConfig, err := s.tlsConfig()
	if err != nil {
		return err
	}
	plans := []struct {
		name, addr string
		handler    http.Handler
		tls        *tls.Config
	}{
		{"people", s.cfg.Listen.People, people, tlsConfig},
		{"devices", s.cfg.Listen.Devices, devices, askingForCertificate(tlsConfig)},
		{"private", s.cfg.Listen.Metrics, s.privateHandler(), nil},
	}
	if s.cfg.Listen.SinglePort {
		plans[0].handler = s.byHost(people, devices)
		plans[0].tls = s.byName(tlsConfig)
		plans = append(plans[:1], plans[2])
	}
	for _, p := range plans {
		if p.addr == "" {
			continue
		}
		if err := s.openDoor(ctx, p.name, p.addr, p.handler, p.tls); err != nil {
			return err
		}
	}
	return s.openAdminSocket(ctx)
}

func (s *Server) openDoor(ctx context.Context, name, addr string, h http.Handler, tc *tls.Config) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen for %s on %s (choose another address with listen.%s): %w", name, addr, listenKey(name), err)
	}
	if tc != nil {
		ln = newHandshakes(ln, tc, s.log, s.metrics.ofHandshakes(name), usualRoom())
	}
	srv := s.newHTTPServer(h)
	if name == "devices" {
		srv.IdleTimeout = deviceIdleTimeout
	}
	s.doors = append(s.doors, &door{name: name, ln: ln, srv: srv})
	return nil
}

func listenKey(name string) string {
	if name == "private" {
		return "metrics"
	}
	return name
}

func (s *Server) newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// openAdminSocket opens the command line's private door, a Unix socket that
// only its owner can reach.
func (s *Server) openAdminSocket(ctx context.Context) error {
	path := shortPath(s.cfg.AdminSocket())
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the old admin socket: %w", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("open the admin socket %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("protect the admin socket: %w", err), ln.Close())
	}
	s.doors = append(s.doors, &door{name: "admin", ln: ln, srv: s.newHTTPServer(s.forgetting(s.adminHandler(), touchesAnything))})
	return nil
}

// shortPath keeps a socket's path under the kernel's limit of about 108 bytes:
// relative to the working directory when that is shorter.
func shortPath(path string) string {
	if len(path) <= 100 {
		return path
	}
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// tlsConfig proves who we are, with our own authority or given files.
func (s *Server) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if s.cfg.TLS.Mode == config.TLSFiles {
		pair, err := tls.LoadX509KeyPair(s.cfg.TLS.CertFile, s.cfg.TLS.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read tls.cert_file and tls.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
		return c, nil
	}
	c.GetCertificate = s.authority.certificate
	return c, nil
}

// askingForCertificate asks a PC for its certificate; routes demand it.
func askingForCertificate(c *tls.Config) *tls.Config {
	c = c.Clone()
	c.ClientAuth = tls.RequestClientCert
	return c
}

// byName asks for a client certificate only under the devices' host name.
func (s *Server) byName(c *tls.Config) *tls.Config {
	asking := askingForCertificate(c)
	c = c.Clone()
	c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if strings.EqualFold(h.ServerName, s.cfg.Listen.DeviceHost) {
			return asking, nil
		}
		return nil, nil //nolint:nilnil // crypto/tls: nil keeps the configuration
	}
	return c
}

// byHost serves two audiences on one port. The name asked for in TLS decides,
// and the Host header must agree: otherwise a connection made as one audience
// could be used as the other.
func (s *Server) byHost(people, devices http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		named := ""
		if r.TLS != nil {
			named = r.TLS.ServerName
		}
		switch {
		case !strings.EqualFold(host, named):
			writeText(w, http.StatusMisdirectedRequest, "The host name differs from the one this connection was made for.\n")
		case strings.EqualFold(host, s.cfg.Listen.DeviceHost):
			devices.ServeHTTP(w, r)
		case strings.EqualFold(host, s.cfg.Listen.PeopleHost):
			people.ServeHTTP(w, r)
		default:
			writeText(w, http.StatusMisdirectedRequest, "This server does not answer to that name.\n")
		}
	})
}

func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
