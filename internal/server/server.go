package server

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/access"
	"taxiway/internal/autopilot"
	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/jobs"
	"taxiway/internal/oidc"
	"taxiway/internal/oobe"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

// stopGrace is how long requests that have begun may take after a stop.
const stopGrace = 5 * time.Second

// Server is one process: any number of them share one PostgreSQL.
type Server struct {
	cfg     config.Config
	log     *slog.Logger
	clock   *clock
	metrics *metrics
	proxies proxies
	token   string // fences this process' leases
	version string
	newKey  func() (*rsa.PrivateKey, error) // nil: each anew
	hasher  *signin.Hasher
	unlock  func() // releases the data directory

	db         *sqlstore.DB
	engine     *autopilot.Engine
	directory  *directory.Service
	autopilot  *autopilot.Service
	apps       *directory.AppService
	people     *signin.People
	grants     *signin.Grants
	signIn     *oidc.Handler
	keys       *oidc.KeyRing
	verifier   *access.Verifier
	skipKey    []byte
	requests   *limiter // of one app or person
	tenants    *limiter // of all of a tenant's
	proof      *oobe.Proof
	joining    *joining
	enrolling  *enrolling
	management *enrollment.Service
	contents   *enrollment.Contents
	sightings  *autopilot.Sightings
	authority  *authority
	runner     *jobs.Runner
	lab        *lab

	doors     []*door
	stopPages func() // ends what the admin site keeps open
	stopping  atomic.Bool
}

// Options are what a test may replace.
type Options struct {
	Log     *slog.Logger
	Version string // of the program, for the admin site
	// Now is the server's clock; nil is the real one.
	Now func() time.Time
	// Hold keeps a background job from running while it is true, so that a
	// test can look at what jobs otherwise end within a second; may be nil.
	Hold func(job string) bool
	// DialPC is how hosted virtual PCs reach a host, for tests; nil dials TCP.
	DialPC func(ctx context.Context, network, address string) (net.Conn, error)
	// NewKey makes the RSA keys of 2,048 bits that sign tokens and certificates,
	// for tests, which start many servers; nil makes each anew.
	NewKey func() (*rsa.PrivateKey, error)
	// Hasher hashes passwords, for tests that make many accounts; nil does it at
	// the recommended cost.
	Hasher *signin.Hasher
}

// New opens everything and binds the listeners; nothing is served before Run.
func New(ctx context.Context, cfg config.Config, o Options) (*Server, error) {
	s, err := open(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	if err := s.openDoors(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open builds a process without listeners: for the command line when no server
// holds the data directory.
func open(ctx context.Context, cfg config.Config, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	unlock, err := lockDataDir(cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: o.Log, clock: &clock{real: o.Now}, metrics: newMetrics(), proxies: parseProxies(cfg.TrustedProxies), token: newUUID(), unlock: unlock, newKey: o.NewKey, hasher: o.Hasher, version: o.Version}
	if s.hasher == nil { // a password takes a processor for some milliseconds: one for each
		s.hasher = signin.NewHasher(runtime.GOMAXPROCS(0))
	}
	s.runner = &jobs.Runner{Log: s.log, Observe: s.metrics.observeJob}
	opts, err := storeOptions(cfg, o)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.db, err = sqlstore.Open(ctx, opts); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.wire(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.holdJobs(o.Hold)
	if s.authority, err = openAuthority(ctx, s.db, hostsOf(cfg), o.Now); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.openLab(o)
	return s, nil
}

func (s *Server) holdJobs(hold func(job string) bool) {
	if hold == nil {
		return
	}
	for i := range s.runner.Jobs {
		j := &s.runner.Jobs[i]
		run := j.RunOnce
		j.RunOnce = func(ctx context.Context) (jobs.Result, error) {
			if hold(j.Name) {
				return jobs.Result{}, nil
			}
			return run(ctx)
		}
	}
}

// lockDataDir makes the data directory and holds it for this process.
func lockDataDir(cfg config.Config) (unlock func(), err error) {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return sqlstore.Lock(cfg.DataDir)
}

// Run serves until ctx ends: then new work is refused, what has begun may
// finish, leases are handed back.
func (s *Server) Run(ctx context.Context) error {
	jobsCtx, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	defer stopJobs()
	jobsDone := make(chan struct{})
	go func() {
		defer close(jobsDone)
		s.runner.Run(jobsCtx)
	}()
	failed := make(chan error, len(s.doors))
	for _, d := range s.doors {
		go func() {
			if err := d.srv.Serve(d.ln); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", d.name, err)
			}
		}()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.stopping.Store(true)
	s.stopPages()
	s.log.LogAttrs(ctx, slog.LevelInfo, "stopping")
	s.lab.stop() // or those who watch a PC would wait for its next frame
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	for _, d := range s.doors {
		if shut := d.srv.Shutdown(grace); shut != nil {
			err = errors.Join(err, d.srv.Close())
		}
	}
	stopJobs()
	<-jobsDone
	if _, flush := s.sightings.Flush(grace); flush != nil {
		err = errors.Join(err, flush)
	}
	if release := s.db.Release(grace, s.token); release != nil {
		err = errors.Join(err, release)
	}
	return errors.Join(err, s.Close())
}

// Close releases everything. Run calls it itself.
func (s *Server) Close() error {
	var errs []error
	for _, d := range s.doors {
		if err := d.ln.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) && !isClosed(err) {
			errs = append(errs, err)
		}
	}
	s.doors = nil
	if s.db != nil {
		errs = append(errs, s.db.Close())
		s.db = nil
	}
	if s.unlock != nil {
		s.unlock()
		s.unlock = nil
	}
	return errors.Join(errs...)
}

// Address is where the named listener (people, devices, private) is bound.
func (s *Server) Address(name string) string {
	for _, d := range s.doors {
		if d.name == name {
			return d.ln.Addr().String()
		}
	}
	return ""
}

// AuthorityPEM is the certificate of the authority of our own TLS.
func (s *Server) AuthorityPEM() []byte { return s.authority.PEM() }

func (s *Server) newID() string { return newUUID() }

// newUUID makes a UUIDv7 (RFC 9562): ids grow with time, so new rows lie together.
func newUUID() string {
	return uuid.Must(uuid.NewV7()).String()
}

func freshKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return key
}
