package config

import (
	"path/filepath"
	"time"
)

// Ways in which the server comes by its TLS certificate, key tls.mode.
const (
	TLSOwn   = "own"   // signed by the server's own authority, made at first start
	TLSFiles = "files" // read from tls.cert_file and tls.key_file
)

// Config is one process' whole configuration. The zero value of a field means
// "off" or "decide yourself" where its comment says so; every other field has
// its default from Default.
type Config struct {
	// DataDir holds the SQLite database, the master key and the admin socket.
	DataDir string `toml:"data_dir"`
	// BaseURL is where people, browsers and Graph clients reach this server;
	// tokens name it as issuer, so it never comes from a Host header.
	BaseURL string `toml:"base_url"`
	// DeviceURL is where PCs reach this server.
	DeviceURL string `toml:"device_url"`
	// TrustedProxies lists the addresses or CIDR networks whose
	// X-Forwarded-For is believed; empty believes nobody.
	TrustedProxies []string `toml:"trusted_proxies"`

	Listen   Listen   `toml:"listen"`
	Database Database `toml:"database"`
	TLS      TLS      `toml:"tls"`
	Limits   Limits   `toml:"limits"`
	Sessions Sessions `toml:"sessions"`
	Engine   Engine   `toml:"engine"`
	Signing  Signing  `toml:"signing"`
	MDM      MDM      `toml:"mdm"`
	Log      Log      `toml:"log"`

	// MasterKey comes from TAXIWAY_MASTER_KEY alone; empty means that the file
	// MasterKeyFile is used.
	MasterKey Secret `toml:"-"`
}

// Listen says where the process accepts connections, as host:port.
type Listen struct {
	People  string `toml:"people"`
	Devices string `toml:"devices"` // not used with SinglePort
	Metrics string `toml:"metrics"` // empty: no metrics, health and profiling listener
	// SinglePort serves both audiences on People and tells them apart by the
	// host name asked for in TLS.
	SinglePort bool   `toml:"single_port"`
	PeopleHost string `toml:"people_host"` // only with SinglePort
	DeviceHost string `toml:"device_host"` // only with SinglePort
}

// Database names the store.
type Database struct {
	// URL is postgres://…; empty means SQLite in the data directory.
	URL Secret `toml:"url"`
	// MaxConnections bounds the pool of one process.
	MaxConnections int `toml:"max_connections"`
}

// TLS is how the listeners prove who they are.
type TLS struct {
	Mode     string `toml:"mode"`
	CertFile string `toml:"cert_file"` // PEM chain, leaf first; mode "files"
	KeyFile  string `toml:"key_file"`  // PEM; mode "files"
	// ExtraHosts are further names or addresses in the own certificate.
	ExtraHosts []string `toml:"extra_hosts"`
}

// Limits bound what comes from outside. Rates are per second and 0 switches a
// rate off.
type Limits struct {
	BodyBytes         int `toml:"body_bytes"`   // of a request's decoded body
	ImportBytes       int `toml:"import_bytes"` // the same for device imports
	AppBytes          int `toml:"app_bytes"`    // of an app's file
	PageMax           int `toml:"page_max"`     // rows in one answer
	RequestRate       int `toml:"request_rate"` // per app or person
	RequestBurst      int `toml:"request_burst"`
	TenantRate        int `toml:"tenant_rate"` // of all apps and people of a tenant together
	TenantBurst       int `toml:"tenant_burst"`
	TokenRate         int `toml:"token_rate"`          // token requests per client address
	DeviceRate        int `toml:"device_rate"`         // device requests per client address
	ForeignDeviceRate int `toml:"foreign_device_rate"` // answers "registered elsewhere" per tenant and minute
}

// Sessions says when a person who signed in with a browser has to do it again.
type Sessions struct {
	Idle Duration `toml:"idle"` // not used for so long
	Life Duration `toml:"life"` // used or not
}

