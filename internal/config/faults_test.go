package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/config"
	"taxiway/internal/fault"
)

// faulty is one wrong configuration and the fault that must be told.
var faulty = []struct {
	name    string
	file    string
	environ []string
	flags   map[string]string
	want    string // the whole line without the file's folder
	code    string
}{
	{
		name: "an unknown key is told with its line and the nearest one",
		file: "\n[listen]\npoeple = \"x\"\n",
		want: `taxiway.toml:3: "listen.poeple" is no known key. Did you mean "listen.people"?`, code: "UnknownKey",
	},
	{
		name: "an unknown table is told once",
		file: "[databse]\nurl = \"x\"\nmax_connections = 4\n",
		want: `taxiway.toml:1: "databse" is no known key. Remove it, or see config.example.toml for every key.`, code: "UnknownKey",
	},
	{
		name: "a key that resembles nothing gets no guess",
		file: "frobnicate_widgets = 1\n",
		want: `taxiway.toml:1: "frobnicate_widgets" is no known key. Remove it, or see config.example.toml for every key.`, code: "UnknownKey",
	},
	{
		name: "a number where text belongs",
		file: "data_dir = 5\n",
		want: `taxiway.toml:1: data_dir = "5": the value does not fit, expected text in quotes. Change it, or remove it for the default "./data".`, code: "WrongType",
	},
	{
		name: "a time span without a unit",
		file: "[engine]\n\nsettle_timeout = 5\n",
		want: `taxiway.toml:3: engine.settle_timeout = "5": the value does not fit, expected a time span such as "5s" or "1m30s". Change it, or remove it for the default "5s".`, code: "WrongType",
	},
	{
		name: "a secret of the wrong type is not repeated",
		file: "[database]\nurl = 12345\n",
		want: `taxiway.toml:2: database.url = "****": the value does not fit, expected text in quotes. Change it, or remove it for the default "".`, code: "WrongType",
	},
	{
		name:    "an unknown variable inside a part",
		environ: []string{"TAXIWAY_LISTEN_PEPLE=127.0.0.1:1"},
		want:    `TAXIWAY_LISTEN_PEPLE: "TAXIWAY_LISTEN_PEPLE" is no known key. Did you mean "TAXIWAY_LISTEN_PEOPLE"?`, code: "UnknownKey",
	},
	{
		name:    "a variable that is no number",
		environ: []string{"TAXIWAY_LIMITS_PAGE_MAX=many"},
		want:    `TAXIWAY_LIMITS_PAGE_MAX: limits.page_max = "many": the value does not fit, expected a whole number. Change it, or remove it for the default "1000".`, code: "WrongType",
	},
	{
		name:  "an unknown flag",
		flags: map[string]string{"log.levle": "info"},
		want:  `flag log.levle: "log.levle" is no known key. Did you mean "log.level"?`, code: "UnknownKey",
	},
	{
		name:  "no data directory",
		flags: map[string]string{"data_dir": ""},
		want:  `flag data_dir: data_dir = "": the server needs a directory of its own. Name a directory; it is made when missing.`, code: "Required",
	},
	{
		name: "a public address without TLS",
		file: `base_url = "http://pc.example"`,
		want: `taxiway.toml:1: base_url = "http://pc.example": clients need an https address without a path. Write "https://host" or "https://host:port", without a slash at the end.`, code: "NotAnOrigin",
	},
	{
		name: "a public address with a path",
		file: `device_url = "https://pc.example/"`,
		want: `taxiway.toml:1: device_url = "https://pc.example/": clients need an https address without a path. Write "https://host" or "https://host:port", without a slash at the end.`, code: "NotAnOrigin",
	},
	{
		name: "a listener without a port",
		file: "listen.people = \"localhost\"\n",
		want: `taxiway.toml:1: listen.people = "localhost": this is no address to listen on. Write host:port, for example "127.0.0.1:8443".`, code: "NotAnAddress",
	},
	{
		name:    "two listeners on one address",
		environ: []string{"TAXIWAY_LISTEN_DEVICES=127.0.0.1:8443"},
		want:    `TAXIWAY_LISTEN_DEVICES: listen.devices = "127.0.0.1:8443": listen.people listens there already. Give each listener a port of its own.`, code: "AddressTaken",
	},
	{
		name:  "one port and one host name",
		flags: map[string]string{"listen.single_port": "true", "listen.people_host": "localhost", "listen.device_host": "localhost"},
		want:  `flag listen.device_host: listen.device_host = "localhost": people_host has the same name. Use two host names that both point to this server.`, code: "HostTaken",
	},
	{
		name:  "one port and a host name that the address does not have",
		flags: map[string]string{"listen.single_port": "true", "listen.people_host": "localhost", "listen.device_host": "pc.example"},
		want:  `flag listen.device_host: listen.device_host = "pc.example": device_url names the host "localhost". Use one name in both.`, code: "HostDiffers",
	},
	{
		name:    "a database of another kind; its password stays hidden",
		environ: []string{"TAXIWAY_DATABASE_URL=mysql://u:hunter2@db/x"},
		want:    `TAXIWAY_DATABASE_URL: database.url = "****": this is no PostgreSQL address. Write "postgres://user:password@host:5432/database", or leave it empty for SQLite.`, code: "NotADatabase",
	},
	{
		name: "too few connections",
		file: "[database]\nmax_connections = 1",
		want: `taxiway.toml:2: database.max_connections = "1": the number is out of range. Use 2 to 10000.`, code: "OutOfRange",
	},
	{
		name: "certificate files that would not be used",
		file: "[tls]\ncert_file = \"c.pem\"",
		want: `taxiway.toml:2: tls.cert_file = "c.pem": tls.mode is "own", so the file would not be used. Set tls.mode to "files", or remove it.`, code: "NotUsed",
	},
	{
		name: "a certificate without its key",
		file: "[tls]\nmode = \"files\"\ncert_file = \"c.pem\"",
		want: `tls.key_file = "": tls.mode is "files". Name a PEM file.`, code: "Required",
	},
	{
		name: "a host with a port in the certificate",
		file: "[tls]\nextra_hosts = [\"a.example:8443\"]",
		want: `taxiway.toml:2: tls.extra_hosts = "a.example:8443": "a.example:8443" is no host name and no IP address. Write names without scheme, port or path.`, code: "NotAHost",
	},
	{
		name: "an unknown log level",
		file: "[log]\nlevel = \"loud\"",
		want: `taxiway.toml:2: log.level = "loud": the value is none of the possible ones. Use debug, info, warn, error.`, code: "NotAllowed",
	},
	{
		name: "a proxy by name",
		file: `trusted_proxies = ["10.0.0.0/8", "proxy.example"]`,
		want: `taxiway.toml:1: trusted_proxies = "10.0.0.0/8,proxy.example": "proxy.example" is no IP address and no CIDR network. Write "10.0.0.7" or "10.0.0.0/8".`, code: "NotANetwork",
	},
	{
		name:  "no waiting at all",
		flags: map[string]string{"engine.settle_timeout": "0s"},
		want:  `flag engine.settle_timeout: engine.settle_timeout = "0s": the time span must be longer than nothing. Write for example "5s".`, code: "OutOfRange",
	},
	{
		name:  "a rate without a burst",
		flags: map[string]string{"limits.request_burst": "0"},
		want:  `flag limits.request_burst: limits.request_burst = "0": with a rate and no burst every request is refused. Use at least 1, or set limits.request_rate to 0.`, code: "OutOfRange",
	},
}

func TestAFaultNamesSourceKeyValueAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, tt := range faulty {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := ""
			if tt.file != "" {
				path = write(t, tt.file)
			}
			_, err := config.Load(path, tt.environ, tt.flags)
			e, ok := fault.As(err)
			if !ok || e.Kind != fault.Invalid {
				t.Fatalf("err = %v, want an Invalid fault", err)
			}
			message := e.Message
			if path != "" {
				message = strings.ReplaceAll(message, strings.TrimSuffix(path, "taxiway.toml"), "")
			}
			if diff := cmp.Diff("The configuration has a fault:\n  "+tt.want, message); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(e.Details) != 1 || e.Details[0].Code != tt.code || e.Details[0].Remedy == "" {
				t.Errorf("details = %+v, want one with code %s and a remedy", e.Details, tt.code)
			}
		})
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	path := write(t, "base_url = \"ftp://x\"\ndata_dir = 1\nwhat_is_this = true\n[log]\nlevel = \"loud\"\n")
	_, err := config.Load(path, []string{"TAXIWAY_ENGINE_WORKERS=-1"}, map[string]string{"log.format": "xml"})
	e, ok := fault.As(err)
	if !ok {
		t.Fatalf("err = %v, want a fault", err)
	}
	var got []string
	for _, d := range e.Details {
		got = append(got, d.Target+" "+d.Code)
	}
	want := []string{"data_dir WrongType", path + ":3 UnknownKey", "base_url NotAnOrigin", "engine.workers OutOfRange", "log.level NotAllowed", "log.format NotAllowed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !strings.HasPrefix(e.Message, "The configuration has 6 faults:\n") {
		t.Errorf("message = %q, want the number of faults first", e.Message)
	}
}

func TestABrokenFileIsToldWithItsLine(t *testing.T) {
	t.Parallel()
	path := write(t, "data_dir = \"a\"\nbase_url = https://x\n")
	_, err := config.Load(path, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "taxiway.toml:2: this is not TOML at column") {
		t.Errorf("err = %v, want the line named", err)
	}
}

func TestValidateAloneFindsTheSameFaults(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Log.Level = "loud"
	c.Limits.PageMax = 0
	e, ok := fault.As(c.Validate())
	if !ok || len(e.Details) != 2 {
		t.Fatalf("Validate = %v, want two faults", c.Validate())
	}
}

func TestSinglePortWithTwoNamesIsValid(t *testing.T) {
	t.Parallel()
	_, err := config.Load("", nil, map[string]string{
		"base_url": "https://taxiway.example", "device_url": "https://pc.taxiway.example",
		"listen.single_port": "true", "listen.people_host": "taxiway.example", "listen.device_host": "pc.taxiway.example",
		"listen.people": "0.0.0.0:443", "listen.devices": "",
	})
	if err != nil {
		t.Fatal(err)
	}
}
