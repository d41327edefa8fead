package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate checks every value and how they fit together. It returns nil or a
// *fault.Error of kind Invalid with one detail per fault. It does not look at
// files or the network.
func (c Config) Validate() error { return report(c.problems()) }

// checker collects faults under the key they belong to.
type checker struct {
	values map[string]string
	found  []problem
}

func (c Config) problems() []problem {
	ch := &checker{values: map[string]string{}}
	whole := reflect.ValueOf(c)
	for _, k := range Keys() {
		ch.values[k.Name] = text(whole.FieldByIndex(k.index))
	}
	ch.require(c.DataDir != "", "data_dir", "Required", "the server needs a directory of its own", "Name a directory; it is made when missing.")
	c.checkAddresses(ch)
	c.checkStore(ch)
	c.checkTLS(ch)
	c.checkNumbers(ch)
	ch.publicURL("mdm.entra_authority", c.MDM.EntraAuthority)
	ch.publicURL("mdm.entra_issuer", c.MDM.EntraIssuer)
	ch.oneOf("log.level", "debug", "info", "warn", "error")
	ch.oneOf("log.format", "text", "json")
	for _, entry := range c.TrustedProxies {
		ch.require(isNetwork(entry), "trusted_proxies", "NotANetwork", fmt.Sprintf("%q is no IP address and no CIDR network", entry), `Write "10.0.0.7" or "10.0.0.0/8".`)
	}
	return ch.found
}

func (ch *checker) require(ok bool, key, code, what, remedy string) {
	if !ok {
		ch.found = append(ch.found, problem{key: key, value: ch.values[key], code: code, what: what, remedy: remedy})
	}
}

func (ch *checker) oneOf(key string, allowed ...string) {
	ch.require(slices.Contains(allowed, ch.values[key]), key, "NotAllowed", "the value is none of the possible ones", "Use "+strings.Join(allowed, ", ")+".")
}

func (ch *checker) between(key string, value, low, high int) {
	ch.require(low <= value && value <= high, key, "OutOfRange",
		"the number is out of range", fmt.Sprintf("Use %d to %d.", low, high))
}

func (c Config) checkAddresses(ch *checker) {
	people := ch.publicURL("base_url", c.BaseURL)
	devices := ch.publicURL("device_url", c.DeviceURL)
	listeners := map[string]string{"listen.people": c.Listen.People}
	if !c.Listen.SinglePort {
		listeners["listen.devices"] = c.Listen.Devices
	}
	if c.Listen.Metrics != "" {
		listeners["listen.metrics"] = c.Listen.Metrics
	}
	taken := map[string]string{}
	for _, key := range []string{"listen.people", "listen.devices", "listen.metrics"} {
		address, used := listeners[key]
		if !used {
			continue
		}
		_, port, err := net.SplitHostPort(address)
		number, notNumber := strconv.ParseUint(port, 10, 16)
		ch.require(err == nil && notNumber == nil, key, "NotAnAddress", "this is no address to listen on", `Write host:port, for example "127.0.0.1:8443".`)
		// Port 0 takes any free port, so it never clashes.
		if other, clash := taken[address]; clash && number != 0 {
			ch.require(false, key, "AddressTaken", other+" listens there already", "Give each listener a port of its own.")
		}
		taken[address] = key
	}
	if !c.Listen.SinglePort {
		return
	}
	ch.require(c.Listen.PeopleHost != "", "listen.people_host", "Required", "with single_port the host names tell people from devices", "Name the host of base_url.")
	ch.require(c.Listen.DeviceHost != "", "listen.device_host", "Required", "with single_port the host names tell people from devices", "Name the host of device_url.")
	if c.Listen.PeopleHost != "" && strings.EqualFold(c.Listen.PeopleHost, c.Listen.DeviceHost) {
		ch.require(false, "listen.device_host", "HostTaken", "people_host has the same name", "Use two host names that both point to this server.")
	}
	ch.sameHost("listen.people_host", c.Listen.PeopleHost, "base_url", people)
	ch.sameHost("listen.device_host", c.Listen.DeviceHost, "device_url", devices)
}

// publicURL checks the form https://host[:port] and gives the parsed URL, nil
// when it is faulty.
func (ch *checker) publicURL(key, value string) *url.URL {
	u, err := url.Parse(value)
	ok := err == nil && u.Scheme == "https" && u.Hostname() != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
	ch.require(ok, key, "NotAnOrigin", "clients need an https address without a path", `Write "https://host" or "https://host:port", without a slash at the end.`)
	if !ok {
		return nil
	}
	return u
}

func (ch *checker) sameHost(key, host, urlKey string, u *url.URL) {
	if host == "" || u == nil {
		return
	}
	ch.require(strings.EqualFold(host, u.Hostname()), key, "HostDiffers", fmt.Sprintf("%s names the host %q", urlKey, u.Hostname()), "Use one name in both.")
}

