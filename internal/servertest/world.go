package servertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/server"
	"taxiway/internal/storetest"
)

// Host names under which a test's server answers; the client dials the
// listener whatever the name says.
const (
	peopleHost = "taxiway.test"
	deviceHost = "devices.taxiway.test"
)

// BaseURL is where a world's people and programs reach it.
const BaseURL = "https://" + peopleHost

// DeviceURL is where a world's PCs reach it.
const DeviceURL = "https://" + deviceHost

// World is one database with the processes that serve it.
type World struct {
	Database  Database
	Processes []*Process

	masterKey string
	now       func() time.Time
	tweak     []func(*config.Config)
	log       *slog.Logger // nil: warnings go to the test's log
	hold      func(job string) bool
}

// Process is one running server.
type Process struct {
	Server *server.Server
	Config config.Config
	HTTP   *http.Client // trusts this server and reaches it under both names
	Admin  *server.Admin

	now  func() time.Time
	stop func() error
}

// Option changes a world before it starts.
type Option func(*World)

// WithConfig edits the configuration of every process.
func WithConfig(change func(*config.Config)) Option {
	return func(w *World) { w.tweak = append(w.tweak, change) }
}

// WithClock replaces the server's clock.
func WithClock(now func() time.Time) Option { return func(w *World) { w.now = now } }

// WithLog gives every process this log.
func WithLog(log *slog.Logger) Option { return func(w *World) { w.log = log } }

// WithHold keeps a background job from running while hold says so.
func WithHold(hold func(job string) bool) Option { return func(w *World) { w.hold = hold } }

// Start runs one server on the database until the test ends.
func Start(t testing.TB, db Database, options ...Option) *World {
	t.Helper()
	w := &World{Database: db, masterKey: hex.EncodeToString(make([]byte, 31)) + "07", now: time.Now}
	for _, o := range options {
		o(w)
	}
	if db.URL != "" {
		if _, err := server.Migrate(context.Background(), w.config(t), server.Options{Now: w.now}); err != nil {
			t.Fatalf("migrate: %v", err)
		}
	}
	w.Join(t)
	return w
}

func (w *World) config(t testing.TB) config.Config {
	t.Helper()
	c := config.Default()
	c.DataDir = t.TempDir()
	c.BaseURL, c.DeviceURL = BaseURL, DeviceURL
	c.Listen = config.Listen{People: "127.0.0.1:0", Devices: "127.0.0.1:0", Metrics: "127.0.0.1:0"}
	c.Database.URL = config.NewSecret(w.Database.URL)
	c.MasterKey = config.NewSecret(w.masterKey)
	for _, change := range w.tweak {
		change(&c)
	}
	return c
}

// Join starts another process on the world's database: on PostgreSQL beside
// those that run, on SQLite only after they stopped.
func (w *World) Join(t testing.TB) *Process {
	t.Helper()
	c := w.config(t)
	switch {
	case w.Database.Engine != "sqlite":
	case len(w.Processes) > 0:
		c.DataDir = w.Processes[0].Config.DataDir
	default:
		storetest.CopySQLite(t, c.DataDir)
	}
	log := w.log
	if log == nil {
		log = slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	var s *server.Server
	s, err := server.New(context.Background(), c, server.Options{
		Log: log, Now: w.now, Hold: w.hold, NewKey: Keys(t), Hasher: quick,
		DialPC: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := map[string]string{peopleHost + ":443": s.Address("people"), deviceHost + ":443": s.Address("devices")}[address]
			var d net.Dialer
			return d.DialContext(ctx, network, to)
		},
	})
	if err != nil {
		t.Fatalf("start server: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	p := &Process{Server: s, Config: c, HTTP: client(t, s, w.now), now: w.now}
	var once sync.Once
	p.stop = func() (err error) {
		once.Do(func() {
			p.HTTP.CloseIdleConnections()
			cancel()
			err = <-done
		})
		return err
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Errorf("stop server: %v", err)
		}
	})
	if p.Admin, err = server.OpenAdmin(context.Background(), c, server.Options{}); err != nil {
		t.Fatalf("reach the private door: %v", err)
	}
	t.Cleanup(func() {
		if err := p.Admin.Close(); err != nil {
			t.Errorf("leave the private door: %v", err)
		}
	})
	w.Processes = append(w.Processes, p)
	return p
}

// First is the process that runs longest.
func (w *World) First() *Process { return w.Processes[0] }

// Stop ends the process as SIGTERM would.
func (p *Process) Stop(t testing.TB) {
	t.Helper()
	if err := p.stop(); err != nil {
		t.Fatalf("stop server: %v", err)
	}
}

// client trusts the server's own authority, at the time of the server's clock,
// and dials its listeners.
func client(t testing.TB, s *server.Server, now func() time.Time) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.AuthorityPEM()) {
		t.Fatal("the server's authority is no certificate")
	}
	addresses := map[string]string{peopleHost + ":443": s.Address("people"), deviceHost + ":443": s.Address("devices"), "private:80": s.Address("private")}
	return &http.Client{
		Timeout: 2 * time.Minute,
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: now},
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 64,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, network, addresses[addr])
			},
		},
	}
}

// testLog sends a server's warnings to the test's log.
type testLog struct{ t testing.TB }

// Write implements io.Writer.
func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(string(b))
	return len(b), nil
}
