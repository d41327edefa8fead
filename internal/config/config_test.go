package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/config"
	"taxiway/internal/fault"
)

var revealed = cmp.Transformer("Reveal", config.Secret.Reveal)

// write puts a configuration file into a directory of the test's own.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "taxiway.toml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheDefaultsAreValid(t *testing.T) {
	t.Parallel()
	got, err := config.Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), got, revealed); diff != "" {
		t.Errorf("-default +loaded:\n%s", diff)
	}
}

func TestTheExampleFileEqualsTheDefaultsAndMentionsEveryKey(t *testing.T) {
	t.Parallel()
	got, err := config.Load(write(t, config.Example), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), got, revealed); diff != "" {
		t.Errorf("-default +example:\n%s", diff)
	}
	part := ""
	seen := map[string]int{}
	for line := range strings.Lines(config.Example) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			part = strings.Trim(line, "[]") + "."
			continue
		}
		name, rest, isKey := strings.Cut(line, " = ")
		if strings.HasPrefix(line, "#") || !isKey {
			continue
		}
		seen[part+name]++
		env := "TAXIWAY_" + strings.ToUpper(strings.ReplaceAll(part+name, ".", "_"))
		if !strings.Contains(rest, "# "+env) {
			t.Errorf("the line of %s%s does not name %s", part, name, env)
		}
	}
	for _, k := range config.Keys() {
		if seen[k.Name] != 1 {
			t.Errorf("%s stands %d times in the example, want once", k.Name, seen[k.Name])
		}
		delete(seen, k.Name)
	}
	for name := range seen {
		t.Errorf("the example has %s, which is no key", name)
	}
}

func TestTheExampleAtTheRootOfTheRepositoryIsTheEmbeddedOne(t *testing.T) {
	t.Parallel()
	root, err := os.ReadFile(filepath.FromSlash("../../config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Example, string(root)); diff != "" {
		t.Errorf("copy internal/config/config.example.toml to the root; -embedded +root:\n%s", diff)
	}
}

func TestFlagsBeatEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	t.Parallel()
	path := write(t, `
data_dir = "/file"
[listen]
people = "127.0.0.1:1"
devices = "127.0.0.1:2"
[engine]
settle_timeout = "9s"
[tls]
extra_hosts = ["a.example", "10.0.0.7"]
`)
	got, err := config.Load(path, []string{
		"PATH=/bin", "TAXIWAY_LISTEN_PEOPLE=127.0.0.1:11", "TAXIWAY_LISTEN_DEVICES=127.0.0.1:12",
		"TAXIWAY_TRUSTED_PROXIES=10.0.0.0/8, ::1", "TAXIWAY_DATABASE_URL=postgres://u:hunter2@db/taxiway", "TAXIWAY_MASTER_KEY=key-of-the-house",
		"TAXIWAY_PORT=tcp://10.1.2.3:8443",
	}, map[string]string{"listen.people": "127.0.0.1:111", "listen.single_port": "false"})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.DataDir = "/file"
	want.Listen.People = "127.0.0.1:111"
	want.Listen.Devices = "127.0.0.1:12"
	want.Engine.SettleTimeout.Duration = 9 * time.Second
	want.TLS.ExtraHosts = []string{"a.example", "10.0.0.7"}
	want.TrustedProxies = []string{"10.0.0.0/8", "::1"}
	want.Database.URL = config.NewSecret("postgres://u:hunter2@db/taxiway")
	want.MasterKey = config.NewSecret("key-of-the-house")
	if diff := cmp.Diff(want, got, revealed); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEveryKeyCanBeSetFromTheEnvironmentAndByFlag(t *testing.T) {
	t.Parallel()
	for _, k := range config.Keys() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			if _, err := config.Load("", []string{k.Env + "=" + k.Default}, nil); err != nil {
				t.Errorf("%s=%s: %v", k.Env, k.Default, err)
			}
			if _, err := config.Load("", nil, map[string]string{k.Name: k.Default}); err != nil {
				t.Errorf("flag %s=%s: %v", k.Name, k.Default, err)
			}
		})
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	_, err := config.Load("/nonexistent/taxiway.toml", nil, nil)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "/nonexistent/taxiway.toml") {
		t.Errorf("err = %v, want an Invalid fault that names the file", err)
	}
}

func TestASecretPrintsAsStarsEverywhere(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Database.URL = config.NewSecret("postgres://u:hunter2@db/taxiway")
	c.MasterKey = config.NewSecret("hunter2")
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", slog.Any("config", c), slog.Any("url", c.Database.URL))
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for how, printed := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c),
		"%s": c.Database.URL.String(), "slog": log.String(), "json": string(asJSON),
	} {
		if strings.Contains(printed, "hunter2") {
			t.Errorf("%s shows the secret: %s", how, printed)
		}
		if !strings.Contains(printed, "****") {
			t.Errorf("%s shows no stars: %s", how, printed)
		}
	}
	if config.NewSecret("").String() != "" {
		t.Error("an empty secret prints stars; it must be seen to be empty")
	}
}

func TestFilesLieInTheDataDirectory(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DataDir = "/var/lib/taxiway"
	want := []string{"/var/lib/taxiway/taxiway.db", "/var/lib/taxiway/master.key", "/var/lib/taxiway/admin.sock"}
	got := []string{filepath.ToSlash(c.SQLiteFile()), filepath.ToSlash(c.MasterKeyFile()), filepath.ToSlash(c.AdminSocket())}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !c.UsesSQLite() {
		t.Error("without database.url the store must be SQLite")
	}
}