func (c Config) checkStore(ch *checker) {
	if !c.UsesSQLite() {
		u, err := url.Parse(c.Database.URL.Reveal())
		ok := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
		ch.require(ok, "database.url", "NotADatabase", "this is no PostgreSQL address", `Write "postgres://user:password@host:5432/database", or leave it empty for SQLite.`)
	}
	ch.between("database.max_connections", c.Database.MaxConnections, 2, 10_000)
}

func (c Config) checkTLS(ch *checker) {
	ch.oneOf("tls.mode", TLSOwn, TLSFiles)
	given := c.TLS.Mode == TLSFiles
	for _, file := range []struct{ key, value string }{{"tls.cert_file", c.TLS.CertFile}, {"tls.key_file", c.TLS.KeyFile}} {
		ch.require(!given || file.value != "", file.key, "Required", `tls.mode is "files"`, "Name a PEM file.")
		ch.require(c.TLS.Mode != TLSOwn || file.value == "", file.key, "NotUsed", `tls.mode is "own", so the file would not be used`, `Set tls.mode to "files", or remove it.`)
	}
	for _, host := range c.TLS.ExtraHosts {
		ok := host != "" && !strings.ContainsAny(host, ":/ ")
		if _, err := netip.ParseAddr(host); err == nil {
			ok = true
		}
		ch.require(ok, "tls.extra_hosts", "NotAHost", fmt.Sprintf("%q is no host name and no IP address", host), "Write names without scheme, port or path.")
	}
}

func (c Config) checkNumbers(ch *checker) {
	const gib = 1 << 30
	ch.between("limits.body_bytes", c.Limits.BodyBytes, 1<<10, gib)
	ch.between("limits.import_bytes", c.Limits.ImportBytes, 1<<10, gib)
	ch.between("limits.app_bytes", c.Limits.AppBytes, 1<<20, 2*gib-1)
	ch.between("limits.page_max", c.Limits.PageMax, 1, 10_000)
	ch.between("mdm.max_messages", c.MDM.MaxMessages, 1, 10_000)
	// PCs are asked about themselves every seven days; when that was is known
	// by the command.
	ch.require(c.MDM.KeepCommands.Duration >= 8*24*time.Hour, "mdm.keep_commands", "OutOfRange",
		"PCs are asked about themselves every seven days, which their commands remember", `Use at least "192h".`)
	ch.between("limits.request_rate", c.Limits.RequestRate, 0, 1_000_000)
	ch.between("limits.request_burst", c.Limits.RequestBurst, 0, 1_000_000)
	ch.require(c.Limits.RequestRate == 0 || c.Limits.RequestBurst >= 1, "limits.request_burst", "OutOfRange", "with a rate and no burst every request is refused", "Use at least 1, or set limits.request_rate to 0.")
	ch.between("limits.tenant_rate", c.Limits.TenantRate, 0, 1_000_000)
	ch.between("limits.tenant_burst", c.Limits.TenantBurst, 0, 1_000_000)
	ch.require(c.Limits.TenantRate == 0 || c.Limits.TenantBurst >= 1, "limits.tenant_burst", "OutOfRange", "with a rate and no burst every request is refused", "Use at least 1, or set limits.tenant_rate to 0.")
	ch.between("limits.token_rate", c.Limits.TokenRate, 0, 1_000_000)
	ch.between("limits.device_rate", c.Limits.DeviceRate, 0, 1_000_000)
	ch.between("limits.foreign_device_rate", c.Limits.ForeignDeviceRate, 0, 1_000_000)
	ch.between("engine.workers", c.Engine.Workers, 0, 1024)
	ch.between("engine.fill_inline", c.Engine.FillInline, 0, 1_000_000)
	ch.between("engine.sweep_sample", c.Engine.SweepSample, 0, 1_000_000)
	ch.positive("sessions.idle", c.Sessions.Idle)
	ch.positive("sessions.life", c.Sessions.Life)
	ch.require(c.Sessions.Idle.Duration <= c.Sessions.Life.Duration, "sessions.idle", "OutOfRange", "a session would end before it was idle so long", "Use at most sessions.life.")
	ch.positive("engine.settle_timeout", c.Engine.SettleTimeout)
	ch.positive("engine.sweep_interval", c.Engine.SweepInterval)
	// A key waits a day before it signs; sooner than that none can follow it.
	ch.require(c.Signing.RotateEvery.Duration == 0 || c.Signing.RotateEvery.Duration >= 48*time.Hour, "signing.rotate_every", "OutOfRange",
		"a signing key has to be used for two days at least", `Write for example "2160h", or "0s" to leave it to "taxiway key rotate".`)
}

func (ch *checker) positive(key string, d Duration) {
	ch.require(d.Duration > 0, key, "OutOfRange", "the time span must be longer than nothing", `Write for example "5s".`)
}

func isNetwork(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}
