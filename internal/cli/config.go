package cli

import (
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
)

// config reads defaults, file, environment and flags.
func (a *app) config() (config.Config, error) {
	flags := map[string]string{}
	for _, entry := range a.set {
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			return config.Config{}, flagError("set", fmt.Sprintf("'%s' is not of the form key=value.", entry), "Write, for example, --set listen.people=127.0.0.1:9443.")
		}
		flags[name] = value
	}
	maps.Copy(flags, a.keys)
	if a.data != "" {
		flags["data_dir"] = a.data
	}
	c, err := config.Load(a.configFile, a.Environ, flags)
	if err != nil {
		return c, err
	}
	// One name for the directory, wherever a message about it is read.
	if c.DataDir, err = filepath.Abs(c.DataDir); err != nil {
		return c, fault.Wrap("find the data directory", err)
	}
	return c, nil
}

// addKeyFlags gives a command one flag for every configuration key:
// listen.people is --listen.people, base_url is --base-url.
func (a *app) addKeyFlags(cmd *cobra.Command) {
	for _, k := range config.Keys() {
		if k.Name == "data_dir" {
			continue // --data
		}
		name := strings.ReplaceAll(k.Name, "_", "-")
		cmd.Flags().Func(name, "configuration key "+k.Name, func(value string) error {
			a.keys[k.Name] = value
			return nil
		})
		if k.Default == "true" || k.Default == "false" {
			cmd.Flags().Lookup(name).NoOptDefVal = "true"
		}
		cmd.Flags().Lookup(name).Hidden = true // they would bury the command's own
	}
	cmd.Long = strings.TrimSpace(cmd.Long + "\n\nEvery key of config.example.toml is a flag too: --listen.people 127.0.0.1:9443.")
}

// logger writes the log to standard error as the configuration says.
func (a *app) logger(c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo // Validate knows the levels
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.Err, o))
	}
	return slog.New(slog.NewTextHandler(a.Err, o))
}

// quiet is the log of a command that is not a server.
func (a *app) quiet() *slog.Logger { return a.logger(config.Log{Level: "warn", Format: "text"}) }

// lookup finds a variable of the environment.
func (a *app) lookup(name string) string {
	for _, entry := range a.Environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}