// Engine tunes evaluation of rules and assignments.
type Engine struct {
	Workers int `toml:"workers"` // 0: one per processor
	// FillInline is how many candidates of a changed rule are evaluated before
	// the request is answered; more are evaluated beside it.
	FillInline int `toml:"fill_inline"`
	// SettleTimeout is how long a write waits for its own evaluation.
	SettleTimeout Duration `toml:"settle_timeout"`
	SweepInterval Duration `toml:"sweep_interval"` // between two self-checks
	SweepSample   int      `toml:"sweep_sample"`   // devices in one self-check
}

// Signing is how long the keys that sign tokens are used.
type Signing struct {
	// RotateEvery is when a signing key gets a successor; 0 never, then
	// "taxiway key rotate" does it.
	RotateEvery Duration `toml:"rotate_every"`
}

// MDM is how many PCs are served at once, and how tokens of real Entra tenants
// are checked, whose PCs enrol here when a tenant of this server names them.
type MDM struct {
	// MaxMessages is how many messages of sessions a process works on at once.
	MaxMessages int `toml:"max_messages"`
	// KeepCommands is how long the commands of PCs are kept that have ended.
	KeepCommands Duration `toml:"keep_commands"`
	// EntraAuthority is where their keys are fetched and what their tokens of
	// version 2 name; national clouds have their own.
	EntraAuthority string `toml:"entra_authority"`
	EntraIssuer    string `toml:"entra_issuer"`  // what tokens of version 1 name
	EntraCAFile    string `toml:"entra_ca_file"` // PEM; empty: the system's authorities
	// EntraPrivate allows the authority to have an address that is not public.
	EntraPrivate bool `toml:"entra_private"`
}

// Log says how much is logged, and in which shape.
type Log struct {
	Level  string `toml:"level"`  // debug, info, warn, error
	Format string `toml:"format"` // text, json
}

// Default is the configuration of a process that was told nothing: SQLite in
// ./data, everything on the loopback address.
func Default() Config {
	return Config{
		DataDir:        "./data",
		BaseURL:        "https://localhost:8443",
		DeviceURL:      "https://localhost:8444",
		TrustedProxies: []string{},
		Listen: Listen{
			People:  "127.0.0.1:8443",
			Devices: "127.0.0.1:8444",
			Metrics: "127.0.0.1:9464",
		},
		Database: Database{MaxConnections: 20},
		TLS:      TLS{Mode: TLSOwn, ExtraHosts: []string{}},
		Limits: Limits{
			BodyBytes:         1 << 20,
			ImportBytes:       64 << 20,
			AppBytes:          1 << 30,
			PageMax:           1000,
			RequestRate:       1000,
			RequestBurst:      2000,
			TenantRate:        5000,
			TenantBurst:       10_000,
			TokenRate:         50,
			DeviceRate:        200,
			ForeignDeviceRate: 60,
		},
		Sessions: Sessions{Idle: Duration{8 * time.Hour}, Life: Duration{24 * time.Hour}},
		Engine: Engine{
			FillInline:    1000,
			SettleTimeout: Duration{5 * time.Second},
			SweepInterval: Duration{time.Minute},
			SweepSample:   100,
		},
		Signing: Signing{RotateEvery: Duration{90 * 24 * time.Hour}},
		MDM:     MDM{MaxMessages: 64, KeepCommands: Duration{30 * 24 * time.Hour}, EntraAuthority: "https://login.microsoftonline.com", EntraIssuer: "https://sts.windows.net"},
		Log:     Log{Level: "info", Format: "text"},
	}
}

// UsesSQLite reports whether no PostgreSQL was named.
func (c Config) UsesSQLite() bool { return c.Database.URL.Reveal() == "" }

// SQLiteFile is the database file inside the data directory.
func (c Config) SQLiteFile() string { return filepath.Join(c.DataDir, "taxiway.db") }

// MasterKeyFile is where the master key is kept when the environment names
// none; it must be readable by its owner only.
func (c Config) MasterKeyFile() string { return filepath.Join(c.DataDir, "master.key") }

// AdminSocket is the Unix socket by which the command line reaches the running
// server without a token; its mode guards it.
func (c Config) AdminSocket() string { return filepath.Join(c.DataDir, "admin.sock") }
