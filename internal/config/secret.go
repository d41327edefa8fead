package config

import (
	"log/slog"
	"time"
)

const stars = "****"

// Secret is a value that must not reach a log, an error text or a printed
// configuration: every way of printing it gives stars. Reveal gives the value.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value: value} }

// Reveal is the value itself, for the one place that needs it.
func (s Secret) Reveal() string { return s.value }

// String prints stars, or nothing for an empty secret.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return stars
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, for JSON and TOML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Duration is a time.Duration written as text: "5s", "1m30s".
type Duration struct{ time.Duration }

// MarshalText writes the form that the configuration file reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
